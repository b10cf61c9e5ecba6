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

// Check tells whether a roster may be published at an instant: nil, or
// CheckError. It must not be over, leave the desk never alone, nor any other
// post that is to be covered always and has no chief unless holes are
// accepted; it must have a ladder for every call, end each ladder at the
// desk, ask people who exist, and name only known posts and people with a
// badge that allows the shift. Without ladders those in force stay.
func (b Book) Check(p *Published, holes bool, now time.Time) error {
	var f CheckError
	switch {
	case p.From.IsZero() || p.To.IsZero():
		f.add("from", "the period has no start or no end", "give both, as instants with their zone")
	case !p.From.Before(p.To):
		f.add("to", "the period ends before it begins", "give an end later than from")
	case !p.To.After(now):
		f.add("to", "the period is over since "+p.To.Format(time.RFC3339), "publish a roster for now or later; what was stands in the ledger")
	}
	if len(f) > 0 {
		return f
	}
	posts := f.posts(b, p)
	f.shifts(b, p, posts)
	if len(p.Ladders) > 0 || len(b.plan(p.From).Ladders) == 0 {
		f.ladders("ladders", p.Ladders, posts)
	}
	if len(f) > 0 {
		return f
	}
	from := later(utc(p.From), utc(now))
	next := b.Apply(p, Mark{Seq: b.Seq, At: from})
	f.holes(next, from, utc(p.To), holes)
	for i := range p.Ladders {
		f.reach(next, fmt.Sprintf("ladders[%d].", i), p.Ladders[i], from, utc(p.To))
	}
	return f.err()
}

func later(x, y time.Time) time.Time {
	if x.After(y) {
		return x
	}
	return y
}

// holes finds posts where nobody is on duty. The desk may have none at all.
func (f *CheckError) holes(b Book, from, to time.Time, accepted bool) {
	for _, g := range b.Gaps(from, to) {
		between := fmt.Sprintf("nobody is at %s from %s to %s", g.Post, g.From.Format(time.RFC3339), g.To.Format(time.RFC3339))
		if g.Post == Desk {
			f.add("shifts", between, "add a shift there; the last step of every ladder ends at the desk")
		} else if !accepted && b.hole(g) {
			f.add("shifts", between, "add a shift there, name a chief of the post, mark it as covered in part of the time, or publish with holes accepted")
		}
	}
}

// CheckLadder tells whether a ladder may be put in force at an instant: nil,
// or CheckError.
func (b Book) CheckLadder(l Ladder, now time.Time) error {
	var f CheckError
	f.ladder("ladder.", l, b.known())
	for _, o := range b.plan(now).Ladders {
		if o.name() != l.name() && o.name().alike(l.name()) {
			f.add("ladder.unit", fmt.Sprintf("the ladder of %s differs in small and capital letters only, so that both would be equally specific", o.Name()), "write the codes as that ladder does, or remove it first")
		}
	}
	if len(f) > 0 {
		return f
	}
	if !l.CatchAll() && len(b.plan(now).Ladders) == 0 {
		f.add("ladder.unit", "there is no catch-all yet", `set one with unit "*" first, for units that nobody listed`)
	}
	to := b.plan(now).To
	f.reach(b, "ladder.", l, utc(now), later(to, utc(now).Add(time.Hour)))
	return f.err()
}

// CheckNoLadder tells whether a ladder may be taken out of force: nil, or CheckError.
func (b Book) CheckNoLadder(e *LadderRemoved, now time.Time) error {
	var f CheckError
	l := Ladder{Unit: e.Unit, Service: e.Service, Tier: e.Tier}
	switch {
	case l.CatchAll():
		f.add("unit", "the catch-all cannot be removed, for units that nobody listed would call nobody", "replace it instead")
	case !slices.ContainsFunc(b.plan(now).Ladders, func(o Ladder) bool { return o.name() == l.name() }):
		f.add("unit", "there is no ladder of "+l.Name(), "name the unit, service and tier of one that is in force")
	}
	return f.err()
}

func (b Book) known() map[string]bool {
	out := map[string]bool{}
	for id, p := range b.Posts.All() {
		out[id] = !p.Closed
	}
	return out
}

