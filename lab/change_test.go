package lab_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
)

// busyNight is a night with a second ward, where Dr Cho is on call, and with a change of shift on ICU-2: until change
// Dr Lee has the first call, then Dr Abe.
func busyNight(t *testing.T, change time.Duration) *night {
	t.Helper()
	n := newNight(t)
	wards(t, n.Lab, change)
	return n
}

func wards(t *testing.T, l *lab.Lab, change time.Duration) {
	t.Helper()
	for _, id := range []string{"cho", "abe"} {
		record(t, l, "machine/setup", &roster.Admitted{Person: roster.Person{
			ID: "person/" + id, Login: id, Name: "Dr " + id, Role: roster.Clinician, Receives: true, Codes: []string{"C-" + id},
		}})
	}
	now := l.Now()
	from, to := now.Add(-time.Hour), now.Add(1000*time.Hour)
	shift := func(id, post, who string, rank int, from, to time.Time) roster.Shift {
		return roster.Shift{ID: "shift/" + id, Post: post, Person: "person/" + who, Rank: rank, From: from, To: to}
	}
	p := &roster.Published{
		From: from, To: to,
		Posts: []roster.Post{
			{ID: "post/icu-2", Name: "ICU-2 resident", Unit: "ICU-2"},
			{ID: "post/ward-9", Name: "Ward 9", Unit: "WARD-9"},
			{ID: roster.Desk, Name: "Laboratory desk"},
		},
		Shifts: []roster.Shift{
			shift("n1", "post/icu-2", "lee", 0, from, now.Add(change)), shift("n2", "post/icu-2", "abe", 0, now.Add(change), to),
			shift("n3", "post/icu-2", "okafor", 1, from, to), shift("n4", "post/ward-9", "cho", 0, from, to),
			shift("n5", roster.Desk, "tech", 0, from, to),
		},
		Ladders: []roster.Ladder{{Unit: roster.Any, Steps: []roster.Step{{Ask: "unit", Wait: 600}, {Ask: "unit", Rank: 1, Wait: 600}, {Ask: "desk", Wait: 300}}}},
	}
	record(t, l, "person/sue", p)
}

// called is who was called about an open or finished call, rung by rung.
func (n *night) called(t *testing.T, call string) []critical.Rung {
	t.Helper()
	c, ok := n.State().Critical.Find(call)
	if !ok {
		t.Fatalf("no call %s", call)
	}
	return c.Called
}

func wantRungs(t *testing.T, n *night, call string, want ...string) {
	t.Helper()
	n.sound(t)
	if d := cmp.Diff(want, n.rungs(t, call)); d != "" {
		t.Error(d)
	}
}

func TestAChangeOfShiftBetweenTwoRungsRingsWhoIsOnDutyNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, 3*time.Minute)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(12 * time.Minute)
		wantRungs(t, n, call, "0s person/lee", "3m0s person/abe", "5m0s person/tech desk", "10m0s person/okafor desk")
		if why := n.called(t, call)[1].Why; !strings.Contains(why, "people have changed") || !strings.Contains(why, "ICU-2 resident") {
			t.Errorf("the new one is not told why: %q", why)
		}
		if err := readBack(t, n.Lab, call, "person/lee", "7.1", "0815"); err != nil {
			t.Errorf("who was called before cannot answer any more: %v", err)
		}
	})
}

