package server

import (
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) down(q *asked, b wire.DownBody) (any, error) {
	id, err := s.newID(q)
	if err != nil {
		return nil, err
	}
	if b.Severity == "" {
		return nil, wire.Bad("severity", "The severity is missing.", `Say "stop", "partial" or "outage".`)
	}
	in := equipment.Incident{
		ID: "incident/" + id, Instrument: b.Instrument, Assays: b.Assays, Severity: b.Severity, Planned: b.Planned,
		Span: equipment.Span{Start: b.From, End: b.Estimate},
	}
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) { return book.Down(in, b.Seen, a) })
	if err != nil {
		return nil, err
	}
	evs, _, err := s.told(q.ctx, done)
	if err != nil {
		return nil, err
	}
	out := wire.Downed{Recorded: recordedAs(done), Incident: in.ID}
	for _, ev := range evs {
		if _, ok := ev.(*equipment.Risked); ok {
			out.AtRisk++
		}
	}
	return out, nil
}

func (s *Server) reroute(q *asked, b wire.IncidentBody) (any, error) {
	var out wire.Rerouted
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) {
		evs, left, err := book.Reroute(b.Incident, a)
		out.Left, out.Moved = left, len(evs)
		return evs, err
	})
	if err != nil {
		return nil, err
	}
	out.Recorded = recordedAs(done)
	if done.Repeat {
		out.Moved = int(done.Last - done.First + 1)
	}
	return out, nil
}

func (s *Server) verifyRepair(q *asked, b wire.IncidentBody) (any, error) {
	if b.Repaired == "" {
		return nil, wire.Bad("repaired", "What was repaired is missing.", "Say it in a few words.")
	}
	return s.booked(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) {
		return book.Verify(b.Incident, b.Repaired, a)
	})
}

func release(book equipment.Book, b wire.IncidentBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Release(b.Incident, b.Checked, a)
}

func (s *Server) instrument(q *asked, b wire.InstrumentBody) (any, error) {
	i := b.Instrument
	if err := plain("instrument.id", i.ID, "instrument/"); err != nil {
		return nil, err
	}
	if _, err := time.LoadLocation(i.Zone); err != nil || i.Zone == "" {
		return nil, wire.Bad("instrument.zone", "There is no such time zone.", `Name one such as "Europe/Berlin".`)
	}
	if err := i.Fit(); err != nil {
		return nil, wire.Bad("instrument", err.Error()+".", "Correct it.")
	}
	return s.recordEvents(q, &equipment.Listed{Instrument: i})
}

// recordEvents records what needs no decision.
func (s *Server) recordEvents(q *asked, evs ...lab.Event) (any, error) {
	return s.recorded(q, func(*lab.State, time.Time) ([]lab.Event, error) { return evs, nil })
}

func retireInstrument(book equipment.Book, b wire.UseBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Retire(b.Instrument, a)
}

func gate(book equipment.Book, b wire.GateBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Gate(b.Gate, a)
}

func (s *Server) bookingRules(q *asked, b wire.RulesBody) (any, error) {
	if err := b.Rules.Fit(); err != nil {
		return nil, wire.Bad("rules", err.Error()+".", "Correct it.")
	}
	return s.recordEvents(q, &equipment.Ruled{Rules: b.Rules})
}

func (s *Server) competence(q *asked, b wire.CompetenceBody) (any, error) {
	if s.Lab.State().Roster.Get(b.Competency.Person) == nil {
		return nil, wire.Bad("competency.person", "There is no such person.", "Name a person's id.")
	}
	return s.booked(q, func(book equipment.Book, _ equipment.Ask) ([]equipment.Event, error) { return book.Allow(b.Competency) })
}
