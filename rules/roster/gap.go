package roster

import (
	"slices"
	"time"
)

// Gap is a time in which nobody is on duty at a post.
type Gap struct {
	Post string    `json:"post"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // not included
}

// Gaps is when between two instants nobody is on duty, of the posts given
// (else of every post that was not given up), by post and time. Covers and
// badges count; chiefs do not.
func (b Book) Gaps(from, to time.Time, posts ...string) []Gap {
	if len(posts) == 0 {
		for id, p := range b.Posts.All() {
			if !p.Closed {
				posts = append(posts, id)
			}
		}
	}
	var out []Gap
	for _, post := range posts {
		out = append(out, b.gaps(post, utc(from), utc(to))...)
	}
	return out
}

// hole tells whether a gap is one that nobody planned: the post is to be
// covered always, and its chief does not answer then.
func (b Book) hole(g Gap) bool {
	p, ok := b.Posts.Get(g.Post)
	if !ok || p.Closed || p.Part {
		return false
	}
	chief, _ := b.chief(g.Post, g.From)
	return len(chief) == 0
}

func (b Book) gaps(post string, from, to time.Time) []Gap {
	var out []Gap
	bounds := append(b.bounds(post, from, to), to)
	for i, at := range bounds[:len(bounds)-1] {
		if b.staffed(post, "", at) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].To.Equal(at) {
			out[n-1].To = bounds[i+1]
		} else {
			out = append(out, Gap{Post: post, From: at, To: bounds[i+1]})
		}
	}
	return out
}

// bounds is from, and every later instant before to at which the holders of
// a post may change, ascending.
func (b Book) bounds(post string, from, to time.Time) []time.Time {
	var out []time.Time
	bound := func(ts ...time.Time) {
		for _, t := range ts {
			if t.After(from) && t.Before(to) {
				out = append(out, t)
			}
		}
	}
	badge := func(id string) {
		if p := b.Get(id); p != nil {
			bound(p.From, p.Until)
		}
	}
	shifts, _ := b.Shifts.Get(post)
	for i := range shifts {
		if shifts[i].To.After(from) && shifts[i].From.Before(to) {
			bound(shifts[i].From, shifts[i].To)
			badge(shifts[i].Person)
		}
	}
	for i := range b.Covers {
		if c := &b.Covers[i]; c.Post == post {
			bound(c.From, c.To)
			badge(c.In)
		}
	}
	if from.Before(to) {
		out = append(out, from)
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}
