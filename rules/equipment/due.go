package equipment

import "time"

// Due returns what must be recorded at a time: bookings that nobody checked in to, places held and not taken, places
// asked for and not answered, waits that are over, planned outages that end and must be verified. Applied, it leaves every
// deadline in the future. It costs the due ones only.
func (b Book) Due(now time.Time, zone func(string) *time.Location) []Event {
	now = stamp(now)
	var out []Event
	add := func(evs ...Event) {
		for _, ev := range evs {
			b = b.Apply(ev, Mark{At: now, By: "clock"})
		}
		out = append(out, evs...)
	}
	freed := false
	last := when(now, "\xff")
	for key, id := range b.due.All() {
		if key > last {
			break
		}
		if w, ok := b.Wants.Get(id); ok {
			if w.Offered == "" {
				add(&Lapsed{Want: id})
			}
			continue
		}
		k, ok := b.Bookings.Get(id)
		if at, due := b.deadline(k); !ok || !due || at.After(now) {
			continue // an event of this turn changed it
		}
		switch k.Standing { //nolint:exhaustive // only these have deadlines
		case Held:
			add(&Lapsed{Booking: id, Version: k.Version + 1})
			freed = true
		case Asked:
			add(b.displace(k, "escalated", Ask{Now: now, By: "clock", Zone: zone})...)
			freed = true
		case Booked:
			switch in := b.unverified(k); {
			case b.used(k):
			case in != "": // nobody could check in
				add(&Risked{Booking: id, Version: k.Version + 1, Incident: in})
			default:
				add(&MissedOne{Booking: id, Version: k.Version + 1})
				freed = true
			}
		}
	}
	for _, in := range b.Incidents.All() {
		if ended(in, now) {
			add(&VerifyingOne{Incident: in.ID})
		}
	}
	if freed {
		add(b.offer(now, zone)...)
	}
	return out
}

// NextDue returns the next deadline, or false if there is none.
func (b Book) NextDue() (time.Time, bool) {
	var next time.Time
	found := false
	take := func(t time.Time) {
		if !found || t.Before(next) {
			next, found = t, true
		}
	}
	for _, id := range b.due.All() {
		if w, ok := b.Wants.Get(id); ok {
			if w.Offered == "" {
				take(w.End)
				break
			}
			continue
		}
		k, _ := b.Bookings.Get(id)
		if at, ok := b.deadline(k); ok && (k.Standing != Booked || !b.used(k)) {
			take(at)
			break
		}
	}
	for _, in := range b.Incidents.All() {
		if in.Planned && in.Severity != Repaired {
			take(in.End)
		}
	}
	return next, found
}
