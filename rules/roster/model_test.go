package roster_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/roster"
)

// naive answers who is on duty by reading everything that ever happened.
type naive struct {
	people map[string]roster.Person
	shifts []roster.Shift
	covers []roster.Covered
}

func (n *naive) apply(ev roster.Event, now time.Time) {
	switch ev := ev.(type) {
	case *roster.Admitted:
		n.admit(ev.Person)
	case *roster.Changed:
		n.admit(ev.Person)
	case *roster.Disabled:
		if p, ok := n.people[ev.ID]; ok {
			p.Disabled = true
			n.people[ev.ID] = p
		}
	case *roster.Covered:
		n.covers = append(n.covers, *ev)
	case *roster.CoverWithdrawn:
		for i, c := range n.covers {
			if c.ID == ev.ID {
				n.covers[i].To = now
			}
		}
	case *roster.Published:
		var kept []roster.Shift
		for _, s := range n.shifts {
			inside := !s.From.Before(ev.From) && s.From.Before(ev.To)
			again := slices.ContainsFunc(ev.Shifts, func(x roster.Shift) bool { return x.ID == s.ID })
			if !inside && !again {
				kept = append(kept, s)
			}
		}
		n.shifts = append(kept, ev.Shifts...)
	}
}

func (n *naive) admit(p roster.Person) {
	p.Disabled = p.Disabled || n.people[p.ID].Disabled
	n.people[p.ID] = p
}

func (n *naive) may(id, post string, now time.Time) bool {
	p, ok := n.people[id]
	return ok && !p.Disabled && !p.From.After(now) && (p.Until.IsZero() || p.Until.After(now)) &&
		(p.Posts == nil || slices.Contains(p.Posts, post))
}

// onDuty is person → best rank.
func (n *naive) onDuty(post string, now time.Time) map[string]int {
	in := func(from, to time.Time) bool { return !from.After(now) && to.After(now) }
	out := map[string]int{}
	for _, s := range n.shifts {
		if s.Post != post || !in(s.From, s.To) {
			continue
		}
		// Who was handed the shift, one after another; a later cover for one of them undoes what came after that one.
		held := []string{s.Person}
		for _, c := range n.covers {
			i := slices.Index(held, c.Out)
			if c.Post == post && i >= 0 && in(c.From, c.To) && (c.Shift == "" || c.Shift == s.ID) && n.may(c.In, post, now) {
				held = append(held[:i+1], c.In)
			}
		}
		who := held[len(held)-1]
		if had, ok := out[who]; n.may(who, post, now) && (!ok || s.Rank < had) {
			out[who] = s.Rank
		}
	}
	return out
}

var (
	modelPeople = []string{"person/a", "person/b", "person/c", "person/d"}
	modelPosts  = []string{roster.Desk, "post/icu", "post/hem"}
)

// window is some hours from an instant on.
func window(t *rapid.T, now time.Time) (from, to time.Time) {
	from = now.Add(time.Duration(rapid.IntRange(-6, 24).Draw(t, "from")) * time.Hour)
	return from, from.Add(time.Duration(rapid.IntRange(1, 24).Draw(t, "hours")) * time.Hour)
}

func drawPerson(t *rapid.T, now time.Time) roster.Person {
	p := roster.Person{
		ID: rapid.SampledFrom(modelPeople).Draw(t, "id"), Name: "n",
		Role: rapid.SampledFrom(roster.Roles()).Draw(t, "role"),
	}
	p.Login, p.Codes = p.ID, []string{p.ID}
	if rapid.Bool().Draw(t, "badge") {
		p.From, p.Until = window(t, now)
	}
	if rapid.IntRange(0, 3).Draw(t, "some posts") == 0 {
		p.Posts = modelPosts[:2]
	}
	return p
}

