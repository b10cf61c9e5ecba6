package roster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

// t0 is a Sunday morning at seven.
var t0 = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

func h(hours float64) time.Time { return t0.Add(time.Duration(hours * float64(time.Hour))) }

func admit(id string, role roster.Role, change ...func(*roster.Person)) *roster.Admitted {
	p := roster.Person{ID: "person/" + id, Login: id, Name: strings.ToUpper(id), Role: role, Codes: []string{"c-" + id}}
	for _, f := range change {
		f(&p)
	}
	return &roster.Admitted{Person: p}
}

func shift(id, post, person string, rank int, from, to float64) roster.Shift {
	return roster.Shift{ID: "shift/" + id, Post: "post/" + post, Person: "person/" + person, Rank: rank, From: h(from), To: h(to)}
}

// staff are twelve hours in a small house: an ICU with a first and a second
// call, haematology with a chief and nobody on duty, and the desk.
func staff() []roster.Event {
	return []roster.Event{
		admit("lee", roster.Clinician, func(p *roster.Person) { p.Receives = true }),
		admit("kim", roster.Clinician),
		admit("roe", roster.Clinician),
		admit("chief", roster.Clinician),
		admit("tech", roster.Technician, func(p *roster.Person) { p.Sections = []string{"chemistry"} }),
		admit("sue", roster.Supervisor),
		admit("dir", roster.Director),
		admit("clerk", roster.Clerk, func(p *roster.Person) { p.Units = []string{"ICU-2"} }),
	}
}

func published() *roster.Published {
	return &roster.Published{
		From: h(0), To: h(12),
		Posts: []roster.Post{
			{ID: roster.Desk, Name: "Desk"},
			{ID: "post/icu", Name: "ICU-2 resident", Unit: "ICU-2"},
			{ID: "post/hem", Name: "Haematology", Unit: "WARD-9", Chief: "person/chief"},
		},
		Shifts: []roster.Shift{
			shift("d", "desk", "tech", 0, 0, 12),
			shift("i1", "icu", "lee", 0, 0, 12),
			shift("i2", "icu", "kim", 1, 0, 12),
		},
		Ladders: []roster.Ladder{
			{Unit: roster.Any, Steps: []roster.Step{{Ask: "attending"}, {Ask: "unit"}, {Ask: "unit", Rank: 1}, {Ask: "desk"}}},
		},
	}
}

func fold(events ...roster.Event) roster.Book {
	var b roster.Book
	for i, ev := range events {
		b = b.Apply(ev, roster.Mark{Seq: int64(i + 1), At: t0, By: "person/dir"})
	}
	return b
}

func house(more ...roster.Event) roster.Book {
	return fold(append(append(staff(), published()), more...)...)
}

func on(b roster.Book, post string, now time.Time) string {
	var out []string
	for _, o := range b.OnDuty("post/"+post, now) {
		out = append(out, fmt.Sprint(strings.TrimPrefix(o.Person, "person/"), o.Rank))
	}
	return strings.Join(out, " ")
}

func cover(out, in string, from, to float64) *roster.Covered {
	return &roster.Covered{Post: "post/icu", Out: "person/" + out, In: "person/" + in, From: h(from), To: h(to)}
}

func TestAPublishedRosterReplacesTheShiftsThatBeginInItsPeriod(t *testing.T) {
	before := house()
	next := &roster.Published{From: h(0), To: h(24), Shifts: []roster.Shift{shift("x", "icu", "roe", 0, 6, 24)}}
	after := before.Apply(next, roster.Mark{Seq: 99, At: h(-1)})
	if got := on(after, "icu", h(7)); got != "roe0" {
		t.Errorf("after: %q", got)
	}
	if got := on(before, "icu", h(7)); got != "lee0 kim1" {
		t.Errorf("the old book changed: %q", got)
	}
	later := before.Apply(&roster.Published{From: h(6), To: h(24)}, roster.Mark{Seq: 99, At: t0})
	if got := on(later, "icu", h(7)); got != "lee0 kim1" {
		t.Errorf("a shift that began before the period ended early: %q", got)
	}
	again := after.Apply(published(), roster.Mark{Seq: 9, At: t0})
	if got := on(again, "icu", h(7)); got != "roe0" {
		t.Errorf("an old entry, read again, changed the book: %q", got)
	}
}

func TestAShiftPublishedAgainIsThereOnce(t *testing.T) {
	moved := shift("i1", "hem", "lee", 0, 6, 18)
	b := house().Apply(&roster.Published{From: h(6), To: h(24), Shifts: []roster.Shift{moved}}, roster.Mark{Seq: 99, At: t0})
	if icu, hem := on(b, "icu", h(7)), on(b, "hem", h(7)); icu != "kim1" || hem != "lee0" {
		t.Fatalf("icu %q, hem %q", icu, hem)
	}
}

func TestWhatHasEndedIsDropped(t *testing.T) {
	b := house()
	for i := range 20 {
		from := float64(12 * (i + 1))
		p := published()
		p.From, p.To = h(from), h(from+12)
		p.Shifts = []roster.Shift{shift(fmt.Sprint(i), "desk", "tech", 0, from, from+12)}
		m := roster.Mark{Seq: int64(100 + i), At: h(from)}
		b = b.Apply(p, m)
		for _, ev := range b.DutyDue(h(from)) {
			b = b.Apply(ev, m)
		}
		b = b.Apply(cover("lee", "roe", from, from+1), m)
	}
	desk, _ := b.Shifts.Get(roster.Desk)
	if len(b.Plans) != 1 || len(desk) != 1 || len(b.Covers) != 1 || b.Began.Len() != 1 {
		t.Fatalf("%d plans, %d shifts, %d covers, %d begun", len(b.Plans), len(desk), len(b.Covers), b.Began.Len())
	}
}

func TestPeopleAreFoundByLoginAndStaffCode(t *testing.T) {
	b := house(&roster.Changed{Person: roster.Person{ID: "person/lee", Login: "lee2", Name: "Lee", Role: roster.Clinician, Codes: []string{"n1"}}})
	if b.ByLogin("lee") != nil || b.ByCode("c-lee") != nil || b.ByLogin("lee2") != b.Get("person/lee") || b.ByCode("n1") != b.Get("person/lee") {
		t.Fatal("the index does not follow a change")
	}
	back := fold(admit("lee", roster.Clinician), &roster.Disabled{ID: "person/lee"}, &roster.Changed{Person: admit("lee", roster.Clinician).Person})
	if !back.ByLogin("lee").Disabled {
		t.Fatal("a change ended a disabling")
	}
}
