package equipment

import (
	"cmp"
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
// every assay, and are of a group, if one is named. Of a shared one a demand must be left, at least of one test an hour.
// Warm-up and clean-up are taken off. O(instruments + what is booked).
func (b Book) Free(within Span, length time.Duration, assays []string, group string, demand int) []Gap {
	var all []Instrument
	most := 0
	demand = max(demand, 1)
	for _, i := range b.Instruments.All() {
		if !i.Works() || group != "" && i.Group != group || slices.ContainsFunc(assays, func(a string) bool { return !i.Runs(a) }) || i.Shared && demand > i.Capacity {
			continue
		}
		all = append(all, i)
		most += b.lane(i.ID).slots.Len() + 1
	}
	out := make([]Gap, 0, min(most, 1<<15)) // growing would cost more than all the rest
	incidents := b.Incidents.Len() > 0
	for _, i := range all {
		g := gaps{instrument: i.ID, within: within, length: length, warm: minutes(i.Warmup), clean: minutes(i.Cleanup), free: within.Start}
		l := b.lane(i.ID)
		around := Span{within.Start.Add(-g.clean), within.End.Add(g.warm)}
		if i.Shared || incidents {
			taken := append(b.outages(i, assays, within.End.Add(g.warm+time.Hour)), l.busy(around, demand, i)...)
			slices.SortFunc(taken, func(a, b Span) int { return a.Start.Compare(b.Start) })
			for _, s := range taken {
				out = g.busy(out, s)
			}
		} else {
			l.overlapping(around, func(start int64, at slot) bool {
				out = g.busy(out, Span{time.Unix(start, 0).UTC(), time.Unix(at.end, 0).UTC()})
				return true
			})
		}
		out = g.add(out, within.End)
	}
	return out
}

// gaps makes the gaps of one instrument of what is busy, in order of start.
type gaps struct {
	instrument  string
	within      Span
	length      time.Duration
	warm, clean time.Duration
	free        time.Time // from when on it is free, as far as is known
}

func (g *gaps) busy(out []Gap, s Span) []Gap {
	out = g.add(out, s.Start.Add(-g.clean))
	g.free = latest(g.free, s.End.Add(g.warm))
	return out
}

func (g *gaps) add(out []Gap, to time.Time) []Gap {
	if to.After(g.within.End) {
		to = g.within.End
	}
	if to.Sub(g.free) >= g.length && g.length > 0 {
		out = append(out, Gap{g.instrument, Span{g.free, to}})
	}
	return out
}

// outages are the times of an instrument's incidents that are in the way of assays; one without an end lasts until far.
func (b Book) outages(i Instrument, assays []string, far time.Time) []Span {
	var out []Span
	for _, in := range b.incidents(i.ID) {
		if len(in.Assays) > 0 && !slices.ContainsFunc(assays, func(a string) bool { return slices.Contains(in.Assays, a) }) {
			continue
		}
		end := in.End
		if end.IsZero() || !in.Planned {
			end = far
		}
		out = append(out, Span{in.Start, end})
	}
	return out
}

// busy is when a lane has no room for a demand: where a slot is, or of a shared instrument where its capacity is spent.
func (l lane) busy(s Span, demand int, i Instrument) []Span {
	var out []Span
	type edge struct {
		at     int64
		demand int
	}
	var edges []edge
	l.overlapping(s, func(start int64, at slot) bool {
		if i.Shared {
			edges = append(edges, edge{start, at.demand}, edge{at.end, -at.demand})
			return true
		}
		out = append(out, Span{time.Unix(start, 0).UTC(), time.Unix(at.end, 0).UTC()})
		return true
	})
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.demand, b.demand)) })
	sum, full := 0, false
	for _, e := range edges {
		sum += e.demand
		at := time.Unix(e.at, 0).UTC()
		switch spent := sum+demand > i.Capacity; {
		case spent && !full:
			out = append(out, Span{Start: at})
		case !spent && full:
			out[len(out)-1].End = at
		}
		full = sum+demand > i.Capacity
	}
	return slices.DeleteFunc(out, func(s Span) bool { return !s.Start.Before(s.End) })
}
