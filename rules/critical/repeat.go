package critical

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Repeat says which critical results of a test need not be called because one
// like them was told lately. A set has none unless its author writes it. Never
// kept from being called: the first one; one that is more extreme than the
// last that was called, on the other side, of a more urgent tier or by another
// rule; the first after any that was not critical; one that the bench looks at
// first; one that nobody surely was told of, or that is about a patient who has
// moved, left or become one record with another since.
type Repeat struct {
	Within int      `json:"within"`          // hours after the last call; a new episode begins then
	Worse  *Decimal `json:"worse,omitempty"` // called anyhow if it is worse than the result before it by this much
	Unit   string   `json:"unit,omitempty"`  // of Worse
}

// Delta says that a change of a test is called, even within the limits: from
// the result before, if that is not older than so many hours.
type Delta struct {
	Rise   *Decimal `json:"rise,omitempty"` // at least
	Fall   *Decimal `json:"fall,omitempty"` // at least
	Unit   string   `json:"unit"`
	Within int      `json:"within"` // hours
	Tier   string   `json:"tier"`
}

// Hours that a rule about earlier results may look back.
const (
	repeatHours = 48  // as long as a finished call stays on the board
	deltaHours  = 720 // 30 days
	exemptHours = 168 // after so long one is called again, exempt or not
)

// Prior is an earlier result of the same patient and test, as the ledger has it.
type Prior struct {
	At         time.Time // when it was reported
	Result     string
	Outcome    Outcome
	Tier       string
	Rule       string // that called it
	Value      Value
	Readable   bool
	Unit       string // UCUM
	Call       string // that told it
	Told       bool   // the call was read back, or heard by telephone
	Place      string // of the call, when it was told
	Suppressed bool
}

// Dated is an event of the past.
type Dated struct {
	Event Event
	At    time.Time
}

// Priors are the results that the events of a series tell, each once, as its
// newest report has it, the oldest report first. told answers what became of a
// call, and where its patient was; only the newest called one is asked for.
func Priors(past []Dated, told func(call string) (bool, string)) []Prior {
	var out []Prior
	for _, d := range past {
		switch e := d.Event.(type) {
		case *Reported:
			if e.Repeat || e.Late || e.Outcome == Pending {
				continue
			}
			p := Prior{At: d.At, Result: e.Result, Outcome: e.Outcome, Tier: e.Tier, Rule: e.Rule, Unit: e.Unit, Call: e.Call}
			var err error
			locale := Locale{Comma: e.Sealed.Comma}
			if p.Value, err = Parse(e.Sealed.Value, locale); e.Sealed.Parts != nil {
				p.Value, err = ParseSN(e.Sealed.Parts, locale)
			}
			p.Readable = err == nil
			out = append(slices.DeleteFunc(out, func(o Prior) bool { return o.Result == e.Result }), p)
		case *Suppressed:
			for i := range out {
				out[i].Suppressed = out[i].Suppressed || out[i].Result == e.Result
			}
		}
	}
	for i := range slices.Backward(out) {
		if p := &out[i]; p.Call != "" {
			p.Told, p.Place = told(p.Call)
			break
		}
	}
	return out
}

// Looks gives the test of a report whose earlier results count, by the
// practice in force or an exemption; not ok if none does.
func (b Board) Looks(in Message, r Report, now time.Time) (loinc string, ok bool) {
	test, known := b.Resolve(in.Sender, r.Codings)
	if !known || in.Patient == "" {
		return "", false
	}
	set, _ := b.InForce(in.Subject.Setting, stamp(now))
	p := set.practice(test.LOINC)
	_, exempt := b.exempted(in.Patient, test.LOINC, now)
	return test.LOINC, p.Repeat != nil || p.Delta != nil || exempt
}

// spared is what is recorded instead of a call for a critical result that need
// not be called; nil if it is called.
func (f *filing) spared(r *found) *Suppressed {
	e, v := &r.ev, r.verdict
	rule := f.set.practice(e.LOINC).Repeat
	exemption, exempt := f.board.exempted(f.in.Patient, e.LOINC, f.now)
	if v.Outcome != Critical || v.Bound == nil || r.value.Cmp != Exact || f.in.Patient == "" || rule == nil && !exempt || r.held != "" || !f.alone(r) {
		return nil
	}
	side := -1
	if v.Bound == v.Row.High {
		side = +1
	}
	priors := slices.DeleteFunc(slices.Clone(f.in.Prior[e.LOINC]), func(p Prior) bool { return p.Result == e.Result })
	at := len(priors) - 1
	for at >= 0 && priors[at].Call == "" {
		at--
	}
	if at < 0 || !f.covers(priors[at], r, side) {
		return nil
	}
	last, newest := priors[at], priors[len(priors)-1]
	if rule != nil && rule.Worse != nil && newest.changed(r.value.Num, e.Unit, *rule.Worse, rule.Unit, e.LOINC, side) {
		return nil
	}
	out := &Suppressed{
		Result: e.Result, Message: e.Message, Patient: e.Patient, LOINC: e.LOINC, Unit: f.in.Unit, Tier: e.Tier, Rule: e.Rule, Sender: e.Sender, Last: last.Call,
	}
	episode := !slices.ContainsFunc(priors[at+1:], func(p Prior) bool { return p.Outcome != Critical })
	switch {
	case rule != nil && episode && f.now.Sub(last.At) < time.Duration(rule.Within)*time.Hour:
		out.Why, out.By = WhyRepeat, f.set.ID+" "+f.set.Version
	case exempt && exemption.Unit == f.in.Unit && !last.At.Before(exemption.Since) && f.now.Sub(last.At) < exemptHours*time.Hour:
		out.Why, out.By = WhyExempt, exemption.ID
	default:
		return nil
	}
	return out
}

