package lab

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// DutyOf returns at which post a person is on duty now; "" if at none.
func (s *State) DutyOf(person string, now time.Time) string {
	for _, c := range s.Channels(person, now) {
		if strings.HasPrefix(c, "post/") {
			return c
		}
	}
	return ""
}

// may tells what a viewer may do with an open call now, and of what not, why not.
func (s *State) may(c critical.Call, v Viewer, now time.Time) wire.May {
	p := s.Roster.Get(v.Subject)
	ofLab := p.Valid(now) && p.Role.OfLab() && !s.Bare(v)
	m := wire.May{Called: c.WasCalled(v.Subject), WhyNot: map[string]string{}}
	can := func(name string, err error) bool {
		if err != nil {
			m.WhyNot[name] = whyNot(err)
		}
		return err == nil
	}
	r := s.Reader(v, c, false, now)
	err := r.May(c)
	switch {
	case err != nil:
		m.Why = whyNot(err)
	case !c.Identified():
		m.Why = "unidentified"
	default:
		m.ReadBack = true
	}
	take := cmp.Or(r.MayTake(c), c.MayTake(v.Subject, now))
	m.Take, m.Act, m.CallMe = can("take", take), can("act", take), can("callMe", take)
	m.PassOn = can("passOn", cmp.Or(r.MayPassOn(c), c.MayPassOn(v.Subject, now)))
	if m.Telephone = ofLab; !ofLab {
		m.WhyNot["telephone"] = "role"
	}
	r.Glass = "asked"
	m.Glass = m.Why == "not-yours" && r.May(c) == nil && c.Identified()
	m.End = p.Valid(now) && p.Role == roster.Director && !s.Bare(v)
	if len(m.WhyNot) == 0 {
		m.WhyNot = nil
	}
	return m
}

func whyNot(err error) string {
	if may, ok := errors.AsType[*critical.MayNotError](err); ok {
		return may.Reason
	}
	if errors.Is(err, critical.ErrTaken) {
		return "taken"
	}
	return "closed"
}

// answers puts on a view what people did about a call.
func (s *State) answers(out *wire.Call, c critical.Call, now time.Time) {
	for _, t := range c.Takes {
		out.Takes = append(out.Takes, s.taken(t))
	}
	for _, p := range c.Passes {
		out.Passes = append(out.Passes, wire.Passed{By: s.Name(p.By), To: s.someone(p.To), Reason: p.Reason, Note: p.Note, At: p.At})
	}
	for _, p := range c.Phones {
		out.Phones = append(out.Phones, s.phone(p))
	}
	for _, t := range c.Tries {
		out.Tries = append(out.Tries, wire.Try{By: s.Name(t.By), At: t.At, Version: t.Version, Fields: labelled(c, t.Fields), Attempt: t.Phone})
	}
	for _, k := range c.Skipped {
		out.Skipped = append(out.Skipped, wire.Skip{Ask: k.Ask, At: k.At, Why: k.Why})
	}
	for _, g := range c.Glass {
		out.Glass = append(out.Glass, s.glass(g))
	}
	for _, who := range c.Late {
		out.Late = append(out.Late, s.Name(who))
	}
	out.Timeline = s.timeline(c)
	if c.Standing != critical.IsOpen {
		return
	}
	if t, ok := c.Lease(now); ok {
		has := s.taken(t)
		out.Taken = &has
	}
	if d := c.Desk; d != nil && !d.Since.IsZero() {
		out.Task = &wire.Task{Why: d.Why, For: s.someone(d.For), Since: d.Since, Again: d.NextAt}
		for _, t := range slices.Backward(c.Takes) {
			if t.By == d.For && t.Phone != "" {
				out.Task.Phone = t.Phone
				break
			}
		}
	}
	out.Waits = s.waits(c, now)
}

func (s *State) taken(t critical.Take) wire.Taken {
	return wire.Taken{By: s.Name(t.By), How: t.How, N: t.N, At: t.At, Until: t.Until, Phone: t.Phone}
}

func (s *State) glass(g critical.Pane) wire.Glass {
	return wire.Glass{BreakGlass: wire.BreakGlass{Reason: g.Reason, Text: g.Text}, By: s.Name(g.By), At: g.At}
}

func (s *State) phone(p critical.Phone) wire.Phone {
	out := wire.Phone{
		Attempt: p.N, By: s.Name(p.By), To: s.someone(p.To), At: p.At, Again: p.Again, Version: p.Version,
		Started: p.Started, Ended: some(p.Ended), Outcome: p.Outcome, Note: p.Note,
	}
	if p.Role != "" {
		out.Receiver = &wire.Receiver{Person: p.Receiver, Name: p.Name, Role: p.Role, Known: p.Known}
	}
	return out
}

// someone is a member of staff, or nil for nobody.
func (s *State) someone(id string) *wire.Name {
	if id == "" {
		return nil
	}
	n := s.Name(id)
	return &n
}

