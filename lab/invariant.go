package lab

import (
	"time"

	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
)

// Faults returns which of the laboratory's invariants do not hold at a time, in words without patient data; none is
// how it must be. Tests call it after each step, and the running node checks and reports it. O(what is open).
func (s *State) Faults(now time.Time) []string {
	out := s.Critical.Check(now)
	for _, err := range []error{patient.Invariants(s.Patients), roster.Invariants(s.Roster, now)} {
		if err != nil {
			out = append(out, err.Error())
		}
	}
	return append(out, s.Equipment.Faults(now)...)
}
