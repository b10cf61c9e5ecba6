package sqlite_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// made returns a directory with a closed ledger of n entries.
func made(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	fill(t, s, n)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWhatIsNotTheSitesLedgerIsRefusedWithWhatToDo(t *testing.T) {
	sql := func(statement string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			if _, err := raw(t, dir).ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	cut := func(keep func(size int64) int64) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			path := filepath.Join(dir, sqlite.File)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, keep(info.Size())); err != nil {
				t.Fatal(err)
			}
		}
	}
	text := func(t *testing.T, dir string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, sqlite.File), []byte(strings.Repeat("this is no database\n", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(t *testing.T, dir string) {
		t.Helper()
		if err := os.Rename(filepath.Join(dir, sqlite.File), filepath.Join(dir, sqlite.File+"-wal")); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []struct {
		what, site string
		spoil      func(*testing.T, string)
		want       error
		say        string
	}{
		{"another site", "h2", func(*testing.T, string) {}, ledger.ErrSite, "right directory"},
		{"no site", "", func(*testing.T, string) {}, ledger.ErrSite, "no site"},
		{"a newer format", "h1", sql("PRAGMA user_version = 99"), ledger.ErrSite, "newer program"},
		{"another program's database", "h1", sql("PRAGMA application_id = 7"), ledger.ErrSite, "another program"},
		{"no database", "h1", text, ledger.ErrDamaged, "restore the newest backup"},
		{"an empty file", "h1", cut(func(int64) int64 { return 0 }), ledger.ErrDamaged, "restore the newest backup"},
		{"half a file", "h1", cut(func(n int64) int64 { return n / 2 }), ledger.ErrDamaged, "restore the newest backup"},
		{"a file without its last page", "h1", cut(func(n int64) int64 { return n - 4096 }), ledger.ErrDamaged, "restore the newest backup"},
		{"a file without its last byte", "h1", cut(func(n int64) int64 { return n - 1 }), ledger.ErrDamaged, "restore the newest backup"},
		{"a log without its file", "h1", gone, ledger.ErrDamaged, "put it back"},
	} {
		dir := made(t, 300)
		bad.spoil(t, dir)
		before := contents(t, dir)
		s, err := sqlite.Open(t.Context(), dir, sqlite.Options{Site: bad.site, Reserve: -1})
		if !errors.Is(err, bad.want) || !strings.Contains(err.Error(), bad.say) || s != nil {
			t.Errorf("%s: %v, want %v and %q", bad.what, err, bad.want, bad.say)
		}
		if bad.site == "" {
			continue // OpenReadOnly takes that as whichever
		}
		if _, err := sqlite.OpenReadOnly(t.Context(), dir, bad.site); bad.say != "put it back" && !errors.Is(err, bad.want) {
			t.Errorf("%s, to read only: %v, want %v", bad.what, err, bad.want)
		}
		for name, sum := range before {
			if again := contents(t, dir)[name]; again != sum && name == sqlite.File {
				t.Errorf("%s: %s was changed", bad.what, name)
			}
		}
	}
}

func TestLedgerIsMadeAgainAfterAKillWhileItWasMade(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"ledger.new", "ledger.new-journal", "reserve.part"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir)
	fill(t, s, 3)
	verify(t, s, 3)
}

func TestSecondOpenInOneProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := sqlite.Open(t.Context(), dir, sqlite.Options{Site: ledgertest.Site})
	if !errors.Is(err, ledger.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("second Open: %v, want ErrInUse and %d", err, os.Getpid())
	}
	fill(t, s, 3)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	verify(t, open(t, dir), 3)
}

func TestReadOnlyWritesNothing(t *testing.T) {
	dir := made(t, 300)
	before := contents(t, dir)
	if len(before) != 2 { // ledger.db and lock
		t.Fatalf("a closed ledger has the files %v", before)
	}
	s, err := sqlite.OpenReadOnly(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if s.Site() != ledgertest.Site {
		t.Errorf("site %q, want %q", s.Site(), ledgertest.Site)
	}
	verify(t, s, 300)
	_, turn := s.Turn(t.Context())
	_, appending := s.Append(t.Context(), 300, ledgertest.Batch(300, ledgertest.NewClock().Now(), 1))
	for what, err := range map[string]error{
		"Append": appending, "Turn": turn, "Erase": s.Erase(t.Context(), []ledger.Seq{1}), "Signed": s.Signed(t.Context(), ledger.Note{Size: 1}),
	} {
		if !errors.Is(err, ledger.ErrStandby) {
			t.Errorf("%s: %v, want ErrStandby", what, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after := contents(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("files %v, want %v", after, before)
	}
	if _, err := sqlite.OpenReadOnly(t.Context(), t.TempDir(), ""); !errors.Is(err, ledger.ErrSite) {
		t.Errorf("an empty directory: %v, want ErrSite", err)
	}
}

func TestReadOnlyFollowsTheWriterBesideIt(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir)
	fill(t, w, 255)
	s, err := sqlite.OpenReadOnly(t.Context(), dir, ledgertest.Site)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	total := int64(255)
	for _, n := range []int{0, 1, 1, 300} {
		fill(t, w, n)
		total += int64(n)
		verify(t, s, total)
		want, err := w.Tile(t.Context(), 0, total/ledger.TileWidth)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Tile(t.Context(), 0, total/ledger.TileWidth); err != nil || string(got) != string(want) {
			t.Errorf("the last tile over %d entries: %d bytes, %v; want %d", total, len(got), err, len(want))
		}
	}
	fill(t, w, 1) // and the writer still holds its locks
	verify(t, w, total+1)
}

// contents returns the hash of each file in a directory.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name()] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	return out
}
