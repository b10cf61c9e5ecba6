package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seed-909bec58/readback/ledger"
)

// json, not jsonb: a body may hold \u0000, which jsonb refuses.
const indexSQL = `
WITH kept AS (SELECT seq, subject FROM ledger.about WHERE site = $1),
said AS (SELECT e.seq, s.subject FROM ledger.entry e,
	json_array_elements_text(convert_from(e.leaf, 'UTF8')::json -> 'about') AS s (subject) WHERE e.site = $1)
SELECT seq FROM ((SELECT * FROM kept EXCEPT SELECT * FROM said) UNION ALL (SELECT * FROM said EXCEPT SELECT * FROM kept)) d
ORDER BY seq LIMIT 1`

// beyondSQL finds rows that no entry up to the head accounts for.
const beyondSQL = `
SELECT 'entry', e.seq FROM ledger.head h JOIN ledger.entry e ON e.site = h.site AND e.seq > h.seq WHERE h.site = $1
UNION ALL
SELECT 'enclosure', c.seq FROM ledger.enclosure c WHERE c.site = $1
	AND NOT EXISTS (SELECT FROM ledger.entry e WHERE e.site = c.site AND e.seq = c.seq)
UNION ALL
SELECT 'tile', t.n FROM ledger.head h JOIN ledger.tile t ON t.site = h.site WHERE h.site = $1
	AND (t.n < 0 OR t.level NOT BETWEEN 0 AND 6 OR t.n >= h.seq >> (8 * (least(t.level, 6) + 1)))
LIMIT 1`

const triggersSQL = `
SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'ledger' AND t.tgenabled = 'A' AND NOT t.tgisinternal`

// guards are the triggers that must be on, whatever a session asks.
var guards = []string{"entry.append_only", "about.append_only", "tile.append_only", "enclosure.append_only", "enclosure.only_erase"}

// forbidden are statements that must fail, and would change nothing if they did not.
var forbidden = []string{
	"UPDATE ledger.entry SET leaf = leaf WHERE false", "DELETE FROM ledger.entry WHERE false",
	"UPDATE ledger.about SET seq = seq WHERE false", "DELETE FROM ledger.about WHERE false",
	"UPDATE ledger.tile SET data = data WHERE false", "DELETE FROM ledger.tile WHERE false",
	"DELETE FROM ledger.enclosure WHERE false",
}

// Audit implements ledger.Store. It compares the index of subjects with all entries (some seconds a million), looks for
// rows that no entry accounts for, and tries what must be refused.
func (s *Store) Audit(ctx context.Context) error {
	return s.read(ctx, func(c *pgxpool.Conn) error {
		err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
				return err
			}
			if err := s.auditRows(ctx, tx); err != nil {
				return err
			}
			return s.auditGuards(ctx, tx)
		})
		if c := code(err); c == codeBadJSON || c == codeBadBytes || c == "22023" {
			return fmt.Errorf("%w: an entry cannot be read: %w", ledger.ErrDamaged, err)
		}
		return err
	})
}

func (s *Store) auditRows(ctx context.Context, tx pgx.Tx) error {
	var table string
	var at int64
	err := tx.QueryRow(ctx, beyondSQL, s.site).Scan(&table, &at)
	if err == nil {
		return fmt.Errorf("%w: row %d of %s belongs to no entry", ledger.ErrDamaged, at, table)
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	err = tx.QueryRow(ctx, indexSQL, s.site).Scan(&at)
	if err == nil {
		return fmt.Errorf("%w: the index of subjects is not what entry %d says", ledger.ErrDamaged, at)
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	return nil
}

func (s *Store) auditGuards(ctx context.Context, tx pgx.Tx) error {
	r, err := tx.Query(ctx, triggersSQL)
	if err != nil {
		return err
	}
	on, err := pgx.CollectRows(r, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, g := range guards {
		if !slices.Contains(on, g) {
			return fmt.Errorf("%w: the trigger %s, which refuses changes, is off or gone", ledger.ErrDamaged, g)
		}
	}
	for _, sql := range forbidden {
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
			return fmt.Errorf("%w: the database allows %s", ledger.ErrDamaged, strings.TrimSuffix(sql, " WHERE false"))
		})
		if c := code(err); c != codeIntegrity && c != codeNoPrivilege {
			return err
		}
	}
	return nil
}
