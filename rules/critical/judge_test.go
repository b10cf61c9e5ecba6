package critical_test

import (
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/rules/critical"
)

var adult = critical.Subject{AgeKnown: true, AgeLeast: 20000, AgeMost: 20000, Sex: "F"}

func judge(t testing.TB, s critical.Set, who critical.Subject, loinc, value, unit string) critical.Verdict {
	t.Helper()
	v, err := critical.Parse(value, critical.Locale{})
	return critical.Judge(s, who, loinc, v, err == nil, unit)
}

// TestEveryBoundOfTheExampleSetIsDrawnWhereItIsPrinted tries each bound, one
// step of its last digit below it, and one above.
func TestEveryBoundOfTheExampleSetIsDrawnWhereItIsPrinted(t *testing.T) {
	set := arup(t)
	tried := 0
	for _, r := range set.Rows {
		for side, b := range map[int]*critical.Bound{-1: r.Low, 1: r.High} {
			if b == nil {
				continue
			}
			for _, off := range []int{-1, 0, 1} {
				want := critical.Normal
				if off*side > 0 || off == 0 && b.Inclusive {
					want = critical.Critical
				}
				at := nudge(b.Value.String(), off)
				if got := judge(t, set, adult, r.LOINC, at, r.Unit); got.Outcome != want {
					t.Errorf("%s %s %s: %s, want %s", r.Analyte, at, r.Unit, got.Outcome, want)
				} else if want == critical.Critical && (got.Why == "" || got.Rule == "" || got.Tier != "critical" || got.Bound == nil) {
					t.Errorf("%s %s: a critical verdict without its why: %+v", r.Analyte, at, got)
				}
				tried++
			}
		}
	}
	if tried != 3*36 {
		t.Errorf("tried %d values, want 108 of 36 bounds", tried)
	}
}

// nudge moves a printed number by off thousandths.
func nudge(text string, off int) string {
	switch whole, frac, _ := strings.Cut(text, "."); {
	case off == 0:
		return text
	case off > 0:
		return whole + "." + (frac + "000")[:3] + "1"
	default:
		n := []byte(whole + (frac + "0000")[:4])
		for i := len(n) - 1; ; i-- {
			if n[i] > '0' {
				n[i]--
				break
			}
			n[i] = '9'
		}
		return string(n[:len(n)-4]) + "." + string(n[len(n)-4:])
	}
}

func TestTheWhyNamesLimitSourceAndWhom(t *testing.T) {
	set := arup(t)
	for _, c := range []struct{ loinc, value, unit, why string }{
		{"2744-1", "7.20", "[pH]", "at or below 7.25 (ARUP CORP-APPEND-0104A rev 34, all ages)"},
		{"2823-3", "7.1", "mmol/L", "above 6.1 mmol/L (ARUP CORP-APPEND-0104A rev 34, all ages)"},
		{"2823-3", ">5", "mmol/L", "may be above 6.1 mmol/L (ARUP CORP-APPEND-0104A rev 34, all ages)"},
		{"2019-8", "61", "mm[Hg]", "at or above 60 mmHg (ARUP CORP-APPEND-0104A rev 34, all ages)"},
	} {
		if got := judge(t, set, adult, c.loinc, c.value, c.unit); got.Why != c.why {
			t.Errorf("%s %s: %q, want %q", c.loinc, c.value, got.Why, c.why)
		}
	}
}

func TestAComparatorIsJudgedByAllItMayMean(t *testing.T) {
	row := func(low, up *critical.Bound) critical.Set {
		return critical.Set{ID: "limits/x", Name: "x", Version: "1", Rows: []critical.Row{{LOINC: "2823-3", Unit: "mmol/L", Low: low, High: up, Tier: "critical"}}}
	}
	for _, c := range []struct {
		set   critical.Set
		value string
		want  critical.Outcome
	}{
		{row(nil, high(t, "5", false)), ">8.0", critical.Critical},
		{row(nil, high(t, "5", false)), ">5", critical.Critical},
		{row(nil, high(t, "5", false)), ">4", critical.Critical}, // cannot be ruled out
		{row(nil, high(t, "5", true)), ">=5", critical.Critical},
		{row(nil, high(t, "6", false)), "<5", critical.Normal},
		{row(nil, high(t, "6", true)), "<6", critical.Normal},
		{row(nil, high(t, "6", false)), "<=6", critical.Normal},
		{row(nil, high(t, "6", true)), "<=6", critical.Critical},
		{row(nil, high(t, "6", false)), "<7", critical.Critical},
		{row(high(t, "3", false), nil), "<3", critical.Critical},
		{row(high(t, "3", false), nil), "<2", critical.Critical},
		{row(high(t, "3", false), nil), "<5", critical.Critical},
		{row(high(t, "3", false), nil), ">3", critical.Normal},
		{row(high(t, "3", true), nil), ">3", critical.Normal},
		{row(high(t, "3", false), nil), ">=3", critical.Normal},
		{row(high(t, "3", true), nil), ">=3", critical.Critical},
		{row(high(t, "3", true), nil), ">2.9", critical.Critical},
		{row(high(t, "3", false), high(t, "6", false)), ">4", critical.Critical},
	} {
		if got := judge(t, c.set, adult, "2823-3", c.value, "mmol/L"); got.Outcome != c.want {
			t.Errorf("%s: %s (%s), want %s", c.value, got.Outcome, got.Why, c.want)
		}
	}
}

