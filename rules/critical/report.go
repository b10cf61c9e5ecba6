package critical

import (
	"strings"
	"time"
)

// Reported says that a result was received and what the limits made of it.
// Every result is reported, a normal one too.
type Reported struct {
	Result    string    `json:"result"`
	Message   string    `json:"message"`
	Patient   string    `json:"patient,omitempty"`
	Call      string    `json:"call,omitempty"` // the call that it opened, joined or repeats
	Work      string    `json:"work,omitempty"` // the work item that it waits in
	Sender    string    `json:"sender,omitempty"`
	System    string    `json:"system,omitempty"` // of the sender's code
	Code      string    `json:"code"`             // as sent
	LOINC     string    `json:"loinc,omitempty"`
	Unit      string    `json:"unit,omitempty"`   // UCUM, if known
	Status    string    `json:"status,omitempty"` // HL7 table 0085
	Outcome   Outcome   `json:"outcome"`
	Tier      string    `json:"tier,omitempty"`
	Rule      string    `json:"rule,omitempty"`
	Hint      bool      `json:"hint,omitempty"`   // the sender flagged it as critical; limits decide all the same
	Repeat    bool      `json:"repeat,omitempty"` // nothing new: it was told before
	Late      bool      `json:"late,omitempty"`   // overtaken by what the call tells already, which stands
	Available time.Time `json:"available,omitzero"`
	Ordering  string    `json:"ordering,omitempty"` // the sender's staff code of who ordered, if known
	Source    string    `json:"source,omitempty"`   // where Available is from, such as "OBX-19"

	Sealed Sent `json:"-"`
}

// Sent is what of a result is sealed: all of it as the sender wrote it.
type Sent struct {
	Value     string   `json:"value,omitempty"`
	Parts     []string `json:"parts,omitempty"` // of a structured numeric (HL7 SN)
	Unit      string   `json:"unit,omitempty"`
	Flag      string   `json:"flag,omitempty"`
	Comma     bool     `json:"comma,omitempty"` // its decimal mark is a comma
	Range     string   `json:"range,omitempty"`
	Name      string   `json:"name,omitempty"` // of the test
	Filler    string   `json:"filler,omitempty"`
	Placer    string   `json:"placer,omitempty"`
	Accession string   `json:"accession,omitempty"`
	Taken     string   `json:"taken,omitempty"`
	Resulted  string   `json:"resulted,omitempty"`
	Notes     []string `json:"notes,omitempty"`
}

// Kind is "critical.reported".
func (*Reported) Kind() string { return "critical.reported" }

// Series is the subject of one patient's results of one test, over all orders:
// "series/…/2823-3"; "" if either is not known. By it an earlier result is found.
func Series(patient, loinc string) string {
	_, handle, ok := strings.Cut(patient, "/")
	if !ok || loinc == "" {
		return ""
	}
	return "series/" + handle + "/" + loinc
}

// About is the result, its call or work item, its patient, and its series or,
// where that is not known, its message.
func (e *Reported) About() []string {
	second := e.Call
	if second == "" {
		second = e.Work
	}
	last := Series(e.Patient, e.LOINC)
	if last == "" {
		last = e.Message
	}
	return about(e.Result, second, e.Patient, last)
}

// Enclosure is the result as sent.
func (e *Reported) Enclosure() any { return &e.Sealed }
