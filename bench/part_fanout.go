package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// server is what a fan-out is measured of, and who its screens are.
type server struct {
	*node
	name string
}

// both starts a Readback and a bare server, one after the other, and runs what is measured on each.
func (b *bench) both(name string, run func(server) error) (err error) {
	dir, err := b.dirFor("bare")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	plain, err := b.launch(dir, self, "bare")
	if err != nil {
		return err
	}
	err = run(server{plain, "bare"})
	plain.kill()
	if err != nil {
		return fmt.Errorf("bare: %w", err)
	}
	n, err := b.fresh(name)
	if err != nil {
		return err
	}
	defer n.end(&err)
	if err := run(server{n, "readback"}); err != nil {
		return fmt.Errorf("%w; the node says: %s", err, n.words())
	}
	return n.healthy()
}

// fanoutPart sends entries of the bench to many screens of the laboratory.
func (b *bench) fanoutPart() error {
	counts := []int{1, 10, b.n(1000, 20), b.n(5000, 50)}
	names := []int{1, 10, 1000, 5000}
	bare := map[string][]float64{}
	return b.both("fanout", func(s server) error {
		var all screens
		defer func() { all.close() }()
		for i, count := range counts {
			more, err := connect(b.ctx, b.house.techs[len(all):count], nil, s.addr())
			if err != nil {
				return err
			}
			all = append(all, more...)
			id := fmt.Sprintf("fanout/%d/", names[i])
			turn := 0
			put := func(what string, v float64) {
				if s.name == "bare" {
					bare[id+what] = append(bare[id+what], v)
					return
				}
				b.book.put(id+what, v, bare[id+what][min(turn, len(bare[id+what])-1)])
			}
			err = b.thrice(fmt.Sprintf("%s, %d screens", s.name, count), func() error {
				defer func() { turn++ }()
				if err := b.oneByOne(s, all, put); err != nil {
					return err
				}
				return b.flood(s, all, put)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// calmRate is how many entries a second are sent one by one: so few that each goes out in a write of its own, and that
// 5,000 screens are not more than the machine can do.
func calmRate(screens int) float64 {
	if screens > 1000 {
		return 5
	}
	return 20
}

// oneByOne sends entries by a schedule, far enough apart that each is a write.
func (b *bench) oneByOne(s server, all screens, put func(string, float64)) error {
	took, cpu, sent, err := b.spread(s.node, all, b.house.gate(), calmRate(len(all)))
	if err != nil {
		return err
	}
	if len(took) == 0 {
		return fmt.Errorf("nothing came of %d entries", sent)
	}
	put("cpu", cpu.Seconds()/float64(len(took))*1e6)
	put("p50", ms(quantile(took, 0.5)))
	put("p99", ms(quantile(took, 0.99)))
	return nil
}

// spread sends a command by a schedule, and returns how long after its instant it came to each screen, and the processor
// time that all of it took. It waits until everything has come.
func (b *bench) spread(n *node, all screens, cmd command, rate float64) (took []time.Duration, cpu time.Duration, sent int, err error) {
	const workers = 4
	who, err := dialCallers(b.ctx, workers, n.addr())
	if err != nil {
		return nil, 0, 0, err
	}
	defer who.close()
	all.note("")
	before, err := cpuOf(n.pid())
	if err != nil {
		return nil, 0, 0, err
	}
	span := max(b.opt.span, 200*time.Millisecond)
	seqs := make([]int64, max(1, int(rate*span.Seconds()))+1)
	at := make([]time.Time, len(seqs))
	_, err = openLoop(b.ctx, rate, span, workers, func(w, i int, due time.Time) error {
		seq, err := who[w].send(cmd, i)
		seqs[i], at[i] = seq, due
		return err
	})
	if err != nil {
		return nil, 0, 0, err
	}
	due := map[int64]time.Time{}
	last := int64(0)
	for i, seq := range seqs {
		if seq > 0 {
			due[seq], last = at[i], max(last, seq)
		}
	}
	if !until(b.ctx, func() bool { return all.behind() >= last || all.broken() != nil }) {
		return nil, 0, 0, fmt.Errorf("entry %d did not come to all screens", last)
	}
	if err := all.broken(); err != nil {
		return nil, 0, 0, err
	}
	after, err := cpuOf(n.pid())
	return late(all.noted(), due), after - before, len(due), err
}

// window is how many entries may be on their way to the slowest screen.
const window = 64

// flood sends entries as fast as the slowest screen gets them, a window ahead of it.
func (b *bench) flood(s server, all screens, put func(string, float64)) error {
	const workers = 16
	who, err := dialCallers(b.ctx, workers, s.addr())
	if err != nil {
		return err
	}
	defer who.close()
	cmd := b.house.gate()
	before, err := cpuOf(s.pid())
	if err != nil {
		return err
	}
	first := all.entries()
	var head, slowest atomic.Int64
	slowest.Store(all.behind())
	head.Store(slowest.Load())
	quit, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-quit:
				return
			case <-time.After(time.Millisecond):
				slowest.Store(all.behind())
			}
		}
	}()
	begin := time.Now()
	_, _, err = closedLoop(b.ctx, workers, b.opt.span, func(w, i int) error {
		for head.Load()-slowest.Load() >= window {
			if time.Since(begin) > 2*b.opt.span+patience {
				return fmt.Errorf("the screens have entry %d and not %d", slowest.Load(), head.Load())
			}
			if err := all[0].failed(); err != nil {
				return err
			}
			time.Sleep(200 * time.Microsecond)
		}
		seq, err := who[w].send(cmd, i)
		for old := head.Load(); old < seq && !head.CompareAndSwap(old, seq); old = head.Load() {
		}
		return err
	})
	close(quit)
	<-watched
	if err != nil {
		return err
	}
	if !until(b.ctx, func() bool { return all.behind() >= head.Load() || all.broken() != nil }) {
		return fmt.Errorf("entry %d did not come to all screens", head.Load())
	}
	if err := all.broken(); err != nil {
		return err
	}
	elapsed := time.Since(begin)
	after, err := cpuOf(s.pid())
	came := float64(all.entries() - first)
	put("rate", came/elapsed.Seconds())
	put("flood", (after-before).Seconds()/came*1e6)
	return err
}

func (s *screen) failed() error {
	select {
	case <-s.ended:
		return fmt.Errorf("a screen was cut: %w", s.err)
	default:
		return nil
	}
}

// tenPart sends entries that ten screens may see, alone and among ten thousand others.
func (b *bench) tenPart() (err error) {
	n, err := b.fresh("ten")
	if err != nil {
		return err
	}
	defer n.end(&err)
	all, err := connect(b.ctx, b.house.techs[:10], nil, n.addr())
	if err != nil {
		return err
	}
	defer all.close()
	alone := map[string][]float64{}
	measure := func(what string, put func(string, float64)) error {
		return b.thrice(what, func() error {
			took, cpu, sent, err := b.spread(n, all, b.house.gate(), 50)
			if err != nil {
				return err
			}
			put("cpu", ms(cpu)/float64(sent))
			put("p50", ms(quantile(took, 0.5)))
			put("p99", ms(quantile(took, 0.99)))
			return nil
		})
	}
	if err := measure("10 screens alone", func(id string, v float64) { alone[id] = append(alone[id], v) }); err != nil {
		return err
	}
	// Each clinician has two screens, and none may see what is sent.
	crowd := append(append([]person{}, b.house.docs...), b.house.docs...)
	others, err := connect(b.ctx, crowd[:min(len(crowd), b.n(9990, 100))], nil, n.addr())
	if err != nil {
		return err
	}
	defer others.close()
	turn := map[string]int{}
	err = measure(fmt.Sprintf("10 screens among %d", len(others)+10), func(id string, v float64) {
		b.book.put("ten/"+id, v, alone[id][min(turn[id], len(alone[id])-1)])
		turn[id]++
	})
	if err != nil {
		return err
	}
	return n.healthy()
}
