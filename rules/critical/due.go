package critical

import "time"

// Ask is what a step wants to know: who is to be asked, now.
type Ask struct {
	Step    Step
	Call    string // id; empty for a work item
	Work    string
	Patient string
	Unit    string // place of care when the call opened
	Setting string
	Tier    string

	Ordering string // staff code of who ordered, if the results or their order say it
}

// Resolve answers who is to be asked (staff ids) and why they. It may answer
// nobody, with why; for AskDesk nobody means the desk as such.
type Resolve func(Ask) (people []string, why string)

// Due gives what must be recorded at now: for each open call and each work
// item whose deadline has come, one rung, after the empty steps that were
// skipped at once; after one of these the desk is told too. Applied, it
// leaves every deadline in the future. It costs the due ones only.
func (b Board) Due(now time.Time, resolve Resolve) []Event {
	now = stamp(now)
	var out []Event
	last := when(now, "\xff")
	for k, id := range b.due.All() {
		if k > last {
			break
		}
		if w, ok := b.Held.Get(id); ok {
			out = append(out, b.release(w, NotConfirmed, now, resolve)...)
			continue
		}
		out = append(out, b.climb(id, now, resolve)...)
	}
	return out
}

// Fire gives the rung of one call or work item that is due at now, or nothing.
func (b Board) Fire(id string, now time.Time, resolve Resolve) []Event {
	now = stamp(now)
	if c, ok := b.Calls.Get(id); ok && c.NextAt.After(now) {
		return nil
	}
	if w, ok := b.Work.Get(id); ok && w.NextAt.After(now) {
		return nil
	}
	return b.climb(id, now, resolve)
}

// NextDue is the next deadline of all; false if there is none.
func (b Board) NextDue() (time.Time, bool) {
	for _, id := range b.due.All() {
		if c, ok := b.Calls.Get(id); ok {
			return c.NextAt, true
		}
		if w, ok := b.Held.Get(id); ok {
			return w.Until, true
		}
		w, _ := b.Work.Get(id)
		return w.NextAt, true
	}
	return time.Time{}, false
}

func (b Board) climb(id string, now time.Time, resolve Resolve) []Event {
	var steps []Step
	var ref string
	var ask Ask
	var next, attempt, version int
	if c, ok := b.Calls.Get(id); ok {
		steps, ref, next, attempt, version = c.Steps, c.Ref, c.Next, c.Attempt, c.Version
		ask = Ask{Call: id, Patient: c.Patient, Unit: c.Unit, Setting: c.Setting, Tier: c.Tier, Ordering: c.Ordering}
	} else if w, ok := b.Work.Get(id); ok {
		steps, next, attempt = w.Steps, w.Next, w.Attempt
		ask = Ask{Work: id, Patient: w.Patient}
	} else {
		return nil
	}
	var out []Event
	for i := next; i < len(steps); i++ {
		ask.Step = steps[i]
		desk := ask.Step.Ask == AskDesk
		if desk && len(out) > 0 && i < len(steps)-1 {
			continue // nobody was found: whoever comes next is asked now, and the desk told beside them
		}
		to, why := resolve(ask)
		to = append([]string(nil), to...) // nil when empty, as it is read back
		if why == "" {
			why = "asked by the ladder: " + ask.Step.Ask
		}
		if len(to) == 0 && !desk {
			out = append(out, &Escalated{Call: ask.Call, Work: ask.Work, Version: version, Step: i, Ask: ask.Step.Ask, Why: why})
			continue
		}
		return append(out, &Called{
			Call: ask.Call, Ref: ref, Work: ask.Work, Version: version, Step: i, Attempt: attempt + 1, Ask: ask.Step.Ask,
			To: to, Desk: desk || ask.Step.Desk || len(out) > 0, Via: ViaApp, Due: now.Add(time.Duration(ask.Step.Wait) * time.Second), Why: why,
		})
	}
	return out // unreachable: the last step of a ladder is the desk
}

// ViaApp is the carrier of a rung that goes to the open app and the desk's screen.
const ViaApp = "app"
