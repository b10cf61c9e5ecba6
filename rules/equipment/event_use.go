package equipment

import "time"

// CheckedIn says that a booking's work began.
type CheckedIn struct {
	plain
	Booking  string `json:"booking"`
	Version  int    `json:"version"`
	Operator string `json:"operator"`
}

// Kind is "equipment.checked-in".
func (*CheckedIn) Kind() string { return "equipment.checked-in" }

// About is the booking and who works.
func (e *CheckedIn) About() []string { return about(e.Booking, e.Operator) }

// Extended says that running work has another end.
type Extended struct {
	plain
	Booking string    `json:"booking"`
	Version int       `json:"version"`
	End     time.Time `json:"end"`
}

// Kind is "equipment.extended".
func (*Extended) Kind() string { return "equipment.extended" }

// About is the booking.
func (e *Extended) About() []string { return about(e.Booking) }

// WalkedUp says that somebody uses an instrument without a booking.
type WalkedUp struct {
	plain
	Instrument string `json:"instrument"`
	Operator   string `json:"operator"`
}

// Kind is "equipment.walked-up".
func (*WalkedUp) Kind() string { return "equipment.walked-up" }

// About is the instrument and who works.
func (e *WalkedUp) About() []string { return about(e.Instrument, e.Operator) }

// Finished says that work ended, and what is left to the next user.
type Finished struct {
	Instrument string `json:"instrument,omitempty"` // of a walk-up
	Booking    string `json:"booking,omitempty"`
	Version    int    `json:"version,omitempty"`

	Sealed Note `json:"-"`
}

// Kind is "equipment.finished".
func (*Finished) Kind() string { return "equipment.finished" }

// About is the booking or the instrument.
func (e *Finished) About() []string { return about(e.Booking, e.Instrument) }

// Enclosure is the note to the next user.
func (e *Finished) Enclosure() any { return &e.Sealed }

// Accepted says that a person took over what the last user left.
type Accepted struct {
	plain
	Instrument string `json:"instrument"`
}

// Kind is "equipment.accepted".
func (*Accepted) Kind() string { return "equipment.accepted" }

// About is the instrument.
func (e *Accepted) About() []string { return about(e.Instrument) }

// MissedOne says that nobody checked in, and the place is free.
type MissedOne struct {
	plain
	Booking string `json:"booking"`
	Version int    `json:"version"`
}

// Kind is "equipment.missed".
func (*MissedOne) Kind() string { return "equipment.missed" }

// About is the booking.
func (e *MissedOne) About() []string { return about(e.Booking) }

// Waited says that a person waits for a place.
type Waited struct {
	plain
	Want Want `json:"want"`
}

// Kind is "equipment.waited".
func (*Waited) Kind() string { return "equipment.waited" }

// About is the wait and the person.
func (e *Waited) About() []string { return about(e.Want.ID, e.Want.Person) }

// Offered says that a place is held for who waited.
type Offered struct {
	plain
	Want    string  `json:"want"`
	Booking Booking `json:"booking"`
}

// Kind is "equipment.offered".
func (*Offered) Kind() string { return "equipment.offered" }

// About is the booking, what was waited for, and the person.
func (e *Offered) About() []string { return about(e.Booking.ID, e.Want, e.Booking.Owner) }

// Taken says that a place that was held is booked.
type Taken struct {
	plain
	Booking string `json:"booking"`
	Version int    `json:"version"`
}

// Kind is "equipment.taken".
func (*Taken) Kind() string { return "equipment.taken" }

// About is the booking.
func (e *Taken) About() []string { return about(e.Booking) }

// Lapsed says that a place that was held was not taken in time, or that a wait is over.
type Lapsed struct {
	plain
	Booking string `json:"booking,omitempty"`
	Version int    `json:"version,omitempty"`
	Want    string `json:"want,omitempty"`
}

// Kind is "equipment.lapsed".
func (*Lapsed) Kind() string { return "equipment.lapsed" }

// About is the booking or the wait.
func (e *Lapsed) About() []string { return about(e.Booking, e.Want) }

