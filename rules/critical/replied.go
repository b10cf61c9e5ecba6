package critical

import (
	"slices"
	"time"
)

// replied folds what people did about an open call besides ending it.
func (c Call) replied(ev Event, by string, at time.Time) Call {
	switch e := ev.(type) {
	case *Taken:
		return c.taken(e, at)
	case *PassedOn:
		return c.passedOn(e, at)
	case *Attempted:
		return c.attempted(e, by, at)
	case *AttemptFailed:
		return c.failed(e, at)
	case *Telephoned:
		return c.hungUp(e.N, at, func(p *Phone) {
			p.Outcome, p.Receiver, p.Name, p.Role, p.Known = "telephoned", e.Receiver, e.Sealed.Name, e.Role, e.Known
		})
	case *Mismatched:
		if c.Mismatches >= e.N {
			return c
		}
		c.Mismatches = e.N
		c.Tries = append(slices.Clip(slices.Clone(c.Tries)), Try{By: by, Version: e.Version, At: at, Fields: e.Fields, Phone: e.Phone})
		return c.hungUp(e.Phone, at, func(p *Phone) {
			p.Outcome, p.Receiver, p.Name, p.Role, p.Known = "mismatch", e.Receiver, e.Sealed.Name, e.Role, e.Known
		})
	case *Escalated:
		c.Skipped = append(slices.Clip(slices.Clone(c.Skipped)), Skip{Ask: e.Ask, Version: e.Version, At: at, Why: e.Why})
	case *LookedAt:
		c.Glass = append(slices.Clip(slices.Clone(c.Glass)), Pane{By: by, Reason: e.Reason, Text: e.Sealed.Text, At: at})
	}
	return c
}

// late folds a read-back that came after the call was over.
func (b Board) late(e *Attempted, by string) Board {
	c, ok := b.Finished.Get(e.Call)
	if !ok || !e.Late || slices.Contains(c.Late, by) {
		return b
	}
	c.Late = append(slices.Clip(slices.Clone(c.Late)), by)
	b.Finished = b.Finished.With(c.ID, c)
	return b
}

// Late is the event for a read-back that came after the call was over, once
// for each person: the attempt is recorded, and the first one stays the
// winner. Nothing for one that cannot be read, or is of another version.
func (b Board) Late(a Answer) []Event {
	c, ok := b.Find(a.Call)
	if !ok || c.Standing == IsOpen || c.Version != a.Version || a.By == "" || a.By == c.Owner || slices.Contains(c.Late, a.By) || !c.Identified() {
		return nil
	}
	fields, err := c.compare(a.Typed, a.Locale)
	if err != nil {
		return nil
	}
	return []Event{&Attempted{
		Call: c.ID, Ref: c.Ref, Version: c.Version, Via: ViaApp, Late: true, Match: len(fields) == 0, Entered: a.Entered,
		Sealed: Tried{Typed: c.kept(a.Typed)},
	}}
}
