package lab_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
)

// BenchmarkKeepTurn is one turn of Keep over 10,000 open calls: what is due is decided, appended, folded and told. Of
// "few" about 33 are due in each turn, of "all" every call is, and a turn takes as many as it may.
func BenchmarkKeepTurn(b *testing.B) {
	const calls = 10_000
	for _, c := range []struct {
		name string
		step time.Duration
	}{{"few", time.Second}, {"all", 5 * time.Minute}} {
		b.Run(c.name, func(b *testing.B) {
			var shift atomic.Int64
			m := ledger.NewMem("main", func() time.Time { return time.Now().Add(time.Duration(shift.Load())) })
			l := open(b, m, "n1")
			hospital(b, l)
			crowd(b, l, calls, func() { shift.Add(int64(5 * time.Minute / calls)) })
			rungs := 0
			var longest time.Duration
			for b.Loop() {
				b.StopTimer()
				shift.Add(int64(c.step))
				record(b, l, "machine/lis", critical.Quarantine(fmt.Sprint("message/q", b.N, rungs, shift.Load()), "", "garbled", false, nil, l.Now())) // it hears the clock
				b.StartTimer()
				began := time.Now()
				done, err := l.Record(b.Context(), lab.Clock, lab.Key{}, due)
				if err != nil {
					b.Fatal(err)
				}
				rungs += len(done.Events)
				longest = max(longest, time.Since(began))
			}
			b.ReportMetric(float64(rungs)/float64(b.N), "rungs/turn")
			b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
		})
	}
}

// crowd opens calls of as many patients, a hundred in each batch; between is called before each.
func crowd(b *testing.B, l *lab.Lab, calls int, between func()) {
	b.Helper()
	for i := 0; i < calls; i += 100 {
		for range 100 {
			between()
		}
		_, err := l.Record(b.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
			var out []lab.Event
			for j := i; j < i+100; j++ {
				filed, err := s.Critical.File(critical.Message{
					ID: fmt.Sprint("message/m", j), Patient: fmt.Sprint("patient/p", j), Unit: "ICU-2", Sender: "LIS",
					Who:     critical.Snapshot{Identifiers: []string{"4711-0815"}},
					Subject: critical.Subject{AgeKnown: true, AgeLeast: 24000, AgeMost: 24000, Sex: "F"},
					Reports: []critical.Report{{
						Result: fmt.Sprint("result/r", j), Codings: []critical.Coding{{System: "LN", Code: "2823-3"}}, Status: "F",
						Sealed: critical.Sent{Value: "7.1", Unit: "mmol/L"},
					}},
					Refs:  []string{fmt.Sprintf("%06d", j)},
					Steps: func(tier string) []critical.Step { return lab.Steps(s.Roster.Ladder(s.Place("", "ICU-2"), tier, now)) },
				}, now)
				if err != nil {
					return nil, err
				}
				for _, ev := range filed {
					out = append(out, ev)
				}
			}
			return out, nil
		})
		if err == nil {
			_, err = l.Record(b.Context(), lab.Clock, lab.Key{}, due) // they are called once
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func due(s *lab.State, now time.Time) ([]lab.Event, error) { return s.Due(now), nil }
