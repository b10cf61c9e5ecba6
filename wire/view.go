package wire

import (
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// Name is a member of staff as others read it.
type Name struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Title string `json:"title,omitempty"`
}

// Me is who is signed in on a connection.
type Me struct {
	Name
	Role     string    `json:"role,omitempty"`
	Receives bool      `json:"receives,omitempty"` // may receive a read-back
	Machine  bool      `json:"machine,omitempty"`
	Bare     bool      `json:"bare,omitempty"` // gets bare frames only: a device nobody is signed in on, or a machine
	Fresh    time.Time `json:"fresh,omitzero"` // until then a read-back needs no new sign-in
	Idle     int       `json:"idle,omitempty"` // after so many seconds without a touch the screen locks itself: command lock
	Until    time.Time `json:"until,omitzero"` // when the session ends by itself
	Session  string    `json:"session,omitempty"`
}

// Call is a call as a screen gets it: what was found, in whom, who was asked, who is next, and what this viewer may do.
type Call struct {
	ID         string     `json:"id"`
	Ref        string     `json:"ref"`      // six characters that people speak
	Version    int        `json:"version"`  // an answer is bound to it
	Standing   string     `json:"standing"` // "open", "closed" (read back), "ended" (by a director's decision)
	Tier       string     `json:"tier"`
	Unit       string     `json:"unit,omitempty"`     // where the patient was when it opened
	UnitNow    string     `json:"unitNow,omitempty"`  // where the patient is now, if elsewhere
	Corrects   string     `json:"corrects,omitempty"` // the closed call that this one corrects
	Release    string     `json:"release,omitempty"`  // of a result that was held: "confirmed", "rerun", "not-confirmed"
	Patient    Patient    `json:"patient"`
	Results    []Result   `json:"results"`
	Rungs      []Rung     `json:"rungs"`          // who was called so far, in order
	Next       *Next      `json:"next,omitempty"` // of an open call
	Seen       []Look     `json:"seen,omitempty"`
	Notices    []Notice   `json:"notices,omitempty"` // to those who were told before, that it changed
	Mismatches int        `json:"mismatches,omitempty"`
	Opened     time.Time  `json:"opened"`
	Breach     *time.Time `json:"breach,omitempty"` // when it is late for the record
	Finished   *time.Time `json:"finished,omitempty"`
	Outcome    string     `json:"outcome,omitempty"` // of a finished one: "read-back", "telephoned", or the reason
	Owner      *Name      `json:"owner,omitempty"`   // who has it until another takes it; of a finished one who read back, was told or decided
	Waits      *Waits     `json:"waits,omitempty"`   // of an open one: who waits for whom
	Taken      *Taken     `json:"taken,omitempty"`   // the lease that runs
	Task       *Task      `json:"task,omitempty"`    // the desk's, beside the ladder
	Takes      []Taken    `json:"takes,omitempty"`
	Passes     []Passed   `json:"passes,omitempty"`
	Phones     []Phone    `json:"phones,omitempty"`
	Tries      []Try      `json:"tries,omitempty"` // read-backs that differed
	Skipped    []Skip     `json:"skipped,omitempty"`
	Glass      []Glass    `json:"glass,omitempty"`
	Late       []Name     `json:"late,omitempty"` // who read it back after it was over
	Timeline   []Moment   `json:"timeline"`       // all of it, in order of time
	May        May        `json:"may"`
}

// Notice is that a call changed, to those who were told what it said before.
type Notice struct {
	To      []Name    `json:"to"`
	Version int       `json:"version"` // the newer one
	What    string    `json:"what"`    // "corrected", "not-critical", "withdrawn", "wrong-patient", "identified"
	At      time.Time `json:"at"`
}

// Patient is a patient as shown on a call.
type Patient struct {
	Identified  bool     `json:"identified"`            // else the call cannot be read back by typing
	Identifiers []string `json:"identifiers,omitempty"` // the last four letters or digits of the first are read back
	Name        string   `json:"name,omitempty"`
	Born        string   `json:"born,omitempty"`
	Sex         string   `json:"sex,omitempty"`
}

