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
	Until   time.Time `json:"until"`            // when it ends by itself, UTC
}

// Ended says that a session is over before its time.
type Ended struct {
	Session string `json:"session"`
	Subject string `json:"subject"`
	Why     string `json:"why"` // "signed-out", "disabled", "replaced"
}

// Kind implements Event.
func (*Opened) Kind() string { return "session.opened" }

// Kind implements Event.
func (*Ended) Kind() string { return "session.ended" }

// About implements Event.
func (e *Opened) About() []string { return []string{e.Session, e.Subject} }

// About implements Event.
func (e *Ended) About() []string { return []string{e.Session, e.Subject} }

// Enclosure implements Event: a session seals nothing.
func (*Opened) Enclosure() any { return nil }

// Enclosure implements Event: a session seals nothing.
func (*Ended) Enclosure() any { return nil }

// New returns an empty event of a kind of this room, or nil.
func New(kind string) Event {
	switch kind {
	case "session.opened":
		return new(Opened)
	case "session.ended":
		return new(Ended)
	}
	return nil
}

// Session is one sign-in.
type Session struct {
	Opened
	At time.Time `json:"at"` // when it was opened, UTC
}

// Book is every session that is open.
type Book struct {
	Open table.Map[string, *Session] `json:"open"`
	Last time.Time                   `json:"last"` // the newest mark: sessions past their time before it are dropped
}

// maxSweep bounds how many expired sessions one event drops.
const maxSweep = 8

// Apply returns the book after an event.
func (b Book) Apply(ev Event, m Mark) Book {
	switch ev := ev.(type) {
	case *Opened:
		b.Last = m.At
		b = b.sweep()
		b.Open = b.Open.With(ev.Session, &Session{Opened: *ev, At: m.At})
	case *Ended:
		b.Open = b.Open.Without(ev.Session)
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
	if !ok || !now.Before(s.Until) {
		return nil, false
	}
	return s, true
}

// Of returns the open sessions of a subject at a time. O(open sessions).
func (b Book) Of(subject string, now time.Time) []*Session {
	var out []*Session
	for _, s := range b.Open.All() {
		if s.Subject == subject && now.Before(s.Until) {
			out = append(out, s)
		}
	}
	return out
}
