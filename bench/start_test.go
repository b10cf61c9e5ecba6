package bench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/sqlite"
	"github.com/seed-909bec58/readback/rules/critical"
)

// entries returns how many entries a large ledger has: a million, or READBACK_BENCH_ENTRIES.
func entries(b *testing.B) int {
	b.Helper()
	n := 1_000_000
	if s := os.Getenv("READBACK_BENCH_ENTRIES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// opened is a call that waits for an hour.
func opened(i int) *critical.Opened {
	id := fmt.Sprintf("CALL%08d", i)
	return &critical.Opened{
		Call: "call/" + id, Ref: fmt.Sprintf("%06d", i), Patient: "patient/" + id, Unit: "ICU-2", Tier: "critical", Version: 1,
		Results:     []critical.Item{{ID: "result/" + id, LOINC: "2823-3", Label: "Potassium", Unit: "mmol/L", Outcome: critical.Critical, Tier: "critical"}},
		Steps:       []critical.Step{{Ask: critical.AskDesk, Wait: 3600}},
		BreachAfter: 3600,
		Sealed: critical.Shelf{
			Who:  critical.Snapshot{Identifiers: []string{"4711-0815"}, Name: "Weber, Anna", Born: "1960-10-02", Sex: "F"},
			Told: []critical.Told{{Value: "7.1", Means: "7.1", Unit: "mmol/L", Why: "above 6.1"}},
		},
	}
}

// BenchmarkStart opens a ledger of a million entries with 10,000 open calls: from a valid snapshot, and by folding all of
// it. It also verifies the ledger. One ledger is made for all three, which takes a minute or two.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	snapshot := filepath.Join(dir, "snapshot")
	n := entries(b)
	start := func(b *testing.B, with string) (*lab.Lab, *sqlite.Store) {
		b.Helper()
		s, err := sqlite.Open(b.Context(), dir, sqlite.Options{Site: "main", Reserve: -1})
		if err != nil {
			b.Fatal(err)
		}
		l, err := lab.Open(b.Context(), lab.Config{Store: s, Site: "main", Node: "n1", Snapshot: with})
		if err != nil {
			b.Fatal(err)
		}
		return l, s
	}
	end := func(b *testing.B, l *lab.Lab, s *sqlite.Store) {
		b.Helper()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	l, s := start(b, snapshot)
	var done atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for done.Add(100) <= int64(n) {
				evs := make([]lab.Event, 100)
				for i := range evs {
					evs[i] = reported()
				}
				if _, err := l.Record(b.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return evs, nil }); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i := 0; i < 10_000; i += 100 {
		evs := make([]lab.Event, 100)
		for j := range evs {
			evs[j] = opened(i + j)
		}
		if _, err := l.Record(b.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return evs, nil }); err != nil {
			b.Fatal(err)
		}
	}
	size := l.State().Seq
	end(b, l, s)
	for name, with := range map[string]string{"snapshot": snapshot, "fold": ""} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				l, s := start(b, with)
				if l.State().Seq != size || l.State().Critical.Calls.Len() != 10_000 {
					b.Fatalf("%d entries, %d open calls", l.State().Seq, l.State().Critical.Calls.Len())
				}
				b.StopTimer()
				end(b, l, s)
				b.StartTimer()
			}
			b.ReportMetric(float64(size), "entries")
		})
	}
	b.Run("verify", func(b *testing.B) {
		for range b.N {
			s, err := sqlite.OpenReadOnly(b.Context(), dir, "main")
			if err != nil {
				b.Fatal(err)
			}
			v, err := ledger.Verify(b.Context(), s, "", nil)
			if err != nil || v.Entries != int64(size) {
				b.Fatal(v, err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
}
