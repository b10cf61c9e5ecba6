package critical_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/critical"
)

// ward is a hospital whose every step has somebody.
func ward(a critical.Ask) ([]string, string) {
	switch a.Step.Ask {
	case critical.AskFirst:
		return []string{"person/a"}, "first call"
	case critical.AskSecond:
		return []string{"person/b"}, "second call"
	case critical.AskThird:
		return []string{"person/c"}, "third call"
	case critical.AskDesk:
		return []string{"person/tech"}, "at the desk"
	}
	return []string{"person/" + a.Step.Ask}, "holds the post"
}

// opened is a site with one call, called once by the ward's ladder.
func openedSite(t testing.TB, steps ...critical.Step) *site {
	t.Helper()
	s := newSite(t)
	m := message("m1", report("r1", "K", "7.1", "mmol/L", "F"))
	m.Resolve = ward
	if len(steps) > 0 {
		m.Steps = func(string) []critical.Step { return steps }
	}
	s.do(s.board.File(m, s.now))
	return s
}

func (s *site) call() critical.Call {
	s.Helper()
	c, ok := s.board.Find("call/m1/1")
	if !ok {
		s.Fatal("no call")
	}
	return c
}

func (s *site) take(who, how string) ([]critical.Event, error) {
	s.Helper()
	s.by = who
	return s.board.Take(critical.Taking{Call: "call/m1/1", Version: s.call().Version, By: who, How: how, At: "4711", Resolve: ward}, s.now)
}

func (s *site) pass(who, to string) ([]critical.Event, error) {
	s.Helper()
	s.by = who
	return s.board.PassOn(critical.Passing{Call: "call/m1/1", Version: s.call().Version, By: who, To: to, Reason: "not-my-patient", Resolve: ward}, s.now)
}

// tick lets time pass and what is due be recorded, each second, and gives the rungs as "m:ss ask".
func (s *site) tick(d time.Duration) (rungs []string) {
	s.Helper()
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(time.Second)
		s.by = "clock"
		for _, ev := range s.do(s.board.Due(s.now, ward), nil) {
			if e, ok := ev.(*critical.Called); ok {
				rungs = append(rungs, s.now.Sub(dawn).String()+" "+e.Ask)
			}
		}
	}
	for _, bad := range s.board.Check(s.now) {
		s.Error(bad)
	}
	s.holds()
	return rungs
}

func TestTheDefaultLadderKeepsItsTimes(t *testing.T) {
	s := openedSite(t)
	want := []string{"5m0s desk", "10m0s second", "15m0s desk", "20m0s third", "25m0s desk", "30m0s director", "35m0s desk", "40m0s desk"}
	if d := cmp.Diff(want, s.tick(41*time.Minute)); d != "" {
		t.Error(d)
	}
	if c := s.call(); !c.Breach.Equal(dawn.Add(time.Hour)) {
		t.Errorf("the breach is at %v", c.Breach)
	}
}

func TestALeaseHoldsTheNextStepBackToItsEndAndNoLonger(t *testing.T) {
	s := openedSite(t)
	s.tick(4 * time.Minute)
	s.do(s.take("person/a", critical.HowMine))
	if c := s.call(); c.Owner != "person/a" || !c.NextAt.Equal(dawn.Add(7*time.Minute)) || !c.Breach.Equal(dawn.Add(time.Hour)) {
		t.Fatalf("after it was taken: owner %s, next %v, breach %v", c.Owner, c.NextAt, c.Breach)
	}
	if _, err := s.take("person/b", critical.HowMine); !errors.Is(err, critical.ErrTaken) {
		t.Errorf("while another has it: %v", err)
	}
	var taken *critical.TakenError
	if _, err := s.take("person/b", critical.HowAct); !errors.As(err, &taken) || taken.By != "person/a" || !taken.Until.Equal(dawn.Add(7*time.Minute)) {
		t.Errorf("the refusal says %+v", taken)
	}
	if rungs := s.tick(2 * time.Minute); rungs != nil {
		t.Errorf("while the lease runs: %v", rungs)
	}
	s.do(s.take("person/a", critical.HowMine))
	var may *critical.MayNotError
	if _, err := s.take("person/a", critical.HowMine); !errors.As(err, &may) || may.Reason != "renewed" {
		t.Errorf("a third lease: %v", err)
	}
	if d := cmp.Diff([]string{"9m0s desk", "14m0s second"}, s.tick(10*time.Minute)); d != "" {
		t.Error(d)
	}
	s.do(s.take("person/b", critical.HowAct)) // the first lease is over
	if c := s.call(); c.Owner != "person/b" || c.Takes[2].How != "act" {
		t.Errorf("%+v", c.Takes)
	}
	s.holds()
}

