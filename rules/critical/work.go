package critical

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Work is something unfinished that a person of the laboratory must settle.
// It has an owner and a deadline until it is resolved.
type Work struct {
	ID       string   `json:"id"`     // message/…, result/… or, for a code that nobody mapped, code/…
	Reason   string   `json:"reason"` // an Outcome, or the reason of a quarantine
	Message  string   `json:"message,omitempty"`
	Patient  string   `json:"patient,omitempty"`
	Sender   string   `json:"sender,omitempty"`
	Coding   Coding   `json:"coding,omitzero"`
	Results  []string `json:"results,omitempty"`  // the first maxWaiting that wait for it
	Waiting  int      `json:"waiting,omitempty"`  // how many wait
	Critical bool     `json:"critical,omitempty"` // it may hold a critical result
	Said     Said     `json:"said,omitzero"`      // of a note that a result was told
	Owner    string   `json:"owner"`

	Opened  time.Time `json:"opened"`
	Steps   []Step    `json:"steps"`
	Next    int       `json:"next"`
	NextAt  time.Time `json:"nextAt"`
	Attempt int       `json:"attempt,omitempty"`
	Called  []Rung    `json:"called,omitempty"`
}

const maxWaiting = 100

// Reasons of work items beside the outcomes of results and the reasons of a
// quarantine.
const (
	ReasonUnidentified = "unidentified"  // a critical result without an identified patient
	ReasonCorrected    = "corrected"     // a corrected result that no call at hand told
	ReasonLate         = "out-of-order"  // it was overtaken by what is told already
	ReasonSaidTold     = "said-told"     // a note says that it was told: by whom, to whom, when?
	ReasonWrongPatient = "wrong-patient" // told of one patient, and another one's: whose?
)

// work adds a result that waits to the work item of an id, and opens that at
// need: due at once, at the desk, or at the supervisor if it may be critical.
// An item that turns out to be so starts anew there.
func (b Board) work(w Work, result string, at time.Time) Board {
	old, ok := b.Work.Get(w.ID)
	worse := w.Critical && !old.Critical
	if ok {
		if old.Reason == ReasonUnidentified && w.Reason != old.Reason { // naming the patient settles the older one alone
			old.Reason, old.Message = w.Reason, w.Message
		}
		w = old
		w.Results = slices.Clip(w.Results)
	} else {
		w.Opened = at
	}
	if !ok || worse {
		w.Critical = w.Critical || worse
		w.Owner, w.Steps, w.Next, w.NextAt = w.firstOwner(), workLadder(w.Critical), 0, at
	}
	if result != "" && !slices.Contains(w.Results, result) {
		w.Waiting++
		if len(w.Results) < maxWaiting {
			w.Results = append(w.Results, result)
		}
	}
	return b.putWork(w)
}

func (w Work) firstOwner() string {
	if w.Critical {
		return AskSupervisor
	}
	return AskDesk
}

// Errors of a message that is tried again.
var (
	// ErrStill says that a message in quarantine is not understood still; StillError says why. Settle it by hand.
	ErrStill = errors.New("critical: the message is still not understood")
	// ErrOvertaken says that something newer came since of what a message in
	// quarantine tells. Look at both and settle it by hand.
	ErrOvertaken = errors.New("critical: something newer came since")
)

// StillError is ErrStill with the code of the reason.
type StillError struct{ Reason string }

// Error gives the reason.
func (e *StillError) Error() string { return ErrStill.Error() + ": " + e.Reason }

// Unwrap is ErrStill.
func (*StillError) Unwrap() error { return ErrStill }

// Filed says that a message was understood and kept whole.
type Filed struct {
	Message string `json:"message"`
	Type    string `json:"type,omitempty"` // such as "ORU^R01"
	Results int    `json:"results"`
	// Doubts are codes for what the door had to decide for itself about the whole of it: "charset", "delimiters", …
	Doubts []string `json:"doubts,omitempty"`

	Sealed Raw `json:"-"`
}

// Raw is a message byte for byte.
type Raw struct {
	Raw []byte `json:"raw"`
}

// Kind is "message.filed".
func (*Filed) Kind() string { return "message.filed" }

// About is the message.
func (e *Filed) About() []string { return about(e.Message) }

