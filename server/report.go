package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/wire"
)

// byHand is the sender of results by hand: codes that are mapped for all senders, or for this one, can be used.
const byHand = "hand"

// hand is a result by hand, as it was understood.
type hand struct {
	wire.ResultBody
	ids     lab.IDs
	handle  string // of a patient whom nobody knows yet
	message string
	refs    []string
}

func (s *Server) readHand(b wire.ResultBody) (*hand, error) {
	h := &hand{ResultBody: b, ids: lab.IDs(s.Secret)}
	for field, text := range map[string]*string{"patient": &h.Patient, "test": &h.Test, "value": &h.Value} {
		*text = strings.TrimSpace(*text)
		taken := field == "value" && (h.Status == "W" || h.Status == "X" || h.Status == "D")
		if *text == "" && !taken {
			return nil, wire.Bad(field, fmt.Sprintf("The field %q is missing.", field), "Give it.")
		}
	}
	switch h.Status {
	case "":
		h.Status = "F"
	case "F", "P", "C", "W", "X", "D":
	default:
		return nil, wire.Bad("status", `The field "status" must be F, P, C, W, X or D (HL7 table 0085).`, "Leave it out for a final result.")
	}
	// A sender's doubtful number waits at the bench; who types one can be asked at once.
	if _, err := critical.Parse(h.Value, wire.LocaleOf(h.Locale)); errors.Is(err, critical.ErrSeparator) && strings.IndexFunc(h.Value, unicode.IsLetter) < 0 {
		return nil, &wire.Refusal{Err: critical.ErrSeparator, Field: "value"}
	}
	h.handle = h.ids.Patient(patient.Number{Value: h.Patient, Assigner: h.Assigner})
	return h, nil
}

// who finds the patient in the view, and adds one whom nobody knows. A number of several is refused, as is one of nobody
// without a name: a slip in a number must not make a new patient.
func (h *hand) who(f *lab.Filer) (*patient.Patient, error) {
	switch found := f.View.PatientsWith(h.Patient, h.Assigner); {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, &wire.Refusal{Err: wire.ErrPatient, Field: "assigner", Say: "Several patients have this number.", Do: "Say who gave it, or use another number."}
	}
	if p := f.Patient(h.handle); p != nil || len(f.Want) > 0 {
		return p, nil
	}
	if strings.TrimSpace(h.Name) == "" {
		return nil, &wire.Refusal{Err: wire.ErrPatient, Field: "patient"}
	}
	id := patient.Identity{Numbers: []patient.Number{{Value: h.Patient, Assigner: h.Assigner}}, Name: h.Name, Born: h.Born, Sex: h.Sex}
	f.Add(&patient.Identified{Patient: h.handle, Who: id})
	if h.Unit != "" {
		f.Add(patient.MovedTo(h.handle, patient.Place{Unit: h.Unit}))
	}
	return f.View.Patients.Get(h.handle), nil
}

// in is the result as the rules ask for it.
func (h *hand) in(f *lab.Filer, now time.Time) (critical.Message, error) {
	p, err := h.who(f)
	if err != nil || len(f.Want) > 0 {
		return critical.Message{}, err
	}
	in := f.View.Message(p, patient.Identity{}, patient.Place{}, f.View.Location(), now)
	in.ID, in.Refs, in.Locale = h.message, h.refs, wire.LocaleOf(h.Locale)
	in.Sender = byHand
	if h.Sender != "" {
		in.Sender = h.Sender
	}
	own := h.Accession
	if own == "" {
		own = "\x00" + h.message
	}
	test := critical.Coding{Code: h.Test}
	if critical.LOINC(h.Test) {
		test.System = "LN"
	}
	result := h.ids.Of("result", byHand, in.Patient, own, in.Sender, h.Test)
	if h.Accession != "" && !f.Reported(result) { // told before the patient's records became one?
		for _, handle := range f.View.Patients.Merged(in.Patient) {
			if id := h.ids.Of("result", byHand, handle, own, in.Sender, h.Test); f.Reported(id) {
				result = id
			}
		}
	}
	if len(f.Want) > 0 {
		return critical.Message{}, nil
	}
	in.Reports = []critical.Report{{
		Result: result, Codings: []critical.Coding{test}, Group: own, Status: h.Status,
		Available: now, Source: "hand",
		Sealed: critical.Sent{Value: h.Value, Unit: h.Measure, Accession: h.Accession, Taken: h.Taken, Notes: h.Notes},
	}}
	in.Prior = f.View.Priors(in, f.Past, f.Out, now)
	return in, nil
}

func (s *Server) tryResult(q *asked, b wire.ResultBody) (any, error) {
	h, err := s.readHand(b)
	if err != nil {
		return nil, err
	}
	h.message, h.refs = "message/none", []string{"??????"}
	var out wire.Verdict
	_, err = s.record(q, lab.Key{}, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		f := st.Filer(q.Subject, now)
		in, err := h.in(f, now)
		if len(f.Want) > 0 {
			return nil, lab.Recall(f.Want...)
		}
		if err != nil {
			return nil, err
		}
		b := f.View.Critical
		out = wire.VerdictOf(b.Verdict(in, in.Reports[0], now))
		if t, ok := b.Resolve(in.Sender, in.Reports[0].Codings); ok {
			out.Label = t.Label
		}
		out.Measure, out.Place = critical.Canonical(h.Measure), in.Unit
		out.Patient = wire.Patient{Identified: true, Identifiers: in.Who.Identifiers, Name: in.Who.Name, Born: in.Who.Born, Sex: in.Who.Sex}
		return nil, nil
	}, h.handle)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Server) reportResult(q *asked, b wire.ResultBody) (any, error) {
	h, err := s.readHand(b)
	if err != nil {
		return nil, err
	}
	id, err := s.newID(q)
	if err != nil {
		return nil, err
	}
	h.message = "message/" + id
	if h.refs, err = lab.References(s.Rand, 8); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	raw, err := json.Marshal(h.ResultBody)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		f := st.Filer(q.Subject, now)
		in, err := h.in(f, now)
		if err == nil && len(f.Want) == 0 {
			f.Bring(in.Reports[0].Result)
		}
		if len(f.Want) > 0 {
			return nil, lab.Recall(f.Want...)
		}
		if err != nil {
			return nil, err
		}
		if err := f.File(in, h.message); err != nil {
			return nil, err
		}
		f.Add(&critical.Filed{Message: h.message, Type: byHand, Results: 1, Sealed: critical.Raw{Raw: raw}})
		return f.Out, nil
	}, h.handle)
	if err != nil {
		return nil, err
	}
	evs, _, err := s.told(q.ctx, done)
	if err != nil {
		return nil, err
	}
	out := wire.Reported{Recorded: recordedAs(done)}
	for _, ev := range evs {
		switch ev := ev.(type) {
		case *critical.Reported:
			out.Result, out.Outcome, out.Tier = ev.Result, string(ev.Outcome), ev.Tier
			out.Call, out.Work, out.Repeat = ev.Call, ev.Work, ev.Repeat
		case *critical.Opened:
			out.Ref = ev.Ref
		case *critical.Held:
			out.Ref, out.Held = ev.Ref, ev.Reason
		}
	}
	if c, ok := s.Lab.State().Critical.Find(out.Call); ok && out.Ref == "" {
		out.Ref = c.Ref
	}
	return out, nil
}
