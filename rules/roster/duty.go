package roster

import (
	"cmp"
	"slices"
	"time"
)

// OnCall is one person on duty at a post.
type OnCall struct {
	Person string
	Rank   int    // 0 first call, 1 second, …
	Shift  string // whose duty it is
	Why    string // for the record
}

// calls names ranks.
func calls(rank int) string {
	if rank < 3 {
		return [...]string{"first", "second", "third"}[rank] + " call"
	}
	return "a later call"
}

// OnDuty is who is on duty at a post at an instant, first call first, each
// person once. Covers count, later recorded ones last; a cover by somebody
// whose badge does not allow the post leaves the one who was to go. Nobody
// is on duty without a badge that allows the post. It costs O(the post's
// shifts × covers).
func (b Book) OnDuty(post string, now time.Time) []OnCall {
	duty := b.holders(post, now)
	slices.SortStableFunc(duty, func(x, y OnCall) int {
		return cmp.Or(cmp.Compare(x.Rank, y.Rank), cmp.Compare(x.Person, y.Person))
	})
	var out []OnCall
	for _, o := range duty {
		if !slices.ContainsFunc(out, func(had OnCall) bool { return had.Person == o.Person }) {
			out = append(out, o)
		}
	}
	return out
}

// holders is who holds each shift of a post that runs now, by start of shift.
func (b Book) holders(post string, now time.Time) []OnCall {
	var out []OnCall
	shifts, _ := b.Shifts.Get(post)
	for i := range shifts {
		s := &shifts[i]
		if s.From.After(now) {
			break
		}
		if !s.at(now) {
			continue
		}
		o := OnCall{Person: s.Person, Rank: max(0, s.Rank), Shift: s.ID}
		o.Why = calls(o.Rank) + " of " + post
		for j := range b.Covers {
			c := &b.Covers[j]
			if c.Post != post || c.Out != o.Person || now.Before(c.From) || !now.Before(c.To) ||
				c.Shift != "" && c.Shift != s.ID {
				continue
			}
			if b.Get(c.In).May(post, now) {
				o.Person = c.In
				o.Why = calls(o.Rank) + " of " + post + ", covering for " + c.Out
			} else {
				o.Why = calls(o.Rank) + " of " + post + ", as the badge of " + c.In + " does not allow the cover"
			}
		}
		if b.Get(o.Person).May(post, now) {
			out = append(out, o)
		}
	}
	return out
}

// posts is every post at which a person is on duty now, ascending.
func (b Book) posts(person string, now time.Time) []string {
	var out []string
	for post := range b.Shifts.All() {
		if slices.ContainsFunc(b.holders(post, now), func(o OnCall) bool { return o.Person == person }) {
			out = append(out, post)
		}
	}
	return out
}

// Ring is whom a post rings at an instant, in this order: everybody on duty
// there, first call first, then its chief.
func (b Book) Ring(post string, now time.Time) []string {
	var out []string
	for _, o := range b.OnDuty(post, now) {
		out = append(out, o.Person)
	}
	if chief := b.chief(post, now); chief != "" && !slices.Contains(out, chief) {
		out = append(out, chief)
	}
	return out
}

// DutyDue is what begins of duties up to now and is not recorded yet, by
// post and start of shift: a shift began, or a cover put another in it.
func (b Book) DutyDue(now time.Time) []Event {
	var out []Event
	for post := range b.Shifts.All() {
		for _, o := range b.holders(post, now) {
			if began, ok := b.Began.Get(o.Shift); !ok || began != o.Person {
				out = append(out, &DutyBegan{Person: o.Person, Post: post, Shift: o.Shift})
			}
		}
	}
	return out
}

// Next is the first instant after now at which somebody's duty may begin or
// end: a bound of a shift, a cover or a badge. Not ok means that none is known.
func (b Book) Next(now time.Time) (next time.Time, ok bool) {
	bound := func(t time.Time) {
		if t.After(now) && (!ok || t.Before(next)) {
			next, ok = t, true
		}
	}
	for _, shifts := range b.Shifts.All() {
		for i := range shifts {
			bound(shifts[i].From)
			bound(shifts[i].To)
		}
	}
	for i := range b.Covers {
		bound(b.Covers[i].From)
		bound(b.Covers[i].To)
	}
	for _, p := range b.People.All() {
		bound(p.From)
		bound(p.Until)
	}
	return next, ok
}

// Channels is what a person may hear at an instant, ascending: the own
// channel; the posts where the person is on duty, and their units; the own
// units and sections; "lab" for the laboratory's roles. Nothing without a
// valid badge.
func (b Book) Channels(person string, now time.Time) []string {
	p := b.Get(person)
	if !p.Valid(now) {
		return nil
	}
	out := []string{p.ID}
	for _, id := range b.posts(p.ID, now) {
		out = append(out, id)
		if post, ok := b.Posts.Get(id); ok && post.Unit != "" {
			out = append(out, "unit/"+post.Unit)
		}
	}
	for _, u := range p.Units {
		out = append(out, "unit/"+u)
	}
	for _, s := range p.Sections {
		out = append(out, "section/"+s)
	}
	if p.Role.OfLab() {
		out = append(out, "lab")
	}
	slices.Sort(out)
	return slices.Compact(out)
}
