package equipment

import (
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// lane is the live bookings of one instrument in the order of their start, warm-up and clean-up included. Its keys are
// the start in seconds, and a number for those that start together on a shared instrument.
type lane struct {
	slots   table.Map[int64, slot]
	longest int64 // seconds; no slot was ever longer
}

// slot is what one booking takes of an instrument.
type slot struct {
	end     int64 // seconds since 1970, not included
	demand  int
	booking string
}

const keyBits = 16

func seconds(t time.Time) int64 { return t.Unix() }

// with returns the lane with a booking's slot in it.
func (l lane) with(s Span, demand int, booking string) lane {
	key := seconds(s.Start) << keyBits
	for {
		if _, taken := l.slots.Get(key); !taken {
			break
		}
		key++
	}
	l.slots = l.slots.With(key, slot{seconds(s.End), demand, booking})
	l.longest = max(l.longest, seconds(s.End)-seconds(s.Start))
	return l
}

// without returns the lane without a booking's slot.
func (l lane) without(s Span, booking string) lane {
	start := seconds(s.Start)
	for key, at := range l.slots.From(start << keyBits) {
		if key>>keyBits != start {
			break
		}
		if at.booking == booking {
			l.slots = l.slots.Without(key)
			break
		}
	}
	return l
}

// taken returns a booking that overlaps a span of an exclusive instrument, other than one; "" if there is none. Live
// slots of such an instrument never overlap, so the last one that begins before the span's end tells. O(log n).
func (l lane) taken(s Span, but string) string {
	from, key := seconds(s.Start), seconds(s.End)<<keyBits
	for {
		at, last, ok := l.slots.Before(key)
		switch {
		case !ok || last.end <= from:
			return ""
		case last.booking != but:
			return last.booking
		}
		key = at
	}
}

// overlapping calls yield for each slot that overlaps a span, in order of start. O(log n + those of the longest slot
// before it).
func (l lane) overlapping(s Span, yield func(start int64, at slot) bool) {
	from, to := seconds(s.Start), seconds(s.End)
	for key, at := range l.slots.From((from - l.longest) << keyBits) {
		start := key >> keyBits
		if start >= to {
			return
		}
		if at.end > from && !yield(start, at) {
			return
		}
	}
}

// most returns the highest demand at any instant of a span of a shared instrument, without one booking's. Demand only
// rises where a slot begins, so those instants are looked at.
func (l lane) most(s Span, but string) int {
	type edge struct {
		start, end int64
		demand     int
	}
	var all []edge
	l.overlapping(s, func(start int64, at slot) bool {
		if at.booking != but {
			all = append(all, edge{max(start, seconds(s.Start)), at.end, at.demand})
		}
		return true
	})
	most := 0
	for _, e := range all {
		sum := 0
		for _, o := range all {
			if o.start <= e.start && e.start < o.end {
				sum += o.demand
			}
		}
		most = max(most, sum)
	}
	return most
}
