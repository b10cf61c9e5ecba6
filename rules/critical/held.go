package critical

import (
	"slices"
	"time"
)

// HeldFor is how long the bench has to confirm or rerun a held result; then it
// is called as not confirmed.
const HeldFor = 10 * time.Minute

// How a held result came to its call, or to its end.
const (
	Confirmed    = "confirmed"     // by a person of the laboratory
	Rerun        = "rerun"         // a rerun gave a value that is called, or the same one
	NotConfirmed = "not-confirmed" // nobody said anything in time
	Cleared      = "cleared"       // a rerun gave a value that is not called
	TakenBack    = "withdrawn"     // the sender took the result back
)

// Waiting is a critical result that the bench looks at before it is called. It
// has an owner and a deadline, at which it is called all the same.
type Waiting struct {
	Call        Call      `json:"call"` // as it will be opened
	Message     string    `json:"message,omitempty"`
	BreachAfter int       `json:"breachAfter,omitempty"`
	Reason      string    `json:"reason"`
	Owner       string    `json:"owner"`
	Rerun       bool      `json:"rerun,omitempty"` // the owner runs it again
	Since       time.Time `json:"since"`
	Until       time.Time `json:"until"`
}

// Held says that a critical result waits for the bench: why, for whom, and
// until when. Its call is ready, with the same fields as critical.opened, and
// opens at the deadline at the latest.
type Held struct {
	Opened
	Reason string    `json:"reason"` // a code of the limit set: "haemolysed", "implausible", …
	Owner  string    `json:"owner"`
	Until  time.Time `json:"until"`
}

// Kind is "critical.held".
func (*Held) Kind() string { return "critical.held" }

// RerunBegun says that a person of the bench runs a held result again. Its deadline stays.
type RerunBegun struct {
	Call string `json:"call"`
	By   string `json:"by"`
}

// Kind is "critical.rerun".
func (*RerunBegun) Kind() string { return "critical.rerun" }

// About is the call to be, and who runs it again.
func (e *RerunBegun) About() []string { return about(e.Call, e.By) }

// Enclosure is nil.
func (*RerunBegun) Enclosure() any { return nil }

// Released says that a held result is not called as it was: a rerun gave
// another value, which was judged anew, or the sender took it back.
type Released struct {
	Call   string `json:"call"`
	Result string `json:"result"`
	How    string `json:"how"` // "rerun", "cleared", "withdrawn"
}

// Kind is "critical.released".
func (*Released) Kind() string { return "critical.released" }

// About is the call that was to be, and the result.
func (e *Released) About() []string { return about(e.Call, e.Result) }

// Enclosure is nil.
func (*Released) Enclosure() any { return nil }

// Confirm is the events by which a person of the bench confirms a held result:
// it is called at once. Errors: ErrNotHeld, ErrMayNot.
func (b Board) Confirm(call, by string, now time.Time, resolve Resolve) ([]Event, error) {
	w, ok := b.FindHeld(call)
	switch {
	case !ok:
		return nil, ErrNotHeld
	case by == "":
		return nil, ErrMayNot
	}
	return b.release(w, Confirmed, stamp(now), resolve), nil
}

// BeginRerun is the event by which a person of the bench says that a held
// result is run again; nothing if the same one said so before. Errors: ErrNotHeld, ErrMayNot.
func (b Board) BeginRerun(call, by string) ([]Event, error) {
	w, ok := b.FindHeld(call)
	switch {
	case !ok:
		return nil, ErrNotHeld
	case by == "":
		return nil, ErrMayNot
	case w.Rerun && w.Owner == by:
		return nil, nil
	}
	return []Event{&RerunBegun{Call: w.Call.ID, By: by}}, nil
}

// FindHeld is a held result by the id or the reference of its call to be.
func (b Board) FindHeld(idOrRef string) (Waiting, bool) {
	if id, ok := b.ref(idOrRef); ok {
		idOrRef = id
	}
	return b.Held.Get(idOrRef)
}

