package sqlite_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

func TestFailedAppendLeavesTreeAndReadersAsTheyWere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	fill(t, s, 250)
	db := raw(t, dir)
	for _, table := range []string{"entry WHEN NEW.seq = 700", "about WHEN NEW.run = 2", "tile WHEN NEW.n = 1", "enclosure WHEN NEW.seq = 700"} {
		if _, err := db.ExecContext(t.Context(), "CREATE TRIGGER fault BEFORE INSERT ON "+table+" BEGIN SELECT raise(ABORT, 'as the test asked'); END"); err != nil {
			t.Fatal(err)
		}
		before, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), 250, ledgertest.Batch(250, ledgertest.NewClock().Now(), 500)); err == nil {
			t.Fatalf("append was not stopped by the trigger on %s", table)
		}
		after, err := s.Head(t.Context())
		if err != nil || after != before {
			t.Errorf("head %+v after a failed append, %v; want %+v", after, err, before)
		}
		if es, err := s.Read(t.Context(), 250, 10); err != nil || len(es) != 0 {
			t.Errorf("%d entries can be read after a failed append, %v; want none", len(es), err)
		}
		if tile, err := s.Tile(t.Context(), 0, 0); err != nil || len(tile) != 250*32 {
			t.Errorf("the last tile has %d bytes after a failed append, %v; want %d", len(tile), err, 250*32)
		}
		if _, err := db.ExecContext(t.Context(), "DROP TRIGGER fault"); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, s, 500)
	verify(t, s, 750)
}

func TestErasedDataIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	fill(t, s, 300)
	gone, kept := []byte("Canary-200-0"), []byte("Canary-202-0")
	if in := filesWith(t, dir, gone); len(in) == 0 {
		t.Fatal("the enclosure is in no file before it is erased")
	}
	if err := s.Erase(t.Context(), []ledger.Seq{200}); err != nil {
		t.Fatal(err)
	}
	if in := filesWith(t, dir, gone); len(in) > 0 {
		t.Errorf("what was erased is still in %v", in)
	}
	if in := filesWith(t, dir, kept); len(in) == 0 {
		t.Error("what was not erased is gone")
	}
	verify(t, s, 300)
}

func filesWith(t *testing.T, dir string, text []byte) []string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var in []string
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, text) {
			in = append(in, f.Name())
		}
	}
	return in
}

func TestBackupWhileServingIsOneInstantAndCanBeRestored(t *testing.T) {
	s := open(t, t.TempDir())
	fill(t, s, 3000)
	copied := filepath.Join(t.TempDir(), "copy.db")
	var wg sync.WaitGroup
	var told, all int64
	wg.Go(func() { fill(t, s, 20000) })
	err := s.Backup(t.Context(), copied, func(done, of int64) { told, all = done, of })
	wg.Wait()
	if err != nil || told == 0 || told != all {
		t.Fatalf("backup: %v, progress %d of %d", err, told, all)
	}
	if err := s.Backup(t.Context(), copied, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("backup into an existing file: %v, want ErrExist", err)
	}
	if beside := contents(t, filepath.Dir(copied)); len(beside) != 1 {
		t.Errorf("files beside the backup: %v", beside)
	}
	dir := filepath.Join(t.TempDir(), "restored")
	if err := sqlite.Restore(t.Context(), copied, dir, func(done, of int64) { told, all = done, of }); err != nil || told != all {
		t.Fatalf("restore: %v, progress %d of %d", err, told, all)
	}
	if err := sqlite.Restore(t.Context(), copied, dir, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("restore into a directory in use: %v, want ErrExist", err)
	}
	if err := sqlite.Restore(t.Context(), filepath.Join(dir, "none"), t.TempDir(), nil); err == nil {
		t.Error("restore of a file that is not there was not refused")
	}
	logged(t, dir)
	r := open(t, dir)
	h, err := r.Head(t.Context())
	if err != nil || h.Seq < 3000 {
		t.Fatalf("restored head %+v, %v; want at least 3,000 entries", h, err)
	}
	verify(t, r, int64(h.Seq))
	fill(t, r, 10)
	verify(t, r, int64(h.Seq)+10)
	verify(t, s, 23000)
}

// logged fails unless the ledger in a directory has its log: a process killed while it got one would leave a journal.
func logged(t *testing.T, dir string) {
	t.Helper()
	begin, err := os.ReadFile(filepath.Join(dir, sqlite.File))
	if err != nil {
		t.Fatal(err)
	}
	if begin[18] != 2 || begin[19] != 2 { // SQLite file format, 1.3
		t.Errorf("the ledger gets its log only when it is opened: %v", begin[18:20])
	}
}

func TestNewLedgerHasItsLogBeforeItIsInItsPlace(t *testing.T) {
	dir := t.TempDir()
	if err := sqlite.Create(t.Context(), dir, ledgertest.Site, shortRun); err != nil {
		t.Fatal(err)
	}
	logged(t, dir)
	if beside := contents(t, dir); len(beside) != 1 {
		t.Errorf("files beside the ledger: %v", beside)
	}
}

func TestWitnessThatComesBetweenCommitAndNoteSeesNoDamage(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close() //nolint:errcheck // a test's
	add := func(seq ledger.Seq, n int) error {
		_, err := s.Append(t.Context(), seq, ledgertest.Batch(seq, ledgertest.NewClock().Now(), n))
		return err
	}
	if err := add(0, 300); err != nil {
		t.Fatal(err)
	}
	if err := s.BeforeNoted(func() error { return add(300, 300) }); err != nil {
		t.Fatal(err)
	}
	w, err := signer(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Sign(t.Context()); err != nil || n.Size != 300 {
		t.Errorf("signed %d, %v; want the 300 of the state", n.Size, err)
	}
}
