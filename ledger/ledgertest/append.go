package ledgertest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// open opens the place's ledger and closes it when the test ends, if the test has not.
func open(t *testing.T, p Place, c *Clock) ledger.Store {
	t.Helper()
	s := p.Open(t, c.Now)
	t.Cleanup(func() { _ = s.Close() }) // a test that closes it itself looks at the error
	return s
}

// fill appends n entries after the store's head and returns the head after them.
func fill(t *testing.T, s ledger.Store, c *Clock, n int) ledger.Seq {
	t.Helper()
	head := headOf(t, s).Seq
	for n > 0 {
		batch := Batch(head, c.Now(), min(n, 1024))
		if _, err := s.Append(t.Context(), head, batch); err != nil {
			t.Fatalf("append %d entries after %d: %v", len(batch), head, err)
		}
		head += ledger.Seq(len(batch))
		n -= len(batch)
	}
	return head
}

func headOf(t *testing.T, s ledger.Store) ledger.Head {
	t.Helper()
	h, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func verify(t *testing.T, s ledger.Store, want int64) ledger.Verified {
	t.Helper()
	v, err := ledger.Verify(t.Context(), s, NewSigner(t, 1).Public(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.Entries != want {
		t.Errorf("verified %d entries, want %d", v.Entries, want)
	}
	return v
}

// diff says in what a differs from b, as written and read back; "" if in nothing.
func diff(a, b ledger.Entry) string {
	switch {
	case a.Seq != b.Seq:
		return fmt.Sprintf("seq %d, want %d", a.Seq, b.Seq)
	case !bytes.Equal(a.Leaf, b.Leaf):
		return fmt.Sprintf("entry %d: leaf %s, want %s", a.Seq, a.Leaf, b.Leaf)
	case !a.At.Equal(b.At) || a.Site != b.Site || a.By != b.By || a.Via != b.Via || a.Key != b.Key || a.Kind != b.Kind || a.V != b.V ||
		fmt.Sprint(a.About, a.To, a.Seals) != fmt.Sprint(b.About, b.To, b.Seals) || !bytes.Equal(a.Body, b.Body):
		return fmt.Sprintf("entry %d: fields %+v, want %+v", a.Seq, a, b)
	case len(a.Enclosures) != len(b.Enclosures):
		return fmt.Sprintf("entry %d: %d enclosures, want %d", a.Seq, len(a.Enclosures), len(b.Enclosures))
	}
	for i, c := range a.Enclosures {
		if w := b.Enclosures[i]; c.Erased != w.Erased || !bytes.Equal(c.Salt, w.Salt) || !bytes.Equal(c.Data, w.Data) {
			return fmt.Sprintf("entry %d: enclosure %d is %+v, want %+v", a.Seq, i, c, w)
		}
	}
	return ""
}

func testOrder(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	if h := headOf(t, s); h.Seq != 0 || h.Root != new(ledger.Edge).Root() {
		t.Errorf("head of an empty ledger: %+v", h)
	}
	var want []ledger.Entry
	r := rand.New(rand.NewPCG(1, 1))
	for range 40 {
		c.Step(time.Duration(r.IntN(5)) * time.Second)
		batch := Batch(ledger.Seq(len(want)), c.Now(), 1+r.IntN(30))
		got, err := s.Append(t.Context(), ledger.Seq(len(want)), batch)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Clock.Equal(c.Now()) || got.Missed != nil {
			t.Errorf("answer %+v, want the clock %v and nothing missed", got, c.Now())
		}
		want = append(want, batch...)
	}
	es := readAll(t, s)
	if len(es) != len(want) {
		t.Fatalf("%d entries, want %d", len(es), len(want))
	}
	for i := range es {
		if d := diff(es[i], want[i]); d != "" {
			t.Fatal(d)
		}
	}
	if h := headOf(t, s); h.Seq != es[len(es)-1].Seq || !h.At.Equal(es[len(es)-1].At) {
		t.Errorf("head %+v, want that of entry %d", h, len(es))
	}
	verify(t, s, int64(len(want)))
}

func readAll(t *testing.T, s ledger.Store) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	for {
		es, err := s.Read(t.Context(), ledger.Seq(len(all)), ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			return all
		}
		all = append(all, es...)
	}
}

func testNothing(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	fill(t, s, c, 3)
	before := headOf(t, s)
	c.Step(time.Second)
	a, err := s.Append(t.Context(), 3, nil)
	if err != nil || !a.Clock.Equal(c.Now()) {
		t.Errorf("append of nothing: %+v, %v; want the clock %v", a, err, c.Now())
	}
	if after := headOf(t, s); after != before {
		t.Errorf("head %+v after an append of nothing, want %+v", after, before)
	}
	a, err = s.Append(t.Context(), 1, nil)
	if !errors.Is(err, ledger.ErrMoved) || len(a.Missed) != 2 || a.Missed[0].Seq != 2 || !a.Clock.Equal(c.Now()) {
		t.Errorf("append of nothing at an old head: %d missed, %v; want 2 and ErrMoved", len(a.Missed), err)
	}
}

func testAllOrNone(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	fill(t, s, c, 300)
	before := headOf(t, s)
	gap := Batch(300, c.Now(), 3)
	gap[2] = Make(304, c.Now())
	late := Batch(300, c.Now(), 300)
	late[299] = Make(600, c.Now().Add(time.Second))
	other := Batch(300, c.Now(), 2)
	other[1].Site = "h2"
	other[1] = encoded(other[1])
	raw := Batch(300, c.Now(), 2)
	raw[1].Leaf = nil
	for _, bad := range []struct {
		what    string
		entries []ledger.Entry
		want    error
	}{{"a gap", gap, ledger.ErrLeaf}, {"a time ahead", late, ledger.ErrTime}, {"another site", other, ledger.ErrSite}, {"no leaf", raw, ledger.ErrLeaf}} {
		if _, err := s.Append(t.Context(), 300, bad.entries); !errors.Is(err, bad.want) {
			t.Errorf("append with %s: %v, want %v", bad.what, err, bad.want)
		}
		if after := headOf(t, s); after != before {
			t.Errorf("head %+v after a refused append with %s, want %+v", after, bad.what, before)
		}
	}
	fill(t, s, c, 300)
	verify(t, s, 600)
}
