package lab

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// View returns a call as a viewer's screen gets it, as things stand at a time. Whether the viewer may see it is asked
// before (MaySee); it holds patient data, so a bare viewer must not get it.
func (s *State) View(c critical.Call, v Viewer, now time.Time) wire.Call {
	out := wire.Call{
		ID: c.ID, Ref: c.Ref, Version: c.Version, Standing: string(c.Standing), Tier: c.Tier, Unit: c.Unit, Corrects: c.Corrects,
		Release: c.Release, Patient: patientView(c),
		Results: []wire.Result{}, Rungs: s.rungs(c.Called), Mismatches: c.Mismatches,
		Opened: c.Opened, Breach: some(c.Breach), Finished: some(c.Finished), Outcome: c.Outcome,
	}
	if at := s.Place(c.Patient, c.Unit).Unit; at != c.Unit {
		out.UnitNow = at
	}
	for i := range c.Results {
		out.Results = append(out.Results, resultView(&c.Results[i]))
	}
	for _, l := range c.Seen {
		out.Seen = append(out.Seen, wire.Look{By: s.Name(l.By), Version: l.Version, At: l.At})
	}
	for _, n := range c.Noticed {
		out.Notices = append(out.Notices, wire.Notice{To: s.names(n.To), Version: n.Version, What: n.What, At: n.At})
	}
	if c.Owner != "" {
		owner := s.Owner(c)
		out.Owner = &owner
	}
	s.answers(&out, c, now)
	out.May.Called = c.WasCalled(v.Subject)
	if c.Standing == critical.IsOpen {
		out.Next = s.next(c, now)
		out.May = s.may(c, v, now)
	}
	return out
}

func resultView(r *critical.Result) wire.Result {
	t := &r.Told
	out := wire.Result{
		ID: r.ID, Label: r.Label, LOINC: r.LOINC, Value: t.Value, Unit: t.Unit, Range: t.Range, Flag: t.Flag, Why: t.Why,
		Status: r.Status, Outcome: string(r.Outcome), Tier: r.Tier, Rule: r.Rule,
		Accession: t.Accession, Taken: t.Taken, Resulted: t.Resulted, Was: t.Was,
	}
	if t.Finding != nil {
		out.Words, out.Choose = t.Finding.Said, t.Finding.Choose
	}
	return out
}

func (s *State) rungs(called []critical.Rung) []wire.Rung {
	out := []wire.Rung{}
	for _, r := range called {
		out = append(out, wire.Rung{
			Attempt: r.Attempt, Ask: r.Ask, To: s.names(r.To), Desk: r.Desk, Version: r.Version, At: r.At, Why: r.Why,
			Reach:  s.reach(r.Reach),
			Beside: r.Beside, For: s.someone(r.For),
		})
	}
	return out
}

func (s *State) reach(all []critical.Reach) []wire.Reach {
	var out []wire.Reach
	for _, r := range all {
		out = append(out, wire.Reach{Name: s.Name(r.Person), Delivered: some(r.Delivered), Device: r.Device, Missed: r.Missed, At: r.At})
	}
	return out
}

// next tells who would be asked if the next step with anybody to ask fired now.
func (s *State) next(c critical.Call, now time.Time) *wire.Next {
	if c.Next >= len(c.Steps) {
		return nil
	}
	resolve := s.Resolve(now)
	var out *wire.Next
	for _, step := range c.Steps[c.Next:] {
		to, _ := c.Whom(resolve, step)
		desk := step.Desk || step.Ask == critical.AskDesk
		out = &wire.Next{Ask: step.Ask, To: s.names(to), Desk: desk, At: c.NextAt}
		if len(to) > 0 || step.Ask == critical.AskDesk {
			break
		}
	}
	return out
}

// Calls returns what a viewer's screen shows of calls and work at a time; hours is how far back finished calls go, at
// most critical.Window. A bare viewer gets Bells alone.
func (s *State) Calls(v Viewer, channels []string, hours int, now time.Time) wire.Calls {
	out := wire.Calls{Head: s.Seq, Now: now, Calls: []wire.Call{}}
	if s.Bare(v) {
		out.Bells = s.bells(channels)
		return out
	}
	var open []critical.Call
	for _, c := range s.Critical.Calls.All() {
		if s.MaySee(channels, c) || c.Broke(v.Subject, now) {
			open = append(open, c)
		}
	}
	slices.SortStableFunc(open, func(a, b critical.Call) int { return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.ID, b.ID)) })
	for _, c := range open {
		out.Calls = append(out.Calls, s.View(c, v, now))
	}
	since := now.Add(-time.Duration(hours) * time.Hour)
	for _, c := range s.Critical.Finished.All() {
		if hours > 0 && c.Finished.After(since) && s.MaySee(channels, c) {
			out.Finished = append(out.Finished, s.View(c, v, now))
		}
	}
	slices.SortStableFunc(out.Finished, func(a, b wire.Call) int { return b.Finished.Compare(*a.Finished) })
	if slices.Contains(channels, "lab") {
		for _, w := range s.Critical.Work.All() {
			out.Work = append(out.Work, s.workView(w))
		}
		out.Held = s.held()
	}
	if p := s.Roster.Get(v.Subject); p.Valid(now) && (p.Role == roster.Supervisor || p.Role == roster.Director) {
		out.Glass = s.broken()
	}
	return out
}

func (s *State) workView(w critical.Work) wire.Work {
	out := wire.Work{
		ID: w.ID, Reason: w.Reason, Sender: w.Sender, System: w.Coding.System, Code: w.Coding.Code, Message: w.Message,
		Waiting: w.Waiting, Critical: w.Critical, Owner: s.Name(w.Owner), Opened: w.Opened, Due: w.NextAt, Rungs: s.rungs(w.Called),
		Ways: critical.Ways(w.Reason),
	}
	if w.Said != (critical.Said{}) {
		said := wire.Said(w.Said)
		out.Said = &said
	}
	return out
}

// bells returns the open calls as a bare viewer gets them: reference and when the next step is due.
func (s *State) bells(channels []string) []wire.Bare {
	out := []wire.Bare{}
	for _, c := range s.Critical.Calls.All() {
		if May(channels, heard(nil, c.Called, nil)) {
			out = append(out, wire.Bare{Seq: s.Seq, At: c.Opened, Call: c.Ref, Due: some(c.NextAt)})
		}
	}
	return out
}

// Bell returns what a bare frame says of an entry's main subject: the call's reference, and when its next step is due;
// ok is false if the entry rings nobody.
func (s *State) Bell(kind string, about []string) (ref string, due *time.Time, ok bool) {
	if len(about) == 0 {
		return "", nil, false
	}
	if strings.HasPrefix(about[0], "call/") && Rings(kind, about) {
		c, _ := s.Critical.Find(about[0])
		return c.Ref, some(c.NextAt), true
	}
	if kind == "critical.called" { // a work item
		w, _ := s.Critical.Work.Get(about[0])
		return "", some(w.NextAt), true
	}
	return "", nil, false
}

// Rings tells whether an entry is one that bare viewers hear of: what is about calls, but for receipts, which ring nobody.
func Rings(kind string, about []string) bool {
	switch kind {
	case "critical.held", "critical.rerun", "critical.released", // nobody is called yet
		"critical.delivered", "critical.missed":
		return false
	}
	return len(about) > 0 && (strings.HasPrefix(about[0], "call/") || kind == "critical.called")
}

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
