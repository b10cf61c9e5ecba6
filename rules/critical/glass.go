package critical

import (
	"slices"
	"time"
)

// GlassReasons are the codes of why somebody who was not called, and is not
// on the call's unit or post, looks at it and reads it back; "other" wants words.
func GlassReasons() []string {
	return []string{"emergency", "covering", "asked-to", "other"}
}

// LookedAt says that a person broke the glass of a call: looked at it without
// having been called, with a reason. It is listed to the supervisor.
type LookedAt struct {
	Call    string `json:"call"`
	Patient string `json:"patient,omitempty"`
	Version int    `json:"version"`
	Purpose string `json:"purpose"` // "glass"
	Reason  string `json:"reason"`  // a code

	Sealed Note `json:"-"`
}

// Kind is "record.looked-at".
func (*LookedAt) Kind() string { return "record.looked-at" }

// About is the call and its patient.
func (e *LookedAt) About() []string { return about(e.Call, e.Patient) }

// Enclosure is the reason in the person's own words.
func (e *LookedAt) Enclosure() any { return &e.Sealed }

// Pane is one breaking of the glass.
type Pane struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`
}

// GlassFor is for how long a person who broke the glass of a call sees it.
const GlassFor = 30 * time.Minute

// LastGlass is the last breaking of the glass by a person that still counts.
func (c Call) LastGlass(person string, now time.Time) (Pane, bool) {
	for _, p := range slices.Backward(c.Glass) {
		if p.By == person && now.Before(p.At.Add(GlassFor)) {
			return p, true
		}
	}
	return Pane{}, false
}

// Broke tells whether a person broke the glass of the call within GlassFor.
func (c Call) Broke(person string, now time.Time) bool {
	_, ok := c.LastGlass(person, now)
	return ok
}

// BreakGlass is the event by which a person, who may (Reader.May with Glass),
// breaks the glass of an open call; nothing if that was done lately. Errors:
// ErrUnknown, ErrClosed, ErrNoReason.
func (b Board) BreakGlass(call, by, reason, text string, now time.Time) ([]Event, error) {
	c, ok := b.Find(call)
	switch {
	case !ok:
		return nil, ErrUnknown
	case c.Standing != IsOpen:
		return nil, ErrClosed
	case by == "" || !slices.Contains(GlassReasons(), reason) || reason == "other" && text == "":
		return nil, ErrNoReason
	case c.Broke(by, now):
		return nil, nil
	}
	return []Event{&LookedAt{Call: c.ID, Patient: c.Patient, Version: c.Version, Purpose: "glass", Reason: reason, Sealed: Note{text}}}, nil
}