// release opens a held result's call, and fires its first rung at once.
func (b Board) release(w Waiting, how string, now time.Time, resolve Resolve) []Event {
	c := w.Call
	o := &Opened{
		Call: c.ID, Ref: c.Ref, Patient: c.Patient, Message: w.Message, Unit: c.Unit, Ordering: c.Ordering,
		Setting: c.Setting, Tier: c.Tier, Version: 1, Steps: c.Steps, BreachAfter: max(1, w.BreachAfter-int(now.Sub(w.Since)/time.Second)), Held: w.Reason, Release: how,
		Sealed: Shelf{Who: c.Who},
	}
	for _, r := range c.Results {
		if how == NotConfirmed {
			r.Told.Why += "; not confirmed"
		}
		o.Results, o.Sealed.Told = append(o.Results, r.Item), append(o.Sealed.Told, r.Told)
	}
	out := []Event{o}
	if resolve != nil {
		out = append(out, b.Apply(o, Mark{At: now}).Fire(c.ID, now, resolve)...)
	}
	return out
}

// hold keeps one result back for the bench.
func (f *filing) hold(r *found) error {
	o, err := f.prepare([]*found{r}, "")
	if err != nil {
		return err
	}
	if !(Call{Patient: f.in.Patient, Who: f.in.Who}).Identified() {
		r.ev.Work = r.ev.Result
	}
	f.add(&r.ev, &Held{Opened: *o, Reason: r.held, Owner: AskDesk, Until: stamp(f.now.Add(HeldFor))})
	return nil
}

// heldAgain deals with a result that waits for the bench: the same value, or
// one that is critical too, is called at once; a value that is not ends the
// wait; what nobody can judge changes nothing and is work for the desk.
func (f *filing) heldAgain(r *found) bool {
	w, ok := f.board.heldResult(r.ev.Result)
	if !ok {
		return false
	}
	switch old := w.Call.Results[0]; {
	case r.ev.Outcome == Pending:
		r.ev.Call = w.Call.ID
		f.add(&r.ev)
	case r.ev.Outcome.Unjudged(), r.ev.Outcome == NoLimit && !r.same(old): // it clears nothing: a person looks
		r.ev.Call = w.Call.ID
		if r.ev.Work == "" {
			r.ev.Work = r.ev.Result
		}
		f.add(&r.ev)
	case r.lesser(old.Item) && r.ev.Outcome == Normal: // a preliminary value clears no final one
		r.ev.Call, r.ev.Late, r.ev.Work = w.Call.ID, true, r.ev.Result
		f.add(&r.ev)
	case r.same(old): // whatever the limits in force would make of it now
		r.ev.Call, r.ev.Repeat = w.Call.ID, true
		f.add(&r.ev)
		f.add(f.board.release(w, Rerun, f.now, f.in.Resolve)...)
	case r.ev.Outcome == Critical:
		f.add(&Released{Call: w.Call.ID, Result: old.ID, How: Rerun})
		f.err = firstOf(f.err, f.open([]*found{r}, ""))
	default:
		how := Cleared
		if r.ev.Outcome == Withdrawn {
			how = TakenBack
		}
		if r.ev.Status == "W" { // whose specimen it was, a person must find out
			r.ev.Call, r.ev.Work = w.Call.ID, r.ev.Result
		}
		f.add(&r.ev, &Released{Call: w.Call.ID, Result: old.ID, How: how})
	}
	return true
}

func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// heldResult is the wait of a result. It costs a look at each that is held.
func (b Board) heldResult(id string) (Waiting, bool) {
	for _, w := range b.Held.All() {
		if slices.ContainsFunc(w.Call.Results, func(r Result) bool { return r.ID == id }) {
			return w, true
		}
	}
	return Waiting{}, false
}

// heldBack folds a result that waits.
func (b Board) heldBack(e *Held, at time.Time) Board {
	if _, ok := b.Find(e.Call); ok || len(e.Steps) == 0 {
		return b
	}
	c := callOf(&e.Opened, at)
	c.Breach = time.Time{}
	w := Waiting{Call: c, Message: e.Message, BreachAfter: e.BreachAfter, Reason: e.Reason, Owner: e.Owner, Since: at, Until: stamp(e.Until)}
	if _, taken := b.Refs.Get(c.Ref); !taken {
		b.Refs = b.Refs.With(c.Ref, c.ID)
	}
	b.Held = b.Held.With(c.ID, w)
	b.due = b.due.With(when(w.Until, c.ID), c.ID)
	return b
}

// letGo takes a result out of those that wait, if it is one.
func (b Board) letGo(call string) Board {
	w, ok := b.Held.Get(call)
	if !ok {
		return b
	}
	b.due = b.due.Without(when(w.Until, call))
	b.Held = b.Held.Without(call)
	if of, _ := b.Refs.Get(w.Call.Ref); of == call {
		b.Refs = b.Refs.Without(w.Call.Ref)
	}
	return b
}
