package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/wire"
)

// mostOpen is how many calls stay open at most in a long ledger.
const mostOpen = 10_000

// growthPart lets one ledger grow and measures at each length.
func (b *bench) growthPart() error {
	dir, err := b.dirFor("growth")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // removed with the run's directory at the latest
	if err := copyDir(dir, b.house.dir); err != nil {
		return err
	}
	wanted := b.lengths()
	for i, length := range wanted {
		if err := b.grow(dir, length); err != nil {
			return err
		}
		at, last := dir, i == len(wanted)-1
		if !last { // measuring makes a ledger longer: the short ones are measured on copies
			if at, err = b.dirFor("growth"); err != nil {
				return err
			}
			if err := copyDir(at, dir); err != nil {
				return err
			}
		}
		if err := b.atLength(at, length, last); err != nil {
			return fmt.Errorf("%d entries: %w", length, err)
		}
		if !last {
			if err := os.RemoveAll(at); err != nil {
				return err //nolint:wrapcheck // the system's own words
			}
		}
	}
	return nil
}

// grow records results and calls until a ledger is so long.
func (b *bench) grow(dir string, length int) error {
	begin := time.Now()
	return inLab(b.ctx, dir, func(l *lab.Lab) error {
		made := int(l.State().Seq)
		var next atomic.Int64
		next.Store(int64(made))
		var failed firstError
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for failed.get() == nil && b.ctx.Err() == nil {
					n := int(next.Add(100))
					if n > length {
						return
					}
					if err := b.batch(l, n); err != nil {
						failed.set(err)
					}
				}
			})
		}
		wg.Wait()
		b.say("  %d entries more in %v, %d in all", int(l.State().Seq)-made, time.Since(begin).Round(time.Second), l.State().Seq)
		return failed.get()
	})
}

func (b *bench) batch(l *lab.Lab, n int) error {
	open := n/100%2 == 0 && l.State().Critical.Calls.Len() < mostOpen
	_, err := l.Record(context.WithoutCancel(b.ctx), lab.Actor{By: "machine/lis"}, lab.Key{}, func(_ *lab.State, now time.Time) ([]lab.Event, error) {
		return ward(n/100, open, now.Truncate(time.Microsecond)), nil
	})
	return err //nolint:wrapcheck // the lab's own words
}

// lengths are those that are measured, shortest first.
func (b *bench) lengths() []int {
	return slices.DeleteFunc(slices.Clone(lengths), func(n int) bool { return n > max(b.opt.most, lengths[0]) })
}

// lengthPoint notes a figure of a length, for the picture; for the table those at a million, beside those at a thousand.
func (b *bench) lengthPoint(id, y string, length int, v float64) {
	b.book.point(id, "entries", y, float64(length), v)
	if all := b.lengths(); length == min(million, all[len(all)-1]) {
		first := b.book.Curves[id].Ys[0]
		if id == "growth/month" || id == "growth/snapshot" || id == "growth/fold" {
			first = 0
		}
		b.book.put(id, v, first)
	}
}

// atLength measures everything on a ledger of one length.
func (b *bench) atLength(dir string, length int, last bool) error {
	n, err := b.serve(dir)
	if err != nil {
		return err
	}
	err = b.onNode(n, length)
	if stopped := n.stop(); err == nil {
		err = stopped
	}
	if err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, "snapshot")); err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	if n, err = b.serve(dir); err != nil {
		return err
	}
	b.lengthPoint("growth/fold", "seconds", length, n.took.Seconds())
	if err := n.stop(); err != nil {
		return err
	}
	b.say("  %d entries: started without a snapshot in %v", length, n.took.Round(time.Millisecond))
	if last {
		return b.verify(dir, length)
	}
	return nil
}

func (b *bench) onNode(n *node, length int) error {
	b.lengthPoint("growth/snapshot", "seconds", length, n.took.Seconds())
	time.Sleep(min(2*time.Second, b.opt.span))
	rss, err := rssOf(n.pid())
	if err != nil {
		return err
	}
	b.lengthPoint("growth/memory", "MB", length, float64(rss)/(1<<20))
	if err := b.month(n, length); err != nil {
		return err
	}
	if err := b.house.acquaint(b.ctx, n.addr()); err != nil {
		return err
	}
	var rates, p99s []float64
	for i := range b.opt.times {
		got, err := b.saturate(n, b.house.result(int64(length)+int64(i)), 16)
		if err != nil {
			return err
		}
		rates = append(rates, got.rate)
	}
	b.lengthPoint("growth/rate", "a second", length, median(rates))
	all, err := connect(b.ctx, b.house.techs[:10], nil, n.addr())
	if err != nil {
		return err
	}
	defer all.close()
	for i := range b.opt.times {
		took, _, _, err := b.spread(n, all, b.house.result(int64(length)+100+int64(i)), 20)
		if err != nil {
			return err
		}
		p99s = append(p99s, ms(quantile(took, 0.99)))
	}
	b.lengthPoint("growth/p99", "ms", length, median(p99s))
	b.say("  %d entries: started in %v, %.0f a second, p99 %.1f ms", length, n.took.Round(time.Millisecond), median(rates), median(p99s))
	return n.healthy()
}

// month asks for the notification times of the last 30 days, once they are counted.
func (b *bench) month(n *node, length int) error {
	c, err := dialCaller(b.ctx, n.addr())
	if err != nil {
		return err
	}
	defer c.close()
	var out wire.Times
	var failed error
	counted := func() bool {
		var text []byte
		if text, failed = c.do(b.house.sue, wire.DoTimes, []byte("{}")); failed != nil {
			return true
		}
		out = wire.Times{}
		failed = json.Unmarshal(text, &out)
		if out.Behind > 0 {
			time.Sleep(500 * time.Millisecond)
		}
		return failed != nil || out.Behind == 0
	}
	if !until(b.ctx, counted) || failed != nil {
		return fmt.Errorf("the calls are not counted, %d entries behind: %w", out.Behind, failed)
	}
	var took []float64
	for range b.opt.times {
		at := time.Now()
		if _, err := c.do(b.house.sue, wire.DoTimes, []byte("{}")); err != nil {
			return err
		}
		took = append(took, ms(time.Since(at)))
	}
	b.say("  %d entries: %d calls in the month, counted in %.1f ms", length, out.All.Calls, median(took))
	b.lengthPoint("growth/month", "ms", length, median(took))
	return nil
}

// verify proves the whole ledger by the verb.
func (b *bench) verify(dir string, length int) error {
	at := time.Now()
	said, err := exec.CommandContext(b.ctx, b.bin, "verify", "--data", dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("verify: %w: %s", err, said)
	}
	b.book.put("growth/verify", float64(length)/time.Since(at).Seconds(), 0)
	return nil
}
