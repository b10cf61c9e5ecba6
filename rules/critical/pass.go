package critical

import (
	"slices"
	"time"
)

// AskNamed is the question of a rung that went to the person whom somebody
// named when passing a call on.
const AskNamed = "named"

// PassReasons are the codes of why a person passes a call on; "other" wants a note.
func PassReasons() []string {
	return []string{"not-my-patient", "off-duty", "busy", "wrong-service", "transferred", "may-not-receive", "other"}
}

// PassedOn says that a person who was asked passed a call on. Who owned it
// owns it until another takes it. Nobody is asked again who passed it on.
type PassedOn struct {
	Call    string `json:"call"`
	Ref     string `json:"ref"`
	Version int    `json:"version"`
	By      string `json:"by"`
	Reason  string `json:"reason"`       // a code
	To      string `json:"to,omitempty"` // the person named; else the ladder's next is asked
	N       int    `json:"n"`            // how many passed the call on

	Sealed Note `json:"-"`
}

// Kind is "critical.passed-on".
func (*PassedOn) Kind() string { return "critical.passed-on" }

// About is the call, who passed it on, and to whom.
func (e *PassedOn) About() []string { return about(e.Call, e.By, e.To) }

// Enclosure is the note.
func (e *PassedOn) Enclosure() any { return &e.Sealed }

