package critical_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/rules/critical"
)

func arup(t testing.TB) critical.Set {
	t.Helper()
	for _, s := range critical.ExampleSets() {
		if s.ID == "limits/arup-2019" {
			return s
		}
	}
	t.Fatal("no example set limits/arup-2019")
	return critical.Set{}
}

func high(t testing.TB, text string, inclusive bool) *critical.Bound {
	t.Helper()
	return &critical.Bound{Value: num(t, text), Inclusive: inclusive}
}

func TestExampleSetsCouldBeApproved(t *testing.T) {
	for _, s := range critical.ExampleSets() {
		for _, f := range critical.Check(s) {
			t.Errorf("%s: %v", s.ID, f)
		}
	}
}

// TestOurExampleSetIsTheSourcedList compares every fact with the corpus.
func TestOurExampleSetIsTheSourcedList(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(need.Corpus(t), "limits", "critical_limits.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Analyte   string            `json:"analyte"`
		LOINC     string            `json:"loinc"`
		Unit      string            `json:"unit"`
		Specimen  string            `json:"specimen"`
		Min       int               `json:"age_min_days"`
		Max       *int              `json:"age_max_days"`
		Sex       string            `json:"sex"`
		Low       *critical.Decimal `json:"critical_low"`
		LowIncl   bool              `json:"critical_low_inclusive"`
		High      *critical.Decimal `json:"critical_high"`
		HighIncl  bool              `json:"critical_high_inclusive"`
		Setting   string            `json:"setting"`
		Condition *string           `json:"condition"`
		Tier      string            `json:"tier"`
		Source    string            `json:"source"`
		Address   string            `json:"source_url"`
		Note      string            `json:"note"`
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	set := arup(t)
	n := 0
	for _, r := range rows {
		if r.Source != set.Source {
			continue
		}
		want := critical.Row{LOINC: r.LOINC, Analyte: r.Analyte, Unit: r.Unit, Specimen: r.Specimen, AgeMinDays: r.Min, AgeMaxDays: r.Max, Tier: r.Tier, Note: r.Note}
		if r.Low != nil {
			want.Low = &critical.Bound{Value: *r.Low, Inclusive: r.LowIncl}
		}
		if r.High != nil {
			want.High = &critical.Bound{Value: *r.High, Inclusive: r.HighIncl}
		}
		if r.Sex != "any" || r.Setting != "any" || r.Condition != nil || r.Address != set.Address {
			t.Errorf("%s: the source says more than our rows can", r.LOINC)
		}
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(set.Rows[n])
		if string(a) != string(b) {
			t.Errorf("row %d: ours is\n%s\nthe source's\n%s", n+1, b, a)
		}
		n++
	}
	if n != len(set.Rows) || n != 22 {
		t.Errorf("%d rows of the source, %d of ours, want 22", n, len(set.Rows))
	}
}

func TestAFaultySetIsRefusedWithItsRowAndRemedy(t *testing.T) {
	k := func(change func(*critical.Row)) critical.Row {
		r := critical.Row{LOINC: "2823-3", Analyte: "Potassium", Unit: "mmol/L", Low: high(t, "3", false), High: high(t, "6.1", false), Tier: "critical"}
		change(&r)
		return r
	}
	same := func(*critical.Row) {}
	for name, c := range map[string]struct {
		rows []critical.Row
		row  int
		word string
	}{
		"two equally specific rows": {[]critical.Row{k(same), k(same)}, 2, "as specific as row 1"},
		"bands of one width that overlap": {[]critical.Row{
			k(func(r *critical.Row) { r.AgeMaxDays = new(30) }),
			k(func(r *critical.Row) { r.AgeMinDays, r.AgeMaxDays = 15, new(45) }),
		}, 2, "as specific as row 1"},
		"two factors at once": {[]critical.Row{
			k(func(r *critical.Row) { r.Condition = "renal" }), k(func(r *critical.Row) { r.Condition = "diabetes" }),
		}, 2, "as specific as row 1"},
		"unit missing":       {[]critical.Row{k(func(r *critical.Row) { r.Unit = "" })}, 1, "unit is missing"},
		"unit not a code":    {[]critical.Row{k(func(r *critical.Row) { r.Unit = "MMOL/L" })}, 1, "UCUM"},
		"low above high":     {[]critical.Row{k(func(r *critical.Row) { r.Low = high(t, "7", true) })}, 1, "not below"},
		"low equals high":    {[]critical.Row{k(func(r *critical.Row) { r.Low = high(t, "6.10", true) })}, 1, "not below"},
		"no bound":           {[]critical.Row{k(func(r *critical.Row) { r.Low, r.High = nil, nil })}, 1, "neither"},
		"empty age band":     {[]critical.Row{k(func(r *critical.Row) { r.AgeMinDays, r.AgeMaxDays = 30, new(30) })}, 1, "age band"},
		"unknown tier":       {[]critical.Row{k(func(r *critical.Row) { r.Tier = "reference-only" })}, 1, "tier"},
		"bad check digit":    {[]critical.Row{k(func(r *critical.Row) { r.LOINC = "2823-4" })}, 1, "LOINC"},
		"unknown sex":        {[]critical.Row{k(func(r *critical.Row) { r.Sex = "x" })}, 1, "sex"},
		"condition in prose": {[]critical.Row{k(func(r *critical.Row) { r.Condition = "NOT oncology patient" })}, 1, "condition"},
		"no rows":            {nil, 0, "no rows"},
	} {
		set := critical.Set{ID: "limits/x", Name: "x", Version: "1", Source: "us", Rows: c.rows}
		faults := critical.Check(set)
		if !slices.ContainsFunc(faults, func(f critical.Fault) bool {
			return f.Row == c.row && strings.Contains(f.Error(), c.word) && f.Remedy != ""
		}) {
			t.Errorf("%s: %v names no row %d with %q", name, faults, c.row, c.word)
		}
	}
}

func TestRowsThatCannotMeetAreNoFault(t *testing.T) {
	r := func(change func(*critical.Row)) critical.Row {
		r := critical.Row{LOINC: "2823-3", Unit: "mmol/L", High: high(t, "6.1", false), Tier: "critical"}
		change(&r)
		return r
	}
	set := critical.Set{ID: "limits/x", Name: "x", Version: "1", Source: "us", Rows: []critical.Row{
		r(func(*critical.Row) {}),
		r(func(r *critical.Row) { r.AgeMaxDays = new(30) }),
		r(func(r *critical.Row) { r.AgeMinDays, r.AgeMaxDays = 30, new(60) }),
		r(func(r *critical.Row) { r.Condition = "renal" }),
		r(func(r *critical.Row) { r.Condition = "!renal" }),
		r(func(r *critical.Row) { r.Setting = "inpatient" }),
		r(func(r *critical.Row) { r.Setting = "community" }),
		r(func(r *critical.Row) { r.Sex = "F" }),
	}}
	if f := critical.Check(set); len(f) > 0 {
		t.Error(f)
	}
}

func TestLOINCCodesAreHeldToTheirCheckDigit(t *testing.T) {
	for _, r := range arup(t).Rows {
		if !critical.LOINC(r.LOINC) {
			t.Errorf("%s is refused", r.LOINC)
		}
	}
	for _, c := range []string{"", "-", "2823", "2823-", "2823-4", "2832-3", "a-1", "12345678-9", "2823-33"} {
		if critical.LOINC(c) {
			t.Errorf("%q is taken for LOINC", c)
		}
	}
}
