package critical_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

// tiered drafts a set whose only limit is potassium above 6.0, of a tier.
func tiered(t testing.TB, s *site, name, tier string) string {
	t.Helper()
	set := critical.Set{
		ID: "limits/" + name, Name: name, Source: "a test", Version: "1",
		Rows: []critical.Row{{LOINC: "2823-3", Analyte: "Potassium", Unit: "mmol/L", High: high(t, "6.0", false), Tier: tier}},
	}
	s.do(s.board.Draft(set))
	return set.ID
}

// tierLadder is one where a critical result asks two people quickly and the others one slowly.
func tierLadder(tier string) []critical.Step {
	if tier == "critical" {
		return []critical.Step{{Ask: "first", Wait: 60}, {Ask: "second", Wait: 60}, {Ask: critical.AskDesk, Wait: 60}}
	}
	return []critical.Step{{Ask: "unit", Wait: 1800}, {Ask: "first", Wait: 3600}, {Ask: critical.AskDesk, Wait: 1800}}
}

func tierBreach(tier string) int {
	if tier == "critical" {
		return 900
	}
	return 8 * 3600
}

func TestACorrectionToAMoreUrgentTierTakesItsLadderAndItsBreach(t *testing.T) {
	s := newSite(t)
	anybody := func(a critical.Ask) ([]string, string) { return []string{"person/" + a.Step.Ask}, "on duty" }
	calm := tiered(t, s, "calm", "significant")
	s.do(s.board.Approve(calm, "1", "", "person/dr-faber", s.now, s.now))
	m := message("m1", report("r1", "K", "6.4", "mmol/L", "P"))
	m.Steps, m.Breach, m.Resolve, m.Known = tierLadder, tierBreach, anybody, true
	s.do(s.board.File(m, s.now))
	c, _ := s.board.Find("7QK2M9")
	if c.Tier != "significant" || !c.NextAt.Equal(s.now.Add(30*time.Minute)) || !c.Breach.Equal(s.now.Add(8*time.Hour)) {
		t.Fatalf("as it opened: %+v", c)
	}
	s.now = s.now.Add(31 * time.Minute)
	s.do(s.board.Due(s.now, anybody), nil) // the first physician is asked
	s.do(s.board.Approve("limits/arup-2019", "rev 34", "", "person/dr-faber", s.now, s.now))
	m = message("m2", report("r1", "K", "7.4", "mmol/L", "C"))
	m.Steps, m.Breach, m.Resolve, m.Known = tierLadder, tierBreach, anybody, true
	evs := s.do(s.board.File(m, s.now))
	only[*critical.Raised](t, evs)
	c, _ = s.board.Find("7QK2M9")
	if c.Tier != "critical" || !c.Breach.Equal(s.now.Add(15*time.Minute)) || !c.NextAt.Equal(s.now.Add(time.Minute)) || c.Steps[c.Next].Ask != "second" {
		t.Errorf("raised: tier %s, next %s at %v, late at %v", c.Tier, c.Steps[c.Next].Ask, c.NextAt, c.Breach)
	}
	s.holds()
	// Back to what is less urgent: nothing slows down.
	s.do(s.board.Approve(calm, "1", "", "person/dr-faber", s.now, s.now))
	late := c.Breach
	m = message("m3", report("r1", "K", "6.9", "mmol/L", "C"))
	m.Steps, m.Breach, m.Resolve, m.Known = tierLadder, tierBreach, anybody, true
	s.do(s.board.File(m, s.now))
	if c, _ = s.board.Find("7QK2M9"); !c.Breach.Equal(late) || c.NextAt.After(s.now.Add(time.Minute)) {
		t.Errorf("slowed down: next at %v, late at %v", c.NextAt, c.Breach)
	}
	s.holds()
}

