package lab

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// Filer decides what results record when they do not come from a sender's message: typed by a person, or judged anew.
// It belongs to one asking of one decision.
type Filer struct {
	View State    // as it will be after Out
	Out  []Event  // what is to be recorded
	Want []string // subjects whose past is needed first: return Recall(Want...)

	was *State
	by  string
	now time.Time
}

// Filer returns a Filer on a State, for who acts.
func (s *State) Filer(by string, now time.Time) *Filer {
	return &Filer{View: *s, was: s, by: by, now: now}
}

// Add records events and shows them in the view.
func (f *Filer) Add(evs ...Event) {
	for _, ev := range evs {
		f.Out = append(f.Out, ev)
		f.View.Seq++
		f.View.Patients = f.View.Patients.Apply(ev, patient.Mark{Seq: int64(f.View.Seq), At: f.now, By: f.by})
		f.View.Critical = f.View.Critical.Apply(ev, critical.Mark{At: f.now, By: f.by})
	}
}

// Past is what the ledger holds about a subject; where that was not brought yet it is added to Want, and ok is false.
func (f *Filer) Past(subject string) (past []Past, ok bool) {
	if past, ok = f.was.Past(subject); !ok && !slices.Contains(f.Want, subject) {
		f.Want = append(f.Want, subject)
	}
	return past, ok
}

// Patient brings a patient's record into the view and returns it; nil if there is none, or while it is wanted.
func (f *Filer) Patient(id string) *patient.Patient {
	for id != "" {
		if p := f.View.Patients.Get(id); p != nil {
			return p
		}
		id = f.View.Patients.Handle(id)
		past, ok := f.Past(id)
		if !ok {
			return nil
		}
		for _, p := range past {
			if p.Event != nil {
				f.View.Patients = f.View.Patients.Apply(p.Event, patient.Mark(p.Mark))
			}
		}
		if f.View.Patients.Handle(id) == id {
			return f.View.Patients.Get(id)
		}
	}
	return nil
}

// Reported tells whether the ledger has a report of a result. While its past is wanted it says no.
func (f *Filer) Reported(result string) bool {
	if _, ok := f.View.Critical.Results.Get(result); ok {
		return true
	}
	past, _ := f.Past(result)
	return slices.ContainsFunc(past, func(p Past) bool {
		e, ok := p.Event.(*critical.Reported)
		return ok && e.Result == result
	})
}

// Bring puts the call on the board that told a result longer ago than the board remembers.
func (f *Filer) Bring(result string) {
	if _, ok := f.View.Critical.Results.Get(result); ok {
		return
	}
	past, ok := f.Past(result)
	if !ok {
		return
	}
	call := ""
	for _, p := range past {
		if e, ok := p.Event.(*critical.Reported); ok && e.Result == result && e.Call != "" {
			call = e.Call
		}
	}
	if _, there := f.View.Critical.Find(call); call == "" || there {
		return
	}
	if past, ok = f.Past(call); !ok {
		return
	}
	for _, p := range past {
		// A call that corrects this one is about it too: its end would be missing.
		if p.Event != nil && p.Event.About()[0] == call {
			f.View.Critical = f.View.Critical.Apply(p.Event, critical.Mark(p.Mark))
		}
	}
}

// File judges a message's results and records what becomes of them, as of a message by its own id.
func (f *Filer) File(in critical.Message, message string) error {
	evs, err := f.View.Critical.File(in, f.now)
	if err != nil {
		return fmt.Errorf("file: %w", err)
	}
	for _, ev := range evs {
		f.Add(critical.Of(ev, message))
	}
	return nil
}

// Message is what the rules ask for about a patient's results: who, where, which ladder, under which conditions. p is
// nil when the patient is not known; then who and at are what is said of them. zone is the site's, for ages.
func (s *State) Message(p *patient.Patient, who patient.Identity, at patient.Place, zone *time.Location, now time.Time) critical.Message {
	var in critical.Message
	if p != nil {
		in.Patient, who, at = p.ID, p.Identity, p.Place
		in.Subject.Factors = map[string]bool{}
		for code, known := range p.Factors.All() {
			if has := known.At(now); has != patient.Unknown {
				in.Subject.Factors[code] = has == patient.Yes
			}
		}
	}
	in.Unit = at.Unit
	in.Who = critical.Snapshot{Name: who.Name, Born: who.Born, Sex: who.Sex}
	for _, n := range who.Numbers {
		in.Who.Identifiers = append(in.Who.Identifiers, n.Value)
	}
	if age, ok := patient.AgeAt(who.Born, now.In(zone)); ok {
		in.Subject.AgeKnown, in.Subject.AgeLeast, in.Subject.AgeMost = true, age.Least, age.Most
	}
	in.Subject.Sex, in.Subject.Setting = who.Sex, Setting(at.Class)
	as, _ := s.Critical.Active.Get("emergency")
	own := slices.ContainsFunc(as, func(a critical.Approval) bool { return !a.Effective.After(now) })
	if in.Subject.Setting == "emergency" && !own {
		in.Subject.Setting = "" // no list knows it: rows for any setting may hold
	}
	where := s.Place(in.Patient, in.Unit)
	in.Steps = func(tier string) []critical.Step { return Steps(s.Roster.Ladder(where, tier, now)) }
	in.Breach = func(tier string) int { return s.Roster.Ladder(where, tier, now).Breach }
	in.Resolve = s.Resolve(now)
	return in
}

// Location is the site's time zone, UTC where that is not known.
func (s *State) Location() *time.Location {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Setting is the setting in which limits see a patient class (HL7 table 0004); empty if that is not known.
func Setting(class string) string {
	switch class {
	case "I", "B":
		return "inpatient"
	case "O", "R":
		return "outpatient"
	case "E":
		return "emergency"
	}
	return ""
}

// refAlphabet has no letters and digits that are taken for others, spoken or written.
const refAlphabet = "23456789ABCDEFGHJKMNPQRTUVWXYZ"

// References draws n candidates for the references of new calls: six letters and digits each, all equally likely.
func References(r io.Reader, n int) ([]string, error) {
	const length = 6
	limit := 256 - 256%len(refAlphabet) // bytes beyond the last whole multiple would make some letters likelier
	var b strings.Builder
	buf := make([]byte, n*length*4/3)
	for b.Len() < n*length {
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, fmt.Errorf("references: %w", err)
		}
		for _, c := range buf {
			if int(c) < limit && b.Len() < n*length {
				b.WriteByte(refAlphabet[int(c)%len(refAlphabet)])
			}
		}
	}
	all := b.String()
	refs := make([]string, n)
	for i := range refs {
		refs[i] = all[i*length : (i+1)*length]
	}
	return refs, nil
}