// Pass is one passing on of a call.
type Pass struct {
	By      string    `json:"by"`
	Reason  string    `json:"reason"`
	To      string    `json:"to,omitempty"`
	Note    string    `json:"note,omitempty"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Attempt int       `json:"attempt"` // the last rung before it
}

// Passed tells whether a person passed the call on, and is asked no more.
func (c Call) Passed(person string) bool {
	return slices.ContainsFunc(c.Passes, func(p Pass) bool { return p.By == person })
}

// Passing is a person's wish to pass a call on.
type Passing struct {
	Call    string // id or reference
	Version int
	By      string
	Reason  string
	Note    string
	To      string // a person who is on duty and receives, which is asked before; or nobody
	Why     string // of To: on duty where
	Resolve Resolve
}

// PassOn is the passing on of a call by a person, who may (Reader.MayPassOn),
// with the rung that follows at once: to the person named, or to whom the
// ladder asks next. The second passing on, and one after which the ladder has
// nobody left, opens the desk's task beside the ladder and tells the
// supervisor that the routing is wrong there. Errors: ErrUnknown, ErrClosed,
// ErrStale, ErrTaken while the lease of another runs, ErrMayNot, ErrNoReason.
func (b Board) PassOn(p Passing, now time.Time) ([]Event, error) {
	now = stamp(now)
	c, err := b.open(p.Call, p.Version)
	if err != nil {
		return nil, err
	}
	if p.By == "" || !slices.Contains(PassReasons(), p.Reason) || p.Reason == "other" && p.Note == "" {
		return nil, ErrNoReason
	}
	if err := c.MayPassOn(p.By, now); err != nil {
		return nil, err
	}
	if p.To == p.By || c.Passed(p.To) {
		return nil, &MayNotError{"passed"}
	}
	out := []Event{&PassedOn{
		Call: c.ID, Ref: c.Ref, Version: c.Version, By: p.By, Reason: p.Reason, To: p.To, N: len(c.Passes) + 1, Sealed: Note{p.Note},
	}}
	add := func(evs ...Event) {
		out = append(out, evs...)
		for _, ev := range evs {
			b = b.Apply(ev, Mark{At: now, By: p.By})
		}
		c, _ = b.Calls.Get(c.ID)
	}
	b = b.Apply(out[0], Mark{At: now, By: p.By})
	c, _ = b.Calls.Get(c.ID)
	left := true
	if p.To != "" {
		add(&Called{
			Call: c.ID, Ref: c.Ref, Version: c.Version, Step: max(0, c.Next-1), Attempt: c.Attempt + 1, Ask: AskNamed, To: []string{p.To},
			Beside: true, Via: ViaApp, Due: c.NextAt, Why: "named when it was passed on" + after(p.Why),
		})
	} else {
		var rung []Event
		rung, left = c.following(p.Resolve, now)
		add(rung...)
	}
	if len(c.Passes) < 2 && left {
		return out, nil
	}
	why := "passed on by two: telephone"
	if !left {
		why = "passed on by the last whom the ladder asks: telephone"
	}
	if last, ok := out[len(out)-1].(*Called); !ok || last.Ask != AskDesk || last.Again.IsZero() {
		add(c.toDesk(p.Resolve, now, why, ""))
	}
	if wrong := c.misrouted(p.Resolve, why); wrong != nil {
		add(wrong)
	}
	return out, nil
}

func after(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// MayPassOn tells whether, by what others did, a person may pass the call on now: ErrTaken while the lease of another
// runs, ErrMayNot (passed) who passed it on and has not taken it since.
func (c Call) MayPassOn(person string, now time.Time) error {
	if has, ok := c.Lease(now); ok && has.By != person {
		return &TakenError{has.By, has.Until}
	}
	if i := slices.IndexFunc(c.Passes, func(p Pass) bool { return p.By == person }); i >= 0 && c.takenAfter(person, c.Passes[i].At).IsZero() {
		return &MayNotError{"passed"}
	}
	return nil
}

// takenAfter is when a person took the call at or after a time; zero if never.
func (c Call) takenAfter(person string, at time.Time) time.Time {
	for _, t := range c.Takes {
		if t.By == person && !t.At.Before(at) {
			return t.At
		}
	}
	return time.Time{}
}

// following is the next rung of the ladder that asks somebody, fired before
// its time; desk steps on the way keep their time. When nobody is left to ask
// it is the desk at the ladder's end, and left is false.
func (c Call) following(resolve Resolve, now time.Time) (out []Event, left bool) {
	again := time.Time{}
	for i := c.Next; i < len(c.Steps); i++ {
		step := c.Steps[i]
		if step.Ask == AskDesk && i < len(c.Steps)-1 {
			if again.IsZero() {
				again = c.NextAt
			}
			continue
		}
		to, why := c.Whom(resolve, step)
		if step.Ask != AskDesk && len(to) == 0 {
			out = append(out, &Escalated{Call: c.ID, Version: c.Version, Step: i, Ask: step.Ask, Why: why})
			continue
		}
		e := &Called{
			Call: c.ID, Ref: c.Ref, Version: c.Version, Step: i, Attempt: c.Attempt + 1, Ask: step.Ask, To: to, Via: ViaApp,
			Desk: step.Ask == AskDesk || len(out) > 0, Due: now.Add(seconds(step.Wait)), Why: why, Again: again,
		}
		switch {
		case e.Desk:
			e.Again = now.Add(deskEvery)
		case c.Desk != nil:
			e.Again = time.Time{} // the desk's task has its own time already
		case !again.IsZero() && !again.After(now):
			e.Again = now
		}
		return append(out, e), step.Ask != AskDesk
	}
	return out, false // unreachable: the last step of a ladder is the desk
}

// misrouted tells the supervisor, of whom the roster knows one, that the
// ladder led to the wrong people.
func (c Call) misrouted(resolve Resolve, why string) Event {
	if resolve == nil {
		return nil
	}
	to, _ := c.Whom(resolve, Step{Ask: AskSupervisor})
	if len(to) == 0 {
		return nil
	}
	return &Called{
		Call: c.ID, Ref: c.Ref, Version: c.Version, Step: max(0, c.Next-1), Attempt: c.Attempt + 1, Ask: AskSupervisor, To: to,
		Beside: true, Via: ViaApp, Due: c.NextAt, Why: "the routing is wrong there: " + why,
	}
}

func (c Call) passedOn(e *PassedOn, at time.Time) Call {
	if len(c.Passes) >= e.N {
		return c
	}
	c.Passes = append(slices.Clip(slices.Clone(c.Passes)), Pass{
		By: e.By, Reason: e.Reason, To: e.To, Note: e.Sealed.Text, Version: e.Version, At: at, Attempt: c.Attempt,
	})
	if n := len(c.Takes) - 1; n >= 0 && c.Takes[n].By == e.By && c.Takes[n].Until.After(at) {
		c.Takes = slices.Clone(c.Takes)
		c.Takes[n].Until = at
		if !c.Own.IsZero() { // the lease held the next step back, and is over
			c.NextAt, c.Own = c.Own, time.Time{}
			if c.NextAt.Before(at) {
				c.NextAt = at
			}
		}
	}
	return c
}
