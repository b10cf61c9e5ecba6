package wire

import "time"

// The commands about covers.
const (
	DoCoverOffer  = "cover.offer"    // OfferBody → CoverNamed
	DoCoverAccept = "cover.accept"   // CoverBody → Recorded
	DoCoverBack   = "cover.withdraw" // CoverBody → Recorded
)

// OfferBody asks for a cover: one person stands in for another at a post. Until it is accepted the one who was to go
// stays on duty.
type OfferBody struct {
	Post  string    `json:"post"`
	Shift string    `json:"shift,omitempty"` // only in this shift
	Out   string    `json:"out"`
	In    string    `json:"in"`
	From  time.Time `json:"from,omitzero"` // missing: now
	To    time.Time `json:"to"`
}

// CoverBody names a cover, or the offer of one.
type CoverBody struct {
	Cover string `json:"cover"`
}

// CoverNamed is the answer to a command that made a cover, or the offer of one.
type CoverNamed struct {
	Recorded
	ID string `json:"id"`
}

// Cover is a cover that was offered, accepted, or is in force.
type Cover struct {
	ID       string    `json:"id,omitempty"`
	Post     string    `json:"post"`
	Shift    string    `json:"shift,omitempty"`
	Out      Name      `json:"out"`
	In       Name      `json:"in"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Standing string    `json:"standing"`     // "offered", "past-due", "accepted", "in-force"
	By       *Name     `json:"by,omitempty"` // who offered it, while it is not accepted
}
