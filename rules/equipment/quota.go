package equipment

import (
	"fmt"
	"time"
)

// checkQuota looks at what the owner has on the instrument that day and week, and at the gap between the owner's own
// bookings there. A booking counts with that part of it that lies in the day or week, so that midnight frees nobody.
func (b Book) checkQuota(k Booking, i Instrument, zone *time.Location) []Problem {
	var out []Problem
	r := b.rules(i)
	bad := func(rule, say string) {
		out = append(out, Problem{Rule: rule, Say: say, Instrument: i.ID, Pass: true})
	}
	if r.PerDay > 0 {
		for day := dayOf(k.Start, zone, 0); day.Start.Before(k.End); day = dayOf(day.End, zone, 0) {
			if b.spent(k, i.ID, day, r, zone) > minutes(r.PerDay) {
				bad("per-day", fmt.Sprintf("A person has it for at most %s a day.", span(minutes(r.PerDay))))
				break
			}
		}
	}
	if r.PerWeek > 0 {
		for week := weekOf(k.Start, zone); week.Start.Before(k.End); week = weekOf(week.End, zone) {
			if b.spent(k, i.ID, week, r, zone) > minutes(r.PerWeek) {
				bad("per-week", fmt.Sprintf("A person has it for at most %s a week.", span(minutes(r.PerWeek))))
				break
			}
		}
	}
	if r.Gap > 0 {
		wide := Span{k.Start.Add(-minutes(r.Gap)), k.End.Add(minutes(r.Gap))}
		b.ownedOn(k, i.ID, wide, func(Booking) bool {
			bad("gap", fmt.Sprintf("There must be %s between two bookings of one person.", span(minutes(r.Gap))))
			return false
		})
	}
	return out
}

// ownedOn calls yield for each other booking of the owner on an instrument that overlaps a span.
func (b Book) ownedOn(k Booking, instrument string, s Span, yield func(Booking) bool) {
	b.owned(k.Owner, s.Start.Add(-MostEver), func(o Booking) bool {
		if !o.Start.Before(s.End) {
			return false
		}
		if _, on := o.On(instrument); on && o.ID != k.ID && o.Overlaps(s) {
			return yield(o)
		}
		return true
	})
}

// spent is how long the owner has an instrument within a span, with the booking asked for, without the free hours.
func (b Book) spent(k Booking, instrument string, in Span, r Rules, zone *time.Location) time.Duration {
	sum := counted(k.Span, in, r, zone)
	b.ownedOn(k, instrument, in, func(o Booking) bool {
		sum += counted(o.Span, in, r, zone)
		return true
	})
	return sum
}

// counted is how much of a booking's span within another counts: what lies outside the free hours.
func counted(s, in Span, r Rules, zone *time.Location) time.Duration {
	s = cut(s, in)
	if s.Length() <= 0 {
		return 0
	}
	if r.FreeFrom == r.FreeTo && !r.FreeWeekend {
		return s.Length()
	}
	sum := time.Duration(0)
	for day := dayOf(s.Start, zone, 0); day.Start.Before(s.End); day = dayOf(day.End, zone, 0) {
		part := cut(s, day)
		weekday := day.Start.In(zone).Weekday()
		if r.FreeWeekend && (weekday == time.Saturday || weekday == time.Sunday) {
			continue
		}
		sum += part.Length()
		if r.FreeFrom == r.FreeTo {
			continue
		}
		from, to := dayOf(day.Start, zone, r.FreeFrom).Start, dayOf(day.Start, zone, r.FreeTo).Start
		free := []Span{{from, to}}
		if r.FreeTo < r.FreeFrom { // over midnight
			free = []Span{{day.Start, to}, {from, day.End}}
		}
		for _, f := range free {
			sum -= max(0, cut(part, f).Length())
		}
	}
	return sum
}

// cut is what two spans share; its length is not positive if that is nothing.
func cut(a, b Span) Span {
	if b.Start.After(a.Start) {
		a.Start = b.Start
	}
	if b.End.Before(a.End) {
		a.End = b.End
	}
	return a
}

// dayOf is the day of a zone that an instant is in, its start moved on by minutes of the wall clock.
func dayOf(at time.Time, zone *time.Location, wall int) Span {
	y, m, d := at.In(zone).Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	start, _ := Instant(midnight.Add(minutes(wall)), zone)
	end, _ := Instant(midnight.AddDate(0, 0, 1), zone)
	return Span{start, end}
}

// weekOf is the week of a zone, from Monday, that an instant is in.
func weekOf(at time.Time, zone *time.Location) Span {
	y, m, d := at.In(zone).Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	monday := midnight.AddDate(0, 0, -(int(midnight.Weekday())+6)%7)
	start, _ := Instant(monday, zone)
	end, _ := Instant(monday.AddDate(0, 0, 7), zone)
	return Span{start, end}
}
