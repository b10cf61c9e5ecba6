package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seed-909bec58/readback/ledger"
)

// Erase implements ledger.Store.
func (s *Store) Erase(ctx context.Context, seqs []ledger.Seq) error {
	places := make([]int64, len(seqs))
	for i, seq := range seqs {
		places[i] = int64(seq)
	}
	return s.change(ctx, "UPDATE ledger.enclosure SET salt = NULL, data = NULL WHERE site = $1 AND seq = ANY ($2) AND salt IS NOT NULL", s.site, places)
}

// Signed implements ledger.Store.
func (s *Store) Signed(ctx context.Context, n ledger.Note) error {
	return s.change(ctx, `INSERT INTO ledger.note (site, size, signed) VALUES ($1, $2, $3)
		ON CONFLICT (site, size) DO UPDATE SET signed = excluded.signed`, s.site, n.Size, n.Signed)
}

// change runs a statement that may be run twice.
func (s *Store) change(ctx context.Context, sql string, args ...any) error {
	return s.read(ctx, func(c *pgxpool.Conn) error {
		_, err := c.Exec(ctx, sql, args...)
		return err
	})
}

// Checkpoints implements ledger.Store.
func (s *Store) Checkpoints(ctx context.Context, after int64, limit int) (out []ledger.Note, err error) {
	err = s.read(ctx, func(c *pgxpool.Conn) error {
		r, err := c.Query(ctx, "SELECT size, signed FROM ledger.note WHERE site = $1 AND size > $2 ORDER BY size LIMIT $3", s.site, after, max(0, limit))
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(r, pgx.RowToStructByPos[ledger.Note])
		return err
	})
	return out, err
}

// LastCheckpoint implements ledger.Store.
func (s *Store) LastCheckpoint(ctx context.Context) (n ledger.Note, err error) {
	err = s.read(ctx, func(c *pgxpool.Conn) error {
		err := c.QueryRow(ctx, "SELECT size, signed FROM ledger.note WHERE site = $1 ORDER BY size DESC LIMIT 1", s.site).Scan(&n.Size, &n.Signed)
		if errors.Is(err, pgx.ErrNoRows) {
			n = ledger.Note{}
			return nil
		}
		return err
	})
	return n, err
}
