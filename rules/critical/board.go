// Package critical knows what a critical result is, and when it counts as
// handed off: values and units, limit sets, calls with their ladders, and the
// work that nobody may forget.
//
// A Board is a value: Apply and every decision leave the one they are given
// as it was, so a Board may be read from many goroutines. Decisions (File,
// Answer, Due, …) only say which events should be recorded; time is their
// argument, and they make no ids and do no I/O.
package critical

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Window is for how long a finished call stays on the board, with its values,
// so that a correction or a repeat meets it. After it, recall the call.
const Window = 48 * time.Hour

// Board is all that is unfinished, by the ledger's word. The zero value is empty.
type Board struct {
	Calls    table.Map[string, Call]       `json:"calls"`            // open ones, by id
	Finished table.Map[string, Call]       `json:"finished"`         // within the Window, by id
	Refs     table.Map[string, string]     `json:"refs"`             // spoken reference → open call
	Held     table.Map[string, Waiting]    `json:"held,omitzero"`    // results that the bench looks at first, by the call to be
	Results  table.Map[string, string]     `json:"results"`          // result → the newest call on the board that tells it
	Work     table.Map[string, Work]       `json:"work"`             // by id
	Sets     table.Map[string, Set]        `json:"sets"`             // by id and version
	Active   table.Map[string, []Approval] `json:"active"`           // by setting, the newest last
	Codes    table.Map[string, Test]       `json:"codes"`            // by sender, system and code
	Units    table.Map[string, string]     `json:"units,omitzero"`   // by sender and spelling → UCUM
	Exempts  table.Map[string, Exemption]  `json:"exempts,omitzero"` // by patient and LOINC code
	Seq      int64                         `json:"seq"`              // of the newest event

	due  table.Map[string, string] // instant and id → id, of open calls and work
	gone table.Map[string, string] // instant and id → id, of finished calls
	of   table.Map[string, string] // patient and id → id, of open calls
}

// UnmarshalJSON reads a board, its two orders by time made anew.
func (b *Board) UnmarshalJSON(text []byte) error {
	type plain Board
	var p plain
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	for id, c := range p.Calls.All() {
		p.due = p.due.With(when(c.dueAt(), id), id)
		p.of = p.of.With(whose(c.Patient, id), id)
	}
	for id, w := range p.Work.All() {
		p.due = p.due.With(when(w.NextAt, id), id)
	}
	for id, w := range p.Held.All() {
		p.due = p.due.With(when(w.Until, id), id)
	}
	for id, c := range p.Finished.All() {
		p.gone = p.gone.With(when(c.Finished, id), id)
	}
	*b = Board(p)
	return nil
}

// when is a key that sorts by time, then id.
func when(at time.Time, id string) string {
	return at.UTC().Format("2006-01-02T15:04:05.000000Z") + " " + id
}

// Find is a call on the board by its id or, while it is open, by its reference.
func (b Board) Find(idOrRef string) (Call, bool) {
	if id, ok := b.ref(idOrRef); ok {
		idOrRef = id
	}
	if c, ok := b.Calls.Get(idOrRef); ok {
		return c, true
	}
	return b.Finished.Get(idOrRef)
}

func (b Board) ref(ref string) (string, bool) { return b.Refs.Get(strings.ToUpper(ref)) }

// put writes an open call and keeps the order by time.
func (b Board) put(c Call) Board {
	if old, ok := b.Calls.Get(c.ID); ok {
		b.due = b.due.Without(when(old.dueAt(), c.ID))
		b.of = b.of.Without(whose(old.Patient, c.ID))
	}
	b.Calls = b.Calls.With(c.ID, c)
	b.of = b.of.With(whose(c.Patient, c.ID), c.ID)
	b.due = b.due.With(when(c.dueAt(), c.ID), c.ID)
	return b
}

func (b Board) putWork(w Work) Board {
	if old, ok := b.Work.Get(w.ID); ok {
		b.due = b.due.Without(when(old.NextAt, w.ID))
	}
	b.Work = b.Work.With(w.ID, w)
	b.due = b.due.With(when(w.NextAt, w.ID), w.ID)
	return b
}

func (b Board) settle(id string) Board {
	if w, ok := b.Work.Get(id); ok {
		b.due = b.due.Without(when(w.NextAt, id))
		b.Work = b.Work.Without(id)
	}
	return b
}

// finish moves a call from the open ones to the finished.
func (b Board) finish(c Call, as Standing, outcome, owner string, at time.Time) Board {
	b.due = b.due.Without(when(c.dueAt(), c.ID))
	b.of = b.of.Without(whose(c.Patient, c.ID))
	b.Calls = b.Calls.Without(c.ID)
	if of, _ := b.Refs.Get(c.Ref); of == c.ID {
		b.Refs = b.Refs.Without(c.Ref)
	}
	c.Standing, c.Outcome, c.Owner, c.Finished, c.NextAt, c.Own, c.Desk = as, outcome, owner, at, time.Time{}, time.Time{}, nil
	b.Finished = b.Finished.With(c.ID, c)
	b.gone = b.gone.With(when(at, c.ID), c.ID)
	return b
}

