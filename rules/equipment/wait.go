package equipment

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Wait says what is to be recorded when a person waits for a place: at once an offer, if there is one. Errors:
// ErrUnknown, RefusedError.
func (b Book) Wait(w Want, a Ask) ([]Event, error) {
	w.Start, w.End, w.Since, w.Offered = stamp(w.Start), stamp(w.End), time.Time{}, ""
	if w.Person == "" {
		w.Person = a.By
	}
	for _, id := range w.Any {
		if i, ok := b.Instruments.Get(id); !ok || i.Status == Retired {
			return nil, ErrUnknown
		}
	}
	var bad *Problem
	switch {
	case len(w.Any) == 0:
		bad = &Problem{Rule: "no-instrument", Say: "No instrument is named."}
	case w.Minutes < 1 || minutes(w.Minutes) > w.Length():
		bad = &Problem{Rule: "end-before-start", Say: "The time asked for does not hold the minutes asked for."}
	case !w.End.After(a.Now):
		bad = &Problem{Rule: "past", Say: "It ends in the past."}
	case !slices.Contains(purposes, w.Purpose):
		bad = &Problem{Rule: "unknown-purpose", Say: "There is no such purpose."}
	}
	if bad != nil {
		return nil, &RefusedError{Problems: []Problem{*bad}}
	}
	return b.then([]Event{&Waited{Want: w}}, a), nil
}

// offer returns an offer for each who waits and can have a place now: the more urgent first, then who waited longer.
// It costs a look at the lanes for each of them.
func (b Book) offer(now time.Time, zone func(string) *time.Location) []Event {
	var waiting []Want
	for _, w := range b.Wants.All() {
		if w.Offered == "" {
			waiting = append(waiting, w)
		}
	}
	slices.SortFunc(waiting, func(x, y Want) int {
		return cmp.Or(cmp.Compare(y.Priority, x.Priority), x.Since.Compare(y.Since), cmp.Compare(x.ID, y.ID))
	})
	var out []Event
	for _, w := range waiting {
		if k, ok := b.placeFor(w, now, zone); ok {
			ev := &Offered{Want: w.ID, Booking: k}
			out = append(out, ev)
			b = b.Apply(ev, Mark{At: now, By: "clock"})
		}
	}
	return out
}

// placeFor returns the earliest booking that a wait can have.
func (b Book) placeFor(w Want, now time.Time, zone func(string) *time.Location) (Booking, bool) {
	_, tail, _ := strings.Cut(w.ID, "/")
	var best Booking
	found := false
	for _, id := range w.Any {
		i, _ := b.Instruments.Get(id)
		k := Booking{
			ID: "booking/" + tail, Items: []Item{{Instrument: id, Demand: w.Demand}}, Purpose: w.Purpose, Owner: w.Person, By: w.Person,
			Assays: w.Assays, Version: 1, Standing: Held, Until: stamp(now.Add(or(b.rules(i).Hold, DefaultRules().Hold))),
		}
		from := latest(w.Start, now)
		for {
			k.Span = Span{from, from.Add(minutes(w.Minutes))}
			t, ok := b.next(k, from, w.End)
			k.Span = Span{t, t.Add(minutes(w.Minutes))}
			if !ok || k.End.After(w.End) || found && !k.Start.Before(best.Start) {
				break
			}
			if len(b.check(k, nil, Ask{Now: now, By: w.Person, Zone: zone})) == 0 {
				best, found = k, true
				break
			}
			from = t.Add(30 * time.Minute) // a quota is in the way: look on
		}
	}
	return best, found
}

// Take books a place that was held. Errors: ErrUnknown, ErrOver, StaleError, ErrNotYours, ErrState.
func (b Book) Take(id string, version int, a Ask) ([]Event, error) {
	k, err := b.open(id, version, a)
	if err != nil {
		return nil, err
	}
	if k.Standing != Held {
		return nil, ErrState
	}
	return []Event{&Taken{Booking: id, Version: version + 1}}, nil
}

// Unwait ends a wait; a place held for it is free again. Errors: ErrUnknown, ErrNotYours.
func (b Book) Unwait(id string, a Ask) ([]Event, error) {
	w, ok := b.Wants.Get(id)
	switch {
	case !ok:
		return nil, ErrUnknown
	case w.Person != a.By && !a.Supervisor:
		return nil, ErrNotYours
	}
	if k, held := b.Bookings.Get(w.Offered); held {
		return b.then([]Event{&Lapsed{Booking: k.ID, Version: k.Version + 1}}, a), nil
	}
	return []Event{&Lapsed{Want: id}}, nil
}
