package lab

import (
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// Folded returns the state after an entry.
func (s State) Folded(e *ledger.Entry) (State, error) {
	ev, err := wire.Decode(e)
	if err != nil {
		return s, err
	}
	return s.apply(ev, Mark{Seq: int64(e.Seq), At: e.At, By: e.By}), nil
}

// Reread returns the state as a snapshot brings it back.
func (s State) Reread() (State, error) {
	b, err := snapshot{Format: wire.Format, Fold: foldVersion, State: &s}.encode()
	if err != nil {
		return s, err
	}
	again, err := decodeSnapshot(b)
	if err != nil {
		return s, err
	}
	return *again.State, nil
}

// Bounds is bounds.
type Bounds struct{ bounds }

// Next is next.
func (x *Bounds) Next(b roster.Book, now time.Time) (time.Time, bool) { return x.next(b, now) }
