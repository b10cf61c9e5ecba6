package server

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// longestNote is how long a note or a telephone number may be, in bytes.
const (
	longestNote  = 2000
	longestPhone = 100
)

func note(field, text string, most int) error {
	if len(text) > most {
		return wire.Bad(field, fmt.Sprintf("The field %q is longer than %d bytes.", field, most), "Say it shorter.")
	}
	return nil
}

// oneOf checks that a code is one of those that there are.
func oneOf(field, code string, of []string) error {
	if slices.Contains(of, code) {
		return nil
	}
	return wire.Bad(field, fmt.Sprintf("The field %q is none of its codes.", field), "Give one of "+strings.Join(of, ", ")+".")
}

// sees returns a call that the viewer may see, or would see by breaking the glass.
func (q *asked) sees(st *lab.State, idOrRef string, glass *wire.BreakGlass, now time.Time) (critical.Call, error) {
	c, err := q.find(st, idOrRef, now)
	if err == nil || glass == nil {
		return c, err
	}
	c, ok := st.Critical.Find(idOrRef)
	if !ok {
		return c, critical.ErrUnknown
	}
	return c, nil
}

// reader returns what counts when the viewer wants to answer a call; whether they reported it stands in the ledger.
func (q *asked) reader(st *lab.State, c critical.Call, now time.Time) (critical.Reader, error) {
	past, ok := st.Past(c.ID)
	if !ok {
		return critical.Reader{}, lab.Recall(c.ID)
	}
	reported := slices.ContainsFunc(past, func(p lab.Past) bool { return p.Mark.By == q.Subject && reports(p.Event) })
	return st.Reader(q.Viewer, c, reported, now), nil
}

func (s *Server) take(q *asked, b wire.TakeBody) (any, error) {
	if err := oneOf("how", b.How, []string{critical.HowMine, critical.HowAct, critical.HowCallMe}); err != nil {
		return nil, err
	}
	if err := note("at", b.At, longestPhone); err != nil {
		return nil, err
	}
	if b.At != "" && b.How != critical.HowCallMe {
		return nil, wire.Bad("at", `The field "at" goes with "call-me" only.`, "Leave it out.")
	}
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		reader, err := q.reader(st, c, now)
		if err != nil {
			return nil, err
		}
		if err := reader.MayTake(c); err != nil {
			return nil, err
		}
		evs, err := events(st.Critical.Take(critical.Taking{
			Call: c.ID, Version: b.Version, By: q.Subject, How: b.How, At: b.At, Resolve: st.Resolve(now),
		}, now))
		return evs, q.taken(st, err)
	}, s.callID(b.Call)...)
	if err != nil {
		return nil, err
	}
	return recordedAs(done), nil
}

// taken gives the refusal of a call that another has taken its words.
func (q *asked) taken(st *lab.State, err error) error {
	has, ok := asTaken(err)
	if !ok {
		return err
	}
	who := st.Name(has.By)
	zone, zerr := time.LoadLocation(st.Zone)
	if zerr != nil {
		zone = time.UTC
	}
	return &wire.Refusal{
		Err: err, Say: fmt.Sprintf("%s has taken this call until %s.", cmpName(who), has.Until.In(zone).Format("15:04:05 MST")),
		Facts: map[string]any{"by": who, "until": has.Until},
	}
}

func (s *Server) passOn(q *asked, b wire.PassOnBody) (any, error) {
	if err := oneOf("reason", b.Reason, critical.PassReasons()); err != nil {
		return nil, err
	}
	if err := note("note", b.Note, longestNote); err != nil {
		return nil, err
	}
	if b.Reason == "other" && strings.TrimSpace(b.Note) == "" {
		return nil, wire.Bad("note", `The reason "other" needs a note.`, "Say why in a few words.")
	}
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		if err := st.Reader(q.Viewer, c, false, now).MayPassOn(c); err != nil {
			return nil, err
		}
		p := critical.Passing{Call: c.ID, Version: b.Version, By: q.Subject, Reason: b.Reason, Note: b.Note, Resolve: st.Resolve(now)}
		if b.To != "" {
			if p.Why, err = named(st, b.To, now); err != nil {
				return nil, err
			}
			p.To = b.To
		}
		evs, err := events(st.Critical.PassOn(p, now))
		return evs, q.taken(st, err)
	}, s.callID(b.Call)...)
	if err != nil {
		return nil, err
	}
	evs, _, err := s.told(q.ctx, done)
	if err != nil {
		return nil, err
	}
	out := wire.PassedOn{Recorded: recordedAs(done)}
	st := s.Lab.State()
	for _, ev := range evs {
		e, ok := ev.(*critical.Called)
		switch {
		case !ok:
		case e.Ask == critical.AskDesk:
			out.Desk = true
		case !e.Beside || e.Ask == critical.AskNamed:
			for _, id := range e.To {
				out.To = append(out.To, st.Name(id))
			}
			out.Desk = out.Desk || e.Desk
		}
	}
	return out, nil
}

// named tells where a person to whom a call is passed on is on duty; the refusal says why the person cannot be named.
func named(st *lab.State, id string, now time.Time) (why string, err error) {
	p := st.Roster.Get(id)
	post := st.DutyOf(id, now)
	switch {
	case p == nil:
		return "", wire.Bad("to", "Nobody has this id.", `Name someone of the roster, or leave "to" out.`)
	case !p.Valid(now) || post == "":
		return "", wire.Bad("to", p.Name+" is not on duty now.", `Name someone who is, or leave "to" out.`)
	case !st.Roster.MayReceive(p):
		return "", wire.Bad("to", p.Name+"'s role does not receive critical results.", `Name someone whose role does, or leave "to" out.`)
	}
	return "on duty at " + post, nil
}

// checkGlass checks why somebody breaks the glass.
func checkGlass(prefix string, g *wire.BreakGlass) error {
	if g == nil {
		return nil
	}
	if err := oneOf(prefix+"reason", g.Reason, critical.GlassReasons()); err != nil {
		return err
	}
	if g.Reason == "other" && strings.TrimSpace(g.Text) == "" {
		return wire.Bad(prefix+"text", `The reason "other" needs words.`, "Say why in a few words.")
	}
	return note(prefix+"text", g.Text, longestNote)
}

func (s *Server) breakGlass(q *asked, b wire.GlassBody) (any, error) {
	if err := checkGlass("", &b.BreakGlass); err != nil {
		return nil, err
	}
	_, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.sees(st, b.Call, &b.BreakGlass, now)
		switch {
		case err != nil:
			return nil, err
		case c.Standing != critical.IsOpen:
			return nil, closed(st, c)
		}
		reader, err := q.reader(st, c, now)
		if err != nil {
			return nil, err
		}
		reader.Glass = b.Reason
		if err := reader.May(c); err != nil || !reader.NeedsGlass(c) {
			return nil, err
		}
		return events(st.Critical.BreakGlass(c.ID, q.Subject, b.Reason, b.Text, now))
	}, s.callID(b.Call)...)
	if err != nil {
		return nil, err
	}
	st, now := s.Lab.State(), s.Lab.Now()
	c, err := q.find(st, b.Call, now)
	if err != nil {
		return nil, err
	}
	return st.View(c, q.Viewer, now), nil
}
