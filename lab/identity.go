package lab

import (
	"slices"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// Shown is a patient as a call shows it.
func Shown(who patient.Identity) critical.Snapshot {
	out := critical.Snapshot{Name: who.Name, Born: who.Born, Sex: who.Sex}
	for _, n := range who.Numbers {
		out.Identifiers = append(out.Identifiers, n.Value)
	}
	return out
}

// Renamed is what is to be recorded because the records of some patients, by their handles, say otherwise than the open
// calls about them: new versions of these calls, which those who were told hear of.
func (s *State) Renamed(handles []string, now time.Time) []Event {
	var out []Event
	done := map[string]bool{}
	for _, h := range handles {
		ids := s.Critical.Of(h)
		if to := s.Patients.Handle(h); to != h {
			ids = append(ids, s.Critical.Of(to)...)
		}
		for _, id := range ids {
			if !done[id] {
				done[id] = true
				out = append(out, s.renamed(id, now, s.Resolve(now))...)
			}
		}
	}
	return out
}

func (s *State) renamed(id string, now time.Time, resolve critical.Resolve) []Event {
	c, ok := s.Critical.Calls.Get(id)
	p := s.Patients.Get(c.Patient)
	if !ok || p == nil || p.Version == 0 {
		return nil
	}
	var out []Event
	for _, ev := range s.Critical.Rename(critical.Naming{
		Call: id, Patient: p.ID, Who: Shown(p.Identity), Unit: s.Place(p.ID, c.At()).Unit, Resolve: resolve,
	}, now) {
		out = append(out, ev)
	}
	return slices.Clip(out)
}
