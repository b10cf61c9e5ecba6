package critical_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

// crowd is a board with n open calls, each called once, their second rungs due
// over the five minutes after the time given.
func crowd(t testing.TB, n int) (critical.Board, time.Time) {
	t.Helper()
	s := newSite(t)
	b := s.board
	for i := range n {
		at := dawn.Add(time.Duration(i) * 5 * time.Minute / time.Duration(n))
		m := message(fmt.Sprintf("m%d", i), report(fmt.Sprintf("r%d", i), "K", "7.1", "mmol/L", "F"))
		m.Refs, m.Resolve = []string{fmt.Sprintf("%06d", i)}, staff
		evs, err := b.File(m, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range evs {
			b = b.Apply(ev, critical.Mark{At: at})
		}
	}
	return b, dawn.Add(5 * time.Minute)
}

func BenchmarkJudge(b *testing.B) {
	set := arup(b)
	v, _ := critical.Parse("7.1", critical.Locale{})
	b.ReportAllocs()
	for b.Loop() {
		critical.Judge(set, adult, "2823-3", v, true, "mmol/L")
	}
}

func BenchmarkFile(b *testing.B) {
	board := newSite(b).board
	m := message("m1", report("r1", "K", "7.1", "mmol/L", "F"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := board.File(m, dawn); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDue is one turn over 10,000 open calls, by how many of them are due.
func BenchmarkDue(b *testing.B) {
	board, from := crowd(b, 10_000)
	for _, c := range []struct {
		name string
		at   time.Time
	}{{"none", from.Add(-time.Second)}, {"33", from.Add(time.Second)}, {"all", from.Add(5 * time.Minute)}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				evs := board.Due(c.at, staff)
				after := board
				for _, ev := range evs {
					after = after.Apply(ev, critical.Mark{At: c.at})
				}
				n = len(evs)
			}
			b.ReportMetric(float64(n), "rungs/turn")
		})
	}
}

func BenchmarkReadBack(b *testing.B) {
	board, _ := crowd(b, 10_000)
	a := critical.Answer{Call: "call/m5000/1", Version: 1, By: "person/dr-osei", Typed: critical.Typed{Values: map[string]string{"result/r5000": "7.10"}, Tail: "4827"}}
	b.ReportAllocs()
	for b.Loop() {
		evs, err := board.ReadBack(a)
		if err != nil || len(evs) != 2 {
			b.Fatal(err)
		}
		after := board
		for _, ev := range evs {
			after = after.Apply(ev, critical.Mark{At: dawn})
		}
	}
}
