package critical_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/rules/critical"
)

// TestAMassIsComparedWithAMoleExactly judges one value by a bound in another
// unit, just below and just above what the bound is there.
func TestAMassIsComparedWithAMoleExactly(t *testing.T) {
	for _, c := range []struct {
		loinc, unit, bound string
		sent, below, above string
	}{
		{"2345-7", "mg/dL", "450", "mmol/L", "24.978", "24.979"},
		{"14749-6", "mmol/L", "20", "mg/dL", "360.311", "360.313"},
		{"17861-6", "mg/dL", "13.0", "mmol/L", "3.243", "3.244"},
		{"2160-0", "mg/dL", "7.4", "umol/L", "654.1", "654.2"},
		{"14682-9", "umol/L", "500", "mg/dL", "5.655", "5.657"},
		{"19123-9", "mg/dL", "9.0", "mmol/L", "3.702", "3.703"},
		{"19123-9", "mg/dL", "9.0", "meq/L", "7.405", "7.407"},
		{"1975-2", "mg/dL", "15", "umol/L", "256.5", "256.6"},
		{"3094-0", "mg/dL", "104", "mmol/L", "37.12", "37.13"},
		{"10535-3", "ng/mL", "3.0", "nmol/L", "3.841", "3.842"},
		{"718-7", "g/dL", "21.0", "mmol/L", "13.03", "13.04"},
		{"718-7", "g/dL", "21.0", "g/L", "210", "210.1"},
	} {
		set := critical.Set{ID: "limits/x", Name: "x", Version: "1", Source: "us", Rows: []critical.Row{{LOINC: c.loinc, Unit: c.unit, High: high(t, c.bound, false), Tier: "critical"}}}
		for value, want := range map[string]critical.Outcome{c.below: critical.Normal, c.above: critical.Critical} {
			if got := judge(t, set, adult, c.loinc, value, c.sent); got.Outcome != want {
				t.Errorf("%s: %s %s against %s %s: %s, want %s", c.loinc, value, c.sent, c.bound, c.unit, got.Outcome, want)
			}
		}
	}
	if _, ok := critical.Factor("mg/dL", "mmol/L", "14927-8"); ok {
		t.Error("triglycerides have no one mass, and were converted")
	}
}

func TestDialectsOfUnitsAreKnown(t *testing.T) {
	for written, want := range map[string]string{
		"UMOLL": "umol/L", "MMOLL": "mmol/L", "mmol/l": "mmol/L", "µmol/L": "umol/L", "x10*9/L": "10*9/L", "10*3/uL": "10*3/uL", "K/uL": "10*3/uL",
		"K/µL": "10*3/uL", "MLMIN": "mL/min", "{INR}": "{INR}", "INR": "{INR}", "10^9/L": "10*9/L", "Gpt/l": "10*9/L", "/nl": "10*9/L", "Tpt/l": "10*12/L",
		"mm Hg": "mm[Hg]", "Torr": "mm[Hg]", "mEq/L": "meq/L", "MG/DL": "mg/dL", "IU/L": "U/L", "thou/uL": "10*3/uL", "squirrels": "", "": "",
	} {
		if got := critical.Canonical(written); got != want {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
}

// TestEveryExampleIsWhatItsSourceSays finds each row among the sourced facts.
func TestEveryExampleIsWhatItsSourceSays(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(need.Corpus(t), "limits", "critical_limits.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts []struct {
		LOINC   string            `json:"loinc"`
		Unit    string            `json:"unit"`
		Min     int               `json:"age_min_days"`
		Max     *int              `json:"age_max_days"`
		Low     *critical.Decimal `json:"critical_low"`
		High    *critical.Decimal `json:"critical_high"`
		Setting string            `json:"setting"`
		Source  string            `json:"source"`
		Address string            `json:"source_url"`
		Tier    string            `json:"tier"`
	}
	if err := json.Unmarshal(text, &facts); err != nil {
		t.Fatal(err)
	}
	same := func(d *critical.Decimal, b *critical.Bound) bool {
		return (d == nil) == (b == nil) && (d == nil || *d == b.Value)
	}
	rows := 0
	for _, set := range critical.ExampleSets() {
		for _, r := range set.Rows {
			rows++
			found := false
			for _, f := range facts {
				found = found || f.Source == set.Source && f.Address == set.Address && f.LOINC == r.LOINC && f.Unit == r.Unit && f.Min == r.AgeMinDays &&
					(f.Max == nil) == (r.AgeMaxDays == nil) && (f.Max == nil || *f.Max == *r.AgeMaxDays) && same(f.Low, r.Low) && same(f.High, r.High) &&
					(f.Setting == r.Setting || f.Setting == "any" && r.Setting == "") && f.Tier == r.Tier
			}
			if !found {
				t.Errorf("%s: %s is not what the source says", set.ID, r.Key())
			}
		}
		for _, f := range critical.Doubts(set) {
			t.Logf("%s: %v", set.ID, f)
		}
	}
	if rows != 173 {
		t.Errorf("%d rows, want the 184 facts less ten of a study and one of a test meal", rows)
	}
}
