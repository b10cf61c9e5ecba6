package server

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) roster(_ *asked, b wire.RosterBody) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	at := b.At
	switch {
	case at.IsZero():
		at = now
	case at.Before(now.Add(-time.Minute)):
		return nil, wire.Bad("at", `The time "at" is past.`, "Give now or later: what was then stands in the ledger.")
	}
	out := wire.Roster{Now: now, At: at, Staff: staff(st, now), Posts: []roster.Post{}, Shifts: []roster.Shift{}, Duty: []wire.Duty{}, Covers: covers(st, now)}
	for id, p := range st.Roster.Posts.All() {
		out.Posts = append(out.Posts, *p)
		for _, o := range st.Roster.OnDuty(id, at) {
			out.Duty = append(out.Duty, wire.Duty{Post: id, Who: st.Name(o.Person), Rank: o.Rank, Why: o.Why, Until: o.Until})
		}
	}
	for _, shifts := range st.Roster.Shifts.All() {
		for _, sh := range shifts {
			if sh.To.After(now) {
				out.Shifts = append(out.Shifts, sh)
			}
		}
	}
	out.Ladders = st.Roster.Ladders(at)
	out.Until = st.Roster.Until(now)
	out.Concerns = concerns(&st.Roster, now, now.AddDate(0, 0, 14))
	for _, g := range st.Roster.Told {
		if g.To.After(now) {
			out.Told = append(out.Told, g)
		}
	}
	return out, nil
}

func (s *Server) publish(q *asked, b wire.PublishBody) (any, error) {
	for i, l := range b.Ladders {
		if err := knownTier(fmt.Sprintf("ladders[%d].tier", i), l.Tier); err != nil {
			return nil, err
		}
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if err := st.Roster.Check(&b.Published, b.Holes, now); err != nil {
			return nil, err
		}
		return []lab.Event{&b.Published}, nil
	})
}

// staff is everyone whose badge is valid, by name.
func staff(st *lab.State, now time.Time) []wire.Colleague {
	out := []wire.Colleague{}
	for id, p := range st.Roster.People.All() {
		if p.Valid(now) {
			out = append(out, wire.Colleague{Name: st.Name(id), Role: string(p.Role), Receives: st.Roster.MayReceive(p), Posts: st.Roster.PostsOf(id, now)})
		}
	}
	slices.SortStableFunc(out, func(x, y wire.Colleague) int { return cmp.Compare(x.Name.Name, y.Name.Name) })
	return out
}

func concerns(b *roster.Book, from, to time.Time) []roster.Concern {
	out := b.Concerns(from, to)
	if out == nil {
		out = []roster.Concern{}
	}
	return out
}

// try tells what publishing a roster would meet and change, and records nothing.
func (s *Server) try(_ *asked, b wire.PublishBody) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	out := wire.RosterTried{Now: now, Faults: []wire.RosterFault{}, Concerns: []roster.Concern{}}
	for i, l := range b.Ladders {
		if why, ok := errors.AsType[*wire.Refusal](knownTier(fmt.Sprintf("ladders[%d].tier", i), l.Tier)); ok {
			out.Faults = append(out.Faults, wire.RosterFault{Field: why.Field, Say: why.Say, Do: why.Do})
		}
	}
	var faults roster.CheckError
	if errors.As(st.Roster.Check(&b.Published, b.Holes, now), &faults) {
		for _, f := range faults {
			out.Faults = append(out.Faults, wire.RosterFault{Field: f.Field, Say: f.What, Do: f.Remedy})
		}
	}
	out.Diff = st.Roster.Diff(&b.Published, now)
	if len(faults) == 0 {
		next := st.Roster.Apply(&b.Published, roster.Mark{Seq: st.Roster.Seq, At: now})
		from := now
		if b.From.After(now) {
			from = b.From
		}
		out.Concerns = concerns(&next, from, b.To)
	}
	return out, nil
}

// setReceiving says which professions may receive a read-back.
func (s *Server) setReceiving(q *asked, b wire.ReceivingBody) (any, error) {
	if err := roster.CheckReceiving(b.Professions); err != nil {
		return nil, err
	}
	return s.recorded(q, func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		if slices.Equal(st.Roster.Receivers(), b.Professions) {
			return nil, nil
		}
		return []lab.Event{&roster.ReceivingSet{Professions: b.Professions}}, nil
	})
}
