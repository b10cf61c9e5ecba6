package roster_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

func TestAShiftIncludesItsStartAndNotItsEnd(t *testing.T) {
	b := house()
	for hours, want := range map[float64]string{-0.1: "", 0: "lee0 kim1", 11.9: "lee0 kim1", 12: ""} {
		if got := on(b, "icu", h(hours)); got != want {
			t.Errorf("at %v h: %q, want %q", hours, got, want)
		}
	}
}

func TestACoverHoldsInItsTimeAndTheLaterRecordedWins(t *testing.T) {
	b := house(cover("lee", "roe", 2, 4), cover("roe", "chief", 3, 4))
	for hours, want := range map[float64]string{1: "lee0 kim1", 2: "roe0 kim1", 3.5: "chief0 kim1", 4: "lee0 kim1"} {
		if got := on(b, "icu", h(hours)); got != want {
			t.Errorf("at %v h: %q, want %q", hours, got, want)
		}
	}
	if why := b.OnDuty("post/icu", h(2))[0].Why; why != "first call of post/icu, covering for person/lee" {
		t.Errorf("why: %s", why)
	}
}

func TestACoverWithoutAValidBadgeLeavesTheOneWhoWasToGo(t *testing.T) {
	b := house(cover("lee", "roe", 0, 12), &roster.Disabled{ID: "person/roe"})
	if got := on(b, "icu", h(1)); got != "lee0 kim1" {
		t.Fatal(got)
	}
}

func TestACoverBySomebodyOnThePostListsThemOnce(t *testing.T) {
	if got := on(house(cover("lee", "kim", 0, 12)), "icu", h(1)); got != "kim0" {
		t.Fatal(got)
	}
}

