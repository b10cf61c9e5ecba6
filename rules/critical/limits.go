package critical

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Tiers of urgency that a row may have, the most urgent first.
var Tiers = []string{"critical", "significant", "semi-urgent", "next-day"}

// moreUrgent tells whether tier a comes before b; one that is not listed comes first.
func moreUrgent(a, b string) bool { return slices.Index(Tiers, a) < slices.Index(Tiers, b) }

// Bound is one end of what need not be called.
type Bound struct {
	Value     Decimal `json:"value"`
	Inclusive bool    `json:"inclusive,omitempty"` // the bound itself is critical
}

// Row is one limit of a set. An empty Specimen, Setting, Condition or Sex
// holds for all; "any" is read as empty.
type Row struct {
	LOINC    string `json:"loinc"`
	Analyte  string `json:"analyte"` // our own short label
	Unit     string `json:"unit"`    // UCUM code of both bounds
	Specimen string `json:"specimen,omitempty"`
	Setting  string `json:"setting,omitempty"` // such as "inpatient"
	// Condition is patient factors joined by &, each with ! before it if the
	// patient must not have it: "renal", "!oncology", "diabetes&!pregnancy".
	Condition  string `json:"condition,omitempty"`
	Sex        string `json:"sex,omitempty"`        // F or M
	AgeMinDays int    `json:"ageMinDays,omitempty"` // inclusive
	AgeMaxDays *int   `json:"ageMaxDays,omitempty"` // exclusive; missing is open
	Low        *Bound `json:"low,omitempty"`
	High       *Bound `json:"high,omitempty"`
	Tier       string `json:"tier"`
	Note       string `json:"note,omitempty"`
}

// Set is one institution's list of critical limits, whole and never merged with another.
type Set struct {
	ID      string `json:"id"`      // such as "limits/arup-2019"
	Name    string `json:"name"`    // for the sentence a clinician reads
	Source  string `json:"source"`  // who published it
	Address string `json:"address"` // where it can be read
	Version string `json:"version"`
	Rows    []Row  `json:"rows"`

	Findings  []Finding  `json:"findings,omitempty"`  // results in words
	Practices []Practice `json:"practices,omitempty"` // at most one for a test
	Signs     []Sign     `json:"signs,omitempty"`
}

// Key names a row within its set by what it asks for: "2744-1", or
// "2823-3 30-6574d F renal inpatient serum/plasma" with what is not open.
func (r Row) Key() string {
	k := []string{r.LOINC}
	if r.banded() {
		k = append(k, r.band())
	}
	for _, s := range []string{r.Sex, r.Condition, r.Setting, r.Specimen} {
		if open(s) == "" {
			continue
		}
		k = append(k, s)
	}
	return strings.Join(k, " ")
}

func (r Row) banded() bool { return r.AgeMinDays > 0 || r.AgeMaxDays != nil }

func (r Row) band() string {
	if r.AgeMaxDays == nil {
		return strconv.Itoa(r.AgeMinDays) + "d-"
	}
	return strconv.Itoa(r.AgeMinDays) + "-" + strconv.Itoa(*r.AgeMaxDays) + "d"
}

func open(s string) string {
	if s == "any" {
		return ""
	}
	return s
}

// terms is how many factors the condition asks for.
func (r Row) terms() int {
	if open(r.Condition) == "" {
		return 0
	}
	return strings.Count(r.Condition, "&") + 1
}

// rank orders rows by how specific they are: condition, setting, age band
// (the narrower), sex, specimen. Greater is more specific.
func (r Row) rank() [5]int {
	width := int(^uint(0) >> 1)
	if r.AgeMaxDays != nil {
		width = *r.AgeMaxDays - r.AgeMinDays
	} else if r.AgeMinDays > 0 {
		width--
	}
	return [5]int{r.terms(), given(r.Setting), -width, given(r.Sex), given(r.Specimen)}
}

func given(s string) int {
	if open(s) == "" {
		return 0
	}
	return 1
}

// Fault is what keeps a set from being approved.
type Fault struct {
	Row      int    `json:"row,omitempty"`      // from 1
	Finding  int    `json:"finding,omitempty"`  // from 1
	Practice int    `json:"practice,omitempty"` // from 1; none of the three: the set itself
	Key      string `json:"key,omitempty"`
	Fault    string `json:"fault"`
	Remedy   string `json:"remedy"`
}

// Error names the row, what is wrong and what to do.
func (f Fault) Error() string {
	switch {
	case f.Finding > 0:
		return fmt.Sprintf("finding %d (%s): %s: %s", f.Finding, f.Key, f.Fault, f.Remedy)
	case f.Practice > 0:
		return fmt.Sprintf("practice %d (%s): %s: %s", f.Practice, f.Key, f.Fault, f.Remedy)
	case f.Row == 0:
		return f.Fault + ": " + f.Remedy
	}
	return fmt.Sprintf("row %d (%s): %s: %s", f.Row, f.Key, f.Fault, f.Remedy)
}

