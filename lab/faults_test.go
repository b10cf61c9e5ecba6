package lab_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

// brokenEvent is an event with a bug.
type brokenEvent struct{ session.Ended }

func (*brokenEvent) About() []string { panic("a bug") }

func TestAnEventThatPanicsHarmsItsCallerAlone(t *testing.T) {
	m := ledger.NewMem("main", nil)
	l := open(t, m, "n1")
	_, err := l.Record(t.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
		return []lab.Event{&session.Opened{Session: "session/a", Subject: "person/a"}, &brokenEvent{}}, nil
	})
	if err == nil {
		t.Fatal("an event that panics was recorded")
	}
	record(t, l, "machine/lis", &session.Ended{Session: "session/b", Subject: "person/b"})
	if n := len(whole(t, m, 0)); n != 2 {
		t.Fatalf("%d entries, not the first and the good one", n)
	}
}

// What a node cannot fold, it must not decide on, nor say that it is ready.
func TestAnEntryThatCannotBeReadBreaksTheNode(t *testing.T) {
	m := ledger.NewMem("main", nil)
	l := open(t, m, "n1")
	e := ledger.Entry{
		Seq: 2, At: l.Now(), Site: "main", By: "clock", Via: "n2.x", Kind: "critical.called", V: 1,
		About: []string{"call/x"}, To: []string{"lab"}, Body: []byte(`{"to":5}`),
	}
	if err := e.Encode(); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Append(t.Context(), 1, []ledger.Entry{e}); err != nil {
		t.Fatal(err)
	}
	<-l.Broken()
	if err := l.Ready(); !errors.Is(err, ledger.ErrDamaged) {
		t.Fatalf("it is ready: %v", err)
	}
}

// A decision that takes longer than an entry's time may be off is recorded all the same.
func TestADecisionSlowerThanItsTimeIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, ledger.NewMem("main", nil), "n1")
		asked := 0
		_, err := l.Record(t.Context(), lab.Clock, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
			asked++
			time.Sleep(2 * ledger.Tolerance)
			return []lab.Event{&session.Ended{Session: "session/a", Subject: "person/a"}}, nil
		})
		if err != nil || asked > 1 {
			t.Fatalf("asked %d times: %v", asked, err)
		}
	})
}

// An event that names a subject twice stands once in its past, in the batch in hand as later from the ledger.
func TestAnEventThatNamesASubjectTwiceIsRecalledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, ledger.NewMem("main", nil), "n1")
		const subject = "person/twice"
		var wg sync.WaitGroup
		ask := func(decide lab.Decide) {
			wg.Go(func() {
				if _, err := l.Record(t.Context(), lab.Clock, lab.Key{}, decide); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		look := func(n *int) lab.Decide {
			return func(s *lab.State, _ time.Time) ([]lab.Event, error) {
				past, ok := s.Past(subject)
				if !ok {
					return nil, lab.Recall(subject)
				}
				*n = len(past)
				return nil, nil
			}
		}
		gate := make(chan struct{})
		ask(func(*lab.State, time.Time) ([]lab.Event, error) { <-gate; return nil, nil }) // the rest is one batch
		var before, draft, later int
		ask(look(&before))
		ask(func(*lab.State, time.Time) ([]lab.Event, error) {
			return []lab.Event{&roster.DutyBegan{Person: subject, Post: subject, Shift: subject}}, nil
		})
		ask(look(&draft))
		close(gate)
		wg.Wait()
		ask(look(&later))
		wg.Wait()
		if before != 0 || draft != 1 || later != 1 {
			t.Fatalf("recalled %d, %d and %d times", before, draft, later)
		}
	})
}

// doubtful leaves one append in doubt although it is written, and then fails the next asks for the head.
type doubtful struct {
	ledger.Store

	doubt atomic.Bool
	fails atomic.Int32
}

func (d *doubtful) Append(ctx context.Context, head ledger.Seq, es []ledger.Entry) (ledger.Answer, error) {
	if len(es) == 0 && head > ledger.MaxRead && d.fails.Add(-1) >= 0 {
		return ledger.Answer{}, errFlaky
	}
	ans, err := d.Store.Append(ctx, head, es)
	if len(es) > 0 && err == nil && d.doubt.CompareAndSwap(true, false) {
		return ledger.Answer{}, ledger.ErrDoubt
	}
	return ans, err
}

