package roster_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

func TestCheckNamesFieldFaultAndRemedy(t *testing.T) {
	sure := func(*roster.Published) {}
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
		"two alike": {func(p *roster.Published) { p.Ladders = append(p.Ladders, p.Ladders[0]) }, "ladders[1].unit", "another ladder"},
		"alike but for capitals": {
			func(p *roster.Published) {
				p.Ladders = append(p.Ladders, ladder("ICU-2", "unit", "desk"), ladder("icu-2", "unit", "desk"))
			},
			"ladders[2].unit", "equally specific",
		},
		"over":                {func(p *roster.Published) { p.From, p.To = h(-3), h(-2) }, "to", "is over since 2026-11-22T05:00:00Z"},
		"no period":           {func(p *roster.Published) { p.From = time.Time{} }, "from", "no start"},
		"hole at a post":      {func(p *roster.Published) { p.Posts[2].Chief = "" }, "shifts", "nobody is at post/hem from 2026-11-22T07:00:00Z to 2026-11-22T19:00:00Z"},
		"planned hole":        {func(p *roster.Published) { p.Posts[2].Chief, p.Posts[2].Part = "", true }, "", ""},
		"post given up":       {func(p *roster.Published) { p.Posts[1].Closed = true }, "shifts[1].post", "not known"},
		"nameless post":       {func(p *roster.Published) { p.Posts[1].Name = " " }, "posts[1].name", "empty"},
		"desk behind a post":  {func(p *roster.Published) { p.Posts[2].Chief = roster.Desk }, "", ""},
		"post behind itself":  {func(p *roster.Published) { p.Posts[2].Chief = "post/hem" }, "posts[2].chief", "the post itself"},
		"chief without badge": {func(p *roster.Published) { p.Posts[1].Chief = "person/hem" }, "posts[1].chief", "no badge that allows"},
		"overlapping shifts":  {func(p *roster.Published) { p.Shifts = append(p.Shifts, shift("i3", "icu", "lee", 1, 10, 12)) }, "shifts[3].from", "overlaps shift/i1"},
		"the clock goes back": {func(p *roster.Published) { p.Shifts = append(p.Shifts, shift("i3", "icu", "lee", 0, 11, 13)) }, "", ""},
		"ladder of nobody":    {func(p *roster.Published) { p.Ladders = append(p.Ladders, ladder("MOON", "unit", "desk")) }, "ladders[1].steps", "step 1: there is no post for unit"},
		"ladder of the desk":  {func(p *roster.Published) { p.Ladders = append(p.Ladders, ladder("MOON", "desk")) }, "", ""},
		"ladder without second": {
			func(p *roster.Published) {
				p.Ladders = append(p.Ladders, roster.Ladder{Unit: "X", Steps: []roster.Step{{Ask: "post/hem", Rank: 1}, {Ask: "house"}, {Ask: "desk"}}})
				p.Posts[2].Chief, p.Posts[2].Part = "", true
			},
			"ladders[1].steps", "step 1: nobody has the second call at Haematology; step 2: nobody is on duty at post/house",
		},
		"unknown question":   {func(p *roster.Published) { p.Ladders[0].Steps[0].Ask = "post/moon" }, "ladders[0].steps[0].ask", "not known"},
		"negative wait":      {func(p *roster.Published) { p.Ladders[0].Steps[0].Wait = -1 }, "ladders[0].steps[0].wait", "less than 0"},
		"unknown person":     {func(p *roster.Published) { p.Shifts[1].Person = "person/moon" }, "shifts[1].person", "not known"},
		"unknown post":       {func(p *roster.Published) { p.Shifts[1].Post = "post/moon" }, "shifts[1].post", "not known"},
		"end before start":   {func(p *roster.Published) { p.Shifts[1].To = h(0) }, "shifts[1].to", "ends before"},
		"outside the period": {func(p *roster.Published) { p.Shifts[1].From = h(-1) }, "shifts[1].from", "outside"},
		"id twice":           {func(p *roster.Published) { p.Shifts[1].ID = p.Shifts[0].ID }, "shifts[1].id", "twice"},
		"badge expired":      {func(p *roster.Published) { p.Shifts[1].Person = "person/locum" }, "shifts[1].person", "only until"},
		"badge not yet":      {func(p *roster.Published) { p.Shifts[1].Person = "person/agency" }, "shifts[1].person", "only from"},
		"post not allowed":   {func(p *roster.Published) { p.Shifts[1].Person = "person/hem" }, "shifts[1].person", "does not allow"},
		"disabled":           {func(p *roster.Published) { p.Shifts[1].Person = "person/gone" }, "shifts[1].person", "disabled"},
		"unknown chief":      {func(p *roster.Published) { p.Posts[1].Chief = "person/moon" }, "posts[1].chief", "not known"},
		"a post by no name":  {func(p *roster.Published) { p.Posts[1].ID = "icu" }, "posts[1].id", "no post"},
	} {
		t.Run(name, func(t *testing.T) {
			b := fold(append(staff(),
				admit("locum", roster.Clinician, func(p *roster.Person) { p.Until = h(6) }),
				admit("agency", roster.Clinician, func(p *roster.Person) { p.From = h(6) }),
				admit("hem", roster.Clinician, func(p *roster.Person) { p.Posts = []string{"post/hem"} }),
				admit("gone", roster.Clinician), &roster.Disabled{ID: "person/gone"})...)
			p := published()
			c.change(p)
			err := b.Check(p, false, t0)
			if c.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var faults roster.CheckError
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

func ladder(unit string, asks ...string) roster.Ladder {
	l := roster.Ladder{Unit: unit}
	for _, a := range asks {
		l.Steps = append(l.Steps, roster.Step{Ask: a})
	}
	return l
}

func TestHolesArePublishedOnlyWhenAcceptedAndTheDesksNever(t *testing.T) {
	b, p := fold(staff()...), published()
	p.Posts[2].Chief = ""
	if err := b.Check(p, true, t0); err != nil {
		t.Fatal(err)
	}
	if p.Shifts[0].To = h(11); b.Check(p, true, t0) == nil {
		t.Fatal("a hole at the desk was accepted")
	}
	if p.Shifts[0].From, p.Shifts[0].To = h(6), h(12); b.Check(p, true, h(7)) != nil {
		t.Fatal("a hole that is over was refused")
	}
}

func TestALadderIsSetAndRemovedAtOnceAndTheOthersStay(t *testing.T) {
	b := house()
	at := roster.Place{Unit: "ICU-2"}
	own := ladder("ICU-2", "post/icu", "desk")
	for field, l := range map[string]roster.Ladder{
		"ladder.steps":        ladder("ICU-2", "house", "desk"),
		"ladder.steps[0].ask": ladder("ICU-2", "unit"),
		"ladder.unit":         ladder("", "unit", "desk"),
	} {
		if err := b.CheckLadder(l, t0); !onlyFault(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := b.CheckLadder(own, t0); err != nil {
		t.Fatal(err)
	}
	next := published()
	next.From, next.To, next.Shifts, next.Ladders = h(12), h(24), nil, nil
	b = b.Apply(&roster.LadderSet{Ladder: own}, roster.Mark{Seq: 90, At: t0}).Apply(next, roster.Mark{Seq: 91, At: t0})
	for _, hours := range []float64{1, 13, 99} {
		if got := b.Ladder(at, "", h(hours)); got.Steps[0].Ask != "post/icu" {
			t.Errorf("at %v h: %+v", hours, got)
		}
		if got := b.Ladder(roster.Place{Unit: "X"}, "", h(hours)); len(got.Steps) != 4 {
			t.Errorf("at %v h of another unit: %+v", hours, got)
		}
	}
	if err := b.CheckLadder(ladder("icu-2", "unit", "desk"), t0); !onlyFault(err, "ladder.unit") {
		t.Error(err)
	}
	for _, gone := range []roster.LadderRemoved{{Unit: "*"}, {Unit: "X"}, {Unit: "ICU-2", Tier: "red"}} {
		if err := b.CheckNoLadder(&gone, t0); !onlyFault(err, "unit") {
			t.Errorf("%+v: %v", gone, err)
		}
	}
	gone := &roster.LadderRemoved{Unit: "ICU-2"}
	if err := b.CheckNoLadder(gone, t0); err != nil {
		t.Fatal(err)
	}
	if got := b.Apply(gone, roster.Mark{Seq: 92, At: t0}).Ladder(at, "", h(13)); len(got.Steps) != 4 {
		t.Errorf("%+v", got)
	}
	if err := fold(staff()...).CheckLadder(own, t0); err == nil {
		t.Error("a ladder without a catch-all was accepted")
	}
}

func TestANightThatReachesInKeepsTheDesk(t *testing.T) {
	b := house()
	next := published()
	next.From, next.To = h(6), h(24)
	next.Shifts = []roster.Shift{shift("n", "desk", "tech", 0, 12, 24)}
	if err := b.Check(next, true, t0); err != nil {
		t.Fatal(err)
	}
}

func in(c *roster.Covered, shift string) *roster.Covered {
	c.Shift = shift
	return c
}

func TestPeopleAndCoversAreCheckedBeforeTheyAreRecorded(t *testing.T) {
	b := house(admit("locum", roster.Clinician, func(p *roster.Person) { p.Until = h(6) }))
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
		"yesterday":        {cover("lee", "roe", -3, -2), "to"},
		"since yesterday":  {cover("lee", "roe", -3, 2), "from"},
		"the same":         {cover("lee", "lee", 1, 2), "in"},
		"unknown":          {cover("lee", "moon", 1, 2), "in"},
		"unknown shift":    {in(cover("lee", "roe", 1, 2), "shift/moon"), "shift"},
		"another's shift":  {in(cover("lee", "roe", 1, 2), "shift/i2"), "out"},
		"badge ends":       {cover("lee", "locum", 5, 7), "in"},
		"there already":    {cover("lee", "kim", 1, 2), "in"},
		"out is not there": {cover("chief", "roe", 1, 2), "out"},
		"out was there":    {cover("lee", "roe", 12, 13), "out"},
	} {
		if err := b.CheckCover(c.cover, t0); !onlyFault(err, c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func onlyFault(err error, field string) bool {
	var f roster.CheckError
	errors.As(err, &f)
	return field == "" && err == nil || len(f) == 1 && f[0].Field == field
}
