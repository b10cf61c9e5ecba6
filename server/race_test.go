package server_test

import (
	"sync"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// Two people read one call back at the same instant, 1,000 times: one wins, the other is told who, and both read-backs
// stand in the ledger.
func TestOfTwoReadBacksAtOnceOneWinsAndBothAreRecorded(t *testing.T) {
	const races = 1000
	h := newHouse(t)
	people := map[string]*client.Client{"person/lee": h.as(t, "lee"), "person/okafor": h.as(t, "okafor")}
	won := map[string]int{}
	for i := range races {
		call := h.Potassium(t, i+1)
		start := make(chan struct{})
		var mu sync.Mutex
		var wg sync.WaitGroup
		var winner string
		var lost *wire.Problem
		for who, c := range people {
			wg.Go(func() {
				<-start
				_, err := c.ReadBack(t.Context(), right(call))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					if winner != "" {
						t.Errorf("race %d has two winners", i)
					}
					winner = who
				} else {
					lost = wantProblem(t, err, "closed")
				}
			})
		}
		close(start)
		wg.Wait()
		if winner == "" || lost == nil {
			t.Fatalf("race %d: won by %q, lost %v", i, winner, lost)
		}
		won[winner]++
		if by, ok := lost.Facts["by"].(map[string]any); !ok || by["id"] != winner {
			t.Fatalf("race %d: the loser is told %v, %s won", i, lost.Facts, winner)
		}
		past, err := h.About(t.Context(), call.ID, h.State().Seq)
		if err != nil {
			t.Fatal(err)
		}
		matched, late := "", ""
		for _, p := range past {
			switch e := p.Event.(type) {
			case *critical.ReadBack:
				matched += p.Mark.By
			case *critical.Attempted:
				if e.Late && e.Match {
					late += p.Mark.By
				}
			}
		}
		if matched != winner || late == "" || late == winner || people[late] == nil {
			t.Fatalf("race %d: read back by %q, late %q, won by %s", i, matched, late, winner)
		}
	}
	for _, fault := range h.State().Faults(h.Now()) {
		t.Error(fault)
	}
	t.Logf("won: %v", won)
}

// wantProblem is wantCode for another goroutine than the test's.
func wantProblem(t testing.TB, err error, want string) *wire.Problem {
	t.Helper()
	p, ok := err.(*wire.Problem) //nolint:errorlint // the client gives it as it is
	if !ok || p.Code != want {
		t.Errorf("answered %v, expected %q", err, want)
		return nil
	}
	return p
}
