package equipment

import (
	"slices"
	"time"
)

// grid is what offered starts are rounded up to.
const grid = 5 * time.Minute

// offers is how many places a refusal names.
const offers = 3

// instead returns the next places that a refused booking could have with its own instruments, and instruments that
// stand in for a single one at the time asked for. Each would pass every rule.
func (b Book) instead(k Booking, old *Booking, a Ask) (next, equal []Offer) {
	if shape(k) != nil {
		return nil, nil
	}
	fits := func(k Booking) bool {
		return !slices.ContainsFunc(b.check(k, old, a), func(p Problem) bool { return !p.Pass || !slices.Contains(a.Pass, p.Rule) })
	}
	start := k.Start
	if start.Before(a.Now) {
		start = a.Now
	}
	for tries := 0; len(next) < offers && tries < 40; tries++ {
		t, ok := b.next(k, start, start.Add(offerWithin))
		if !ok {
			break
		}
		at := k
		at.Start, at.End = t, t.Add(k.Length())
		if fits(at) {
			next = append(next, Offer{k.Items, at.Span})
			start = at.End
			continue
		}
		start = t.Add(30 * time.Minute) // a quota or a notice is in the way: look on
	}
	if len(k.Items) == 1 {
		for _, i := range b.equals(k.Items[0].Instrument) {
			at := k
			at.Items = []Item{{Instrument: i.ID, Demand: k.Items[0].Demand}}
			if fits(at) && len(equal) < offers {
				equal = append(equal, Offer{at.Items, at.Span})
			}
		}
	}
	return next, equal
}

// offerWithin is how far ahead a refusal looks for places.
const offerWithin = 14 * 24 * time.Hour

// equals returns the other instruments of an instrument's group that work, in order of id.
func (b Book) equals(id string) []Instrument {
	this, _ := b.Instruments.Get(id)
	if this.Group == "" {
		return nil
	}
	var out []Instrument
	for _, i := range b.Instruments.All() {
		if i.ID != id && i.Group == this.Group && i.Works() {
			out = append(out, i)
		}
	}
	return out
}

// next returns the first start from a time on, on the grid, at which all of a booking's instruments are free for it.
func (b Book) next(k Booking, from, until time.Time) (time.Time, bool) {
	length := k.Length()
	t := up(from)
	for t.Before(until) {
		k.Start, k.End = t, t.Add(length)
		later, ok := b.later(k)
		switch {
		case !ok:
			return time.Time{}, false
		case !later.After(t):
			return t, true
		}
		t = up(later)
	}
	return time.Time{}, false
}

// later returns when what is in a booking's way ends, its start if nothing is; false if that is not known.
func (b Book) later(k Booking) (time.Time, bool) {
	t := k.Start
	for _, it := range k.Items {
		i, ok := b.Instruments.Get(it.Instrument)
		if !ok || !i.Works() {
			return t, false
		}
		s := k.around(i)
		before := k.Start.Sub(s.Start)
		l, _ := b.lanes.Get(i.ID)
		if end, busy := l.blocked(s, it.Demand, i, k.ID); busy {
			t = latest(t, end.Add(before))
		}
		for _, in := range b.incidents(i.ID) {
			switch {
			case !in.hits(k, s):
			case in.End.IsZero() || !in.Planned:
				return t, false
			default:
				t = latest(t, in.End.Add(before))
			}
		}
	}
	return t, true
}

// blocked tells whether a span is not free for a demand, and when what is in the way ends: on an exclusive instrument
// the last of it, on a shared one the first.
func (l lane) blocked(s Span, demand int, i Instrument, but string) (end time.Time, busy bool) {
	if i.Shared && l.most(s, but)+demand <= i.Capacity {
		return end, false
	}
	l.overlapping(s, func(_ int64, at slot) bool {
		if at.booking == but {
			return true
		}
		e := time.Unix(at.end, 0).UTC()
		if !busy || i.Shared && e.Before(end) || !i.Shared && e.After(end) {
			end, busy = e, true
		}
		return true
	})
	return end, busy
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// up rounds a time up to the grid.
func up(t time.Time) time.Time {
	if down := t.Truncate(grid); down != t {
		return down.Add(grid)
	}
	return t
}

// Gap is a time in which an instrument is free.
type Gap struct {
	Instrument string `json:"instrument"`
	Span
}

// Free returns the times within a span, each at least of a length, in which instruments are free: those that work, run
// every assay, and are of a group, if one is named. Warm-up and clean-up are taken off. O(instruments + what is booked).
func (b Book) Free(within Span, length time.Duration, assays []string, group string) []Gap {
	var out []Gap
	for _, i := range b.Instruments.All() {
		if !i.Works() || group != "" && i.Group != group || slices.ContainsFunc(assays, func(a string) bool { return !i.Runs(a) }) {
			continue
		}
		out = b.gaps(out, i, within, length, assays)
	}
	return out
}

func (b Book) gaps(out []Gap, i Instrument, within Span, length time.Duration, assays []string) []Gap {
	warm, clean := minutes(i.Warmup), minutes(i.Cleanup)
	free := within.Start
	add := func(from, to time.Time) {
		from = latest(from, within.Start)
		if to.After(within.End) {
			to = within.End
		}
		if to.Sub(from) >= length && length > 0 {
			out = append(out, Gap{i.ID, Span{from, to}})
		}
	}
	l, _ := b.lanes.Get(i.ID)
	out = slices.Grow(out, 8)
	busy := make([]Span, 0, 16)
	if !i.Shared {
		busy = slices.Grow(busy, l.slots.Len())
		l.overlapping(Span{within.Start.Add(-clean), within.End.Add(warm)}, func(start int64, at slot) bool {
			busy = append(busy, Span{time.Unix(start, 0).UTC(), time.Unix(at.end, 0).UTC()})
			return true
		})
	}
	for _, in := range b.incidents(i.ID) {
		if len(in.Assays) > 0 && !slices.ContainsFunc(assays, func(a string) bool { return slices.Contains(in.Assays, a) }) {
			continue
		}
		end := in.End
		if end.IsZero() || !in.Planned {
			end = within.End.Add(warm + time.Hour)
		}
		busy = append(busy, Span{in.Start, end})
		slices.SortFunc(busy, func(a, b Span) int { return a.Start.Compare(b.Start) })
	}
	for _, s := range busy {
		add(free, s.Start.Add(-clean))
		free = latest(free, s.End.Add(warm))
	}
	add(free, within.End)
	return out
}
