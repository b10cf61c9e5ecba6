package audit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// Find returns the newest call that was ever spoken of by a reference; false if there is none, or it was erased.
func (a *Audit) Find(ctx context.Context, ref string) (string, bool, error) {
	var id string
	const query = `SELECT id FROM call WHERE ref = ? AND id IS NOT NULL ORDER BY seq DESC LIMIT 1`
	err := a.cfg.DB.QueryRowContext(ctx, query, strings.ToUpper(ref)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("audit: %w", err)
	}
	return id, true, nil
}

// Story tells a call from the entries about it, in order, with nothing of its patient; it needs no tables. staff is how
// members of staff are read, known what is known of one (see person.known in the schema). Error: critical.ErrUnknown if
// the entries open no call.
func Story(id string, es []ledger.Entry, staff func(id string) wire.Name, known func(id string) (named, role bool)) (wire.Story, error) {
	m := &lone{known: known}
	t := teller{staff: staff, labels: map[string]string{}}
	out := wire.Story{Call: id, Facts: []wire.Fact{}, Fields: []wire.Field{}, Analytes: []string{}}
	for i := range es {
		e := &es[i]
		if err := fold(m, e); err != nil {
			return out, err
		}
		ev, err := wire.Decode(e)
		if err != nil && !errors.Is(err, wire.ErrKind) {
			return out, fmt.Errorf("audit: %w", err)
		}
		f := t.fact(e, ev)
		out.Erased = out.Erased || f.Erased
		out.Facts = append(out.Facts, f)
	}
	c := m.of
	if c == nil || c.opened == 0 {
		return out, critical.ErrUnknown
	}
	c.tell(&out, t.labels)
	for i := range out.Facts {
		f := &out.Facts[i]
		at := f.At
		if f.Occurred != nil {
			at = *f.Occurred
		}
		f.After = at.Sub(out.Opened).Seconds()
	}
	return out, nil
}

// tell writes what a row says into a story.
func (c *call) tell(out *wire.Story, labels map[string]string) {
	out.Ref, out.Unit, out.Tier, out.Opened, out.Target = c.ref, c.unit, c.tier, instant(c.opened), float64(c.target)
	for _, code := range c.analytes {
		out.Analytes = append(out.Analytes, cmp.Or(labels[code], code))
	}
	out.Standing, out.Method, out.Occurred = "open", c.method, c.occurred
	switch {
	case c.method == byDecision:
		out.Standing = "ended"
	case c.finished != 0:
		out.Standing = "closed"
	}
	if c.conveyed != 0 {
		at := instant(c.conveyed)
		out.Conveyed = &at
		out.Took, _ = c.took()
		out.Late = max(0, out.Took-out.Target)
	}
	if c.finished == 0 {
		return
	}
	each(func(bit fields, word, say string) {
		f := wire.Field{Field: word, Say: say, State: "missing"}
		switch {
		case c.need&bit == 0:
			f.State = "not-needed"
		case out.Erased && sealed&bit != 0:
			f.State = "erased"
		case c.have&bit != 0:
			f.State = "there"
			out.Have++
		}
		out.Fields = append(out.Fields, f)
	})
}

// lone is the rows of one call, folded from the entries about it alone.
type lone struct {
	of    *call
	known func(id string) (named, role bool)
}

func (m *lone) call(string) (*call, error) { return m.of, nil }

func (m *lone) open(id string, seq int64) *call {
	m.of = &call{id: id, seq: seq}
	return m.of
}

func (m *lone) person(id string) (int, error) {
	n := 0
	named, role := m.known(id)
	if named {
		n |= fullName
	}
	if role {
		n |= withRole
	}
	return n, nil
}

func (*lone) forget(string) error              { return nil }
func (*lone) setPerson(string, int)            {}
func (*lone) setAnalyte(string, string)        {}
func (*lone) setZone(string)                   {}
func (*lone) suppress(suppressed)              {}
func (*lone) leaf(int64) (ledger.Entry, error) { return ledger.Entry{}, nil }

// FullName tells whether a name is one by which a record may name who was told: a first name alone is inadequate.
func FullName(name string) bool { return isFull(name) }

// teller turns entries into sentences.
type teller struct {
	staff  func(id string) wire.Name
	labels map[string]string // of analytes, and of results
}

