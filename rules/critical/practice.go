package critical

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Sign is what senders write of a sample in a result's value, flags or notes:
// it gives the result a factor that rows and holds may ask for, such as
// "haemolysed". A sign that is not written is not there.
type Sign struct {
	Factor string   `json:"factor"`
	Words  []string `json:"words"` // each a phrase, in any order, not denied in its sentence
}

// Practice is how results of one test are called, beside its limits. Without
// one every critical result is called at once, each time.
type Practice struct {
	LOINC string `json:"loinc"`
	Hold  []Hold `json:"hold,omitempty"` // the first that holds counts
	Note  string `json:"note,omitempty"`

	Repeat *Repeat `json:"repeat,omitempty"`
	Delta  *Delta  `json:"delta,omitempty"`
}

// Hold says which critical results the bench looks at first: those for which
// the condition surely holds and that surely lie past a bound. An empty
// condition holds for all, no bound at all too.
type Hold struct {
	Reason    string `json:"reason"`              // a code: "haemolysed", "implausible", "confirm"
	Condition string `json:"condition,omitempty"` // as in a row
	Unit      string `json:"unit,omitempty"`      // of the bounds
	Low       *Bound `json:"low,omitempty"`
	High      *Bound `json:"high,omitempty"`
}

// practice is that of a test; empty if the set says nothing of it.
func (s Set) practice(loinc string) Practice {
	for _, p := range s.Practices {
		if p.LOINC == loinc {
			return p
		}
	}
	return Practice{}
}

// noted is who with the factors of the signs that stand in a result.
func (s Set) noted(who Subject, r Sent) Subject {
	if len(s.Signs) == 0 {
		return who
	}
	factors := maps.Clone(who.Factors)
	if factors == nil {
		factors = map[string]bool{}
	}
	for _, sign := range s.Signs {
		f := Finding{Also: sign.Words}
		factors[sign.Factor] = factors[sign.Factor] || slices.ContainsFunc(append([]string{r.Value, r.Flag}, r.Notes...), func(text string) bool {
			return slices.ContainsFunc(sentencesOf(text), f.named)
		})
	}
	who.Factors = factors
	return who
}

// held is why the bench looks at a critical result first; "" if it is called at once.
func (s Set) held(who Subject, loinc string, v Value, readable bool, unit string) string {
	for _, h := range s.practice(loinc).Hold {
		if !surely(h.Condition, who.Factors) {
			continue
		}
		if h.Low == nil && h.High == nil {
			return h.Reason
		}
		if by, ok := Factor(unit, h.Unit, loinc); ok && readable {
			if _, _, sure := (Row{Low: h.Low, High: h.High}).passed(v, by); sure {
				return h.Reason
			}
		}
	}
	return ""
}

// surely tells whether every factor of a condition is known to be as it asks.
func surely(condition string, factors map[string]bool) bool {
	if open(condition) == "" {
		return true
	}
	for t := range strings.SplitSeq(condition, "&") {
		f, not := strings.CutPrefix(t, "!")
		if has, known := factors[f]; !known || has == not {
			return false
		}
	}
	return true
}

func checkPractices(s Set) []Fault {
	var out []Fault
	for i, p := range s.Practices {
		add := func(fault, remedy string) {
			out = append(out, Fault{Practice: i + 1, Key: p.LOINC, Fault: fault, Remedy: remedy})
		}
		if !LOINC(p.LOINC) {
			add("the test has no valid LOINC code", "write it with its check digit, such as 2823-3")
		}
		if slices.ContainsFunc(s.Practices[:i], func(o Practice) bool { return o.LOINC == p.LOINC }) {
			add("there is another practice for this test", "make them one")
		}
		for _, h := range p.Hold {
			h.check(p.LOINC, s, add)
		}
		p.Repeat.check(add)
		p.Delta.check(add)
	}
	for _, sign := range s.Signs {
		if sign.Factor == "" || strings.ContainsAny(sign.Factor, " !&") || len(Finding{Also: sign.Words}.phrases()) == 0 {
			out = append(out, Fault{Fault: fmt.Sprintf("the sign %q lacks a factor code or words", sign.Factor), Remedy: "give it both"})
		}
	}
	return out
}

func (h Hold) check(loinc string, s Set, add func(fault, remedy string)) {
	if h.Reason == "" || strings.Contains(h.Reason, " ") {
		add("a hold has no reason", `give a code, such as "haemolysed"`)
	}
	if h.Low != nil || h.High != nil {
		r := Row{LOINC: loinc, Unit: h.Unit, Low: h.Low, High: h.High, Condition: h.Condition, Tier: Tiers[0]}
		r.check(add)
	}
	if open(h.Condition) == "" && h.Low == nil && h.High == nil {
		return
	}
	if slices.ContainsFunc(s.Rows, func(r Row) bool { return r.LOINC == loinc }) ||
		slices.ContainsFunc(s.Findings, func(f Finding) bool { return slices.Contains(f.LOINC, loinc) }) {
		return
	}
	add("it holds results of a test that the set never calls", "drop it, or add the test's limits")
}
