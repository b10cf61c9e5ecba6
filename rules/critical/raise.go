package critical

import (
	"cmp"
	"slices"
	"time"
)

// Raised says that an open call is more urgent than when it opened, since a
// result of it was corrected: it has the ladder of its tier now, which begins
// at the step that it stood at, or from the start where the new ladder has no
// such step. When it is late moves to the front, never back.
type Raised struct {
	Call        string `json:"call"`
	Ref         string `json:"ref"`
	Version     int    `json:"version"`
	Tier        string `json:"tier"`
	Was         string `json:"was"` // the tier before
	Steps       []Step `json:"steps"`
	Step        int    `json:"step,omitempty"`
	BreachAfter int    `json:"breachAfter"` // seconds from now
}

// Kind is "critical.raised".
func (*Raised) Kind() string { return "critical.raised" }

// About is the call.
func (e *Raised) About() []string { return about(e.Call) }

// Enclosure is nil.
func (*Raised) Enclosure() any { return nil }

// ladder is the ladder of a tier, and in how many seconds a call of it is late.
func (in Message) ladder(tier string) (steps []Step, breach int) {
	if in.Steps != nil {
		steps = in.Steps(tier)
	}
	if len(steps) == 0 {
		steps = DefaultLadder()
	}
	if in.Breach != nil {
		breach = in.Breach(tier)
	}
	return climbable(steps), cmp.Or(breach, in.BreachAfter, anHour)
}

// raise gives an open call the ladder of its tier, if that is more urgent than the one before.
func (f *filing) raise(was Call) {
	c, ok := f.board.Calls.Get(was.ID)
	if !ok || !moreUrgent(c.Tier, was.Tier) {
		return
	}
	steps, breach := f.in.ladder(c.Tier)
	step := 0
	if i, ok := was.present(); ok {
		step = max(0, slices.IndexFunc(steps, func(s Step) bool { return s.Ask == was.Called[i].Ask }))
	}
	f.add(&Raised{Call: c.ID, Ref: c.Ref, Version: c.Version, Tier: c.Tier, Was: was.Tier, Steps: steps, Step: step, BreachAfter: breach})
}

// raised folds a ladder that took the place of another one. Rungs that fired
// keep whom they asked; their steps are those of the new ladder that ask the same.
func (c Call) raised(e *Raised, at time.Time) Call {
	if len(e.Steps) == 0 || e.Version != c.Version {
		return c
	}
	c.Called = slices.Clone(c.Called)
	for i, r := range c.Called {
		c.Called[i].Step = slices.IndexFunc(e.Steps, func(s Step) bool { return s.Ask == r.Ask })
	}
	c.Tier, c.Steps, c.Next, c.NextAt, c.Own = e.Tier, e.Steps, max(0, min(e.Step, len(e.Steps)-1)), at, time.Time{}
	if late := at.Add(seconds(e.BreachAfter)); e.BreachAfter > 0 && late.Before(c.Breach) {
		c.Breach = late
	}
	return c
}
