package roster_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/roster"
)

func TestResolveSaysWhomAndWhy(t *testing.T) {
	at := roster.Place{Unit: "ICU-2", Attending: "c-lee", Ordering: "c-roe"}
	for _, c := range []struct {
		step   roster.Step
		place  roster.Place
		people string
		why    string
	}{
		{roster.Step{Ask: "attending"}, at, "lee", "attending clinician, on duty at ICU-2 resident"},
		{roster.Step{Ask: "ordering"}, at, "", "the ordering clinician is not on duty"},
		{roster.Step{Ask: "ordering"}, roster.Place{}, "", "no ordering clinician was sent"},
		{roster.Step{Ask: "ordering"}, roster.Place{Ordering: "??"}, "", "the ordering clinician's code is nobody's here"},
		{roster.Step{Ask: "unit"}, at, "lee", "covers the unit: first call of ICU-2 resident"},
		{roster.Step{Ask: "unit", Rank: 1}, at, "kim", "covers the unit: second call of ICU-2 resident"},
		{roster.Step{Ask: "unit", Rank: 2}, at, "", "nobody covers the unit: nobody stands behind the calls before at ICU-2 resident"},
		{roster.Step{Ask: "unit"}, roster.Place{Unit: "WARD-9"}, "chief", "covers the unit: chief of Haematology, where nobody is on duty"},
		{roster.Step{Ask: "unit"}, roster.Place{Unit: "?"}, "", "no post covers the unit ?"},
		{roster.Step{Ask: "unit"}, roster.Place{}, "", "no unit is known"},
		{roster.Step{Ask: "post/icu"}, roster.Place{}, "lee", "first call of ICU-2 resident"},
		{roster.Step{Ask: "post/icu", Rank: 2}, roster.Place{}, "", "nobody stands behind the calls before at ICU-2 resident"},
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
	if !slices.Equal(people, []string{"person/kim"}) || why != "second call of ICU-2 resident, as the call before has nobody" {
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
	if p.Ladders[0].Steps[0].Wait != 0 || b.Plans[0].Ladders[0].Steps[0].Wait != 0 {
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
