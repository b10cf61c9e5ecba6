package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// SQLiteFile makes the file at path if it is missing, readable by its owner only, and returns the data source name
// under which the driver "sqlite" (modernc.org/sqlite) gives each connection the settings that [Open] demands.
// An existing file that others can read is [ErrLoose].
func SQLiteFile(path string) (dsn string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite gives its -wal and -shm the same mode
	if err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	defer f.Close()
	if err := checkMode(f); err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	q := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}
	return (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String(), nil
}

// checkSQLite asks two connections for their settings, since all but the journal belong to the connection: settings
// made by hand on one are not on the next.
func checkSQLite(ctx context.Context, db *sql.DB) error {
	first, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer first.Close()
	if err := checkPragmas(ctx, first); err != nil {
		return err
	}
	if db.Stats().MaxOpenConnections == 1 {
		return nil
	}
	second, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer second.Close()
	return checkPragmas(ctx, second)
}

func checkPragmas(ctx context.Context, c *sql.Conn) error {
	var journal string
	if err := c.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&journal); err != nil {
		return err
	}
	if journal != "wal" {
		return fmt.Errorf("%w: journal_mode is %q, not wal", ErrUnsafeDatabase, journal)
	}
	for _, p := range []struct {
		name     string
		least    int
		whatItIs string
	}{
		{"synchronous", 2, "FULL"},
		{"foreign_keys", 1, "on"},
		{"busy_timeout", 1, "above 0 ms"},
	} {
		var got int
		if err := c.QueryRowContext(ctx, `PRAGMA `+p.name).Scan(&got); err != nil {
			return err
		}
		if got < p.least {
			return fmt.Errorf("%w: %s is %d, it must be %s", ErrUnsafeDatabase, p.name, got, p.whatItIs)
		}
	}
	return nil
}

// checkPostgres refuses a server that acknowledges before its disk does, and a standby.
func checkPostgres(ctx context.Context, db *sql.DB) error {
	var fsync, commit string
	var standby bool
	err := db.QueryRowContext(ctx,
		`SELECT current_setting('fsync'), current_setting('synchronous_commit'), pg_is_in_recovery()`).
		Scan(&fsync, &commit, &standby)
	switch {
	case err != nil:
		return err
	case standby:
		return fmt.Errorf("%w: this PostgreSQL is a standby, which cannot be written; connect to the primary",
			ErrUnsafeDatabase)
	case fsync != "on":
		return fmt.Errorf("%w: PostgreSQL runs with fsync=%s", ErrUnsafeDatabase, fsync)
	case commit == "off":
		return fmt.Errorf("%w: PostgreSQL runs with synchronous_commit=off", ErrUnsafeDatabase)
	}
	return nil
}

// duplicate says whether err is the database's refusal of a second row with the same unique key. It asks the error
// itself, so that no driver is imported: PostgreSQL's SQLSTATE 23505, SQLite's extended code 2067 or 1555.
func duplicate(err error) bool {
	var pg interface{ SQLState() string }
	if errors.As(err, &pg) {
		return pg.SQLState() == "23505"
	}
	var lite interface{ Code() int }
	return errors.As(err, &lite) && (lite.Code() == 2067 || lite.Code() == 1555)
}