func TestATransferBetweenTwoRungsRingsTheNewWardAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(12 * time.Minute) // the second call of ICU-2 was asked; Ward 9 has none
		record(t, n.Lab, "machine/adt", patient.MovedTo("patient/anna", patient.Place{Unit: "WARD-9"}))
		synctest.Wait()
		wantRungs(t, n, call, "0s person/lee", "5m0s person/tech desk", "10m0s person/okafor desk", "12m0s person/cho")
		if why := n.called(t, call)[3].Why; !strings.HasPrefix(why, "the patient is at WARD-9 now") {
			t.Errorf("why: %q", why)
		}
		s, now := n.State(), n.Now()
		c, _ := s.Critical.Find(call)
		for _, who := range []string{"person/cho", "person/lee", "person/okafor"} {
			if !s.MaySee(s.Channels(who, now), c) {
				t.Errorf("%s may not see the call", who)
			}
		}
		if !s.OnCall("person/cho", c, now) {
			t.Error("who covers the new ward is not on call for it")
		}
		for _, unit := range []string{"unit/ICU-2", "unit/WARD-9"} {
			if to := lab.Audience(s, &critical.Seen{Call: call, Version: 1}); !slices.Contains(to, unit) {
				t.Errorf("%s does not hear of the call: %v", unit, to)
			}
		}
		// The transfer is taken back (A12): those who were asked there stay asked, nobody is asked twice.
		record(t, n.Lab, "machine/adt", patient.MovedTo("patient/anna", patient.Place{Unit: "ICU-2"}))
		time.Sleep(time.Second)
		wantRungs(t, n, call, "0s person/lee", "5m0s person/tech desk", "10m0s person/okafor desk", "12m0s person/cho")
	})
}

func TestACoverAndALostBadgeAreFollowedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(time.Minute)
		now := n.Now()
		record(t, n.Lab, "person/sue", &roster.Covered{Post: "post/icu-2", Out: "person/lee", In: "person/abe", From: now, To: now.Add(time.Hour)})
		time.Sleep(time.Minute)
		record(t, n.Lab, "person/sue", &roster.Disabled{ID: "person/abe"})
		time.Sleep(time.Second)
		wantRungs(t, n, call, "0s person/lee", "1m0s person/abe")
	})
}

func TestWhenNobodyOfARungIsLeftTheNextOneFiresAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(time.Minute)
		record(t, n.Lab, "person/sue", &roster.Disabled{ID: "person/lee"}, &roster.Disabled{ID: "person/okafor"})
		time.Sleep(time.Second)
		got := n.rungs(t, call)
		if len(got) != 2 || !strings.HasPrefix(got[1], "1m0s ") || !strings.HasSuffix(got[1], "desk") {
			t.Errorf("the call waits for people who are gone: %q", got)
		}
		n.sound(t)
	})
}

func TestADischargeWithAnOpenCallTellsTheDeskAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(time.Minute)
		record(t, n.Lab, "machine/adt", &patient.Left{Patient: "patient/anna"})
		time.Sleep(time.Second)
		wantRungs(t, n, call, "0s person/lee", "1m0s person/tech desk")
		record(t, n.Lab, "machine/adt", patient.MovedTo("patient/anna", patient.Place{Unit: "ICU-2"})) // A13
		time.Sleep(time.Minute)
		wantRungs(t, n, call, "0s person/lee", "1m0s person/tech desk")
		record(t, n.Lab, "machine/adt", &patient.Left{Patient: "patient/anna"})
		time.Sleep(time.Second)
		wantRungs(t, n, call, "0s person/lee", "1m0s person/tech desk", "2m1s person/tech desk")
	})
}

func TestANodeThatWasDownFollowsATransferWhenItStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := ledger.NewMem("main", nil)
		l := open(t, mem, "n1")
		hospital(t, l)
		wards(t, l, time.Hour)
		ctx, stop := context.WithCancel(t.Context())
		kept := make(chan struct{})
		go func() { defer close(kept); l.Keep(ctx) }()
		call := potassium(t, l, "m1", "7.1")
		time.Sleep(time.Second)
		stop()
		<-kept
		record(t, l, "machine/adt", patient.MovedTo("patient/anna", patient.Place{Unit: "WARD-9"}))
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		n := &night{Lab: open(t, mem, "n2"), mem: mem}
		keep(t, n.Lab)
		time.Sleep(time.Second)
		if c := n.called(t, call); len(c) != 2 || !slices.Equal(c[1].To, []string{"person/cho"}) {
			t.Errorf("called %+v", c)
		}
	})
}
