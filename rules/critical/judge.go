package critical

import (
	"slices"
	"strings"
)

// Outcome is what became of a result when it was judged.
type Outcome string

// The outcomes. Only Normal says that a limit was looked at and not passed.
const (
	Normal      Outcome = "normal"
	Critical    Outcome = "critical"
	NoLimit     Outcome = "no-limit"     // the test is known, no limit of the set is for it
	UnknownUnit Outcome = "unknown-unit" // a limit is there, the unit cannot be brought to its
	Unreadable  Outcome = "unreadable"   // a limit is there, the value is not one number
	UnknownTest Outcome = "unknown-test" // the sender's code is not mapped
	Pending     Outcome = "pending"      // the sender says that there is no value yet
	Withdrawn   Outcome = "withdrawn"    // the sender took the result back
)

// Unjudged tells whether a person must look, because a limit may be passed and nobody can say.
func (o Outcome) Unjudged() bool {
	return o == UnknownUnit || o == Unreadable || o == UnknownTest
}

// Subject is what is known of whom a result is about. What is not known picks
// the row that calls.
type Subject struct {
	AgeKnown          bool
	AgeLeast, AgeMost int    // days; both possible, equal when the day of birth is known
	Sex               string // F or M; anything else is unknown
	Specimen          string // as in the rows; empty is unknown
	Setting           string // as in the rows; empty is unknown
	Factors           map[string]bool
}

// Verdict is what a limit set says of one result. Why is for the clinician
// and holds nothing of the patient.
type Verdict struct {
	Outcome Outcome
	Tier    string
	Rule    string  // the set's id and version, and the row's key
	Row     Row     // the row that decided, if one did
	Bound   *Bound  // the bound that was passed, of a critical one
	Held    string  // why the bench would look at it first; "" if it is called at once
	Spoken  *Spoken // of a finding that is called: how it is read back
	Why     string
}

type chance int

const (
	no chance = iota
	maybe
	yes
)

// Judge says what the set makes of a result of a test. value is the text's
// meaning and readable tells whether there is one; unit is canonical (see
// Canonical), "" if unknown. What a limit cannot decide is critical, never
// normal. It costs a look at each row of the set.
func Judge(set Set, who Subject, loinc string, value Value, readable bool, unit string) Verdict {
	rows := candidates(set, who, loinc)
	if set.ID == "" {
		return Verdict{Outcome: NoLimit, Why: "no limit set is in force"}
	}
	if len(rows) == 0 {
		return Verdict{Outcome: NoLimit, Why: "no limit for this test in " + set.label()}
	}
	if !readable {
		return Verdict{Outcome: Unreadable, Tier: urgent(rows), Why: "the value is not one number, so no limit can judge it"}
	}
	out := Verdict{Outcome: Normal, Row: rows[0], Rule: set.rule(rows[0]), Why: "within " + set.label()}
	unknown := false
	for _, r := range rows {
		by, ok := Factor(unit, r.Unit, loinc)
		if !ok {
			unknown = true
			continue
		}
		b, side, sure := r.passed(value, by)
		if b == nil || out.Outcome == Critical && !moreUrgent(r.Tier, out.Tier) {
			continue
		}
		out = Verdict{Outcome: Critical, Tier: r.Tier, Rule: set.rule(r), Row: r, Bound: b, Why: set.why(r, b, side, sure)}
	}
	if unknown && out.Outcome != Critical {
		return Verdict{Outcome: UnknownUnit, Tier: urgent(rows), Why: "the unit cannot be compared with the limit's"}
	}
	return out
}

// candidates are the rows that may decide, the most specific first: those
// that hold or may hold, without those that yield to one that surely holds. A
// setting that is named in other words than the set's for the test must not
// silence a row.
func candidates(set Set, who Subject, loinc string) []Row {
	rows := set.holding(who, loinc)
	if len(rows) == 0 && set.otherWords(who.Setting, loinc) {
		who.Setting = ""
		rows = set.holding(who, loinc)
	}
	return rows
}

// otherWords tells whether a set parts the settings of a test by other words
// than the one given: by several, or by one that no patient class means
// ("community"). A list for inpatients alone means no outpatient.
func (s Set) otherWords(setting, loinc string) bool {
	var named []string
	for _, r := range s.Rows {
		if own := open(r.Setting); r.LOINC == loinc && own != "" && !slices.Contains(named, own) {
			named = append(named, own)
		}
	}
	if setting == "" || slices.Contains(named, setting) {
		return false
	}
	return len(named) > 1 || len(named) == 1 && !slices.Contains([]string{"inpatient", "outpatient", "emergency"}, named[0])
}

func (s Set) holding(who Subject, loinc string) []Row {
	var rows []Row
	specimens := map[string]bool{}
	for _, r := range s.Rows {
		if r.LOINC == loinc {
			rows = append(rows, r)
			specimens[open(r.Specimen)] = true
		}
	}
	if !specimens[who.Specimen] {
		who.Specimen = "" // named in other words: it must not silence a row
	}
	type found struct {
		row  Row
		held chance
	}
	var held []found
	for _, r := range rows {
		if c := r.holds(who, len(specimens) == 1); c != no {
			held = append(held, found{r, c})
		}
	}
	slices.SortStableFunc(held, func(a, b found) int {
		x, y := a.row.rank(), b.row.rank()
		return slices.Compare(y[:], x[:])
	})
	var out []Row
	for _, f := range held {
		out = append(out, f.row)
		if f.held == yes {
			break
		}
	}
	return out
}

