package equipment

import (
	"slices"
	"time"
)

// Standing is where a booking stands.
type Standing string

// The standings. The first five are live: they keep others out.
const (
	Held      Standing = "held"    // for who waited, until Hold
	Booked    Standing = "booked"  //
	InUse     Standing = "in-use"  // checked in
	AtRisk    Standing = "at-risk" // its instrument is down, or will be
	Asked     Standing = "asked"   // urgent work asks for its place
	Done      Standing = "done"
	Missed    Standing = "missed" // nobody checked in
	Cancelled Standing = "cancelled"
	Displaced Standing = "displaced" // urgent work has its place, and there was no other
	Expired   Standing = "expired"   // held, and not taken
)

// Live tells whether the booking keeps others out.
func (s Standing) Live() bool {
	return s == Held || s == Booked || s == InUse || s == AtRisk || s == Asked
}

// Purpose is what a booking is for.
type Purpose string

// The purposes.
const (
	Routine     Purpose = "routine"
	Stat        Purpose = "stat"
	Batch       Purpose = "batch" // cannot be interrupted once it runs
	Control     Purpose = "control"
	Calibration Purpose = "calibration"
	Maintenance Purpose = "maintenance"
	Training    Purpose = "training"
)

// Purposes are all of them.
var purposes = []Purpose{Routine, Stat, Batch, Control, Calibration, Maintenance, Training}

// patients tells whether patients' specimens are run.
func (p Purpose) patients() bool { return p == Routine || p == Stat || p == Batch }

// Item is one instrument of a booking.
type Item struct {
	Instrument string `json:"instrument"`
	Demand     int    `json:"demand,omitempty"` // of a shared one: tests an hour
}

// Span is a time from Start to End, which is not included. UTC.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Length is how long the span is.
func (s Span) Length() time.Duration { return s.End.Sub(s.Start) }

// Overlaps tells whether two spans share an instant; those that touch do not.
func (s Span) Overlaps(o Span) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }

// Booking is a person's right to some instruments for a time: to all of them, or to none.
type Booking struct {
	ID      string   `json:"id"` // booking/…
	Version int      `json:"version"`
	Series  string   `json:"series,omitempty"`
	N       int      `json:"n,omitempty"` // its number in the series, from 1
	Items   []Item   `json:"items"`
	Span             // of the work; warm-up and clean-up come on top
	Purpose Purpose  `json:"purpose"`
	Owner   string   `json:"owner"` // person/…
	By      string   `json:"by"`    // who placed it
	Assays  []string `json:"assays,omitempty"`

	Standing Standing  `json:"standing,omitempty"`
	Yields   time.Time `json:"yields,omitzero"`    // until then work that runs may be interrupted; zero: not once it runs
	Until    time.Time `json:"until,omitzero"`     // deadline of Held and Asked
	For      *Booking  `json:"for,omitempty"`      // of Asked: the urgent booking that wants the place
	Incident string    `json:"incident,omitempty"` // of AtRisk
	Used     time.Time `json:"used,omitzero"`      // when it was checked in
	Answered string    `json:"answered,omitempty"` // of Displaced or moved: how the owner heard of it
	Since    time.Time `json:"since,omitzero"`     // when it stood again after it was at risk
	Changed  time.Time `json:"changed,omitzero"`   // when it was changed last
}

// On returns the item of an instrument, if it is booked.
func (b Booking) On(instrument string) (Item, bool) {
	i := slices.IndexFunc(b.Items, func(it Item) bool { return it.Instrument == instrument })
	if i < 0 {
		return Item{}, false
	}
	return b.Items[i], true
}

// around is the span for which an instrument is kept: the work with its warm-up and clean-up. Control, calibration and
// maintenance prepare the instrument themselves.
func (b Booking) around(i Instrument) Span {
	if b.Purpose == Control || b.Purpose == Calibration || b.Purpose == Maintenance {
		return b.Span
	}
	return Span{b.Start.Add(-minutes(i.Warmup)), b.End.Add(minutes(i.Cleanup))}
}

// canMove tells whether running work may be interrupted at a time.
func (b Booking) canMove(now time.Time) bool {
	return b.Standing != InUse || now.Before(b.Yields)
}

// Use is what happens on an instrument, booked or not.
type Use struct {
	Instrument string    `json:"instrument"`
	Booking    string    `json:"booking,omitempty"` // "": somebody walked up
	Operator   string    `json:"operator"`
	Start      time.Time `json:"start"`
}

// Want is a place on the wait list.
type Want struct {
	ID       string    `json:"id"` // wait/…
	Person   string    `json:"person"`
	Any      []string  `json:"any"` // one of these instruments
	Minutes  int       `json:"minutes"`
	Span               // within which
	Purpose  Purpose   `json:"purpose"`
	Assays   []string  `json:"assays,omitempty"`
	Demand   int       `json:"demand,omitempty"`
	Priority int       `json:"priority,omitempty"` // higher first, then who waited longer
	Since    time.Time `json:"since,omitzero"`
	Offered  string    `json:"offered,omitempty"` // the booking that is held for it
}

// Incident is why an instrument, or some of its assays, cannot be used.
type Incident struct {
	ID         string   `json:"id"` // incident/…
	Instrument string   `json:"instrument"`
	Assays     []string `json:"assays,omitempty"` // empty: all
	Severity   string   `json:"severity"`
	Planned    bool     `json:"planned,omitempty"` // at its end the instrument is verified, not released
	Span                // End is the estimate; of an unplanned one it may be zero
	By         string   `json:"by,omitempty"`
}

// hits tells whether the incident is in the way of a booking.
func (i Incident) hits(b Booking, around Span) bool {
	if _, ok := b.On(i.Instrument); !ok {
		return false
	}
	if !around.End.After(i.Start) || !i.End.IsZero() && i.Planned && !around.Start.Before(i.End) {
		return false
	}
	if b.Purpose == Maintenance || b.Purpose == Calibration || b.Purpose == Control {
		return !i.Planned // they are how it comes back, but not while it is in pieces
	}
	return len(i.Assays) == 0 || slices.ContainsFunc(b.Assays, func(a string) bool { return slices.Contains(i.Assays, a) })
}

// unverified tells whether the incident is over but for its verification, which a booking of patients' work must wait for.
func (i Incident) unverified(b Booking) bool {
	_, on := b.On(i.Instrument)
	return on && i.Severity == Repaired && b.Purpose.patients() &&
		(len(i.Assays) == 0 || slices.ContainsFunc(b.Assays, func(a string) bool { return slices.Contains(i.Assays, a) }))
}

// Handover is what one user of an instrument leaves to the next.
type Handover struct {
	Instrument string    `json:"instrument"`
	From       string    `json:"from"`
	At         time.Time `json:"at"`
	Text       string    `json:"text,omitempty"`
}
