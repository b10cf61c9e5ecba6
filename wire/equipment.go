package wire

import (
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// Names of the commands about instruments.
const (
	DoBoard        = "board"             // BoardBody → Board
	DoBookTry      = "book.try"          // BookBody → BookingTried; records nothing
	DoBook         = "book"              // BookBody → Booked, or the problem "refused"
	DoBookSeries   = "book.series"       // SeriesBody → SeriesBooked
	DoSeriesCancel = "series.cancel"     // SeriesCancelBody → SeriesChanged
	DoSeriesMove   = "series.move"       // SeriesMoveBody → SeriesChanged
	DoBookMove     = "book.move"         // MoveBody → Recorded
	DoBookTransfer = "book.transfer"     // TransferBody → Recorded
	DoBookCancel   = "book.cancel"       // CancelBody → Recorded
	DoBookIn       = "book.check-in"     // CheckInBody → Recorded
	DoBookFinish   = "book.finish"       // FinishBody → Recorded
	DoBookTake     = "book.take"         // OfBody → Recorded
	DoFree         = "free"              // FreeBody → Free
	DoUse          = "use"               // UseBody → Recorded
	DoUseEnd       = "use.end"           // UseBody → Recorded
	DoUseAccept    = "use.accept"        // UseBody → Recorded
	DoWait         = "wait"              // WaitBody → Waiting
	DoWaitEnd      = "wait.end"          // WaitEndBody → Recorded
	DoPreempt      = "preempt"           // PreemptBody → Booked
	DoYield        = "preempt.yield"     // YieldBody → Recorded
	DoDecline      = "preempt.decline"   // DeclineBody → Recorded
	DoDown         = "down"              // DownBody → Downed
	DoReroute      = "down.reroute"      // IncidentBody → Rerouted
	DoVerify       = "down.verify"       // IncidentBody → Recorded
	DoRelease      = "down.release"      // IncidentBody → Recorded
	DoInstrument   = "instrument"        // InstrumentBody → Recorded
	DoRetire       = "instrument.retire" // UseBody → Recorded
	DoGate         = "instrument.gate"   // GateBody → Recorded
	DoRules        = "instrument.rules"  // RulesBody → Recorded
	DoCompetent    = "competence"        // CompetenceBody → Recorded
)

// BoardBody asks for the board of a time of at most 62 days; missing: from midnight, two days.
type BoardBody struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Board is the instruments, and what is booked of them.
type Board struct {
	Head        int64        `json:"head"` // the place that it is as of: entries after it are news
	Now         time.Time    `json:"now"`
	Instruments []Instrument `json:"instruments"`
	Bookings    []Booking    `json:"bookings"`
	Waiting     []Want       `json:"waiting,omitempty"`
}

// Instrument is an instrument as the board shows it.
type Instrument struct {
	equipment.Instrument
	Gates     []Gate               `json:"gates"`
	Use       *Use                 `json:"use,omitempty"`
	Left      *Left                `json:"left,omitempty"`
	Incidents []equipment.Incident `json:"incidents,omitempty"`
}

// Gate is a gate and what it says now.
type Gate struct {
	equipment.Gate
	State equipment.GateState `json:"state"`
}

// Use is who uses an instrument now.
type Use struct {
	Booking  string    `json:"booking,omitempty"`
	Operator Name      `json:"operator"`
	Start    time.Time `json:"start"`
}

// Left is what the last user left to the next.
type Left struct {
	From Name      `json:"from"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Booking is a booking with its owner's name.
type Booking struct {
	equipment.Booking
	Who Name `json:"who"`
}

// Want is who waits for a place.
type Want struct {
	equipment.Want
	Who Name `json:"who"`
}

// BookBody asks for a booking. Times have a zone.
type BookBody struct {
	Items   []equipment.Item  `json:"items"`
	Start   time.Time         `json:"start"`
	End     time.Time         `json:"end"`
	Purpose equipment.Purpose `json:"purpose,omitempty"` // missing: routine
	Owner   string            `json:"owner,omitempty"`   // missing: oneself
	Assays  []string          `json:"assays,omitempty"`
	Yields  time.Time         `json:"yields,omitzero"` // until then running work may be interrupted
	Note    string            `json:"note,omitempty"`  // nothing about a patient
	Pass    []string          `json:"pass,omitempty"`  // rules that a supervisor lets pass for another
	Reason  string            `json:"reason,omitempty"`
}

// Booked is the answer to a booking.
type Booked struct {
	Recorded
	Booking Booking `json:"booking"`
}

// BookingTried says what a booking would meet.
type BookingTried struct {
	Problems []equipment.Problem `json:"problems"` // none: it would be booked
	Free     []equipment.Offer   `json:"free,omitempty"`
	Equal    []equipment.Offer   `json:"equal,omitempty"`
}

// SeriesBody books a series. The occurrences until the horizon of the rules are booked; with Skip, those that can be.
type SeriesBody struct {
	Items   []equipment.Item  `json:"items"`
	Repeat  equipment.Repeat  `json:"repeat"`
	Purpose equipment.Purpose `json:"purpose,omitempty"`
	Owner   string            `json:"owner,omitempty"`
	Assays  []string          `json:"assays,omitempty"`
	Skip    bool              `json:"skip,omitempty"`
}

// SeriesBooked says what of a series was booked, and what was skipped, and why.
type SeriesBooked struct {
	Recorded
	Series  string                 `json:"series"`
	Booked  int                    `json:"booked"`
	Skipped []equipment.Skipped    `json:"skipped,omitempty"`
	Moved   []equipment.Occurrence `json:"moved,omitempty"` // those whose wall-clock time is leapt over, or comes twice
}

// SeriesCancelBody gives up a series from its nth on; missing: all of it. With Skip, what it is too late for stays.
type SeriesCancelBody struct {
	Series string `json:"series"`
	From   int    `json:"from,omitempty"`
	Reason string `json:"reason,omitempty"`
	Skip   bool   `json:"skip,omitempty"`
}

// SeriesMoveBody moves a series from its nth on by the wall clock; missing: all of it. With Skip, those that cannot be
// moved stay.
type SeriesMoveBody struct {
	Series string `json:"series"`
	From   int    `json:"from,omitempty"`
	equipment.Shift
	Zone string `json:"zone,omitempty"` // IANA; missing: of the instrument
	Skip bool   `json:"skip,omitempty"`
}

// SeriesChanged says what of a series was changed, and what stays as it was, and why.
type SeriesChanged struct {
	Recorded
	Changed int                 `json:"changed"`
	Skipped []equipment.Skipped `json:"skipped,omitempty"`
}

// OfBody names a booking and the version that was looked at.
type OfBody struct {
	Booking string `json:"booking"`
	Version int    `json:"version"`
}

// MoveBody gives a booking another time or other instruments; extending and shortening are moves too.
type MoveBody struct {
	OfBody
	Items  []equipment.Item `json:"items,omitempty"`
	Start  time.Time        `json:"start"`
	End    time.Time        `json:"end"`
	Pass   []string         `json:"pass,omitempty"`
	Reason string           `json:"reason,omitempty"`
}

// TransferBody gives a booking to another person.
type TransferBody struct {
	OfBody
	To string `json:"to"`
}

// CancelBody gives a booking up.
type CancelBody struct {
	OfBody
	Reason string `json:"reason,omitempty"` // a code
	Note   string `json:"note,omitempty"`
}

// CheckInBody begins a booking's work.
type CheckInBody struct {
	OfBody
	Pass   []string `json:"pass,omitempty"`
	Reason string   `json:"reason,omitempty"`
}

// FinishBody ends a booking's work, with a note to the next user.
type FinishBody struct {
	OfBody
	Note string `json:"note,omitempty"`
}

// FreeBody asks what is free.
type FreeBody struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"` // at most 62 days later
	Minutes int       `json:"minutes"`
	Assays  []string  `json:"assays,omitempty"`
	Group   string    `json:"group,omitempty"`
	Demand  int       `json:"demand,omitempty"` // of a shared one: tests an hour that must be left; missing: 1
}

// Free is when instruments are free.
type Free struct {
	Gaps []equipment.Gap `json:"gaps"`
}

// UseBody is about the use of an instrument without a booking, or what was left to the next user.
type UseBody struct {
	Instrument string `json:"instrument"`
	Note       string `json:"note,omitempty"`
}

// WaitBody asks for a place as soon as one is free.
type WaitBody struct {
	Any     []string          `json:"any"`
	Minutes int               `json:"minutes"`
	From    time.Time         `json:"from"`
	To      time.Time         `json:"to"`
	Purpose equipment.Purpose `json:"purpose,omitempty"`
	Assays  []string          `json:"assays,omitempty"`
	Demand  int               `json:"demand,omitempty"`
}

// Waiting is the answer to a wait.
type Waiting struct {
	Recorded
	Wait    string `json:"wait"`
	Offered bool   `json:"offered,omitempty"` // a place is held already
}

// WaitEndBody ends a wait.
type WaitEndBody struct {
	Wait string `json:"wait"`
}

// PreemptBody asks for a booking's place for urgent work.
type PreemptBody struct {
	OfBody
	For BookBody `json:"for"`
}

// YieldBody is the read-back of who is displaced: which instrument is given up.
type YieldBody struct {
	OfBody
	Typed string `json:"typed"`
}

// DeclineBody lets an asked booking keep its place.
type DeclineBody struct {
	OfBody
	Reason string `json:"reason"`
}

// DownBody says that an instrument, or some of its assays, cannot be used, now or in a planned time.
type DownBody struct {
	Instrument string    `json:"instrument"`
	Assays     []string  `json:"assays,omitempty"`
	Severity   string    `json:"severity"` // a code: "stop", "partial", "outage"
	Planned    bool      `json:"planned,omitempty"`
	From       time.Time `json:"from,omitzero"` // of a planned one
	Estimate   time.Time `json:"estimate,omitzero"`
	Seen       string    `json:"seen,omitempty"`
}

// Downed is the answer to down.
type Downed struct {
	Recorded
	Incident string `json:"incident"`
	AtRisk   int    `json:"atRisk"` // bookings
}

// IncidentBody is about an incident.
type IncidentBody struct {
	Incident string   `json:"incident"`
	Repaired string   `json:"repaired,omitempty"` // to verify
	Checked  []string `json:"checked,omitempty"`  // to release: "control", …
}

// Rerouted says which bookings got another place, and which stay at risk.
type Rerouted struct {
	Recorded
	Moved int      `json:"moved"`
	Left  []string `json:"left,omitempty"`
}

// InstrumentBody lists an instrument, or says what it is from now on.
type InstrumentBody struct {
	Instrument equipment.Instrument `json:"instrument"`
}

// GateBody says what a gate says from now on.
type GateBody struct {
	Gate equipment.Gate `json:"gate"`
}

// RulesBody says what the rules of a set are from now on.
type RulesBody struct {
	Rules equipment.Rules `json:"rules"`
}

// CompetenceBody says what a person may run, and until when.
type CompetenceBody struct {
	Competency equipment.Competency `json:"competency"`
}