func TestAValueThatNoLimitJudgesClearsNothing(t *testing.T) {
	other := critical.Set{ID: "limits/other", Name: "other", Source: "a test", Version: "1"}
	for _, held := range []bool{true, false} {
		s := newSite(t)
		if held {
			set := careful(t)
			set.Practices[0].Hold[0] = critical.Hold{Reason: "implausible", Unit: "mmol/L", High: high(t, "7", false)}
			s.do(s.board.Draft(set))
			s.do(s.board.Approve(set.ID, set.Version, "", "person/dr-faber", s.now, s.now))
		}
		s.do(s.board.File(message("m1", report("r1", "K", "7.4", "mmol/L", "F")), s.now))
		if (s.board.Held.Len() == 1) != held {
			t.Fatal("held", s.board.Held.Len())
		}
		other.Rows = []critical.Row{{LOINC: "2744-1", Analyte: "pH", Unit: "[pH]", Low: high(t, "7.2", false), Tier: "critical"}}
		s.do(s.board.Draft(other))
		s.do(s.board.Approve(other.ID, "1", "", "person/dr-faber", s.now, s.now))
		m := message("m2", report("r1", "K", "7.9", "mmol/L", "C"))
		m.Known = true
		evs := s.do(s.board.File(m, s.now))
		e := only[*critical.Reported](t, evs)
		if e.Outcome != critical.NoLimit || e.Work == "" || e.Call == "" || len(evs) != 1 {
			t.Errorf("held %v: %s, %+v", held, kinds(evs), e)
		}
		if w, _ := s.board.Work.Get(e.Work); !w.Critical || w.Owner != critical.AskSupervisor {
			t.Errorf("held %v: the work %+v", held, w)
		}
		if s.board.Held.Len()+s.board.Calls.Len() != 1 {
			t.Errorf("held %v: %d held, %d open", held, s.board.Held.Len(), s.board.Calls.Len())
		}
		s.holds()
	}
}

func TestAFlagOfTheSenderWithoutALimitOfOursIsWork(t *testing.T) {
	for flag, work := range map[string]bool{"HH": true, "LL": true, "AA^x": true, "H": false, "": false} {
		s := newSite(t)
		r := report("r1", "K", "7.4", "mmol/L", "F")
		r.Codings, r.Sealed.Flag = []critical.Coding{{System: "LN", Code: "2532-0"}}, flag // LDH: no limit
		e := only[*critical.Reported](t, s.do(s.board.File(message("m1", r), s.now)))
		if e.Outcome != critical.NoLimit || (e.Work != "") != work {
			t.Errorf("flag %q: %+v", flag, e)
		}
		if !work {
			continue
		}
		if w, ok := s.board.Work.Get(e.Work); !ok || !w.Critical || w.Reason != string(critical.NoLimit) || len(critical.Ways(w.Reason)) < 7 {
			t.Errorf("flag %q: work %+v", flag, w)
		}
		s.do(s.board.Settle(e.Work, critical.WayTelephoned, "person/rahman", ""))
		s.holds()
	}
}

func TestALateEntryCannotBeOlderThanWhatTheCallSaysNow(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	s.now = s.now.Add(20 * time.Minute)
	r := report("r1", "K", "7.4", "mmol/L", "C")
	r.Available = s.now.Add(-5 * time.Minute) // known in the laboratory before its system said so
	m := message("m2", r)
	m.Known = true
	s.do(s.board.File(m, s.now))
	s.by = "person/tech"
	n := only[*critical.Attempted](t, s.do(s.board.Telephone(critical.Dialling{Call: "7QK2M9", Version: 2, By: s.by}, s.now))).N
	heard := func(at time.Time) ([]critical.Event, error) {
		return s.board.Hear(critical.Heard{
			Call: "7QK2M9", Version: 2, N: n, By: s.by, Receiver: critical.Receiver{Name: "Ada Brandt", Role: "nurse", Known: "spoken"},
			Typed: critical.Typed{Tail: "4827", Values: map[string]string{"result/r1": "7.4"}}, Occurred: at,
		}, s.now)
	}
	var when *critical.OccurredError
	if _, err := heard(s.now.Add(-6 * time.Minute)); !errors.As(err, &when) || !when.From.Equal(r.Available) {
		t.Errorf("told before it was known: %v", err)
	}
	if evs, err := heard(s.now.Add(-4 * time.Minute)); err != nil || kinds(evs) != "critical.telephoned critical.closed" {
		t.Errorf("told after it was known: %s, %v", kinds(evs), err)
	}
}
