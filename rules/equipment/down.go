package equipment

import (
	"slices"
	"time"
)

// Down says what is to be recorded when an instrument, or some of its assays, cannot be used: every booking in its way
// is at risk in the same append. A planned outage begins later and ends. Errors: ErrUnknown, RefusedError.
func (b Book) Down(in Incident, seen string, a Ask) ([]Event, error) {
	i, ok := b.Instruments.Get(in.Instrument)
	if !ok || i.Status == Retired {
		return nil, ErrUnknown
	}
	in.Start, in.End, in.By = stamp(in.Start), in.End.UTC(), a.By
	if !in.Planned {
		in.Start = stamp(a.Now)
	}
	var bad *Problem
	switch {
	case in.Planned && (!in.Start.Before(in.End) || in.End.Before(a.Now)):
		bad = &Problem{Rule: "end-before-start", Say: "A planned outage ends after it begins, and not in the past."}
	case !in.End.IsZero() && !in.End.After(in.Start):
		bad = &Problem{Rule: "end-before-start", Say: "The estimate is not after the start."}
	case slices.ContainsFunc(in.Assays, func(x string) bool { return !i.Runs(x) }):
		bad = &Problem{Rule: "assay", Say: "It does not run one of these assays.", Instrument: i.ID}
	}
	if bad != nil {
		return nil, &RefusedError{Problems: []Problem{*bad}}
	}
	out := []Event{&Downed{Incident: in, Sealed: Note{seen}}}
	for _, k := range b.booked(i.ID) {
		switch hit := k.End.After(a.Now) && in.hits(k, k.around(i)); {
		case hit && k.Standing == Held: // nobody has it yet
			out = append(out, &Lapsed{Booking: k.ID, Version: k.Version + 1})
		case hit && k.Standing == Asked: // who asked must look elsewhere
			out = append(out, &Declined{Booking: k.ID, Version: k.Version + 1, Reason: "down"}, &Risked{Booking: k.ID, Version: k.Version + 2, Incident: in.ID})
		case hit && k.Standing == Booked:
			out = append(out, &Risked{Booking: k.ID, Version: k.Version + 1, Incident: in.ID})
		}
	}
	return out, nil
}

// Reroute finds every booking that an incident put at risk another place, the earliest first, in one append. Those for
// which there is none stay at risk: left names them. Errors: ErrUnknown.
func (b Book) Reroute(incident string, a Ask) (evs []Event, left []string, err error) {
	in, ok := b.Incidents.Get(incident)
	if !ok {
		return nil, nil, ErrUnknown
	}
	var risked []Booking
	for _, k := range b.Bookings.All() {
		if k.Standing == AtRisk && k.Incident == in.ID {
			risked = append(risked, k)
		}
	}
	slices.SortFunc(risked, func(x, y Booking) int { return x.Start.Compare(y.Start) })
	for _, why := range []string{"rerouted", "deferred"} { // who can keep the time does; then the others move
		kept := risked[:0]
		for _, k := range risked {
			items, s, ok := b.without(k).another(k, why == "rerouted", a)
			if !ok {
				kept = append(kept, k)
				continue
			}
			ev := &Moved{Booking: k.ID, Version: k.Version + 1, Items: items, Span: s, Why: why, Incident: in.ID}
			evs = append(evs, ev)
			b = b.Apply(ev, Mark{At: a.Now, By: a.By})
		}
		risked = kept
	}
	for _, k := range risked {
		left = append(left, k.ID)
	}
	return evs, left, nil
}

// Verify says that what was wrong is repaired, and the instrument is looked at before it returns. A planned outage that
// has not begun needs none: Release calls it off. Errors: ErrUnknown, ErrState.
func (b Book) Verify(incident, repaired string, a Ask) ([]Event, error) {
	in, ok := b.Incidents.Get(incident)
	switch {
	case !ok:
		return nil, ErrUnknown
	case in.Severity == Repaired || repaired == "" || in.ahead(a.Now):
		return nil, ErrState
	}
	return []Event{&VerifyingOne{Incident: incident, Sealed: Note{repaired}}}, nil
}

// Needed is what must have been looked at before an instrument returns.
var needed = []string{"control"}

// Release returns an instrument to service after its verification, by name: control passed since the repair, and no gate
// failed. A planned outage that has not begun is called off. What was at risk for it stands again. Errors: ErrUnknown,
// ErrState if it is not being verified, RefusedError.
func (b Book) Release(incident string, checked []string, a Ask) ([]Event, error) {
	in, ok := b.Incidents.Get(incident)
	switch {
	case !ok:
		return nil, ErrUnknown
	case in.ahead(a.Now):
		return b.then([]Event{&Returned{Incident: incident, Checked: []string{"called-off"}}}, a), nil
	case in.Severity != Repaired:
		return nil, ErrState
	}
	var problems []Problem
	for _, n := range needed {
		if !slices.Contains(checked, n) {
			problems = append(problems, Problem{Rule: "checklist", Say: "It returns only after a " + n + " was run and passed.", Instrument: in.Instrument})
		}
	}
	i, _ := b.Instruments.Get(in.Instrument)
	for _, g := range b.gates(i, in.Assays) {
		if g.At(a.Now) == GateFailed {
			problems = append(problems, Problem{Rule: "gate-failed", Say: "Its " + g.Name + " failed.", Instrument: i.ID, Assay: g.Assay})
		}
	}
	if len(problems) > 0 {
		return nil, &RefusedError{Problems: problems}
	}
	return b.then([]Event{&Returned{Incident: incident, Checked: checked}}, a), nil
}

// ended tells whether a planned outage is over, and nobody looks at the instrument yet.
func ended(in Incident, now time.Time) bool {
	return in.Planned && in.Severity != Repaired && !now.Before(in.End)
}

// ahead tells whether an incident is a planned outage that has not begun.
func (i Incident) ahead(now time.Time) bool {
	return i.Planned && i.Severity != Repaired && now.Before(i.Start)
}

// unverified returns an incident of a booking's instruments that is over but for its verification, or "".
func (b Book) unverified(k Booking) string {
	for _, in := range b.Incidents.All() {
		if in.unverified(k) {
			return in.ID
		}
	}
	return ""
}
