package lab_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// does lets somebody do something about a call.
func (n *night) does(t *testing.T, who string, decide func(b critical.Board, r critical.Resolve, now time.Time) ([]critical.Event, error)) []lab.Event {
	t.Helper()
	done, err := n.Record(t.Context(), lab.Actor{By: who}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		evs, err := decide(s.Critical, s.Resolve(now), now)
		var out []lab.Event
		for _, ev := range evs {
			out = append(out, ev)
		}
		return out, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return done.Events
}

func (n *night) takes(t *testing.T, call, who, how string) {
	t.Helper()
	n.does(t, who, func(b critical.Board, r critical.Resolve, now time.Time) ([]critical.Event, error) {
		c, _ := b.Find(call)
		return b.Take(critical.Taking{Call: call, Version: c.Version, By: who, How: how, At: "ext 4711", Resolve: r}, now)
	})
}

func (n *night) passes(t *testing.T, call, who string) {
	t.Helper()
	n.does(t, who, func(b critical.Board, r critical.Resolve, now time.Time) ([]critical.Event, error) {
		c, _ := b.Find(call)
		return b.PassOn(critical.Passing{Call: call, Version: c.Version, By: who, Reason: "not-my-patient", Resolve: r}, now)
	})
}

// telephones begins an attempt and, unless nobody answers, types a value that was heard.
func (n *night) telephones(t *testing.T, call, who, difficulty, value string) {
	t.Helper()
	evs := n.does(t, who, func(b critical.Board, _ critical.Resolve, now time.Time) ([]critical.Event, error) {
		c, _ := b.Find(call)
		return b.Telephone(critical.Dialling{Call: call, Version: c.Version, By: who}, now)
	})
	begun, _ := evs[0].(*critical.Attempted)
	n.does(t, who, func(b critical.Board, _ critical.Resolve, now time.Time) ([]critical.Event, error) {
		if difficulty != "" {
			return b.HangUp(call, begun.N, who, difficulty, "")
		}
		c, _ := b.Find(call)
		return b.Hear(critical.Heard{
			Call: call, Version: c.Version, N: begun.N, By: who, Receiver: critical.Receiver{Name: "Nora Night", Role: "nurse", Known: critical.KnownSpoken},
			Typed: critical.Typed{Values: map[string]string{c.Results[0].ID: value}, Tail: "0815"},
		}, now)
	})
}

// told is every entry about a call after its opening, as "m:ss kind", from the ledger alone.
func (n *night) told(t *testing.T, call string) []string {
	t.Helper()
	es, err := n.mem.About(t.Context(), call, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var opened time.Time
	for i := range es {
		ev, err := wire.Decode(&es[i])
		if err != nil {
			t.Fatal(err)
		}
		what := strings.TrimPrefix(es[i].Kind, "critical.")
		switch ev := ev.(type) {
		case *critical.Opened:
			opened = es[i].At
			continue
		case *critical.Reported:
			continue
		case *critical.Called:
			what += " " + strings.Join(ev.To, " ")
			if ev.Desk {
				what += " desk"
			}
		}
		out = append(out, es[i].At.Sub(opened).Round(time.Second).String()+" "+what)
	}
	return out
}

func wantTold(t *testing.T, n *night, call string, want ...string) {
	t.Helper()
	n.sound(t)
	if d := cmp.Diff(want, n.told(t, call)); d != "" {
		t.Error(d)
	}
}

// One night: "call me" and the telephone; everyone passing on; a silent first call, an empty second step, a clock that
// jumps an hour, a restart with timers due, a wrong read-back and "not mine". The invariants hold after every entry.
func TestOneNightOfAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		callMe := potassiumAs(t, n.Lab, "m1", "7.1", "AAAAA1")
		time.Sleep(time.Minute)
		n.takes(t, callMe, "person/lee", critical.HowCallMe)
		n.telephones(t, callMe, "person/tech", "no-answer", "")
		time.Sleep(6 * time.Minute)
		n.telephones(t, callMe, "person/tech", "", "1.7")
		n.telephones(t, callMe, "person/tech", "", "7.1")
		wantTold(
			t, n, callMe, "0s called person/lee", "1m0s taken", "1m0s called person/tech desk", "1m0s attempted", "1m0s attempt-failed",
			"5m0s called person/tech desk", "7m0s attempted", "7m0s mismatched", "7m0s attempted", "7m0s attempted", "7m0s telephoned", "7m0s closed",
		)

		passed := potassiumAs(t, n.Lab, "m2", "7.2", "AAAAA2")
		time.Sleep(time.Minute)
		n.passes(t, passed, "person/lee")
		time.Sleep(30 * time.Second)
		n.passes(t, passed, "person/okafor")
		wantTold(
			t, n, passed, "0s called person/lee", "1m0s passed-on", "1m0s called person/okafor", "1m30s passed-on", "1m30s called person/chief",
			"1m30s called person/tech desk", "1m30s called person/sue",
		)
		n.does(t, "person/chief", func(b critical.Board, r critical.Resolve, now time.Time) ([]critical.Event, error) {
			return b.PassOn(critical.Passing{Call: passed, Version: 1, By: "person/chief", Reason: "off-duty", Resolve: r}, now)
		})
		all := n.told(t, passed)
		if last := all[len(all)-3:]; last[0] != "1m30s passed-on" || last[1] != "1m30s called person/tech desk" || last[2] != "1m30s called person/sue" {
			t.Errorf("when everyone passed on: %q", last)
		}
		time.Sleep(12 * time.Minute)
		n.sound(t)
		desk := 0
		for _, e := range n.told(t, passed)[len(all):] {
			if !strings.HasSuffix(e, " called person/tech desk") {
				t.Errorf("after everyone passed on: %q", e)
			}
			desk++
		}
		if desk != 2 {
			t.Errorf("the desk was told %d times in 12 minutes", desk)
		}

		record(t, n.Lab, "person/sue", &roster.Disabled{ID: "person/okafor"})
		silent := potassiumAs(t, n.Lab, "m3", "7.3", "AAAAA3")
		time.Sleep(11 * time.Minute)
		wantTold(t, n, silent, "0s called person/lee", "5m0s called person/tech desk", "10m0s escalated", "10m0s called person/chief desk")
		n.shift.Store(int64(time.Hour))
		time.Sleep(5 * time.Second)
		n.sound(t)
		if got := n.told(t, silent); len(got) != 5 {
			t.Errorf("an hour's jump gave %q", got[4:])
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		again := &night{Lab: open(t, n.mem, "n2"), mem: n.mem}
		keep(t, again.Lab)
		time.Sleep(5 * time.Second)
		again.sound(t)
		if got := again.told(t, silent); len(got) != 6 {
			t.Errorf("a restart with due timers gave %q", got[5:])
		}
		if err := readBack(t, again.Lab, silent, "person/lee", "3.7", "0815"); err != nil {
			t.Fatal(err)
		}
		again.passes(t, silent, "person/lee")
		if err := readBack(t, again.Lab, silent, "person/chief", "7.3", "0815"); err != nil {
			t.Fatal(err)
		}
		again.sound(t)
		got := again.told(t, silent)
		kinds := ""
		for _, e := range got[6:] {
			_, what, _ := strings.Cut(e, " ")
			kinds += what + "; "
		}
		if kinds != "mismatched; passed-on; called person/tech desk; called person/sue; read-back; closed; " {
			t.Errorf("at last: %s", kinds)
		}
		eachPrefix(t, whole(t, n.mem, 0))
	})
}