// However many people take a call one after another, its next step is never later than two leases past its own time.
func TestPeopleWhoTakeTurnsCannotHoldTheLadder(t *testing.T) {
	s := openedSite(t)
	s.tick(4*time.Minute + 59*time.Second)
	for _, who := range []string{"person/a", "person/b", "person/c", "person/d", "person/e"} {
		s.do(s.take(who, critical.HowMine))
		s.now = s.now.Add(critical.LeaseFor)
	}
	if c := s.call(); c.NextAt.Sub(dawn) > 11*time.Minute {
		t.Errorf("the step of 5 min waits until %v", c.NextAt.Sub(dawn))
	}
	for _, bad := range s.board.Check(time.Time{}) {
		t.Error(bad)
	}
}

func TestCallMeIsTheDesksTaskAtOnceAndUntilTheCallIsOver(t *testing.T) {
	s := openedSite(t, critical.Step{Ask: critical.AskFirst, Wait: 1800})
	s.now = s.now.Add(time.Minute)
	desk := only[*critical.Called](t, s.do(s.take("person/a", critical.HowCallMe)))
	if desk.Ask != critical.AskDesk || !desk.Beside || desk.For != "person/a" || !cmp.Equal(desk.To, []string{"person/tech"}) {
		t.Fatalf("%+v", desk)
	}
	if c := s.call(); c.Desk == nil || c.Desk.For != "person/a" || c.Takes[0].Phone != "4711" {
		t.Fatalf("%+v", c.Desk)
	}
	if d := cmp.Diff([]string{"6m0s desk", "11m0s desk", "16m0s desk"}, s.tick(18*time.Minute)); d != "" {
		t.Error(d)
	}
	s.do(s.board.ReadBack(answer(1, "4827", "7.1")))
	if rungs := s.tick(10 * time.Minute); rungs != nil {
		t.Errorf("after the call is over the desk hears %v", rungs)
	}
}

func TestPassingOnRingsTheNextInTheSameBatchAndNobodyIsAskedAgain(t *testing.T) {
	s := openedSite(t)
	s.now = s.now.Add(time.Minute)
	evs := s.do(s.pass("person/a", ""))
	if rung := only[*critical.Called](t, evs); rung.Ask != critical.AskSecond || rung.To[0] != "person/b" || rung.Desk {
		t.Fatalf("the first passing on rings %+v", rung)
	}
	if c := s.call(); c.Owner != "person/a" {
		t.Errorf("the owner is %q before anybody took it", c.Owner)
	}
	var may *critical.MayNotError
	if _, err := s.pass("person/a", ""); !errors.As(err, &may) || may.Reason != "passed" {
		t.Errorf("passing on twice: %v", err)
	}
	if _, err := s.pass("person/b", "person/a"); !errors.As(err, &may) || may.Reason != "passed" {
		t.Errorf("passing on to who passed it on: %v", err)
	}
	if d := cmp.Diff([]string{"5m0s desk", "6m0s desk"}, s.tick(5*time.Minute)); d != "" {
		t.Error("the desk keeps its time:", d)
	}
	evs = s.do(s.pass("person/b", ""))
	if got := kinds(evs); got != "critical.passed-on critical.called critical.called critical.called" {
		t.Fatal(got)
	}
	third, desk, boss := evs[1].(*critical.Called), evs[2].(*critical.Called), evs[3].(*critical.Called)
	if third.To[0] != "person/c" || desk.Ask != critical.AskDesk || !desk.Beside || boss.To[0] != "person/supervisor" || !boss.Beside {
		t.Errorf("the second passing on rings %+v, %+v and %+v", third, desk, boss)
	}
	again := ward
	evs = s.do(s.board.PassOn(critical.Passing{
		Call: "call/m1/1", Version: 1, By: "person/c", Reason: "other", Note: "on leave",
		Resolve: func(a critical.Ask) ([]string, string) {
			if a.Step.Ask == critical.AskDirector {
				return []string{"person/a", "person/b"}, "both of them once more"
			}
			return again(a)
		},
	}, s.now))
	if e := only[*critical.Escalated](t, evs); e.Ask != critical.AskDirector {
		t.Errorf("%+v", e)
	}
	for _, ev := range evs {
		if e, ok := ev.(*critical.Called); ok && e.Ask != critical.AskDesk && e.Ask != critical.AskSupervisor {
			t.Errorf("asked again: %+v", e)
		}
	}
	s.tick(time.Hour)
}