func TestNothingUnknownIsEverNormal(t *testing.T) {
	set := arup(t)
	for _, c := range []struct {
		loinc, value, unit string
		want               critical.Outcome
	}{
		{"2823-3", "4.1", "mmol/L", critical.Normal},
		{"2823-3", "4.1", "meq/L", critical.Normal},
		{"2823-3", "4100", "umol/L", critical.Normal},
		{"2823-3", "7100", "umol/L", critical.Critical},
		{"2823-3", "4.1", "", critical.UnknownUnit},
		{"2823-3", "4.1", "mg/dL", critical.UnknownUnit},
		{"2823-3", "haemolysed", "mmol/L", critical.Unreadable},
		{"2823-3", "1,234", "mmol/L", critical.Unreadable},
		{"2823-3", "NaN", "mmol/L", critical.Unreadable},
		{"2823-3", "", "mmol/L", critical.Unreadable},
		{"2524-7", "4.1", "mmol/L", critical.NoLimit},
		{"718-7", "69", "g/L", critical.Critical},
		{"718-7", "70", "g/L", critical.Critical},
		{"718-7", "70.1", "g/L", critical.Normal},
		{"2019-8", "8", "kPa", critical.Critical},  // 60.005 mmHg
		{"2019-8", "7.99", "kPa", critical.Normal}, // 59.93 mmHg
	} {
		if got := judge(t, set, adult, c.loinc, c.value, c.unit); got.Outcome != c.want || got.Why == "" {
			t.Errorf("%s %q %q: %s %q, want %s", c.loinc, c.value, c.unit, got.Outcome, got.Why, c.want)
		}
	}
	if got := judge(t, critical.Set{}, adult, "2823-3", "4.1", "mmol/L"); got.Outcome != critical.NoLimit {
		t.Errorf("without a set: %s", got.Outcome)
	}
}

func TestTheMostSpecificRowWinsAndTheUnknownCalls(t *testing.T) {
	row := func(up string, change func(*critical.Row)) critical.Row {
		r := critical.Row{LOINC: "2823-3", Unit: "mmol/L", High: high(t, up, false), Tier: "critical"}
		change(&r)
		return r
	}
	set := critical.Set{ID: "limits/x", Name: "x", Version: "1", Source: "us", Rows: []critical.Row{
		row("6.0", func(*critical.Row) {}),
		row("7.0", func(r *critical.Row) { r.AgeMaxDays = new(30) }),
		row("6.5", func(r *critical.Row) { r.Condition = "renal" }),
		row("5.5", func(r *critical.Row) { r.Setting = "community" }),
		row("6.8", func(r *critical.Row) { r.Condition = "renal&!dialysis" }),
	}}
	if f := critical.Check(set); len(f) > 0 {
		t.Fatal(f)
	}
	sure := func(change func(*critical.Subject)) critical.Subject {
		s := critical.Subject{AgeKnown: true, AgeLeast: 9000, AgeMost: 9000, Setting: "inpatient", Factors: map[string]bool{"renal": false, "dialysis": false}}
		change(&s)
		return s
	}
	for _, c := range []struct {
		name  string
		who   critical.Subject
		value string
		want  critical.Outcome
	}{
		{"plain", sure(func(*critical.Subject) {}), "6.1", critical.Critical},
		{"plain", sure(func(*critical.Subject) {}), "6.0", critical.Normal},
		{"newborn", sure(func(s *critical.Subject) { s.AgeLeast, s.AgeMost = 29, 29 }), "7.0", critical.Normal},
		{"a month", sure(func(s *critical.Subject) { s.AgeLeast, s.AgeMost = 30, 30 }), "7.0", critical.Critical},
		{"born this month, day unknown", sure(func(s *critical.Subject) { s.AgeLeast, s.AgeMost = 20, 40 }), "6.5", critical.Critical},
		{"age unknown", sure(func(s *critical.Subject) { s.AgeKnown = false }), "6.5", critical.Critical},
		{"age unknown", sure(func(s *critical.Subject) { s.AgeKnown = false }), "6.0", critical.Normal},
		{"renal, on dialysis", sure(func(s *critical.Subject) { s.Factors = map[string]bool{"renal": true, "dialysis": true} }), "6.5", critical.Normal},
		{"renal, on dialysis", sure(func(s *critical.Subject) { s.Factors = map[string]bool{"renal": true, "dialysis": true} }), "6.6", critical.Critical},
		{"renal, no dialysis", sure(func(s *critical.Subject) { s.Factors = map[string]bool{"renal": true, "dialysis": false} }), "6.8", critical.Normal},
		{"renal, dialysis unknown", sure(func(s *critical.Subject) { s.Factors = map[string]bool{"renal": true} }), "6.6", critical.Critical},
		{"factors unknown", sure(func(s *critical.Subject) { s.Factors = nil }), "6.1", critical.Critical},
		{"condition before setting", sure(func(s *critical.Subject) {
			s.Setting, s.Factors = "community", map[string]bool{"renal": true, "dialysis": true}
		}), "6.0", critical.Normal},
		{"setting before age", sure(func(s *critical.Subject) { s.Setting, s.AgeLeast, s.AgeMost = "community", 3, 3 }), "5.6", critical.Critical},
		{"setting unknown", sure(func(s *critical.Subject) { s.Setting = "" }), "5.6", critical.Critical},
	} {
		if got := judge(t, set, c.who, "2823-3", c.value, "mmol/L"); got.Outcome != c.want {
			t.Errorf("%s, %s: %s by %q, want %s", c.name, c.value, got.Outcome, got.Rule, c.want)
		}
	}
}

