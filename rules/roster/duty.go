package roster

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"time"
)

// OnCall is one person on duty at a post.
type OnCall struct {
	Person string
	Rank   int       // 0 first call, 1 second, …
	Shift  string    // whose duty it is
	Why    string    // for the record
	Until  time.Time // then the shift ends, or a cover of it begins or ends
}

// RankName is how a rank is called: "first call", "second call", and so on.
func RankName(rank int) string {
	if rank < 3 {
		return [...]string{"first", "second", "third"}[rank] + " call"
	}
	return "a later call"
}

// OnDuty is who is on duty at a post at an instant, first call first, each
// person once. Covers count, later recorded ones last; a cover by somebody
// whose badge does not allow the post leaves the one who was to go. Nobody
// is on duty without a badge that allows the post. It costs O(log shifts of
// the post + those that may run now × covers).
func (b Book) OnDuty(post string, now time.Time) []OnCall {
	var out []OnCall
	for h := range b.holders(post, now) {
		out = append(out, OnCall{Person: h.person, Rank: max(0, h.shift.Rank), Shift: h.shift.ID, Why: b.why(&h), Until: b.until(h.shift, now)})
	}
	slices.SortStableFunc(out, func(x, y OnCall) int {
		return cmp.Or(cmp.Compare(x.Rank, y.Rank), cmp.Compare(x.Person, y.Person))
	})
	n := 0
	for _, o := range out {
		if !slices.ContainsFunc(out[:n], func(had OnCall) bool { return had.Person == o.Person }) {
			out[n] = o
			n++
		}
	}
	return out[:n]
}

// holder is who holds a shift that runs, and the cover that decided it.
type holder struct {
	shift   *Shift
	person  string
	gone    []string // who held it before, by covers
	cover   *Covered
	refused bool // the cover's badge did not allow it
}

// is tells whether a person holds the shift, or held it until a cover.
func (h *holder) is(person string) bool { return h.person == person || slices.Contains(h.gone, person) }

// hand lets a cover take the shift, if its badge allows the post. It is given
// by who holds it or held it, since a later cover wins over an earlier one.
func (h *holder) hand(b Book, c *Covered, now time.Time) {
	h.cover, h.refused = c, !b.Get(c.In).May(c.Post, now)
	if h.refused {
		return
	}
	if i := slices.Index(h.gone, c.Out); i >= 0 {
		h.gone = h.gone[:i]
	}
	h.gone, h.person = append(slices.Clip(h.gone), c.Out), c.In
}

func (b Book) why(h *holder) string {
	why := RankName(max(0, h.shift.Rank)) + " of " + b.PostName(h.shift.Post)
	switch {
	case h.cover == nil:
		return why
	case h.refused:
		return why + ", as the badge of " + b.PersonName(h.cover.In) + " does not allow the cover"
	}
	return why + ", covering for " + b.PersonName(h.cover.Out)
}

// holders is who holds each shift of a post that runs now, by start of shift.
func (b Book) holders(post string, now time.Time) iter.Seq[holder] {
	return func(yield func(holder) bool) {
		shifts := b.running(post, now)
		for i := range shifts {
			s := &shifts[i]
			if !s.at(now) {
				continue
			}
			h := holder{shift: s, person: s.Person}
			for j := range b.Covers {
				c := &b.Covers[j]
				if c.Post == post && c.at(now) && (c.Shift == "" || c.Shift == s.ID) && h.is(c.Out) {
					h.hand(b, c, now)
				}
			}
			if b.Get(h.person).May(post, now) && !yield(h) {
				return
			}
		}
	}
}

// until is when who holds a shift may be another: it ends, or a cover of its
// post begins or ends.
func (b Book) until(s *Shift, now time.Time) time.Time {
	end := s.To
	for i := range b.Covers {
		if c := &b.Covers[i]; c.Post == s.Post && (c.Shift == "" || c.Shift == s.ID) {
			for _, t := range [...]time.Time{c.From, c.To} {
				if t.After(now) && t.Before(end) {
					end = t
				}
			}
		}
	}
	return end
}

// running is the shifts of a post that began up to now and may not have
// ended: none is longer than the post's longest one.
func (b Book) running(post string, now time.Time) []Shift {
	shifts, _ := b.Shifts.Get(post)
	longest, _ := b.Longest.Get(post)
	return shifts[b.began(post, now.Add(-longest)):b.began(post, now)]
}

// began is how many shifts of a post began up to an instant.
func (b Book) began(post string, now time.Time) int {
	shifts, _ := b.Shifts.Get(post)
	return sort.Search(len(shifts), func(i int) bool { return shifts[i].From.After(now) })
}

// staffed tells whether anybody, or a certain person, is on duty at a post.
func (b Book) staffed(post, person string, now time.Time) bool {
	for h := range b.holders(post, now) {
		if person == "" || h.person == person {
			return true
		}
	}
	return false
}

// PostsOf is every post at which a person is on duty at an instant,
// ascending. It costs O(posts).
func (b Book) PostsOf(person string, now time.Time) []string {
	var out []string
	for post := range b.Shifts.All() {
		if b.staffed(post, person, now) {
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
	chief, _ := b.chief(post, now)
	return joined(out, chief)
}

// DutyDue is what begins of duties up to now and is not recorded yet, by
// post and start of shift: a shift began, or a cover put another in it.
func (b Book) DutyDue(now time.Time) []Event {
	var out []Event
	for post := range b.Shifts.All() {
		for h := range b.holders(post, now) {
			if began, ok := b.Began.Get(h.shift.ID); !ok || began != h.person {
				out = append(out, &DutyBegan{Person: h.person, Post: post, Shift: h.shift.ID})
			}
		}
	}
	return out
}

// Next is the first instant after now at which somebody's duty may begin or
// end: a bound of a shift, a cover or a badge. Not ok means that none is
// known. It costs O(posts + people).
func (b Book) Next(now time.Time) (next time.Time, ok bool) {
	bound := func(t time.Time) {
		if t.After(now) && (!ok || t.Before(next)) {
			next, ok = t, true
		}
	}
	for post, shifts := range b.Shifts.All() {
		began := b.began(post, now)
		if began < len(shifts) {
			bound(shifts[began].From)
		}
		for _, s := range b.running(post, now) {
			bound(s.To)
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
	for _, id := range b.PostsOf(p.ID, now) {
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

// AtUnit tells whether a person belongs to a unit, or is on duty at a post
// of it at an instant; never without a valid badge.
func (b Book) AtUnit(person, unit string, now time.Time) bool {
	p := b.Get(person)
	if unit == "" || !p.Valid(now) {
		return false
	}
	if slices.Contains(p.Units, unit) {
		return true
	}
	for id, post := range b.Posts.All() {
		if post.Unit == unit && b.staffed(id, person, now) {
			return true
		}
	}
	return false
}
