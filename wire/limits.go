package wire

// Commands about limits beside those in command.go.
const (
	DoLimitsUnit = "limits.unit" // UnitBody → Meant
)

// UnitBody says which unit a sender's way to write it means.
type UnitBody struct {
	Sender  string `json:"sender,omitempty"` // empty: for all
	Written string `json:"written"`
	Unit    string `json:"unit"` // UCUM, or a spelling that is known
}

// Meant answers limits.map and limits.unit: the results that had waited were judged anew.
type Meant struct {
	Recorded
	Judged int `json:"judged"` // results that had waited
	Called int `json:"called"` // calls that opened at once
	Held   int `json:"held,omitempty"`
}