// posts checks them, and returns every post known once p is published.
func (f *CheckError) posts(b Book, p *Published) map[string]bool {
	known, listed := b.known(), map[string]bool{}
	for _, post := range p.Posts {
		known[post.ID] = !post.Closed
	}
	for i, post := range p.Posts {
		field := fmt.Sprintf("posts[%d].", i)
		if len(post.ID) < 6 || !strings.HasPrefix(post.ID, "post/") {
			f.add(field+"id", fmt.Sprintf("%q is no post", post.ID), "give an id that begins with post/")
		}
		if listed[post.ID] {
			f.add(field+"id", post.ID+" is listed twice", "list it once")
		}
		listed[post.ID] = true
		if strings.TrimSpace(post.Name) == "" {
			f.add(field+"name", "it is empty", "give the name that colleagues read")
		}
		if strings.HasPrefix(post.Chief, "post/") {
			if !known[post.Chief] || post.Chief == post.ID {
				f.add(field+"chief", post.Chief+" is not known, or the post itself", "name another post, or a person")
			}
		} else if post.Chief != "" && !b.Get(post.Chief).May(post.ID, later(p.From, b.Get(post.Chief).from())) {
			f.add(field+"chief", post.Chief+" is not known, or has no badge that allows it", "admit the person first, change the badge, or name another")
		}
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
	f.overlaps(p.Shifts)
}

// overlaps finds a person who is twice at one post at a time. An hour is no
// fault: where the clock goes back, the end of a shift is later than the start
// of the next one.
func (f *CheckError) overlaps(shifts []Shift) {
	order := make([]int, len(shifts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return shifts[x].From.Compare(shifts[y].From) })
	last := map[[2]string]int{} // the one that ends last, by post and person
	for _, i := range order {
		s := &shifts[i]
		name := [2]string{s.Post, s.Person}
		if at, ok := last[name]; ok {
			had := &shifts[at]
			if had.To.Sub(s.From) > time.Hour && had.From.Before(s.To) {
				f.add(fmt.Sprintf("shifts[%d].from", i), fmt.Sprintf("it overlaps %s of the same person at the same post until %s", had.ID, had.To.Format(time.RFC3339)),
					"let it begin where the other one ends, or leave one of them out")
			}
			if had.To.After(s.To) {
				continue
			}
		}
		last[name] = i
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

func (f *CheckError) ladders(field string, ladders []Ladder, posts map[string]bool) {
	seen := map[name]bool{}
	for i := range ladders {
		l, at := &ladders[i], fmt.Sprintf("%s[%d].", field, i)
		for o := range seen {
			if o.alike(l.name()) {
				f.add(at+"unit", "another ladder has the same unit, service and tier, so that both are equally specific", "keep one of them")
			}
		}
		seen[l.name()] = true
		f.ladder(at, *l, posts)
	}
	if !seen[name{Any, Any, Any}] {
		f.add(field, "there is no catch-all", `add a ladder with unit "*" and neither service nor tier, for units that nobody listed`)
	}
}

func (f *CheckError) ladder(field string, l Ladder, posts map[string]bool) {
	if l.Unit == "" {
		f.add(field+"unit", "it is empty", `name a unit, or "*" for every unit`)
	}
	for _, c := range [...]struct{ part, code string }{{"unit", l.Unit}, {"service", l.Service}, {"tier", l.Tier}} {
		if strings.TrimSpace(c.code) != c.code {
			f.add(field+c.part, "spaces stand around it", "write the code alone")
		}
	}
	if l.Desk < 0 || l.Director < 0 || l.Breach < 0 {
		f.add(field+"breach", "a time is less than 0", "give seconds, or leave it out for the default")
	}
	f.steps(field, l.Steps, posts)
}

func (f *CheckError) steps(field string, steps []Step, posts map[string]bool) {
	if len(steps) == 0 {
		f.add(field+"steps", "the ladder has no steps", "add at least the desk")
		return
	}
	for i, s := range steps {
		at := fmt.Sprintf("%ssteps[%d].", field, i)
		if !slices.Contains(Asks(), s.Ask) && !posts[s.Ask] {
			f.add(at+"ask", fmt.Sprintf("%q is not known", s.Ask), "ask "+strings.Join(Asks(), ", ")+" or a post")
		}
		if s.Wait < 0 || s.Rank < 0 {
			f.add(at+"wait", "wait or rank is less than 0", "give seconds, and 0 for the first call")
		}
	}
	if last := steps[len(steps)-1].Ask; last != "desk" {
		f.add(fmt.Sprintf("%ssteps[%d].ask", field, len(steps)-1), "the last step is not the desk", "end the ladder with the desk, which cannot decline")
	}
}
