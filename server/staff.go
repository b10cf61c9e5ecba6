package server

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/vault"
	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) people(_ *asked, _ struct{}) (any, error) {
	out := wire.People{People: []roster.Person{}, Receiving: s.Lab.State().Roster.Receivers(), Connected: s.present()}
	for _, p := range s.Lab.State().Roster.People.All() {
		out.People = append(out.People, *p)
	}
	return out, nil
}

// admit writes the password first and then the entry that makes it valid: a crash between leaves an orphan, which the
// vault sweeps, and never a person whose password nobody knows.
func (s *Server) admit(q *asked, b wire.AdmitBody) (any, error) {
	if b.Person.ID == "" {
		id, err := s.newID(q)
		if err != nil {
			return nil, err
		}
		b.Person.ID = "person/" + id
	}
	return s.admitPerson(q, b.Person, b.Password, nil)
}

// admitPerson admits p unless the person is there already; unless may refuse by the state.
func (s *Server) admitPerson(q *asked, p roster.Person, password string, unless func(*lab.State) error) (any, error) {
	if err := plain("person.id", p.ID, "person/"); err != nil {
		return nil, err
	}
	if p.Login == "" {
		return nil, wire.Bad("person.login", "A person needs a login.", "Give one.")
	}
	p.Disabled = false
	if s.Lab.State().Roster.Get(p.ID) == nil {
		if err := s.Lab.State().Roster.CheckPerson(&p); err != nil {
			return nil, err
		}
		if err := s.Vault.SetPassword(q.ctx, p.ID, p.Login, password); err != nil {
			return nil, err
		}
	}
	decide := func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		if unless != nil {
			if err := unless(st); err != nil {
				return nil, err
			}
		}
		if st.Roster.Get(p.ID) != nil {
			return nil, &wire.Refusal{Err: wire.ErrExists, Field: "person.id", Say: "This person was admitted already.", Do: "Use change, or another id."}
		}
		if err := st.Roster.CheckPerson(&p); err != nil {
			return nil, err
		}
		return []lab.Event{&roster.Admitted{Person: p}}, nil
	}
	done, err := s.record(q, s.key(q), decide)
	if err != nil {
		return nil, err
	}
	return wire.Admitted{Recorded: recordedAs(done), ID: p.ID}, nil
}

func (s *Server) change(q *asked, b wire.ChangeBody) (any, error) {
	p := b.Person
	check := func(st *lab.State) (*roster.Person, error) {
		old := st.Roster.Get(p.ID)
		if old == nil {
			return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "person.id", Say: "There is no such person."}
		}
		return old, st.Roster.CheckPerson(&p)
	}
	old, err := check(s.Lab.State())
	if err != nil {
		return nil, err
	}
	switch {
	case p.Disabled && !old.Disabled:
		return nil, wire.Bad("person.disabled", "A change cannot disable a person.", "Use disable: it ends their sessions too.")
	case old.Disabled && !p.Disabled:
		return nil, wire.Bad("person.disabled", "Who is disabled stays so.", "Admit them anew, with another login.")
	}
	if old.Login != p.Login {
		if err := s.Vault.Rename(q.ctx, p.ID, p.Login); err != nil {
			return nil, err
		}
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		old, err := check(st)
		if err != nil {
			return nil, err
		}
		evs := []lab.Event{&roster.Changed{Person: p}}
		if old.Role != p.Role { // what is open on their screens was shown to another role
			evs = append(evs, ended(st, p.ID, "", "role-changed", now)...)
		}
		return evs, nil
	})
}

func (s *Server) disable(q *asked, b wire.DisableBody) (any, error) {
	if b.Person == q.Subject {
		return nil, wire.Bad("person", "You cannot disable yourself.", "Another administrator can.")
	}
	if s.Lab.State().Roster.Get(b.Person) == nil {
		return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "person", Say: "There is no such person."}
	}
	if err := s.Vault.Disable(q.ctx, b.Person); err != nil && !errors.Is(err, vault.ErrNobody) {
		return nil, fmt.Errorf("server: %w", err)
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		p := st.Roster.Get(b.Person)
		if p == nil || p.Disabled {
			return nil, nil
		}
		return append([]lab.Event{&roster.Disabled{ID: b.Person}}, ended(st, b.Person, "", "disabled", now)...), nil
	})
}

func (s *Server) password(q *asked, b wire.PasswordBody) (any, error) {
	st := s.Lab.State()
	whose, but := b.Person, ""
	if whose == "" || whose == q.Subject {
		whose, but = q.Subject, q.Session
		if err := s.recheck(q, st.Roster.Get(whose).Login, b.Old, "old"); err != nil {
			return nil, err
		}
	} else if me := st.Roster.Get(q.Subject); me.Role != roster.Administrator {
		return nil, &wire.Refusal{Err: wire.ErrForbidden, Field: "person", Facts: map[string]any{"roles": admins}}
	}
	p := st.Roster.Get(whose)
	if p == nil {
		return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "person", Say: "There is no such person."}
	}
	if err := s.Vault.SetPassword(q.ctx, p.ID, p.Login, b.New); err != nil {
		return nil, err
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		return ended(st, whose, but, "replaced", now), nil
	})
}

// recheck asks for one's own password again; field is the body's that it stood in.
func (s *Server) recheck(q *asked, login, password, field string) error {
	account, err := vault.LoginKey(login)
	if err != nil {
		return wire.ErrWrongSignIn
	}
	// The session is a device that has proved itself, so that a stranger's wrong tries do not keep its person out.
	try := vault.Attempt{Account: account, Device: q.Session}
	if s.limiter.Begin(time.Now(), try) > 0 {
		return wire.ErrSlowDown
	}
	person, err := s.Vault.CheckPassword(q.ctx, login, password)
	if errors.Is(err, vault.ErrWrong) || err == nil && person != q.Subject {
		return &wire.Refusal{Err: wire.ErrWrongSignIn, Field: field, Say: "The password is wrong."}
	}
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	s.limiter.Succeeded(time.Now(), try)
	return nil
}
