package server

import (
	"slices"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// begins is when a cover begins that is recorded now: one that has no start, or began within the last minute, now.
func begins(from, now time.Time) time.Time {
	if from.IsZero() || from.Before(now) && now.Sub(from) < time.Minute {
		return now
	}
	return from
}

// cover records a cover by those who plan; it needs nobody's acceptance.
func (s *Server) cover(q *asked, b roster.Covered) (any, error) {
	id, err := s.coverID(q, b.ID)
	if err != nil {
		return nil, err
	}
	b.ID = id
	return s.coverMade(q, id, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		ev := b
		ev.From = begins(b.From, now)
		if err := st.Roster.CheckCover(&ev, now); err != nil {
			return nil, err
		}
		return []lab.Event{&ev}, nil
	})
}

func (s *Server) coverMade(q *asked, id string, decide lab.Decide) (any, error) {
	done, err := s.record(q, s.key(q), decide)
	if err != nil {
		return nil, err
	}
	return wire.CoverNamed{Recorded: recordedAs(done), ID: id}, nil
}

func (s *Server) coverID(q *asked, id string) (string, error) {
	if id != "" {
		return id, plain("id", id, "cover/")
	}
	id, err := s.newID(q)
	return "cover/" + id, err
}

// plans tells whether the viewer is one of those who plan.
func (q *asked) plans(st *lab.State) bool {
	p := st.Roster.Get(q.Subject)
	return p != nil && slices.Contains(planners, p.Role)
}

func (s *Server) offerCover(q *asked, b wire.OfferBody) (any, error) {
	id, err := s.coverID(q, "")
	if err != nil {
		return nil, err
	}
	return s.coverMade(q, id, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if q.Subject != b.Out && q.Subject != b.In && !q.plans(st) {
			return nil, &wire.Refusal{Err: wire.ErrForbidden, Field: "out", Say: "This is neither your duty nor your cover.", Do: "Who goes, who comes, or those who plan can offer it."}
		}
		c := roster.Covered{ID: id, Post: b.Post, Shift: b.Shift, Out: b.Out, In: b.In, From: begins(b.From, now), To: b.To}
		if err := st.Roster.CheckCover(&c, now); err != nil {
			return nil, err
		}
		return []lab.Event{&roster.CoverOffered{Covered: c}}, nil
	})
}

func (s *Server) acceptCover(q *asked, b wire.CoverBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		o, ok := st.Roster.Offered(b.Cover)
		if !ok {
			return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "cover", Say: "There is no such offer.", Do: "It may be accepted, withdrawn or over: look at the roster."}
		}
		other := o.In
		if o.By == o.In {
			other = o.Out
		}
		if q.Subject != other && !q.plans(st) {
			return nil, &wire.Refusal{Err: wire.ErrForbidden, Field: "cover", Say: "This offer waits for " + st.Roster.PersonName(other) + ".", Do: "They, or those who plan, can accept it."}
		}
		c := o.Covered
		if c.From.Before(now) { // past due: what is left of it
			c.From = now
		}
		if err := st.Roster.CheckCover(&c, now); err != nil {
			return nil, err
		}
		return []lab.Event{&c}, nil
	})
}

func (s *Server) withdrawCover(q *asked, b wire.CoverBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		back := func(c roster.Covered, why string) ([]lab.Event, error) {
			return []lab.Event{&roster.CoverWithdrawn{ID: c.ID, Post: c.Post, Out: c.Out, In: c.In, Why: why}}, nil
		}
		if o, ok := st.Roster.Offered(b.Cover); ok {
			switch {
			case q.Subject == o.By:
				return back(o.Covered, "withdrawn")
			case q.Subject == o.In || q.Subject == o.Out:
				return back(o.Covered, "declined")
			case q.plans(st):
				return back(o.Covered, "withdrawn")
			}
			return nil, &wire.Refusal{Err: wire.ErrForbidden, Field: "cover", Say: "This offer is not yours.", Do: "Who goes, who comes, or those who plan can withdraw it."}
		}
		c, ok := st.Roster.Cover(b.Cover)
		switch {
		case !ok || !c.To.After(now):
			return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "cover", Say: "There is no such cover.", Do: "It may be withdrawn or over: look at the roster."}
		case !q.plans(st):
			return nil, &wire.Refusal{
				Err: wire.ErrForbidden, Field: "cover", Say: "This cover was accepted, and " + st.Roster.PersonName(c.Out) + " counts on it.",
				Do: "Offer another cover, or ask those who plan to end this one.", Facts: map[string]any{"roles": planners},
			}
		}
		return back(c, "withdrawn")
	})
}

// covers lists covers and offers whose time is not over.
func covers(st *lab.State, now time.Time) []wire.Cover {
	out := []wire.Cover{}
	view := func(c *roster.Covered, standing roster.Standing) wire.Cover {
		return wire.Cover{
			ID: c.ID, Post: c.Post, Shift: c.Shift, Out: st.Name(c.Out), In: st.Name(c.In), From: c.From, To: c.To, Standing: string(standing),
		}
	}
	for i := range st.Roster.Offers {
		if o := &st.Roster.Offers[i]; o.To.After(now) {
			v := view(&o.Covered, o.Standing(now))
			by := st.Name(o.By)
			v.By = &by
			out = append(out, v)
		}
	}
	for i := range st.Roster.Covers {
		if c := &st.Roster.Covers[i]; c.To.After(now) {
			out = append(out, view(c, c.Standing(now)))
		}
	}
	return out
}
