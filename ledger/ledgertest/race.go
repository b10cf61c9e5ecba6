package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
)

func testRivals(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	for round := range 20 {
		head := ledger.Seq(round)
		var mu sync.Mutex
		var winners []ledger.Entry
		var missed []ledger.Entry
		var wg sync.WaitGroup
		for g := range 16 {
			wg.Go(func() {
				e := MakeBy(fmt.Sprintf("n%d/s1", g), head+1, c.Now())
				a, err := s.Append(context.WithoutCancel(t.Context()), head, []ledger.Entry{e})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					winners = append(winners, e)
				case !errors.Is(err, ledger.ErrMoved):
					t.Errorf("lost race: %v, want ErrMoved", err)
				case len(a.Missed) != 1:
					t.Errorf("lost race: %d missed, want 1", len(a.Missed))
				default:
					missed = append(missed, a.Missed[0])
				}
			})
		}
		wg.Wait()
		if len(winners) != 1 {
			t.Fatalf("%d winners at head %d, want 1", len(winners), head)
		}
		for _, m := range missed {
			if d := diff(m, winners[0]); d != "" {
				t.Fatalf("missed: %s", d)
			}
		}
	}
	verify(t, s, 20)
}

func testRaces(t *testing.T, p Place) {
	const writers, wins = 8, 25
	c := NewClock()
	s := open(t, p, c)
	var wg sync.WaitGroup
	for g := range writers {
		wg.Go(func() {
			var head ledger.Seq
			for won := 0; won < wins; {
				e := MakeBy(fmt.Sprintf("n%d/s%d", g, won), head+1, c.Now())
				a, err := s.Append(context.WithoutCancel(t.Context()), head, []ledger.Entry{e})
				switch {
				case err == nil:
					head++
					won++
				case !errors.Is(err, ledger.ErrMoved):
					t.Errorf("append: %v", err)
					return
				case len(a.Missed) == 0:
					t.Error("the ledger moved on and nothing was missed")
					return
				}
				for _, m := range a.Missed {
					if m.Seq != head+1 {
						t.Errorf("missed entry %d after %d", m.Seq, head)
						return
					}
					head = m.Seq
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for _, e := range readAll(t, s) {
		seen[e.Via]++
	}
	if len(seen) != writers*wins {
		t.Errorf("%d of %d acknowledged entries are there", len(seen), writers*wins)
	}
	verify(t, s, writers*wins)
}

func testMissedMuch(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	fill(t, s, c, ledger.MaxRead+50)
	a, err := s.Append(t.Context(), 10, Batch(10, c.Now(), 1))
	if !errors.Is(err, ledger.ErrMoved) || len(a.Missed) != ledger.MaxRead || a.Missed[0].Seq != 11 {
		t.Errorf("far behind: %d missed, %v; want %d and ErrMoved", len(a.Missed), err, ledger.MaxRead)
	}
}

func testReaders(t *testing.T, p Place) {
	const appends, size = 60, 5
	c := NewClock()
	s := open(t, p, c)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			var edge ledger.Edge
			for ctx.Err() == nil {
				h, err := s.Head(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				es, err := s.Read(t.Context(), ledger.Seq(edge.Size()), int(int64(h.Seq)-edge.Size()))
				if err != nil {
					t.Error(err)
					return
				}
				for i := range es {
					edge.Add(es[i].LeafHash())
				}
				if edge.Size() != int64(h.Seq) || edge.Root() != h.Root || h.Seq%size != 0 {
					t.Errorf("a reader saw %d entries under a head of %d", edge.Size(), h.Seq)
					return
				}
			}
		})
	}
	for range appends {
		fill(t, s, c, size)
	}
	stop()
	wg.Wait()
	verify(t, s, appends*size)
}
