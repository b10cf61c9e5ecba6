package main

import (
	"errors"
	"fmt"
	"time"
)

// publishPart reports results by hand over HTTP. result.report is what a caller with a result would use: it judges the
// result, and writes the message and the result with their enclosures.
func (b *bench) publishPart() (err error) {
	n, err := b.fresh("publish")
	if err != nil {
		return err
	}
	defer n.end(&err)
	if err := b.house.acquaint(b.ctx, n.addr()); err != nil {
		return err
	}
	run := int64(0)
	for _, workers := range []int{1, 16, 128} {
		id := fmt.Sprintf("publish/%d/", workers)
		err := b.thrice(fmt.Sprintf("%d callers", workers), func() error {
			run++
			yard, err := b.fdatasync()
			if err != nil {
				return err
			}
			got, err := b.saturate(n, b.house.result(run), workers)
			if err != nil {
				return err
			}
			b.book.put(id+"rate", got.rate, yard.rate)
			b.book.put(id+"closed", ms(quantile(got.took, 0.99)), ms(yard.p99))
			b.book.put(id+"cpu", got.cpu.Seconds()/float64(len(got.took))*1000, 0)
			// At seven tenths of what it can do, nobody waits for a caller who is waiting.
			run++
			open, err := b.paced(n, b.house.result(run), workers, 0.7*got.rate)
			if err != nil {
				return err
			}
			b.book.put(id+"p50", ms(quantile(open, 0.5)), ms(yard.p50))
			b.book.put(id+"p99", ms(quantile(open, 0.99)), ms(yard.p99))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return n.healthy()
}

// saturated is what callers got done who each send again as soon as they are answered.
type saturated struct {
	rate    float64
	took    []time.Duration
	cpu     time.Duration // of the node
	refused int           // answers that were no success, where that is expected
}

// saturate lets callers send a command as fast as they are answered, to a node or to the addresses given.
func (b *bench) saturate(n *node, cmd command, workers int, addrs ...string) (out saturated, err error) {
	if addrs == nil {
		addrs = []string{n.addr()}
	}
	all, err := dialCallers(b.ctx, workers, addrs...)
	if err != nil {
		return out, err
	}
	defer all.close()
	before, err := cpuOf(n.pid())
	if err != nil {
		return out, err
	}
	refused := make([]int, workers)
	took, elapsed, err := closedLoop(b.ctx, workers, b.opt.span, func(w, i int) error {
		_, err := all[w].send(cmd, i)
		if e := (*refusedError)(nil); errors.As(err, &e) && e.status == 422 {
			refused[w]++
			return nil
		}
		return err
	})
	if err != nil {
		return out, err
	}
	after, err := cpuOf(n.pid())
	for _, r := range refused {
		out.refused += r
	}
	out.took, out.cpu, out.rate = took, after-before, float64(len(took)-out.refused)/elapsed.Seconds()
	return out, err
}

// paced sends a command at a rate, by a schedule, and returns how long each took from its instant.
func (b *bench) paced(n *node, cmd command, workers int, rate float64) ([]time.Duration, error) {
	workers = max(workers, 4)
	all, err := dialCallers(b.ctx, workers, n.addr())
	if err != nil {
		return nil, err
	}
	defer all.close()
	return openLoop(b.ctx, rate, b.opt.span, workers, func(w, i int, _ time.Time) error {
		_, err := all[w].send(cmd, i)
		return err
	})
}
