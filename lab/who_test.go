package lab_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
)

// would returns who would be called when, as rungs writes it.
func (n *night) would(w lab.Would) []string {
	var out []string
	for _, step := range n.State().Who(w, n.Now()).Steps {
		if step.Skipped {
			continue
		}
		var to []string
		for _, p := range step.To {
			to = append(to, p.ID)
		}
		if step.Desk {
			to = append(to, "desk")
		}
		out = append(out, fmt.Sprintf("%s %s", time.Duration(step.After)*time.Second, strings.Join(to, " ")))
	}
	return out
}

// What who tells is what then happens, also across a change of shift between two rungs.
func TestWhoTellsWhatThenHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		now := n.Now()
		p := &roster.Published{From: now, To: now.Add(100 * time.Hour), Shifts: []roster.Shift{
			{ID: "shift/1", Post: "post/icu-2", Person: "person/okafor", From: now, To: now.Add(7 * time.Minute), Rank: 1},
			{ID: "shift/2", Post: "post/icu-2", Person: "person/lee", From: now.Add(7 * time.Minute), To: now.Add(90 * time.Hour), Rank: 1},
			{ID: "shift/3", Post: roster.Desk, Person: "person/tech", From: now, To: now.Add(100 * time.Hour)},
		}}
		if err := n.State().Roster.Check(p, true, now); err != nil {
			t.Fatal(err)
		}
		record(t, n.Lab, "person/sue", p)
		want := n.would(lab.Would{Unit: "ICU-2", At: n.Now()})
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(36 * time.Minute)
		n.sound(t)
		got := n.rungs(t, call)
		if len(want) < 5 || want[2] == want[0] {
			t.Fatalf("who tells %q", want)
		}
		if d := cmp.Diff(want, got[:min(len(got), len(want))]); d != "" {
			t.Error(d)
		}
	})
}

func TestWhoSaysWhyAndWhatIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		who := n.State().Who(lab.Would{Unit: "MOON", At: n.Now()}, n.Now())
		if who.Listed || !who.Ladder.CatchAll || who.Ladder.Why != "the catch-all, as nobody listed the unit MOON" {
			t.Errorf("%+v", who.Ladder)
		}
		first := who.Steps[0]
		if !first.Skipped || first.After != 0 || first.Why != "no post covers the unit MOON" || first.Name != "Who covers the unit" {
			t.Errorf("%+v", first)
		}
		if last := who.Steps[len(who.Steps)-1]; !last.Desk || last.Ask != "desk" || last.To[0].Posts[0] != "Laboratory desk" {
			t.Errorf("%+v", last)
		}
		record(t, n.Lab, "person/sue", &roster.LadderSet{Ladder: roster.Ladder{
			Unit: "MOON", Tier: "critical", Breach: 60, Steps: []roster.Step{{Ask: "post/icu-2", Rank: 1, Wait: 10}, {Ask: "desk"}},
		}})
		who = n.State().Who(lab.Would{Unit: "MOON", At: n.Now()}, n.Now())
		if who.Ladder.Why != "the ladder of unit MOON, tier critical, the most specific one" || !who.Listed || who.Steps[0].Name != "ICU-2 resident, second call" ||
			who.Steps[0].To[0].Name.Name != "Dr Ada Okafor" || who.Steps[0].Why != "second call of ICU-2 resident" || who.Ladder.Breach != 60 {
			t.Errorf("%+v", who)
		}
		far := n.State().Who(lab.Would{Unit: "ICU-2", At: n.Now().Add(2000 * time.Hour)}, n.Now())
		if !strings.HasSuffix(far.Ladder.Why, "no roster is published for then, so the last one's ladders stand") || !far.Steps[0].Skipped {
			t.Errorf("%+v", far)
		}
	})
}
