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

func (s *Server) calls(q *asked, b wire.CallsBody) (any, error) {
	if b.Hours < 0 || b.Hours > int(critical.Window/time.Hour) {
		return nil, wire.Bad("hours", "The field \"hours\" is out of range.", "Give 0 to 48.")
	}
	st, now := s.Lab.State(), s.Lab.Now()
	hears := st.Hears(q.Viewer, now)
	out := st.Calls(q.Viewer, hears, b.Hours, now)
	if s.Alone != nil && slices.Contains(hears, "lab") {
		out.Alone = s.Alone()
	}
	return out, nil
}

// find returns a call that the viewer may see; one that is not there and one that is not theirs are the same.
func (q *asked) find(st *lab.State, idOrRef string, now time.Time) (critical.Call, error) {
	c, ok := st.Critical.Find(idOrRef)
	if !ok || !st.MaySee(st.Hears(q.Viewer, now), c) && !c.Broke(q.Subject, now) {
		return critical.Call{}, critical.ErrUnknown
	}
	return c, nil
}

// open returns a call that the viewer may see and that is open; the refusal of another says who has it since when.
func (q *asked) open(st *lab.State, idOrRef string, now time.Time) (critical.Call, error) {
	c, err := q.find(st, idOrRef, now)
	if err != nil || c.Standing == critical.IsOpen {
		return c, err
	}
	return c, closed(st, c)
}

// closed is the refusal of an answer to a call that is over: who has it since when.
func closed(st *lab.State, c critical.Call) error {
	who := st.Owner(c)
	name := who.Name
	if name == "" {
		name = who.ID
	}
	zone, err := time.LoadLocation(st.Zone)
	if err != nil {
		zone = time.UTC
	}
	did := "read this call back"
	switch {
	case c.Standing == critical.IsEnded:
		did = "ended this call"
	case c.Outcome == "telephoned":
		did = "was told this call by telephone"
	}
	return &wire.Refusal{
		Err: critical.ErrClosed, Say: fmt.Sprintf("%s %s at %s.", name, did, c.Finished.In(zone).Format("15:04:05 MST")),
		Facts: map[string]any{"by": who, "at": c.Finished, "standing": c.Standing, "outcome": c.Outcome, "ref": c.Ref, "call": c.ID},
	}
}

func (s *Server) call(q *asked, b wire.CallBody) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	c, err := q.find(st, b.Call, now)
	if err != nil {
		return nil, err
	}
	return st.View(c, q.Viewer, now), nil
}

func (s *Server) seen(q *asked, b wire.SeenBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		return events(st.Critical.See(c.ID, b.Version, q.Subject))
	})
}

func (s *Server) endCall(q *asked, b wire.EndBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		return events(st.Critical.End(c.ID, b.Version, q.Subject, b.Reason, b.Note))
	})
}

func (s *Server) settle(q *asked, b wire.SettleBody) (any, error) {
	return s.recorded(q, func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		return events(st.Critical.Settle(b.Work, b.How, q.Subject, b.Note))
	})
}

func (s *Server) readBack(q *asked, b wire.ReadBackBody) (any, error) {
	if err := entered(b.Entered); err != nil {
		return nil, err
	}
	if err := checkGlass("glass.", b.Glass); err != nil {
		return nil, err
	}
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		return q.decideReadBack(st, b, now)
	}, s.callID(b.Call)...)
	if err != nil {
		return nil, err
	}
	return s.judged(q, done)
}

// callID is a call's id, for what is recalled of it before it is decided.
func (s *Server) callID(idOrRef string) []string {
	if c, ok := s.Lab.State().Critical.Find(idOrRef); ok {
		return []string{c.ID}
	}
	return nil
}

