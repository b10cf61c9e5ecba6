package equipment

import (
	"slices"
	"time"
)

// Every is how often a series repeats.
type Every string

// The frequencies of a series: the subset of RFC 5545 that laboratories use.
const (
	Daily   Every = "daily"
	Weekly  Every = "weekly"
	Monthly Every = "monthly" // on the day of the month of its first date; months without it are left out
)

// Repeat says when a series takes place: times of a wall clock in a zone, not instants, so that 08:00 stays 08:00.
type Repeat struct {
	Every    Every          `json:"every"`
	Interval int            `json:"interval,omitempty"` // each second week: 2; 0 is 1
	Days     []time.Weekday `json:"days,omitempty"`     // of weekly; empty: the weekday of the first
	First    string         `json:"first"`              // wall clock, "2006-01-02T15:04"
	Zone     string         `json:"zone"`               // IANA
	Minutes  int            `json:"minutes"`            // how long each lasts
	Count    int            `json:"count,omitempty"`    // how many; 0: until Until or the horizon
	Until    string         `json:"until,omitempty"`    // last date, "2006-01-02"
	Except   []string       `json:"except,omitempty"`   // dates left out, "2006-01-02"
}

// Occurrence is one of a series.
type Occurrence struct {
	N int `json:"n"` // from 1, those left out counted
	Span
	Moved bool `json:"moved,omitempty"` // the wall clock leaps over its time: it is later by the leap
	Twice bool `json:"twice,omitempty"` // the wall clock shows its time twice: it is the first
}

// MostOccurrences is how many bookings one series makes at most; the horizon moves on with time.
const MostOccurrences = 400

const (
	wallTime = "2006-01-02T15:04"
	wallDate = "2006-01-02"
)

// Expand returns the occurrences of a series that begin before an instant, at most MostOccurrences. Errors: RefusedError.
func Expand(r Repeat, before time.Time, zone *time.Location) ([]Occurrence, error) {
	first, err := time.Parse(wallTime, r.First)
	bad := func(rule, say string) error { return &RefusedError{Problems: []Problem{{Rule: rule, Say: say}}} }
	interval := max(r.Interval, 1)
	switch {
	case err != nil:
		return nil, bad("no-first", "The first time is a date and a time of the wall clock, without a zone: 2026-11-22T08:00.")
	case r.Minutes < 1 || minutes(r.Minutes) > MostEver:
		return nil, bad("too-long", "Each occurrence lasts from a minute to 31 days.")
	case r.Every != Daily && r.Every != Weekly && r.Every != Monthly:
		return nil, bad("unknown-repeat", "A series repeats daily, weekly or monthly.")
	case r.Count < 0 || r.Count > MostOccurrences:
		return nil, bad("too-many", "A series has at most 400 occurrences at a time.")
	case r.Interval < 0 || interval > 366:
		return nil, bad("interval", "The interval is from 1 to 366.")
	}
	until := time.Time{}
	if r.Until != "" {
		if until, err = time.Parse(wallDate, r.Until); err != nil {
			return nil, bad("until", "The last date is written 2026-11-22.")
		}
		until = until.AddDate(0, 0, 1)
	}
	var out []Occurrence
	n := 0
	for wall := range walls(r, first, interval) {
		at, moved := Instant(wall, zone)
		switch {
		case !at.Before(before), !until.IsZero() && !wall.Before(until), r.Count > 0 && n == r.Count:
			return out, nil
		case len(out) == MostOccurrences:
			return nil, bad("too-many", "A series has at most 400 occurrences at a time. Say how many, or until when.")
		}
		n++
		if slices.Contains(r.Except, wall.Format(wallDate)) {
			continue
		}
		out = append(out, Occurrence{N: n, Span: Span{at, at.Add(minutes(r.Minutes))}, Moved: moved, Twice: !moved && twice(wall, at, zone)})
	}
	return out, nil
}

// twice tells whether the wall shows a time again after an instant at which it shows it.
func twice(wall, at time.Time, zone *time.Location) bool {
	next := offset(at.Add(farthest), zone)
	again := wall.Add(-next)
	return next < offset(at, zone) && offset(again, zone) == next
}

// walls yields the wall-clock times of a series without end, the exceptions among them. Dates are counted, never added up
// from the one before, so that the 31st does not drift.
func walls(r Repeat, first time.Time, interval int) func(yield func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		switch r.Every {
		case Daily:
			for n := 0; n < horizonDays; n += interval {
				if !yield(first.AddDate(0, 0, n)) {
					return
				}
			}
		case Weekly:
			days := r.Days
			if len(days) == 0 {
				days = []time.Weekday{first.Weekday()}
			}
			monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
			for n := 0; n < horizonDays; n += 7 * interval {
				for d := range 7 { // Monday first
					day := monday.AddDate(0, 0, n+d)
					if slices.Contains(days, day.Weekday()) && !day.Before(first) && !yield(day) {
						return
					}
				}
			}
		case Monthly:
			y, m, d := first.Date()
			for n := 0; n < horizonDays/28; n += interval {
				day := time.Date(y, m+time.Month(n), d, first.Hour(), first.Minute(), 0, 0, time.UTC)
				if day.Day() == d && !yield(day) {
					return
				}
			}
		}
	}
}

// horizonDays bounds every series, whatever is asked.
const horizonDays = 50 * 366

// Skipped is an occurrence of a series that was not booked, and why.
type Skipped struct {
	Occurrence
	Problems []Problem `json:"problems"`
}

// PlaceSeries books the occurrences of a series, all or nothing, or with skip those that can be, and names the others.
// id makes the id of the nth. Errors: RefusedError, which names each that cannot be.
func (b Book) PlaceSeries(series string, k Booking, occurrences []Occurrence, skip bool, id func(n int) string, a Ask) ([]Event, []Skipped, error) {
	if len(occurrences) == 0 {
		return nil, nil, &RefusedError{Problems: []Problem{{Rule: "none", Say: "The series has no occurrence within the horizon."}}}
	}
	var out []Event
	var left []Skipped
	for _, o := range occurrences {
		k.ID, k.Series, k.N, k.Span = id(o.N), series, o.N, o.Span
		one := b.fresh(k, a)
		if problems := b.check(one, nil, a); len(problems) > 0 {
			left = append(left, Skipped{o, problems})
			continue
		}
		ev := &Placed{Booking: one}
		b = b.Apply(ev, Mark{At: a.Now, By: a.By})
		out = append(out, ev)
	}
	if len(left) > 0 && (!skip || out == nil) {
		return nil, nil, &RefusedError{Problems: left[0].Problems, Series: left}
	}
	return out, left, nil
}

// Of returns the live bookings of a series from its nth on, in order.
func (b Book) Of(series string, from int) []Booking {
	var out []Booking
	for _, k := range b.Bookings.All() {
		if k.Series == series && k.N >= from && k.Standing.Live() {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(x, y Booking) int { return x.N - y.N })
	return out
}
