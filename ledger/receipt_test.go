package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
)

// ledgerOf returns a ledger in memory of n entries and its signed checkpoint.
func ledgerOf(t testing.TB, n int) (*ledger.Mem, ledger.Note) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	c := ledgertest.NewClock()
	m := ledger.NewMem(ledgertest.Site, c.Now)
	if _, err := m.Append(ctx, 0, ledgertest.Batch(0, c.Now(), n)); err != nil {
		t.Fatal(err)
	}
	w, err := ledger.NewWitness(ctx, m, ledgertest.NewSigner(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	note, err := w.Sign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return m, note
}

func receiptOf(t testing.TB, seq ledger.Seq, entries int) (ledger.Receipt, []byte) {
	t.Helper()
	m, note := ledgerOf(t, entries)
	r, err := ledger.NewReceipt(t.Context(), m, seq, note.Signed, ledgertest.NewSigner(t, 1).Public())
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return r, b
}

func TestReceiptWithAnyByteChangedIsRefused(t *testing.T) {
	_, b := receiptOf(t, 700, 1000)
	public := ledgertest.NewSigner(t, 1).Public()
	check := func(b []byte) error {
		r, err := ledger.ParseReceipt(b)
		if err == nil {
			_, _, err = r.Check(public)
		}
		return err
	}
	if err := check(b); err != nil {
		t.Fatal(err)
	}
	if err := check(bytes.TrimSuffix(b, []byte("\n"))); err != nil {
		t.Errorf("without its last line end: %v", err)
	}
	for i := range b {
		for _, other := range []byte{b[i] ^ 1, b[i] ^ 2, b[i] ^ 0x20, b[i] ^ 0x80, b[i] + 1, ' ', '\n', 'A', '0'} {
			if other == b[i] {
				continue
			}
			forged := bytes.Clone(b)
			forged[i] = other
			if err := check(forged); !errors.Is(err, ledger.ErrReceipt) && !errors.Is(err, ledger.ErrNote) {
				t.Fatalf("byte %d changed from %q to %q: %v", i, b[i], other, err)
			}
		}
		if err := check(append(bytes.Clone(b[:i]), b[i+1:]...)); err == nil && i < len(b)-1 {
			t.Fatalf("byte %d was left out unseen", i)
		}
		if err := check(b[:i]); err == nil && i < len(b)-1 {
			t.Fatalf("cut at byte %d unseen", i)
		}
	}
	for _, more := range []string{" ", "\n", "{}", "\r\n"} {
		if err := check(append(bytes.Clone(b), more...)); err == nil {
			t.Errorf("%q after it was not seen", more)
		}
	}
}

func TestReceiptOfAnotherKeyIsRefused(t *testing.T) {
	r, _ := receiptOf(t, 3, 10)
	other := ledgertest.NewSigner(t, 2).Public()
	if _, _, err := r.Check(other); !errors.Is(err, ledger.ErrReceipt) {
		t.Errorf("checked with another key: %v, want ErrReceipt", err)
	}
	r.Key = other
	if _, _, err := r.Check(other); !errors.Is(err, ledger.ErrReceipt) {
		t.Errorf("naming another key: %v, want ErrReceipt", err)
	}
}

func TestReceiptInALargeLedgerIsAtMost2KB(t *testing.T) {
	_, b := receiptOf(t, 40000, 70000)
	if len(b) > 2048 {
		t.Errorf("%d bytes, want at most 2,048", len(b))
	}
	t.Logf("%d bytes in a ledger of 70,000 entries", len(b))
}

func BenchmarkReceiptCheck(b *testing.B) {
	_, text := receiptOf(b, 40000, 70000)
	public := ledgertest.NewSigner(b, 1).Public()
	for b.Loop() {
		r, err := ledger.ParseReceipt(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := r.Check(public); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(text)), "bytes")
}