// sweep drops the finished calls whose window is over.
func (b Board) sweep(now time.Time) Board {
	if b.gone.Len() == 0 {
		return b
	}
	end := when(now.Add(-Window), "")
	for k, id := range b.gone.All() {
		if k >= end {
			break
		}
		c, _ := b.Finished.Get(id)
		for _, r := range c.Results {
			if of, _ := b.Results.Get(r.ID); of == id {
				b.Results = b.Results.Without(r.ID)
			}
		}
		b.Finished = b.Finished.Without(id)
		b.gone = b.gone.Without(k)
	}
	return b
}

// Apply is the board after one more event. Events that this board does not
// wait for (a second closing, a rung of a finished call, those of other rooms)
// change nothing.
//
// An event whose Seq is not past the board's is one that was recalled: only a
// call that is no more on the board comes back by it, until the next new
// event drops what is past its window. A Seq of 0 is a draft.
func (b Board) Apply(ev Event, m Mark) Board {
	at := stamp(m.At)
	if m.Seq > 0 && m.Seq <= b.Seq {
		return b.recalled(ev, m.By, at)
	}
	if m.Seq > 0 {
		b = b.sweep(at)
		b.Seq = m.Seq
	}
	switch e := ev.(type) {
	case *Drafted:
		b.Sets = b.Sets.With(setKey(e.Set.ID, e.Set.Version), e.Set)
	case *Approved:
		b.Active = approve(b.Active, e, at)
	case *Retired:
		as, _ := b.Active.Get(e.Setting)
		as = slices.DeleteFunc(slices.Clone(as), func(a Approval) bool { return a.Limits == e.Limits && a.Version == e.Version })
		if b.Active = b.Active.Without(e.Setting); len(as) > 0 {
			b.Active = b.Active.With(e.Setting, as)
		}
	case *Mapped:
		b.Codes = b.Codes.With(codeKey(e.Sender, Coding{e.System, e.Code}), e.Test)
	case *Spelled:
		b.Units = b.Units.With(e.Sender+"\x1f"+squeeze(e.Written), e.Unit)
	case *SaidTold:
		b = b.work(Work{ID: e.Told, Reason: ReasonSaidTold, Message: e.Message, Patient: e.Patient, Said: e.Sealed}, e.Result, at)
	case *Quarantined:
		b = b.work(Work{ID: e.Message, Reason: e.Reason, Message: e.Message, Critical: e.Critical}, "", at)
	case *Resolved:
		b = b.settle(e.Work)
	case *Exempted:
		b = b.exempt(e, at)
	case *Rearmed:
		b = b.rearmed(func(x Exemption) bool { return x.ID == e.ID })
	case *Reported:
		b = b.reported(e, at)
	case *Held:
		b = b.heldBack(e, at)
	case *RerunBegun:
		if w, ok := b.Held.Get(e.Call); ok {
			w.Owner, w.Rerun = e.By, true
			b.Held = b.Held.With(e.Call, w)
		}
	case *Released:
		b = b.letGo(e.Call)
	case *Opened:
		b = b.opened(e, at)
	case *Called:
		b = b.called(e, at)
	case *Delivered:
		b = b.delivered(e, at)
	case *Missed:
		b = b.missed(e, at)
	case *Noticed:
		b = b.noticed(e, at)
	case *Seen, *Corrected, *Raised, *Identified, *Closed, *Ended, *Taken, *PassedOn, *Mismatched, *Attempted, *AttemptFailed, *Telephoned, *Escalated, *LookedAt:
		b = b.answered(ev, m.By, at)
	}
	return b
}

// recalled folds an event from the past, which only calls are asked for.
func (b Board) recalled(ev Event, by string, at time.Time) Board {
	switch e := ev.(type) {
	case *Opened:
		return b.opened(e, at)
	case *Called:
		if _, ok := b.Calls.Get(e.Call); ok {
			return b.called(e, at)
		}
	case *Delivered:
		return b.delivered(e, at)
	case *Missed:
		return b.missed(e, at)
	case *Noticed:
		return b.noticed(e, at)
	case *Seen, *Corrected, *Raised, *Identified, *Closed, *Ended, *Taken, *PassedOn, *Mismatched, *Attempted, *AttemptFailed, *Telephoned, *Escalated, *LookedAt:
		return b.answered(ev, by, at)
	}
	return b
}