// judged answers a read-back, typed or heard, by what was recorded of it.
func (s *Server) judged(q *asked, done lab.Done) (any, error) {
	evs, at, err := s.told(q.ctx, done)
	if err != nil {
		return nil, err
	}
	st := s.Lab.State()
	out := wire.ReadBack{Last: done.Last, At: at, Repeat: done.Repeat}
	for i, ev := range evs {
		switch ev := ev.(type) {
		case *critical.ReadBack, *critical.Telephoned:
			out.Seq = done.First + seq(i)
		case *critical.Closed:
			c, _ := st.Critical.Find(ev.Call)
			out.Call, out.Ref, out.Owner = ev.Call, ev.Ref, st.Name(ev.Owner)
			if c.ID == ev.Call {
				out.Owner = st.Owner(c)
			}
			return out, nil
		case *critical.Mismatched:
			return nil, mismatch(st, ev, evs)
		case *critical.Attempted:
			if c, ok := st.Critical.Find(ev.Call); ok && ev.Late {
				return nil, closed(st, c)
			}
		}
	}
	return nil, fmt.Errorf("server: a read-back recorded neither match nor mismatch")
}

func (q *asked) decideReadBack(st *lab.State, b wire.ReadBackBody, now time.Time) ([]lab.Event, error) {
	c, err := q.sees(st, b.Call, b.Glass, now)
	if err != nil {
		return nil, err
	}
	reader, err := q.reader(st, c, now)
	if err != nil {
		return nil, err
	}
	a := critical.Answer{
		Call: c.ID, Version: b.Version, By: q.Subject, Typed: critical.Typed{Values: b.Values, Tail: b.Tail},
		Entered: b.Entered, Locale: wire.LocaleOf(b.Locale), Resolve: st.Resolve(now),
	}
	if pane, ok := c.LastGlass(q.Subject, now); ok && reader.NeedsGlass(c) {
		a.Glass, a.Typed.Glass = pane.Reason, pane.Text
	}
	if b.Glass != nil && reader.NeedsGlass(c) {
		a.Glass, a.Typed.Glass = b.Glass.Reason, b.Glass.Text
	}
	reader.Glass = a.Glass
	err = reader.May(c)
	if c.Standing != critical.IsOpen {
		if late := st.Critical.Late(a); err == nil && len(late) > 0 {
			return events(late, nil)
		}
		return nil, closed(st, c)
	}
	if err != nil {
		return nil, err
	}
	var broken []critical.Event
	if b.Glass != nil && a.Glass != "" {
		if broken, err = st.Critical.BreakGlass(c.ID, q.Subject, a.Glass, a.Typed.Glass, now); err != nil {
			return nil, err
		}
	}
	evs, err := st.Critical.ReadBack(a)
	return events(append(broken, evs...), err)
}

// reports tells whether an event is one by which a result of a call was reported.
func reports(ev lab.Event) bool {
	switch ev.(type) {
	case *critical.Reported, *critical.Opened, *critical.Corrected:
		return true
	}
	return false
}

// mismatch says which fields differ and what was typed, never the true value.
func mismatch(st *lab.State, ev *critical.Mismatched, with []lab.Event) error {
	c, _ := st.Critical.Find(ev.Call)
	facts := map[string]any{"n": ev.N, "desk": false, "call": ev.Call}
	do := "Look at the result again and read back what it says."
	for _, other := range with {
		switch other := other.(type) {
		case *critical.Called:
			do, facts["desk"] = "Look again; the laboratory's desk will telephone you too.", true
		case *critical.Attempted:
			do, facts["attempt"] = "Say the values once more, and type what you hear.", other.N
		}
	}
	fields := make([]wire.Differs, 0, len(ev.Fields))
	var say strings.Builder
	say.WriteString("What you read back differs:")
	if ev.Phone > 0 {
		say.Reset()
		say.WriteString("What you heard differs:")
	}
	for i, f := range ev.Fields {
		d := wire.Differs{Typed: ev.Sealed.Tail}
		d.Field, d.Part = wire.BodyField(f)
		words := "the identifier"
		if id, ok := resultOf(d.Field); ok {
			d.Typed = ev.Sealed.Values[id]
			for _, r := range c.Results {
				if r.ID == id {
					d.Label = r.Label
				}
			}
			words = fmt.Sprintf("the %s of %s", d.Part, d.Label)
		}
		if i > 0 {
			say.WriteString(",")
		}
		fmt.Fprintf(&say, " %s (you typed %q)", words, d.Typed)
		fields = append(fields, d)
	}
	facts["fields"] = fields
	return &wire.Refusal{
		Err: wire.ErrMismatch, Say: say.String() + ".", Do: do, Field: fields[0].Field,
		Facts: facts,
	}
}
