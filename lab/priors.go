package lab

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

// Priors are the earlier results that count for a message's: of its patient, and of records that became one with it, by
// LOINC code. past answers what the ledger has about a subject, and asks for it where that was not brought.
func (s *State) Priors(in critical.Message, past func(string) ([]Past, bool), now time.Time) map[string][]critical.Prior {
	out := map[string][]critical.Prior{}
	for _, rep := range in.Reports {
		loinc, ok := s.Critical.Looks(in, rep, now)
		if _, done := out[loinc]; done || !ok {
			continue
		}
		var all []Past
		for _, handle := range append(s.Patients.Merged(in.Patient), s.Patients.Handle(in.Patient)) {
			of, _ := past(critical.Series(handle, loinc))
			all = append(all, of...)
		}
		slices.SortStableFunc(all, func(a, b Past) int { return cmp.Compare(a.Mark.Seq, b.Mark.Seq) })
		dated := make([]critical.Dated, 0, len(all))
		for _, p := range all {
			if ev, ok := p.Event.(critical.Event); ok {
				dated = append(dated, critical.Dated{Event: ev, At: p.Mark.At})
			}
		}
		out[loinc] = critical.Priors(dated, func(call string) (bool, string) { return s.told(call, past) })
	}
	return out
}

// told tells whether a call was handed off, by a read-back or by telephone, and where its patient was then.
func (s *State) told(call string, past func(string) ([]Past, bool)) (told bool, place string) {
	c, ok := s.Critical.Find(call)
	if !ok {
		var b critical.Board
		was, _ := past(call)
		for _, p := range was {
			if p.Event != nil && p.Event.About()[0] == call {
				b = b.Apply(p.Event, critical.Mark{At: p.Mark.At, By: p.Mark.By})
			}
		}
		c, _ = b.Find(call)
	}
	return c.Standing == critical.IsClosed, c.At()
}
