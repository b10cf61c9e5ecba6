package postgres

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/seed-909bec58/readback/ledger"
)

//go:embed schema/*.sql
var steps embed.FS

// Schema is the newest schema that this program knows.
const Schema = 1

// schemaLock is the advisory lock under which schema steps are taken: "readback" as a number.
const schemaLock = 0x7265616462616b

// Grants returns the SQL that gives a role what everyday use needs, and no more. The schema's owner runs it.
func Grants(role string) string {
	b, err := steps.ReadFile("schema/grants.sql")
	if err != nil {
		panic(err) // it is embedded
	}
	return fmt.Sprintf(string(b), pgx.Identifier{role}.Sanitize())
}

// migrate takes the schema steps that the database lacks, each in a transaction of its own, one node at a time.
func migrate(ctx context.Context, c *pgx.Conn) error {
	have, err := version(ctx, c)
	if err != nil || have == Schema {
		return err
	}
	if have > Schema {
		return fmt.Errorf("%w: the database has schema %d, this program knows %d; run the newer program", ledger.ErrSite, have, Schema)
	}
	// Of the session, not of a transaction: one that began before the wait may still see the catalog as it was.
	// It goes with the connection, which is used for nothing else.
	if _, err := c.Exec(ctx, "SET lock_timeout = '60s'"); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(schemaLock)); err != nil {
		return err
	}
	for {
		have, err := version(ctx, c)
		if err != nil || have >= Schema {
			return err
		}
		err = step(ctx, c, have+1)
		if code(err) == codeNoPrivilege {
			return fmt.Errorf("schema step %d of %d: the role may not change the schema; start once as its owner, then grant: %w", have+1, Schema, err)
		}
		if err != nil {
			return fmt.Errorf("schema step %d of %d: %w", have+1, Schema, err)
		}
	}
}

// step takes one schema step.
func step(ctx context.Context, c *pgx.Conn, number int) error {
	text, err := steps.ReadFile(fmt.Sprintf("schema/%04d.sql", number))
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO ledger.step (version) VALUES ($1)", number)
		return err
	})
}

// version returns the schema's version, 0 if there is none.
func version(ctx context.Context, c *pgx.Conn) (int, error) {
	var known bool
	if err := c.QueryRow(ctx, "SELECT to_regclass('ledger.step') IS NOT NULL").Scan(&known); err != nil || !known {
		return 0, err
	}
	var v int
	err := c.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM ledger.step").Scan(&v)
	return v, err
}

// fits refuses a database that cannot keep a ledger, and says what to do.
func fits(ctx context.Context, c *pgx.Conn) error {
	var encoding string
	var number int
	var recovering, readOnly bool
	err := c.QueryRow(ctx, `SELECT current_setting('server_encoding'), current_setting('server_version_num')::integer,
		pg_is_in_recovery(), current_setting('transaction_read_only')::boolean`).Scan(&encoding, &number, &recovering, &readOnly)
	switch {
	case err != nil:
		return err
	case number < 140000:
		return fmt.Errorf("%w: PostgreSQL %d is too old; 15 or newer is wanted", ledger.ErrSite, number/10000)
	case !strings.EqualFold(encoding, "UTF8"):
		return fmt.Errorf("%w: the database's encoding is %s; make one with ENCODING 'UTF8'", ledger.ErrSite, encoding)
	case recovering:
		return fmt.Errorf("%w: it is a standby; name the primary, or all hosts with target_session_attrs=read-write", ledger.ErrStandby)
	case readOnly:
		return fmt.Errorf("%w: it is read-only (default_transaction_read_only)", ledger.ErrStandby)
	}
	return nil
}
