package critical

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// How a person takes a call.
const (
	HowMine   = "mine"    // my patient: I read it back
	HowAct    = "act"     // not my patient, but I act
	HowCallMe = "call-me" // I have it; telephone me
)

// LeaseFor is how long a take holds the next step of the ladder back, and
// leases how often one person may take a version of a call. The time of breach
// never moves.
const (
	LeaseFor = 3 * time.Minute
	leases   = 2
)

// ErrTaken says that another person has taken the call and the lease still
// runs; TakenError says who, and until when. A read-back is open to all the same.
var ErrTaken = errors.New("critical: another person has taken the call")

// TakenError is ErrTaken with who has it, and until when.
type TakenError struct {
	By    string
	Until time.Time
}

// Error names who.
func (e *TakenError) Error() string { return fmt.Sprintf("%v: %s", ErrTaken, e.By) }

// Unwrap is ErrTaken.
func (*TakenError) Unwrap() error { return ErrTaken }

// Taken says that a person took a call for three minutes: the next step of
// the ladder waits for that long at most. It hands nothing off.
type Taken struct {
	Call    string    `json:"call"`
	Ref     string    `json:"ref"`
	Version int       `json:"version"`
	How     string    `json:"how"`   // "mine", "act" or "call-me"
	Owner   string    `json:"owner"` // who took it
	N       int       `json:"n"`     // 1; 2 when the same person takes the version again
	Until   time.Time `json:"until"`
	Due     time.Time `json:"due"` // when the next step fires now

	Sealed Contact `json:"-"`
}

// Contact is where a person can be telephoned, in that person's own words.
type Contact struct {
	At string `json:"at,omitempty"`
}

// Kind is "critical.taken".
func (*Taken) Kind() string { return "critical.taken" }

// About is the call and who took it.
func (e *Taken) About() []string { return about(e.Call, e.Owner) }

// Enclosure is where to telephone.
func (e *Taken) Enclosure() any { return &e.Sealed }

// Take is one taking of a call.
type Take struct {
	By      string    `json:"by"`
	How     string    `json:"how"`
	N       int       `json:"n"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until"` // or when it was passed on
	Phone   string    `json:"phone,omitempty"`
}

// Lease is the taking that runs at now, if one does.
func (c Call) Lease(now time.Time) (Take, bool) {
	if len(c.Takes) == 0 {
		return Take{}, false
	}
	t := c.Takes[len(c.Takes)-1]
	return t, t.Version == c.Version && now.Before(t.Until)
}

func (c Call) takenBy(person string, version int) (n int) {
	for _, t := range c.Takes {
		if t.By == person && t.Version == version {
			n++
		}
	}
	return n
}

// Taking is a person's wish to take a call.
type Taking struct {
	Call    string // id or reference
	Version int
	By      string
	How     string
	At      string  // where to telephone, in the person's own words
	Resolve Resolve // for the desk, which telephones who says "call me"
}

// Take is the taking of a call by a person, who may (Reader.MayTake). The
// taker owns the call until another takes it. The next step waits for the end
// of the lease at most, and never more than two leases past its own time.
// "Call me" makes the desk's task at once. Errors: ErrUnknown, ErrClosed,
// ErrStale, ErrTaken, ErrMayNot, ErrNoReason for a way that there is not.
func (b Board) Take(t Taking, now time.Time) ([]Event, error) {
	now = stamp(now)
	c, err := b.open(t.Call, t.Version)
	if err != nil {
		return nil, err
	}
	if t.By == "" || t.How != HowMine && t.How != HowAct && t.How != HowCallMe {
		return nil, ErrNoReason
	}
	if err := c.MayTake(t.By, now); err != nil {
		return nil, err
	}
	until := now.Add(LeaseFor)
	out := []Event{&Taken{
		Call: c.ID, Ref: c.Ref, Version: c.Version, How: t.How, Owner: t.By, N: c.takenBy(t.By, c.Version) + 1, Until: until,
		Due: c.heldTo(until), Sealed: Contact{t.At},
	}}
	if t.How == HowCallMe {
		c, _ = b.Apply(out[0], Mark{At: now, By: t.By}).Calls.Get(c.ID)
		out = append(out, c.toDesk(t.Resolve, now, "telephone who asked to be called", t.By))
	}
	return out, nil
}

// MayTake tells whether, by what others did, a person may take the call now: ErrTaken while the lease of another
// runs, ErrMayNot (renewed) who took its version twice.
func (c Call) MayTake(person string, now time.Time) error {
	if has, ok := c.Lease(now); ok && has.By != person {
		return &TakenError{has.By, has.Until}
	}
	if c.takenBy(person, c.Version) >= leases {
		return &MayNotError{"renewed"}
	}
	return nil
}

// heldTo is when the next step fires if a lease runs until a time: then, but
// not later than two leases after its own time.
func (c Call) heldTo(until time.Time) time.Time {
	own := c.Own
	if own.IsZero() {
		own = c.NextAt
	}
	if last := own.Add(leases * LeaseFor); until.After(last) {
		until = last
	}
	if until.After(c.NextAt) {
		return until
	}
	return c.NextAt
}

func (c Call) taken(e *Taken, at time.Time) Call {
	if c.takenBy(e.Owner, e.Version) >= e.N {
		return c
	}
	c.Takes = append(slices.Clip(slices.Clone(c.Takes)), Take{
		By: e.Owner, How: e.How, N: e.N, Version: e.Version, At: at, Until: stamp(e.Until), Phone: e.Sealed.At,
	})
	c.Owner = e.Owner
	if due := stamp(e.Due); due.After(c.NextAt) {
		if c.Own.IsZero() {
			c.Own = c.NextAt
		}
		c.NextAt = due
	}
	return c
}
