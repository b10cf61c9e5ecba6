package lab

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
)

// Steps returns a published ladder as a call climbs it: the roster's steps, the desk's task beside them from its time
// on, and the director, in order of time; the desk is last, and is asked again until the call is closed.
func Steps(l roster.Ladder) []critical.Step {
	type at struct {
		seconds int
		step    critical.Step
	}
	var all []at
	t := 0
	for _, s := range l.Steps {
		all = append(all, at{t, critical.Step{Ask: s.Text()}})
		t += s.Wait
	}
	if !slices.ContainsFunc(l.Steps, func(s roster.Step) bool { return s.Ask == critical.AskDirector }) {
		all = append(all, at{l.Director, critical.Step{Ask: critical.AskDirector}})
	}
	slices.SortStableFunc(all, func(a, b at) int { return cmp.Compare(a.seconds, b.seconds) })
	last := all[len(all)-1].seconds
	for d := l.Desk; d <= last; d += l.Desk {
		if i := slices.IndexFunc(all, func(a at) bool { return a.seconds == d }); i >= 0 {
			all[i].step.Desk = true
			continue
		}
		all = append(all, at{d, critical.Step{Ask: critical.AskDesk}})
	}
	slices.SortStableFunc(all, func(a, b at) int { return cmp.Compare(a.seconds, b.seconds) })
	steps := make([]critical.Step, 0, len(all)+1)
	for i, a := range all {
		if i+1 < len(all) {
			a.step.Wait = all[i+1].seconds - a.seconds
		} else {
			a.step.Wait = l.Desk
		}
		if a.step.Wait == 0 { // two at one time: the second follows at once, in the same second
			a.step.Wait = 1
		}
		steps = append(steps, a.step)
	}
	if steps[len(steps)-1].Ask != critical.AskDesk {
		steps = append(steps, critical.Step{Ask: critical.AskDesk, Wait: l.Desk})
	}
	return steps
}

// Resolve returns who answers a step at a time: people and place are resolved at each firing, never frozen.
func (s *State) Resolve(now time.Time) critical.Resolve {
	return func(a critical.Ask) (people []string, why string) {
		return s.Roster.Resolve(asked(a.Step), s.placeOf(a), now)
	}
}

// placeOf is all that the answer to an ask depends on besides its step and the time.
func (s *State) placeOf(a critical.Ask) roster.Place {
	at := s.Place(a.Patient, a.Unit)
	at.Ordering = cmp.Or(a.Ordering, at.Ordering)
	return at
}

// Place returns where a patient is now and under whom; one who is not known any more is at the unit given.
func (s *State) Place(id, unit string) roster.Place {
	at := roster.Place{Unit: unit}
	if id == "" {
		return at
	}
	if p := s.Patients.Get(id); p != nil {
		at.Attending, at.Ordering = p.Attending, p.Ordering
		if p.Unit != "" {
			at.Unit = p.Unit
		}
	}
	return at
}