func TestAnAgeBandHasItsYoungestDayAndNotItsOldest(t *testing.T) {
	set := critical.Set{ID: "limits/x", Rows: []critical.Row{{LOINC: "2823-3", Unit: "mmol/L", AgeMinDays: 30, AgeMaxDays: new(60), High: high(t, "6", false), Tier: "critical"}}}
	for age, want := range map[int]critical.Outcome{
		0: critical.NoLimit, 29: critical.NoLimit, 30: critical.Critical, 59: critical.Critical, 60: critical.NoLimit, 61: critical.NoLimit,
	} {
		who := critical.Subject{AgeKnown: true, AgeLeast: age, AgeMost: age}
		if got := judge(t, set, who, "2823-3", "6.1", "mmol/L"); got.Outcome != want {
			t.Errorf("%d days: %s, want %s", age, got.Outcome, want)
		}
	}
}

func TestAnUnknownFactorPicksTheRowThatCalls(t *testing.T) {
	row := func(up, condition string) critical.Row {
		return critical.Row{LOINC: "2823-3", Unit: "mmol/L", Condition: condition, High: high(t, up, false), Tier: "critical"}
	}
	set := critical.Set{ID: "limits/x", Rows: []critical.Row{row("3.0", ""), row("2.0", "renal")}}
	not := critical.Set{ID: "limits/x", Rows: []critical.Row{row("2.0", "!oncology")}}
	for _, c := range []struct {
		set     critical.Set
		factors map[string]bool
		want    critical.Outcome
	}{
		{set, nil, critical.Critical},
		{set, map[string]bool{"renal": true}, critical.Critical},
		{set, map[string]bool{"renal": false}, critical.Normal},
		{not, nil, critical.Critical},
		{not, map[string]bool{"oncology": false}, critical.Critical},
		{not, map[string]bool{"oncology": true}, critical.NoLimit},
	} {
		who := adult
		who.Factors = c.factors
		if got := judge(t, c.set, who, "2823-3", "2.5", "mmol/L"); got.Outcome != c.want {
			t.Errorf("%v: %s by %q, want %s", c.factors, got.Outcome, got.Rule, c.want)
		}
	}
}

func TestASpecimenInOtherWordsSilencesNoRow(t *testing.T) {
	r := critical.Row{LOINC: "2823-3", Unit: "mmol/L", High: high(t, "6", false), Tier: "critical", Specimen: "serum/plasma"}
	blood := r
	blood.Specimen, blood.High = "whole blood", high(t, "6.5", false)
	one := critical.Set{ID: "limits/x", Rows: []critical.Row{r}}
	two := critical.Set{ID: "limits/x", Rows: []critical.Row{r, blood}}
	for _, c := range []struct {
		set      critical.Set
		specimen string
		value    string
		want     critical.Outcome
	}{
		{one, "Plasma, heparinised", "6.1", critical.Critical},
		{one, "", "6.1", critical.Critical},
		{two, "whole blood", "6.4", critical.Normal},
		{two, "serum/plasma", "6.4", critical.Critical},
		{two, "capillary", "6.4", critical.Critical},
	} {
		who := adult
		who.Specimen = c.specimen
		if got := judge(t, c.set, who, "2823-3", c.value, "mmol/L"); got.Outcome != c.want {
			t.Errorf("%q, %s: %s, want %s", c.specimen, c.value, got.Outcome, c.want)
		}
	}
}
