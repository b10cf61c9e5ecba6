package server

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/wire"
)

// identify names the patient of a call that was called by its accession number. Two identifiers are needed, and must be
// those of the number's patient where that is known: a call must not be given to the wrong one by a slip.
func (s *Server) identify(q *asked, b wire.IdentifyBody) (any, error) {
	if err := note("note", b.Note, longestNote); err != nil {
		return nil, err
	}
	if err := oneOf("reason", b.Reason, critical.NamingReasons()); err != nil {
		return nil, err
	}
	b.Number, b.Name, b.Born = strings.TrimSpace(b.Number), strings.TrimSpace(b.Name), strings.TrimSpace(b.Born)
	switch {
	case critical.Tail(b.Number) == "":
		return nil, wire.Bad("number", `The field "number" is empty.`, "Give the patient's number as it stands on the label.")
	case b.Name == "" && b.Born == "":
		return nil, wire.Bad("name", "One identifier is not enough.", "Give the name or the date of birth too.")
	case b.Born != "" && !isDay(b.Born):
		return nil, wire.Bad("born", `The field "born" is no date.`, "Write it as 1960-10-02.")
	}
	told := patient.Identity{
		Numbers: []patient.Number{{Value: b.Number, Kind: cmp.Or(strings.ToUpper(b.Kind), "MR"), Assigner: b.Assigner}},
		Name:    b.Name, Born: b.Born, Sex: strings.ToUpper(b.Sex),
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		f := st.Filer(q.Subject, now)
		handle, err := s.whose(f, told.Numbers[0])
		if err != nil {
			return nil, err
		}
		p := f.Patient(handle)
		if len(f.Want) > 0 {
			return nil, lab.Recall(f.Want...)
		}
		if p == nil || p.Version == 0 {
			if b.Name == "" || b.Born == "" {
				return nil, wire.Bad("name", "Nobody is known by this number.", "Check the number, or give the name and the date of birth.")
			}
			id := f.View.Patients.Handle(handle)
			f.Add(&patient.Identified{Patient: id, Who: told})
			p = f.View.Patients.Get(id)
		} else if b.Born != "" && p.Born != "" && !strings.HasPrefix(b.Born, p.Born) || b.Name != "" && p.Name != "" && !sameName(b.Name, p.Name) {
			return nil, wire.Bad("number", "This number is another patient's: the name or the date of birth differs.", "Check them against the label.")
		}
		evs, err := events(f.View.Critical.Identify(critical.Naming{
			Call: c.ID, Version: b.Version, Patient: p.ID, Who: lab.Shown(p.Identity), Unit: f.View.Place(p.ID, c.At()).Unit,
			By: q.Subject, Reason: b.Reason, Note: b.Note, Resolve: f.View.Resolve(now),
		}, now))
		if err != nil {
			return nil, err
		}
		return append(f.Out, evs...), nil
	})
}

// whose is the handle of the patient with a number: of the one in mind who has it, where the assigner was left out.
func (s *Server) whose(f *lab.Filer, n patient.Number) (string, error) {
	switch had := f.View.PatientsWith(n.Value, n.Assigner); {
	case len(had) == 1:
		return had[0].ID, nil
	case len(had) > 1:
		return "", &wire.Refusal{Err: wire.ErrPatient, Field: "assigner", Say: "Several patients have this number.", Do: "Say who gave it."}
	}
	return lab.IDs(s.Secret).Patient(n), nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// sameName tells whether two names have the same words, in any order and case.
func sameName(a, b string) bool {
	words := func(s string) []string {
		w := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == ',' || r == '^' })
		slices.Sort(w)
		return w
	}
	return slices.Equal(words(a), words(b))
}
