package sqlite_test

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

func TestReadOnlyDirectoryIsRefusedAndCanStillBeVerified(t *testing.T) {
	need.Root(t)
	disk := need.Tmpfs(t, 16<<20)
	dir := filepath.Join(disk, "ledger")
	s := open(t, dir)
	fill(t, s, 300)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), dir, sqlite.Options{Site: ledgertest.Site})
	if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "must be writable") {
		t.Errorf("open in a read-only directory: %v, want what to do", err)
	}
	r, err := sqlite.OpenReadOnly(t.Context(), dir, ledgertest.Site)
	if err != nil {
		t.Fatal(err)
	}
	verify(t, r, 300)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
