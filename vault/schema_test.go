package vault_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/seed-909bec58/readback/vault"
)

func testInterrupted(t *testing.T, p place) {
	db := p.fresh(t)
	one := &fstest.MapFile{Data: []byte(`CREATE TABLE vault.a (n integer); INSERT INTO vault.a VALUES (1);`)}
	whole := `ALTER TABLE vault.a ADD COLUMN m integer; CREATE TABLE vault.b (n integer); INSERT INTO vault.b VALUES (2);`
	must(t, vault.Migrate(t.Context(), db, p.dialect, fstest.MapFS{"0001_a.sql": one}))
	for cut, c := range whole {
		if c != ';' {
			continue
		}
		broken := &fstest.MapFile{Data: []byte(whole[:cut+1] + ` INSERT INTO nowhere VALUES (1);`)}
		err := vault.Migrate(t.Context(), db, p.dialect, fstest.MapFS{"0001_a.sql": one, "0002_b.sql": broken})
		if err == nil || !strings.Contains(err.Error(), "0002_b.sql") {
			t.Fatalf("broken step: %v", err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	steps := fstest.MapFS{"0001_a.sql": one, "0002_b.sql": {Data: []byte(whole)}}
	if err := vault.Migrate(gone, db, p.dialect, steps); err == nil {
		t.Fatal("migrated after the context ended")
	}
	for range 2 { // twice: what is applied is not applied again
		must(t, vault.Migrate(t.Context(), db, p.dialect, steps))
	}
	statement := "SELECT (SELECT count(*) FROM vault.a WHERE m IS NULL), (SELECT count(*) FROM vault.b)"
	if p.dialect == vault.SQLite {
		statement = strings.ReplaceAll(statement, "vault.", "")
	}
	var a, b int
	must(t, db.QueryRowContext(t.Context(), statement).Scan(&a, &b))
	if a != 1 || b != 1 {
		t.Errorf("a has %d rows, b %d", a, b)
	}
}

func testNewer(t *testing.T, p place) {
	db := p.fresh(t)
	steps := fstest.MapFS{
		"1.sql": {Data: []byte(`CREATE TABLE vault.a (n integer)`)},
		"2.sql": {Data: []byte(`CREATE TABLE vault.b (n integer)`)},
	}
	must(t, vault.Migrate(t.Context(), db, p.dialect, steps))
	_, err := vault.Open(t.Context(), db, vault.Config{Dialect: p.dialect, Site: "main", Work: light})
	wants(t, err, vault.ErrNewerSchema)
	if !strings.Contains(err.Error(), "start the newer version") {
		t.Error("no advice: ", err)
	}
}

func testStartAtOnce(t *testing.T, p place) {
	db := p.fresh(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			_, err := vault.Open(t.Context(), db, vault.Config{Dialect: p.dialect, Site: "main", Work: light})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestUnsafeSQLiteIsRefused(t *testing.T) {
	good := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	for _, c := range []struct{ without, word string }{
		{"", ""},
		{"busy_timeout(5000)", "busy_timeout"},
		{"journal_mode(WAL)", "journal_mode"},
		{"foreign_keys(1)", "foreign_keys"},
		{"synchronous(FULL)", "synchronous"},
	} {
		q := url.Values{}
		for _, pragma := range good["_pragma"] {
			if pragma != c.without {
				q.Add("_pragma", pragma)
			}
		}
		if c.word == "synchronous" {
			q.Add("_pragma", "synchronous(NORMAL)")
		}
		db := openDB(t, "sqlite", filepath.Join(t.TempDir(), "v.db")+"?"+q.Encode())
		_, err := vault.Open(t.Context(), db, vault.Config{Dialect: vault.SQLite, Site: "main", Work: light})
		if c.word == "" {
			must(t, err)
			continue
		}
		wants(t, err, vault.ErrUnsafeDatabase)
		if !strings.Contains(err.Error(), c.word) {
			t.Errorf("%v does not name %s", err, c.word)
		}
	}
}

func TestSettingsOfOneConnectionAreNotEnough(t *testing.T) {
	db := openDB(t, "sqlite", filepath.Join(t.TempDir(), "v.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	_, err := db.ExecContext(t.Context(), `PRAGMA synchronous=FULL; PRAGMA foreign_keys=1; PRAGMA busy_timeout=5000`)
	must(t, err)
	_, err = vault.Open(t.Context(), db, vault.Config{Dialect: vault.SQLite, Site: "main", Work: light})
	wants(t, err, vault.ErrUnsafeDatabase)
}

func TestSQLiteFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name?#100%.db")
	db := openSQLite(t, path)
	v, err := vault.Open(t.Context(), db, vault.Config{Dialect: vault.SQLite, Site: "main", Work: light})
	must(t, err)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%q has mode %v", suffix, info.Mode())
		}
	}
	must(t, os.Chmod(path, 0o640))
	_, err = vault.SQLiteFile(path)
	wants(t, err, vault.ErrLoose)
}

func TestUnsafePostgresIsRefused(t *testing.T) {
	dir := postgres(t)
	db := openDB(t, "pgx", "host="+dir+" user=postgres dbname=postgres options='-c synchronous_commit=off'")
	_, err := vault.Open(t.Context(), db, vault.Config{Dialect: vault.PostgreSQL, Site: "main", Work: light})
	wants(t, err, vault.ErrUnsafeDatabase)
}

func TestOpenWantsSiteAndDialect(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "v.db"))
	for _, c := range []vault.Config{
		{Dialect: vault.SQLite},
		{Site: "main"},
		{Site: "main", Dialect: 7},
		{Site: "main", Dialect: vault.SQLite, Work: vault.Work{Memory: 1, Passes: 1, Lanes: 1}},
		{Site: "main", Dialect: vault.SQLite, Work: vault.Work{Memory: 1 << 30, Passes: 1, Lanes: 1}},
	} {
		if _, err := vault.Open(t.Context(), db, c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	none := db.QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_master`)
	var tables int
	if err := none.Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d tables were made: %v", tables, err)
	}
}
