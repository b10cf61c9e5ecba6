package critical

import (
	"iter"
	"time"
)

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
	var out []Event
	for evs := range b.Rungs(now, resolve) {
		out = append(out, evs...)
	}
	return out
}

// Rungs gives what is due at now, the longest due first: the events of one
// call or work item at a time. Stopped early it has cost no more than it gave.
func (b Board) Rungs(now time.Time, resolve Resolve) iter.Seq[[]Event] {
	now = stamp(now)
	return func(yield func([]Event) bool) {
		last := when(now, "\xff")
		for k, id := range b.due.All() {
			if k > last {
				return
			}
			if evs := b.rung(id, now, resolve); len(evs) > 0 && !yield(evs) {
				return
			}
		}
	}
}

// Fire gives the rung of one call or work item that is due at now, or nothing.
func (b Board) Fire(id string, now time.Time, resolve Resolve) []Event {
	now = stamp(now)
	if w, ok := b.Work.Get(id); ok && w.NextAt.After(now) {
		return nil
	}
	return b.climb(id, now, resolve)
}

// NextDue is the next deadline of all; false if there is none.
func (b Board) NextDue() (time.Time, bool) {
	for _, id := range b.due.All() {
		if c, ok := b.Calls.Get(id); ok {
			return c.dueAt(), true
		}
		if w, ok := b.Held.Get(id); ok {
			return w.Until, true
		}
		w, _ := b.Work.Get(id)
		return w.NextAt, true
	}
	return time.Time{}, false
}

func (b Board) rung(id string, now time.Time, resolve Resolve) []Event {
	if w, ok := b.Held.Get(id); ok {
		return b.release(w, NotConfirmed, now, resolve)
	}
	return b.climb(id, now, resolve)
}

func (b Board) climb(id string, now time.Time, resolve Resolve) []Event {
	if c, ok := b.Calls.Get(id); ok {
		return c.turn(now, resolve)
	}
	if w, ok := b.Work.Get(id); ok {
		return w.climb(now, resolve)
	}
	return nil
}

func (w Work) climb(now time.Time, resolve Resolve) []Event {
	ask := Ask{Work: w.ID, Patient: w.Patient}
	var out []Event
	for i := w.Next; i < len(w.Steps); i++ {
		ask.Step = w.Steps[i]
		desk := ask.Step.Ask == AskDesk
		if desk && len(out) > 0 && i < len(w.Steps)-1 {
			continue // nobody was found: whoever comes next is asked now, and the desk told beside them
		}
		to, why := resolve(ask)
		to = append([]string(nil), to...) // nil when empty, as it is read back
		if why == "" {
			why = "asked by the ladder: " + ask.Step.Ask
		}
		if len(to) == 0 && !desk {
			out = append(out, &Escalated{Work: w.ID, Step: i, Ask: ask.Step.Ask, Why: why})
			continue
		}
		return append(out, &Called{
			Work: w.ID, Step: i, Attempt: w.Attempt + 1, Ask: ask.Step.Ask, To: to, Desk: desk || ask.Step.Desk || len(out) > 0,
			Via: ViaApp, Due: now.Add(seconds(ask.Step.Wait)), Why: why,
		})
	}
	return out // unreachable: the last step of a ladder is the desk
}

// ViaApp is the carrier of a rung that goes to the open app and the desk's screen.
const ViaApp = "app"
