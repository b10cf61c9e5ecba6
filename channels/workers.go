package channels

import "sync"

// workers are the few goroutines that write to all connections that have something to write. Each connection is on the
// list once at most, and one worker has it at a time.
type workers struct {
	mu   sync.Mutex
	some sync.Cond
	list []*conn // waiting from head on, the oldest first
	head int
	over bool
}

// taken is how many connections a worker takes at a time.
const taken = 16

func (w *workers) start() { w.some.L = &w.mu }

// add puts connections on the list that their call took for it.
func (w *workers) add(cs ...*conn) {
	if len(cs) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, cs...)
	if len(cs) > 1 {
		w.some.Broadcast()
	} else {
		w.some.Signal()
	}
}

func (w *workers) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.some.Broadcast()
}

// run works until stop.
func (w *workers) run() {
	var mine [taken]*conn
	for {
		n := w.take(mine[:])
		if n == 0 {
			return
		}
		for i, c := range mine[:n] {
			mine[i] = nil
			c.own()
			c.work()
		}
	}
}

// take waits for connections; 0 means that it is over.
func (w *workers) take(into []*conn) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.head == len(w.list) {
		if w.over {
			return 0
		}
		w.some.Wait()
	}
	waiting := w.list[w.head:]
	n := copy(into[:min(len(into), len(waiting)/2+1)], waiting)
	clear(waiting[:n])
	if w.head += n; w.head == len(w.list) {
		w.list, w.head = w.list[:0], 0
	}
	return n
}
