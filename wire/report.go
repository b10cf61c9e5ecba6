package wire

import "github.com/seed-909bec58/readback/rules/critical"

// Commands for results by hand.
const (
	DoResultTry    = "result.try"    // ResultBody → Verdict; records nothing
	DoResultReport = "result.report" // ResultBody → Reported
)

// ResultBody is a result by hand.
type ResultBody struct {
	Patient   string   `json:"patient"`            // a number of the patient, as listed anywhere
	Assigner  string   `json:"assigner,omitempty"` // who gave it, where a number alone is not one patient's
	Name      string   `json:"name,omitempty"`     // of a patient whom nobody knows yet: with it the number is new
	Born      string   `json:"born,omitempty"`
	Sex       string   `json:"sex,omitempty"`
	Unit      string   `json:"unit,omitempty"`   // of care, of one whom nobody knows yet
	Test      string   `json:"test"`             // LOINC, or a mapped code
	Sender    string   `json:"sender,omitempty"` // whose code that is
	Value     string   `json:"value"`
	Measure   string   `json:"measure,omitempty"` // the unit that it is in
	Accession string   `json:"accession,omitempty"`
	Status    string   `json:"status,omitempty"` // HL7 table 0085; missing: F. C corrects, W takes back
	Taken     string   `json:"taken,omitempty"`
	Notes     []string `json:"notes,omitempty"` // what there is to say of the sample, too: "haemolysed"
	Locale    string   `json:"locale,omitempty"`
}

// Verdict is what the limits in force make of a result.
type Verdict struct {
	Outcome string  `json:"outcome"` // "critical", "normal", "no-limit", "unknown-unit", "unreadable", "unknown-test", …
	Tier    string  `json:"tier,omitempty"`
	Why     string  `json:"why,omitempty"`
	Rule    string  `json:"rule,omitempty"`
	Label   string  `json:"label,omitempty"`   // the test
	Measure string  `json:"measure,omitempty"` // UCUM, if it was understood
	Held    string  `json:"held,omitempty"`    // the bench would look at it first, for this reason
	Patient Patient `json:"patient"`
	Place   string  `json:"place,omitempty"` // the patient's unit
}

// Reported answers result.report.
type Reported struct {
	Recorded
	Result  string `json:"result"`
	Outcome string `json:"outcome"`
	Tier    string `json:"tier,omitempty"`
	Call    string `json:"call,omitempty"` // that it opened, joined or repeats
	Ref     string `json:"ref,omitempty"`
	Held    string `json:"held,omitempty"`  // why the bench looks at it first
	Work    string `json:"work,omitempty"`  // the work item that it waits in
	Repeat  bool   `json:"again,omitempty"` // it was told before
}

// VerdictOf is a verdict of the rules as it crosses the line.
func VerdictOf(v critical.Verdict) Verdict {
	return Verdict{Outcome: string(v.Outcome), Tier: v.Tier, Why: v.Why, Rule: v.Rule, Held: v.Held}
}
