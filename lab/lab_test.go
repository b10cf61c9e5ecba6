package lab_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/session"
)

var errTaken = errors.New("taken")

// open returns a lab on a store, closed when the test ends.
func open(t testing.TB, s ledger.Store, node string, edit ...func(*lab.Config)) *lab.Lab {
	t.Helper()
	cfg := lab.Config{Store: s, Site: "main", Zone: "Europe/Berlin", Node: node, Log: slog.New(slog.DiscardHandler)}
	for _, f := range edit {
		f(&cfg)
	}
	var l *lab.Lab
	var err error
	for range 100 { // a flaky store may refuse the first entry
		if l, err = lab.Open(t.Context(), cfg); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// take opens a session named slot, unless it was ever opened: then errTaken.
func take(slot, who string) (lab.Decide, string) {
	subject := "session/" + slot
	return func(s *lab.State, now time.Time) ([]lab.Event, error) {
		past, ok := s.Past(subject)
		if !ok {
			return nil, lab.Recall(subject)
		}
		if len(past) > 0 {
			return nil, errTaken
		}
		return []lab.Event{
			&session.Opened{Session: subject, Subject: "person/" + who, Means: "password", Until: now.Add(time.Hour)},
			&session.Ended{Session: subject, Subject: "person/" + who, Why: "signed-out"},
		}, nil
	}, subject
}

func rounds(t testing.TB, short int) int {
	t.Helper()
	if testing.Short() {
		return max(1, short/4)
	}
	return long(t, short, 20*short)
}

// whole fails the test unless the ledger is dense, verifies, and no key stands in it with more than n entries.
func whole(t *testing.T, s ledger.Store, n int) []ledger.Entry {
	t.Helper()
	if _, err := ledger.Verify(t.Context(), s, "", nil); err != nil {
		t.Fatal(err)
	}
	var all []ledger.Entry
	for {
		es, err := s.Read(t.Context(), ledger.Seq(len(all)), ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			break
		}
		all = append(all, es...)
	}
	count := map[string]int{}
	for i := range all {
		if all[i].Key != "" {
			count[all[i].Key]++
		}
	}
	for key, c := range count {
		if c != n {
			t.Errorf("key %s stands in %d entries, not %d", key, c, n)
		}
	}
	return all
}

// Rivals with keys of their own: one winner a slot, and nobody is refused for a slot that is not in the ledger.
func TestOneRivalWinsAndNobodyIsRefusedForNothing(t *testing.T) {
	onEveryStore(t, 6, func(t *testing.T, _ int, m ledger.Store, labs []*lab.Lab) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := map[string]string{}
		for c := range 24 {
			wg.Go(func() {
				for i := range 40 {
					slot, key := fmt.Sprintf("s%d", i), fmt.Sprintf("%d-%d", c, i)
					for try := 0; ; try++ {
						decide, subject := take(slot, key)
						done, err := labs[(c+i+try)%3].Record(t.Context(), lab.Actor{By: "person/" + key}, lab.NewKey("t", key, nil), decide)
						if errors.Is(err, errFlaky) {
							continue
						}
						if errors.Is(err, errTaken) {
							if es, _ := m.About(t.Context(), subject, 1<<40); len(es) == 0 {
								t.Errorf("%s refused as taken, but nothing stands in the ledger", slot)
							}
							break
						}
						if err != nil {
							t.Error(err)
							break
						}
						mu.Lock()
						if w, ok := won[slot]; ok && w != key {
							t.Errorf("%s was won by %s and %s", slot, w, key)
						}
						won[slot] = key
						mu.Unlock()
						es, _ := m.Read(t.Context(), done.First-1, 1)
						if len(es) != 1 || es[0].By != "person/"+key {
							t.Errorf("the winner of %s was shown another's entry", slot)
						}
						break
					}
				}
			})
		}
		wg.Wait()
		if len(won) != 40 {
			t.Fatalf("%d of 40 slots were won", len(won))
		}
		whole(t, m, 2)
	})
}

// 24 callers send the same 40 commands over three nodes: each stands once, and every answer names the same entries.
func TestARepeatedCommandGetsTheFirstAnswerOnEveryNode(t *testing.T) {
	onEveryStore(t, 6, func(t *testing.T, _ int, m ledger.Store, labs []*lab.Lab) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		acked := map[int]ledger.Seq{}
		for c := range 24 {
			wg.Go(func() {
				for i := range 40 {
					decide, subject := take(fmt.Sprintf("s%d", i), "x")
					var about []string
					if c%2 == 0 {
						about = []string{subject}
					}
					for try := 0; ; try++ {
						done, err := labs[(c+i+try)%3].Record(t.Context(), lab.Actor{By: "machine/lis"}, lab.NewKey("lis", fmt.Sprint(i), []byte("x")), decide, about...)
						if errors.Is(err, errFlaky) {
							continue
						}
						if err != nil {
							t.Errorf("message %d: %v", i, err)
							break
						}
						mu.Lock()
						if first, ok := acked[i]; ok && first != done.First {
							t.Errorf("message %d was answered %d and %d", i, first, done.First)
						}
						acked[i] = done.First
						mu.Unlock()
						break
					}
				}
			})
		}
		wg.Wait()
		if len(acked) != 40 {
			t.Fatalf("%d of 40 were answered", len(acked))
		}
		whole(t, m, 2)
	})
}