// A lease holds the ladder back to its end, on a node that starts in between too.
func TestALeaseOutlivesTheNodeAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := ledger.NewMem("main", nil)
		n := &night{Lab: open(t, m, "n1"), mem: m}
		hospital(t, n.Lab)
		keep(t, n.Lab)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(4 * time.Minute)
		n.takes(t, call, "person/lee", critical.HowMine)
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		n = &night{Lab: open(t, m, "n2"), mem: m}
		keep(t, n.Lab)
		time.Sleep(4 * time.Minute)
		wantTold(t, n, call, "0s called person/lee", "4m0s taken", "7m0s called person/tech desk")
		eachPrefix(t, whole(t, m, 0))
	})
}

// Two calls of one patient, ordered by two people and due in one turn, ring each its own.
func TestTwoCallsOfOneTurnRingWhoOrderedEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		file := func(message, ordering, ref string) string {
			n.does(t, "machine/lis", func(b critical.Board, _ critical.Resolve, now time.Time) ([]critical.Event, error) {
				return b.File(critical.Message{
					ID: "message/" + message, Patient: "patient/anna", Unit: "ICU-2", Sender: "LIS", Refs: []string{ref},
					Who:     critical.Snapshot{Identifiers: []string{"4711-0815"}},
					Subject: critical.Subject{AgeKnown: true, AgeLeast: 24000, AgeMost: 24000, Sex: "F"},
					Reports: []critical.Report{{
						Result: "result/" + message, Codings: []critical.Coding{{System: "LN", Code: "2823-3"}}, Status: "F", Ordering: ordering,
						Sealed: critical.Sent{Value: "7.1", Unit: "mmol/L"},
					}},
					Steps: func(string) []critical.Step {
						return []critical.Step{{Ask: critical.AskDesk, Wait: 60}, {Ask: "ordering", Wait: 600}}
					},
				}, now)
			})
			return "call/" + message + "/1"
		}
		one, two := file("m1", "C-lee", "AAAAA1"), file("m2", "C-okafor", "AAAAA2")
		time.Sleep(62 * time.Second)
		for call, want := range map[string]string{one: "called person/lee", two: "called person/okafor"} {
			if got := n.told(t, call); len(got) < 2 || !strings.HasSuffix(got[1], want) {
				t.Errorf("%s: %q, want %s", call, got, want)
			}
		}
		n.sound(t)
	})
}