func drawEvent(t *rapid.T, now time.Time, serial int) roster.Event {
	someone := rapid.SampledFrom(modelPeople)
	post := rapid.SampledFrom(modelPosts)
	switch rapid.IntRange(0, 7).Draw(t, "what") {
	case 0, 1:
		return &roster.Admitted{Person: drawPerson(t, now)}
	case 2:
		return &roster.Changed{Person: drawPerson(t, now)}
	case 3:
		if rapid.IntRange(0, 3).Draw(t, "really") == 0 {
			return &roster.Disabled{ID: someone.Draw(t, "disabled")}
		}
		return &roster.Changed{Person: drawPerson(t, now)}
	case 4, 5:
		if rapid.IntRange(0, 3).Draw(t, "take back") == 0 {
			return &roster.CoverWithdrawn{ID: fmt.Sprint("cover/", rapid.IntRange(0, serial).Draw(t, "cover"))}
		}
		c := &roster.Covered{ID: fmt.Sprint("cover/", serial), Post: post.Draw(t, "post"), Out: someone.Draw(t, "out"), In: someone.Draw(t, "in")}
		c.From, c.To = window(t, now)
		if rapid.IntRange(0, 3).Draw(t, "one shift") == 0 {
			c.Shift = fmt.Sprintf("shift/%d/0", rapid.IntRange(0, serial).Draw(t, "shift"))
		}
		if rapid.IntRange(0, 3).Draw(t, "only offered") == 0 {
			return &roster.CoverOffered{Covered: *c}
		}
		return c
	}
	p := &roster.Published{Ladders: []roster.Ladder{{Unit: "*", Breach: serial, Steps: []roster.Step{{Ask: "desk"}}}}}
	p.From, p.To = window(t, now)
	for _, id := range modelPosts {
		p.Posts = append(p.Posts, roster.Post{ID: id, Name: "n", Unit: "U", Chief: someone.Draw(t, "chief")})
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "shifts") {
		from := p.From.Add(time.Duration(rapid.IntRange(0, int(p.To.Sub(p.From)/time.Hour)-1).Draw(t, "start")) * time.Hour)
		p.Shifts = append(p.Shifts, roster.Shift{
			ID: fmt.Sprintf("shift/%d/%d", serial, i), Post: post.Draw(t, "at"), Person: someone.Draw(t, "who"),
			Rank: rapid.IntRange(0, 2).Draw(t, "rank"), From: from, To: from.Add(time.Duration(rapid.IntRange(1, 13).Draw(t, "long")) * time.Hour),
		})
	}
	return p
}

func TestTheBookAnswersAsTheWholeHistoryWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b, decoded roster.Book
		n := naive{people: map[string]roster.Person{}}
		now := t0
		for i := range rapid.IntRange(1, 40).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "passed")) * time.Hour)
			m := roster.Mark{Seq: int64(i + 1), At: now, By: "clock"}
			events := []roster.Event{drawEvent(t, now, i)}
			for _, ev := range append(events, b.Apply(events[0], m).DutyDue(now)...) {
				n.apply(ev, now)
				b, decoded = b.Apply(ev, m), decoded.Apply(again(t, ev), m)
			}
			agree(t, b, &n, now)
		}
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var snapshot roster.Book
		if err := json.Unmarshal(text, &snapshot); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(b, decoded) || !reflect.DeepEqual(b, snapshot) {
			t.Fatalf("a decoded book differs:\n%+v\n%+v\n%s", b, decoded, text)
		}
	})
}

// agree compares the book with the history at now and at instants after it,
// also its gaps hour by hour.
func agree(t *rapid.T, b roster.Book, n *naive, now time.Time) {
	const hours = 30
	gaps := b.Gaps(now, now.Add(hours*time.Hour), modelPosts...)
	if due := b.DutyDue(now); len(due) > 0 {
		t.Fatalf("%d duties are due after all were recorded", len(due))
	}
	for i := range hours {
		at := now.Add(time.Duration(i) * time.Hour)
		if err := roster.Invariants(b, at); err != nil {
			t.Fatal(err)
		}
		for _, post := range modelPosts {
			want, got := n.onDuty(post, at), map[string]int{}
			for _, o := range b.OnDuty(post, at) {
				got[o.Person] = o.Rank
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s at +%d h: the book says %v, the history %v", post, i, got, want)
			}
			gap := slices.ContainsFunc(gaps, func(g roster.Gap) bool { return g.Post == post && !at.Before(g.From) && at.Before(g.To) })
			if gap != (len(want) == 0) {
				t.Fatalf("%s at +%d h: gap %v, on duty %v", post, i, gap, want)
			}
			for who := range want {
				if !slices.Contains(b.Channels(who, at), post) {
					t.Fatalf("%s is on duty at %s and does not hear it", who, post)
				}
			}
		}
		if next, ok := b.Next(at); ok && next.Sub(at) > time.Hour && i+1 < hours {
			later := at.Add(time.Hour)
			for _, post := range modelPosts {
				if !reflect.DeepEqual(b.OnDuty(post, at), b.OnDuty(post, later)) {
					t.Fatalf("%s changes before Next", post)
				}
			}
		}
	}
}

