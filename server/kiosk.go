package server

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/vault"
	"github.com/seed-909bec58/readback/wire"
)

// A kiosk is a device on which somebody of the laboratory has signed in as on a device: it stays when nobody is before
// it. It shows the board without what people wrote, and whoever acts there types a staff name and the PIN, each time.

// boardLook answers board.look.
func (s *Server) boardLook(q *asked, b wire.BoardLookBody) (any, error) {
	if len(b.Bookings) > wire.MostLooked {
		return nil, wire.Bad("bookings", fmt.Sprintf("At most %d bookings are looked at.", wire.MostLooked), "Ask for the board.")
	}
	mine := ""
	if b.Mine {
		mine = q.Subject
	}
	st := s.Lab.State()
	return q.shown(st, st.Look(b.Bookings, b.Instruments, mine, s.Lab.Now())), nil
}

// shown is a board as the viewer may see it.
func (q *asked) shown(st *lab.State, b wire.Board) wire.Board {
	if st.Bare(q.Viewer) {
		return lab.WithoutNotes(b)
	}
	return b
}

// device tells whether the viewer is a device of a person, not a machine.
func (q *asked) device(st *lab.State) bool { return st.Bare(q.Viewer) && !q.Machine() }

// byPIN tells whether a command may be given at a kiosk: those that people of the laboratory give about bookings and
// instruments, but none that says what an instrument is or who may run it.
func byPIN(do string) bool {
	switch do {
	case wire.DoInstrument, wire.DoRetire, wire.DoRules, wire.DoCompetent, wire.DoAs:
		return false
	}
	room, _, _ := strings.Cut(do, ".")
	switch room {
	case "book", "series", "use", "wait", "preempt", "down", "instrument":
		return true
	}
	return false
}

// as runs a command for the person whose PIN is given. The entry says who did it, and by which device.
func (s *Server) as(q *asked, b wire.AsBody) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	c, ok := commands[b.Do]
	if !ok || !byPIN(b.Do) {
		return nil, &wire.Refusal{Err: wire.ErrNoCommand, Field: "do"}
	}
	if !q.device(st) {
		return nil, wire.Bad("do", "Only a device takes commands by PIN.", "Give the command itself: you are signed in.")
	}
	login, err := vault.LoginKey(b.Login)
	if err != nil {
		return nil, wire.ErrWrongPIN
	}
	p := st.Roster.ByLogin(login)
	if p == nil || !p.Valid(now) {
		return nil, wire.ErrWrongPIN
	}
	if err := s.checkPIN(q, p.ID, b.PIN); err != nil {
		return nil, err
	}
	if err := s.paced(p.ID, costs(b.Do)); err != nil {
		return nil, err
	}
	person := &asked{
		ctx: q.ctx, Viewer: lab.Viewer{Subject: p.ID, Session: q.Session}, roles: c.roles, at: q.Viewer,
		cmd: wire.Command{Do: b.Do, Key: q.cmd.Key, Body: b.Body},
	}
	if err := person.allowed(st, now); err != nil {
		return nil, err
	}
	return c.run(s, person)
}

// checkPIN tells whether a PIN is a person's. Whoever stands before a kiosk can lock another's by wrong ones; the password
// frees it, and the entry session.refused tells.
func (s *Server) checkPIN(q *asked, person, pin string) error {
	err := s.Vault.CheckPIN(q.ctx, person, pin)
	switch {
	case errors.Is(err, vault.ErrWrong):
		s.refused.note(refusal{subject: person, means: "pin"})
		return wire.ErrWrongPIN
	case errors.Is(err, vault.ErrPINLocked):
		s.refused.note(refusal{subject: person, means: "pin", limited: true})
		return wire.ErrPINLocked
	case errors.Is(err, vault.ErrNoPIN):
		return wire.ErrNoPIN
	case err != nil:
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// byDevice tells, by a state, whether a person may act at the device: its session is open and of the laboratory.
func (q *asked) byDevice(st *lab.State) bool {
	owner := st.Roster.Get(q.at.Subject)
	return owner != nil && (owner.Role == roster.Technician || owner.Role == roster.Supervisor || owner.Role == roster.Director)
}
