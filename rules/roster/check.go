package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is one thing that is wrong with what somebody wants to record.
type Fault struct {
	Field  string // "shifts[3].person"
	What   string // what is wrong with it
	Remedy string // what to do
}

// CheckError is everything that is wrong with what was to be recorded; it is
// never empty.
type CheckError []Fault

// Error names every fault, one a line.
func (f CheckError) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = fmt.Sprintf("roster: %s: %s; %s", x.Field, x.What, x.Remedy)
	}
	return strings.Join(lines, "\n")
}

func (f *CheckError) add(field, what, remedy string) { *f = append(*f, Fault{field, what, remedy}) }

func (f CheckError) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Check tells whether a roster may be published: nil, or CheckError. It must
// leave the desk never alone, have a ladder for every call, end each ladder
// at the desk, and name only known posts and people with a badge that allows
// the shift.
func (b Book) Check(p *Published) error {
	var f CheckError
	if !p.From.Before(p.To) {
		f.add("to", "the period ends before it begins", "give an end later than from")
		return f
	}
	posts := f.posts(b, p)
	f.shifts(b, p, posts)
	f.ladders(p, posts)
	if len(f) > 0 {
		return f
	}
	next := b.Apply(p, Mark{Seq: b.Seq, At: p.From})
	for _, g := range next.gaps(Desk, utc(p.From), utc(p.To)) {
		f.add("shifts", fmt.Sprintf("nobody is at %s from %s to %s", Desk, g.From.Format(time.RFC3339), g.To.Format(time.RFC3339)),
			"add a shift there; the last step of every ladder ends at the desk")
	}
	return f.err()
}

// posts checks them, and returns every post known once p is published.
func (f *CheckError) posts(b Book, p *Published) map[string]bool {
	known, listed := map[string]bool{}, map[string]bool{}
	for id := range b.Posts.All() {
		known[id] = true
	}
	for i, post := range p.Posts {
		field := fmt.Sprintf("posts[%d].", i)
		if len(post.ID) < 6 || !strings.HasPrefix(post.ID, "post/") {
			f.add(field+"id", fmt.Sprintf("%q is no post", post.ID), "give an id that begins with post/")
		}
		if listed[post.ID] {
			f.add(field+"id", post.ID+" is listed twice", "list it once")
		}
		if post.Chief != "" && !b.Get(post.Chief).Valid(p.From) {
			f.add(field+"chief", post.Chief+" is not known or has no valid badge", "admit the person first, or name another")
		}
		listed[post.ID], known[post.ID] = true, true
	}
	if !known[Desk] {
		f.add("posts", "there is no "+Desk, "add the laboratory's desk: every ladder ends there")
	}
	return known
}

func (f *CheckError) shifts(b Book, p *Published, posts map[string]bool) {
	ids := map[string]bool{}
	for i, s := range p.Shifts {
		field := fmt.Sprintf("shifts[%d].", i)
		if s.ID == "" || ids[s.ID] {
			f.add(field+"id", fmt.Sprintf("%q is missing or listed twice", s.ID), "give each shift its own id")
		}
		ids[s.ID] = true
		if !posts[s.Post] {
			f.add(field+"post", fmt.Sprintf("%q is not known", s.Post), "add it to posts")
		}
		if s.Rank < 0 {
			f.add(field+"rank", "it is less than 0", "use 0 for the first call, 1 for the second")
		}
		if !s.From.Before(s.To) {
			f.add(field+"to", "the shift ends before it begins", "give an end later than from; a night ends on the next day")
			continue
		}
		if s.From.Before(p.From) || !s.From.Before(p.To) {
			f.add(field+"from", "the shift begins outside the roster's period", "move it, or widen from and to")
		}
		f.badge(b, field+"person", s.Person, s.Post, s.From, s.To)
	}
}

// badge checks that a badge allows a post from the first instant to the last.
func (f *CheckError) badge(b Book, field, id, post string, from, to time.Time) {
	p := b.Get(id)
	switch {
	case p == nil:
		f.add(field, fmt.Sprintf("%q is not known", id), "admit the person first")
	case p.Disabled:
		f.add(field, id+" is disabled", "choose somebody else")
	case from.Before(p.From):
		f.add(field, id+" has a badge only from "+p.From.Format(time.RFC3339), "choose somebody else or change the badge")
	case !p.Until.IsZero() && to.After(p.Until):
		f.add(field, id+" has a badge only until "+p.Until.Format(time.RFC3339), "renew the badge or choose somebody else")
	case !p.May(post, from):
		f.add(field, "the badge of "+id+" does not allow "+post, "choose somebody else or change the badge")
	}
}

func (f *CheckError) ladders(p *Published, posts map[string]bool) {
	seen := map[[3]string]bool{}
	for i, l := range p.Ladders {
		field := fmt.Sprintf("ladders[%d].", i)
		name := [3]string{wild(l.Unit), wild(l.Service), wild(l.Tier)}
		if l.Unit == "" {
			f.add(field+"unit", "it is empty", `name a unit, or "*" for every unit`)
		}
		if seen[name] {
			f.add(field+"unit", "another ladder has the same unit, service and tier", "keep one of them")
		}
		seen[name] = true
		if l.Desk < 0 || l.Director < 0 || l.Breach < 0 {
			f.add(field+"breach", "a time is less than 0", "give seconds, or leave it out for the default")
		}
		f.steps(field, l.Steps, posts)
	}
	if !seen[[3]string{Any, Any, Any}] {
		f.add("ladders", "there is no catch-all", `add a ladder with unit "*" and neither service nor tier, for units that nobody listed`)
	}
}

func wild(s string) string {
	if s == "" {
		return Any
	}
	return s
}

var asks = []string{"attending", "ordering", "unit", "supervisor", "director", "desk"}

func (f *CheckError) steps(field string, steps []Step, posts map[string]bool) {
	if len(steps) == 0 {
		f.add(field+"steps", "the ladder has no steps", "add at least the desk")
		return
	}
	for i, s := range steps {
		at := fmt.Sprintf("%ssteps[%d].", field, i)
		if !slices.Contains(asks, s.Ask) && !posts[s.Ask] {
			f.add(at+"ask", fmt.Sprintf("%q is not known", s.Ask), "ask "+strings.Join(asks, ", ")+" or a post")
		}
		if s.Wait < 0 || s.Rank < 0 {
			f.add(at+"wait", "wait or rank is less than 0", "give seconds, and 0 for the first call")
		}
	}
	if last := steps[len(steps)-1].Ask; last != "desk" {
		f.add(fmt.Sprintf("%ssteps[%d].ask", field, len(steps)-1), "the last step is not the desk", "end the ladder with the desk, which cannot decline")
	}
}