// Check gives every fault of a set, in the order of its rows; none means that
// it can be approved. It costs a comparison for each pair of rows of a test.
func Check(s Set) []Fault {
	var out []Fault
	if s.ID == "" || s.Name == "" || s.Version == "" {
		out = append(out, Fault{Fault: "the set lacks its id, name or version", Remedy: "give it all three"})
	}
	if s.ID != "" && !strings.HasPrefix(s.ID, "limits/") {
		out = append(out, Fault{Fault: "the set's id does not begin with limits/", Remedy: "write it so"})
	}
	if s.Source == "" {
		out = append(out, Fault{Fault: "the set does not say who published it", Remedy: "name its source"})
	}
	if len(s.Rows) == 0 && !slices.ContainsFunc(s.Findings, func(f Finding) bool { return !f.Benign }) {
		out = append(out, Fault{Fault: "the set has no rows, and no findings that are called", Remedy: "a set that calls nothing cannot be approved"})
	}
	for i, r := range s.Rows {
		add := func(fault, remedy string) {
			out = append(out, Fault{Row: i + 1, Key: r.Key(), Fault: fault, Remedy: remedy})
		}
		r.check(add)
		for j, o := range s.Rows[:i] {
			if r.LOINC == o.LOINC && r.rank() == o.rank() && overlap(r, o) {
				add(fmt.Sprintf("as specific as row %d (%s), and both can hold for one patient", j+1, o.Key()),
					"make one of them narrower, or drop it")
			}
		}
	}
	return append(append(out, checkFindings(s.Findings)...), checkPractices(s)...)
}

func (r Row) check(add func(fault, remedy string)) {
	if !LOINC(r.LOINC) {
		add("the test has no valid LOINC code", "write it with its check digit, such as 2823-3")
	}
	switch {
	case r.Unit == "":
		add("the unit is missing", "write the UCUM code of both bounds")
	case Canonical(r.Unit) != r.Unit:
		add("the unit is not one that limits know", "write its UCUM code, such as mmol/L")
	}
	switch {
	case r.Low == nil && r.High == nil:
		add("there is neither a low nor a high bound", "give one, or drop the row")
	case r.Low != nil && r.High != nil && r.Low.Value.Compare(r.High.Value) >= 0:
		add("the low bound is not below the high one", "exchange or correct them")
	}
	if r.AgeMinDays < 0 || r.AgeMaxDays != nil && *r.AgeMaxDays <= r.AgeMinDays {
		add("the age band is empty", "the youngest day is included, the oldest is not")
	}
	if !slices.Contains(Tiers, r.Tier) {
		add("the tier is not one of "+strings.Join(Tiers, ", "), "choose one of them")
	}
	if s := open(r.Sex); s != "" && s != "F" && s != "M" {
		add("the sex is neither F nor M nor any", "write one of these")
	}
	if r.terms() > 0 {
		for t := range strings.SplitSeq(r.Condition, "&") {
			if f := strings.TrimPrefix(t, "!"); f == "" || strings.ContainsAny(f, " !") {
				add("the condition cannot be read", "join factor codes by &, with ! for one that must be absent")
				break
			}
		}
	}
}

// overlap tells whether one patient can fall under both rows.
func overlap(a, b Row) bool {
	if a.AgeMaxDays != nil && b.AgeMinDays >= *a.AgeMaxDays || b.AgeMaxDays != nil && a.AgeMinDays >= *b.AgeMaxDays {
		return false
	}
	for _, p := range [][2]string{{a.Sex, b.Sex}, {a.Setting, b.Setting}, {a.Specimen, b.Specimen}} {
		if x, y := open(p[0]), open(p[1]); x != "" && y != "" && x != y {
			return false
		}
	}
	for t := range strings.SplitSeq(open(a.Condition), "&") {
		for u := range strings.SplitSeq(open(b.Condition), "&") {
			if t != "" && u != "" && (t == "!"+u || u == "!"+t) {
				return false
			}
		}
	}
	return true
}

// LOINC tells whether a code has the form of LOINC and its check digit (mod 10, Luhn).
func LOINC(code string) bool {
	n, check, ok := strings.Cut(code, "-")
	if !ok || n == "" || len(n) > 7 || len(check) != 1 || strings.Trim(n+check, "0123456789") != "" {
		return false
	}
	sum := 0
	for i := range len(n) {
		d := int(n[len(n)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return int(check[0]-'0') == (10-sum%10)%10
}
