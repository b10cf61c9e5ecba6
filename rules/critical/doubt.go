package critical

import "fmt"

// Doubts gives what may be a slip in a set and does not keep it from being
// approved, such as a bound far from what anybody calls.
func Doubts(s Set) []Fault {
	var out []Fault
	for i, r := range s.Rows {
		add := func(fault, remedy string) {
			out = append(out, Fault{Row: i + 1, Key: r.Key(), Fault: fault, Remedy: remedy})
		}
		for _, b := range []*Bound{r.Low, r.High} {
			if b == nil {
				continue
			}
			if p, ok := plausible[r.LOINC]; ok {
				p.doubt(r, b, add)
			}
		}
	}
	return out
}

// span of what a result of a test can be in somebody who lives, in one unit.
type living struct {
	unit      string
	low, high string
}

func (p living) doubt(r Row, b *Bound, add func(fault, remedy string)) {
	by, ok := Factor(r.Unit, p.unit, r.LOINC)
	if !ok {
		return
	}
	low, err := Num(p.low)
	high, err2 := Num(p.high)
	if err != nil || err2 != nil {
		panic("critical: a misprint in the table of what can be")
	}
	if b.Value.compareScaled(by, low) < 0 || b.Value.compareScaled(by, high) > 0 {
		add(fmt.Sprintf("the bound %s %s lies outside of what is ever seen (%s to %s %s)", b.Value, r.Unit, p.low, p.high, p.unit),
			"check number and unit against the source")
	}
}

// plausible has wide ends, ours: a bound outside of them is a slip of the
// number or the unit, not an opinion.
var plausible = map[string]living{
	"2823-3": {"mmol/L", "1", "12"}, "6298-4": {"mmol/L", "1", "12"}, "2951-2": {"mmol/L", "90", "220"}, "2947-0": {"mmol/L", "90", "220"},
	"2075-0": {"mmol/L", "50", "180"}, "1963-8": {"mmol/L", "2", "70"}, "2028-9": {"mmol/L", "2", "70"},
	"2345-7": {"mmol/L", "0.5", "80"}, "14749-6": {"mmol/L", "0.5", "80"},
	"17861-6": {"mmol/L", "0.8", "6"}, "2000-8": {"mmol/L", "0.8", "6"}, "1994-3": {"mmol/L", "0.3", "3"},
	"19123-9": {"mmol/L", "0.1", "8"}, "2601-3": {"mmol/L", "0.1", "8"}, "2777-1": {"mmol/L", "0.05", "8"}, "14879-1": {"mmol/L", "0.05", "8"},
	"2160-0": {"umol/L", "20", "3000"}, "14682-9": {"umol/L", "20", "3000"}, "22664-7": {"mmol/L", "1", "120"}, "3094-0": {"mmol/L", "1", "120"},
	"718-7": {"g/L", "20", "280"}, "4544-3": {"%", "8", "85"}, "777-3": {"10*9/L", "1", "5000"}, "6690-2": {"10*9/L", "0.05", "1000"},
	"751-8": {"10*9/L", "0.05", "200"}, "2744-1": {"[pH]", "6.6", "8"}, "11558-4": {"[pH]", "6.6", "8"},
	"2019-8": {"mm[Hg]", "10", "200"}, "11557-6": {"mm[Hg]", "10", "200"}, "2703-7": {"mm[Hg]", "15", "700"},
	"6301-6": {"{INR}", "0.8", "20"}, "14979-9": {"s", "15", "400"}, "5902-2": {"s", "8", "200"}, "3255-7": {"g/L", "0.1", "20"},
}
