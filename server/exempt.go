package server

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/wire"
)

// known finds the one patient in mind who has a number.
func known(st *lab.State, number, assigner string) (*patient.Patient, error) {
	switch found := st.PatientsWith(strings.TrimSpace(number), assigner); len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, &wire.Refusal{Err: wire.ErrPatient, Field: "patient"}
	}
	return nil, &wire.Refusal{Err: wire.ErrPatient, Field: "assigner", Say: "Several patients have this number.", Do: "Say who gave it, or use another number."}
}

// exempt keeps repeats of a patient's test from being called for a time, as a named physician wants it.
func (s *Server) exempt(q *asked, b wire.ExemptBody) (any, error) {
	if err := note("reason", b.Reason, longestNote); err != nil {
		return nil, err
	}
	id, err := s.newID(q)
	if err != nil {
		return nil, err
	}
	id = "exemption/" + id
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		p, err := known(st, b.Patient, b.Assigner)
		if err != nil {
			return nil, err
		}
		who := st.Roster.Get(b.Physician)
		if !who.Valid(now) || who.Profession != "physician" {
			return nil, wire.Bad("physician", "An exemption needs a physician of the roster whose badge is valid.", "Name who wants it.")
		}
		if !p.Present || p.Unit == "" {
			return nil, &wire.Refusal{Err: wire.ErrPatient, Field: "patient", Say: "Nobody knows where this patient is.", Do: "An exemption is for one place of care: it begins when the patient is there."}
		}
		return events(st.Critical.Exempt(critical.Exemption{
			ID: id, Patient: p.ID, LOINC: b.Test, Unit: p.Unit, Physician: b.Physician, By: q.Subject, Until: b.Until,
		}, b.Reason, now))
	})
	if err != nil {
		return nil, err
	}
	return wire.Exempted{Recorded: recordedAs(done), ID: id}, nil
}

func (s *Server) rearm(q *asked, b wire.RearmBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		return events(st.Critical.Rearm(b.ID, q.Subject, now))
	})
}

func (s *Server) exemptions(_ *asked, _ struct{}) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	out := wire.Exemptions{Exemptions: []wire.Exemption{}}
	for _, x := range st.Critical.Exemptions(now) {
		e := wire.Exemption{ID: x.ID, Test: x.LOINC, Physician: st.Name(x.Physician), By: st.Name(x.By), Since: x.Since, Until: x.Until}
		if p := st.Patients.Get(x.Patient); p != nil {
			who := lab.Shown(p.Identity)
			e.Patient = wire.Patient{Identified: true, Identifiers: who.Identifiers, Name: who.Name, Born: who.Born, Sex: who.Sex}
		}
		out.Exemptions = append(out.Exemptions, e)
	}
	return out, nil
}

// factorFor is for how long a factor is noted at most: what silences a limit must be said again.
const factorFor = 366 * 24 * time.Hour

// factor notes whether a patient has a factor that limits ask for.
func (s *Server) factor(q *asked, b wire.FactorBody) (any, error) {
	if err := oneOf("has", b.Has, []string{string(patient.Yes), string(patient.No), string(patient.Unknown)}); err != nil {
		return nil, err
	}
	var id string
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if codes := st.Critical.Factors(); !slices.Contains(codes, b.Factor) {
			return nil, wire.Bad("factor", "No limit set asks for this factor.", "Give one of "+strings.Join(codes, ", ")+".")
		}
		ends := b.Has != string(patient.Unknown)
		if ends && (!b.Until.After(now) || b.Until.After(now.Add(factorFor))) || !ends && !b.Until.IsZero() {
			return nil, &wire.Refusal{Err: critical.ErrUntil, Field: "until", Do: "Say until when it holds, at most a year; of unknown leave it out."}
		}
		p, err := known(st, b.Patient, b.Assigner)
		if err != nil {
			return nil, err
		}
		id = p.ID
		return []lab.Event{&patient.FactorNoted{Patient: p.ID, Note: patient.Note{
			Factor: b.Factor, Has: patient.Has(b.Has), Source: byHand, Until: b.Until.UTC().Truncate(time.Microsecond),
		}}}, nil
	})
	if err != nil {
		return nil, err
	}
	st, now := s.Lab.State(), s.Lab.Now()
	out := wire.Factors{Recorded: recordedAs(done), Factors: []wire.Factor{}}
	p := st.Patients.Get(id)
	if p == nil { // a repeat is not decided again
		if p, err = known(st, b.Patient, b.Assigner); err != nil {
			return out, nil //nolint:nilerr // it was recorded, and the patient is out of mind by now
		}
	}
	for code, f := range p.Factors.All() {
		if has := f.At(now); has != patient.Unknown {
			out.Factors = append(out.Factors, wire.Factor{Factor: code, Has: string(has), Source: f.Source, By: st.Name(f.By), Since: f.Since, Until: f.Until})
		}
	}
	return out, nil
}
