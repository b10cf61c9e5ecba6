package channels

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// index knows the newest entry of each channel, by a way of its own: heartbeats are computed from it, so that an entry
// that a connection failed to send is missed at the next beat.
type index struct {
	mu    sync.RWMutex
	head  ledger.Seq
	heads map[string]ledger.Seq // channel → newest entry for it
	bells map[string]ledger.Seq // the same for what bare viewers hear
	whole time.Time             // when this node last knew that it had everything
	told  func(*ledger.Entry)   // of each entry, once it is in
}

func (x *index) start(head ledger.Seq) {
	x.head, x.heads, x.bells, x.whole = head, map[string]ledger.Seq{}, map[string]ledger.Seq{}, time.Now()
}

// follow keeps the index until ctx ends. After a failure of the store it tries again.
func (x *index) follow(ctx context.Context, l *lab.Lab, log *slog.Logger) {
	for ctx.Err() == nil {
		for e, err := range l.Follow(ctx, x.at()) {
			if err != nil {
				log.Error("the ledger could not be followed", "error", err)
				break
			}
			x.add(&e)
			x.told(&e)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (x *index) at() ledger.Seq {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.head
}

func (x *index) add(e *ledger.Entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.head = e.Seq
	for _, to := range e.To {
		x.heads[to] = e.Seq
		if lab.Rings(e.Kind, e.About) {
			x.bells[to] = e.Seq
		}
	}
}

// probe asks the store for its head once a second: what the index has is everything when it reaches so far.
func (x *index) probe(ctx context.Context, l *lab.Lab, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	failing := false
	var asked time.Time // when the head in hand was asked for
	var want ledger.Seq
	for {
		if asked.IsZero() {
			at := time.Now()
			one, cancel := context.WithTimeout(ctx, 3*time.Second)
			head, err := l.Store().Head(one)
			cancel()
			if ctx.Err() != nil {
				return
			}
			if (err != nil) != failing {
				failing = err != nil
				log.Warn("the ledger's store answers or not", "answers", err == nil, "error", err)
			}
			if err == nil {
				asked, want = at, head.Seq
			}
		}
		x.mu.Lock()
		if !asked.IsZero() && x.head >= want {
			x.whole, asked = asked, time.Time{}
		}
		x.mu.Unlock()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (x *index) age() time.Duration {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return time.Since(x.whole)
}

// beat returns the heartbeat of who hears channels.
func (x *index) beat(channels []string, bare bool, now time.Time) wire.Beat {
	x.mu.RLock()
	defer x.mu.RUnlock()
	heads := x.heads
	if bare {
		heads = x.bells
	}
	b := wire.Beat{Head: x.head, Now: now, Age: time.Since(x.whole).Milliseconds()}
	for _, c := range channels {
		b.Last = max(b.Last, heads[c])
	}
	return b
}
