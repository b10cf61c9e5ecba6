package channels

import (
	"context"
	"sync"
	"time"
)

// wheel is one clock for the heartbeats and pings of all connections: each sits in the slot in which it came, and its
// turn comes once in a round of wire.HeartbeatEvery.
type wheel struct {
	mu    sync.Mutex
	slots [][]*conn
	now   int
}

// start makes a wheel of up to 64 slots, turned no faster than each 5 ms.
func (w *wheel) start(round time.Duration) (every time.Duration) {
	n := max(1, min(64, int(round/(5*time.Millisecond))))
	w.slots = make([][]*conn, n)
	return round / time.Duration(n)
}

// join gives a connection its slot: its first turn comes in one round.
func (w *wheel) join(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.slot, c.place = w.now, len(w.slots[w.now])
	w.slots[w.now] = append(w.slots[w.now], c)
}

func (w *wheel) leave(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := w.slots[c.slot]
	last := in[len(in)-1]
	in[c.place], last.place = last, c.place
	in[len(in)-1] = nil
	w.slots[c.slot] = in[:len(in)-1]
}

// run turns the wheel until ctx ends, and has due say whom to wake.
func (w *wheel) run(ctx context.Context, every time.Duration, due func(*conn) bool, wake func(...*conn)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var woken []*conn
	for turned := time.Now(); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		w.mu.Lock()
		for range len(w.slots) { // a late tick turns it on by more than one, a very late one by a round
			if time.Since(turned) < every {
				break
			}
			turned = turned.Add(every)
			w.now = (w.now + 1) % len(w.slots)
			for _, c := range w.slots[w.now] {
				if due(c) {
					woken = append(woken, c)
				}
			}
		}
		w.mu.Unlock()
		wake(woken...)
		clear(woken)
		woken = woken[:0]
	}
}

// dueNow says that the connection's turn has come; true when the caller must put it on the workers' list.
func (c *conn) dueNow() bool {
	c.due.Store(true)
	return c.call()
}
