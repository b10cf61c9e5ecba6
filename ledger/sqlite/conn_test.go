package sqlite

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
)

func TestConnectionThatDoesNotWaitForTheDiskIsRefused(t *testing.T) {
	for _, weak := range []string{"synchronous(NORMAL)", "synchronous(OFF)", "journal_mode(DELETE)", "journal_mode(MEMORY)"} {
		name, _, _ := strings.Cut(weak, "(")
		pragmas := slices.Clone(writing)
		pragmas[slices.IndexFunc(pragmas, func(p string) bool { return strings.HasPrefix(p, name) })] = weak
		db, err := pool(dsn(filepath.Join(t.TempDir(), File), "rwc", pragmas), 1, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.PingContext(t.Context()); !errors.Is(err, ledger.ErrBroken) {
			t.Errorf("with %s: %v, want ErrBroken", weak, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
