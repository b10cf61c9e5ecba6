package lab_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// A hole in the roster is an entry a day before it begins, once, and what makes a hole within the day is told at once.
func TestAHoleInTheRosterIsToldADayBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		now := n.Now()
		p := &roster.Published{From: now, To: now.Add(900 * time.Hour), Posts: []roster.Post{{ID: "post/ward", Name: "Ward", Unit: "WARD"}}, Shifts: []roster.Shift{
			{ID: "shift/w1", Post: "post/ward", Person: "person/lee", From: now, To: now.Add(30 * time.Hour)},
			{ID: "shift/w2", Post: "post/ward", Person: "person/lee", From: now.Add(32 * time.Hour), To: now.Add(900 * time.Hour)},
		}}
		record(t, n.Lab, "person/sue", p)
		told := func() (out []roster.Gap, at time.Time) {
			es, err := n.mem.Read(t.Context(), 0, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for i := range es {
				ev, err := wire.Decode(&es[i])
				if err != nil {
					t.Fatal(err)
				}
				if g, ok := ev.(*roster.GapFound); ok {
					out, at = append(out, g.Gaps...), es[i].At
				}
			}
			return out, at
		}
		time.Sleep(5 * time.Hour)
		n.sound(t)
		if got, _ := told(); got != nil {
			t.Fatalf("told too early: %+v", got)
		}
		time.Sleep(3 * time.Hour)
		n.sound(t)
		got, at := told()
		if len(got) != 1 || got[0].Post != "post/ward" || !got[0].From.Equal(now.Add(30*time.Hour)) || !got[0].To.Equal(now.Add(32*time.Hour)) {
			t.Fatalf("%+v", got)
		}
		if early := got[0].From.Sub(at); early > roster.Ahead || early < roster.Ahead-2*time.Minute {
			t.Errorf("told %v before", early)
		}
		record(t, n.Lab, "person/root", &roster.Disabled{ID: "person/lee"})
		time.Sleep(2 * time.Minute)
		n.sound(t)
		if got, _ := told(); len(got) != 2 || got[1].Post != "post/ward" {
			t.Errorf("who had the shift is gone, and told was %+v", got)
		}
	})
}
