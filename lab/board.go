package lab

import (
	"slices"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// Zone returns the time zone of a name, or UTC if there is none. It reads each once.
func Zone(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		if known, ok := z.(*time.Location); ok {
			return known
		}
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = time.UTC
	}
	zones.Store(name, z)
	return z
}

var zones sync.Map // of names that instruments have

// Ask returns how a viewer asks for instruments: who it is, and whether it may decide over others' bookings.
func (s *State) Ask(v Viewer, now time.Time) equipment.Ask {
	a := equipment.Ask{Now: now, By: v.Subject, Zone: Zone}
	if p := s.Roster.Get(v.Subject); p != nil {
		a.Supervisor = p.Role == roster.Supervisor || p.Role == roster.Director
	}
	return a
}

// Board returns the instruments, and what is booked of them in a time.
func (s *State) Board(within equipment.Span, now time.Time) wire.Board {
	e := s.Equipment
	out := wire.Board{Head: int64(s.Seq), Now: now, Instruments: []wire.Instrument{}, Bookings: []wire.Booking{}}
	for _, i := range e.Instruments.All() {
		if i.Status != equipment.Retired {
			out.Instruments = append(out.Instruments, s.row(i, now))
		}
	}
	for _, k := range e.Bookings.All() {
		if k.Overlaps(within) && (k.Standing.Live() || k.Standing == equipment.Done) {
			out.Bookings = append(out.Bookings, s.booking(k))
		}
	}
	slices.SortStableFunc(out.Bookings, func(a, b wire.Booking) int { return a.Start.Compare(b.Start) })
	for _, w := range e.Wants.All() {
		out.Waiting = append(out.Waiting, wire.Want{Want: w, Who: s.Name(w.Person)})
	}
	return out
}

// row is an instrument as screens get it.
func (s *State) row(i equipment.Instrument, now time.Time) wire.Instrument {
	e := s.Equipment
	row := wire.Instrument{Instrument: i, Gates: []wire.Gate{}}
	for _, g := range e.Gates.From(i.ID + " ") {
		if g.Instrument != i.ID {
			break
		}
		row.Gates = append(row.Gates, wire.Gate{Gate: g, State: g.At(now)})
	}
	if u, ok := e.Uses.Get(i.ID); ok {
		row.Use = &wire.Use{Booking: u.Booking, Operator: s.Name(u.Operator), Start: u.Start}
	}
	if h, ok := e.Handovers.Get(i.ID); ok {
		row.Left = &wire.Left{From: s.Name(h.From), At: h.At, Text: h.Text}
	}
	for _, in := range e.Incidents.All() {
		if in.Instrument == i.ID {
			row.Incidents = append(row.Incidents, in)
		}
	}
	return row
}

// booking is a booking as screens get it.
func (s *State) booking(k equipment.Booking) wire.Booking {
	return wire.Booking{Booking: k, Who: s.Name(k.Owner)}
}

// Booking returns one booking as screens get it.
func (s *State) Booking(id string) (wire.Booking, bool) {
	k, ok := s.Equipment.Bookings.Get(id)
	return s.booking(k), ok
}
