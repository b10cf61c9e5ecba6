package ledger

import (
	"fmt"
	"time"
)

// Tolerance is how far an entry's time may be off the ledger's clock.
const Tolerance = 250 * time.Millisecond

// KindClockStepped is the kind of the entry that records a step of the clock, and that alone may set Head.Ahead.
const KindClockStepped = "ledger.clock-stepped"

// Head is where a ledger ends.
type Head struct {
	Seq   Seq           // the last entry's place; 0 for an empty ledger
	At    time.Time     // the last entry's time
	Root  Hash          // the tree's root over all leaves
	Ahead time.Duration // how far ledger time runs ahead of the store's clock, because backward steps were absorbed
}

// Clock returns ledger time for a reading of the store's clock. It may lie before h.At right after a backward step
// that nobody has recorded yet.
func (h Head) Clock(wall time.Time) time.Time { return Micro(wall).Add(h.Ahead) }

// Admit tells whether entries may follow h when the store's clock reads wall, and returns the head after them, but for
// its root. Their places must be dense; their times must not fall, and lie within Tolerance of ledger time. A time
// equal to the last entry's is never too far ahead; one after it may be, so that ledger time cannot creep away from the
// clock entry by entry.
//
// An entry of KindClockStepped, first in its batch, may lie elsewhere: with it ledger time goes on from the entry's own
// time, never before the last entry and never behind the clock. So a backward step is absorbed, and undone when the
// clock comes back. Errors: ErrTime, ErrLeaf.
func (h Head) Admit(wall time.Time, entries []Entry) (Head, error) {
	wall = Micro(wall)
	for i := range entries {
		e := &entries[i]
		if e.Seq != h.Seq+1 {
			return h, fmt.Errorf("%w: entry %d after %d", ErrLeaf, e.Seq, h.Seq)
		}
		if len(e.Leaf) == 0 {
			return h, fmt.Errorf("%w: entry %d is not encoded", ErrLeaf, e.Seq)
		}
		if e.At.Before(h.At) {
			return h, fmt.Errorf("%w: entry %d lies before the last", ErrTime, e.Seq)
		}
		if i == 0 && e.Kind == KindClockStepped {
			h.Ahead = max(0, e.At.Sub(wall))
		}
		clock := wall.Add(h.Ahead)
		if e.At.Before(clock.Add(-Tolerance)) || e.At.After(clock.Add(Tolerance)) && e.At.After(h.At) {
			return h, fmt.Errorf("%w: entry %d is off by %v", ErrTime, e.Seq, e.At.Sub(clock))
		}
		h.Seq, h.At = e.Seq, e.At
	}
	return h, nil
}
