package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"net/url"

	"modernc.org/sqlite"

	"github.com/seed-909bec58/readback/ledger"
)

// synchronousFull is what PRAGMA synchronous answers for FULL: each commit waits for the disk.
const synchronousFull = 2

// Pragmas of the connections. The log is carried into the file each 4,000 pages of 4 KiB: a longer log writes fewer
// pages twice (at 16 callers a tenth faster), but would eat a full disk's reserve. secure_delete overwrites what is
// erased. The writer's cache is no larger because SQLite looks through all of its hash table at many commits.
var (
	writing = []string{
		"busy_timeout(2000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "wal_autocheckpoint(4000)",
		"journal_size_limit(67108864)", "cache_size(-8000)", "temp_store(MEMORY)", "trusted_schema(OFF)",
	}
	reading = []string{
		"busy_timeout(2000)", "query_only(ON)", "synchronous(FULL)", "cache_size(-8000)", "temp_store(MEMORY)", "trusted_schema(OFF)",
	}
)

// dsn names a database file. mode is SQLite's: rwc, rw or ro.
func dsn(path, mode string, pragmas []string, more ...string) string {
	q := url.Values{"mode": {mode}, "_defensive": {"1"}, "_dqs": {"0"}, "_error_rc": {"1"}, "_pragma": pragmas}
	for _, key := range more {
		q.Set(key, "1")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// connector opens connections and refuses those that would not keep the promise.
type connector struct {
	driver.Connector

	durable bool
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil || !c.durable {
		return conn, err
	}
	err = durable(ctx, conn)
	if err != nil {
		_ = conn.Close() // it is refused anyway
		return nil, err
	}
	return conn, nil
}

// durable returns an error unless commits of the connection wait for the disk.
func durable(ctx context.Context, conn driver.Conn) error {
	for _, want := range []struct {
		pragma string
		value  driver.Value
	}{{"journal_mode", "wal"}, {"synchronous", int64(synchronousFull)}} {
		got, err := pragma(ctx, conn, want.pragma)
		if err != nil {
			return fmt.Errorf("PRAGMA %s: %w", want.pragma, err)
		}
		if got != want.value {
			return fmt.Errorf("%w: PRAGMA %s is %v, not %v: the file system may not support it; use a local disk", ledger.ErrBroken, want.pragma, got, want.value)
		}
	}
	return nil
}

func pragma(ctx context.Context, conn driver.Conn, name string) (driver.Value, error) {
	q, ok := conn.(driver.QueryerContext)
	if !ok {
		return nil, fmt.Errorf("the driver cannot be asked")
	}
	rows, err := q.QueryContext(ctx, "PRAGMA "+name, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // read to its end
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		if err == io.EOF { //nolint:errorlint // driver.Rows returns it bare
			return nil, nil
		}
		return nil, err
	}
	return row[0], nil
}

// pool returns a pool of at most size connections.
func pool(name string, size int, durable bool) (*sql.DB, error) {
	c, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{Connector: c, durable: durable})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}
