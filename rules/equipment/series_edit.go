package equipment

import (
	"slices"
	"time"
)

// Shift says how occurrences of a series change: "this and following", or from the first on "all". One alone is moved
// like any booking.
type Shift struct {
	At      string `json:"at,omitempty"`      // the wall clock's time from now on, "15:04"; "": as it is
	Days    int    `json:"days,omitempty"`    // so many days later, or earlier
	Minutes int    `json:"minutes,omitempty"` // how long each lasts from now on; 0: as it does
}

// shifted is an occurrence of a series before and after a shift.
type shifted struct {
	old, now Booking
	Skipped
}

// MoveSeries moves the occurrences of a series from its nth on by the wall clock of a zone (nil: of each one's first
// instrument), so that 08:00 stays 08:00 over a change of the clock. Each is judged by where all of them stand afterwards.
// With skip, those that cannot be moved stay, and are named; else nothing moves, and the refusal names them. What runs
// stays. Errors: ErrUnknown, ErrNotYours, RefusedError.
func (b Book) MoveSeries(series string, from int, by Shift, zone *time.Location, skip bool, a Ask) ([]Event, []Skipped, error) {
	all, err := b.shifted(series, from, by, zone, a)
	if err != nil {
		return nil, nil, err
	}
	var left []Skipped
	after := b
	for _, s := range all {
		after = after.put(s.now)
	}
	// Those that stay where they are may be in the way of others: until nothing more must stay.
	for again := true; again; {
		again = false
		rest := all[:0:0]
		for _, s := range all {
			if s.Problems = append(s.stays(), after.check(s.now, &s.old, a)...); len(s.Problems) == 0 {
				rest = append(rest, s)
				continue
			}
			left, again = append(left, s.Skipped), true
		}
		for _, s := range all {
			if slices.ContainsFunc(left, func(l Skipped) bool { return l.N == s.old.N }) {
				after = after.put(s.old)
			}
		}
		all = rest
		if !skip {
			break
		}
	}
	slices.SortFunc(left, func(x, y Skipped) int { return x.N - y.N })
	if len(left) > 0 && (!skip || len(all) == 0) {
		return nil, nil, &RefusedError{Problems: left[0].Problems, Series: left}
	}
	if all[0].now.Start.After(all[0].old.Start) {
		slices.Reverse(all) // one after another none is ever where another still stands
	}
	var out []Event
	for _, s := range all {
		out = append(out, &Moved{Booking: s.old.ID, Version: s.old.Version + 1, Items: s.now.Items, Span: s.now.Span, Why: "asked"})
	}
	return b.then(out, a), left, nil
}

// shifted returns where the occurrences would stand.
func (b Book) shifted(series string, from int, by Shift, zone *time.Location, a Ask) ([]shifted, error) {
	bad := func(rule, say string) error { return &RefusedError{Problems: []Problem{{Rule: rule, Say: say}}} }
	clock, err := time.Parse("15:04", by.At)
	switch {
	case by.At != "" && err != nil:
		return nil, bad("wall-clock", "The time of the wall clock is written 08:00.")
	case by.Minutes < 0 || minutes(by.Minutes) > MostEver:
		return nil, bad("too-long", "Each occurrence lasts from a minute to 31 days.")
	case by.Days < -366 || by.Days > 366:
		return nil, bad("interval", "A series moves by at most 366 days.")
	case by == (Shift{}):
		return nil, bad("nothing", "Nothing is to be changed.")
	}
	var out []shifted
	for _, k := range b.Of(series, from) {
		switch {
		case k.Standing == InUse:
			continue
		case !a.may(k):
			return nil, ErrNotYours
		}
		in := zone
		if in == nil {
			i, _ := b.Instruments.Get(k.Items[0].Instrument)
			in = a.zone(i)
		}
		wall := k.Start.In(in)
		h, m := wall.Hour(), wall.Minute()
		if by.At != "" {
			h, m = clock.Hour(), clock.Minute()
		}
		to := k
		wall = time.Date(wall.Year(), wall.Month(), wall.Day()+by.Days, h, m, 0, 0, time.UTC)
		at, leapt := Instant(wall, in)
		length := k.Length()
		if by.Minutes > 0 {
			length = minutes(by.Minutes)
		}
		to.Span = Span{at, at.Add(length)}
		to.Standing = Booked
		o := Occurrence{N: k.N, Span: to.Span, Moved: leapt, Twice: !leapt && twice(wall, at, in)}
		out = append(out, shifted{old: k, now: to, Skipped: Skipped{Occurrence: o}})
	}
	if out == nil {
		return nil, ErrUnknown
	}
	return out, nil
}

// stays tells why an occurrence cannot be moved at all now.
func (s shifted) stays() []Problem {
	if s.old.Standing == Booked || s.old.Standing == AtRisk {
		return nil
	}
	return []Problem{{Rule: "asked", Say: "Urgent work asks for its place: answer that first.", Instrument: s.old.Items[0].Instrument}}
}

// CancelSeries gives up a series from its nth on: 1 is all of it. What runs stays. With skip, what it is too late for
// stays too, and is named; else nothing is given up. Errors: ErrUnknown, ErrNotYours, RefusedError.
func (b Book) CancelSeries(series string, from int, reason string, skip bool, a Ask) ([]Event, []Skipped, error) {
	var out []Event
	var left []Skipped
	was := b
	for _, k := range b.Of(series, from) {
		if k.Standing == InUse {
			continue
		}
		evs, err := b.Cancel(k.ID, k.Version, reason, "", a)
		if refused, ok := err.(*RefusedError); ok { //nolint:errorlint // Cancel returns it bare
			left = append(left, Skipped{Occurrence{N: k.N, Span: k.Span}, refused.Problems})
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		evs = evs[:min(len(evs), 1+b.urgent(k))] // who waits is offered what is free at the end
		for _, ev := range evs {
			b = b.Apply(ev, Mark{At: a.Now, By: a.By})
		}
		out = append(out, evs...)
	}
	switch {
	case len(left) > 0 && (!skip || out == nil):
		return nil, nil, &RefusedError{Problems: left[0].Problems, Series: left}
	case out == nil:
		return nil, nil, ErrUnknown
	}
	return was.then(out, a), left, nil
}

// urgent is how many urgent bookings take the place of one that is given up: one, or none.
func (b Book) urgent(k Booking) int {
	if k.Standing == Asked {
		return 1
	}
	return 0
}
