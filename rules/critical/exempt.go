package critical

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Why a critical result was not called.
const (
	WhyRepeat = "repeat" // of one that was told, by the practice of the set
	WhyExempt = "exempt" // a named physician wants no more of them for a time
)

// ExemptFor is for how long an exemption lasts at most.
const ExemptFor = 90 * 24 * time.Hour

// ErrUntil says that something that ends by itself must end later than now and
// not too late. Choose another time.
var ErrUntil = errors.New("critical: it must end after now, and not so late")

// ErrNoExemption says that there is no such exemption in force.
var ErrNoExemption = errors.New("critical: no such exemption")

// Suppressed says that a critical result was not called, and by which rule: a
// set's practice (By is its id and version) or an exemption (By is its id). The
// result stands in the ledger, is listed and counted.
type Suppressed struct {
	Result  string `json:"result"`
	Message string `json:"message,omitempty"`
	Patient string `json:"patient"`
	LOINC   string `json:"loinc"`
	Unit    string `json:"unit,omitempty"` // place of care
	Sender  string `json:"sender,omitempty"`
	Tier    string `json:"tier"`
	Rule    string `json:"rule,omitempty"` // the limit that it passes
	Why     string `json:"why"`            // "repeat" or "exempt"
	By      string `json:"by"`
	Last    string `json:"last"` // the call by which one no less extreme was told
}

// Kind is "critical.suppressed".
func (*Suppressed) Kind() string { return "critical.suppressed" }

// About is the result, its patient, its series, and the call that was told.
func (e *Suppressed) About() []string {
	return about(e.Result, e.Patient, Series(e.Patient, e.LOINC), e.Last)
}

// Enclosure is nil.
func (*Suppressed) Enclosure() any { return nil }

// Exempted says that a named physician wants no repeats of a patient's test to
// be called for a time, at one place of care: never the first one under it, nor
// one that is more extreme than the last that was called, nor one a week after
// that. It ends by itself, at the latest when the patient leaves or is moved.
type Exempted struct {
	ID        string    `json:"id"` // exemption/…
	Patient   string    `json:"patient"`
	LOINC     string    `json:"loinc"`
	Unit      string    `json:"unit,omitempty"` // place of care that it is for
	Physician string    `json:"physician"`      // who wants it: person/…
	By        string    `json:"by"`             // who approved it
	Until     time.Time `json:"until"`

	Sealed Note `json:"-"`
}

// Kind is "critical.exempted".
func (*Exempted) Kind() string { return "critical.exempted" }

// About is the exemption, its patient, the series and the physician.
func (e *Exempted) About() []string {
	return about(e.ID, e.Patient, Series(e.Patient, e.LOINC), e.Physician)
}

// Enclosure is the reason.
func (e *Exempted) Enclosure() any { return &e.Sealed }

// Rearmed says that an exemption was ended before its time.
type Rearmed struct {
	ID      string `json:"id"`
	Patient string `json:"patient"`
	By      string `json:"by"`
}

// Kind is "critical.rearmed".
func (*Rearmed) Kind() string { return "critical.rearmed" }

// About is the exemption, its patient and who ended it.
func (e *Rearmed) About() []string { return about(e.ID, e.Patient, e.By) }

// Enclosure is nil.
func (*Rearmed) Enclosure() any { return nil }

// Exemption is one in force.
type Exemption struct {
	ID        string    `json:"id"`
	Patient   string    `json:"patient"`
	LOINC     string    `json:"loinc"`
	Unit      string    `json:"unit,omitempty"`
	Physician string    `json:"physician"`
	By        string    `json:"by"`
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until"`
}

// Exempt is the event for an exemption, in place of an earlier one of the same
// patient and test. reason is why, in words. Who may is asked before. Errors:
// ErrMapping for no test, ErrNoReason, ErrUntil, ErrUnidentified.
func (b Board) Exempt(e Exemption, reason string, now time.Time) ([]Event, error) {
	switch {
	case e.Patient == "":
		return nil, ErrUnidentified
	case !LOINC(e.LOINC):
		return nil, ErrMapping
	case e.By == "" || e.Physician == "" || e.ID == "" || strings.TrimSpace(reason) == "":
		return nil, ErrNoReason
	case !e.Until.After(now) || e.Until.After(now.Add(ExemptFor)):
		return nil, ErrUntil
	}
	return []Event{&Exempted{
		ID: e.ID, Patient: e.Patient, LOINC: e.LOINC, Unit: e.Unit, Physician: e.Physician, By: e.By, Until: stamp(e.Until), Sealed: Note{Text: reason},
	}}, nil
}

// Rearm is the event that ends an exemption now. Errors: ErrNoExemption, ErrNoReason.
func (b Board) Rearm(id, by string, now time.Time) ([]Event, error) {
	for _, x := range b.Exemptions(now) {
		if x.ID == id {
			if by == "" {
				return nil, ErrNoReason
			}
			return []Event{&Rearmed{ID: x.ID, Patient: x.Patient, By: by}}, nil
		}
	}
	return nil, ErrNoExemption
}

// Exemptions are those in force at a time, the next to end first.
func (b Board) Exemptions(now time.Time) []Exemption {
	var out []Exemption
	for _, x := range b.Exempts.All() {
		if x.Until.After(now) {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b Exemption) int { return a.Until.Compare(b.Until) })
	return out
}

// Factors are the codes of patient factors that any drafted set asks for, sorted.
func (b Board) Factors() []string {
	var out []string
	for _, s := range b.Sets.All() {
		signs := map[string]bool{}
		for _, sign := range s.Signs {
			signs[sign.Factor] = true // of the sample, not of the patient
		}
		add := func(condition string) {
			for t := range strings.SplitSeq(open(condition), "&") {
				if f := strings.TrimPrefix(t, "!"); f != "" && !signs[f] && !slices.Contains(out, f) {
					out = append(out, f)
				}
			}
		}
		for _, r := range s.Rows {
			add(r.Condition)
		}
		for _, p := range s.Practices {
			for _, h := range p.Hold {
				add(h.Condition)
			}
		}
	}
	slices.Sort(out)
	return out
}

// exempted is the exemption in force for a patient's test.
func (b Board) exempted(patient, loinc string, now time.Time) (Exemption, bool) {
	x, ok := b.Exempts.Get(patient + " " + loinc)
	return x, ok && x.Until.After(now)
}

// exempt folds an exemption, and drops those that are over.
func (b Board) exempt(e *Exempted, at time.Time) Board {
	b = b.rearmed(func(x Exemption) bool { return !x.Until.After(at) })
	b.Exempts = b.Exempts.With(e.Patient+" "+e.LOINC, Exemption{
		ID: e.ID, Patient: e.Patient, LOINC: e.LOINC, Unit: e.Unit, Physician: e.Physician, By: e.By, Since: at, Until: stamp(e.Until),
	})
	return b
}

// rearmed drops exemptions.
func (b Board) rearmed(over func(Exemption) bool) Board {
	for key, x := range b.Exempts.All() {
		if over(x) {
			b.Exempts = b.Exempts.Without(key)
		}
	}
	return b
}

func (b Board) exemptCheck(say func(id, what string)) {
	for key, x := range b.Exempts.All() {
		switch {
		case key != x.Patient+" "+x.LOINC || x.ID == "":
			say(x.ID, "an exemption that stands for another patient or test")
		case x.By == "" || x.Physician == "":
			say(x.ID, "an exemption that nobody approved")
		case x.Until.IsZero() || x.Until.Sub(x.Since) > ExemptFor:
			say(x.ID, "an exemption that does not end in time")
		}
	}
}