// gate is a store whose next appends wait for the test, which says how they end.
type gate struct {
	ledger.Store
	mu      sync.Mutex
	armed   bool
	entered chan int
	verdict chan error
}

func newGate(s ledger.Store) *gate {
	return &gate{Store: s, entered: make(chan int), verdict: make(chan error)}
}

func (g *gate) arm(on bool) { g.mu.Lock(); g.armed = on; g.mu.Unlock() }

func (g *gate) Append(ctx context.Context, head ledger.Seq, es []ledger.Entry) (ledger.Answer, error) {
	g.mu.Lock()
	armed := g.armed
	g.mu.Unlock()
	if armed && len(es) > 0 {
		g.entered <- len(es)
		if err := <-g.verdict; err != nil {
			return ledger.Answer{}, err
		}
	}
	return g.Store.Append(ctx, head, es)
}

// recordAsync starts a Record and returns its outcome when it is there.
func recordAsync(ctx context.Context, l *lab.Lab, key lab.Key, decide lab.Decide) <-chan error {
	out := make(chan error, 1)
	go func() {
		_, err := l.Record(ctx, lab.Actor{By: "person/p"}, key, decide)
		out <- err
	}()
	return out
}

func TestInABatchThatFailsRepeatAndRivalHearTheFailure(t *testing.T) {
	synctest.Test(t, inABatchThatFailsRepeatAndRivalHearTheFailure)
}

func inABatchThatFailsRepeatAndRivalHearTheFailure(t *testing.T) {
	g := newGate(ledger.NewMem("main", nil))
	l := open(t, g, "n1")
	g.arm(true)
	first, _ := take("other", "a")
	hold := recordAsync(t.Context(), l, lab.Key{}, first)
	<-g.entered // the writer is busy: what follows comes into one batch
	win, _ := take("slot", "a")
	key := lab.NewKey("p", "k", nil)
	a := recordAsync(t.Context(), l, key, win)
	synctest.Wait()
	repeat := recordAsync(t.Context(), l, key, win)
	rival := recordAsync(t.Context(), l, lab.NewKey("p", "k2", nil), win)
	synctest.Wait() // the three are queued
	g.verdict <- nil
	if err := <-hold; err != nil {
		t.Fatal(err)
	}
	n := <-g.entered
	if n != 2 {
		t.Fatalf("the batch has %d entries; the three should be in one batch with one winner's two", n)
	}
	bad := errors.New("the disk went away")
	g.verdict <- bad
	for name, out := range map[string]<-chan error{"winner": a, "repeat": repeat, "rival": rival} {
		if err := <-out; !errors.Is(err, bad) {
			t.Errorf("%s heard %v, not the failure", name, err)
		}
	}
	g.arm(false)
	if _, err := l.Record(t.Context(), lab.Actor{By: "person/p"}, key, win); err != nil {
		t.Fatalf("after the failure the slot must be free: %v", err)
	}
	whole(t, g, 2)
}

func TestACallerThatGivesUpLeavesNoSurprise(t *testing.T) {
	synctest.Test(t, aCallerThatGivesUpLeavesNoSurprise)
}

