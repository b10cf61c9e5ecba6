package wire

import "time"

// Names of the commands by which a call is answered besides reading it back.
const (
	DoTake           = "take"             // TakeBody → Recorded
	DoPassOn         = "pass-on"          // PassOnBody → PassedOn
	DoGlass          = "glass"            // GlassBody → Call
	DoTelephoneBegin = "telephone.begin"  // TelephoneBody → Telephone
	DoTelephone      = "telephone"        // HeardBody → ReadBack, or the problem "mismatch"
	DoTelephoneFail  = "telephone.failed" // TelephoneFailedBody → Recorded
)

// TakeBody takes a call for three minutes: the next step of its ladder waits that long at most.
type TakeBody struct {
	Call    string `json:"call"`
	Version int    `json:"version"`
	How     string `json:"how"`          // "mine", "act" (not mine, but I act) or "call-me" (telephone me)
	At      string `json:"at,omitempty"` // with "call-me": where, such as an extension
}

// PassOnBody passes a call on to a person who is on duty, or to whom its ladder asks next.
type PassOnBody struct {
	Call    string `json:"call"`
	Version int    `json:"version"`
	To      string `json:"to,omitempty"` // "person/…"
	Reason  string `json:"reason"`       // a code: "not-my-patient", "off-duty", "busy", "wrong-service", "transferred", "may-not-receive", "other"
	Note    string `json:"note,omitempty"`
}

// PassedOn is the answer to pass-on: who is asked now. Nobody but the desk means that it telephones.
type PassedOn struct {
	Recorded
	To   []Name `json:"to,omitempty"`
	Desk bool   `json:"desk,omitempty"` // the laboratory's desk telephones
}

// GlassBody breaks the glass of a call: who was not called and is not on its unit or post looks at it, and may read it
// back for 30 minutes. It is recorded and listed to the supervisor.
type GlassBody struct {
	Call string `json:"call"`
	BreakGlass
}

// BreakGlass is why the glass is broken.
type BreakGlass struct {
	Reason string `json:"reason"`         // a code: "emergency", "covering", "asked-to", "other"
	Text   string `json:"text,omitempty"` // needed with "other"
}

// TelephoneBody begins an attempt to telephone somebody about a call.
type TelephoneBody struct {
	Call    string `json:"call"`
	Version int    `json:"version"`
	To      string `json:"to,omitempty"` // "person/…", if a member of staff is telephoned
	At      string `json:"at,omitempty"` // the number
}

// Telephone is the answer to telephone.begin: the attempt that began.
type Telephone struct {
	Recorded
	Attempt int `json:"attempt"`
}

// HeardBody is what the receiver said on the telephone, typed by who telephones while the values are hidden.
type HeardBody struct {
	Call     string            `json:"call"`
	Version  int               `json:"version"`
	Attempt  int               `json:"attempt"`
	Receiver Receiver          `json:"receiver"`
	Values   map[string]string `json:"values"`
	Tail     string            `json:"tail"` // of a patient who is not identified: of the accession number
	Entered  string            `json:"entered,omitempty"`
	Locale   string            `json:"locale,omitempty"`
	Occurred time.Time         `json:"occurred,omitzero"` // when it was said, if it was written down on paper and is entered later
}

// Receiver is who was reached by telephone.
type Receiver struct {
	Person string `json:"person,omitempty"` // "person/…", with known "login" and "roster"
	Name   string `json:"name,omitempty"`   // the full name; of a person it is the roster's
	Role   string `json:"role"`             // "physician", "nurse", "midwife" or "pharmacist"
	Known  string `json:"known"`            // "login", "roster" or "spoken"
}

// TelephoneFailedBody ends an attempt that came to nothing.
type TelephoneFailedBody struct {
	Call       string `json:"call"`
	Attempt    int    `json:"attempt"`
	Difficulty string `json:"difficulty"` // a code: "no-answer", "busy", "wrong-patient", "refused", "off-duty", "number-invalid", "equipment"
	Note       string `json:"note,omitempty"`
}

// Taken is one taking of a call.
type Taken struct {
	By    Name      `json:"by"`
	How   string    `json:"how"`
	N     int       `json:"n"` // 2: taken again
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	Phone string    `json:"phone,omitempty"` // where to telephone
}

// Passed is one passing on of a call.
type Passed struct {
	By     Name      `json:"by"`
	To     *Name     `json:"to,omitempty"`
	Reason string    `json:"reason"`
	Note   string    `json:"note,omitempty"`
	At     time.Time `json:"at"`
}

// Phone is one attempt by telephone.
type Phone struct {
	Attempt  int        `json:"attempt"`
	By       Name       `json:"by"`
	To       *Name      `json:"to,omitempty"`
	At       string     `json:"at,omitempty"` // the number
	Again    bool       `json:"again,omitempty"`
	Version  int        `json:"version"`
	Started  time.Time  `json:"started"`
	Ended    *time.Time `json:"ended,omitempty"`
	Outcome  string     `json:"outcome,omitempty"` // "telephoned", "mismatch", "again" or a difficulty; missing while in flight
	Receiver *Receiver  `json:"receiver,omitempty"`
	Note     string     `json:"note,omitempty"`
}

// Task is the desk's task beside a call's ladder: telephone. It lasts until the call is over.
type Task struct {
	Why   string    `json:"why"`
	For   *Name     `json:"for,omitempty"`   // who asked to be telephoned
	Phone string    `json:"phone,omitempty"` // and where
	Since time.Time `json:"since"`
	Again time.Time `json:"again"` // when the desk is told again
}

// Glass is one breaking of the glass.
type Glass struct {
	BreakGlass

	By   Name      `json:"by"`
	At   time.Time `json:"at"`
	Call string    `json:"call,omitempty"` // in the supervisor's list
	Ref  string    `json:"ref,omitempty"`
}

// Try is a read-back that differed.
type Try struct {
	By      Name      `json:"by"`
	At      time.Time `json:"at"`
	Version int       `json:"version"`
	Fields  []string  `json:"fields"`            // "value of Potassium", "identifier"
	Attempt int       `json:"attempt,omitempty"` // by telephone
}

// Skip is a step that was skipped at once because it had nobody to ask.
type Skip struct {
	Ask string    `json:"ask"`
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// Waits says who waits for whom.
type Waits struct {
	For   []Name    `json:"for,omitempty"` // missing: for the desk
	What  string    `json:"what"`          // "answer", "read-back" (taken), "telephone" (in conversation, or asked for), "desk"
	By    *Name     `json:"by,omitempty"`  // who telephones; else the laboratory
	Until time.Time `json:"until"`         // when the next step fires
}

// Moment is one line of a call's timeline.
type Moment struct {
	At   time.Time `json:"at"`
	What string    `json:"what"` // "opened", "called", "skipped", "seen", "taken", "passed-on", "mismatched", "telephone", "telephoned", "telephone-failed", "glass", "closed", "ended"
	By   *Name     `json:"by,omitempty"`
	To   []Name    `json:"to,omitempty"`
	Desk bool      `json:"desk,omitempty"`
	Code string    `json:"code,omitempty"` // how, reason, difficulty, question or outcome
	Why  string    `json:"why,omitempty"`
	N    int       `json:"n,omitempty"` // of rung, attempt or version
}
