package e2e_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/e2e/chaos"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// stalled is how late a rung may be before a round fails. What is promised is 10 s after a lost node, and is a figure: it
// is reported with each round. A machine that does other work is late too, and no test fails by the clock.
const stalled = time.Minute

// prove asks the ledger whether everything is so as the clients were told, and returns the greatest lateness of a rung
// that fired after an entry.
func (w *ward) prove(t testing.TB, after ledger.Seq) (late time.Duration, head ledger.Seq) {
	t.Helper()
	es := w.entries(t)
	s := storyOf(t, es)
	s.holds(t, w.load)
	for call := range s.rungs {
		look := chaos.Answer{}
		if at := s.readBacks[call]; len(at) > 0 {
			look.Seq = at[0]
		}
		w.history.Add(len(w.people), w.history.Now(), chaos.Command{Call: call, Look: true}, look)
	}
	if err := w.history.Check(patience); err != nil {
		t.Error(err)
	}
	for _, screen := range w.screens {
		screen.whole(t, es)
	}
	return lateness(t, es, after), es[len(es)-1].Seq
}

// lateness looks at every rung that is not a call's first: it fires when the one before it says, never before.
func lateness(t testing.TB, es []ledger.Entry, after ledger.Seq) (late time.Duration) {
	t.Helper()
	due := map[string]time.Time{} // the next rung, by call
	for i := range es {
		ev, err := wire.Decode(&es[i])
		if err != nil {
			t.Fatal(err)
		}
		switch ev := ev.(type) {
		case *critical.Called:
			if ev.Call == "" || ev.Beside {
				continue
			}
			if was, climbs := due[ev.Call]; climbs {
				if es[i].At.Before(was) {
					t.Errorf("entry %d: a rung of %s fired %v before it was due", es[i].Seq, ev.Call, was.Sub(es[i].At))
				}
				if es[i].Seq > after {
					late = max(late, es[i].At.Sub(was))
				}
			}
			due[ev.Call] = ev.Due
		case *critical.Closed:
			delete(due, ev.Call)
		}
	}
	now := es[len(es)-1].At
	for call, at := range due {
		if now.Sub(at) > stalled {
			t.Errorf("a rung of %s was due %v before the ledger's end, and did not fire", call, now.Sub(at))
		}
	}
	return late
}

// whole waits until the screen has everything that the ledger has for it, and compares: nothing is missing, nothing is
// there twice, and no entry is another than what was shown.
func (f *follower) whole(t testing.TB, es []ledger.Entry) {
	t.Helper()
	f.mu.Lock()
	begun := f.seen[0].Start
	f.mu.Unlock()
	var want []*ledger.Entry
	for i := range es {
		if es[i].Seq > begun.After && lab.May(begun.Channels, es[i].To) {
			want = append(want, &es[i])
		}
	}
	if len(want) == 0 {
		t.Fatal("the ledger has nothing for the screen: nothing is shown")
	}
	until(t, "the screen has everything", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.seen[len(f.seen)-1].Seq >= want[len(want)-1].Seq || f.err != nil
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		t.Errorf("the screen's line ended: %v", f.err)
		return
	}
	for i, e := range f.seen[1:] {
		switch {
		case e.Start != nil:
			t.Errorf("the screen was told to start over: %q", e.Start.Over)
			return
		case i >= len(want):
			return // newer than what was read
		case e.Seq != want[i].Seq:
			t.Errorf("the screen's entry %d is %d, the ledger has %d for it", i, e.Seq, want[i].Seq)
			return
		case !bytes.Equal(e.Leaf, want[i].Leaf):
			t.Errorf("entry %d was shown as %s, and the ledger has %s", e.Seq, e.Leaf, want[i].Leaf)
			return
		}
	}
}
