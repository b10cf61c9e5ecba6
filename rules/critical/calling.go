package critical

import "time"

// Opened says that a call was opened: its results, whom it is about, and its ladder.
type Opened struct {
	Call        string `json:"call"`
	Ref         string `json:"ref"`
	Patient     string `json:"patient,omitempty"`
	Message     string `json:"message,omitempty"`
	Unit        string `json:"unit,omitempty"`
	Ordering    string `json:"ordering,omitempty"` // the sender's staff code of who ordered, if it or the order said it
	Setting     string `json:"setting,omitempty"`
	Tier        string `json:"tier"`
	Version     int    `json:"version"`
	Results     []Item `json:"results"`
	Steps       []Step `json:"steps"`
	BreachAfter int    `json:"breachAfter,omitempty"` // seconds
	Corrects    string `json:"corrects,omitempty"`
	Held        string `json:"held,omitempty"`    // why the bench looked at it first, if it did
	Release     string `json:"release,omitempty"` // then: "confirmed", "rerun", "not-confirmed"

	Sealed Shelf `json:"-"`
}

// Shelf is what of an opened call is sealed: the patient as shown, and for
// each result, in the order of Opened.Results, what was told.
type Shelf struct {
	Who  Snapshot `json:"who"`
	Told []Told   `json:"told"`
}

// Kind is "critical.opened".
func (*Opened) Kind() string { return "critical.opened" }

// About is the call, its patient, the call it corrects and its first result.
func (e *Opened) About() []string {
	first := ""
	if len(e.Results) > 0 {
		first = e.Results[0].ID
	}
	return about(e.Call, e.Patient, e.Corrects, first)
}

// Enclosure is the patient and the values.
func (e *Opened) Enclosure() any { return &e.Sealed }

// Called says that a step of a call's or a work item's ladder was fired, to
// whom, why to them, and when the next step is due.
type Called struct {
	Call    string    `json:"call,omitempty"`
	Ref     string    `json:"ref,omitempty"`  // of the call
	Work    string    `json:"work,omitempty"` // instead of Call
	Version int       `json:"version,omitempty"`
	Step    int       `json:"step"`
	Attempt int       `json:"attempt"` // from 1, over all steps
	Ask     string    `json:"ask"`
	To      []string  `json:"to,omitempty"`
	Desk    bool      `json:"desk,omitempty"`
	Beside  bool      `json:"beside,omitempty"` // beside the ladder, which stays where it is
	Via     string    `json:"via"`
	Due     time.Time `json:"due"` // when the next step fires
	Why     string    `json:"why"`
	For     string    `json:"for,omitempty"`  // of the desk's task: who asked to be telephoned
	Again   time.Time `json:"again,omitzero"` // when the desk is told of its task again, unless the call is over
}

// Kind is "critical.called".
func (*Called) Kind() string { return "critical.called" }

// About is the call or the work item, and the first three that it went to.
func (e *Called) About() []string { return about(append([]string{e.Call + e.Work}, e.To...)...) }

// Enclosure is nil.
func (*Called) Enclosure() any { return nil }

// Escalated says that a step was skipped at once because it had nobody to ask.
type Escalated struct {
	Call    string `json:"call,omitempty"`
	Work    string `json:"work,omitempty"`
	Version int    `json:"version,omitempty"`
	Step    int    `json:"step"`
	Ask     string `json:"ask"`
	Why     string `json:"why"`
}

// Kind is "critical.escalated".
func (*Escalated) Kind() string { return "critical.escalated" }

// About is the call or the work item.
func (e *Escalated) About() []string { return about(e.Call + e.Work) }

// Enclosure is nil.
func (*Escalated) Enclosure() any { return nil }

// Seen says that a person opened a call. It hands nothing off.
type Seen struct {
	Call    string `json:"call"`
	Version int    `json:"version"`
}

// Kind is "critical.seen".
func (*Seen) Kind() string { return "critical.seen" }

// About is the call.
func (e *Seen) About() []string { return about(e.Call) }

// Enclosure is nil.
func (*Seen) Enclosure() any { return nil }

// Corrected says that a result of an open call changed after it was told; the
// call has a new version, which must be read back too.
type Corrected struct {
	Call    string `json:"call"`
	Ref     string `json:"ref"`
	Version int    `json:"version"`        // the new one
	Result  Item   `json:"result"`         // as it is now; its outcome may be normal or withdrawn
	Tier    string `json:"tier"`           // of the call
	Step    int    `json:"step,omitempty"` // of the ladder, which starts again there

	Sealed Told `json:"-"`
}

// Kind is "critical.corrected".
func (*Corrected) Kind() string { return "critical.corrected" }

// About is the call and the result.
func (e *Corrected) About() []string { return about(e.Call, e.Result.ID) }

// Enclosure is what is told now.
func (e *Corrected) Enclosure() any { return &e.Sealed }

// Closed says that a call was handed off: how, and to whom.
type Closed struct {
	Call    string `json:"call"`
	Ref     string `json:"ref"`
	Version int    `json:"version"`
	Outcome string `json:"outcome"` // "read-back" or "telephoned"
	Owner   string `json:"owner"`   // staff id; "spoken" of one who was telephoned and is known by what was said alone
}

// Kind is "critical.closed".
func (*Closed) Kind() string { return "critical.closed" }

// About is the call and its owner, if that is a member of staff.
func (e *Closed) About() []string {
	if e.Owner == KnownSpoken {
		return about(e.Call)
	}
	return about(e.Call, e.Owner)
}

// Enclosure is nil.
func (*Closed) Enclosure() any { return nil }

// Ended says that a named person ended a call without a read-back, and why.
type Ended struct {
	Call    string `json:"call"`
	Ref     string `json:"ref"`
	Version int    `json:"version"`
	Reason  string `json:"reason"` // a code
	Owner   string `json:"owner"`  // who decided

	Sealed Note `json:"-"`
}

// Note is a person's own words.
type Note struct {
	Text string `json:"text,omitempty"`
}

// Kind is "critical.ended".
func (*Ended) Kind() string { return "critical.ended" }

// About is the call and who ended it.
func (e *Ended) About() []string { return about(e.Call, e.Owner) }

// Enclosure is the note.
func (e *Ended) Enclosure() any { return &e.Sealed }
