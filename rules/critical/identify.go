package critical

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// ErrIdentified says that the call's patient is identified: only the sender
// corrects or merges it.
var ErrIdentified = errors.New("critical: the patient is identified already")

// Why a call's patient is another one, or named otherwise.
const (
	WhyNamed      = "named"      // the bench said who it is
	WhyMerged     = "merged"     // two records became one
	WhyRenumbered = "renumbered" // another first identifier
	WhyRenamed    = "renamed"    // another name or date of birth
)

// Identified says that an open call is about another patient than it said, or
// one who is named otherwise. It is a new version of the call: an answer to
// the old one is stale. The ladder stays where it is.
type Identified struct {
	Call    string `json:"call"`
	Ref     string `json:"ref"`
	Version int    `json:"version"` // the new one
	Patient string `json:"patient"`
	Was     string `json:"was,omitempty"`  // the patient before, if another one
	Unit    string `json:"unit,omitempty"` // place of care
	Why     string `json:"why"`            // see the Why constants
	Reason  string `json:"reason,omitempty"`

	Sealed Named `json:"-"`
}

// Named is the patient as shown from now on, and the words of who said so.
type Named struct {
	Who  Snapshot `json:"who"`
	Text string   `json:"text,omitempty"`
}

// Kind is "critical.identified".
func (*Identified) Kind() string { return "critical.identified" }

// About is the call and its patients.
func (e *Identified) About() []string { return about(e.Call, e.Patient, e.Was) }

// Enclosure is the patient as shown.
func (e *Identified) Enclosure() any { return &e.Sealed }

// Naming is who a call's patient is, as a person or a message says.
type Naming struct {
	Call    string
	Version int
	Patient string
	Who     Snapshot
	Unit    string // place of care
	Why     string // see the Why constants
	By      string // of the bench: person/…
	Reason  string // of the bench: a code, see NamingReasons
	Note    string
	Resolve Resolve
}

// NamingReasons are the codes of how the bench knows whose specimen it is.
func NamingReasons() []string {
	return []string{"label", "request-form", "sender-told", "ward-told", "other"}
}

// Identify is what is recorded when the bench names the patient of a call that
// was called by its accession number: a new version that can be read back.
// Errors: ErrUnknown, ErrClosed, ErrStale, ErrIdentified, ErrNoReason,
// ErrUnidentified for a patient without an identifier.
func (b Board) Identify(n Naming, now time.Time) ([]Event, error) {
	c, err := b.open(n.Call, n.Version)
	switch {
	case err != nil:
		return nil, err
	case c.Identified():
		return nil, ErrIdentified
	case n.By == "" || !slices.Contains(NamingReasons(), n.Reason) || n.Reason == "other" && strings.TrimSpace(n.Note) == "":
		return nil, ErrNoReason
	case !(Call{Patient: n.Patient, Who: n.Who}).Identified():
		return nil, ErrUnidentified
	}
	n.Call, n.Why = c.ID, WhyNamed
	out := b.name(c, n, stamp(now))
	for _, r := range c.Results {
		if w, ok := b.Work.Get(r.ID); ok && w.Reason == ReasonUnidentified {
			out = append(out, &Resolved{Work: w.ID, How: WayIdentified, By: n.By, Sealed: Note{Text: n.Note}})
		}
	}
	return out, nil
}

// Rename is what is recorded for an open call when its patient's record says
// otherwise than the call: nothing if it says the same.
func (b Board) Rename(n Naming, now time.Time) []Event {
	c, ok := b.Calls.Get(n.Call)
	if !ok || !c.Identified() || !(Call{Patient: n.Patient, Who: n.Who}).Identified() {
		return nil
	}
	switch {
	case c.Patient != n.Patient:
		n.Why = WhyMerged
	case c.Tail() != Tail(n.Who.Identifiers[0]) || c.Who.Identifiers[0] != n.Who.Identifiers[0]:
		n.Why = WhyRenumbered
	case c.Who.Name != n.Who.Name || c.Who.Born != "" && n.Who.Born != "" && c.Who.Born != n.Who.Born:
		n.Why = WhyRenamed
	default:
		return nil
	}
	return b.name(c, n, stamp(now))
}

// name is the new version, the notice of it, and who is asked by the present rung.
func (b Board) name(c Call, n Naming, now time.Time) []Event {
	e := &Identified{
		Call: c.ID, Ref: c.Ref, Version: c.Version + 1, Patient: n.Patient, Unit: n.Unit, Why: n.Why, Reason: n.Reason,
		Sealed: Named{Who: n.Who, Text: n.Note},
	}
	if c.Patient != n.Patient {
		e.Was = c.Patient
	}
	out := []Event{e}
	b = b.Apply(e, Mark{At: now, By: n.By})
	if note := b.notice(c, c.ID, NoticeIdentified); note != nil {
		out = append(out, note)
		b = b.Apply(note, Mark{At: now, By: n.By})
	}
	if n.Resolve != nil {
		out = append(out, b.Again(c.ID, now, n.Resolve)...)
	}
	return out
}

func (c Call) identified(e *Identified, at time.Time) Call {
	if e.Version <= c.Version {
		return c
	}
	c.Version, c.Patient, c.Who, c.Since = e.Version, e.Patient, e.Sealed.Who, at
	if e.Unit != "" && e.Unit != c.At() {
		c.Where = e.Unit
		if !slices.Contains(c.Places(), e.Unit) {
			c.Units = append(slices.Clip(c.Units), e.Unit)
		}
	}
	return c
}
