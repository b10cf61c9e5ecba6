package patient

import "time"

// Mark is where and when an event stands in the ledger, and who recorded it.
type Mark struct {
	Seq int64     // the entry's place, from 1
	At  time.Time // ledger time, UTC
	By  string    // "person/…", "machine/…" or "clock"
}

// Event is something that happened to a patient's record. Body and enclosure
// are encoded apart: the event itself as JSON, and what Enclosure points to.
type Event interface {
	Kind() string    // "patient.moved"
	About() []string // the patient first; at most three
	Enclosure() any  // nil, or a pointer to what must be sealed
}

// New returns an event of a kind, empty and ready to be decoded into; nil
// for a kind that is none of this room's.
func New(kind string) Event {
	switch kind {
	case "patient.identified":
		return new(Identified)
	case "patient.moved":
		return new(Moved)
	case "patient.left":
		return new(Left)
	case "patient.merged":
		return new(Merged)
	case "patient.ordered":
		return new(Ordered)
	case "patient.factor-noted":
		return new(FactorNoted)
	}
	return nil
}

// Identified says who a patient is: the whole identity, as Identity.Over
// makes it, not what one message changed of it. It replaces what was known.
type Identified struct {
	Patient string   `json:"patient"`
	Who     Identity `json:"-"` // sealed
}

// Moved says where a patient is and under whom: the whole place, as
// Place.Over makes it. Who moves is present. Room and bed are sealed.
type Moved struct {
	Patient   string     `json:"patient"`
	Unit      string     `json:"unit,omitempty"`
	Class     string     `json:"class,omitempty"`
	Attending string     `json:"attending,omitempty"`
	Ordering  string     `json:"ordering,omitempty"`
	Occurred  *time.Time `json:"occurred,omitempty"` // when the sender says it was, UTC
	Spot      Spot       `json:"-"`                  // sealed
}

// Spot is the part of a place that is sealed: with the time of a stay, a bed
// tells who lay in it.
type Spot struct {
	Room string `json:"room,omitempty"`
	Bed  string `json:"bed,omitempty"`
}

// MovedTo is the event that puts a patient in a place.
func MovedTo(id string, p Place) *Moved {
	return &Moved{
		Patient: id, Unit: p.Unit, Class: p.Class, Attending: p.Attending, Ordering: p.Ordering,
		Spot: Spot{Room: p.Room, Bed: p.Bed},
	}
}

// Place is where the event puts the patient.
func (e *Moved) Place() Place {
	return Place{
		Unit: e.Unit, Room: e.Spot.Room, Bed: e.Spot.Bed,
		Class: e.Class, Attending: e.Attending, Ordering: e.Ordering,
	}
}

// Left says that a patient is no longer in the house: discharged, or the
// admission was cancelled.
type Left struct {
	Patient  string     `json:"patient"`
	Occurred *time.Time `json:"occurred,omitempty"` // when the sender says it was, UTC
}

// Merged says that two records are one patient (HL7 ADT^A40): the loser's
// handle means the survivor from now on. The survivor's record takes nothing
// over by itself: Merging makes the events that say what it does.
type Merged struct {
	Patient string `json:"patient"` // the survivor
	Loser   string `json:"loser"`
}

// FactorNoted says whether a patient has a factor that limits ask for
// (dialysis, pregnancy, …). All of it but the handle is sealed.
type FactorNoted struct {
	Patient string `json:"patient"`
	Note    Note   `json:"-"` // sealed
}

// Note is what was noted about one factor.
type Note struct {
	Factor string `json:"factor"`           // the code in the limit sets
	Has    Has    `json:"has"`              // yes, no or unknown
	Source string `json:"source,omitempty"` // "hand", "adt", "api"
	// Until is when it is unknown again; zero if it does not end.
	Until time.Time `json:"until,omitzero"`
	// By and Since are who noted it and when, of a note that is said again; empty of a new one.
	By    string    `json:"by,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// Has is what is known of a factor.
type Has string

// What can be known of a factor. Unknown takes an earlier note back.
const (
	Yes     Has = "yes"
	No      Has = "no"
	Unknown Has = "unknown"
)

// Kind is "patient.identified".
func (*Identified) Kind() string { return "patient.identified" }

// Kind is "patient.moved".
func (*Moved) Kind() string { return "patient.moved" }

// Kind is "patient.left".
func (*Left) Kind() string { return "patient.left" }

// Kind is "patient.merged".
func (*Merged) Kind() string { return "patient.merged" }

// Kind is "patient.factor-noted".
func (*FactorNoted) Kind() string { return "patient.factor-noted" }

// About is the patient.
func (e *Identified) About() []string { return []string{e.Patient} }

// About is the patient.
func (e *Moved) About() []string { return []string{e.Patient} }

// About is the patient.
func (e *Left) About() []string { return []string{e.Patient} }

// About is the survivor, then the loser.
func (e *Merged) About() []string { return []string{e.Patient, e.Loser} }

// About is the patient.
func (e *FactorNoted) About() []string { return []string{e.Patient} }

// Enclosure is who the patient is.
func (e *Identified) Enclosure() any { return &e.Who }

// Enclosure is room and bed.
func (e *Moved) Enclosure() any { return &e.Spot }

// Enclosure is nil: nothing of it is sealed.
func (*Left) Enclosure() any { return nil }

// Enclosure is nil: nothing of it is sealed.
func (*Merged) Enclosure() any { return nil }

// Enclosure is what was noted.
func (e *FactorNoted) Enclosure() any { return &e.Note }
