package ledgertest_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
)

// Three writers share one ledger, each behind a flaky store, and take turns as chance wants. Each settles its doubts as
// the contract says: by the entry that stands at the place after its head.
func TestFlakyStoreKeepsTheContract(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	c := ledgertest.NewClock()
	m := ledger.NewMem(ledgertest.Site, c.Now)
	var nodes [3]ledger.Store
	var heads [3]ledger.Seq
	for i := range nodes {
		nodes[i] = ledgertest.Flaky(m, r, 0.2, 0.3)
	}
	outcomes := map[string]int{}
	written := map[string]bool{} // by Via: whether the writer came to know that it stands
	for try := range 3000 {
		i := r.IntN(len(nodes))
		head := heads[i]
		e := ledgertest.MakeBy(fmt.Sprintf("n%d/s%d", i, try), head+1, c.Now())
		a, err := nodes[i].Append(t.Context(), head, []ledger.Entry{e})
		switch {
		case err == nil:
			outcomes["written"]++
			written[e.Via] = true
			heads[i]++
		case errors.Is(err, ledger.ErrMoved):
			outcomes["moved"]++
			written[e.Via] = false
			heads[i] += ledger.Seq(len(a.Missed))
		case errors.Is(err, ledgertest.ErrFlaky):
			outcomes["failed"]++
			written[e.Via] = false
		case errors.Is(err, ledger.ErrDoubt):
			es, err := nodes[i].Read(t.Context(), head, 1)
			if err != nil {
				t.Fatal(err)
			}
			mine := len(es) == 1 && bytes.Equal(es[0].Leaf, e.Leaf)
			outcomes[fmt.Sprintf("in doubt, written: %v", mine)]++
			written[e.Via] = mine
			heads[i] += ledger.Seq(len(es))
		default:
			t.Fatal(err)
		}
	}
	stands := map[string]bool{}
	for after := ledger.Seq(0); ; {
		es, err := m.Read(t.Context(), after, ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			break
		}
		for _, e := range es {
			if stands[e.Via] {
				t.Errorf("%s was written twice", e.Via)
			}
			stands[e.Via] = true
		}
		after += ledger.Seq(len(es))
	}
	for via, is := range written {
		if is != stands[via] {
			t.Errorf("%s stands in the ledger: %v, its writer came to know: %v", via, stands[via], is)
		}
	}
	for _, outcome := range []string{"written", "moved", "failed", "in doubt, written: true", "in doubt, written: false"} {
		if outcomes[outcome] < 50 {
			t.Errorf("%q happened %d times, want at least 50", outcome, outcomes[outcome])
		}
	}
}
