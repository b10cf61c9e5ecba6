package critical

import (
	"slices"
	"strings"
	"time"
)

// changed is the results of one message that change what a call told.
type changed struct {
	call string
	with []*found
}

// again deals with a result that a call on the board told before:
//
//   - the same value, whatever its status: a repeat, which changes nothing;
//   - what was told before something newer, word for word and of the same time:
//     a message that was overtaken. What is told stands, and a person looks
//     unless the overtaken value was normal;
//   - a value nobody can judge: the call stays, and a person looks;
//   - a preliminary value that is not critical after a final one, or a final
//     one after a corrected one: it never stands a call down; a person looks;
//   - anything else is a correction: of an open call a new version, of a
//     finished one a call of its own, unless neither says anything critical.
func (f *filing) again(r *found) bool {
	id, ok := f.board.Results.Get(r.ev.Result)
	if !ok {
		return false
	}
	c, ok := f.board.Find(id)
	if !ok {
		return false
	}
	i := c.result(r.ev.Result)
	if i < 0 {
		return false
	}
	old := c.Results[i]
	r.ev.Call = c.ID
	switch {
	case r.ev.Outcome == Pending:
		f.add(&r.ev)
	case r.same(old):
		r.ev.Repeat = true
		f.add(&r.ev)
	case r.overtaken(old):
		r.ev.Repeat, r.ev.Late = true, true
		if r.ev.Outcome != Normal {
			r.ev.Work = r.ev.Result
		}
		f.add(&r.ev)
	case r.ev.Outcome.Unjudged(), r.unlimited(c, old): // the call stays as it is, and a person looks
		if r.ev.Work == "" {
			r.ev.Work = r.ev.Result
		}
		f.add(&r.ev)
	case r.lesser(old.Item) && r.ev.Outcome != Critical && old.Outcome == Critical:
		r.ev.Late, r.ev.Work = true, r.ev.Result
		f.add(&r.ev)
	case c.Standing != IsOpen && old.Outcome != Critical && r.ev.Outcome != Critical:
		f.add(&r.ev)
	default:
		f.change(c.ID, r)
	}
	return true
}

// change puts a result with the others of the message that change the same call.
func (f *filing) change(call string, r *found) {
	for i := range f.changes {
		if f.changes[i].call == call {
			f.changes[i].with = append(f.changes[i].with, r)
			return
		}
	}
	f.changes = append(f.changes, changed{call, []*found{r}})
}

// settle records what a message changes: each call once, whatever of it changes.
func (f *filing) settle() error {
	for _, ch := range f.changes {
		c, ok := f.board.Find(ch.call)
		if !ok {
			continue
		}
		for _, r := range ch.with {
			r.was = c.Results[c.result(r.ev.Result)].Told
			if r.ev.Status == "W" && r.ev.Work == "" {
				r.ev.Work = r.ev.Result // whose specimen it was, a person must find out
			}
		}
		if c.Standing != IsOpen { // who is responsible now hears of it in a call of its own
			if err := f.open(ch.with, c.ID); err != nil {
				return err
			}
			f.tell(c, ch.with[0].ev.Call, ch.with)
			continue
		}
		for _, r := range ch.with {
			f.add(&r.ev)
			now, _ := f.board.Calls.Get(c.ID)
			f.add(f.correct(now, r))
		}
		f.raise(c)
		f.tell(c, c.ID, ch.with)
		if f.in.Resolve != nil {
			f.add(f.board.Fire(c.ID, f.now, f.in.Resolve)...)
			f.overdue(c.ID)
		}
	}
	return nil
}

// overdue tells the desk of a changed call that is open for as long as the desk
// may wait and was never told: each change starts the present step anew, and
// one after another must not keep everybody else out.
func (f *filing) overdue(call string) {
	c, ok := f.board.Calls.Get(call)
	told := slices.ContainsFunc(c.Called, func(r Rung) bool { return r.Desk })
	if ok && !told && f.now.Sub(c.Opened) >= deskEvery {
		f.add(c.toDesk(f.in.Resolve, f.now, "it changes again and again: telephone", ""))
	}
}

// tell gives notice of a call, a new version or one that corrects it, to those
// who were told of it as it was. Whom a telephone reached, a screen may not:
// the desk telephones again.
func (f *filing) tell(was Call, id string, with []*found) {
	if n := f.board.notice(was, id, whatOf(with)); n != nil {
		n.Sealed = sheet(with)
		f.add(n)
	}
	now, ok := f.board.Calls.Get(id)
	if reached := slices.ContainsFunc(was.Phones, func(p Phone) bool { return p.Name != "" }); ok && reached {
		f.add(now.toDesk(f.in.Resolve, f.now, "what was told by telephone has changed: telephone again", ""))
	}
}