func (t *teller) fact(e *ledger.Entry, ev wire.Event) wire.Fact {
	f := wire.Fact{Seq: e.Seq, At: e.At, Kind: e.Kind, By: t.staff(e.By), Via: e.Via}
	f.Erased = slices.ContainsFunc(e.Enclosures, func(c ledger.Enclosure) bool { return c.Erased })
	_, word, _ := strings.Cut(e.Kind, ".")
	f.What = strings.ToUpper(word[:min(1, len(word))]) + strings.ReplaceAll(word[min(1, len(word)):], "-", " ") + "."
	switch ev := ev.(type) {
	case *critical.Reported:
		f.What = fmt.Sprintf("Result reported: %s.", outcome(ev.Outcome))
		if ev.Repeat {
			f.What = "The same result was reported again."
		}
		f.Why = ev.Rule
		if !ev.Available.IsZero() {
			at := ev.Available
			f.Occurred = &at
		}
	case *critical.Suppressed:
		f.What, f.Why = "A later critical result, no more extreme, was not called.", ev.Why+": "+ev.By
	case *critical.Opened:
		f.Version = ev.Version
		var tests []string
		for _, r := range ev.Results {
			t.labels[r.ID], t.labels[r.LOINC] = cmp.Or(r.Label, r.LOINC), cmp.Or(r.Label, r.LOINC)
			tests = append(tests, t.labels[r.ID])
			f.Why = cmp.Or(f.Why, r.Rule)
		}
		f.What = fmt.Sprintf("Call %s opened: %s, %s, %s.", ev.Ref, strings.Join(tests, " and "), cmp.Or(ev.Unit, "unit not known"), ev.Tier)
		if ev.Corrects != "" {
			f.What += " It corrects an earlier call."
		}
	case *critical.Called:
		f.Version, f.Why = ev.Version, ev.Why
		t.called(&f, ev)
	case *critical.Escalated:
		f.Version, f.Why = ev.Version, ev.Why
		f.What = fmt.Sprintf("Nobody was there to be called as %s: the next step followed at once.", ev.Ask)
	case *critical.Held:
		f.Version, f.What, f.Why = ev.Version, "Held: the bench looks at it first.", ev.Reason
	case *critical.RerunBegun:
		f.What = t.name(ev.By) + " runs it again."
	case *critical.Released:
		f.What, f.Why = "Not called as it was held.", ev.How
	case *critical.Delivered:
		f.What, f.Who = "Delivered to a screen of "+t.name(ev.Person)+".", []wire.Name{t.staff(ev.Person)}
	case *critical.Missed:
		f.What, f.Who, f.Why = "No screen of "+t.name(ev.Person)+" confirms it.", []wire.Name{t.staff(ev.Person)}, ev.Why
	case *critical.Seen:
		f.Version, f.What = ev.Version, "Opened by "+t.name(e.By)+"."
	case *critical.Identified:
		f.Version, f.What, f.Why = ev.Version, "The patient was identified, or is another one.", ev.Why
	case *critical.SaidTold:
		f.What = "The sender notes that somebody was told. That closes nothing: the desk asks."
	case *critical.Corrected:
		f.Version = ev.Version
		f.What = fmt.Sprintf("The result changed: %s is %s now.", t.label(ev.Result.ID), outcome(ev.Result.Outcome))
		f.Why = ev.Result.Rule
	case *critical.Raised:
		f.Version, f.What, f.Why = ev.Version, fmt.Sprintf("More urgent now (%s, was %s): its ladder goes on faster.", ev.Tier, ev.Was), "the corrected result is of a more urgent tier"
	case *critical.Mismatched:
		f.Version = ev.Version
		f.What = fmt.Sprintf("Read back by %s: does not match, %s. The call stayed open.", t.name(e.By), t.differs(ev.Fields))
		if ev.Phone > 0 {
			f.What = fmt.Sprintf("Read back on the telephone to %s: does not match, %s. The call stayed open.", t.name(e.By), t.differs(ev.Fields))
		}
	case *critical.Taken:
		f.Version, f.What = ev.Version, "Taken by "+t.name(ev.Owner)+": "+takes[ev.How]+"."
	case *critical.PassedOn:
		f.Version, f.What, f.Why = ev.Version, "Passed on by "+t.name(ev.By)+".", ev.Reason
		if ev.To != "" {
			f.What, f.Who = "Passed on by "+t.name(ev.By)+" to "+t.name(ev.To)+".", []wire.Name{t.staff(ev.To)}
		}
	case *critical.Attempted:
		f.Version, f.What = ev.Version, t.name(e.By)+" began to telephone."
		if ev.To != "" {
			f.Who = []wire.Name{t.staff(ev.To)}
		}
		if ev.Late {
			f.What = t.name(e.By) + " read it back after the call was over."
		}
	case *critical.AttemptFailed:
		f.Version, f.What, f.Why = ev.Version, "Nobody was reached by telephone.", ev.Difficulty
	case *critical.Telephoned:
		f.Version, f.What = ev.Version, t.heardBy(ev)+", on the telephone to "+t.name(e.By)+": matches."
		f.Why = ev.Means
		if ev.Receiver != "" {
			f.Who = []wire.Name{t.staff(ev.Receiver)}
		}
		if at := ev.Occurred; !at.IsZero() {
			f.Occurred = &at
		}
	case *critical.LookedAt:
		f.Version, f.What, f.Why = ev.Version, "Looked at by "+t.name(e.By)+", who broke the glass.", ev.Reason
	case *critical.Noticed:
		f.Version, f.What, f.Why = ev.Version, "Notice to everybody who was told.", ev.What
		for _, p := range ev.To {
			f.Who = append(f.Who, t.staff(p))
		}
	case *critical.ReadBack:
		f.Version, f.What = ev.Version, "Read back by "+t.name(e.By)+": matches."
		f.Why = ev.Entered
	case *critical.Closed:
		f.Version, f.What = ev.Version, "Closed; "+t.name(ev.Owner)+" has it. Everybody else stood down."
		if ev.Owner == critical.KnownSpoken {
			f.What = "Closed. Everybody else stood down."
		}
		f.Why = ev.Outcome
	case *critical.Ended:
		f.Version, f.What = ev.Version, "Ended by "+t.name(ev.Owner)+" without a read-back."
		f.Why = ev.Reason
	}
	return f
}

