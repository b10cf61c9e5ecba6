package server

import (
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

// setPIN asks for the password: whoever finds an open screen must not give it a PIN of their own. Since the password
// proves that the person is there, the session is fresh after it, and the entry of that is the trace of the change.
func (s *Server) setPIN(q *asked, b wire.PINSetBody) (any, error) {
	if err := s.recheck(q, s.Lab.State().Roster.Get(q.Subject).Login, b.Password, "password"); err != nil {
		return nil, err
	}
	var err error
	if b.PIN == "" {
		err = s.Vault.RemovePIN(q.ctx, q.Subject)
	} else {
		err = s.Vault.SetPIN(q.ctx, q.Subject, b.PIN)
	}
	if err != nil {
		return nil, err
	}
	return s.renew(q, "password")
}

// pin makes a signed-in session fresh again. It opens none: a device that was locked needs the password.
func (s *Server) pin(q *asked, b wire.PINBody) (any, error) {
	if err := s.checkPIN(q, q.Subject, b.PIN); err != nil {
		return nil, err
	}
	return s.renew(q, "pin")
}

func (s *Server) renew(q *asked, means string) (any, error) {
	done, err := s.record(q, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
		return []lab.Event{&session.Renewed{Session: q.Session, Subject: q.Subject, Means: means}}, nil
	})
	if err != nil {
		return nil, err
	}
	return wire.Renewed{Recorded: recordedAs(done), Fresh: done.At.Add(lab.FreshFor)}, nil
}
