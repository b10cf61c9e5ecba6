package wire

import "time"

// DoDelivered says that this person's screen got a rung that calls this person: DeliveredBody → Recorded.
const DoDelivered = "delivered"

// DeliveredBody names the call, by id or reference, and the attempt; without one it is the newest that calls this person.
type DeliveredBody struct {
	Call    string `json:"call"`
	Attempt int    `json:"attempt,omitempty"`
}

// Reach is what is known of whether a rung reached one of those it called. Delivered is a screen's word, not a person's.
type Reach struct {
	Name
	Delivered *time.Time `json:"delivered,omitempty"` // when a screen first confirmed it
	Device    bool       `json:"device,omitempty"`    // a screen on which nobody was signed in
	Missed    string     `json:"missed,omitempty"`    // why it counts as not reached now: "no-receipt", "gone"
	At        time.Time  `json:"at"`                  // since when it stands so
}