func TestTheLastWhoPassesOnBringsDeskAndSupervisorInTheSameBatch(t *testing.T) {
	s := openedSite(t, critical.Step{Ask: critical.AskFirst, Wait: 1800})
	s.now = s.now.Add(time.Second)
	evs := s.do(s.pass("person/a", ""))
	if got := kinds(evs); got != "critical.passed-on critical.called critical.called" {
		t.Fatal(got)
	}
	if desk, boss := evs[1].(*critical.Called), evs[2].(*critical.Called); desk.To[0] != "person/tech" || boss.To[0] != "person/supervisor" {
		t.Errorf("%+v, %+v", desk, boss)
	}
	if c := s.call(); c.Desk == nil || c.Desk.Since.IsZero() {
		t.Errorf("%+v", c.Desk)
	}
	s.tick(20 * time.Minute)
}

func TestWhoIsNamedIsCalledBesideTheLadderWhichKeepsItsTime(t *testing.T) {
	s := openedSite(t)
	s.tick(4 * time.Minute)
	rung := only[*critical.Called](t, s.do(s.pass("person/a", "person/named")))
	if rung.Ask != critical.AskNamed || !rung.Beside || rung.To[0] != "person/named" {
		t.Fatalf("%+v", rung)
	}
	s.do(s.take("person/named", critical.HowMine))
	if c := s.call(); c.Owner != "person/named" || !c.WasCalled("person/named") {
		t.Errorf("%+v", c)
	}
	if d := cmp.Diff([]string{"7m0s desk", "12m0s second"}, s.tick(9*time.Minute)); d != "" {
		t.Error(d)
	}
}

func TestALeaseThatIsPassedOnIsOver(t *testing.T) {
	s := openedSite(t)
	s.do(s.take("person/a", critical.HowMine))
	if _, err := s.pass("person/b", ""); !errors.Is(err, critical.ErrTaken) {
		t.Errorf("who does not have it passes it on: %v", err)
	}
	s.do(s.pass("person/a", ""))
	s.do(s.take("person/b", critical.HowMine))
	if c := s.call(); c.Owner != "person/b" {
		t.Error(c.Owner)
	}
	s.do(s.pass("person/b", ""))
	s.do(s.take("person/a", critical.HowAct)) // may think again
	s.do(s.pass("person/a", ""))
	s.tick(time.Hour)
}

func TestAnswersOfAnotherVersionOrToAFinishedCallChangeNothing(t *testing.T) {
	s := openedSite(t)
	old := critical.Taking{Call: "call/m1/1", Version: 2, By: "person/a", How: "mine"}
	if _, err := s.board.Take(old, s.now); !errors.Is(err, critical.ErrStale) {
		t.Error(err)
	}
	if _, err := s.board.PassOn(critical.Passing{Call: "call/m1/1", Version: 2, By: "person/a", Reason: "busy"}, s.now); !errors.Is(err, critical.ErrStale) {
		t.Error(err)
	}
	for _, how := range []string{"", "maybe"} {
		if _, err := s.take("person/a", how); !errors.Is(err, critical.ErrNoReason) {
			t.Errorf("%q: %v", how, err)
		}
	}
	for _, p := range []critical.Passing{{Reason: "lazy"}, {Reason: "other"}, {}} {
		p.Call, p.Version, p.By = "call/m1/1", 1, "person/a"
		if _, err := s.board.PassOn(p, s.now); !errors.Is(err, critical.ErrNoReason) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	s.do(s.board.ReadBack(answer(1, "4827", "7.1")))
	if _, err := s.take("person/a", "mine"); !errors.Is(err, critical.ErrClosed) {
		t.Error(err)
	}
	if _, err := s.pass("person/a", ""); !errors.Is(err, critical.ErrClosed) {
		t.Error(err)
	}
}