func (r Row) holds(who Subject, oneSpecimen bool) chance {
	c := r.age(who)
	c = min(c, same(r.Sex, who.Sex, who.Sex == "F" || who.Sex == "M"), same(r.Setting, who.Setting, who.Setting != ""))
	if !oneSpecimen { // else the test's code names it
		c = min(c, same(r.Specimen, who.Specimen, who.Specimen != ""))
	}
	if r.terms() == 0 {
		return c
	}
	for t := range strings.SplitSeq(r.Condition, "&") {
		f, not := strings.CutPrefix(t, "!")
		switch has, known := who.Factors[f]; {
		case !known:
			c = min(c, maybe)
		case has == not:
			return no
		}
	}
	return c
}

func (r Row) age(who Subject) chance {
	switch {
	case !r.banded():
		return yes
	case !who.AgeKnown:
		return maybe
	case who.AgeMost < r.AgeMinDays || r.AgeMaxDays != nil && who.AgeLeast >= *r.AgeMaxDays:
		return no
	case who.AgeLeast < r.AgeMinDays || r.AgeMaxDays != nil && who.AgeMost >= *r.AgeMaxDays:
		return maybe
	}
	return yes
}

func same(row, who string, known bool) chance {
	switch {
	case open(row) == "" || known && row == who:
		return yes
	case known:
		return no
	}
	return maybe
}

// passed gives the bound that a value passes or may pass, with its side.
func (r Row) passed(v Value, by Ratio) (b *Bound, side int, sure bool) {
	var open *Bound
	openSide := 0
	for _, e := range []struct {
		b    *Bound
		side int
	}{{r.Low, -1}, {r.High, +1}} {
		if e.b == nil {
			continue
		}
		switch past(v, by, *e.b, e.side) {
		case yes:
			return e.b, e.side, true
		case maybe:
			open, openSide = e.b, e.side
		case no:
		}
	}
	return open, openSide, false
}

// past tells whether a value lies past a bound towards side (+1 above, -1 below).
func past(v Value, by Ratio, b Bound, side int) chance {
	c := v.Num.compareScaled(by, b.Value) * side // > 0: the number lies past the bound
	away, incl := 0, false                       // where the true value lies of the number, towards the side
	switch v.Cmp {
	case Exact:
		if c > 0 || c == 0 && b.Inclusive {
			return yes
		}
		return no
	case Greater:
		away = side
	case AtLeast:
		away, incl = side, true
	case Less:
		away = -side
	case AtMost:
		away, incl = -side, true
	}
	if away > 0 { // at least as far as the number
		if c > 0 || c == 0 && (b.Inclusive || !incl) {
			return yes
		}
		return maybe
	}
	if c < 0 || c == 0 && (!incl || !b.Inclusive) {
		return no
	}
	return maybe
}

func urgent(rows []Row) string {
	t := rows[0].Tier
	for _, r := range rows[1:] {
		if moreUrgent(r.Tier, t) {
			t = r.Tier
		}
	}
	return t
}

func (s Set) label() string { return strings.TrimSpace(s.Name + " " + s.Version) }

func (s Set) rule(r Row) string { return s.ID + " " + s.Version + ": " + r.Key() }

func (s Set) why(r Row, b *Bound, side int, sure bool) string {
	word := map[[2]bool]string{
		{false, false}: "below ", {false, true}: "at or below ",
		{true, false}: "above ", {true, true}: "at or above ",
	}[[2]bool{side > 0, b.Inclusive}]
	if !sure {
		word = "may be " + word
	}
	return strings.TrimSpace(word+b.Value.String()+" "+Shown(r.Unit)) + " (" + s.label() + ", " + r.audience() + ")"
}

// audience says for whom the row is, in words.
func (r Row) audience() string {
	a := "all ages"
	switch {
	case r.AgeMaxDays != nil && r.AgeMinDays > 0:
		a = span(r.AgeMinDays) + " to under " + span(*r.AgeMaxDays)
	case r.AgeMaxDays != nil:
		a = "under " + span(*r.AgeMaxDays)
	case r.AgeMinDays > 0:
		a = span(r.AgeMinDays) + " and older"
	}
	if s := map[string]string{"F": "female", "M": "male"}[r.Sex]; s != "" {
		a += ", " + s
	}
	if r.terms() > 0 {
		for t := range strings.SplitSeq(r.Condition, "&") {
			if f, not := strings.CutPrefix(t, "!"); not {
				a += ", without " + f
			} else {
				a += ", with " + f
			}
		}
	}
	if s := open(r.Setting); s != "" {
		a += ", " + s
	}
	return a
}

// span is a number of days in the words of a list: years from two years on.
func span(days int) string {
	if years := (days*4 + 1460) / 1461; days >= 730 && years*1461/4 == days {
		return plural(years, "year")
	}
	return plural(days, "day")
}