// same tells whether a result says what an earlier telling said.
func (r *found) same(old Result) bool {
	if r.ev.Outcome == Withdrawn || old.Outcome == Withdrawn {
		return r.ev.Outcome == old.Outcome
	}
	if r.says != nil && old.Told.Finding != nil { // the same words; a comma more says nothing else
		return slices.Equal(wordsOf(r.Sealed.Value), wordsOf(old.Told.Value))
	}
	return r.means == old.Told.Means && r.ev.Unit == old.Unit && (r.means != "" || r.Sealed.Value == old.Told.Value)
}

// overtaken tells whether the result is, to the time when it was available,
// what the call told before it told what it tells now. One that was withdrawn
// and comes back is no such one: it is told again.
func (r *found) overtaken(old Result) bool {
	e := r.earlier()
	return old.Outcome != Withdrawn && !e.Available.IsZero() && slices.Contains(old.Before, e)
}

// unlimited tells whether no limit judges a result that a call tells: that it
// is critical no more, nobody has said.
func (r *found) unlimited(c Call, old Result) bool {
	return r.ev.Outcome == NoLimit && (c.Standing == IsOpen || old.Outcome == Critical)
}

// lesser tells whether the result's status is less than that of what was
// told: a preliminary after a final one, a final after a corrected one.
func (r *found) lesser(old Item) bool {
	return r.ev.Outcome != Withdrawn && old.Outcome != Withdrawn && rankOf(r.ev.Status) < rankOf(old.Status)
}

// rankOf orders statuses (HL7 table 0085) by how far a result has come.
func rankOf(status string) int {
	switch status {
	case "P", "R", "S":
		return 0
	case "C":
		return 2
	}
	return 1
}

// Earlier is what a result said before it was changed, so that a message that
// comes late is known again.
type Earlier struct {
	Means     string    `json:"means,omitempty"`
	Unit      string    `json:"unit,omitempty"`
	Status    string    `json:"status,omitempty"`
	Outcome   Outcome   `json:"outcome"`
	Available time.Time `json:"available,omitzero"`
}

func (r *found) earlier() Earlier {
	e := r.item()
	return Earlier{r.means, e.Unit, e.Status, e.Outcome, e.Available}
}

// before is what a result said so far, now that it says something else.
func (r Result) before() []Earlier {
	return append(slices.Clip(r.Before), Earlier{r.Told.Means, r.Unit, r.Status, r.Outcome, r.Available})
}

// correct is the new version of an open call for a changed result. Its ladder
// starts again where it stands.
func (f *filing) correct(c Call, r *found) *Corrected {
	item, told := r.item(), r.told()
	tier := item.Tier
	for _, o := range c.Results {
		if o.ID != item.ID && (tier == "" || o.Tier != "" && moreUrgent(o.Tier, tier)) {
			tier = o.Tier
		}
	}
	if tier == "" {
		tier = c.Tier
	}
	step := 0
	if i, ok := c.present(); ok {
		step = c.Called[i].Step
	}
	return &Corrected{Call: c.ID, Ref: c.Ref, Version: c.Version + 1, Result: item, Tier: tier, Step: step, Sealed: told}
}

func (r *found) item() Item {
	e := r.ev
	i := Item{ID: e.Result, LOINC: e.LOINC, Label: r.label, Unit: e.Unit, Status: e.Status, Outcome: e.Outcome, Tier: e.Tier, Rule: e.Rule}
	if e.Source != received {
		i.Available = e.Available
	}
	return i
}

// received is the source of a time that the sender did not give.
const received = "received"

func (r *found) told() Told {
	t := Told{
		Value: strings.TrimSpace(r.Sealed.Value), Means: r.means, Unit: r.unit, Why: r.why, Finding: r.says, Range: r.Sealed.Range, Flag: r.Sealed.Flag,
		Accession: r.Sealed.Accession, Taken: r.Sealed.Taken, Resulted: r.Sealed.Resulted,
	}
	if r.was.Value != "" {
		t.Was = strings.TrimSpace(r.was.Value + " " + r.was.Unit)
	}
	switch {
	case r.ev.Status == "W":
		t.Why, t.Finding = "withdrawn by the laboratory: it is another patient's", standDown()
	case r.ev.Outcome == Withdrawn:
		t.Why, t.Finding = "withdrawn by the laboratory", standDown()
	case t.Was != "" && r.ev.Outcome != Critical:
		t.Why = "corrected, and not critical any more"
	case t.Was != "":
		t.Why = "corrected: " + t.Why
	}
	return t
}

// standDown is what is typed to read back that a result was withdrawn: that
// word. Its old value must not be repeated once more, and there is no new one.
func standDown() *Spoken {
	s := &Spoken{Said: []string{"withdrawn"}}
	var phrases [][]string
	for _, w := range []string{"withdrawn", "cancelled", "canceled", "retracted", "zurückgezogen", "zurueckgezogen", "storniert"} {
		phrases = append(phrases, wordsOf(w))
	}
	s.Each = [][][]string{phrases}
	return s
}
