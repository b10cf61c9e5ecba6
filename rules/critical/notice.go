package critical

import (
	"slices"
	"strings"
	"time"
)

// Noticed says that those who were told of a call were told that what it said
// counts no more: who is responsible now is called; a notice goes to all the
// others too. It hands nothing off and asks for no answer: who opens the call
// in its new version is recorded as seen.
type Noticed struct {
	Call    string   `json:"call"` // as it is now
	Ref     string   `json:"ref"`
	Version int      `json:"version"`      // of the call, as it is now
	Of      string   `json:"of,omitempty"` // the call that they were told of, if it is another one
	What    string   `json:"what"`         // see the Notice constants
	To      []string `json:"to"`

	Sealed Sheet `json:"-"`
}

// What a notice says.
const (
	NoticeCorrected   = "corrected"     // another value, critical still or anew
	NoticeNormal      = "not-critical"  // another value, which is not critical
	NoticeWithdrawn   = "withdrawn"     // there is no value any more
	NoticeWrong       = "wrong-patient" // it is another patient's
	NoticeIdentified  = "identified"    // the patient is another one, or named otherwise
	NoticeUnspecified = "changed"
)

// Sheet is what of a notice is sealed: what was said and what is said now.
type Sheet struct {
	Lines []Line `json:"lines,omitempty"`
}

// Line is one result of a notice.
type Line struct {
	Result string `json:"result"`
	Label  string `json:"label,omitempty"`
	Was    string `json:"was,omitempty"` // value and unit as told
	Now    string `json:"now,omitempty"` // nothing: it was withdrawn
}

// Kind is "critical.noticed".
func (*Noticed) Kind() string { return "critical.noticed" }

// About is the call, the one it was, and the first two that it went to.
func (e *Noticed) About() []string { return about(append([]string{e.Call, e.Of}, e.To...)...) }

// Enclosure is what changed.
func (e *Noticed) Enclosure() any { return &e.Sealed }

// Notice is a notice as a call remembers it.
type Notice struct {
	To      []string  `json:"to"`
	Version int       `json:"version"`
	What    string    `json:"what"`
	At      time.Time `json:"at"`
}

// notice is the notice to all who were told of a call, as it was, that the
// call id is another one now; nil if nobody was told.
func (b Board) notice(was Call, id, what string) *Noticed {
	to := was.Told()
	c, ok := b.Calls.Get(id)
	if len(to) == 0 || !ok {
		return nil
	}
	n := &Noticed{Call: id, Ref: c.Ref, Version: c.Version, What: what, To: to}
	if id != was.ID {
		n.Of = was.ID
	}
	return n
}

// Told is everyone who was told of a call in any way: called, looked, noticed,
// or answered; each once.
func (c Call) Told() []string {
	out := c.Everyone()
	for _, n := range c.Noticed {
		out = append(out, n.To...)
	}
	out = append(out, c.Owner)
	var once []string
	for _, p := range out {
		if strings.HasPrefix(p, "person/") && !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once
}

// whatOf is the gravest of what changed results say.
func whatOf(with []*found) string {
	grave := []string{NoticeUnspecified, NoticeNormal, NoticeCorrected, NoticeWithdrawn, NoticeWrong}
	best := 0
	for _, r := range with {
		what := NoticeNormal
		switch {
		case r.ev.Status == "W":
			what = NoticeWrong
		case r.ev.Outcome == Withdrawn:
			what = NoticeWithdrawn
		case r.ev.Outcome == Critical:
			what = NoticeCorrected
		}
		best = max(best, slices.Index(grave, what))
	}
	return grave[best]
}

func sheet(with []*found) Sheet {
	var s Sheet
	for _, r := range with {
		t := r.told()
		l := Line{Result: r.ev.Result, Label: r.label, Was: t.Was}
		if r.ev.Outcome != Withdrawn {
			l.Now = t.Value
			if t.Unit != "" {
				l.Now += " " + t.Unit
			}
		}
		s.Lines = append(s.Lines, l)
	}
	return s
}

// noticed folds a notice.
func (b Board) noticed(e *Noticed, at time.Time) Board {
	c, ok := b.Calls.Get(e.Call)
	if !ok || slices.ContainsFunc(c.Noticed, func(n Notice) bool { return n.Version == e.Version }) {
		return b
	}
	c.Noticed = append(slices.Clip(c.Noticed), Notice{To: append([]string(nil), e.To...), Version: e.Version, What: e.What, At: at})
	return b.put(c)
}

// noticeCheck holds an open call to its promise: who was told of an earlier
// version was told that there is a newer one.
func (c Call) noticeCheck(say func(id, what string)) {
	heard := map[string]int{}
	for _, r := range c.Called {
		for _, p := range r.To {
			heard[p] = max(heard[p], r.Version)
		}
	}
	for _, l := range c.Seen {
		heard[l.By] = max(heard[l.By], l.Version)
	}
	for _, n := range c.Noticed {
		for _, p := range n.To {
			heard[p] = max(heard[p], n.Version)
		}
	}
	for _, v := range heard {
		if v < c.Version {
			say(c.ID, "somebody was told an older version and not that there is a newer one")
			return
		}
	}
}
