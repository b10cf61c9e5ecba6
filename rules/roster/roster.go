// Package roster knows people, badges, posts, shifts, covers and ladders:
// who is on call at an instant, whom a call asks next, and why.
//
// Shifts are published as instants and never computed again. The room's
// state is a Book, a value: Apply makes a new one and leaves the old one as
// it was. Everything here is safe for concurrent use as long as nobody
// changes what a Book hands out.
package roster

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Desk is the post that is the last step of every ladder: the laboratory's
// desk, which telephones. Every roster keeps it covered. House is that of the
// house supervisor, whom a step asks where the house has one.
const (
	Desk  = "post/desk"
	House = "post/house"
)

// Post is what is covered: "ICU-2 resident", "haematology on call". One with
// a unit covers that unit, which belongs to its service if it names one; one
// with a service alone is that service's call.
type Post struct {
	ID      string `json:"id"` // "post/…"
	Name    string `json:"name"`
	Unit    string `json:"unit,omitempty"`    // the code of the unit that it covers
	Service string `json:"service,omitempty"` // the code of the service
	Chief   string `json:"chief,omitempty"`   // who is asked when nobody is on duty: "person/…", or "post/…" for who is on duty there
	Part    bool   `json:"part,omitempty"`    // covered part of the time on purpose: its holes alarm nobody
	Closed  bool   `json:"closed,omitempty"`  // given up: nobody is asked there any more
}

// Shift is one person's duty at a post.
type Shift struct {
	ID     string    `json:"id"` // "shift/…"
	Post   string    `json:"post"`
	Person string    `json:"person"`
	Rank   int       `json:"rank,omitempty"` // 0 first call, 1 second, …
	From   time.Time `json:"from"`
	To     time.Time `json:"to"` // not included
}

func (s *Shift) at(now time.Time) bool { return !now.Before(s.From) && now.Before(s.To) }

// Plan is the ladders of one published roster, and its period.
type Plan struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Ladders []Ladder  `json:"ladders"`
}

// Book is everything the laboratory knows of people and rosters. The zero
// value is empty. What has ended is dropped when something new is recorded:
// questions are about now and later.
type Book struct {
	People table.Map[string, *Person] `json:"people"`
	Logins table.Map[string, string]  `json:"logins"` // login → person
	Codes  table.Map[string, string]  `json:"codes"`  // staff code → person
	Posts  table.Map[string, *Post]   `json:"posts"`

	Receiving []string `json:"receiving,omitempty"` // professions that receive read-backs; none: Professions

	Shifts  table.Map[string, []Shift]       `json:"shifts"`           // by post, each ascending by From, then ID
	Longest table.Map[string, time.Duration] `json:"longest"`          // by post: no shift of it lasts longer; in ns
	Covers  []Covered                        `json:"covers,omitempty"` // as recorded; later ones win
	Offers  []Offer                          `json:"offers,omitempty"` // covers that nobody accepted yet, as recorded
	Plans   []Plan                           `json:"plans,omitempty"`  // as recorded; later ones win
	Began   table.Map[string, string]        `json:"began"`            // shift → whose duty has begun in it
	Told    []Gap                            `json:"told,omitempty"`   // holes of which those who plan were told
	Seq     int64                            `json:"seq,omitempty"`    // the newest entry folded
}

// Apply folds an event into the book. An entry older than the newest one
// folded changes nothing, so entries may be read again (Recall).
func (b Book) Apply(ev Event, m Mark) Book {
	if m.Seq < b.Seq {
		return b
	}
	b.Seq = m.Seq
	switch ev := ev.(type) {
	case *Admitted:
		return b.know(ev.Person)
	case *Changed:
		return b.know(ev.Person)
	case *Disabled:
		if p := b.Get(ev.ID); p != nil {
			next := *p
			next.Disabled = true
			b.People = b.People.With(ev.ID, &next)
		}
	case *Published:
		return b.publish(ev, m)
	case *Covered:
		return b.covered(*ev, m)
	case *CoverOffered:
		return b.offered(*ev, m)
	case *CoverWithdrawn:
		return b.withdrawn(ev, m)
	case *DutyBegan:
		b.Began = b.Began.With(ev.Shift, ev.Person)
	case *ReceivingSet:
		b.Receiving = slices.Clone(ev.Professions)
	case *GapFound:
		return b.tell(ev, m)
	case *LadderSet:
		return b.setLadders(m, func(had []Ladder) []Ladder { return append(except(had, &ev.Ladder), settle([]Ladder{ev.Ladder})...) })
	case *LadderRemoved:
		return b.setLadders(m, func(had []Ladder) []Ladder {
			return except(had, &Ladder{Unit: ev.Unit, Service: ev.Service, Tier: ev.Tier})
		})
	}
	return b
}

func (b Book) publish(ev *Published, m Mark) Book {
	from, to := utc(ev.From), utc(ev.To)
	for _, p := range ev.Posts {
		b.Posts = b.Posts.With(p.ID, &p)
	}
	coming := map[string][]Shift{}
	ids := map[string]bool{}
	for _, s := range ev.Shifts {
		s.From, s.To = utc(s.From), utc(s.To)
		coming[s.Post] = append(coming[s.Post], s)
		ids[s.ID] = true
	}
	stays := func(s Shift) bool {
		return (s.From.Before(from) || !s.From.Before(to)) && s.To.After(m.At) && !ids[s.ID]
	}
	for post, had := range b.Shifts.All() {
		for _, s := range had {
			if stays(s) {
				coming[post] = append(coming[post], s)
			} else if !ids[s.ID] {
				b.Began = b.Began.Without(s.ID)
			}
		}
		b.Shifts, b.Longest = b.Shifts.Without(post), b.Longest.Without(post)
	}
	for post, shifts := range coming {
		var longest time.Duration
		for _, s := range shifts {
			longest = max(longest, s.To.Sub(s.From))
		}
		b.Longest = b.Longest.With(post, longest)
		slices.SortFunc(shifts, func(x, y Shift) int {
			return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.ID, y.ID))
		})
		b.Shifts = b.Shifts.With(post, shifts)
	}
	ladders := ev.Ladders
	if len(ladders) == 0 { // those that would have held stay
		ladders = b.plan(from).Ladders
	}
	var plans []Plan
	for _, p := range b.Plans {
		replaced := !p.From.Before(from) && !p.To.After(to)
		if !replaced && p.To.After(m.At) {
			plans = append(plans, p)
		}
	}
	b.Plans = append(plans, Plan{From: from, To: to, Ladders: settle(ladders)})
	return b
}

// setLadders changes the ladders of every roster that has not ended, or of
// the last one published, whose ladders stand until there is another.
func (b Book) setLadders(m Mark, change func([]Ladder) []Ladder) Book {
	plans := slices.Clone(b.Plans)
	if len(plans) == 0 {
		plans = []Plan{{From: utc(m.At), To: utc(m.At)}}
	}
	for i := range plans {
		if plans[i].To.After(m.At) || i == len(plans)-1 {
			plans[i].Ladders = change(plans[i].Ladders)
		}
	}
	b.Plans = plans
	return b
}

// except is the ladders but the one of the same unit, service and tier.
func except(had []Ladder, l *Ladder) []Ladder {
	var out []Ladder
	for i := range had {
		if had[i].name() != l.name() {
			out = append(out, had[i])
		}
	}
	return out
}
