package vault

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// ErrNewerSchema says that a newer Readback has written this vault. Start that version, or restore a backup that was
// made before it; an older one could misread what it does not know.
var ErrNewerSchema = errors.New("vault was written by a newer version")

//go:embed schema/sqlite/*.sql schema/postgres/*.sql
var schema embed.FS

func steps(d Dialect) fs.FS {
	dir := "schema/postgres"
	if d == SQLite {
		dir = "schema/sqlite"
	}
	sub, err := fs.Sub(schema, dir)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// migrate applies the steps that the database has not seen, in the order of their names. A step and the note that it
// was applied are one transaction, so an interrupted step leaves nothing and is taken again at the next start.
func migrate(ctx context.Context, db *sql.DB, d Dialect, steps fs.FS) error {
	names, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for n := 0; n < len(names); {
		if n, err = step(ctx, conn, d, steps, names); err != nil {
			return err
		}
	}
	return nil
}

// step applies the first step not yet applied and returns how many are applied now. It looks under the lock, since
// several nodes may start at once.
func step(ctx context.Context, conn *sql.Conn, d Dialect, steps fs.FS, names []string) (applied int, err error) {
	if err := begin(ctx, conn, d); err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			rollback(ctx, conn)
		}
	}()
	const table = `CREATE TABLE IF NOT EXISTS vault.step (number bigint PRIMARY KEY, name text NOT NULL)`
	if _, err := conn.ExecContext(ctx, d.sql(table)); err != nil {
		return 0, err
	}
	if err := conn.QueryRowContext(ctx, d.sql(`SELECT count(*) FROM vault.step`)).Scan(&applied); err != nil {
		return 0, err
	}
	if applied > len(names) {
		return 0, fmt.Errorf("%w: its schema has %d steps, this program knows %d; start the newer version of Readback, "+
			"or restore a backup made before it", ErrNewerSchema, applied, len(names))
	}
	if applied < len(names) {
		name := names[applied]
		text, err := fs.ReadFile(steps, name)
		if err != nil {
			return 0, err
		}
		if _, err := conn.ExecContext(ctx, d.sql(string(text))); err != nil {
			return 0, fmt.Errorf("schema step %s: %w", name, err)
		}
		applied++
		if _, err := conn.ExecContext(ctx, d.sql(`INSERT INTO vault.step (number, name) VALUES ($1, $2)`),
			applied, name); err != nil {
			return 0, err
		}
	}
	_, err = conn.ExecContext(ctx, `COMMIT`)
	return applied, err
}

// begin opens a transaction that keeps out whoever else would change the schema.
func begin(ctx context.Context, conn *sql.Conn, d Dialect) error {
	if d == SQLite {
		_, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`)
		return err
	}
	if _, err := conn.ExecContext(ctx, `BEGIN; SELECT pg_advisory_xact_lock(7234917)`); err != nil {
		rollback(ctx, conn)
		return err
	}
	// Asked first, because IF NOT EXISTS wants the right to create even where the schema stands.
	var missing bool
	err := conn.QueryRowContext(ctx, `SELECT to_regnamespace('vault') IS NULL`).Scan(&missing)
	if err == nil && missing {
		_, err = conn.ExecContext(ctx, `CREATE SCHEMA vault`)
	}
	if err != nil {
		rollback(ctx, conn)
	}
	return err
}

// rollback runs even when ctx has ended, since the connection goes back to the pool; one that cannot roll back is
// thrown away, and its server rolls back.
func rollback(ctx context.Context, conn *sql.Conn) {
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}