// Enclosure is the message, byte for byte.
func (e *Filed) Enclosure() any { return &e.Sealed }

// Quarantined says that a message could not be understood and waits for a person.
type Quarantined struct {
	Message  string    `json:"message"`
	Type     string    `json:"type,omitempty"`
	Reason   string    `json:"reason"` // a code
	Owner    string    `json:"owner"`
	Deadline time.Time `json:"deadline"`
	Critical bool      `json:"critical,omitempty"` // it may hold a critical result

	Sealed Raw `json:"-"`
}

// Kind is "message.quarantined".
func (*Quarantined) Kind() string { return "message.quarantined" }

// About is the message.
func (e *Quarantined) About() []string { return about(e.Message) }

// Enclosure is the message, byte for byte.
func (e *Quarantined) Enclosure() any { return &e.Sealed }

// Quarantine is the event for a message that is not understood, for a reason
// (a code). With critical it may hold a critical result and starts at the
// supervisor, else at the desk.
func Quarantine(message, kind, reason string, critical bool, raw []byte, now time.Time) *Quarantined {
	return &Quarantined{
		Message: message, Type: kind, Reason: reason, Critical: critical,
		Owner: Work{Critical: critical}.firstOwner(), Deadline: stamp(now), Sealed: Raw{raw},
	}
}

// Resolved says that a person settled a work item, and how.
type Resolved struct {
	Work string `json:"work"` // its id
	How  string `json:"how"`  // a code
	By   string `json:"by"`

	Sealed Note `json:"-"`
}

// Kind is "message.resolved".
func (*Resolved) Kind() string { return "message.resolved" }

// About is the work item and who resolved it.
func (e *Resolved) About() []string { return about(e.Work, e.By) }

// Enclosure is the note.
func (e *Resolved) Enclosure() any { return &e.Sealed }

// Ways in which a work item is settled, by a person's word or by what a person did.
const (
	WayTelephoned   = "telephoned"    // who must know was told by telephone
	WaySentAgain    = "sent-again"    // the sender sent it anew, rightly
	WayNotAPatient  = "not-a-patient" // a test message, a control: no patient's result
	WayRepeated     = "repeated"      // it was measured again
	WayByHand       = "by-hand"       // the result was entered by hand
	WayNotCritical  = "not-critical"  // a person looked at the value
	WayHandled      = "handled"       // otherwise; the note says how
	WayConfirmed    = "confirmed"     // it was told as the note says
	WayNotConfirmed = "not-confirmed" // nobody could confirm that
	WayFound        = "found"         // the right patient's clinicians were told
	WayIdentified   = "identified"    // the command identify did it
	WayResubmitted  = "resubmitted"   // the command work.retry did it
)

// Ways are the codes by which a person may settle a work item of a reason.
func Ways(reason string) []string {
	switch reason {
	case ReasonSaidTold:
		return []string{WayConfirmed, WayNotConfirmed, WayHandled}
	case ReasonWrongPatient:
		return []string{WayFound, WayTelephoned, WayNotAPatient, WayHandled}
	case ReasonUnidentified:
		return []string{WayTelephoned, WayNotAPatient, WayHandled}
	case string(UnknownTest), string(UnknownUnit), string(Unreadable), string(NoLimit), ReasonLate, ReasonCorrected:
		return []string{WayTelephoned, WaySentAgain, WayRepeated, WayByHand, WayNotCritical, WayNotAPatient, WayHandled}
	}
	return []string{WayTelephoned, WaySentAgain, WayByHand, WayNotAPatient, WayHandled}
}

// Settle is the event by which a person settles a work item, in one of its
// Ways; one that says nothing by itself needs a note. Errors: ErrNoWork,
// ErrNoReason.
func (b Board) Settle(work, how, by, note string) ([]Event, error) {
	w, ok := b.Work.Get(work)
	if !ok {
		return nil, ErrNoWork
	}
	needs := how == WayHandled || how == WayConfirmed || how == WayNotCritical
	if by == "" || !slices.Contains(Ways(w.Reason), how) || needs && strings.TrimSpace(note) == "" {
		return nil, ErrNoReason
	}
	return []Event{&Resolved{Work: work, How: how, By: by, Sealed: Note{note}}}, nil
}
