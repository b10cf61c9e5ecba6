package sqlite_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

func TestIndexFindsAllAboutASubjectWhereverItsRunsAre(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	dir := t.TempDir()
	s := open(t, dir)
	beside, err := sqlite.OpenReadOnly(t.Context(), dir, ledgertest.Site)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = beside.Close() }() // nothing was written
	want := map[string][]ledger.Seq{}
	var head ledger.Seq
	for round := range 30 {
		batch := ledgertest.Batch(head, ledgertest.NewClock().Now(), 1+r.IntN([]int{3, 30, 300}[r.IntN(3)]))
		for i := range batch {
			e := &batch[i]
			e.About = nil
			for range 1 + r.IntN(4) {
				if subject := fmt.Sprintf("patient/%d", r.IntN(40)); !slices.Contains(e.About, subject) {
					e.About = append(e.About, subject)
					want[subject] = append(want[subject], e.Seq)
				}
			}
			if err := e.Encode(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Append(t.Context(), head, batch); err != nil {
			t.Fatal(err)
		}
		head += ledger.Seq(len(batch))
		if r.IntN(4) == 0 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
		}
		upTo := head - ledger.Seq(r.IntN(min(int(head), 100)))
		for _, store := range []*sqlite.Store{s, beside} {
			for n, subject := range slices.Sorted(maps.Keys(want)) {
				if n%5 != round%5 { // each subject each fifth round
					continue
				}
				seqs := want[subject]
				es, err := store.About(t.Context(), subject, upTo)
				if err != nil {
					t.Fatal(err)
				}
				var got []ledger.Seq
				for i := range es {
					got = append(got, es[i].Seq)
				}
				known, _ := slices.BinarySearch(seqs, upTo+1)
				if !slices.Equal(got, seqs[:known]) {
					t.Fatalf("round %d of seed %d: about %s up to %d of %d: %v, want %v", round, seed, subject, upTo, head, got, seqs[:known])
				}
			}
		}
	}
	if err := s.Audit(t.Context()); err != nil {
		t.Error(err)
	}
}
