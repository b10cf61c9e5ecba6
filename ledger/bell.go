package ledger

import "sync"

// LocalBells rings between labs of one process that share a store, such as a Mem. The zero value is ready for use.
// It is safe for concurrent use.
type LocalBells struct {
	mu    sync.Mutex
	bells map[*localBell]bool
}

// LocalBell returns a bell for each of several labs of one process: a ring of one is heard by all of them.
func LocalBell(labs int) []Bell {
	var all LocalBells
	bells := make([]Bell, labs)
	for i := range bells {
		bells[i] = all.Bell()
	}
	return bells
}

// Bell returns another bell that hears, and is heard by, those already there.
func (l *LocalBells) Bell() Bell {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bells == nil {
		l.bells = map[*localBell]bool{}
	}
	b := &localBell{all: l, rings: make(chan struct{}, 1)}
	l.bells[b] = true
	return b
}

type localBell struct {
	all   *LocalBells
	rings chan struct{} // size 1: rings that nobody has looked at are one
}

// Ring implements Bell.
func (b *localBell) Ring(Seq) {
	b.all.mu.Lock()
	defer b.all.mu.Unlock()
	if !b.all.bells[b] {
		return
	}
	for other := range b.all.bells {
		select {
		case other.rings <- struct{}{}:
		default:
		}
	}
}

// Rings implements Bell.
func (b *localBell) Rings() <-chan struct{} { return b.rings }

// Close implements Bell.
func (b *localBell) Close() error {
	b.all.mu.Lock()
	defer b.all.mu.Unlock()
	delete(b.all.bells, b)
	return nil
}
