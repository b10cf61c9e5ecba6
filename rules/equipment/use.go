package equipment

import (
	"slices"
	"time"
)

// early is how long before its start a booking can be checked in.
const early = 15 * time.Minute

// CheckIn says what is to be recorded when a booking's work begins: its instruments work and are free, and for patients'
// work every gate is met. Overdue gates can be let pass by a second person, failed ones by nobody. Errors: ErrUnknown,
// ErrOver, StaleError, ErrNotYours, ErrState, RefusedError.
func (b Book) CheckIn(id string, version int, a Ask) ([]Event, error) {
	k, err := b.open(id, version, a)
	if err != nil {
		return nil, err
	}
	if k.Standing != Booked && k.Standing != AtRisk {
		return nil, ErrState
	}
	var problems []Problem
	var passed []Event
	if a.Now.Before(k.Start.Add(-early)) {
		problems = append(problems, Problem{Rule: "early", Say: "It can be checked in from " + span(early) + " before its start."})
	}
	for _, it := range k.Items {
		i, _ := b.Instruments.Get(it.Instrument)
		problems = append(problems, b.ready(k, i, a.Now)...)
	}
	kept := problems[:0]
	for _, p := range problems {
		if p.Pass && a.Supervisor && a.By != k.Owner && a.Reason != "" && slices.Contains(a.Pass, p.Rule) {
			passed = append(passed, &Overridden{Rule: p.Rule, Booking: id, Sealed: Note{a.Reason}})
			continue
		}
		kept = append(kept, p)
	}
	if len(kept) > 0 {
		return nil, &RefusedError{Problems: kept}
	}
	return append(passed, &CheckedIn{Booking: id, Version: version + 1, Operator: k.Owner}), nil
}

// ready looks whether work for a booking can begin on an instrument now.
func (b Book) ready(k Booking, i Instrument, now time.Time) []Problem {
	var out []Problem
	if u, ok := b.Uses.Get(i.ID); ok && !i.Shared {
		p := Problem{Rule: "in-use", Say: "Somebody still uses it.", Instrument: i.ID}
		if u.Booking != "" {
			p.Blocks = []string{u.Booking}
		}
		out = append(out, p)
	}
	s := k.around(i)
	s.Start = now
	for _, in := range b.incidents(i.ID) {
		if in.unverified(k) || in.hits(k, s) && (!in.Planned || !now.Before(in.Start)) {
			out = append(out, Problem{Rule: "down", Say: "It is down, or being verified.", Instrument: i.ID, Blocks: []string{in.ID}})
		}
	}
	if !k.Purpose.patients() {
		return out
	}
	for _, g := range b.gates(i, k.Assays) {
		switch g.At(now) {
		case GateFailed:
			out = append(out, Problem{Rule: "gate-failed", Say: "Its " + g.Name + " failed. Nothing can be run before it passes.", Instrument: i.ID, Assay: g.Assay})
		case GateOverdue:
			out = append(out, Problem{Rule: "gate-overdue", Say: "Its " + g.Name + " is overdue.", Instrument: i.ID, Assay: g.Assay, Pass: true})
		case GateOK, GateDueSoon:
		}
	}
	return out
}

// gates returns the gates of an instrument that count for some assays; for none named, all of them.
func (b Book) gates(i Instrument, assays []string) []Gate {
	var out []Gate
	for _, g := range b.Gates.From(i.ID + " ") {
		if g.Instrument != i.ID {
			break
		}
		if g.Assay == "" || len(assays) == 0 || slices.Contains(assays, g.Assay) {
			out = append(out, g)
		}
	}
	return out
}

// WalkUp says what is to be recorded when a person uses an instrument without a booking: it is free, works, and is not
// booked by another now. Errors: ErrUnknown, RefusedError.
func (b Book) WalkUp(instrument string, a Ask) ([]Event, error) {
	i, ok := b.Instruments.Get(instrument)
	if !ok || i.Status == Retired {
		return nil, ErrUnknown
	}
	now := Booking{Items: []Item{{Instrument: instrument, Demand: 1}}, Span: Span{a.Now, a.Now.Add(time.Minute)}, Owner: a.By, Purpose: Routine}
	problems := b.ready(now, i, a.Now)
	for _, id := range b.lane(instrument).others(now.Span, "") {
		if k, _ := b.Bookings.Get(id); k.Owner != a.By && !i.Shared {
			problems = append(problems, Problem{Rule: "taken", Say: "It is booked now.", Instrument: instrument, Blocks: []string{id}})
		}
	}
	if len(problems) > 0 {
		return nil, &RefusedError{Problems: problems}
	}
	return []Event{&WalkedUp{Instrument: instrument, Operator: a.By}}, nil
}

func (b Book) lane(instrument string) lane {
	l, _ := b.lanes.Get(instrument)
	return l
}

// Finish ends a booking's work, with a note to the next user; what is left of its time is offered to who waits. Errors:
// ErrUnknown, ErrOver, StaleError, ErrNotYours, ErrState.
func (b Book) Finish(id string, version int, note string, a Ask) ([]Event, error) {
	k, err := b.open(id, version, a)
	if err != nil {
		return nil, err
	}
	if k.Standing != InUse {
		return nil, ErrState
	}
	return b.then([]Event{&Finished{Booking: id, Version: version + 1, Sealed: Note{note}}}, a), nil
}

// Leave ends a use without a booking. Errors: ErrState, ErrNotYours.
func (b Book) Leave(instrument, note string, a Ask) ([]Event, error) {
	u, ok := b.Uses.Get(instrument)
	switch {
	case !ok || u.Booking != "":
		return nil, ErrState
	case u.Operator != a.By && !a.Supervisor:
		return nil, ErrNotYours
	}
	return []Event{&Finished{Instrument: instrument, Sealed: Note{note}}}, nil
}

// Accept takes over what the last user left. Errors: ErrUnknown if nothing was left; ErrNotYours to who left it.
func (b Book) Accept(instrument string, a Ask) ([]Event, error) {
	h, ok := b.Handovers.Get(instrument)
	switch {
	case !ok:
		return nil, ErrUnknown
	case h.From == a.By:
		return nil, ErrNotYours
	}
	return []Event{&Accepted{Instrument: instrument}}, nil
}
