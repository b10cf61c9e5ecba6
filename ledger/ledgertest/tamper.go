package ledgertest

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
)

// testTamper changes 500 random bytes (10,000 in a long run), one at a time, and expects each to be found, when the
// store is opened or by Verify.
func testTamper(t *testing.T, p Place) {
	if p.Tamper == nil {
		t.Skip("has no way to change stored bytes")
	}
	c := NewClock()
	s := open(t, p, c)
	signer := NewSigner(t, 1)
	w, err := ledger.NewWitness(t.Context(), s, signer)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		fill(t, s, c, 75)
		if _, err := w.Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Erase(t.Context(), []ledger.Seq{8, 200}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const seed = 3
	r := rand.New(rand.NewPCG(seed, seed))
	check := func() error {
		s, err := openQuietly(t, p, c)
		if err != nil {
			return err
		}
		_, err = ledger.Verify(t.Context(), s, signer.Public(), nil)
		if closing := s.Close(); closing != nil {
			t.Error(closing)
		}
		return err
	}
	for i := range need.Count(500, 10000) {
		what, undo := p.Tamper(t, r)
		if err := check(); err == nil {
			t.Errorf("tampering %d of seed %d was not found: %s", i, seed, what)
		}
		undo()
	}
	if err := check(); err != nil {
		t.Errorf("after all was put back: %v", err)
	}
}

// openQuietly opens the place's ledger, which may refuse.
func openQuietly(t *testing.T, p Place, c *Clock) (ledger.Store, error) {
	t.Helper()
	if p.TryOpen == nil {
		return p.Open(t, c.Now), nil
	}
	return p.TryOpen(t, c.Now)
}
