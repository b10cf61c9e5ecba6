package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
)

func FuzzOpenCheckpointTakesOnlyWhatWasSigned(f *testing.F) {
	signer := ledgertest.NewSigner(f, 1)
	var root ledger.Hash
	signed, err := signer.Sign(42, root)
	if err != nil {
		f.Fatal(err)
	}
	foreign, err := ledgertest.NewSigner(f, 2).Sign(42, root)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		signed, foreign, "", strings.Replace(signed, "42", "043", 1), signed + signed, strings.ReplaceAll(signed, "\n", "\r\n"),
		signed + strings.SplitN(foreign, "\n\n", 2)[1],
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ledger.OpenCheckpoint(text, signer.Public())
		if text == signed {
			if err != nil || c.Size != 42 || c.Root != root || c.Origin != ledger.Origin(ledgertest.Site) {
				t.Errorf("the signed checkpoint: %+v, %v", c, err)
			}
			return
		}
		if !errors.Is(err, ledger.ErrNote) {
			t.Errorf("%q: %v, want ErrNote", text, err)
		}
	})
}

func TestCheckpointWithAnyBitChangedIsRefused(t *testing.T) {
	signer := ledgertest.NewSigner(t, 1)
	signed, err := signer.Sign(1234, ledger.Hash{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(signed) {
		for bit := range 8 {
			b := []byte(signed)
			b[i] ^= 1 << bit
			if _, err := ledger.OpenCheckpoint(string(b), signer.Public()); !errors.Is(err, ledger.ErrNote) {
				t.Errorf("bit %d of byte %d changed: %v, want ErrNote", bit, i, err)
			}
		}
	}
}

func TestCheckpointOfAnotherLedgerIsNoWitness(t *testing.T) {
	a := ledger.Checkpoint{Origin: "h1/ledger", Size: 5, Root: ledger.Hash{1}}
	b := a
	b.Origin = "h2/ledger"
	if err := ledger.CheckConsistency(a, b, nil); !errors.Is(err, ledger.ErrNote) {
		t.Errorf("two ledgers: %v, want ErrNote", err)
	}
	b = a
	b.Root[0] = 2
	if err := ledger.CheckConsistency(a, b, nil); !errors.Is(err, ledger.ErrDamaged) {
		t.Errorf("two histories of one size: %v, want ErrDamaged", err)
	}
	if err := ledger.CheckConsistency(a, a, nil); err != nil {
		t.Errorf("a checkpoint with itself: %v", err)
	}
}
