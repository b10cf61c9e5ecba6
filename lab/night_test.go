package lab_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/wire"
)

// night is a hospital in a bubble of time, with a clock that can step.
type night struct {
	*lab.Lab
	mem   *ledger.Mem
	shift atomic.Int64
	start time.Time
}

func newNight(t *testing.T) *night {
	t.Helper()
	n := &night{start: time.Now()}
	n.mem = ledger.NewMem("main", func() time.Time { return time.Now().Add(time.Duration(n.shift.Load())) })
	n.Lab = open(t, n.mem, "n1")
	hospital(t, n.Lab)
	keep(t, n.Lab)
	return n
}

// keep runs Keep until the test ends.
func keep(t *testing.T, l *lab.Lab) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.Keep(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

// rungs returns who was called when, in bubble minutes after the call opened, from the ledger alone.
func (n *night) rungs(t *testing.T, call string) []string {
	t.Helper()
	var out []string
	var opened time.Time
	es, err := n.mem.About(t.Context(), call, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	for i := range es {
		ev, err := wire.Decode(&es[i])
		if err != nil {
			t.Fatal(err)
		}
		switch ev := ev.(type) {
		case *critical.Opened:
			opened = es[i].At
		case *critical.Called:
			to := strings.Join(ev.To, " ")
			if ev.Desk {
				to += " desk"
			}
			out = append(out, fmt.Sprintf("%s %s", es[i].At.Sub(opened).Round(time.Second), strings.TrimSpace(to)))
		case *critical.Closed:
			out = append(out, fmt.Sprintf("%s closed by %s", es[i].At.Sub(opened).Round(time.Second), ev.Owner))
		}
	}
	return out
}

func (n *night) sound(t *testing.T) {
	t.Helper()
	synctest.Wait()
	for _, fault := range n.State().Faults(n.Now()) {
		t.Errorf("invariant: %s", fault)
	}
}

func TestAnUnansweredCallClimbsToTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		call := potassium(t, n.Lab, "m1", "7.1")
		for range 7 {
			time.Sleep(5 * time.Minute)
			n.sound(t)
		}
		if err := readBack(t, n.Lab, call, "person/okafor", "1.7", "0815"); err != nil {
			t.Fatal(err)
		}
		if err := readBack(t, n.Lab, call, "person/okafor", "7.1", "0815"); err != nil {
			t.Fatal(err)
		}
		if err := readBack(t, n.Lab, call, "person/lee", "7.1", "0815"); !errors.Is(err, critical.ErrClosed) {
			t.Fatalf("a late read-back: %v", err)
		}
		time.Sleep(time.Hour)
		n.sound(t)
		want := []string{
			"0s person/lee", "5m0s person/tech desk", "10m0s person/okafor desk", "15m0s person/tech desk", "20m0s person/tech desk",
			"25m0s person/tech desk", "30m0s person/chief desk", "35m0s person/tech desk", "35m0s closed by person/okafor",
		}
		if d := cmp.Diff(want, n.rungs(t, call)); d != "" {
			t.Error(d)
		}
		if late := time.Duration(n.Stats().Late.Load()) * time.Microsecond; late > time.Second {
			t.Errorf("a rung was %v late", late)
		}
	})
}

// A step of the clock, forward, backward or while nobody looks, costs a call at most one rung.
func TestAStepOfTheClockCostsAtMostOneRung(t *testing.T) {
	for name, step := range map[string]time.Duration{"an hour forward": time.Hour, "an hour back": -time.Hour, "ten seconds back": -10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNight(t)
				call := potassium(t, n.Lab, "m1", "7.1")
				time.Sleep(time.Minute)
				synctest.Wait()
				have := len(n.rungs(t, call))
				n.shift.Store(int64(step))
				began := time.Now()
				var seen []time.Duration // real time between rungs, as the people live it
				for range 30 * 60 {
					time.Sleep(time.Second)
					synctest.Wait()
					if now := len(n.rungs(t, call)); now != have {
						if now > have+1 {
							t.Fatalf("%d rungs in one second", now-have)
						}
						have = now
						seen = append(seen, time.Since(began).Round(time.Second))
					}
				}
				n.sound(t)
				if len(seen) < 6 || seen[0] > 4*time.Minute+2*time.Second {
					t.Fatalf("rungs came at %v after the step", seen)
				}
				for i := 1; i < len(seen); i++ {
					if d := seen[i] - seen[i-1]; d < 5*time.Minute-2*time.Second || d > 5*time.Minute+2*time.Second {
						t.Errorf("rung %d came %v after the one before", i+1, d)
					}
				}
				assertStepRecorded(t, n, step)
			})
		})
	}
}