func again(t rapid.TB, ev roster.Event) roster.Event {
	out := roster.New(ev.Kind())
	body, err := json.Marshal(ev)
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestALocalTimeIsTheSameInstantAfterDecoding(t *testing.T) {
	p := published()
	loc := time.FixedZone("", -6*3600)
	for i := range p.Shifts {
		p.Shifts[i].From = p.Shifts[i].From.In(loc)
	}
	p.From = p.From.In(loc)
	who := admit("lee", roster.Clinician, func(p *roster.Person) { p.Until, p.Units = h(9).In(loc), []string{} })
	if !reflect.DeepEqual(fold(who, p), fold(again(t, who), again(t, p))) {
		t.Fatal("the fold depends on the location that a time came in")
	}
}

func TestEveryKindIsMadeAndNoOther(t *testing.T) {
	for _, ev := range []roster.Event{
		&roster.Admitted{}, &roster.Changed{}, &roster.Disabled{}, &roster.Published{}, &roster.Covered{}, &roster.DutyBegan{}, &roster.LadderSet{}, &roster.LadderRemoved{}, &roster.CoverOffered{}, &roster.CoverWithdrawn{}, &roster.GapFound{}, &roster.ReceivingSet{},
	} {
		if made := roster.New(ev.Kind()); reflect.TypeOf(made) != reflect.TypeOf(ev) || ev.Enclosure() != nil ||
			len(ev.About()) < 1 || len(ev.About()) > 4 {
			t.Errorf("%s makes a %T", ev.Kind(), made)
		}
	}
	if ev := roster.New("patient.moved"); ev != nil {
		t.Errorf("%T", ev)
	}
}

// month is 40 posts, each with three shifts a day and two ranks, for 31 days:
// 7,440 shifts, and 5,000 people.
func month() roster.Book {
	p := &roster.Published{From: t0, To: t0.AddDate(0, 0, 31)}
	var events []roster.Event
	for i := range 5000 {
		events = append(events, admit(fmt.Sprint(i), roster.Clinician))
	}
	for post := range 40 {
		id := fmt.Sprintf("post/%d", post)
		p.Posts = append(p.Posts, roster.Post{ID: id, Name: id, Unit: fmt.Sprint(post)})
		for block := range 31 * 3 {
			for rank := range 2 {
				p.Shifts = append(p.Shifts, shift(fmt.Sprint(post, block, rank), strings.TrimPrefix(id, "post/"),
					fmt.Sprint((post*93+block)*2%5000+rank), rank, float64(block*8), float64(block*8+8)))
			}
		}
	}
	return fold(append(events, p)...)
}

func BenchmarkMonth(b *testing.B) {
	book := month()
	now := t0.AddDate(0, 0, 30)
	b.Run("OnDuty", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			book.OnDuty("post/20", now)
		}
	})
	b.Run("Resolve", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			book.Resolve(roster.Step{Ask: "unit"}, roster.Place{Unit: "20"}, now)
		}
	})
	b.Run("Channels", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			book.Channels("person/20", now)
		}
	})
	b.Run("DutyDue", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			book.DutyDue(now)
		}
	})
	b.Run("Next", func(b *testing.B) {
		for range b.N {
			book.Next(now)
		}
	})
}
