package sqlite_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

func TestSQLiteDoesWhatEveryStoreMust(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledgertest.Place {
		dir := t.TempDir()
		try := func(t *testing.T, wall func() time.Time) (ledger.Store, error) {
			t.Helper()
			s, err := sqlite.Open(t.Context(), dir, sqlite.Options{Site: ledgertest.Site, Wall: wall, Reserve: -1, Run: shortRun})
			if err != nil {
				return nil, err
			}
			return s, nil
		}
		return ledgertest.Place{
			Open: func(t *testing.T, wall func() time.Time) ledger.Store {
				t.Helper()
				s, err := try(t, wall)
				if err != nil {
					t.Fatal(err)
				}
				return s
			},
			TryOpen: try,
			SQL: func(t *testing.T, statement string) error {
				t.Helper()
				_, err := raw(t, dir).ExecContext(t.Context(), statement)
				return err
			},
			Refused: refused,
			Tamper:  func(t *testing.T, r *rand.Rand) (string, func()) { t.Helper(); return tamper(t, dir, r) },
		}
	})
}

// shortRun lets the index of a small ledger have runs: whole ones, one that is being written, one in memory.
const shortRun = 64

// open opens the ledger in a directory with a clock that stands, and closes it when the test ends.
func open(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, sqlite.Options{Site: ledgertest.Site, Wall: ledgertest.NewClock().Now, Reserve: -1, Run: shortRun})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a test that closes it itself looks at the error
	return s
}

// fill appends n entries in batches of 1,024.
func fill(t testing.TB, s ledger.Store, n int) {
	t.Helper()
	h, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for head, last := h.Seq, h.Seq+ledger.Seq(n); head < last; {
		batch := ledgertest.Batch(head, ledgertest.NewClock().Now(), int(min(last-head, 1024)))
		if _, err := s.Append(t.Context(), head, batch); err != nil {
			t.Fatal(err)
		}
		head += ledger.Seq(len(batch))
	}
}

func verify(t testing.TB, s ledger.Store, want int64) {
	t.Helper()
	v, err := ledger.Verify(t.Context(), s, ledgertest.NewSigner(t, 1).Public(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.Entries != want {
		t.Errorf("verified %d entries, want %d", v.Entries, want)
	}
}

// raw opens the database as any program may that has the right to its file.
func raw(t testing.TB, dir string) *sql.DB {
	t.Helper()
	name := url.URL{Scheme: "file", Path: filepath.Join(dir, sqlite.File), RawQuery: "_pragma=busy_timeout(5000)"}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// refused are the statements that the triggers stop.
var refused = func() []string {
	out := []string{
		"UPDATE enclosure SET data = x'00' WHERE seq = 1", "UPDATE enclosure SET salt = x'00' WHERE seq = 1",
		"UPDATE enclosure SET data = NULL, salt = NULL, n = 7 WHERE seq = 1", "UPDATE enclosure SET data = NULL WHERE seq = 1",
		"UPDATE enclosure SET data = NULL, salt = NULL, seq = 7000 WHERE seq = 1",
		"INSERT OR REPLACE INTO enclosure SELECT seq, n, x'00', x'00' FROM enclosure WHERE seq = 1",
		"INSERT OR REPLACE INTO entry VALUES (1, x'00')", "REPLACE INTO tile VALUES (0, 0, x'00')",
		"INSERT OR REPLACE INTO meta VALUES (1, 'h2')", "INSERT OR REPLACE INTO head SELECT one, 1, at, root, ahead, run, runs, sum FROM head",
		"UPDATE head SET seq = seq - 1", "UPDATE head SET root = x'00'", "UPDATE head SET ahead = 5", "INSERT INTO head SELECT 2, seq, at, root, ahead, run, runs, sum FROM head",
	}
	for table, column := range map[string]string{
		"meta": "site", "entry": "leaf", "about": "subject", "tile": "data",
	} {
		out = append(out, fmt.Sprintf("UPDATE %s SET %s = %s", table, column, column))
	}
	for _, table := range []string{"meta", "entry", "about", "enclosure", "tile", "head"} {
		out = append(out, "DELETE FROM "+table)
	}
	return append(out, "UPDATE entry SET seq = seq + 1000", "UPDATE about SET seq = seq + 1000", "UPDATE tile SET n = n + 1000")
}()
