package server

import (
	"fmt"
	"maps"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) limits(_ *asked, _ struct{}) (any, error) {
	b := s.Lab.State().Critical
	out := wire.Limits{Sets: []wire.LimitSet{}, Active: map[string][]critical.Approval{}, Codes: b.Codes.Len()}
	for _, set := range b.Sets.All() {
		out.Sets = append(out.Sets, wire.LimitSet{Set: set, Faults: critical.Check(set)})
	}
	maps.Insert(out.Active, b.Active.All())
	return out, nil
}

func (s *Server) draft(q *asked, b wire.DraftBody) (any, error) {
	if b.Set.ID == "" || b.Set.Version == "" {
		return nil, wire.Bad("set.id", "A set needs an id and a version.", "Give both.")
	}
	return s.recorded(q, func(st *lab.State, _ time.Time) ([]lab.Event, error) { return events(st.Critical.Draft(b.Set)) })
}

func (s *Server) approve(q *asked, b wire.ApproveBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		return events(st.Critical.Approve(b.Limits, b.Version, b.Setting, q.Subject, b.Effective, now))
	})
}

// mint makes a token for a program. It counts while the session that it opens in the ledger is open, so that any node
// can take it back. A repeated command makes another token: the first is shown once.
func (s *Server) mint(q *asked, b wire.MintBody) (any, error) {
	if err := plain("machine", b.Machine, "machine/"); err != nil {
		return nil, err
	}
	if b.Days < 1 || b.Days > 365 {
		return nil, wire.Bad("days", `The field "days" is out of range.`, "Give 1 to 365.")
	}
	from := time.Now()
	g := Grant{Issuer: issuer(s.Lab), Audience: issuer(s.Lab), Subject: b.Machine, From: from, Until: from.AddDate(0, 0, b.Days)}
	text, t, err := Mint(s.Rand, s.SessionKey, g)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	_, err = s.record(q, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
		return []lab.Event{&session.Opened{Session: tokenSession(t.ID), Subject: b.Machine, Means: "token", Until: wire.Micro(t.Until)}}, nil
	})
	if err != nil {
		return nil, err
	}
	return wire.Minted{Token: text, ID: tokenSession(t.ID), Until: t.Until}, nil
}

func (s *Server) revoke(q *asked, b wire.RevokeBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		in, ok := st.Sessions.Valid(tokenSession(b.ID), now)
		if !ok || in.Means != "token" {
			return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "id"}
		}
		return []lab.Event{&session.Ended{Session: in.Session, Subject: in.Subject, Why: "disabled"}}, nil
	})
}
