package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// lookAround is how often a node asks itself whether its clients are better off elsewhere.
const lookAround = time.Second

// behind returns why this node does not know whether it has everything in the ledger, or nil.
func (s *Server) behind() error {
	age := s.hub.Age()
	if age <= s.Stale {
		return nil
	}
	return &wire.Refusal{
		Err: wire.ErrBehind, Say: fmt.Sprintf("This node last knew %s ago that it has everything in the ledger.", age.Round(time.Second)),
	}
}

// cut refuses new connections while this node is cut from a database that other nodes may still reach. Where nobody else
// keeps the ledger, its clients stay: what this node last knew is better than nothing, and its heartbeats say how old it is.
func (s *Server) cut() error {
	if !s.Lab.Store().Shared() {
		return nil
	}
	return s.behind()
}

// sendElsewhere closes the connections of a node that has nothing more to say, so that their clients go to another: once
// when it is cut from the database, and once when it meets a ledger that a newer version writes. In the second case who
// comes back is taken, and sees what is new: such a node follows, though it decides nothing.
func (s *Server) sendElsewhere(ctx context.Context) {
	tick := time.NewTicker(lookAround)
	defer tick.Stop()
	was := ""
	for {
		why := ""
		switch {
		case !s.Lab.Store().Shared():
		case s.cut() != nil:
			why = "this node is cut from the ledger"
		case errors.Is(s.Lab.Ready(), ledger.ErrNewer):
			why = "this node is older than the ledger"
		}
		if why != was {
			s.Log.Warn("this node's clients are sent elsewhere, or taken again", "elsewhere", why != "", "why", why)
			if why != "" {
				s.hub.Elsewhere(why)
			}
		}
		was = why
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