// answered folds what is about one open call.
func (b Board) answered(ev Event, by string, at time.Time) Board {
	c, ok := b.Calls.Get(ev.About()[0])
	if e, late := ev.(*Attempted); late && !ok {
		return b.late(e, by)
	}
	if !ok {
		return b
	}
	switch e := ev.(type) {
	case *Seen:
		if c.seen(by, e.Version) {
			return b
		}
		c.Seen = append(slices.Clip(slices.Clone(c.Seen)), Look{By: by, Version: e.Version, At: at})
	case *Corrected:
		i := c.result(e.Result.ID)
		if i < 0 || e.Version <= c.Version {
			return b
		}
		c.Results = slices.Clone(c.Results)
		c.Results[i] = Result{Item: e.Result, Told: e.Sealed, Before: c.Results[i].before()}
		c.Version, c.Tier, c.Next, c.NextAt, c.Own = e.Version, e.Tier, max(0, min(e.Step, len(c.Steps)-1)), at, time.Time{}
		c.Since = c.knownSince(e.Result.Available, at)
	case *Raised:
		c = c.raised(e, at)
	case *Identified:
		c = c.identified(e, at)
	case *Closed:
		return b.finish(c, IsClosed, e.Outcome, e.Owner, at)
	case *Ended:
		return b.finish(c, IsEnded, e.Reason, e.Owner, at)
	default:
		c = c.replied(ev, by, at)
	}
	return b.put(c)
}

func (b Board) reported(e *Reported, at time.Time) Board {
	if e.Work == "" {
		return b
	}
	w := Work{ID: e.Work, Reason: string(e.Outcome), Message: e.Message, Patient: e.Patient, Sender: e.Sender, Coding: Coding{e.System, e.Code}, Critical: e.Hint}
	switch {
	case e.Late:
		w.Reason, w.Critical = ReasonLate, e.Outcome != Normal
	case e.Status == "W" && e.Call != "":
		w.Reason, w.Critical = ReasonWrongPatient, true
	case e.Outcome.Unjudged(), e.Outcome == NoLimit:
		w.Critical = e.Hint || e.Call != "" // what was told as critical may be so still
	case e.Outcome == Critical:
		w.Reason = ReasonUnidentified
	default:
		w.Reason = ReasonCorrected
	}
	return b.work(w, e.Result, at)
}

func (b Board) opened(e *Opened, at time.Time) Board {
	if _, ok := b.Find(e.Call); ok || len(e.Steps) == 0 {
		return b
	}
	b = b.letGo(e.Call)
	c := callOf(e, at)
	old, _ := b.Find(e.Corrects)
	for i, r := range e.Results {
		if j := old.result(r.ID); j >= 0 {
			c.Results[i].Before = old.Results[j].before()
		}
		if of, ok := b.Results.Get(r.ID); !ok || of == e.Corrects {
			b.Results = b.Results.With(r.ID, c.ID)
		}
	}
	if _, taken := b.Refs.Get(c.Ref); !taken {
		b.Refs = b.Refs.With(c.Ref, c.ID)
	}
	return b.put(c)
}

// callOf is the call that an event opens.
func callOf(e *Opened, at time.Time) Call {
	c := Call{
		ID: e.Call, Ref: e.Ref, Patient: e.Patient, Unit: e.Unit, Ordering: e.Ordering, Setting: e.Setting, Tier: e.Tier, Version: e.Version,
		Standing: IsOpen, Owner: AskDesk, Corrects: e.Corrects, Release: e.Release, Who: e.Sealed.Who, Steps: e.Steps, NextAt: at, Opened: at,
	}
	if e.BreachAfter > 0 {
		c.Breach = at.Add(time.Duration(e.BreachAfter) * time.Second)
	}
	for i, r := range e.Results {
		told := Told{}
		if i < len(e.Sealed.Told) {
			told = e.Sealed.Told[i]
		}
		c.Results = append(c.Results, Result{Item: r, Told: told})
	}
	return c
}

func (b Board) called(e *Called, at time.Time) Board {
	r := Rung{Step: e.Step, Attempt: e.Attempt, Ask: e.Ask, To: e.To, Desk: e.Desk, Version: e.Version, At: at, Why: e.Why, Beside: e.Beside, For: e.For}
	if c, ok := b.Calls.Get(e.Call); ok {
		if e.Attempt <= c.Attempt {
			return b
		}
		r.Unit = c.At()
		if !e.Beside && e.Ask != AskDesk && len(e.To) > 0 && len(c.Takes) == 0 && !slices.ContainsFunc(c.Called, Rung.ladder) {
			c.Owner = e.To[0]
		}
		c.Called, c.Attempt = fire(c.Called, r), e.Attempt
		if !e.Beside {
			c.Next, c.NextAt, c.Own = min(e.Step+1, len(c.Steps)-1), stamp(e.Due), time.Time{}
		}
		return b.put(c.deskTold(e, at))
	}
	if w, ok := b.Work.Get(e.Work); ok {
		w.Called, w.Attempt = fire(w.Called, r), e.Attempt
		w.Next, w.NextAt = min(e.Step+1, len(w.Steps)-1), stamp(e.Due)
		if w.Owner = e.Ask; len(e.To) > 0 {
			w.Owner = e.To[0]
		}
		return b.putWork(w)
	}
	return b
}
