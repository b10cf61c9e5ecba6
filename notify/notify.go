// Package notify knows whether those who were called can have heard it: it follows each rung that was recorded, waits
// for the receipts of the screens that got it, and looks whether anybody whom it called has a screen open on this node.
//
// The open app and the laboratory's desk are themselves connections that follow the ledger, so a rung reaches them by
// being recorded, and notify carries nothing to them. A screen confirms a rung that calls its person (the command
// delivered), which is an entry and known on every node. Where no receipt comes within ReceiptWithin, or the person's
// last connection here ends and stays away for as long, notify records critical.missed, so that the bench can telephone
// sooner; the ladder goes on as it was. Carriers to elsewhere (push, mail, a gateway) will stand here.
//
// A Follower is safe for concurrent use.
package notify

import (
	"context"
	"log/slog"
	"sync"
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
	missed atomic.Int64
	at     atomic.Int64
	doubts doubts
}

// New returns a follower of the rungs that are recorded from now on.
func New(cfg Config) *Follower {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	f := &Follower{cfg: cfg, doubts: doubts{more: make(chan struct{}, 1)}}
	f.at.Store(int64(cfg.Lab.State().Seq))
	return f
}

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() { f.watch(ctx) })
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
	if rung.Call != "" {
		for _, p := range rung.To {
			f.doubts.add(doubt{person: p, call: rung.Call, attempt: rung.Attempt})
		}
	}
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

// Missed returns how many receipts were awaited in vain, as this node recorded since New.
func (f *Follower) Missed() int64 { return f.missed.Load() }

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
