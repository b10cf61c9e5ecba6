package wire

import (
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

// The commands about who would be called.
const (
	DoWho          = "who"           // WhoBody → Who
	DoLadderSet    = "ladder.set"    // LadderBody → Recorded
	DoLadderRemove = "ladder.remove" // LadderRemoveBody → Recorded
)

// WhoBody asks who would get a call, now or at a given time. Nothing is recorded.
type WhoBody struct {
	Unit      string    `json:"unit,omitempty"` // a unit's code; one that nobody listed is answered by the catch-all
	Service   string    `json:"service,omitempty"`
	Tier      string    `json:"tier,omitempty"`      // missing: the most urgent
	Patient   string    `json:"patient,omitempty"`   // "patient/…", for the laboratory: where and under whom the patient is now
	Ordering  string    `json:"ordering,omitempty"`  // a sender's staff codes
	Attending string    `json:"attending,omitempty"` //
	At        time.Time `json:"at,omitzero"`         // missing: now
}

// Who answers who: the ladder that would be taken, and each of its steps as it would fire if nobody answered.
type Who struct {
	Now     time.Time `json:"now"`
	At      time.Time `json:"at"` // when the call would open
	Unit    string    `json:"unit,omitempty"`
	Service string    `json:"service,omitempty"`
	Tier    string    `json:"tier"`
	Listed  bool      `json:"listed"` // a post or a ladder names the unit
	Ladder  WhoLadder `json:"ladder"`
	Steps   []WhoStep `json:"steps"`
}

// WhoLadder is the ladder that was taken, and why that.
type WhoLadder struct {
	Unit     string `json:"unit"`
	Service  string `json:"service,omitempty"`
	Tier     string `json:"tier,omitempty"`
	CatchAll bool   `json:"catchAll,omitempty"`
	Why      string `json:"why"`
	Desk     int    `json:"desk"`     // s after opening the desk's task stands beside, and its repeat
	Director int    `json:"director"` // s after opening a director is told
	Breach   int    `json:"breach"`   // s after opening the call is late
}

// WhoStep is one step as it would fire, or be skipped.
type WhoStep struct {
	Ask     string      `json:"ask"`
	Name    string      `json:"name"`  // whom it asks, in words
	After   int         `json:"after"` // s after opening
	At      time.Time   `json:"at"`
	Wait    int         `json:"wait,omitempty"` // s until the next step
	To      []WhoPerson `json:"to"`
	Desk    bool        `json:"desk,omitempty"` // the laboratory's desk is told too
	Why     string      `json:"why"`
	Skipped bool        `json:"skipped,omitempty"` // nobody is there: the next step fires at once
}

// WhoPerson is one person whom a step would ask.
type WhoPerson struct {
	Name
	Role     string   `json:"role"`
	Receives bool     `json:"receives,omitempty"` // may receive a read-back
	Posts    []string `json:"posts,omitempty"`    // where the person is on duty then, by name
	Devices  *int     `json:"devices,omitempty"`  // on how many the person is connected now; missing: not known
}

// LadderBody puts a ladder in force at once, in place of the one of the same unit, service and tier.
type LadderBody struct {
	Ladder roster.Ladder `json:"ladder"`
}

// LadderRemoveBody takes a ladder out of force at once.
type LadderRemoveBody struct {
	Unit    string `json:"unit"`
	Service string `json:"service,omitempty"`
	Tier    string `json:"tier,omitempty"`
}

// PublishBody publishes a roster. With Holes, posts but the desk may have times in which nobody is on duty and no chief
// answers.
type PublishBody struct {
	roster.Published
	Holes bool `json:"holes,omitempty"`
}
