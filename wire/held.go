package wire

import "time"

// Commands for results that the bench looks at before they are called.
const (
	DoHeldConfirm = "held.confirm" // HeldBody → Recorded
	DoHeldRerun   = "held.rerun"   // HeldBody → Recorded
)

// HeldBody names a held result by the id or the reference of the call that it will be.
type HeldBody struct {
	Call string `json:"call"`
}

// Held is a critical result that the bench looks at before it is called: confirm it, or run it again. At Until it is
// called all the same, as not confirmed.
type Held struct {
	Call    string    `json:"call"`
	Ref     string    `json:"ref"`
	Reason  string    `json:"reason"` // a code of the limit set: "haemolysed", "implausible", …
	Tier    string    `json:"tier"`
	Unit    string    `json:"unit,omitempty"`
	Patient Patient   `json:"patient"`
	Results []Result  `json:"results"`
	Owner   Name      `json:"owner"`           // the desk, or who runs it again
	Rerun   bool      `json:"rerun,omitempty"` // the owner runs it again
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
}
