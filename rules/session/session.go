// Package session knows who is signed in, from where, and until when.
//
// A session is opened and ended by entries, so that every node knows the same and a sign-out closes a person's
// connections everywhere. The secret that a browser holds is not here: the ledger knows only the session's own name.
package session

import (
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Event is what can happen to a session.
type Event interface {
	Kind() string
	About() []string
	Enclosure() any
}

// Mark is where and when an event stands in the ledger, and who caused it.
type Mark struct {
	Seq int64
	At  time.Time
	By  string
}

// Opened says that a person or a machine signed in.
type Opened struct {
	Session string    `json:"session"`          // "session/…"
	Subject string    `json:"subject"`          // "person/…" or "machine/…"
	Means   string    `json:"means"`            // "password" or "token"
	Device  bool      `json:"device,omitempty"` // bare frames only
	On      string    `json:"on,omitempty"`     // the device's session under which it was opened, if there was one
	Until   time.Time `json:"until"`            // when it ends by itself, UTC
}

// Ended says that a session is over before its time, and the device on which it was opened with it, unless it was replaced.
type Ended struct {
	Session string `json:"session"`
	Subject string `json:"subject"`
	Why     string `json:"why"` // "signed-out", "disabled", "replaced", "role-changed", "ended" by an administrator
}

// Locked says that a signed-in session went idle, or was locked by its person: what was connected by it goes on as a
// device, which rings and shows no patient, until somebody signs in on it again.
type Locked struct {
	Session string    `json:"session"` // the one that is over
	Device  string    `json:"device"`  // the session of the device that takes its place: "session/…"
	Subject string    `json:"subject"`
	Until   time.Time `json:"until"` // when the device's session ends by itself, UTC
}

// Renewed says that the person of a signed-in session has proved again to be there, so that it is fresh.
type Renewed struct {
	Session string `json:"session"`
	Subject string `json:"subject"`
	Means   string `json:"means"` // "pin" or "password"
}

// Refused says that sign-ins failed, counted over a while: one entry stands for many, so that who guesses cannot fill
// the ledger. What was typed is nowhere.
type Refused struct {
	Subject string `json:"subject,omitempty"` // whose login it was: "person/…"; empty: nobody's
	Means   string `json:"means"`             // "password" or "pin"
	N       int    `json:"n"`                 // how many since the entry before
	Limited int    `json:"limited,omitempty"` // further ones that had to wait, and were not tried
	From    string `json:"from,omitempty"`    // the network address of the last one
}

// Kind implements Event.
func (*Opened) Kind() string { return "session.opened" }

// Kind implements Event.
func (*Ended) Kind() string { return "session.ended" }

// Kind implements Event.
func (*Locked) Kind() string { return "session.locked" }

// Kind implements Event.
func (*Renewed) Kind() string { return "session.renewed" }

// Kind implements Event.
func (*Refused) Kind() string { return "session.refused" }

// About implements Event.
func (e *Opened) About() []string { return []string{e.Session, e.Subject} }

// About implements Event.
func (e *Ended) About() []string { return []string{e.Session, e.Subject} }

// About implements Event.
func (e *Locked) About() []string { return []string{e.Session, e.Device, e.Subject} }

// About implements Event.
func (e *Renewed) About() []string { return []string{e.Session, e.Subject} }

// About implements Event.
func (e *Refused) About() []string {
	if e.Subject == "" {
		return []string{Nobody}
	}
	return []string{e.Subject}
}

// Enclosure implements Event: a session seals nothing.
func (*Opened) Enclosure() any { return nil }

// Enclosure implements Event: a session seals nothing.
func (*Ended) Enclosure() any { return nil }

// Enclosure implements Event: a session seals nothing.
func (*Locked) Enclosure() any { return nil }

// Enclosure implements Event: a session seals nothing.
func (*Renewed) Enclosure() any { return nil }

// Enclosure implements Event: a session seals nothing.
func (*Refused) Enclosure() any { return nil }

// New returns an empty event of a kind of this room, or nil.
func New(kind string) Event {
	switch kind {
	case "session.opened":
		return new(Opened)
	case "session.ended":
		return new(Ended)
	case "session.locked":
		return new(Locked)
	case "session.renewed":
		return new(Renewed)
	case "session.refused":
		return new(Refused)
	}
	return nil
}

// Session is one sign-in.
type Session struct {
	Opened
	At     time.Time `json:"at"`               // when it was opened, UTC
	Fresh  time.Time `json:"fresh"`            // when its person last proved to be there, UTC
	Locked string    `json:"locked,omitempty"` // the device's session that took its place
}

// Book is every session that is open.
type Book struct {
	Open table.Map[string, *Session] `json:"open"`
	Last time.Time                   `json:"last"` // the newest mark: sessions past their time before it are dropped
}

// Nobody is what a refused sign-in is about whose login is nobody's.
const Nobody = "session/nobody"

// maxSweep bounds how many expired sessions one event drops.
const maxSweep = 8

// Apply returns the book after an event.
func (b Book) Apply(ev Event, m Mark) Book {
	switch ev := ev.(type) {
	case *Opened:
		b.Last = m.At
		b = b.sweep()
		b.Open = b.Open.With(ev.Session, &Session{Opened: *ev, At: m.At, Fresh: m.At})
	case *Ended:
		if s, ok := b.Open.Get(ev.Session); ok && s.On != "" && ev.Why != "replaced" {
			b.Open = b.Open.Without(s.On)
		}
		b.Open = b.Open.Without(ev.Session)
	case *Locked:
		s, ok := b.Open.Get(ev.Session)
		if !ok {
			return b
		}
		locked := *s
		locked.Locked = ev.Device
		device := Opened{Session: ev.Device, Subject: ev.Subject, Means: "lock", Device: true, Until: ev.Until}
		b.Open = b.Open.With(ev.Session, &locked).With(ev.Device, &Session{Opened: device, At: m.At})
	case *Renewed:
		if s, ok := b.Open.Get(ev.Session); ok {
			fresh := *s
			fresh.Fresh = m.At
			b.Open = b.Open.With(ev.Session, &fresh)
		}
	}
	return b
}

// sweep drops a few sessions that are past their time, so that the book does not grow with the years.
func (b Book) sweep() Book {
	n := 0
	for id, s := range b.Open.All() {
		if !s.Until.After(b.Last) {
			b.Open = b.Open.Without(id)
			if n++; n == maxSweep {
				break
			}
		}
	}
	return b
}

// Valid tells whether a session is open at a time, and whose it is.
func (b Book) Valid(id string, now time.Time) (*Session, bool) {
	s, ok := b.Open.Get(id)
	if !ok || s.Locked != "" || !now.Before(s.Until) {
		return nil, false
	}
	return s, true
}

// Device returns the open session of the device that took a locked session's place.
func (b Book) Device(id string, now time.Time) (*Session, bool) {
	s, ok := b.Open.Get(id)
	if !ok || s.Locked == "" {
		return nil, false
	}
	return b.Valid(s.Locked, now)
}

// Of returns the open sessions of a subject at a time. O(open sessions).
func (b Book) Of(subject string, now time.Time) []*Session {
	var out []*Session
	for _, s := range b.Open.All() {
		if s.Subject == subject && s.Locked == "" && now.Before(s.Until) {
			out = append(out, s)
		}
	}
	return out
}
