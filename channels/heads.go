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

// heads knows the newest entry of each channel, by a way of its own: heartbeats are computed from it, so that an entry
// that a connection failed to send is missed at the next beat.
type heads struct {
	mu    sync.RWMutex
	head  ledger.Seq
	full  map[string]ledger.Seq // channel → newest entry for it
	bells map[string]ledger.Seq // the same for what bare viewers hear
	whole time.Time             // when this node last knew that it had everything
}

func (x *heads) start(head ledger.Seq) {
	x.head, x.full, x.bells, x.whole = head, map[string]ledger.Seq{}, map[string]ledger.Seq{}, time.Now()
}

func (x *heads) at() ledger.Seq {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.head
}

func (x *heads) add(es []ledger.Entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range es {
		e := &es[i]
		x.head = e.Seq
		for _, to := range e.To {
			x.full[to] = e.Seq
			if lab.Rings(e.Kind, e.About) {
				x.bells[to] = e.Seq
			}
		}
	}
}

// probe asks the store for its head once a second: what it knows of is everything when it reaches so far.
func (x *heads) probe(ctx context.Context, l *lab.Lab, log *slog.Logger) {
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

func (x *heads) age() time.Duration {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return time.Since(x.whole)
}

// beat returns the heartbeat of who hears channels.
func (x *heads) beat(channels []string, bare bool, now time.Time) wire.Beat {
	x.mu.RLock()
	defer x.mu.RUnlock()
	of := x.full
	if bare {
		of = x.bells
	}
	b := wire.Beat{Head: x.head, Now: now, Age: time.Since(x.whole).Milliseconds()}
	for _, c := range channels {
		b.Last = max(b.Last, of[c])
	}
	return b
}