// suppressed tells whether a result was suppressed before with this very value.
func (f *filing) suppressed(r *found) bool {
	return slices.ContainsFunc(f.in.Prior[r.ev.LOINC], func(p Prior) bool {
		return p.Result == r.ev.Result && p.Suppressed && p.Value.Equal(r.value) && p.Unit == r.ev.Unit
	})
}

// alone tells whether the message has no other result of the same test: what
// came between, and what is the newest, only one by one can tell.
func (f *filing) alone(r *found) bool {
	return !slices.ContainsFunc(f.in.Reports, func(o Report) bool {
		test, known := f.board.Resolve(f.in.Sender, o.Codings)
		return known && test.LOINC == r.ev.LOINC && (o.Result != r.Result || o.Sealed.Value != r.Sealed.Value || o.Sealed.Unit != r.Sealed.Unit)
	})
}

// covers tells whether who was told the last one need not be told this one:
// it is no more extreme, on the same side of the same bound by the very same
// rule of the same set, no more urgent, and the patient is where that one was
// told.
func (f *filing) covers(last Prior, r *found, side int) bool {
	by, ok := Factor(last.Unit, r.verdict.Row.Unit, r.ev.LOINC)
	return ok && last.Told && last.Readable && last.Outcome == Critical && last.Value.Cmp == Exact && last.Unit == r.ev.Unit && last.Rule == r.ev.Rule &&
		last.Place != "" && last.Place == f.in.Unit && !moreUrgent(r.ev.Tier, last.Tier) &&
		r.value.Num.Compare(last.Value.Num)*side <= 0 && past(last.Value, by, *r.verdict.Bound, side) == yes
}

// changed tells whether a number lies at least by towards a side (+1 above,
// −1 below) of a prior one; so it does if the two cannot be compared, or the
// prior one was taken back.
func (p Prior) changed(to Decimal, unit string, by Decimal, byUnit, loinc string, side int) bool {
	ratio, ok := Factor(unit, byUnit, loinc)
	if !ok || !p.Readable || p.Outcome == Withdrawn || p.Value.Cmp != Exact || p.Unit != unit {
		return true
	}
	d := new(big.Rat).Sub(to.rat(), p.Value.Num.rat())
	d.Mul(d, big.NewRat(ratio.Num*int64(side), ratio.Den))
	return d.Cmp(by.rat()) >= 0
}

// rat is the number as a fraction.
func (d Decimal) rat() *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		panic("critical: a decimal that is no number")
	}
	return r
}

// delta is the verdict on a result that changed so much that it is called,
// within the limits or without any; not ok if it did not.
func (s Set) delta(priors []Prior, result, loinc string, v Value, unit string, now time.Time) (Verdict, bool) {
	d := s.practice(loinc).Delta
	if d == nil || v.Cmp != Exact {
		return Verdict{}, false
	}
	for _, p := range slices.Backward(priors) {
		if p.Result == result || p.Outcome == Withdrawn || !p.Readable || p.Value.Cmp != Exact || p.Unit != unit {
			continue
		}
		if now.Sub(p.At) > time.Duration(d.Within)*time.Hour {
			break
		}
		for side, by := range map[int]*Decimal{+1: d.Rise, -1: d.Fall} {
			if _, ok := Factor(unit, d.Unit, loinc); !ok || by == nil || !p.changed(v.Num, unit, *by, d.Unit, loinc, side) {
				continue
			}
			word := map[int]string{+1: "risen", -1: "fallen"}[side]
			return Verdict{
				Outcome: Critical, Tier: d.Tier, Rule: s.ID + " " + s.Version + ": " + loinc + " delta",
				Why: strings.TrimSpace(fmt.Sprintf("%s by %s %s or more within %s", word, by, Shown(d.Unit), plural(d.Within, "hour"))) + " (" + s.label() + ")",
			}, true
		}
		break
	}
	return Verdict{}, false
}

func (r *Repeat) check(add func(fault, remedy string)) {
	switch {
	case r == nil:
		return
	case r.Within < 1 || r.Within > repeatHours:
		add(fmt.Sprintf("repeats may be spared for 1 to %d hours", repeatHours), "write the hours within which a repeat need not be called")
	}
	if r.Worse != nil && (r.Worse.Sign() <= 0 || Canonical(r.Unit) != r.Unit || r.Unit == "") {
		add("what counts as worse has no number above 0 or no unit", "write both, the unit as its UCUM code")
	}
}

func (d *Delta) check(add func(fault, remedy string)) {
	if d == nil {
		return
	}
	bad := d.Rise == nil && d.Fall == nil
	for _, by := range []*Decimal{d.Rise, d.Fall} {
		bad = bad || by != nil && by.Sign() <= 0
	}
	if bad {
		add("a delta has no rise and no fall above 0", "give one of them")
	}
	if d.Unit == "" || Canonical(d.Unit) != d.Unit {
		add("a delta has no unit that limits know", "write its UCUM code, such as mmol/L")
	}
	if d.Within < 1 || d.Within > deltaHours {
		add(fmt.Sprintf("a delta looks back 1 to %d hours", deltaHours), "write the hours")
	}
	if !slices.Contains(Tiers, d.Tier) {
		add("the tier of a delta is not one of "+strings.Join(Tiers, ", "), "choose one of them")
	}
}
