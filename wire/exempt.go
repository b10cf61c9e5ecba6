package wire

import "time"

// Commands for what is not called, and for what limits ask of a patient.
const (
	DoExempt     = "exempt"     // ExemptBody → Exempted
	DoRearm      = "exempt.end" // RearmBody → Recorded
	DoExemptions = "exemptions" // no body → Exemptions
	DoFactor     = "factor"     // FactorBody → Factors
)

// ExemptBody says that repeats of a patient's test are not called for a time, where the patient is now: never the first one under it, nor one that is more
// extreme than the last that was called.
type ExemptBody struct {
	Patient   string    `json:"patient"` // a number
	Assigner  string    `json:"assigner,omitempty"`
	Test      string    `json:"test"`      // LOINC
	Physician string    `json:"physician"` // who wants it: person/…
	Until     time.Time `json:"until"`     // at most 90 days; it ends earlier when the patient leaves or is moved
	Reason    string    `json:"reason"`
}

// Exempted answers exempt.
type Exempted struct {
	Recorded
	ID string `json:"id"`
}

// RearmBody names an exemption that ends now.
type RearmBody struct {
	ID string `json:"id"`
}

// Exemptions are those in force.
type Exemptions struct {
	Exemptions []Exemption `json:"exemptions"`
}

// Exemption is one in force.
type Exemption struct {
	ID        string    `json:"id"`
	Patient   Patient   `json:"patient"`
	Test      string    `json:"test"`
	Physician Name      `json:"physician"`
	By        Name      `json:"by"`
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until"`
}

// FactorBody says whether a patient has a factor that limits ask for.
type FactorBody struct {
	Patient  string    `json:"patient"` // a number
	Assigner string    `json:"assigner,omitempty"`
	Factor   string    `json:"factor"`         // a code that a limit set names
	Has      string    `json:"has"`            // "yes", "no" or "unknown"
	Until    time.Time `json:"until,omitzero"` // when it is unknown again; needed for yes and no, at most a year
}

// Factors answers factor with all that is known of the patient.
type Factors struct {
	Recorded
	Factors []Factor `json:"factors"`
}

// Factor is one that is known of a patient.
type Factor struct {
	Factor string    `json:"factor"`
	Has    string    `json:"has"`
	Source string    `json:"source,omitempty"`
	By     Name      `json:"by"`
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"`
}
