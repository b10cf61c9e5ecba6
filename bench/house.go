package main

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/sqlite"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
)

// staff is how many people there are besides technicians and clinicians: a supervisor and a director.
const staff = 2

// instruments is how many analyzers there are.
const instruments = 200

// unit is where the patients lie.
const unit = "ICU-2"

// house is a furnished laboratory: who is admitted and signed in, with the cookies of their sessions.
type house struct {
	dir   string
	techs []person // hear everything of the laboratory
	docs  []person // hear what is for them; the first two are on call for the unit
	sue   person   // supervisor
}

// person is somebody who is signed in.
type person struct {
	id, cookie string
	role       roster.Role
}

// member is the nth of a role.
func member(role roster.Role, n int) person {
	id := fmt.Sprintf("person/%s-%05d", role, n)
	sum := sha256.Sum256([]byte("bench " + id))
	return person{id: id, cookie: base64.RawURLEncoding.EncodeToString(sum[:]), role: role}
}

// session is the ledger's name of a person's session: the digest of the cookie, as the server makes it.
func (p person) session() string {
	sum := sha256.Sum256([]byte("readback session\x00" + p.cookie))
	return "session/" + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(sum[:20])
}

// furnish makes a data directory with n technicians, n clinicians, a roster, limits and analyzers, who are all signed in.
func furnish(b *bench, dir string, n int) (*house, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err //nolint:wrapcheck // the system's own words
	}
	first, err := b.serve(dir) // makes keys, vault and the first entry
	if err != nil {
		return nil, err
	}
	if err := first.stop(); err != nil {
		return nil, err
	}
	h := &house{dir: dir}
	err = inLab(b.ctx, dir, func(l *lab.Lab) error { return h.fill(b.ctx, l, n) })
	return h, err
}

// inLab opens the ledger of a directory that no process serves.
func inLab(ctx context.Context, dir string, do func(*lab.Lab) error) error {
	s, err := sqlite.Open(ctx, dir, sqlite.Options{Site: "main"})
	if err != nil {
		return err //nolint:wrapcheck // it says what is wrong
	}
	return errors.Join(onStore(ctx, s, filepath.Join(dir, "snapshot"), do), s.Close())
}

func onStore(ctx context.Context, s ledger.Store, snapshot string, do func(*lab.Lab) error) error {
	l, err := lab.Open(ctx, lab.Config{Store: s, Site: "main", Node: "bench", Snapshot: snapshot})
	if err != nil {
		return err //nolint:wrapcheck // it says what is wrong
	}
	return errors.Join(do(l), l.Close())
}

// record appends events as they are, so many at a time.
func record(ctx context.Context, l *lab.Lab, by string, evs ...lab.Event) error {
	const batch = 100
	for len(evs) > 0 {
		some := evs[:min(batch, len(evs))]
		evs = evs[len(some):]
		if _, err := l.Record(ctx, lab.Actor{By: by}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return some, nil }); err != nil {
			return err //nolint:wrapcheck // the lab's own words
		}
	}
	return nil
}

func (h *house) fill(ctx context.Context, l *lab.Lab, n int) error {
	now := l.Now().Truncate(time.Microsecond)
	var evs []lab.Event
	admit := func(p person) person {
		evs = append(evs,
			&roster.Admitted{Person: roster.Person{ID: p.id, Login: p.id[len("person/"):], Name: "A. " + p.id[len("person/"):], Role: p.role, Receives: p.role == roster.Clinician}},
			&session.Opened{Session: p.session(), Subject: p.id, Means: "password", Until: now.Add(12 * time.Hour)})
		return p
	}
	for i := range n {
		h.techs = append(h.techs, admit(member(roster.Technician, i)))
		h.docs = append(h.docs, admit(member(roster.Clinician, i)))
	}
	h.sue = admit(member(roster.Supervisor, 0))
	chief := admit(member(roster.Director, 0))
	for i := range instruments {
		evs = append(evs, &equipment.Listed{Instrument: equipment.Instrument{
			ID: instrument(i), Name: fmt.Sprintf("Analyzer %d", i), Section: "chemistry", Zone: "UTC", Assays: []string{"2823-3"},
		}})
	}
	evs = append(evs, h.published(now, 600))
	if err := record(ctx, l, h.sue.id, evs...); err != nil {
		return err
	}
	return h.approve(ctx, l, chief)
}

func instrument(n int) string { return fmt.Sprintf("instrument/a-%03d", n) }

// published is a roster whose ladder waits for so many seconds between two people.
func (h *house) published(now time.Time, wait int) *roster.Published {
	from, to := now.Add(-time.Hour), now.Add(1000*time.Hour)
	shift := func(id, post, who string, rank int) roster.Shift {
		return roster.Shift{ID: "shift/" + id, Post: post, Person: who, Rank: rank, From: from, To: to}
	}
	return &roster.Published{
		From: from, To: to,
		Posts: []roster.Post{{ID: "post/icu-2", Name: "ICU-2 resident", Unit: unit}, {ID: roster.Desk, Name: "Laboratory desk"}},
		Shifts: []roster.Shift{
			shift("a", "post/icu-2", h.docs[0].id, 0), shift("b", "post/icu-2", h.docs[1].id, 1), shift("c", roster.Desk, h.techs[0].id, 0),
		},
		Ladders: []roster.Ladder{{Unit: roster.Any, Steps: []roster.Step{{Ask: "unit", Wait: wait}, {Ask: "unit", Rank: 1, Wait: wait}, {Ask: "desk", Wait: 3600}}}},
	}
}

// approve puts a limit set in force.
func (h *house) approve(ctx context.Context, l *lab.Lab, chief person) error {
	set := critical.ExampleSets()[0]
	if err := record(ctx, l, chief.id, &critical.Drafted{Set: set}); err != nil {
		return err
	}
	_, err := l.Record(ctx, lab.Actor{By: chief.id}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		evs, err := s.Critical.Approve(set.ID, set.Version, "", chief.id, now, now)
		var out []lab.Event
		for _, ev := range evs {
			out = append(out, ev)
		}
		return out, err //nolint:wrapcheck // the rule's own words
	})
	return err //nolint:wrapcheck // the rule's own words
}