// Whoever hears that it is written finds it in the State, also where a long batch is settled by a store that goes away
// again meanwhile.
func TestWhatIsAnsweredStandsInTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &doubtful{Store: ledger.NewMem("main", nil)}
		l := open(t, d, "n1")
		d.doubt.Store(true)
		d.fails.Store(3)
		done, err := l.Record(t.Context(), lab.Clock, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
			var evs []lab.Event
			for i := range 2 * ledger.MaxRead {
				evs = append(evs, &session.Ended{Session: fmt.Sprint("session/", i), Subject: "person/a"})
			}
			return evs, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if s := l.State(); s.Seq < done.Last {
			t.Fatalf("answered up to %d, the State stands at %d", done.Last, s.Seq)
		}
	})
}

// A patient who comes back and leaves again is forgotten two days after the second time.
func TestAPatientWhoLeftTwiceIsForgottenAfterTheSecondTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, ledger.NewMem("main", nil), "n1")
		const anna = "patient/anna"
		record(t, l, "machine/adt", patient.MovedTo(anna, patient.Place{Unit: "ICU-2"}), &patient.Left{Patient: anna})
		time.Sleep(40 * time.Hour)
		record(t, l, "machine/adt", patient.MovedTo(anna, patient.Place{Unit: "ICU-2"}), &patient.Left{Patient: anna})
		time.Sleep(10 * time.Hour)
		record(t, l, "machine/adt", &session.Ended{Session: "session/a", Subject: "person/a"})
		if l.State().Patients.Get(anna) == nil {
			t.Fatal("forgotten ten hours after leaving")
		}
		time.Sleep(40 * time.Hour)
		record(t, l, "machine/adt", &session.Ended{Session: "session/a", Subject: "person/a"})
		if l.State().Patients.Get(anna) != nil {
			t.Fatal("kept two days after leaving")
		}
	})
}

// What was erased leaves the tail of the node that recorded the erasure, as it leaves the others'.
func TestAnErasureIsForgottenByTheNodeThatRecordsIt(t *testing.T) {
	m := ledger.NewMem("main", nil)
	l := open(t, m, "n1")
	call := ""
	hospital(t, l)
	call = potassium(t, l, "m1", "7.1")
	es, err := m.About(t.Context(), call, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Erase(t.Context(), []ledger.Seq{es[0].Seq}); err != nil {
		t.Fatal(err)
	}
	record(t, l, "person/chief", &wire.Erased{Entries: []int64{int64(es[0].Seq)}, Why: "asked"})
	after, _, err := l.After(t.Context(), es[0].Seq-1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range after[0].Enclosures {
		if !c.Erased {
			t.Fatal("the tail still holds what was erased")
		}
	}
}

// A snapshot that a running lab writes is one to start from, with the keys of what it holds.
func TestASnapshotOfARunningLabIsOneToStartFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := ledger.NewMem("main", nil)
		file := filepath.Join(t.TempDir(), "snapshot")
		with := func(c *lab.Config) { c.Snapshot = file }
		l := open(t, m, "n1", with)
		hospital(t, l)
		key := lab.NewKey("lis", "1", nil)
		first, err := l.Record(t.Context(), lab.Clock, key, func(*lab.State, time.Time) ([]lab.Event, error) {
			evs := make([]lab.Event, 50_000)
			for i := range evs {
				evs[i] = &session.Ended{Session: "session/a", Subject: "person/a"}
			}
			return evs, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		info, err := os.Stat(file)
		if err != nil || info.Size() == 0 {
			t.Fatal("no snapshot was written while the lab runs", err)
		}
		var folded int64
		again := open(t, m, "n2", with, func(c *lab.Config) { c.Progress = func(done, _ int64) { folded = done } })
		if folded != 0 {
			t.Errorf("the snapshot was left aside: folded up to %d", folded)
		}
		same(t, l.State(), again.State())
		done, err := again.Record(t.Context(), lab.Clock, key, func(*lab.State, time.Time) ([]lab.Event, error) {
			return nil, errors.New("asked again")
		})
		if err != nil || !done.Repeat || done.First != first.First || done.Last != first.Last {
			t.Errorf("a repeat after a restart: %+v, %v", done, err)
		}
	})
}
