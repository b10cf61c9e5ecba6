package critical

import (
	"slices"
	"strings"
	"time"
)

// Again gives what must be recorded for an open call because people, duties,
// the place of care or who the patient is have changed since its present rung
// fired: the rung is resolved anew, and who is asked by it now and was not
// asked about this version yet hears at once, with the reason. After a
// transfer those whom the steps before ask in the new place hear too. Who was
// asked before stays asked, save who passed it on, and an owner stays owner. If
// the present rung has nobody left and nobody has taken the call, the next step fires at once; if the
// patient left the house, the desk is told. Nothing has changed: nothing.
func (b Board) Again(id string, now time.Time, resolve Resolve) []Event {
	now = stamp(now)
	c, ok := b.Calls.Get(id)
	if !ok {
		return nil
	}
	if len(c.Called) == 0 {
		return nil
	}
	rung := c.Called[len(c.Called)-1]
	at, ok := c.present()
	if ok {
		rung = c.Called[at]
	} else { // every step so far had nobody, so that the desk was asked
		rung.Step = c.fired()
	}
	moved := rung.Unit != c.At()
	to, why, first := c.asked(rung.Step, moved || !ok, resolve)
	anybody := first >= 0
	if !ok && anybody {
		rung.Step, rung.Ask = first, c.Steps[first].Ask
	}
	_, taken := c.Lease(now)
	switch {
	case moved:
		why = "the patient is at " + c.At() + " now: " + why
	case rung.Version != c.Version:
		why = "the call has changed: " + why
	default:
		why = "people have changed: " + why
	}
	call := &Called{
		Call: id, Ref: c.Ref, Version: c.Version, Step: rung.Step, Attempt: c.Attempt + 1, Ask: rung.Ask, To: to,
		Beside: true, Via: ViaApp, Due: c.NextAt, Why: why,
	}
	var out []Event
	if len(to) > 0 {
		out = append(out, call)
		c.Attempt++
	}
	switch {
	case c.goneUntold():
		return append(out, c.toDesk(resolve, now, "the patient left the house with this call open: telephone", ""))
	case anybody || taken:
	case ok && moved && !c.toldOf(c.At()):
		return append(out, c.toDesk(resolve, now, why+"; nobody is asked there: telephone", ""))
	case ok && !moved && c.fired() == rung.Step && rung.Version == c.Version:
		gone := &Escalated{Call: id, Version: c.Version, Step: rung.Step, Ask: rung.Ask, Why: "nobody of this step is left: " + strings.TrimPrefix(why, "people have changed: ")}
		return append(append(out, gone), c.climb(now, resolve)...)
	}
	return out
}

// asked is whom a step asks now and was not asked about this version yet;
// with all, whom the steps before ask, too. first is the first of these steps
// that asks anybody, told or not; −1 if none does.
func (c Call) asked(step int, all bool, resolve Resolve) (to []string, why string, first int) {
	var whys []string
	first = -1
	for i := range step + 1 {
		s := c.Steps[i]
		if i < step && !all || s.Ask == AskDesk {
			continue
		}
		people, because := resolve(c.asks(s))
		people = slices.DeleteFunc(slices.Clone(people), c.Passed)
		if first < 0 && len(people) > 0 {
			first = i
		}
		fresh := false
		for _, p := range people {
			if !c.told(p) && !slices.Contains(to, p) {
				to, fresh = append(to, p), true
			}
		}
		if fresh || i == step && len(whys) == 0 {
			whys = append(whys, because)
		}
	}
	return to, strings.Join(whys, "; "), first
}

// present is the newest rung that asked people and not the desk alone.
func (c Call) present() (int, bool) {
	for i, r := range slices.Backward(c.Called) {
		if r.Ask != AskDesk && r.Step >= 0 && r.Step < len(c.Steps) && c.Steps[r.Step].Ask == r.Ask {
			return i, true
		}
	}
	return 0, false
}

// fired is the step that fired last.
func (c Call) fired() int {
	last := 0
	for _, r := range c.Called {
		if r.Step >= 0 && c.Steps[min(r.Step, len(c.Steps)-1)].Ask == r.Ask {
			last = r.Step
		}
	}
	return last
}

// told tells whether a person was called about this version.
func (c Call) told(person string) bool {
	return slices.ContainsFunc(c.Called, func(r Rung) bool { return r.Version == c.Version && slices.Contains(r.To, person) })
}

// toldOf tells whether a rung of this version fired while the patient was at a unit.
func (c Call) toldOf(unit string) bool {
	return slices.ContainsFunc(c.Called, func(r Rung) bool { return r.Version == c.Version && r.Unit == unit })
}

// goneUntold tells whether the patient left and the desk has not been told since.
func (c Call) goneUntold() bool {
	return !c.Gone.IsZero() && !slices.ContainsFunc(c.Called, func(r Rung) bool { return r.Desk && !r.At.Before(c.Gone) })
}
