package ledgertest

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// put appends one entry at a time and returns the answer.
func put(t *testing.T, s ledger.Store, kind string, at time.Time) (ledger.Answer, error) {
	t.Helper()
	head := headOf(t, s).Seq
	e := Make(head+1, at)
	if kind != "" {
		e.Kind = kind
	}
	return s.Append(t.Context(), head, []ledger.Entry{encoded(e)})
}

func testTime(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	start := c.Now()
	if _, err := put(t, s, "", start); err != nil {
		t.Fatal(err)
	}
	c.Step(10 * time.Second)
	now := c.Now()
	for _, try := range []struct {
		at time.Time
		ok bool
	}{
		{start.Add(-time.Microsecond), false},
		{start, false}, // not before the last, but ten seconds behind the clock
		{now.Add(-ledger.Tolerance - time.Microsecond), false},
		{now.Add(-ledger.Tolerance), true},
		{now.Add(ledger.Tolerance + time.Microsecond), false},
		{now.Add(ledger.Tolerance), true},
		{now, false}, // within the tolerance, but before the last
		{now.Add(ledger.Tolerance), true},
		{now.Add(ledger.Tolerance + time.Millisecond), false}, // time does not creep away from the clock
	} {
		a, err := put(t, s, "", try.at)
		if try.ok && err != nil || !try.ok && !errors.Is(err, ledger.ErrTime) {
			t.Errorf("entry at clock%+v: %v, want it admitted: %v", try.at.Sub(now), err, try.ok)
		}
		if !a.Clock.Equal(now) {
			t.Errorf("entry at clock%+v: answered the clock %v, want %v", try.at.Sub(now), a.Clock, now)
		}
	}
	verify(t, s, 4)
}

func testBackwardStep(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	start := c.Now()
	if _, err := put(t, s, "", start); err != nil {
		t.Fatal(err)
	}
	c.Step(-time.Hour)
	if a, err := put(t, s, "", c.Now()); !errors.Is(err, ledger.ErrTime) || !a.Clock.Equal(c.Now()) {
		t.Errorf("entry an hour before the last: %v, %v; want ErrTime and the clock %v", a.Clock, err, c.Now())
	}
	if a, err := put(t, s, ledger.KindClockStepped, start); err != nil || !a.Clock.Equal(start) {
		t.Errorf("recording the step: clock %v, %v; want it to go on at %v", a.Clock, err, start)
	}
	c.Step(time.Second)
	if !p.Volatile {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, p, c)
	}
	if h := headOf(t, s); h.Ahead != time.Hour {
		t.Errorf("ledger time runs %v ahead, want an hour", h.Ahead)
	}
	if a, err := put(t, s, "", start.Add(time.Second)); err != nil || !a.Clock.Equal(start.Add(time.Second)) {
		t.Errorf("a second after the step: clock %v, %v; want %v", a.Clock, err, start.Add(time.Second))
	}
	c.Step(time.Hour) // the clock is right again
	if _, err := put(t, s, "", c.Now()); !errors.Is(err, ledger.ErrTime) {
		t.Errorf("the clock came back and nobody recorded it: %v, want ErrTime", err)
	}
	if a, err := put(t, s, ledger.KindClockStepped, c.Now()); err != nil || !a.Clock.Equal(c.Now()) {
		t.Errorf("recording that it came back: clock %v, %v; want %v", a.Clock, err, c.Now())
	}
	if h := headOf(t, s); h.Ahead != 0 {
		t.Errorf("ledger time runs %v ahead, want 0", h.Ahead)
	}
	verify(t, s, 4)
}

func testForwardStep(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	fill(t, s, c, 2)
	behind := c.Now()
	c.Step(time.Hour)
	a, err := put(t, s, "", behind)
	if !errors.Is(err, ledger.ErrTime) || !a.Clock.Equal(c.Now()) {
		t.Errorf("entry of before the step: clock %v, %v; want %v and ErrTime", a.Clock, err, c.Now())
	}
	if _, err := put(t, s, "", a.Clock); err != nil {
		t.Errorf("entry with the time answered: %v", err)
	}
	verify(t, s, 3)
}
