package lab

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// RejudgeMost is how many waiting results one decision judges anew: everybody else waits for it.
const RejudgeMost = 200

// Rejudge decides what is to be recorded when evs, which give a code or a unit its meaning, are: these, and the results
// that waited for it, judged anew with the values that the ledger has, so that a critical that waited is called at once.
// A work item that nothing waits for any more is settled. more tells that over RejudgeMost wait: ask again from next, with
// no events, until there are none. Errors: Recall, ErrNoRef.
func (s *State) Rejudge(evs []Event, from, by string, refs []string, now time.Time) (out []Event, next string, more bool, err error) {
	f := s.Filer(by, now)
	f.Add(evs...)
	budget := RejudgeMost
	for _, w := range f.View.Critical.Meant() {
		if w.ID < from {
			continue
		}
		past, ok := f.Past(w.ID)
		if !ok {
			continue
		}
		waiting := f.waiting(w.ID, past)
		if len(f.Want) > 0 {
			continue
		}
		if budget == 0 {
			next, more = w.ID, true
			break
		}
		part := len(waiting) > budget
		if part {
			waiting = waiting[:budget]
		}
		budget -= len(waiting)
		for _, group := range byMessage(waiting) {
			if err := f.again(w, group, refs); err != nil {
				return nil, "", false, err
			}
		}
		if part {
			next, more = w.ID, true
			break
		}
		if len(f.Want) == 0 && !f.stillWaits(w) {
			f.Add(&critical.Resolved{Work: w.ID, How: "mapped", By: by})
		}
	}
	if len(f.Want) > 0 {
		return nil, "", false, Recall(f.Want...)
	}
	return f.Out, next, more, nil
}

// waiting are the results that wait for a work item still: those of which the newest report does.
func (f *Filer) waiting(work string, past []Past) []*critical.Reported {
	var out []*critical.Reported
	seen := map[string]bool{}
	for _, p := range past {
		e, ok := p.Event.(*critical.Reported)
		if !ok || e.Work != work || seen[e.Result] {
			continue
		}
		seen[e.Result] = true
		own, ok := f.Past(e.Result)
		if !ok {
			continue
		}
		var last *critical.Reported
		for _, p := range own {
			if e, ok := p.Event.(*critical.Reported); ok && e.Outcome != critical.Pending {
				last = e
			}
		}
		if last != nil && last.Work == work && last.Outcome.Unjudged() {
			out = append(out, last)
		}
	}
	return out
}

// byMessage parts results by message and patient, in order.
func byMessage(all []*critical.Reported) [][]*critical.Reported {
	key := func(e *critical.Reported) string { return e.Message + "\x1f" + e.Patient }
	groups := map[string][]*critical.Reported{}
	for _, e := range all {
		groups[key(e)] = append(groups[key(e)], e)
	}
	return slices.SortedFunc(maps.Values(groups), func(a, b []*critical.Reported) int { return cmp.Compare(key(a[0]), key(b[0])) })
}

// again judges results of one message and patient anew.
func (f *Filer) again(w critical.Work, group []*critical.Reported, refs []string) error {
	e := group[0]
	p := f.Patient(e.Patient)
	for _, r := range group {
		f.Bring(r.Result)
	}
	if len(f.Want) > 0 {
		return nil
	}
	in := f.View.Message(p, patient.Identity{}, patient.Place{}, f.View.Location(), f.now)
	// Its calls are children of the message, of what they waited for and of the first that waited: no id of them can be
	// another call's, neither of another patient of the message nor of a turn that judged others of it.
	_, waited, _ := strings.Cut(w.ID, "/")
	in.ID, in.Sender, in.Refs, in.Known = e.Message+"/"+waited, e.Sender, refs, true
	if _, first, _ := strings.Cut(e.Result, "/"); first != waited {
		in.ID += "/" + first
	}
	for _, r := range group {
		rep := r.Report()
		if v := f.View.Critical.Verdict(in, rep, f.now); v.Outcome == w.Outcome() {
			continue // it waits for something else still
		}
		in.Reports = append(in.Reports, rep)
	}
	if len(in.Reports) == 0 {
		return nil
	}
	if in.Prior = f.View.Priors(in, f.Past, f.Out, f.now); len(f.Want) > 0 {
		return nil
	}
	return f.File(in, e.Message)
}

// stillWaits tells whether results wait for a work item after what was decided.
func (f *Filer) stillWaits(w critical.Work) bool {
	past, _ := f.Past(w.ID)
	decided := map[string]bool{}
	for _, ev := range f.Out {
		if e, ok := ev.(*critical.Reported); ok && e.Work != w.ID {
			decided[e.Result] = true
		}
	}
	return slices.ContainsFunc(f.waiting(w.ID, past), func(e *critical.Reported) bool { return !decided[e.Result] })
}
