package wire

import (
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

// More commands about rosters and people.
const (
	DoRosterTry    = "roster.try"    // PublishBody → RosterTried
	DoReceivingSet = "receiving.set" // ReceivingBody → Recorded
)

// ReceivingBody says which professions may receive a read-back.
type ReceivingBody struct {
	Professions []string `json:"professions"`
}

// RosterBody asks for the roster; Duty at a time, now or later.
type RosterBody struct {
	At time.Time `json:"at,omitzero"`
}

// Colleague is one of the staff, as everyone who is signed in may know.
type Colleague struct {
	Name
	Role     string   `json:"role,omitempty"`
	Receives bool     `json:"receives,omitempty"` // may receive a read-back
	Posts    []string `json:"posts,omitempty"`    // where on duty now
}

// RosterTried is what publishing a roster would meet and change.
type RosterTried struct {
	Now      time.Time        `json:"now"`
	Faults   []RosterFault    `json:"faults"` // with any, it cannot be published
	Diff     roster.Diff      `json:"diff"`
	Concerns []roster.Concern `json:"concerns"` // of its period, once it is published
}

// RosterFault is why a roster cannot be published.
type RosterFault struct {
	Field string `json:"field"` // of the body: "shifts[3].person"
	Say   string `json:"say"`
	Do    string `json:"do"`
}
