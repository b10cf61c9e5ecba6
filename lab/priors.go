package lab

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// Priors are the earlier results that count for a message's: of its patient, and of records that became one with it, by
// LOINC code. past answers what the ledger has about a subject, and asks for it where that was not brought; decided is
// what is recorded before the message, in the same decision. What was told before the patient came to this place, left or
// became one record with another does not count as told.
func (s *State) Priors(in critical.Message, past func(string) ([]Past, bool), decided []Event, now time.Time) map[string][]critical.Prior {
	out := map[string][]critical.Prior{}
	for _, rep := range in.Reports {
		loinc, ok := s.Critical.Looks(in, rep, now)
		if _, done := out[loinc]; done || !ok {
			continue
		}
		var series, stays []string
		for _, handle := range append(s.Patients.Merged(in.Patient), s.Patients.Handle(in.Patient)) {
			series, stays = append(series, critical.Series(handle, loinc)), append(stays, handle)
		}
		all := pastOfAll(series, past, decided, now)
		came := arrived(pastOfAll(stays, past, decided, now))
		dated := make([]critical.Dated, 0, len(all))
		for _, p := range all {
			if ev, ok := p.Event.(critical.Event); ok {
				dated = append(dated, critical.Dated{Event: ev, At: p.Mark.At})
			}
		}
		priors := critical.Priors(dated, func(call string) (bool, string) { return s.told(call, past) })
		for i := range priors {
			priors[i].Told = priors[i].Told && !priors[i].At.Before(came)
		}
		out[loinc] = priors
	}
	return out
}

// pastOfAll is what the ledger has about any of some subjects, and then what is decided about them, in order.
func pastOfAll(subjects []string, past func(string) ([]Past, bool), decided []Event, now time.Time) []Past {
	var all []Past
	for _, subject := range subjects {
		of, _ := past(subject)
		all = append(all, of...)
	}
	slices.SortStableFunc(all, func(a, b Past) int { return cmp.Compare(a.Mark.Seq, b.Mark.Seq) })
	for _, ev := range decided {
		if slices.ContainsFunc(ev.About(), func(a string) bool { return slices.Contains(subjects, a) }) {
			all = append(all, Past{Event: ev, Mark: Mark{At: now}})
		}
	}
	return all
}

// arrived is when a patient last came to another place of care, left, or became one record with another.
func arrived(past []Past) (at time.Time) {
	units := map[string]string{}
	for _, p := range past {
		switch e := p.Event.(type) {
		case *patient.Moved:
			if unit, ok := units[e.Patient]; !ok || unit != e.Unit {
				at = p.Mark.At
			}
			units[e.Patient] = e.Unit
		case *patient.Left, *patient.Merged:
			at = p.Mark.At
		}
	}
	return at
}

// told tells whether a call was handed off, by a read-back or by telephone, and where its patient was then. One that told
// what the bench should have looked at first, and did not, may have been taken for an artefact.
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
	return c.Standing == critical.IsClosed && c.Release != critical.NotConfirmed, c.At()
}