// labelled names fields of a read-back as people do.
func labelled(c critical.Call, fields []string) []string {
	out := make([]string, 0, len(fields))
	for _, f := range fields {
		part, id, ok := strings.Cut(f, " of ")
		if ok {
			f = part + " of a result"
			for _, r := range c.Results {
				if r.ID == id && r.Label != "" {
					f = part + " of " + r.Label
				}
			}
		}
		out = append(out, f)
	}
	return out
}

// waits tells who waits for whom: for who took the call, who is in conversation, who was asked last and has not passed it
// on, or the desk.
func (s *State) waits(c critical.Call, now time.Time) *wire.Waits {
	w := &wire.Waits{What: "desk", Until: c.NextAt}
	if i := slices.IndexFunc(c.Phones, func(p critical.Phone) bool { return p.Outcome == "" && p.Version == c.Version }); i >= 0 {
		w.What, w.By = "telephone", s.someone(c.Phones[i].By)
		if c.Phones[i].To != "" {
			w.For = s.names([]string{c.Phones[i].To})
		}
		return w
	}
	if t, ok := c.Lease(now); ok {
		w.What, w.For, w.Until = "read-back", s.names([]string{t.By}), t.Until
		if t.How == critical.HowCallMe {
			w.What = "telephone"
		}
		return w
	}
	for _, r := range slices.Backward(c.Called) {
		to := slices.DeleteFunc(slices.Clone(r.To), c.Passed)
		if r.Ask != critical.AskDesk && r.Version == c.Version && len(to) > 0 && !strings.HasPrefix(r.Why, "the routing is wrong") {
			w.What, w.For = "answer", s.names(to)
			return w
		}
	}
	return w
}

// timeline is what happened to a call, in order of time.
func (s *State) timeline(c critical.Call) []wire.Moment {
	out := []wire.Moment{{At: c.Opened, What: "opened", N: 1, Code: c.Tier}}
	add := func(m wire.Moment) { out = append(out, m) }
	for _, l := range c.Seen {
		add(wire.Moment{At: l.At, What: "seen", By: s.someone(l.By), N: l.Version})
	}
	for _, t := range c.Takes {
		add(wire.Moment{At: t.At, What: "taken", By: s.someone(t.By), Code: t.How, N: t.N})
	}
	for _, p := range c.Passes {
		m := wire.Moment{At: p.At, What: "passed-on", By: s.someone(p.By), Code: p.Reason, Why: p.Note}
		if p.To != "" {
			m.To = s.names([]string{p.To})
		}
		add(m)
	}
	for _, t := range c.Tries {
		add(wire.Moment{At: t.At, What: "mismatched", By: s.someone(t.By), Why: strings.Join(labelled(c, t.Fields), ", "), N: t.Phone})
	}
	for _, g := range c.Glass {
		add(wire.Moment{At: g.At, What: "glass", By: s.someone(g.By), Code: g.Reason, Why: g.Text})
	}
	for _, p := range c.Phones {
		m := wire.Moment{At: p.Started, What: "telephone", By: s.someone(p.By), N: p.N}
		if p.To != "" {
			m.To = s.names([]string{p.To})
		}
		add(m)
		switch p.Outcome {
		case "", "mismatch", "again":
		case "telephoned":
			who := wire.Name{ID: p.Receiver, Name: p.Name, Title: p.Role}
			add(wire.Moment{At: p.Ended, What: "telephoned", By: s.someone(p.By), To: []wire.Name{who}, Code: p.Known, Why: critical.Verbal, N: p.N})
		default:
			add(wire.Moment{At: p.Ended, What: "telephone-failed", By: s.someone(p.By), Code: p.Outcome, Why: p.Note, N: p.N})
		}
	}
	for _, k := range c.Skipped {
		add(wire.Moment{At: k.At, What: "skipped", Code: k.Ask, Why: k.Why})
	}
	for _, r := range c.Called { // after what people did in the same instant, of which they come
		add(wire.Moment{At: r.At, What: "called", To: s.names(r.To), Desk: r.Desk, Code: r.Ask, Why: r.Why, N: r.Attempt})
	}
	slices.SortStableFunc(out, func(a, b wire.Moment) int { return a.At.Compare(b.At) })
	if c.Standing != critical.IsOpen {
		owner := s.Owner(c)
		out = append(out, wire.Moment{At: c.Finished, What: string(c.Standing), By: &owner, Code: c.Outcome})
	}
	return out
}

// Owner is who has a call, as others read it: of one that was told by telephone perhaps only a name.
func (s *State) Owner(c critical.Call) wire.Name {
	if c.Owner == critical.KnownSpoken {
		for _, p := range c.Phones {
			if p.Outcome == "telephoned" {
				return wire.Name{Name: p.Name, Title: p.Role}
			}
		}
	}
	return s.Name(c.Owner)
}

// broken lists who broke the glass of any call on the board, the newest first. O(calls on the board).
func (s *State) broken() []wire.Glass {
	var out []wire.Glass
	for _, calls := range []func(func(string, critical.Call) bool){s.Critical.Calls.All(), s.Critical.Finished.All()} {
		for _, c := range calls {
			for _, g := range c.Glass {
				one := s.glass(g)
				one.Call, one.Ref = c.ID, c.Ref
				out = append(out, one)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b wire.Glass) int { return b.At.Compare(a.At) })
	return out
}
