package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
	"github.com/seed-909bec58/readback/rules/critical"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "bare" {
		bare() // the program that tests start again is this one
		return
	}
	os.Exit(pgtest.Main(m))
}

// fdatasyncRate returns how often a second a bare loop appends 4 KB to a file and waits for the disk.
func fdatasyncRate(tb testing.TB, dir string, during time.Duration) float64 {
	tb.Helper()
	f, err := os.Create(filepath.Join(dir, "yardstick"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	n, start := 0, time.Now()
	for time.Since(start) < during {
		if _, err := f.Write(block); err != nil {
			tb.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			tb.Fatal(err)
		}
		n++
	}
	return float64(n) / time.Since(start).Seconds()
}

// cpuTime returns the processor time of this process so far: on a shared machine it says more than the clock.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// filed is a message as a door keeps it: about one subject, 600 bytes sealed.
func filed() *critical.Filed {
	id := make([]byte, 10)
	_, _ = rand.Read(id)
	return &critical.Filed{
		Message: "message/" + hex.EncodeToString(id), Type: "ORU^R01", Results: 1,
		Sealed: critical.Raw{Raw: []byte(strings.Repeat("OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.1||||F\r", 8))},
	}
}

// BenchmarkRecord records results and messages, with enclosures, JSON, hashes and fold, by 1, 16 and 256 callers.
// records/s is the figure; the ratio is to the bare fdatasync loop that runs just before and just after.
func BenchmarkRecord(b *testing.B) {
	stores := map[string]func(b *testing.B) ledger.Store{
		"sqlite": func(b *testing.B) ledger.Store {
			b.Helper()
			s, err := sqlite.Open(b.Context(), b.TempDir(), sqlite.Options{Site: "main"})
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
		"postgres": func(b *testing.B) ledger.Store {
			b.Helper()
			s, err := postgres.Open(b.Context(), pgtest.Database(b), postgres.Options{Site: "main", Node: "n1"})
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
	}
	kinds := []struct {
		name  string
		event func() lab.Event
	}{
		{"result", func() lab.Event { return reported() }}, // about three subjects
		{"message", func() lab.Event { return filed() }},   // about one
	}
	type run struct {
		store, kind string
		event       func() lab.Event
		callers     int
	}
	var runs []run
	for _, name := range []string{"sqlite", "postgres"} {
		for _, kind := range kinds {
			for _, callers := range []int{1, 16, 256} {
				runs = append(runs, run{name, kind.name, kind.event, callers})
			}
		}
	}
	for _, r := range runs {
		b.Run(fmt.Sprintf("%s/%s/callers=%d", r.store, r.kind, r.callers), func(b *testing.B) {
			s := stores[r.store](b)
			defer s.Close() //nolint:errcheck // a scratch store
			l, err := lab.Open(b.Context(), lab.Config{Store: s, Site: "main", Node: "n1"})
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close() //nolint:errcheck // a scratch lab
			dir := b.TempDir()
			before := fdatasyncRate(b, dir, 500*time.Millisecond)
			var n atomic.Int64
			took := make([][]time.Duration, r.callers)
			var wg sync.WaitGroup
			b.ResetTimer()
			start, cpu := time.Now(), cpuTime(b)
			for c := range r.callers {
				wg.Go(func() {
					for n.Add(1) <= int64(b.N) {
						ev := r.event()
						t := time.Now()
						if _, err := l.Record(b.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
							return []lab.Event{ev}, nil
						}); err != nil {
							b.Error(err)
							return
						}
						took[c] = append(took[c], time.Since(t))
					}
				})
			}
			wg.Wait()
			rate := float64(b.N) / time.Since(start).Seconds()
			b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/float64(b.N), "cpu-µs/record")
			b.StopTimer()
			after := fdatasyncRate(b, dir, 500*time.Millisecond)
			all := slices.Concat(took...)
			slices.Sort(all)
			b.ReportMetric(rate, "records/s")
			b.ReportMetric((before+after)/2, "fdatasync/s")
			b.ReportMetric(rate/((before+after)/2), "ratio")
			b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
		})
	}
}