func assertStepRecorded(t *testing.T, n *night, step time.Duration) {
	t.Helper()
	var steps []time.Duration
	var last time.Time
	for _, e := range whole(t, n.mem, 0) {
		if e.At.Before(last) {
			t.Errorf("entry %d lies before the one before it", e.Seq)
		}
		last = e.At
		if e.Kind == ledger.KindClockStepped {
			ev, err := wire.Decode(&e)
			if err != nil {
				t.Fatal(err)
			}
			if s, ok := ev.(*wire.ClockStepped); ok {
				steps = append(steps, (time.Duration(s.Step) * time.Microsecond).Round(time.Second))
			}
		}
	}
	if d := cmp.Diff([]time.Duration{step}, steps); d != "" {
		t.Errorf("recorded steps: %s", d)
	}
}

func TestAClockThatComesBackUndoesTheStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		n.shift.Store(int64(-time.Hour))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if head, _ := n.mem.Head(t.Context()); head.Ahead < time.Hour-time.Second {
			t.Fatalf("ledger time is %v ahead of a clock that fell an hour", head.Ahead)
		}
		n.shift.Store(0)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if head, _ := n.mem.Head(t.Context()); head.Ahead > time.Second {
			t.Fatalf("ledger time is still %v ahead after the clock came back", head.Ahead)
		}
		if off := time.Until(n.Now()).Abs(); off > time.Second {
			t.Fatalf("ledger time is %v off", off)
		}
	})
}

func TestARestartFiresWhatIsDueOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := ledger.NewMem("main", nil)
		l := open(t, m, "n1")
		hospital(t, l)
		call := potassium(t, l, "m1", "7.1") // nobody keeps: the node is down for three hours
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		n := &night{Lab: open(t, m, "n2"), mem: m}
		before := len(n.rungs(t, call))
		keep(t, n.Lab)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if now := len(n.rungs(t, call)); now != before+1 {
			t.Fatalf("%d rungs fired at once after a restart", now-before)
		}
		n.sound(t)
	})
}

// Three nodes without a leader: every rung of every ladder is called once.
func TestNodesWithoutALeaderCallEachRungOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := ledger.NewMem("main", nil)
		var labs []*lab.Lab
		for i := range 3 {
			labs = append(labs, open(t, m, fmt.Sprint("n", i+1)))
		}
		hospital(t, labs[0])
		for _, l := range labs {
			keep(t, l)
		}
		var calls []string
		for i := range 20 {
			calls = append(calls, potassiumOf(t, labs[i%3], i))
		}
		time.Sleep(26 * time.Minute)
		synctest.Wait()
		n := &night{Lab: labs[0], mem: m}
		want := []string{"0s person/lee", "5m0s person/tech desk", "10m0s person/okafor desk", "15m0s person/tech desk", "20m0s person/tech desk", "25m0s person/tech desk"}
		for _, call := range calls {
			if d := cmp.Diff(want, n.rungs(t, call)); d != "" {
				t.Errorf("%s: %s", call, d)
			}
		}
		n.sound(t)
	})
}

// On a machine so slow that deciding a whole batch takes longer than an entry's time may be off, it is taken in parts.
func TestABatchTooSlowForItsTimeIsTakenInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(ledger.NewMem("main", nil))
		l := open(t, g, "n1")
		g.arm(true)
		first, _ := take("first", "a")
		hold := recordAsync(t.Context(), l, lab.Key{}, first)
		<-g.entered
		var outs []<-chan error
		for i := range 8 {
			d, _ := take(fmt.Sprint("slow", i), "a")
			outs = append(outs, recordAsync(t.Context(), l, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
				time.Sleep(100 * time.Millisecond)
				return d(s, now)
			}))
		}
		synctest.Wait()
		g.arm(false)
		g.verdict <- nil
		for _, out := range append(outs, hold) {
			if err := <-out; err != nil {
				t.Error(err)
			}
		}
		whole(t, g, 0)
	})
}

func TestAPatientWhoLeftIsForgottenWhenNothingIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, ledger.NewMem("main", nil), "n1")
		hospital(t, l)
		call := potassium(t, l, "m1", "7.1")
		knows := func() bool { return l.State().Patients.Get("patient/anna") != nil }
		record(t, l, "machine/lis", &patient.Left{Patient: "patient/anna"})
		time.Sleep(49 * time.Hour)
		hospital(t, l)
		if !knows() {
			t.Fatal("forgotten with a call open")
		}
		if err := readBack(t, l, call, "person/lee", "7.1", "0815"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		hospital(t, l)
		if knows() {
			t.Fatal("remembered with nothing open")
		}
		if past, err := l.About(t.Context(), "patient/anna", l.State().Seq); err != nil || len(past) == 0 {
			t.Fatalf("the ledger forgot too: %d, %v", len(past), err)
		}
	})
}
