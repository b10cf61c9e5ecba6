package wire

import (
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
)

// Commands about limits beside those in command.go.
const (
	DoLimitsUnit     = "limits.unit"     // UnitBody → Meant
	DoLimitsRetire   = "limits.retire"   // RetireBody → Recorded
	DoLimitsTry      = "limits.try"      // TryBody → Tried; records nothing
	DoLimitsExamples = "limits.examples" // no body → Examples
)

// RetireBody takes a version of a limit set out of force for a setting.
type RetireBody struct {
	Limits  string `json:"limits"`
	Version string `json:"version"`
	Setting string `json:"setting,omitempty"`
}

// Examples are the sourced example sets that come with the program.
type Examples struct {
	Sets []critical.Set `json:"sets"`
}

// TryBody names a drafted version of a set, or brings a set.
type TryBody struct {
	Limits  string        `json:"limits,omitempty"`
	Version string        `json:"version,omitempty"`
	Set     *critical.Set `json:"set,omitempty"`
	Most    int           `json:"most,omitempty"` // results; 0: 1,000
}

// Tried is what a set would have called of the last filed results, beside the set in force.
type Tried struct {
	Read    int       `json:"read"`          // results
	More    []Change  `json:"more"`          // called by it, and not by the set in force
	Fewer   []Change  `json:"fewer"`         // the other way round
	Reasons []Reason  `json:"reasons"`       // both, counted by rule
	From    time.Time `json:"from,omitzero"` // when the first of them was filed
	To      time.Time `json:"to,omitzero"`   // and the last
}

// Change is one result that two sets judge differently. It holds no value.
type Change struct {
	Seq    ledger.Seq `json:"seq"`
	Result string     `json:"result"`
	LOINC  string     `json:"loinc,omitempty"`
	Rule   string     `json:"rule,omitempty"` // that calls it
	Why    string     `json:"why,omitempty"`
}

// Reason counts the changes by one rule.
type Reason struct {
	Rule  string `json:"rule"`
	Why   string `json:"why,omitempty"`
	More  int    `json:"more,omitempty"`
	Fewer int    `json:"fewer,omitempty"`
}

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
