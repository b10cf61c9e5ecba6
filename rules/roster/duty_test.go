package roster_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

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
	if why := b.OnDuty("post/icu", h(2))[0].Why; why != "first call of ICU-2 resident, covering for LEE" {
		t.Errorf("why: %s", why)
	}
}

func TestALaterCoverForTheSamePersonWins(t *testing.T) {
	b := house(cover("lee", "roe", 2, 6), cover("roe", "kim", 5, 6), cover("lee", "chief", 3, 6))
	for hours, want := range map[float64]string{2: "roe0 kim1", 3: "chief0 kim1", 5: "chief0 kim1", 6: "lee0 kim1"} {
		if got := on(b, "icu", h(hours)); got != want {
			t.Errorf("at %v h: %q, want %q", hours, got, want)
		}
	}
}

func TestACoverCountsOnceItIsAcceptedAndUntilItIsTakenBack(t *testing.T) {
	c := cover("lee", "roe", 2, 4)
	c.ID = "cover/1"
	b := house(&roster.CoverOffered{Covered: *c})
	if o, ok := b.Offered("cover/1"); !ok || o.By != "person/dir" || o.Standing(h(1)) != roster.Offered || o.Standing(h(2)) != roster.PastDue {
		t.Errorf("%+v, %v", o, ok)
	}
	if got := on(b, "icu", h(3)); got != "lee0 kim1" {
		t.Errorf("offered, and on duty is %q", got)
	}
	b = b.Apply(c, roster.Mark{Seq: 90, At: h(1)})
	if _, ok := b.Offered("cover/1"); ok || on(b, "icu", h(3)) != "roe0 kim1" {
		t.Errorf("accepted, and on duty is %q", on(b, "icu", h(3)))
	}
	if c, _ := b.Cover("cover/1"); c.Standing(h(1)) != roster.Accepted || c.Standing(h(2)) != roster.InForce {
		t.Errorf("%+v", c)
	}
	back := &roster.CoverWithdrawn{ID: "cover/1", Post: c.Post, Out: c.Out, In: c.In, Why: "withdrawn"}
	if never := b.Apply(back, roster.Mark{Seq: 91, At: h(1)}); on(never, "icu", h(3)) != "lee0 kim1" || len(never.Covers) != 0 {
		t.Errorf("taken back before, and on duty is %q", on(never, "icu", h(3)))
	}
	now := b.Apply(back, roster.Mark{Seq: 91, At: h(3)})
	if on(now, "icu", h(2.5)) != "roe0 kim1" || on(now, "icu", h(3)) != "lee0 kim1" {
		t.Errorf("taken back in force: %q then %q", on(now, "icu", h(2.5)), on(now, "icu", h(3)))
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

func TestAUnitHasThoseWhoBelongThereAndThoseOnDuty(t *testing.T) {
	b := house(&roster.Disabled{ID: "person/kim"})
	for _, c := range []struct {
		person, unit string
		hours        float64
		want         bool
	}{
		{"lee", "ICU-2", 1, true},
		{"lee", "ICU-2", 12, false},
		{"lee", "WARD-9", 1, false},
		{"lee", "", 1, false},
		{"clerk", "ICU-2", 99, true},
		{"kim", "ICU-2", 1, false},
		{"nobody", "ICU-2", 1, false},
	} {
		if got := b.AtUnit("person/"+c.person, c.unit, h(c.hours)); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
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
