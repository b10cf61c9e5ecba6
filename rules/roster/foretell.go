package roster

import (
	"slices"
	"time"
)

// Ahead is how long before a hole those who plan are told.
const Ahead = 24 * time.Hour

// GapFound says, a day before, that nobody will be on duty and no chief answers.
type GapFound struct {
	Gaps []Gap `json:"gaps"`
}

// Kind is "roster.gap-found".
func (*GapFound) Kind() string { return "roster.gap-found" }

// About is "roster/lab".
func (*GapFound) About() []string { return []string{"roster/lab"} }

// Enclosure is nil.
func (*GapFound) Enclosure() any { return nil }

// GapsDue is what must be recorded at an instant about holes that begin
// within Ahead, or run, and of which nobody was told: one event or none. It
// costs O(posts · shifts of a post).
func (b Book) GapsDue(now time.Time) []Event {
	now = utc(now)
	end := b.Until(now)
	if end.IsZero() {
		return nil // nothing was ever planned
	}
	var out []Gap
	for _, g := range b.Gaps(now, now.Add(3*Ahead)) { // further, to tell where it ends
		if g.From.Before(now.Add(Ahead)) && b.hole(g) && !b.told(g) {
			out = append(out, g)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return []Event{&GapFound{Gaps: out}}
}

// told tells whether somebody was told of a hole: of one that begins no later
// at the same post, and has not ended before.
func (b Book) told(g Gap) bool {
	return slices.ContainsFunc(b.Told, func(t Gap) bool { return t.Post == g.Post && !t.From.After(g.From) && t.To.After(g.From) })
}

// tell remembers of what holes somebody was told.
func (b Book) tell(ev *GapFound, m Mark) Book {
	var kept []Gap
	for _, g := range b.Told {
		if g.To.Add(Ahead).After(m.At) {
			kept = append(kept, g)
		}
	}
	for _, g := range ev.Gaps {
		kept = append(kept, Gap{Post: g.Post, From: utc(g.From), To: utc(g.To)})
	}
	b.Told = kept
	return b
}
