package equipment

import (
	"slices"
	"time"
)

// Try tells what is in the way of a booking, and what could be had instead; nil if nothing is. It is the engine that
// Place asks.
func (b Book) Try(k Booking, a Ask) *RefusedError {
	_, err := b.refuse(b.fresh(k, a), nil, a)
	if refused, ok := err.(*RefusedError); ok { //nolint:errorlint // refuse returns no other
		return refused
	}
	return nil
}

// fresh fills in what a new booking does not name.
func (b Book) fresh(k Booking, a Ask) Booking {
	k.Start, k.End = stamp(k.Start), stamp(k.End)
	k.Version, k.By, k.Standing = 1, a.By, Booked
	if k.Owner == "" {
		k.Owner = a.By
	}
	k.For, k.Incident, k.Until, k.Used, k.Answered = nil, "", time.Time{}, time.Time{}, ""
	return k
}

// Place says what is to be recorded for a new booking: all of its instruments, or none. Errors: RefusedError.
func (b Book) Place(k Booking, note string, a Ask) ([]Event, error) {
	k = b.fresh(k, a)
	passed, err := b.refuse(k, nil, a)
	if err != nil {
		return nil, err
	}
	return append([]Event{&Placed{Booking: k, Sealed: Note{note}}}, passed...), nil
}

// open is the live booking of an id and version that who asks may change.
func (b Book) open(id string, version int, a Ask) (Booking, error) {
	k, ok := b.Bookings.Get(id)
	switch {
	case !ok:
		return k, ErrUnknown
	case !k.Standing.Live():
		return k, ErrOver
	case k.Version != version:
		return k, &StaleError{k}
	case !a.may(k):
		return k, ErrNotYours
	}
	return k, nil
}

// Move gives a booking another time or other instruments; extending and shortening are moves too. What runs keeps its
// start and its instruments. Errors: ErrUnknown, ErrOver, StaleError, ErrNotYours, ErrState, RefusedError.
func (b Book) Move(id string, version int, items []Item, s Span, a Ask) ([]Event, error) {
	old, err := b.open(id, version, a)
	if err != nil {
		return nil, err
	}
	k := old
	k.Span = Span{stamp(s.Start), stamp(s.End)}
	if len(items) > 0 {
		k.Items = items
	}
	switch {
	case old.Standing == InUse && (k.Start != old.Start || !slices.Equal(k.Items, old.Items) || k.End.Before(a.Now)):
		return nil, ErrState
	case old.Standing == Held || old.Standing == Asked:
		return nil, ErrState
	}
	passed, err := b.refuse(k, &old, a)
	if err != nil {
		return nil, err
	}
	if old.Standing == InUse { // the booking stays in use: only its end moves
		return append([]Event{&Extended{Booking: id, Version: version + 1, End: k.End}}, passed...), nil
	}
	moved := &Moved{Booking: id, Version: version + 1, Items: k.Items, Span: k.Span, Why: "asked"}
	return b.then(append([]Event{moved}, passed...), a), nil
}

// Transfer gives a booking to another person, who must be allowed to have it. Errors: as Move.
func (b Book) Transfer(id string, version int, to string, a Ask) ([]Event, error) {
	old, err := b.open(id, version, a)
	if err != nil {
		return nil, err
	}
	if old.Standing != Booked && old.Standing != AtRisk {
		return nil, ErrState
	}
	k := old
	k.Owner = to
	passed, err := b.refuse(k, &old, a)
	if err != nil {
		return nil, err
	}
	return append([]Event{&Transferred{Booking: id, Version: version + 1, To: to}}, passed...), nil
}

// Cancel gives a booking up. Its place goes to urgent work that asked for it, else it is offered to who waits. Errors:
// ErrUnknown, ErrOver, StaleError, ErrNotYours, ErrState for what runs, RefusedError if it is too late.
func (b Book) Cancel(id string, version int, reason, note string, a Ask) ([]Event, error) {
	k, err := b.open(id, version, a)
	if err != nil {
		return nil, err
	}
	if k.Standing == InUse {
		return nil, ErrState
	}
	if p := b.tooLate(k, a); p != nil && !a.Supervisor {
		return nil, &RefusedError{Problems: []Problem{*p}}
	}
	out := []Event{&CancelledOne{Booking: id, Version: version + 1, Reason: reason, Sealed: Note{note}}}
	if k.Standing == Asked && len(b.without(k).check(*k.For, nil, Ask{Now: a.Now, By: k.For.By, Zone: a.Zone})) == 0 {
		out = append(out, &Placed{Booking: *k.For}) // before anybody who waits
	}
	return b.then(out, a), nil
}

// tooLate looks at the notice for cancelling; what is at risk may always be given up.
func (b Book) tooLate(k Booking, a Ask) *Problem {
	if k.Standing != Booked {
		return nil
	}
	for _, it := range k.Items {
		i, _ := b.Instruments.Get(it.Instrument)
		if n := b.rules(i).NoticeCancel; n > 0 && k.Start.Before(a.Now.Add(minutes(n))) {
			return &Problem{Rule: "notice-cancel", Say: "It can be cancelled until " + span(minutes(n)) + " before it begins; a supervisor can later.", Instrument: i.ID}
		}
	}
	return nil
}

// then adds to events what follows from them at once: places offered to those who wait.
func (b Book) then(evs []Event, a Ask) []Event {
	after := b
	for _, ev := range evs {
		after = after.Apply(ev, Mark{At: a.Now, By: a.By})
	}
	return append(evs, after.offer(a.Now, a.Zone)...)
}
