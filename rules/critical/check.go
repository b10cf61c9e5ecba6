package critical

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Check gives what is wrong with the board at now, in words without patient
// data; nothing if every promise holds: no open call or work item without a
// deadline that is not yet past, none without the desk at its end, no rung
// without somebody told and a reason, nothing finished without an outcome and
// an owner, each spoken reference for one call, each result with its call,
// and the orders by time as the calls say. Give it a now that is behind the
// clock by what a turn may be late. It costs a look at everything.
func (b Board) Check(now time.Time) []string {
	var bad []string
	say := func(id, what string) { bad = append(bad, id+": "+what) }
	refs, results := 0, 0
	var due, gone, of table.Map[string, string]
	for id, c := range b.Calls.All() {
		due = due.With(when(c.dueAt(), id), id)
		of = of.With(whose(c.Patient, id), id)
		c.check(now, id, say)
		if c.Standing != IsOpen || c.Outcome != "" || c.Owner == "" {
			say(id, "stands among the open calls and is not")
		}
		if to, _ := b.Refs.Get(c.Ref); to != id {
			say(id, "its reference leads elsewhere")
		}
		refs++
	}
	for id, c := range b.Finished.All() {
		gone = gone.With(when(c.Finished, id), id)
		switch {
		case c.Standing == IsOpen || c.Outcome == "":
			say(id, "finished without an outcome")
		case c.Owner == "":
			say(id, "finished without an owner")
		case !c.NextAt.IsZero():
			say(id, "finished and still has a deadline")
		}
		c.answers(id, say)
		if _, ok := b.Calls.Get(id); ok {
			say(id, "both open and finished")
		}
	}
	for id, of := range b.Results.All() {
		c, ok := b.Find(of)
		if !ok || c.result(id) < 0 {
			say(id, "leads to a call that does not tell it")
		}
		results++
	}
	for id, c := range b.Calls.All() {
		for _, r := range c.Results {
			if _, ok := b.Results.Get(r.ID); !ok {
				say(id, "tells a result that does not lead to any call")
			}
		}
	}
	for id, w := range b.Work.All() {
		due = due.With(when(w.NextAt, id), id)
		ladderCheck(w.Steps, w.Next, w.NextAt, w.Called, now, id, say)
		if w.Owner == "" {
			say(id, "work without an owner")
		}
	}
	for id, w := range b.Held.All() {
		due = due.With(when(w.Until, id), id)
		refs++
		switch of, _ := b.Refs.Get(w.Call.Ref); {
		case of != id:
			say(id, "its reference leads elsewhere")
		case w.Owner == "":
			say(id, "held without an owner")
		case w.Until.Before(now):
			say(id, "held past its deadline")
		case len(w.Call.Results) == 0 || len(w.Call.Steps) == 0:
			say(id, "held without a result or a ladder")
		}
		if _, ok := b.Find(id); ok {
			say(id, "both held and called")
		}
	}
	b.exemptCheck(say)
	if b.Refs.Len() != refs {
		say("references", fmt.Sprintf("%d for %d open and held calls", b.Refs.Len(), refs))
	}
	if !equal(due, b.due) {
		say("deadlines", "their order is not what the calls say")
	}
	if !equal(of, b.of) {
		say("patients", "their calls are not what the calls say")
	}
	if !equal(gone, b.gone) {
		say("finished calls", "their order is not what the calls say")
	}
	return bad
}

func (c Call) check(now time.Time, id string, say func(id, what string)) {
	ladderCheck(c.Steps, c.Next, c.NextAt, c.Called, now, id, say)
	c.answers(id, say)
	if c.dueAt().Before(now) {
		say(id, "the desk's reminder has passed")
	}
	if n := len(c.Takes); n > 0 && c.Owner != c.Takes[n-1].By {
		say(id, "who took it last does not own it")
	}
	if !c.Own.IsZero() && c.NextAt.Sub(c.Own) > leases*LeaseFor {
		say(id, "leases hold its next step back for longer than they may")
	}
	if n := len(c.Passes); n >= 2 && now.After(c.Passes[n-1].At) && (c.Desk == nil || c.Desk.Since.IsZero()) { // it comes with the very next entries
		say(id, "passed on by two and the desk has no task")
	}
	c.noticeCheck(say)
	if len(c.Results) == 0 {
		say(id, "a call without a result")
	}
	if c.Version < 1 {
		say(id, "a call without a version")
	}
}

// answers checks what people did, of open and finished calls.
func (c Call) answers(id string, say func(id, what string)) {
	for _, p := range c.Passes {
		for _, r := range c.Called {
			if r.Attempt > p.Attempt && r.Ask != AskDesk && slices.Contains(r.To, p.By) {
				say(id, "asks again who passed it on")
			}
		}
	}
	for _, t := range c.Takes {
		if t.Until.Sub(t.At) > LeaseFor || t.N > leases {
			say(id, "a lease longer than it may be")
		}
	}
	told := 0
	for i, p := range c.Phones {
		switch {
		case p.N != i+1:
			say(id, "its attempts by telephone are not numbered in order")
		case p.Outcome == "telephoned":
			told++
		case p.Outcome == "" && slices.ContainsFunc(c.Phones[i+1:], func(o Phone) bool { return o.By == p.By && o.Outcome == "" }):
			say(id, "one person telephones twice at once")
		}
	}
	byPhone := c.Standing == IsClosed && c.Outcome == "telephoned"
	if told > 1 || byPhone != (told == 1) && c.Standing != IsOpen { // it is closed by the very next entry
		say(id, fmt.Sprintf("%d telephoned, and its outcome is %q", told, c.Outcome))
	}
}

func ladderCheck(steps []Step, next int, at time.Time, called []Rung, now time.Time, id string, say func(id, what string)) {
	switch {
	case len(steps) == 0 || steps[len(steps)-1].Ask != AskDesk:
		say(id, "its ladder does not end at the desk")
	case next < 0 || next >= len(steps):
		say(id, "its next step is not on its ladder")
	case at.IsZero():
		say(id, "open without a deadline")
	case at.Before(now):
		say(id, "its deadline has passed")
	}
	for _, r := range called {
		if r.Why == "" {
			say(id, "a rung without a reason")
		}
		if len(r.To) == 0 && !r.Desk {
			say(id, "a rung without anybody told")
		}
	}
}

func equal(a, b table.Map[string, string]) bool {
	if a.Len() != b.Len() {
		return false
	}
	for k, v := range a.All() {
		if o, ok := b.Get(k); !ok || o != v {
			return false
		}
	}
	return true
}
