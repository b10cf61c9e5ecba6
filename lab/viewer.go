package lab

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// FreshFor is how long after a sign-in, or a PIN, a person may read back without proving again to be there; IdleFor is
// after how long without a touch a screen locks itself.
const (
	FreshFor = 30 * time.Minute
	IdleFor  = 15 * time.Minute
)

// Viewer is who looks: a person or a machine, by a session of the ledger.
type Viewer struct {
	Subject string // "person/…" or "machine/…"
	Session string // "session/…"
}

// Machine tells whether the viewer is a program.
func (v Viewer) Machine() bool { return strings.HasPrefix(v.Subject, "machine/") }

// Actor returns the viewer as who acts.
func (v Viewer) Actor() Actor {
	_, name, _ := strings.Cut(v.Session, "/")
	return Actor{By: v.Subject, Via: name}
}

// Signed tells whether a viewer is signed in at a time: the session is open and, of a person, the badge is valid.
func (s *State) Signed(v Viewer, now time.Time) bool {
	in, ok := s.Sessions.Valid(v.Session, now)
	return ok && in.Subject == v.Subject && (v.Machine() || s.Roster.Get(v.Subject).Valid(now))
}

// Present returns as whom a viewer looks now: as the device that took the place of its session, if that was locked.
func (s *State) Present(v Viewer, now time.Time) Viewer {
	if in, ok := s.Sessions.Device(v.Session, now); ok && in.Subject == v.Subject {
		v.Session = in.Session
	}
	return v
}

// Bare tells whether a viewer gets bare frames and no patient data: machines, and devices on which nobody is signed in.
func (s *State) Bare(v Viewer) bool {
	in, ok := s.Sessions.Open.Get(v.Session)
	return !ok || in.Device || in.Locked != "" || v.Machine()
}

// Hears returns what a viewer hears at a time. A device hears what is for its person alone; a machine, such as a wall
// board, hears the laboratory, in bare frames.
func (s *State) Hears(v Viewer, now time.Time) []string {
	switch {
	case v.Machine():
		return []string{"lab", v.Subject}
	case !s.Signed(v, now):
		return nil
	case s.Bare(v):
		return []string{v.Subject}
	}
	return s.Channels(v.Subject, now)
}

// Reader returns what counts when a viewer wants to read a call back. reported is whether the viewer reported it.
func (s *State) Reader(v Viewer, c critical.Call, reported bool, now time.Time) critical.Reader {
	r := critical.Reader{Person: v.Subject, Machine: s.Bare(v), Reported: reported, OnCall: s.OnCall(v.Subject, c, now)}
	if in, ok := s.Sessions.Valid(v.Session, now); ok {
		r.Fresh = now.Sub(in.Fresh) <= FreshFor
	}
	if p := s.Roster.Get(v.Subject); p != nil {
		r.Badge, r.Receives = p.Valid(now), s.Roster.MayReceive(p)
	}
	return r
}

// OnCall tells whether a person is now where a call's patient is, or at a post that the call has asked.
func (s *State) OnCall(person string, c critical.Call, now time.Time) bool {
	if s.Roster.AtUnit(person, s.Place(c.Patient, c.Unit).Unit, now) {
		return true
	}
	hears := s.Channels(person, now)
	return slices.ContainsFunc(c.Called, func(r critical.Rung) bool {
		ask, _, _ := strings.Cut(r.Ask, "+")
		return strings.HasPrefix(ask, "post/") && slices.Contains(hears, ask)
	})
}

// MaySee tells whether who hears channels may see a call.
func (s *State) MaySee(channels []string, c critical.Call) bool {
	return May(channels, heard(s.units(c), c.Called, c.Told()))
}

// Me tells a viewer who it is.
func (s *State) Me(v Viewer) wire.Me {
	me := wire.Me{Name: s.Name(v.Subject), Machine: v.Machine(), Bare: s.Bare(v), Session: v.Session}
	if p := s.Roster.Get(v.Subject); p != nil {
		me.Role, me.Receives = string(p.Role), s.Roster.MayReceive(p)
	}
	if in, ok := s.Sessions.Open.Get(v.Session); ok {
		me.Until = in.Until
		if !me.Bare {
			me.Fresh, me.Idle = in.Fresh.Add(FreshFor), int(IdleFor/time.Second)
		}
	}
	return me
}

// Name returns how a member of staff, or whom a ladder asks, is read.
func (s *State) Name(id string) wire.Name {
	n := wire.Name{ID: id}
	if p := s.Roster.Get(id); p != nil {
		n.Name, n.Title = p.Name, p.Title
	} else if p, ok := s.Roster.Posts.Get(id); ok {
		n.Name = p.Name
	}
	return n
}

func (s *State) names(ids []string) []wire.Name {
	var out []wire.Name
	for _, id := range ids {
		out = append(out, s.Name(id))
	}
	return out
}