// takes are the ways in which a person takes a call.
var takes = map[string]string{
	critical.HowMine: "my patient", critical.HowAct: "not my patient, but I act", critical.HowCallMe: "telephone me",
}

// heardBy says who repeated it. A name that stands in no roster is sealed, and is not told here.
func (t *teller) heardBy(ev *critical.Telephoned) string {
	if ev.Receiver != "" {
		return "Read back by " + t.name(ev.Receiver)
	}
	return "Read back by a " + ev.Role + " who is not in the roster"
}

func (t *teller) called(f *wire.Fact, ev *critical.Called) {
	var who []string
	for _, p := range ev.To {
		f.Who = append(f.Who, t.staff(p))
		who = append(who, t.name(p))
	}
	switch {
	case len(who) == 0 && ev.Ask == critical.AskDesk:
		f.What = "The desk was told to telephone."
	case ev.Ask == critical.AskDesk:
		f.What = "The desk was told to telephone: " + strings.Join(who, ", ") + "."
	case ev.Attempt > 1:
		f.What = "Called too: " + strings.Join(who, ", ") + "."
	default:
		f.What = "Called: " + strings.Join(who, ", ") + "."
	}
	if ev.Desk && ev.Ask != critical.AskDesk {
		f.What += " The desk was told beside."
	}
}

// differs says which fields of a read-back differed, by label, never what they hold.
func (t *teller) differs(fields []string) string {
	var out []string
	for _, f := range fields {
		part, id, ok := strings.Cut(f, " of ")
		if ok {
			f = "the " + part + " of " + t.label(id)
		} else {
			f = "the " + f
		}
		out = append(out, f)
	}
	return strings.Join(out, " and ")
}

func (t *teller) label(result string) string { return cmp.Or(t.labels[result], "a result") }

func (t *teller) name(id string) string {
	if id == "clock" {
		return "the clock"
	}
	return cmp.Or(t.staff(id).Name, id)
}

func outcome(o critical.Outcome) string { return strings.ReplaceAll(string(o), "-", " ") }
