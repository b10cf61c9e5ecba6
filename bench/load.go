package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// openLoop runs do at the instants of a schedule, rate of them a second, and returns how long after its instant each was
// done. An instant does not move because what came before it took long: whoever waits for a worker is late, and counts as
// late. do is told which worker it runs on, and when it was due.
func openLoop(ctx context.Context, rate float64, during time.Duration, workers int, do func(worker, n int, due time.Time) error) ([]time.Duration, error) {
	all := max(1, int(rate*during.Seconds()))
	took := make([]time.Duration, all)
	var next atomic.Int64
	var failed firstError
	var wg sync.WaitGroup
	begin := time.Now()
	for w := range workers {
		wg.Go(func() {
			for ctx.Err() == nil && failed.get() == nil {
				n := int(next.Add(1)) - 1
				if n >= all {
					return
				}
				due := begin.Add(time.Duration(float64(n) / rate * float64(time.Second)))
				if wait := time.Until(due); wait > 0 {
					time.Sleep(wait)
				}
				if err := do(w, n, due); err != nil {
					failed.set(err)
					return
				}
				took[n] = time.Since(due)
			}
		})
	}
	wg.Wait()
	if err := failed.get(); err != nil {
		return nil, err
	}
	return took, ctx.Err() //nolint:wrapcheck // stopped
}

// closedLoop lets callers do one after the other, as fast as each is answered, and returns how long each took and for how
// long they went on. It finds the rate; what it says of latency is only true for callers who wait for their answer.
func closedLoop(ctx context.Context, workers int, during time.Duration, do func(worker, n int) error) ([]time.Duration, time.Duration, error) {
	took := make([][]time.Duration, workers)
	var next atomic.Int64
	var failed firstError
	var wg sync.WaitGroup
	begin := time.Now()
	for w := range workers {
		wg.Go(func() {
			for ctx.Err() == nil && failed.get() == nil && time.Since(begin) < during {
				at := time.Now()
				if err := do(w, int(next.Add(1))-1); err != nil {
					failed.set(err)
					return
				}
				took[w] = append(took[w], time.Since(at))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(begin)
	if err := failed.get(); err != nil {
		return nil, 0, err
	}
	return slices.Concat(took...), elapsed, ctx.Err() //nolint:wrapcheck // stopped
}

// firstError keeps the first of many.
type firstError struct{ p atomic.Pointer[error] }

func (f *firstError) set(err error) { f.p.CompareAndSwap(nil, &err) }

func (f *firstError) get() error {
	if p := f.p.Load(); p != nil {
		return *p
	}
	return nil
}

// quantile returns the value below which the share q lies, by nearest rank; it sorts.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(q*float64(len(all))))]
}

// ms is a duration in milliseconds.
func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// until asks again and again whether something holds, for as long as patience lasts.
func until(ctx context.Context, holds func() bool) bool {
	for end := time.Now().Add(patience); !holds(); {
		if ctx.Err() != nil || time.Now().After(end) {
			return false
		}
		time.Sleep(time.Millisecond)
	}
	return true
}
