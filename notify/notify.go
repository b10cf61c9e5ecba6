// Package notify knows whom a call reached, as far as this node can tell.
//
// The open app and the laboratory's desk are the only carriers now, and both simply follow the ledger (channels). So
// this package decides nothing and sends nothing: it follows the calls and says which of them have nobody of their
// people connected here, which the desk is shown and the log is told. Other carriers (push, mail, a gateway) will lease
// recorded attempts here.
package notify

import (
	"context"
	"log/slog"
	"strings"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// Reach follows calls. Connected is set once, before Run and Alone.
type Reach struct {
	// Connected returns how many connections of a person follow the ledger on this node.
	Connected func(person string) int

	lab *lab.Lab
	log *slog.Logger
}

// New returns the follower of a lab's calls.
func New(l *lab.Lab, log *slog.Logger) *Reach {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Reach{lab: l, log: log, Connected: func(string) int { return 0 }}
}

// Alone returns how many open calls have none of the people who were called connected to this node. O(open calls).
func (r *Reach) Alone() int {
	n := 0
	for _, c := range r.lab.State().Critical.Calls.All() {
		if !r.anyone(c) {
			n++
		}
	}
	return n
}

func (r *Reach) anyone(c critical.Call) bool {
	for i := range c.Called {
		for _, person := range c.Called[i].To {
			if r.Connected(person) > 0 {
				return true
			}
		}
	}
	return false
}

// Run follows the ledger from its head and logs each rung whose people are not connected here, until ctx ends. The log
// names staff and references, no patient.
func (r *Reach) Run(ctx context.Context) {
	after := r.lab.State().Seq
	for ctx.Err() == nil {
		for e, err := range r.lab.Follow(ctx, after) {
			if err != nil {
				r.log.Error("the ledger could not be followed", "error", err)
				break
			}
			after = e.Seq
			if e.Kind == "critical.called" {
				r.look(&e)
			}
		}
	}
}

func (r *Reach) look(e *ledger.Entry) {
	ev, err := wire.Decode(e)
	if err != nil {
		r.log.Error("a rung could not be read", "seq", e.Seq, "error", err)
		return
	}
	called, ok := ev.(*critical.Called)
	if !ok || called.Call == "" || len(called.To) == 0 {
		return
	}
	for _, person := range called.To {
		if r.Connected(person) > 0 {
			return
		}
	}
	c, _ := r.lab.State().Critical.Find(called.Call)
	r.log.Warn("called, and nobody of them is connected here", "call", c.Ref, "to", strings.Join(called.To, " "), "attempt", called.Attempt)
}
