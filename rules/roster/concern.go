package roster

import (
	"cmp"
	"slices"
	"time"
)

// Concern is something of a roster that somebody who plans should look at.
type Concern struct {
	Kind   string    `json:"kind"` // one of the Concern… codes
	Post   string    `json:"post,omitempty"`
	Other  string    `json:"other,omitempty"` // of a double booking: the other post
	Person string    `json:"person,omitempty"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"`
	Times  int       `json:"times,omitempty"` // how often, if more than once between From and To
	Say    string    `json:"say"`
	Do     string    `json:"do"`
}

// The kinds of concerns, the gravest first.
const (
	ConcernHole    = "hole"          // nobody is on duty, and no chief answers
	ConcernEnds    = "roster-ends"   // no roster is published from then on
	ConcernBadge   = "badge"         // a shift's person has no badge that allows it
	ConcernChief   = "chief-alone"   // nobody is on duty, and the chief answers
	ConcernDouble  = "double-booked" // one person is on duty at two posts at once
	ConcernExpires = "badge-ends"    // a badge ends
)

// Concerns is what of the rosters between two instants somebody should look
// at, by time and gravity. It costs O(shifts in that time · log).
func (b Book) Concerns(from, to time.Time) []Concern {
	from, to = utc(from), utc(to)
	out := b.gapConcerns(from, to)
	if end := b.Until(from); !end.IsZero() && end.Before(to) {
		out = append(out, Concern{Kind: ConcernEnds, From: end, Say: "No roster is published from then on.", Do: "Publish the next one."})
	}
	shifts := b.between(from, to)
	out = append(out, b.badgeConcerns(shifts, from, to)...)
	out = append(out, b.doubles(shifts)...)
	gravity := []string{ConcernHole, ConcernEnds, ConcernBadge, ConcernChief, ConcernDouble, ConcernExpires}
	slices.SortStableFunc(out, func(x, y Concern) int {
		return cmp.Or(x.From.Compare(y.From), cmp.Compare(slices.Index(gravity, x.Kind), slices.Index(gravity, y.Kind)), cmp.Compare(x.Post+x.Person, y.Post+y.Person))
	})
	return out
}

func (b Book) gapConcerns(from, to time.Time) []Concern {
	var out []Concern
	if end := b.Until(from); !end.IsZero() && end.Before(to) {
		to = end // from then on one concern says it for all
	}
	for _, g := range b.Gaps(from, to) {
		switch p, _ := b.Posts.Get(g.Post); {
		case b.hole(g):
			out = append(out, Concern{
				Kind: ConcernHole, Post: g.Post, From: g.From, To: g.To, Say: "Nobody is on duty at " + b.PostName(g.Post) + ".",
				Do: "Add a shift or a cover, or name a chief of the post.",
			})
		case !p.Part:
			out = append(out, Concern{
				Kind: ConcernChief, Post: g.Post, From: g.From, To: g.To, Say: "Nobody is on duty at " + b.PostName(g.Post) + "; its chief is asked.",
				Do: "Add a shift or a cover, or mark the post as covered in part of the time.",
			})
		}
	}
	return out
}

// Until is when the rosters that follow one another without a break from an
// instant on end; zero if none is published at all.
func (b Book) Until(from time.Time) time.Time {
	if len(b.Plans) == 0 || b.Shifts.Len() == 0 {
		return time.Time{}
	}
	end := from
	for more := true; more; {
		more = false
		for _, p := range b.Plans {
			if !p.From.After(end) && p.To.After(end) {
				end, more = p.To, true
			}
		}
	}
	return end
}

// between is the shifts that run somewhere between two instants, by person and start.
func (b Book) between(from, to time.Time) []Shift {
	var out []Shift
	for post, shifts := range b.Shifts.All() {
		longest, _ := b.Longest.Get(post)
		for _, s := range shifts[b.began(post, from.Add(-longest)):b.began(post, to)] {
			if s.To.After(from) && s.From.Before(to) {
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, func(x, y Shift) int {
		return cmp.Or(cmp.Compare(x.Person, y.Person), x.From.Compare(y.From), cmp.Compare(x.ID, y.ID))
	})
	return out
}

func (b Book) badgeConcerns(shifts []Shift, from, to time.Time) []Concern {
	var out []Concern
	for i, s := range shifts {
		p := b.Get(s.Person)
		first := i == 0 || shifts[i-1].Person != s.Person
		var f CheckError
		if f.badge(b, "person", s.Person, s.Post, s.From, s.To); len(f) > 0 {
			out = append(out, Concern{
				Kind: ConcernBadge, Post: s.Post, Person: s.Person, From: s.From, To: s.To,
				Say: b.PersonName(s.Person) + " has a shift at " + b.PostName(s.Post) + " without a badge that allows it.", Do: "Renew the badge, or plan somebody else.",
			})
		}
		if first && p.Valid(from) && !p.Until.IsZero() && p.Until.Before(to) {
			out = append(out, Concern{
				Kind: ConcernExpires, Person: s.Person, From: p.Until,
				Say: "The badge of " + b.PersonName(s.Person) + " ends.", Do: "Renew it if they stay.",
			})
		}
	}
	return out
}

// doubles finds people who are at two posts at once; each two posts of a
// person are one concern.
func (b Book) doubles(shifts []Shift) []Concern {
	var out []Concern
	for i := range shifts {
		for j := i + 1; j < len(shifts) && shifts[j].Person == shifts[i].Person && shifts[j].From.Before(shifts[i].To); j++ {
			x, y := shifts[i], shifts[j]
			if x.Post == y.Post {
				continue
			}
			post, other, to := min(x.Post, y.Post), max(x.Post, y.Post), x.To
			if y.To.Before(to) {
				to = y.To
			}
			k := slices.IndexFunc(out, func(c Concern) bool { return c.Person == x.Person && c.Post == post && c.Other == other })
			if k >= 0 {
				out[k].To, out[k].Times = later(out[k].To, to), max(1, out[k].Times)+1
				continue
			}
			out = append(out, Concern{
				Kind: ConcernDouble, Post: post, Other: other, Person: x.Person, From: y.From, To: to,
				Say: b.PersonName(x.Person) + " is planned at " + b.PostName(post) + " and " + b.PostName(other) + " at once.", Do: "Let somebody else take one of them, if one person cannot do both.",
			})
		}
	}
	return out
}
