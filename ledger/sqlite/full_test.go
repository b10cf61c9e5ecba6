package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// untilFull appends batches until the disk is full, and checks that the one that failed left nothing.
func untilFull(t *testing.T, s ledger.Store) ledger.Head {
	t.Helper()
	for {
		before, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Append(t.Context(), before.Seq, ledgertest.Batch(before.Seq, ledgertest.NewClock().Now(), 200))
		if err == nil {
			continue
		}
		if !errors.Is(err, ledger.ErrFull) {
			t.Fatalf("append to a full disk: %v, want ErrFull", err)
		}
		after, err := s.Head(t.Context())
		if err != nil || after != before {
			t.Fatalf("head %+v after ErrFull, %v; want %+v", after, err, before)
		}
		return after
	}
}

func TestFullDiskLosesNothingAndTheReserveCarriesTheLastEntries(t *testing.T) {
	const reserve, ballast = 24 << 20, 28 << 20 // the reserve must hold the log once, as the real one does
	dir := filepath.Join(need.Tmpfs(t, 100<<20), "ledger")
	opts := sqlite.Options{Site: ledgertest.Site, Wall: ledgertest.NewClock().Now, Reserve: reserve}
	s, err := sqlite.Open(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closed below as a rule
	other := filepath.Join(filepath.Dir(dir), "other")
	if err := os.WriteFile(other, make([]byte, ballast), 0o600); err != nil {
		t.Fatal(err)
	}
	full := untilFull(t, s)
	if _, err := os.Stat(filepath.Join(dir, "reserve")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the reserve after ErrFull: %v, want it gone", err)
	}
	for head := full.Seq; head < full.Seq+300; head++ {
		if _, err := s.Append(t.Context(), head, ledgertest.Batch(head, ledgertest.NewClock().Now(), 1)); err != nil {
			t.Fatalf("entry %d after the first ErrFull: %v", head-full.Seq+1, err)
		}
	}
	verify(t, s, int64(full.Seq)+300)

	last := untilFull(t, s)
	if err := s.Reserve(t.Context()); !errors.Is(err, ledger.ErrFull) {
		t.Errorf("making the reserve again on a full disk: %v, want ErrFull", err)
	}
	verify(t, s, int64(last.Seq))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = sqlite.Open(t.Context(), dir, opts); err != nil {
		t.Fatalf("restart on a full disk: %v", err)
	}
	verify(t, s, int64(last.Seq))

	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	if err := s.Reserve(t.Context()); err != nil {
		t.Errorf("making the reserve again once there is room: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "reserve")); err != nil || info.Size() != reserve {
		t.Errorf("the reserve: %v, %v; want %d bytes", info, err, reserve)
	}
	fill(t, s, 100)
	verify(t, s, int64(last.Seq)+100)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
