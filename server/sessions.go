package server

import (
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

// overs refuses who is no administrator; field names what of another was asked for.
func (q *asked) overs(st *lab.State, field string) error {
	if p := st.Roster.Get(q.Subject); p == nil || p.Role != roster.Administrator || st.Bare(q.Viewer) {
		return &wire.Refusal{Err: wire.ErrForbidden, Field: field, Facts: map[string]any{"roles": admins}}
	}
	return nil
}

func (s *Server) sessions(q *asked, b wire.SessionsBody) (any, error) {
	st, whose := s.Lab.State(), q.Subject
	if b.Person != "" && b.Person != whose {
		if err := q.overs(st, "person"); err != nil {
			return nil, err
		}
		whose = b.Person
	}
	out := wire.Sessions{Sessions: []wire.Session{}}
	for _, in := range st.Sessions.Of(whose, s.Lab.Now()) {
		out.Sessions = append(out.Sessions, wire.Session{
			ID: in.Session, Means: in.Means, Device: in.Device, Since: in.At, Until: in.Until, This: in.Session == q.Session,
		})
	}
	return out, nil
}

func (s *Server) endSession(q *asked, b wire.SessionsEndBody) (any, error) {
	if (b.Session == "") == (b.Person == "") {
		return nil, wire.Bad("session", "Exactly one of session and person is to be given.", "Name one session, or whose are all to end.")
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if b.Person == q.Subject {
			return ended(st, b.Person, q.Session, "signed-out", now), nil
		}
		if b.Person != "" {
			if err := q.overs(st, "person"); err != nil {
				return nil, err
			}
			return ended(st, b.Person, "", "ended", now), nil
		}
		in, ok := st.Sessions.Valid(b.Session, now)
		why := "signed-out"
		if ok && in.Subject != q.Subject {
			ok, why = q.overs(st, "session") == nil, "ended" // to others it is as if it were not there
		}
		if !ok {
			return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "session"}
		}
		return []lab.Event{&session.Ended{Session: in.Session, Subject: in.Subject, Why: why}}, nil
	})
}

// ended ends every open session of a subject but one.
func ended(st *lab.State, subject, but, why string, now time.Time) []lab.Event {
	var out []lab.Event
	for _, in := range st.Sessions.Of(subject, now) {
		if in.Session != but {
			out = append(out, &session.Ended{Session: in.Session, Subject: subject, Why: why})
		}
	}
	return out
}
