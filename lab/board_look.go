package lab

import (
	"slices"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// Look returns some bookings, over or not, and some instruments as they are, and everything that is waited for; of a
// person, too, the bookings of which an answer is due.
func (s *State) Look(bookings, instruments []string, mine string, now time.Time) wire.Board {
	e := s.Equipment
	out := wire.Board{Head: int64(s.Seq), Now: now, Instruments: []wire.Instrument{}, Bookings: []wire.Booking{}}
	for _, id := range instruments {
		if i, ok := e.Instruments.Get(id); ok && i.Status != equipment.Retired {
			out.Instruments = append(out.Instruments, s.row(i, now))
		}
	}
	for _, id := range bookings {
		if k, ok := e.Bookings.Get(id); ok {
			out.Bookings = append(out.Bookings, s.booking(k))
		}
	}
	for _, k := range e.Bookings.All() {
		waits := k.Standing == equipment.Asked || k.Standing == equipment.Held
		if mine != "" && waits && k.Owner == mine && !slices.Contains(bookings, k.ID) {
			out.Bookings = append(out.Bookings, s.booking(k))
		}
	}
	for _, w := range e.Wants.All() {
		out.Waiting = append(out.Waiting, wire.Want{Want: w, Who: s.Name(w.Person)})
	}
	return out
}

// WithoutNotes leaves out what people wrote in their own words: a device shows it to nobody.
func WithoutNotes(b wire.Board) wire.Board {
	for i := range b.Instruments {
		if left := b.Instruments[i].Left; left != nil {
			without := *left
			without.Text = ""
			b.Instruments[i].Left = &without
		}
	}
	return b
}
