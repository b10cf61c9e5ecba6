package server

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// SetupFor is how long the link for the first administrator is good.
const SetupFor = 30 * time.Minute

// setup is the link for the first administrator.
type setup struct {
	token string
	until time.Time
}

// openSetup makes the link if nobody is admitted.
func (s *Server) openSetup() error {
	if s.Lab.State().Roster.People.Len() > 0 {
		return nil
	}
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.Rand, b); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	s.setup.Store(&setup{token: base64.RawURLEncoding.EncodeToString(b), until: time.Now().Add(SetupFor)})
	return nil
}

// SetupLink returns the link with which the first administrator is admitted, once and within SetupFor, or "" when
// somebody is admitted or its time is over. The secret stands after the #, which browsers send to nobody.
func (s *Server) SetupLink(base string) string {
	link := s.setup.Load()
	if link == nil || !time.Now().Before(link.until) || s.Lab.State().Roster.People.Len() > 0 {
		return ""
	}
	return base + "/#setup=" + link.token
}

func (s *Server) setUp(w http.ResponseWriter, r *http.Request) {
	var b wire.SetupBody
	if err := body(w, r, wire.MaxMessage, &b); err != nil {
		s.fail(w, r, err)
		return
	}
	link := s.setup.Load()
	if link == nil || !time.Now().Before(link.until) || subtle.ConstantTimeCompare([]byte(link.token), []byte(b.Token)) != 1 {
		s.fail(w, r, wire.ErrSetUp)
		return
	}
	person, err := s.First(r.Context(), b.Login, b.Name, b.Password)
	if err == nil {
		s.setup.Store(nil)
		err = s.open(w, r, person, false)
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

// First admits the first administrator and returns the person. wire.ErrSetUp when somebody is admitted already; with
// people on several nodes, the ledger lets one of them be first.
func (s *Server) First(ctx context.Context, login, name, password string) (person string, err error) {
	id, err := s.newID(&asked{})
	if err != nil {
		return "", err
	}
	p := roster.Person{ID: "person/" + id, Login: login, Name: name, Role: roster.Administrator}
	nobody := func(st *lab.State) error {
		if st.Roster.People.Len() > 0 {
			return wire.ErrSetUp
		}
		return nil
	}
	if err := nobody(s.Lab.State()); err != nil {
		return "", err
	}
	// Nobody can be signed in yet: the person admits itself.
	q := &asked{ctx: ctx, Viewer: lab.Viewer{Subject: p.ID}, first: true}
	if _, err := s.admitPerson(q, p, password, nobody); err != nil {
		return "", err
	}
	return p.ID, nil
}
