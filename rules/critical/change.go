package critical

import (
	"cmp"
	"slices"
	"strings"
)

// again deals with a result that a call on the board told before.
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
	case r.ev.Outcome == Pending, r.same(old):
		r.ev.Repeat = r.ev.Outcome != Pending
		f.add(&r.ev)
	case r.ev.Outcome.Unjudged(): // the call stays as it is, and a person looks
		if r.ev.Work == "" {
			r.ev.Work = r.ev.Result
		}
		f.add(&r.ev)
	case c.Standing == IsOpen:
		f.add(&r.ev, f.correct(c, r))
		if f.in.Resolve != nil {
			f.add(f.board.Fire(c.ID, f.now, f.in.Resolve)...)
		}
	default: // finished: who is responsible now hears of it in a call of its own
		f.err = cmp.Or(f.err, f.open([]*found{r}, c.ID))
	}
	return true
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

// correct is the new version of an open call for a changed result.
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
	return &Corrected{Call: c.ID, Ref: c.Ref, Version: c.Version + 1, Result: item, Tier: tier, Sealed: told}
}

func (r *found) item() Item {
	e := r.ev
	return Item{ID: e.Result, LOINC: e.LOINC, Label: r.label, Unit: e.Unit, Status: e.Status, Outcome: e.Outcome, Tier: e.Tier, Rule: e.Rule}
}

func (r *found) told() Told {
	why := r.why
	if r.ev.Outcome == Withdrawn {
		why = "withdrawn by the laboratory"
	}
	return Told{
		Value: strings.TrimSpace(r.Sealed.Value), Means: r.means, Unit: r.unit, Why: why, Finding: r.says, Range: r.Sealed.Range, Flag: r.Sealed.Flag,
		Accession: r.Sealed.Accession, Taken: r.Sealed.Taken, Resulted: r.Sealed.Resulted,
	}
}
