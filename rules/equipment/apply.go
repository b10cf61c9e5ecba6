package equipment

import (
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Apply is the book after one more event. An event for a booking's older version, or for one that is over, changes
// nothing, nor do events of other rooms.
func (b Book) Apply(ev any, m Mark) Book {
	at := stamp(m.At)
	if _, ours := ev.(Event); ours {
		b = b.sweep(at)
	}
	switch e := ev.(type) {
	case *Listed:
		i := e.Instrument
		if old, ok := b.Instruments.Get(i.ID); ok {
			i.Status = old.Status
		} else {
			i.Status = Ready
		}
		b = b.relist(i)
	case *RetiredOne:
		if i, ok := b.Instruments.Get(e.Instrument); ok {
			i.Status = Retired
			b.Instruments = b.Instruments.With(i.ID, i)
		}
	case *Ruled:
		b = b.ruled(e.Rules)
	case *Gated:
		if b.Gates = b.Gates.With(gateKey(e.Gate), e.Gate); e.Gate.Gone {
			b.Gates = b.Gates.Without(gateKey(e.Gate))
		}
	case *Competent:
		b.Competencies = b.Competencies.With(competencyKey(e.Competency), e.Competency)
	case *Placed:
		b = b.placed(e.Booking, m.By, at)
	case *Offered:
		b = b.placed(e.Booking, m.By, at)
		if w, ok := b.Wants.Get(e.Want); ok {
			w.Offered = e.Booking.ID
			b.Wants = b.Wants.With(w.ID, w)
		}
	case *Waited:
		w := e.Want
		w.Since = at
		b.Wants = b.Wants.With(w.ID, w)
		b.due = b.due.With(when(w.End, w.ID), w.ID)
	case *Downed, *VerifyingOne, *Returned:
		b = b.happened(ev, at)
	case *WalkedUp:
		b.Uses = b.Uses.With(e.Instrument, Use{Instrument: e.Instrument, Operator: e.Operator, Start: at})
	case *Accepted:
		b.Handovers = b.Handovers.Without(e.Instrument)
	case *Finished:
		if e.Booking == "" {
			b.Uses = b.Uses.Without(e.Instrument)
			return b.left(e.Instrument, m.By, at, e.Sealed.Text)
		}
		return b.changed(ev, m.By, at)
	case *Lapsed:
		if e.Booking == "" {
			return b.unwant(e.Want)
		}
		return b.changed(ev, m.By, at)
	case *Overridden:
	case *FeedOpened:
		f := e.Feed
		f.Since = at
		b.Feeds = b.Feeds.With(f.Hash, f)
	case *FeedEnded:
		for hash, f := range b.Feeds.All() {
			if f.ID == e.Feed {
				b.Feeds = b.Feeds.Without(hash)
			}
		}
	default:
		return b.changed(ev, m.By, at)
	}
	return b
}

// placed folds a new booking.
func (b Book) placed(k Booking, by string, at time.Time) Book {
	if _, ok := b.Bookings.Get(k.ID); ok || len(k.Items) == 0 {
		return b
	}
	k.Start, k.End, k.Version, k.Changed = stamp(k.Start), stamp(k.End), 1, at
	if k.By == "" {
		k.By = by
	}
	if k.Standing == "" {
		k.Standing = Booked
	}
	return b.put(k)
}

// ruled folds a rule set: deadlines of its bookings may change.
func (b Book) ruled(r Rules) Book {
	var touched []Booking
	for id, i := range b.Instruments.All() {
		if i.Rules == r.ID {
			touched = append(touched, b.booked(id)...)
		}
	}
	for _, k := range touched {
		b = b.index(k, false)
	}
	b.Rules = b.Rules.With(r.ID, r)
	for _, k := range touched {
		b = b.index(k, true)
	}
	return b
}

// changed folds what happened to one booking.
func (b Book) changed(ev any, by string, at time.Time) Book {
	id, version := target(ev)
	k, ok := b.Bookings.Get(id)
	if !ok || version != k.Version+1 || !k.Standing.Live() {
		return b
	}
	if k.Standing == Held {
		for _, w := range b.Wants.All() {
			if w.Offered == k.ID {
				b = b.unwant(w.ID) // who takes the place, or lets it lapse, waits no more
			}
		}
	}
	k.Version, k.Changed = version, at
	switch e := ev.(type) {
	case *Moved:
		k.Items, k.Start, k.End = e.Items, stamp(e.Start), stamp(e.End)
		k.Standing, k.Incident, k.For, k.Until, k.Since = Booked, "", nil, time.Time{}, time.Time{}
	case *Extended:
		k.End = stamp(e.End)
	case *Transferred:
		k.Owner = e.To
	case *CancelledOne:
		k.Standing = Cancelled
	case *CheckedIn:
		k.Standing, k.Used = InUse, at
		for _, it := range k.Items {
			if i, _ := b.Instruments.Get(it.Instrument); !i.Shared {
				b.Uses = b.Uses.With(it.Instrument, Use{Instrument: it.Instrument, Booking: k.ID, Operator: e.Operator, Start: at})
			}
		}
	case *Finished:
		b = b.finished(&k, by, at, e.Sealed.Text)
	case *MissedOne:
		k.Standing = Missed
	case *Taken:
		k.Standing, k.Until = Booked, time.Time{}
	case *Lapsed:
		k.Standing = Expired
	case *AskedFor:
		urgent := e.For
		k.Standing, k.For, k.Until = Asked, &urgent, stamp(e.Until)
	case *Declined:
		k.Standing, k.For, k.Until = Booked, nil, time.Time{}
	case *DisplacedOne:
		k.Answered, k.For, k.Until = e.Heard, nil, time.Time{}
		if k.Standing = Booked; e.Over {
			k.Standing = Displaced
		}
		b.Uses = b.unused(k)
	case *Risked:
		k.Standing, k.Incident, k.For, k.Until = AtRisk, e.Incident, nil, time.Time{}
	}
	return b.put(k)
}

// finished ends a booking's work: what is left of its time is free.
func (b Book) finished(k *Booking, by string, at time.Time, text string) Book {
	k.Standing = Done
	if at.Before(k.End) && at.After(k.Start) {
		k.End = at
	}
	b.Uses = b.unused(*k)
	for _, it := range k.Items {
		b = b.left(it.Instrument, by, at, text)
	}
	return b
}

// left keeps what a user leaves to the next one.
func (b Book) left(instrument, by string, at time.Time, text string) Book {
	if text != "" {
		b.Handovers = b.Handovers.With(instrument, Handover{Instrument: instrument, From: by, At: at, Text: text})
	}
	return b
}

func (b Book) unwant(id string) Book {
	if w, ok := b.Wants.Get(id); ok {
		b.due = b.due.Without(when(w.End, id))
		b.Wants = b.Wants.Without(id)
	}
	return b
}

// happened folds what happened to an instrument.
func (b Book) happened(ev any, at time.Time) Book {
	var id string
	switch e := ev.(type) {
	case *Downed:
		in := e.Incident
		in.Start = stamp(in.Start)
		if !in.End.IsZero() {
			in.End = stamp(in.End)
		}
		b.Incidents = b.Incidents.With(in.ID, in)
		return b.restatus(in.Instrument)
	case *VerifyingOne:
		id = e.Incident
	case *Returned:
		id = e.Incident
	}
	in, ok := b.Incidents.Get(id)
	if !ok {
		return b
	}
	if _, back := ev.(*Returned); !back {
		in.Severity = Repaired
		b.Incidents = b.Incidents.With(id, in)
		return b.restatus(in.Instrument)
	}
	b.Incidents = b.Incidents.Without(id)
	for _, k := range b.booked(in.Instrument) {
		if k.Standing != AtRisk {
			continue
		}
		if k.Incident = b.hitBy(k); k.Incident == "" {
			k.Standing, k.Since, k.Changed = Booked, at, at // who has it gets the time to check in anew
		}
		b = b.put(k)
	}
	return b.restatus(in.Instrument)
}

// Repaired is the severity of an incident whose instrument is being verified.
const Repaired = "repaired"

// restatus sets an instrument's status by its open incidents.
func (b Book) restatus(id string) Book {
	i, ok := b.Instruments.Get(id)
	if !ok || i.Status == Retired {
		return b
	}
	i.Status = Ready
	for _, in := range b.incidents(id) {
		switch {
		case in.Planned && in.Severity != Repaired:
			// it is in the way of bookings by its times, not of today's work
		case in.Severity == Repaired && i.Status != Down:
			i.Status = Verifying
		case len(in.Assays) == 0:
			i.Status = Down
		case i.Status == Ready:
			i.Status = Degraded
		}
	}
	b.Instruments = b.Instruments.With(id, i)
	return b
}

// target returns the booking and the version that an event makes of it.
func target(ev any) (id string, version int) {
	switch e := ev.(type) {
	case *Moved:
		return e.Booking, e.Version
	case *Extended:
		return e.Booking, e.Version
	case *Transferred:
		return e.Booking, e.Version
	case *CancelledOne:
		return e.Booking, e.Version
	case *CheckedIn:
		return e.Booking, e.Version
	case *Finished:
		return e.Booking, e.Version
	case *MissedOne:
		return e.Booking, e.Version
	case *Taken:
		return e.Booking, e.Version
	case *Lapsed:
		return e.Booking, e.Version
	case *AskedFor:
		return e.Booking, e.Version
	case *Declined:
		return e.Booking, e.Version
	case *DisplacedOne:
		return e.Booking, e.Version
	case *Risked:
		return e.Booking, e.Version
	}
	return "", 0
}

// unused returns the uses without a booking's own.
func (b Book) unused(k Booking) table.Map[string, Use] {
	uses := b.Uses
	for _, it := range k.Items {
		if u, ok := uses.Get(it.Instrument); ok && u.Booking == k.ID {
			uses = uses.Without(it.Instrument)
		}
	}
	return uses
}

// hitBy returns an open incident that is in a booking's way, or "".
func (b Book) hitBy(k Booking) string {
	for _, it := range k.Items {
		i, _ := b.Instruments.Get(it.Instrument)
		for _, in := range b.incidents(it.Instrument) {
			if in.hits(k, k.around(i)) {
				return in.ID
			}
		}
	}
	return ""
}
