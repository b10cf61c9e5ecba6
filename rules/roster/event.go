package roster

import "time"

// Mark is where and when an event stands in the ledger, and who recorded it.
type Mark struct {
	Seq int64     // the entry's place, from 1
	At  time.Time // ledger time, UTC
	By  string    // "person/…", "machine/…" or "clock"
}

// Event is something that happened to people or rosters. Nothing of it is
// about patients, so nothing is sealed.
type Event interface {
	Kind() string    // "roster.published"
	About() []string // the main subject first; at most four
	Enclosure() any  // always nil
}

// New returns an event of a kind, empty and ready to be decoded into; nil
// for a kind that is none of this room's.
func New(kind string) Event {
	switch kind {
	case "person.admitted":
		return new(Admitted)
	case "person.changed":
		return new(Changed)
	case "person.disabled":
		return new(Disabled)
	case "roster.published":
		return new(Published)
	case "roster.covered":
		return new(Covered)
	case "roster.cover-offered":
		return new(CoverOffered)
	case "roster.cover-withdrawn":
		return new(CoverWithdrawn)
	case "roster.duty-began":
		return new(DutyBegan)
	case "roster.receiving-set":
		return new(ReceivingSet)
	case "roster.gap-found":
		return new(GapFound)
	case "roster.ladder-set":
		return new(LadderSet)
	case "roster.ladder-removed":
		return new(LadderRemoved)
	}
	return nil
}

// Admitted says that a person works here from now on.
type Admitted struct{ Person }

// Changed says who a person is now: all of it, not only what is new. It does
// not end a Disabled.
type Changed struct{ Person }

// Disabled says that a person is resolved for nothing any more.
type Disabled struct {
	ID string `json:"id"`
}

// Published is a roster: shifts as instants, and the ladders of its period;
// without ladders those that would have held then stay. It replaces every
// shift that begins in its period; shifts that began before run to their end,
// and covers stay.
type Published struct {
	From    time.Time `json:"from"` // the period's start
	To      time.Time `json:"to"`   // its end, not included
	Posts   []Post    `json:"posts,omitempty"`
	Shifts  []Shift   `json:"shifts,omitempty"`
	Ladders []Ladder  `json:"ladders,omitempty"`
}

// DutyBegan says that a person's duty in a shift has begun, and with it what
// the post may see.
type DutyBegan struct {
	Person string `json:"person"`
	Post   string `json:"post"`
	Shift  string `json:"shift"`
}

// ReceivingSet says which professions may receive a read-back here, from now on.
type ReceivingSet struct {
	Professions []string `json:"professions"`
}

// Kind is "roster.receiving-set".
func (*ReceivingSet) Kind() string { return "roster.receiving-set" }

// About is "roster/lab".
func (*ReceivingSet) About() []string { return []string{"roster/lab"} }

// Enclosure is nil.
func (*ReceivingSet) Enclosure() any { return nil }

// LadderSet puts a ladder in force at once, in place of the one of the same
// unit, service and tier if there is one.
type LadderSet struct {
	Ladder Ladder `json:"ladder"`
}

// LadderRemoved takes a ladder out of force at once.
type LadderRemoved struct {
	Unit    string `json:"unit"`
	Service string `json:"service,omitempty"`
	Tier    string `json:"tier,omitempty"`
}

// Kind is "person.admitted".
func (*Admitted) Kind() string { return "person.admitted" }

// Kind is "person.changed".
func (*Changed) Kind() string { return "person.changed" }

// Kind is "person.disabled".
func (*Disabled) Kind() string { return "person.disabled" }

// Kind is "roster.published".
func (*Published) Kind() string { return "roster.published" }

// Kind is "roster.duty-began".
func (*DutyBegan) Kind() string { return "roster.duty-began" }

// Kind is "roster.ladder-set".
func (*LadderSet) Kind() string { return "roster.ladder-set" }

// Kind is "roster.ladder-removed".
func (*LadderRemoved) Kind() string { return "roster.ladder-removed" }

// About is the person.
func (e *Admitted) About() []string { return []string{e.ID} }

// About is the person.
func (e *Changed) About() []string { return []string{e.ID} }

// About is the person.
func (e *Disabled) About() []string { return []string{e.ID} }

// About is "roster/lab": a site has one roster.
func (*Published) About() []string { return []string{"roster/lab"} }

// About is the person, the post and the shift.
func (e *DutyBegan) About() []string { return []string{e.Person, e.Post, e.Shift} }

// About is "roster/lab".
func (*LadderSet) About() []string { return []string{"roster/lab"} }

// About is "roster/lab".
func (*LadderRemoved) About() []string { return []string{"roster/lab"} }

// Enclosure is nil.
func (*Admitted) Enclosure() any { return nil }

// Enclosure is nil.
func (*Changed) Enclosure() any { return nil }

// Enclosure is nil.
func (*Disabled) Enclosure() any { return nil }

// Enclosure is nil.
func (*Published) Enclosure() any { return nil }

// Enclosure is nil.
func (*DutyBegan) Enclosure() any { return nil }

// Enclosure is nil.
func (*LadderSet) Enclosure() any { return nil }

// Enclosure is nil.
func (*LadderRemoved) Enclosure() any { return nil }
