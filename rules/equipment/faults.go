package equipment

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Faults returns which invariants do not hold, in words with ids; none is how it must be. Tests call it after each step,
// the running node too. Everything is looked at by brute force over the bookings, never by the lanes alone.
func (b Book) Faults(now time.Time) []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf("equipment: "+format, args...)) }
	on := map[string][]Booking{}
	slots := map[string]int{}
	for id, k := range b.Bookings.All() {
		if id != k.ID || k.Version < 1 || len(k.Items) == 0 {
			bad("%s is malformed", id)
		}
		if !k.Standing.Live() {
			continue
		}
		for _, it := range k.Items {
			on[it.Instrument] = append(on[it.Instrument], k)
			slots[it.Instrument]++
			if !b.has(it.Instrument, k) {
				bad("%s is not in the lane of %s", id, it.Instrument)
			}
		}
		if (k.Standing == Asked) != (k.For != nil) {
			bad("%s is asked for without an urgent booking, or has one without being asked", id)
		}
		if (k.Standing == Held || k.Standing == Asked) && k.Until.IsZero() {
			bad("%s has no deadline", id)
		}
		if at, ok := b.deadline(k); ok {
			if _, there := b.due.Get(when(at, k.ID)); !there {
				bad("the deadline of %s is not watched", id)
			}
		}
		if in := b.hitBy(k); in != "" && k.Standing == Booked && k.End.After(now) {
			bad("%s is booked, but %s is in its way", id, in)
		}
		if _, open := b.Incidents.Get(k.Incident); k.Standing == AtRisk && !open {
			bad("%s is at risk for nothing", id)
		}
	}
	for id, l := range b.lanes.All() {
		if l.slots.Len() != slots[id] {
			bad("the lane of %s has %d slots for %d bookings", id, l.slots.Len(), slots[id])
		}
		i, _ := b.Instruments.Get(id)
		out = append(out, i.crowded(on[id])...)
	}
	for id, u := range b.Uses.All() {
		if k, ok := b.Bookings.Get(u.Booking); u.Booking != "" && (!ok || k.Standing != InUse) {
			bad("%s is in use for %s, which does not run", id, u.Booking)
		}
	}
	for id, w := range b.Wants.All() {
		if k, ok := b.Bookings.Get(w.Offered); w.Offered != "" && (!ok || k.Standing != Held) {
			bad("%s was offered %s, which is not held", id, w.Offered)
		}
	}
	return out
}

// has tells whether a booking is in an instrument's lane where it belongs.
func (b Book) has(instrument string, k Booking) bool {
	i, _ := b.Instruments.Get(instrument)
	found := false
	b.lane(instrument).overlapping(k.around(i), func(_ int64, at slot) bool {
		found = found || at.booking == k.ID
		return !found
	})
	return found
}

// crowded tells where live bookings of an instrument overlap, or want more than it can, by their spans alone.
// O(n log n).
func (i Instrument) crowded(all []Booking) []string {
	var out []string
	if !i.Shared {
		slices.SortFunc(all, func(a, b Booking) int { return a.around(i).Start.Compare(b.around(i).Start) })
		for n := 1; n < len(all); n++ { // where any two overlap, two neighbours do
			if all[n-1].around(i).Overlaps(all[n].around(i)) {
				out = append(out, fmt.Sprintf("equipment: %s and %s overlap on %s", all[n-1].ID, all[n].ID, i.ID))
			}
		}
		return out
	}
	type edge struct {
		at     time.Time
		demand int
		id     string
	}
	var edges []edge
	for _, k := range all {
		it, _ := k.On(i.ID)
		s := k.around(i)
		edges = append(edges, edge{s.Start, it.Demand, k.ID}, edge{s.End, -it.Demand, k.ID})
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.demand, b.demand)) }) // who leaves goes first
	sum := 0
	for _, e := range edges {
		if sum += e.demand; e.demand > 0 && sum > i.Capacity {
			out = append(out, fmt.Sprintf("equipment: %s is over its capacity when %s begins", i.ID, e.id))
		}
	}
	return out
}
