package equipment

import (
	"slices"
	"strings"
	"time"
)

// Preempt asks for the place of a booking that is in the way of an urgent one. Its owner must answer by reading back;
// who does not within the rules' time is displaced then, and the supervisor is told (Due). Running work that cannot be
// interrupted is never asked. Errors: ErrUnknown, ErrOver, StaleError, ErrState, RefusedError for what else is in the way.
func (b Book) Preempt(id string, version int, urgent Booking, a Ask) ([]Event, error) {
	a2 := a
	a2.Supervisor = true // whom the place is asked of decides nothing yet
	k, err := b.open(id, version, a2)
	if err != nil {
		return nil, err
	}
	urgent = b.fresh(urgent, a)
	urgent.Purpose = Stat
	if k.Standing == Asked || k.Standing == Held || k.Purpose == Stat || !k.canMove(a.Now) {
		return nil, ErrState
	}
	if !slices.Contains(b.blockers(urgent), k.ID) {
		return nil, ErrState // its place is not needed
	}
	if problems := b.without(k).check(urgent, nil, a); len(problems) > 0 {
		return nil, &RefusedError{Problems: problems}
	}
	wait := time.Duration(0)
	for _, it := range k.Items {
		i, _ := b.Instruments.Get(it.Instrument)
		wait = max(wait, or(b.rules(i).Answer, DefaultRules().Answer))
	}
	return []Event{&AskedFor{Booking: id, Version: version + 1, For: urgent, Until: stamp(a.Now.Add(wait))}}, nil
}

// without is the book without a booking's slots.
func (b Book) without(k Booking) Book {
	b = b.index(k, false)
	b.Bookings = b.Bookings.Without(k.ID)
	return b
}

// blockers returns the bookings that keep another out.
func (b Book) blockers(k Booking) []string {
	var out []string
	for _, it := range k.Items {
		i, _ := b.Instruments.Get(it.Instrument)
		l := b.lane(it.Instrument)
		s := k.around(i)
		if _, busy := l.blocked(s, it.Demand, i, k.ID); busy {
			out = append(out, l.others(s, k.ID)...)
		}
	}
	return out
}

// Yield is the read-back of who is displaced: the owner types which instrument is given up (the name of the first one, or
// the last part of its id; case and spaces do not count). The urgent booking gets the place and the displaced one its next best, in one append.
// Errors: ErrUnknown, ErrOver, StaleError, ErrNotYours, ErrState, ErrMismatch.
func (b Book) Yield(id string, version int, typed string, a Ask) ([]Event, error) {
	k, err := b.open(id, version, a)
	if err != nil {
		return nil, err
	}
	if k.Standing != Asked {
		return nil, ErrState
	}
	i, _ := b.Instruments.Get(k.Items[0].Instrument)
	_, name, _ := strings.Cut(i.ID, "/")
	if said := plainly(typed); said != plainly(name) && (i.Name == "" || said != plainly(i.Name)) {
		return nil, ErrMismatch
	}
	return b.displace(k, "read-back", a), nil
}

// plainly is a name without case and spaces.
func plainly(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

// Decline lets an asked booking keep its place. Only a supervisor may, or who asked for it. Errors: as Yield.
func (b Book) Decline(id string, version int, reason string, a Ask) ([]Event, error) {
	a2 := a
	a2.Supervisor = true
	k, err := b.open(id, version, a2)
	switch {
	case err != nil:
		return nil, err
	case k.Standing != Asked:
		return nil, ErrState
	case !a.Supervisor && a.By != k.For.By:
		return nil, ErrNotYours
	}
	return []Event{&Declined{Booking: id, Version: version + 1, Reason: reason}}, nil
}

// displace gives a booking's place to the urgent one, and the booking another: an equal instrument at the same time, the
// next time on its own or an equal one, or none.
func (b Book) displace(k Booking, heard string, a Ask) []Event {
	urgent := *k.For
	rest := b.without(k)
	if k.Standing != Asked || !k.canMove(a.Now) || len(rest.check(urgent, nil, Ask{Now: a.Now, By: urgent.By, Zone: a.Zone})) > 0 {
		return []Event{&Declined{Booking: k.ID, Version: k.Version + 1, Reason: "not-needed"}} // what was asked for cannot be had any more
	}
	taken := rest.put(urgent)
	items, s, ok := taken.another(k, false, a)
	gone := &DisplacedOne{Booking: k.ID, Version: k.Version + 1, Heard: heard, Over: !ok}
	if heard == "escalated" {
		gone.Escalated = "supervisor"
	}
	out := []Event{gone}
	if ok {
		why := "deferred"
		if s == k.Span {
			why = "rerouted"
		}
		out = append(out, &Moved{Booking: k.ID, Version: k.Version + 2, Items: items, Span: s, Why: why})
	}
	return append(out, &Placed{Booking: urgent})
}

// another finds a booking another place: first at its own time, then, unless only that will do, the next one.
func (b Book) another(k Booking, sameTime bool, a Ask) ([]Item, Span, bool) {
	k.Version, k.Standing, k.For, k.Incident = 1, Booked, nil, ""
	ask := Ask{Now: a.Now, By: k.Owner, Zone: a.Zone}
	fits := func(k Booking) bool {
		// What was promised before is not refused for notice or quota now: who is displaced has not asked for it.
		return !slices.ContainsFunc(b.check(k, nil, ask), func(p Problem) bool { return !p.Pass || p.Rule == "competence" })
	}
	choices := b.choices(k)
	if !k.Start.Before(a.Now) {
		for _, items := range choices {
			at := k
			if at.Items = items; fits(at) {
				return at.Items, at.Span, true
			}
		}
	}
	best, found := k, false
	if sameTime {
		return nil, Span{}, false
	}
	for _, items := range choices {
		at := k
		at.Items = items
		from := latest(k.Start, a.Now)
		t, ok := b.next(at, from, from.Add(offerWithin))
		at.Span = Span{t, t.Add(k.Length())}
		if ok && (!found || at.Start.Before(best.Start)) && fits(at) {
			best, found = at, true
		}
	}
	return best.Items, best.Span, found
}

// choices are the items of a booking, and those in which one instrument is replaced by an equal one. What is being
// verified is none: nobody knows when it is released.
func (b Book) choices(k Booking) [][]Item {
	var out [][]Item
	if !slices.ContainsFunc(k.Items, func(it Item) bool {
		i, _ := b.Instruments.Get(it.Instrument)
		return i.Status == Verifying
	}) {
		out = append(out, k.Items)
	}
	for n, it := range k.Items {
		for _, e := range b.equals(it.Instrument) {
			if _, twice := k.On(e.ID); !twice {
				items := slices.Clone(k.Items)
				items[n].Instrument = e.ID
				out = append(out, items)
			}
		}
	}
	return out
}
