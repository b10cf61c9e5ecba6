package critical

import (
	"slices"
	"time"
)

// deskEvery is how often the desk is told of its task until the call is over.
const deskEvery = fiveMinutes * time.Second

// Task is the desk's task beside the ladder of a call: telephone. It lasts
// until the call is over, and the desk cannot decline it.
type Task struct {
	Why    string    `json:"why,omitempty"`
	For    string    `json:"for,omitempty"`  // who is to be telephoned, if one asked for it
	Since  time.Time `json:"since,omitzero"` // zero while the desk was not told yet
	NextAt time.Time `json:"nextAt"`         // when the desk is told again
}

// asks is what a step of the call wants to know.
func (c Call) asks(step Step) Ask {
	return Ask{Step: step, Call: c.ID, Patient: c.Patient, Unit: c.Unit, Setting: c.Setting, Tier: c.Tier, Ordering: c.Ordering}
}

// Whom is whom a step asks now, without those who passed the call on.
func (c Call) Whom(resolve Resolve, step Step) (to []string, why string) {
	if resolve == nil {
		return nil, "asked by the ladder: " + step.Ask
	}
	to, why = resolve(c.asks(step))
	all := len(to)
	to = append([]string(nil), to...) // nil when empty, as it is read back
	if step.Ask != AskDesk {
		to = slices.DeleteFunc(to, c.Passed)
	}
	if len(to) == 0 {
		to = nil
	}
	switch {
	case len(to) == 0 && all > 0:
		why = "whom it asks has passed the call on"
	case why == "":
		why = "asked by the ladder: " + step.Ask
	}
	return to, why
}

// toDesk tells the desk of its task, beside the ladder. for is who is to be
// telephoned, if one asked for it. Without a now the fold says when it is told again.
func (c Call) toDesk(resolve Resolve, now time.Time, why, forWhom string) *Called {
	to, _ := c.Whom(resolve, Step{Ask: AskDesk})
	again := time.Time{}
	if !now.IsZero() {
		again = now.Add(deskEvery)
	}
	return &Called{
		Call: c.ID, Ref: c.Ref, Version: c.Version, Step: max(0, c.Next-1), Attempt: c.Attempt + 1, Ask: AskDesk, To: to, Desk: true,
		Beside: true, Via: ViaApp, Due: c.NextAt, Why: why, For: forWhom, Again: again,
	}
}

// dueAt is the first deadline of the call: its next step's, or the desk's.
func (c Call) dueAt() time.Time {
	if c.Desk != nil && c.Desk.NextAt.Before(c.NextAt) {
		return c.Desk.NextAt
	}
	return c.NextAt
}

// turn is what the call wants at now: a rung of its ladder, after the empty
// steps that are skipped at once, or else the desk told of its task again.
func (c Call) turn(now time.Time, resolve Resolve) []Event {
	if c.NextAt.After(now) {
		if c.Desk == nil || c.Desk.NextAt.After(now) {
			return nil
		}
		why := c.Desk.Why
		if why == "" {
			why = "nobody has read it back: telephone"
		}
		return []Event{c.toDesk(resolve, now, why, c.Desk.For)}
	}
	return c.climb(now, resolve)
}

// climb is the next rung of the ladder, due or not, after the empty steps that are skipped at once.
func (c Call) climb(now time.Time, resolve Resolve) []Event {
	var out []Event
	for i := c.Next; i < len(c.Steps); i++ {
		step := c.Steps[i]
		desk := step.Ask == AskDesk
		if desk && len(out) > 0 && i < len(c.Steps)-1 {
			continue // nobody was found: whoever comes next is asked now, and the desk told beside them
		}
		to, why := c.Whom(resolve, step)
		if len(to) == 0 && !desk {
			out = append(out, &Escalated{Call: c.ID, Version: c.Version, Step: i, Ask: step.Ask, Why: why})
			continue
		}
		e := &Called{
			Call: c.ID, Ref: c.Ref, Version: c.Version, Step: i, Attempt: c.Attempt + 1, Ask: step.Ask, To: to,
			Desk: desk || step.Desk || len(out) > 0 || c.Desk != nil && !c.Desk.NextAt.After(now),
			Via:  ViaApp, Due: now.Add(seconds(step.Wait)), Why: why,
		}
		if e.Desk && c.Desk != nil {
			e.Again = now.Add(deskEvery)
		}
		return append(out, e)
	}
	return out // unreachable: the last step of a ladder is the desk
}

// deskTold folds what a rung says of the desk's task.
func (c Call) deskTold(e *Called, at time.Time) Call {
	again := stamp(e.Again)
	if again.IsZero() {
		if !e.Beside || e.Ask != AskDesk {
			return c
		}
		again = at.Add(deskEvery)
	}
	t := Task{}
	if c.Desk != nil {
		t = *c.Desk
	}
	if e.Desk && t.Since.IsZero() {
		t.Since = at
	}
	if e.Desk && e.Beside {
		t.Why = e.Why
	}
	if e.For != "" {
		t.For = e.For
	}
	t.NextAt = again
	c.Desk = &t
	return c
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
