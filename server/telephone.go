package server

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

func asTaken(err error) (*critical.TakenError, bool) { return errors.AsType[*critical.TakenError](err) }

// cmpName is how a person is named in a sentence.
func cmpName(n wire.Name) string { return cmp.Or(n.Name, n.ID) }

func (s *Server) telephoneBegin(q *asked, b wire.TelephoneBody) (any, error) {
	if err := note("at", b.At, longestPhone); err != nil {
		return nil, err
	}
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		if b.To != "" && st.Roster.Get(b.To) == nil {
			return nil, wire.Bad("to", "Nobody has this id.", `Name someone of the roster, or leave "to" out.`)
		}
		return events(st.Critical.Telephone(critical.Dialling{Call: c.ID, Version: b.Version, By: q.Subject, To: b.To, At: b.At}, now))
	})
	if err != nil {
		return nil, err
	}
	evs, _, err := s.told(q.ctx, done)
	if err != nil {
		return nil, err
	}
	for _, ev := range evs {
		if e, ok := ev.(*critical.Attempted); ok {
			return wire.Telephone{Recorded: recordedAs(done), Attempt: e.N}, nil
		}
	}
	return nil, fmt.Errorf("server: a telephone call recorded no attempt")
}

func (s *Server) telephone(q *asked, b wire.HeardBody) (any, error) {
	if err := entered(b.Entered); err != nil {
		return nil, err
	}
	if err := oneOf("receiver.known", b.Receiver.Known, []string{critical.KnownLogin, critical.KnownRoster, critical.KnownSpoken}); err != nil {
		return nil, err
	}
	if err := note("receiver.name", b.Receiver.Name, 200); err != nil {
		return nil, err
	}
	done, err := s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		to, err := q.receiver(st, c, b.Receiver, now)
		if err != nil {
			return nil, err
		}
		return events(st.Critical.Hear(critical.Heard{
			Call: c.ID, Version: b.Version, N: b.Attempt, By: q.Subject, Receiver: to,
			Typed: critical.Typed{Values: b.Values, Tail: b.Tail}, Entered: b.Entered, Locale: wire.LocaleOf(b.Locale),
			Occurred: b.Occurred,
		}, now))
	}, s.callID(b.Call)...)
	if err != nil {
		return nil, err
	}
	return s.judged(q, done)
}

// receiver checks who was reached: of a member of staff the roster's name, a valid badge and a role that receives; never
// who reported the result or telephones it.
func (q *asked) receiver(st *lab.State, c critical.Call, r wire.Receiver, now time.Time) (critical.Receiver, error) {
	out := critical.Receiver{Person: r.Person, Name: r.Name, Role: r.Role, Known: r.Known}
	if r.Known == critical.KnownSpoken {
		if r.Person != "" {
			return out, wire.Bad("receiver.person", `Who is known by what was said alone has no id.`, `Leave it out, or say "roster".`)
		}
		past, ok := st.Past(c.ID)
		if !ok {
			return out, lab.Recall(c.ID)
		}
		return out, q.another(st, c, past, r.Name)
	}
	p := st.Roster.Get(r.Person)
	if p == nil {
		return out, wire.Bad("receiver.person", "Nobody has this id.", `Name someone of the roster, or say "spoken" and the full name.`)
	}
	past, ok := st.Past(c.ID)
	if !ok {
		return out, lab.Recall(c.ID)
	}
	out.Name = p.Name
	for _, e := range past {
		if e.Mark.By == r.Person && reports(e.Event) {
			return out, &critical.MayNotError{Reason: "receiver"}
		}
	}
	switch {
	case r.Person == q.Subject || c.Phoned(r.Person):
		return out, &critical.MayNotError{Reason: "receiver"}
	case !p.Valid(now):
		return out, wire.Bad("receiver.person", p.Name+"'s badge is not valid now.", "Ask for someone else.")
	case !st.Roster.MayReceive(p):
		return out, &critical.MayNotError{Reason: "receiver-role"}
	}
	return out, nil
}

// another checks that a name that was said is not that of whoever telephones, telephoned before, or reported a result of
// the call. Someone else of that name is named by the roster.
func (q *asked) another(st *lab.State, c critical.Call, past []lab.Past, name string) error {
	not := []string{q.Subject}
	for _, p := range c.Phones {
		not = append(not, p.By)
	}
	for _, p := range past {
		if reports(p.Event) {
			not = append(not, p.Mark.By)
		}
	}
	for _, id := range not {
		if p := st.Roster.Get(id); p != nil && critical.SameName(p.Name, name) {
			return &critical.MayNotError{Reason: "receiver"}
		}
	}
	return nil
}

func (s *Server) telephoneFailed(q *asked, b wire.TelephoneFailedBody) (any, error) {
	if err := oneOf("difficulty", b.Difficulty, critical.Difficulties()); err != nil {
		return nil, err
	}
	if err := note("note", b.Note, longestNote); err != nil {
		return nil, err
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		c, err := q.open(st, b.Call, now)
		if err != nil {
			return nil, err
		}
		return events(st.Critical.HangUp(c.ID, b.Attempt, q.Subject, b.Difficulty, b.Note))
	})
}

// entered checks how a client claims that something was typed.
func entered(how string) error {
	switch how {
	case "", "keyed", "keypad", "spoken":
		return nil
	}
	return wire.Bad("entered", `The field "entered" must be "keyed", "keypad" or "spoken".`, "Correct it, or leave it out.")
}
