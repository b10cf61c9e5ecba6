// Package notify knows whether those who were called can have heard it here: it follows each rung that was recorded and
// looks whether anybody whom it called has a screen open on this node.
//
// The open app and the laboratory's desk are themselves connections that follow the ledger, so a rung reaches them by
// being recorded, and notify carries nothing to them. It records nothing either: that a screen is open here does not
// say that anybody looks at it, and that none is open here does not say that none is open on another node. What it
// knows is a figure for the desk, to telephone sooner. Carriers to elsewhere (push, mail, a gateway) will stand here.
//
// A Follower is safe for concurrent use.
package notify

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// Config is what a Follower is made of.
type Config struct {
	Lab *lab.Lab
	// Connected tells how many connections of a person follow the ledger on this node now.
	Connected func(person string) int
	Log       *slog.Logger // nil: discards
}

// Follower looks at each rung.
type Follower struct {
	cfg    Config
	called atomic.Int64
	alone  atomic.Int64
	at     atomic.Int64
}

// New returns a follower of the rungs that are recorded from now on.
func New(cfg Config) *Follower {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	f := &Follower{cfg: cfg}
	f.at.Store(int64(cfg.Lab.State().Seq))
	return f
}

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	for ctx.Err() == nil {
		for e, err := range f.cfg.Lab.Follow(ctx, ledger.Seq(f.at.Load())) {
			if err != nil {
				f.cfg.Log.Error("rungs could not be followed", "error", err)
				break
			}
			f.look(&e)
			f.at.Store(int64(e.Seq))
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// look looks at one entry.
func (f *Follower) look(e *ledger.Entry) {
	if e.Kind != "critical.called" {
		return
	}
	ev, err := wire.Decode(e)
	if err != nil {
		f.cfg.Log.Error("a rung could not be read", "seq", e.Seq, "error", err)
		return
	}
	rung, ok := ev.(*critical.Called)
	if !ok {
		return
	}
	f.called.Add(1)
	if !f.anybody(rung.To) {
		f.alone.Add(1)
		f.cfg.Log.Warn("called, nobody connected here", "seq", e.Seq, "subject", e.About[0], "ask", rung.Ask, "people", len(rung.To))
	}
}

func (f *Follower) anybody(people []string) bool {
	for _, p := range people {
		if f.cfg.Connected(p) > 0 {
			return true
		}
	}
	return false
}

// Counts returns how many rungs were recorded since New, and how many of them called only people who had no connection
// to this node then.
func (f *Follower) Counts() (called, alone int64) { return f.called.Load(), f.alone.Load() }

// Alone returns how many open calls there are none of whose called people is connected to this node now.
// O(open calls · people called).
func (f *Follower) Alone() int {
	n := 0
	for _, c := range f.cfg.Lab.State().Critical.Calls.All() {
		heard := false
		for _, r := range c.Called {
			heard = heard || f.anybody(r.To)
		}
		if !heard {
			n++
		}
	}
	return n
}
