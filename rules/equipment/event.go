package equipment

import "time"

// Mark is where and when an event stands in the ledger, and who recorded it.
type Mark struct {
	Seq int64
	At  time.Time
	By  string
}

// Event is something that happened to instruments or bookings. Free text is sealed; nothing else could be about a patient.
type Event interface {
	Kind() string
	About() []string
	Enclosure() any
}

// New returns an empty event of a kind, to be decoded into; nil for a kind that is none of this room's.
func New(kind string) Event {
	switch kind {
	case "equipment.listed":
		return new(Listed)
	case "equipment.retired":
		return new(RetiredOne)
	case "equipment.ruled":
		return new(Ruled)
	case "equipment.gated":
		return new(Gated)
	case "equipment.competent":
		return new(Competent)
	case "equipment.booked":
		return new(Placed)
	case "equipment.moved":
		return new(Moved)
	case "equipment.extended":
		return new(Extended)
	case "equipment.transferred":
		return new(Transferred)
	case "equipment.cancelled":
		return new(CancelledOne)
	case "equipment.checked-in":
		return new(CheckedIn)
	case "equipment.walked-up":
		return new(WalkedUp)
	case "equipment.finished":
		return new(Finished)
	case "equipment.missed":
		return new(MissedOne)
	case "equipment.waited":
		return new(Waited)
	case "equipment.offered":
		return new(Offered)
	case "equipment.taken":
		return new(Taken)
	case "equipment.lapsed":
		return new(Lapsed)
	case "equipment.asked":
		return new(AskedFor)
	case "equipment.declined":
		return new(Declined)
	case "equipment.displaced":
		return new(DisplacedOne)
	case "equipment.downed":
		return new(Downed)
	case "equipment.at-risk":
		return new(Risked)
	case "equipment.verifying":
		return new(VerifyingOne)
	case "equipment.returned":
		return new(Returned)
	case "equipment.overridden":
		return new(Overridden)
	case "equipment.accepted":
		return new(Accepted)
	case "equipment.feed-opened":
		return new(FeedOpened)
	case "equipment.feed-ended":
		return new(FeedEnded)
	}
	return nil
}

// Note is a person's own words.
type Note struct {
	Text string `json:"text,omitempty"`
}

// plain is embedded by events that seal nothing.
type plain struct{}

// Enclosure is nil.
func (plain) Enclosure() any { return nil }

// about gives the subjects that are there, each once, at most four.
func about(ids ...string) []string {
	out := make([]string, 0, 4)
next:
	for _, id := range ids {
		for _, o := range out {
			if o == id {
				continue next
			}
		}
		if id != "" && len(out) < 4 {
			out = append(out, id)
		}
	}
	return out
}

func aboutBooking(b Booking) []string {
	ids := []string{b.ID}
	for _, it := range b.Items[:min(len(b.Items), 2)] {
		ids = append(ids, it.Instrument)
	}
	return about(append(ids, b.Owner)...)
}

// Listed says what an instrument is from now on: all of it but its status.
type Listed struct {
	plain
	Instrument Instrument `json:"instrument"`
}

// Kind is "equipment.listed".
func (*Listed) Kind() string { return "equipment.listed" }

// About is the instrument.
func (e *Listed) About() []string { return about(e.Instrument.ID) }

// RetiredOne says that an instrument is used no more.
type RetiredOne struct {
	plain
	Instrument string `json:"instrument"`
}

// Kind is "equipment.retired".
func (*RetiredOne) Kind() string { return "equipment.retired" }

// About is the instrument.
func (e *RetiredOne) About() []string { return about(e.Instrument) }

// Ruled says what the rules of a set are from now on.
type Ruled struct {
	plain
	Rules Rules `json:"rules"`
}

// Kind is "equipment.ruled".
func (*Ruled) Kind() string { return "equipment.ruled" }

// About is the set.
func (e *Ruled) About() []string { return about("rules/" + e.Rules.ID) }

// Gated says what a gate says from now on: a control passed or failed, a calibration, maintenance, a reagent lot.
type Gated struct {
	plain
	Gate Gate `json:"gate"`
}

// Kind is "equipment.gated".
func (*Gated) Kind() string { return "equipment.gated" }

// About is the instrument.
func (e *Gated) About() []string { return about(e.Gate.Instrument) }

// Competent says that a person may run an assay for a time; one that was said before ends with it.
type Competent struct {
	plain
	Competency Competency `json:"competency"`
}

// Kind is "equipment.competent".
func (*Competent) Kind() string { return "equipment.competent" }

// About is the person and the instrument.
func (e *Competent) About() []string { return about(e.Competency.Person, e.Competency.Instrument) }

// Placed says that a booking is there from now on.
type Placed struct {
	Booking Booking `json:"booking"`

	Sealed Note `json:"-"`
}

// Kind is "equipment.booked".
func (*Placed) Kind() string { return "equipment.booked" }

// About is the booking, its first two instruments and its owner.
func (e *Placed) About() []string { return aboutBooking(e.Booking) }

// Enclosure is what the booker wrote.
func (e *Placed) Enclosure() any { return &e.Sealed }

// Moved says that a booking has another time or other instruments.
type Moved struct {
	plain
	Booking  string `json:"booking"`
	Version  int    `json:"version"` // the new one
	Items    []Item `json:"items"`
	Span            // the new one
	Why      string `json:"why"`                // "asked", "rerouted", "deferred"
	Incident string `json:"incident,omitempty"` // of a reroute
}

// Kind is "equipment.moved".
func (*Moved) Kind() string { return "equipment.moved" }

// About is the booking and its first instruments.
func (e *Moved) About() []string { return aboutBooking(Booking{ID: e.Booking, Items: e.Items}) }

// Transferred says that a booking is another person's.
type Transferred struct {
	plain
	Booking string `json:"booking"`
	Version int    `json:"version"`
	To      string `json:"to"`
}

// Kind is "equipment.transferred".
func (*Transferred) Kind() string { return "equipment.transferred" }

// About is the booking and its new owner.
func (e *Transferred) About() []string { return about(e.Booking, e.To) }

// CancelledOne says that a booking is given up.
type CancelledOne struct {
	Booking string `json:"booking"`
	Version int    `json:"version"`
	Reason  string `json:"reason,omitempty"` // a code

	Sealed Note `json:"-"`
}

// Kind is "equipment.cancelled".
func (*CancelledOne) Kind() string { return "equipment.cancelled" }

// About is the booking.
func (e *CancelledOne) About() []string { return about(e.Booking) }

// Enclosure is what was said to it.
func (e *CancelledOne) Enclosure() any { return &e.Sealed }