// AskedFor says that urgent work asks for a booking's place; its owner must answer before Until.
type AskedFor struct {
	plain
	Booking string    `json:"booking"`
	Version int       `json:"version"`
	For     Booking   `json:"for"`
	Until   time.Time `json:"until"`
}

// Kind is "equipment.asked".
func (*AskedFor) Kind() string { return "equipment.asked" }

// About is the booking, the urgent one and who asks.
func (e *AskedFor) About() []string { return about(e.Booking, e.For.ID, e.For.Owner) }

// Declined says that an asked booking keeps its place, by a supervisor's word or since the urgent work was given up.
type Declined struct {
	plain
	Booking string `json:"booking"`
	Version int    `json:"version"`
	Reason  string `json:"reason"` // a code
}

// Kind is "equipment.declined".
func (*Declined) Kind() string { return "equipment.declined" }

// About is the booking.
func (e *Declined) About() []string { return about(e.Booking) }

// DisplacedOne says that a booking's place went to urgent work: after its owner read it back, or since nobody did in
// time and the supervisor was told. Where it went instead says a Moved beside it; without one it is over.
type DisplacedOne struct {
	plain
	Booking   string `json:"booking"`
	Version   int    `json:"version"`
	Heard     string `json:"heard"`               // "read-back" or "escalated"
	Escalated string `json:"escalated,omitempty"` // to whom: "supervisor"
	Over      bool   `json:"over,omitempty"`      // there was no other place
}

// Kind is "equipment.displaced".
func (*DisplacedOne) Kind() string { return "equipment.displaced" }

// About is the booking.
func (e *DisplacedOne) About() []string { return about(e.Booking) }

// Downed says that an instrument, or some of its assays, cannot be used. Every booking that it hits is told in the same
// append.
type Downed struct {
	Incident Incident `json:"incident"`

	Sealed Note `json:"-"`
}

// Kind is "equipment.downed".
func (*Downed) Kind() string { return "equipment.downed" }

// About is the incident and the instrument.
func (e *Downed) About() []string { return about(e.Incident.ID, e.Incident.Instrument) }

// Enclosure is what was seen.
func (e *Downed) Enclosure() any { return &e.Sealed }

// Risked says that an incident is in a booking's way.
type Risked struct {
	plain
	Booking  string `json:"booking"`
	Version  int    `json:"version"`
	Incident string `json:"incident"`
}

// Kind is "equipment.at-risk".
func (*Risked) Kind() string { return "equipment.at-risk" }

// About is the booking and the incident.
func (e *Risked) About() []string { return about(e.Booking, e.Incident) }

// VerifyingOne says that an incident's repair is done, and the instrument is looked at before it returns.
type VerifyingOne struct {
	Incident string `json:"incident"`

	Sealed Note `json:"-"`
}

// Kind is "equipment.verifying".
func (*VerifyingOne) Kind() string { return "equipment.verifying" }

// About is the incident.
func (e *VerifyingOne) About() []string { return about(e.Incident) }

// Enclosure is what was repaired.
func (e *VerifyingOne) Enclosure() any { return &e.Sealed }

// Returned says that a person released an instrument after an incident: what was looked at, all of it passed.
type Returned struct {
	plain
	Incident string   `json:"incident"`
	Checked  []string `json:"checked"` // "control", "calibration", "comparison"
}

// Kind is "equipment.returned".
func (*Returned) Kind() string { return "equipment.returned" }

// About is the incident.
func (e *Returned) About() []string { return about(e.Incident) }

// Overridden says that a named second person let a rule pass, and why. Reports count these.
type Overridden struct {
	Rule    string `json:"rule"`
	Booking string `json:"booking"`

	Sealed Note `json:"-"`
}

// Kind is "equipment.overridden".
func (*Overridden) Kind() string { return "equipment.overridden" }

// About is the booking.
func (e *Overridden) About() []string { return about(e.Booking) }

// Enclosure is the reason.
func (e *Overridden) Enclosure() any { return &e.Sealed }