func aCallerThatGivesUpLeavesNoSurprise(t *testing.T) {
	g := newGate(ledger.NewMem("main", nil))
	l := open(t, g, "n1")
	g.arm(true)
	first, _ := take("first", "a")
	hold := recordAsync(t.Context(), l, lab.Key{}, first)
	<-g.entered
	// Taken: giving up does not count any more, the outcome is what is told.
	ctx, cancel := context.WithCancel(t.Context())
	second, _ := take("second", "b")
	waitingCtx, giveUp := context.WithCancel(t.Context())
	queued := recordAsync(waitingCtx, l, lab.Key{}, second)
	synctest.Wait() // it is queued
	giveUp()
	if err := <-queued; !errors.Is(err, context.Canceled) {
		t.Fatalf("who gives up while waiting hears %v", err)
	}
	g.verdict <- nil
	if err := <-hold; err != nil {
		t.Fatal(err)
	}
	third, _ := take("third", "c")
	takenAsk := recordAsync(ctx, l, lab.Key{}, third)
	<-g.entered
	cancel()
	g.verdict <- nil
	if err := <-takenAsk; err != nil {
		t.Fatalf("an ask that was taken ends with its outcome, not %v", err)
	}
	for i, e := range whole(t, g, 0) {
		if len(e.About) > 0 && e.About[0] == "session/second" {
			t.Errorf("entry %d was written for a caller that had given up", i+1)
		}
	}
}

func TestARefusalWaitsForWhatItRestsOn(t *testing.T) { synctest.Test(t, aRefusalWaitsForWhatItRestsOn) }

func aRefusalWaitsForWhatItRestsOn(t *testing.T) {
	g := newGate(ledger.NewMem("main", nil))
	l := open(t, g, "n1")
	win, _ := take("slot", "a")
	g.arm(true)
	a := recordAsync(t.Context(), l, lab.Key{}, win)
	<-g.entered
	rival := recordAsync(t.Context(), l, lab.Key{}, win)
	synctest.Wait() // it is queued
	select {
	case err := <-rival:
		t.Fatalf("the rival heard %v before the winner's entry was on disk", err)
	default:
	}
	g.verdict <- nil
	if err := <-a; err != nil {
		t.Fatal(err)
	}
	if err := <-rival; !errors.Is(err, errTaken) {
		t.Fatalf("rival heard %v", err)
	}
}

func TestAKeyWithAnotherContentIsRefused(t *testing.T) {
	l := open(t, ledger.NewMem("main", nil), "n1")
	d, _ := take("a", "a")
	if _, err := l.Record(t.Context(), lab.Clock, lab.NewKey("p", "k", []byte("one")), d); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Record(t.Context(), lab.Clock, lab.NewKey("p", "k", []byte("two")), d); !errors.Is(err, ledger.ErrKeyReused) {
		t.Fatalf("err = %v", err)
	}
	if _, err := l.Record(t.Context(), lab.Clock, lab.NewKey("q", "k", []byte("two")), d); !errors.Is(err, errTaken) {
		t.Fatalf("another sender's key of the same name: %v", err)
	}
}

func TestAPanicInDecideHarmsItsCallerAlone(t *testing.T) {
	l := open(t, ledger.NewMem("main", nil), "n1")
	if _, err := l.Record(t.Context(), lab.Clock, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { panic("bug") }); err == nil {
		t.Fatal("the bug was not told")
	}
	d, _ := take("a", "a")
	if _, err := l.Record(t.Context(), lab.Clock, lab.Key{}, d); err != nil {
		t.Fatal(err)
	}
}

func TestFollowersSeeOnlyWhatIsOnDiskWithoutGaps(t *testing.T) {
	onEveryStore(t, 1, func(t *testing.T, _ int, m ledger.Store, labs []*lab.Lab) { followAll(t, m, labs) })
}

func followAll(t *testing.T, m ledger.Store, labs []*lab.Lab) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const want = 300
	var wg sync.WaitGroup
	for i, l := range labs {
		wg.Go(func() {
			next := ledger.Seq(1)
			for e, err := range l.Follow(ctx, 0) {
				if err != nil {
					t.Errorf("node %d: %v", i, err)
					return
				}
				if e.Seq != next {
					t.Errorf("node %d: %d after %d", i, e.Seq, next-1)
					return
				}
				if head, _ := m.Head(ctx); e.Seq > head.Seq {
					t.Errorf("node %d saw entry %d before it was on disk", i, e.Seq)
				}
				if next++; next > want {
					return
				}
			}
		})
	}
	go func() {
		for i := 0; ctx.Err() == nil; i++ {
			d, _ := take(fmt.Sprint("f", i), "x")
			_, _ = labs[i%3].Record(ctx, lab.Clock, lab.Key{}, d)
		}
	}()
	wg.Wait()
}