// Result is one result of a call.
type Result struct {
	ID        string   `json:"id"`
	Label     string   `json:"label,omitempty"`
	LOINC     string   `json:"loinc,omitempty"`
	Value     string   `json:"value,omitempty"` // as sent
	Unit      string   `json:"unit,omitempty"`  // as sent, or the mapped default
	Range     string   `json:"range,omitempty"`
	Flag      string   `json:"flag,omitempty"`
	Why       string   `json:"why,omitempty"` // why it is critical
	Status    string   `json:"status,omitempty"`
	Outcome   string   `json:"outcome"` // "critical"; after a correction perhaps "normal" or "withdrawn", which is not read back
	Tier      string   `json:"tier,omitempty"`
	Rule      string   `json:"rule,omitempty"`
	Accession string   `json:"accession,omitempty"`
	Taken     string   `json:"taken,omitempty"`
	Resulted  string   `json:"resulted,omitempty"`
	Was       string   `json:"was,omitempty"`    // of a corrected one: value and unit as told before
	Words     []string `json:"words,omitempty"`  // of a finding: what is typed back, in any order
	Choose    []string `json:"choose,omitempty"` // of one without words: what to choose from, in this order
}

// Rung is one firing of a step.
type Rung struct {
	Attempt int       `json:"attempt"`
	Ask     string    `json:"ask"` // what the step asked for: "unit", "attending", "desk", …
	To      []Name    `json:"to,omitempty"`
	Desk    bool      `json:"desk,omitempty"` // the laboratory's desk was told
	Version int       `json:"version,omitempty"`
	At      time.Time `json:"at"`
	Why     string    `json:"why"`
	Reach   []Reach   `json:"reach,omitempty"`  // of those whom it called, as far as anything is known
	Beside  bool      `json:"beside,omitempty"` // beside the ladder
	For     *Name     `json:"for,omitempty"`    // who asked to be telephoned
}

// Next is the step that fires next, if nobody answers.
type Next struct {
	Ask  string    `json:"ask"`
	To   []Name    `json:"to,omitempty"` // who would be asked if it fired now
	Desk bool      `json:"desk,omitempty"`
	At   time.Time `json:"at"`
}

// Look is a person's first look at one version.
type Look struct {
	By      Name      `json:"by"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
}

// May is what the viewer may do with a call now.
type May struct {
	ReadBack bool   `json:"readBack,omitempty"`
	Why      string `json:"why,omitempty"`    // why not: machine, not-fresh, badge, role, reporter, telephones, not-yours, unidentified
	Called   bool   `json:"called,omitempty"` // a rung of this call went to the viewer
	End      bool   `json:"end,omitempty"`

	Take      bool              `json:"take,omitempty"` // "mine", also once again
	Act       bool              `json:"act,omitempty"`
	CallMe    bool              `json:"callMe,omitempty"`
	PassOn    bool              `json:"passOn,omitempty"`
	Telephone bool              `json:"telephone,omitempty"`
	Glass     bool              `json:"glass,omitempty"`  // could read it back by breaking the glass
	WhyNot    map[string]string `json:"whyNot,omitempty"` // by the name above: as in Why, and taken, renewed, passed, desk
}

// Work is an open work item of the laboratory.
type Work struct {
	ID       string    `json:"id"`
	Reason   string    `json:"reason"`
	Sender   string    `json:"sender,omitempty"`
	System   string    `json:"system,omitempty"`
	Code     string    `json:"code,omitempty"` // the sender's code that nobody mapped
	Message  string    `json:"message,omitempty"`
	Waiting  int       `json:"waiting,omitempty"` // results that wait for it
	Critical bool      `json:"critical,omitempty"`
	Owner    Name      `json:"owner"`
	Opened   time.Time `json:"opened"`
	Due      time.Time `json:"due"`
	Rungs    []Rung    `json:"rungs,omitempty"`
	Ways     []string  `json:"ways,omitempty"` // the codes by which a person may settle it
	Said     *Said     `json:"said,omitempty"` // of a note that a result was told
}

// Said is what a sender's note says of a call that the sender made.
type Said struct {
	Text string `json:"text,omitempty"`
	To   string `json:"to,omitempty"`
	By   string `json:"by,omitempty"`
	At   string `json:"at,omitempty"` // as written
}

// Calls answers the command calls.
type Calls struct {
	Head     ledger.Seq `json:"head"`
	Now      time.Time  `json:"now"`
	Calls    []Call     `json:"calls"`              // open, oldest first
	Finished []Call     `json:"finished,omitempty"` // of the last hours, the newest first
	Work     []Work     `json:"work,omitempty"`
	Held     []Held     `json:"held,omitempty"`  // results that the bench looks at first
	Bells    []Bare     `json:"bells,omitempty"` // for a bare connection, instead of all the others
	Glass    []Glass    `json:"glass,omitempty"` // for supervisors and directors: who broke the glass within 48 hours, the newest first
	Alone    int        `json:"alone,omitempty"` // for the laboratory: open calls none of whose people is connected to this node
}