func TestABadgeOutsideItsWindowIsNeverOnDuty(t *testing.T) {
	b := house(&roster.Changed{Person: roster.Person{ID: "person/lee", Name: "LEE", Role: roster.Clinician, From: h(1), Until: h(2)}})
	for hours, want := range map[float64]string{0: "kim1", 1: "lee0 kim1", 2: "kim1"} {
		if got := on(b, "icu", h(hours)); got != want {
			t.Errorf("at %v h: %q, want %q", hours, got, want)
		}
	}
	b = house(&roster.Changed{Person: roster.Person{ID: "person/lee", Name: "LEE", Role: roster.Clinician, Posts: []string{"post/hem"}}})
	if got := on(b, "icu", h(1)); got != "kim1" {
		t.Errorf("on a post that the badge does not allow: %q", got)
	}
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

func TestResolveSaysWhomAndWhy(t *testing.T) {
	at := roster.Place{Unit: "ICU-2", Attending: "c-lee", Ordering: "c-roe"}
	for _, c := range []struct {
		step   roster.Step
		place  roster.Place
		people string
		why    string
	}{
		{roster.Step{Ask: "attending"}, at, "lee", "attending clinician, on duty at post/icu"},
		{roster.Step{Ask: "ordering"}, at, "", "the ordering clinician is not on duty"},
		{roster.Step{Ask: "ordering"}, roster.Place{}, "", "no ordering clinician was sent"},
		{roster.Step{Ask: "ordering"}, roster.Place{Ordering: "??"}, "", "the ordering clinician's code is nobody's here"},
		{roster.Step{Ask: "unit"}, at, "lee", "covers the unit: first call of post/icu"},
		{roster.Step{Ask: "unit", Rank: 1}, at, "kim", "covers the unit: second call of post/icu"},
		{roster.Step{Ask: "unit", Rank: 2}, at, "", "nobody is on duty at a post of the unit"},
		{roster.Step{Ask: "unit"}, roster.Place{Unit: "WARD-9"}, "chief", "covers the unit: chief of post/hem, where nobody is on duty"},
		{roster.Step{Ask: "unit"}, roster.Place{Unit: "?"}, "", "no post covers the unit"},
		{roster.Step{Ask: "unit"}, roster.Place{}, "", "no unit is known"},
		{roster.Step{Ask: "post/icu"}, roster.Place{}, "lee", "first call of post/icu"},
		{roster.Step{Ask: "post/icu", Rank: 2}, roster.Place{}, "", "nobody stands behind the calls before at post/icu"},
		{roster.Step{Ask: "post/none"}, roster.Place{}, "", "no post is called post/none"},
		{roster.Step{Ask: "desk"}, roster.Place{}, "tech", "on duty at the desk"},
		{roster.Step{Ask: "supervisor"}, roster.Place{}, "sue", "every supervisor, as none is on duty"},
		{roster.Step{Ask: "director"}, roster.Place{}, "dir", "every director, as none is on duty"},
		{roster.Step{Ask: "moon"}, roster.Place{}, "", "nobody knows whom moon means"},
	} {
		people, why := house().Resolve(c.step, c.place, h(1))
		if got := strings.ReplaceAll(strings.Join(people, " "), "person/", ""); got != c.people || why != c.why {
			t.Errorf("%+v at %+v: %q, %q; want %q, %q", c.step, c.place, got, why, c.people, c.why)
		}
	}
}

func TestASecondCallAnswersWhenTheFirstIsMissing(t *testing.T) {
	b := house(&roster.Disabled{ID: "person/lee"})
	people, why := b.Resolve(roster.Step{Ask: "post/icu"}, roster.Place{}, h(1))
	if !slices.Equal(people, []string{"person/kim"}) || why != "second call of post/icu, as the call before has nobody" {
		t.Fatalf("%v: %s", people, why)
	}
}

func TestTheDeskIsAnsweredAsLongAsTheLaboratoryHasAnybody(t *testing.T) {
	desk := roster.Step{Ask: "desk"}
	b := fold(staff()...)
	for _, c := range []struct{ off, want string }{
		{"", "person/sue"}, {"person/sue", "person/tech"}, {"person/tech", "person/dir"}, {"person/dir", ""},
	} {
		if c.off != "" {
			b = b.Apply(&roster.Disabled{ID: c.off}, roster.Mark{Seq: 50, At: t0})
		}
		people, why := b.Resolve(desk, roster.Place{}, h(1))
		if strings.Join(people, " ") != c.want || why == "" {
			t.Errorf("without %s: %v, %s", c.off, people, why)
		}
	}
}

func TestTheMostSpecificLadderIsTaken(t *testing.T) {
	desk := []roster.Step{{Ask: "desk"}}
	p := published()
	p.Ladders = []roster.Ladder{
		{Unit: "*", Steps: desk, Breach: 1},
		{Unit: "*", Tier: "red", Steps: desk, Breach: 2},
		{Unit: "*", Service: "hem", Steps: desk, Breach: 3},
		{Unit: "ICU-2", Steps: desk, Breach: 4},
		{Unit: "ICU-2", Service: "hem", Tier: "red", Steps: desk, Breach: 5},
	}
	b := fold(append(staff(), p)...)
	for _, c := range []struct {
		unit, service, tier string
		want                int
	}{
		{"?", "", "", 1}, {"", "chem", "red", 2}, {"?", "hem", "red", 3}, {"ICU-2", "chem", "red", 4}, {"ICU-2", "hem", "red", 5},
	} {
		got := b.Ladder(roster.Place{Unit: c.unit, Service: c.service}, c.tier, h(1))
		if got.Breach != c.want || got.Steps[0].Wait != 600 || got.Desk != 300 || got.Director != 1800 {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	if p.Ladders[0].Steps[0].Wait != 0 {
		t.Error("filling in defaults changed the published ladder")
	}
}

func TestThereIsAlwaysALadder(t *testing.T) {
	want := roster.Ladder{Unit: "*", Steps: []roster.Step{{Ask: "desk", Wait: 600}}, Desk: 300, Director: 1800, Breach: 3600}
	if d := cmp.Diff(want, roster.Book{}.Ladder(roster.Place{}, "", t0)); d != "" {
		t.Error(d)
	}
	if got := house().Ladder(roster.Place{}, "", h(1000)); len(got.Steps) != 4 {
		t.Errorf("after the last roster ended: %+v", got)
	}
}

func TestNextMonthsLaddersWaitForNextMonth(t *testing.T) {
	next := published()
	next.From, next.To, next.Shifts = h(12), h(24), nil
	next.Ladders = []roster.Ladder{{Unit: "*", Steps: []roster.Step{{Ask: "desk"}}}}
	b := house(next)
	if now, then := b.Ladder(roster.Place{}, "", h(11)), b.Ladder(roster.Place{}, "", h(12)); len(now.Steps) != 4 || len(then.Steps) != 1 {
		t.Fatalf("%+v then %+v", now, then)
	}
}

func TestChannelsFollowTheDuty(t *testing.T) {
	b := house()
	for _, c := range []struct {
		person string
		hours  float64
		want   string
	}{
		{"lee", 1, "person/lee post/icu unit/ICU-2"},
		{"lee", 12, "person/lee"},
		{"tech", 1, "lab person/tech post/desk section/chemistry"},
		{"clerk", 1, "person/clerk unit/ICU-2"},
		{"nobody", 1, ""},
	} {
		if got := strings.Join(b.Channels("person/"+c.person, h(c.hours)), " "); got != c.want {
			t.Errorf("%s at %v h: %q, want %q", c.person, c.hours, got, c.want)
		}
	}
	if got := house(&roster.Disabled{ID: "person/tech"}).Channels("person/tech", h(1)); got != nil {
		t.Errorf("disabled, yet hears %v", got)
	}
}

func TestDutyIsDueOnceAndAgainWhenACoverTakesIt(t *testing.T) {
	b := house(cover("lee", "roe", 2, 4))
	due := func(now time.Time) string {
		var out []string
		for _, ev := range b.DutyDue(now) {
			out = append(out, strings.Join(ev.About(), " "))
			b = b.Apply(ev, roster.Mark{Seq: 99, At: now})
		}
		return strings.Join(out, "; ")
	}
	for _, c := range []struct {
		hours float64
		want  string
	}{
		{-1, ""},
		{0, "person/tech post/desk shift/d; person/lee post/icu shift/i1; person/kim post/icu shift/i2"},
		{1, ""},
		{2, "person/roe post/icu shift/i1"},
		{4, "person/lee post/icu shift/i1"},
		{12, ""},
	} {
		if got := due(h(c.hours)); got != c.want {
			t.Errorf("at %v h: %q, want %q", c.hours, got, c.want)
		}
	}
}

func TestNextIsTheNextBound(t *testing.T) {
	b := house(cover("lee", "roe", 2, 4))
	for hours, want := range map[float64]float64{-5: 0, 0: 2, 2: 4, 4: 12} {
		if got, ok := b.Next(h(hours)); !ok || !got.Equal(h(want)) {
			t.Errorf("after %v h: %v, %v", hours, got, ok)
		}
	}
	if got, ok := b.Next(h(12)); ok {
		t.Errorf("after the end: %v", got)
	}
}

func TestRingEndsWithTheChief(t *testing.T) {
	b := house()
	if got := b.Ring("post/icu", h(1)); !slices.Equal(got, []string{"person/lee", "person/kim"}) {
		t.Error(got)
	}
	if got := b.Ring("post/hem", h(1)); !slices.Equal(got, []string{"person/chief"}) {
		t.Error(got)
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

func TestCheckNamesFieldFaultAndRemedy(t *testing.T) {
	sure := func(p *roster.Published) {}
	for name, c := range map[string]struct {
		change func(*roster.Published)
		field  string
		what   string
	}{
		"good":                  {sure, "", ""},
		"period backwards":      {func(p *roster.Published) { p.To = p.From }, "to", "ends before"},
		"hole at the desk":      {func(p *roster.Published) { p.Shifts[0].To = h(11) }, "shifts", "from 2026-11-22T18:00:00Z to 2026-11-22T19:00:00Z"},
		"no desk":               {func(p *roster.Published) { p.Posts = p.Posts[1:] }, "posts", "no post/desk"},
		"no catch-all":          {func(p *roster.Published) { p.Ladders[0].Unit = "ICU-2" }, "ladders", "no catch-all"},
		"catch-all of one tier": {func(p *roster.Published) { p.Ladders[0].Tier = "red" }, "ladders", "no catch-all"},
		"no steps":              {func(p *roster.Published) { p.Ladders[0].Steps = nil }, "ladders[0].steps", "no steps"},
		"last step not desk": {
			func(p *roster.Published) { p.Ladders[0].Steps = p.Ladders[0].Steps[:3] },
			"ladders[0].steps[2].ask", "not the desk",
		},
		"two alike":          {func(p *roster.Published) { p.Ladders = append(p.Ladders, p.Ladders[0]) }, "ladders[1].unit", "another ladder"},
		"unknown question":   {func(p *roster.Published) { p.Ladders[0].Steps[0].Ask = "post/moon" }, "ladders[0].steps[0].ask", "not known"},
		"negative wait":      {func(p *roster.Published) { p.Ladders[0].Steps[0].Wait = -1 }, "ladders[0].steps[0].wait", "less than 0"},
		"unknown person":     {func(p *roster.Published) { p.Shifts[1].Person = "person/moon" }, "shifts[1].person", "not known"},
		"unknown post":       {func(p *roster.Published) { p.Shifts[1].Post = "post/moon" }, "shifts[1].post", "not known"},
		"end before start":   {func(p *roster.Published) { p.Shifts[1].To = h(0) }, "shifts[1].to", "ends before"},
		"outside the period": {func(p *roster.Published) { p.Shifts[1].From = h(-1) }, "shifts[1].from", "outside"},
		"id twice":           {func(p *roster.Published) { p.Shifts[1].ID = p.Shifts[0].ID }, "shifts[1].id", "twice"},
		"badge expired":      {func(p *roster.Published) { p.Shifts[1].Person = "person/locum" }, "shifts[1].person", "only until"},
		"disabled":           {func(p *roster.Published) { p.Shifts[1].Person = "person/gone" }, "shifts[1].person", "disabled"},
		"unknown chief":      {func(p *roster.Published) { p.Posts[1].Chief = "person/moon" }, "posts[1].chief", "not known"},
		"a post by no name":  {func(p *roster.Published) { p.Posts[1].ID = "icu" }, "posts[1].id", "no post"},
	} {
		t.Run(name, func(t *testing.T) {
			b := fold(append(staff(),
				admit("locum", roster.Clinician, func(p *roster.Person) { p.Until = h(6) }),
				admit("gone", roster.Clinician), &roster.Disabled{ID: "person/gone"})...)
			p := published()
			c.change(p)
			err := b.Check(p)
			if c.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var faults roster.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("no faults: %v", err)
			}
			i := slices.IndexFunc(faults, func(f roster.Fault) bool { return f.Field == c.field && strings.Contains(f.What, c.what) })
			if i < 0 || faults[i].Remedy == "" || !strings.Contains(err.Error(), c.field) {
				t.Fatalf("want %s: %s, got %v", c.field, c.what, err)
			}
		})
	}
}

func TestANightThatReachesInKeepsTheDesk(t *testing.T) {
	b := house()
	next := published()
	next.From, next.To = h(6), h(24)
	next.Shifts = []roster.Shift{shift("n", "desk", "tech", 0, 12, 24)}
	if err := b.Check(next); err != nil {
		t.Fatal(err)
	}
}

func TestPeopleAndCoversAreCheckedBeforeTheyAreRecorded(t *testing.T) {
	b := house()
	good := roster.Person{ID: "person/new", Login: "new", Name: "New", Role: roster.Clerk}
	for name, c := range map[string]struct {
		change func(*roster.Person)
		field  string
	}{
		"good":       {func(*roster.Person) {}, ""},
		"id":         {func(p *roster.Person) { p.ID = "new" }, "id"},
		"name":       {func(p *roster.Person) { p.Name = " " }, "name"},
		"role":       {func(p *roster.Person) { p.Role = "king" }, "role"},
		"login":      {func(p *roster.Person) { p.Login = "lee" }, "login"},
		"staff code": {func(p *roster.Person) { p.Codes = []string{"c-lee"} }, "codes[0]"},
		"badge":      {func(p *roster.Person) { p.From, p.Until = h(2), h(1) }, "until"},
	} {
		p := good
		c.change(&p)
		if err := b.CheckPerson(&p); !onlyFault(err, c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		cover *roster.Covered
		field string
	}{
		"good":             {cover("lee", "roe", 1, 2), ""},
		"backwards":        {cover("lee", "roe", 2, 1), "to"},
		"the same":         {cover("lee", "lee", 1, 2), "in"},
		"unknown":          {cover("lee", "moon", 1, 2), "in"},
		"there already":    {cover("lee", "kim", 1, 2), "in"},
		"out is not there": {cover("chief", "roe", 1, 2), "out"},
		"out was there":    {cover("lee", "roe", 12, 13), "out"},
	} {
		if err := b.CheckCover(c.cover); !onlyFault(err, c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func onlyFault(err error, field string) bool {
	var f roster.Faults
	errors.As(err, &f)
	return field == "" && err == nil || len(f) == 1 && f[0].Field == field
}
