package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

func testReadLimits(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	const all = 1100
	fill(t, s, c, all)
	for _, q := range []struct {
		after, first ledger.Seq
		limit, want  int
	}{
		{0, 1, 10, 10},
		{0, 1, 1 << 20, ledger.MaxRead},
		{5, 6, 1, 1},
		{0, 0, 0, 0},
		{all - 3, all - 2, 10, 3},
		{all, 0, 10, 0},
		{all + 5, 0, 10, 0},
	} {
		es, err := s.Read(t.Context(), q.after, q.limit)
		if err != nil || len(es) != q.want {
			t.Errorf("Read(%d, %d): %d entries, %v; want %d", q.after, q.limit, len(es), err, q.want)
			continue
		}
		for i := range es {
			if d := diff(es[i], Make(q.first+ledger.Seq(i), c.Now())); d != "" {
				t.Fatal(d)
			}
		}
	}
	for _, upTo := range []ledger.Seq{0, 4, 500, all, all + 5} {
		var want []ledger.Entry
		for seq := ledger.Seq(1); seq <= min(upTo, all); seq++ {
			if e := Make(seq, c.Now()); slices.Contains(e.About, "call/4") {
				want = append(want, e)
			}
		}
		es, err := s.About(t.Context(), "call/4", upTo)
		if err != nil || len(es) != len(want) {
			t.Errorf("About up to %d: %d entries, %v; want %d", upTo, len(es), err, len(want))
			continue
		}
		for i := range es {
			if d := diff(es[i], want[i]); d != "" {
				t.Fatal(d)
			}
		}
	}
	if es, err := s.About(t.Context(), "call/none", all); err != nil || len(es) != 0 {
		t.Errorf("About of an unknown subject: %d entries, %v", len(es), err)
	}
}

func testErase(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	fill(t, s, c, 300)
	before := headOf(t, s)
	gone := []ledger.Seq{2, 5, 299, 300, 5000}
	for range 2 { // a second time changes nothing
		if err := s.Erase(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range readAll(t, s) {
		want := Make(e.Seq, c.Now())
		if slices.Contains(gone, e.Seq) {
			for i := range want.Enclosures {
				want.Enclosures[i] = ledger.Enclosure{Erased: true}
			}
		}
		if d := diff(e, want); d != "" {
			t.Fatal(d)
		}
	}
	if after := headOf(t, s); after != before {
		t.Errorf("head %+v after erasing, want %+v", after, before)
	}
	if v := verify(t, s, 300); v.Erased != 2+2+2 {
		t.Errorf("verified with %d erased enclosures, want 6", v.Erased)
	}
	fill(t, s, c, 1)
	if p.Volatile {
		return
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, open(t, p, c), 301); v.Erased != 6 {
		t.Errorf("reopened with %d erased enclosures, want 6", v.Erased)
	}
}

func testTurn(t *testing.T, p Place) {
	s := open(t, p, NewClock())
	release, err := s.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Turn(short); err == nil {
		t.Error("a second turn was had while the first was held")
	}
	var released atomic.Bool
	done := make(chan error, 1) // so that the goroutine ends even if the test fails
	go func() {
		again, err := s.Turn(context.WithoutCancel(t.Context()))
		if err == nil {
			again()
			if !released.Load() {
				err = errors.New("a second turn was had before the first was released")
			}
		}
		done <- err
	}()
	released.Store(true)
	release()
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func testClosed(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	fill(t, s, c, 2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := s.Append(t.Context(), 2, Batch(2, c.Now(), 1)); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("append to a closed store: %v, want ErrClosed", err)
	}
}

func testReopen(t *testing.T, p Place) {
	if p.Volatile {
		t.Skip("keeps nothing beyond Close")
	}
	c := NewClock()
	total := 0
	for _, n := range []int{0, 1, 254, 1, 1, 300, 0, 800} {
		s := open(t, p, c)
		fill(t, s, c, n)
		total += n
		before := headOf(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, p, c)
		if after := headOf(t, s); after != before {
			t.Errorf("head %+v after reopening %d entries, want %+v", after, total, before)
		}
		verify(t, s, int64(total))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, p, c)
	for i, e := range readAll(t, s) {
		if d := diff(e, Make(ledger.Seq(i+1), c.Now())); d != "" {
			t.Fatal(d)
		}
	}
}

func testRefused(t *testing.T, p Place) {
	if p.SQL == nil {
		t.Skip("has no SQL")
	}
	c := NewClock()
	s := open(t, p, c)
	fill(t, s, c, 260)
	fill(t, s, c, 40) // a store may write its index later
	for _, statement := range p.Refused {
		if err := p.SQL(t, statement); err == nil {
			t.Errorf("%s: was not refused", statement)
		}
	}
	for i, e := range readAll(t, s) {
		if d := diff(e, Make(ledger.Seq(i+1), c.Now())); d != "" {
			t.Fatal(d)
		}
	}
	verify(t, s, 300)
}

func testCheckpoints(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	if n, err := s.LastCheckpoint(t.Context()); err != nil || n != (ledger.Note{}) {
		t.Errorf("last checkpoint of none: %+v, %v", n, err)
	}
	var want []ledger.Note
	for _, size := range []int64{30, 10, 20, 10} {
		n := ledger.Note{Size: size, Signed: fmt.Sprintf("signed %d\n— h1/ledger %d\n", size, len(want))}
		if err := s.Signed(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		want = append(want, n)
	}
	kept := []ledger.Note{want[3], want[2], want[0]} // the second of size 10 replaces the first
	for _, q := range []struct {
		after int64
		limit int
		want  []ledger.Note
	}{{0, 10, kept}, {0, 2, kept[:2]}, {10, 10, kept[1:]}, {19, 1, kept[1:2]}, {30, 10, nil}} {
		if got, err := s.Checkpoints(t.Context(), q.after, q.limit); err != nil || !slices.Equal(got, q.want) {
			t.Errorf("Checkpoints(%d, %d): %v, %v; want %v", q.after, q.limit, got, err, q.want)
		}
	}
	if n, err := s.LastCheckpoint(t.Context()); err != nil || n != kept[2] {
		t.Errorf("last checkpoint: %+v, %v; want %+v", n, err, kept[2])
	}
}
