package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/seed-909bec58/readback/ledger"
)

// Audit implements ledger.Store. It reads the whole file, as of one instant, and holds little of it.
func (s *Store) Audit(ctx context.Context) error {
	if s.immutable && logged(filepath.Join(s.dir, File)) {
		return errors.New("a process began to write to the ledger while it was read without a log: try again")
	}
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return readFault(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	for _, check := range []func(context.Context, querier) error{s.auditSchema, auditIntegrity, s.auditEntries, auditNotes} {
		if err := check(ctx, tx); err != nil {
			return readFault(err)
		}
	}
	return nil
}

// auditSchema compares tables and triggers with those that the steps make, so that a guard that was dropped or bent is
// found.
func (s *Store) auditSchema(ctx context.Context, q querier) error {
	db, err := pool("file::memory:", 1, false)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing of it is kept
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // as above
	if err := migrate(ctx, conn); err != nil {
		return err
	}
	want, err := objects(ctx, conn)
	if err != nil {
		return err
	}
	got, err := objects(ctx, q)
	if err != nil {
		return err
	}
	format, err := formatOf(ctx, q)
	if err != nil {
		return err
	}
	if all, err := steps(); err != nil || format != len(all) {
		return fmt.Errorf("%w: its format is %d of %d: start this program's serve on it once", ledger.ErrSite, format, len(all))
	}
	for i, o := range want {
		if i >= len(got) || got[i] != o {
			return fmt.Errorf("%w: a table or trigger is missing or changed, it should be %q", ledger.ErrDamaged, o)
		}
	}
	if len(got) > len(want) {
		return fmt.Errorf("%w: %q is no part of a ledger", ledger.ErrDamaged, got[len(want)])
	}
	_, err = identify(ctx, q, File, s.site)
	return err
}

func objects(ctx context.Context, q querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, "SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || ifnull(sql, '') FROM sqlite_schema ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	var out []string
	for rows.Next() {
		var o string
		if err := rows.Scan(&o); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	slices.Sort(out)
	return out, rows.Err()
}

func auditIntegrity(ctx context.Context, q querier) error {
	var said string
	if err := q.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return fmt.Errorf("%w: the database's own check says: %s", ledger.ErrDamaged, said)
	}
	return nil
}

// auditEntries compares the index of subjects with the entries, and counts what should be as many as there are: entries,
// enclosures, tiles.
func (s *Store) auditEntries(ctx context.Context, q querier) error {
	head, c, err := readHead(ctx, q)
	if err != nil {
		return err
	}
	idx, err := newIndexAudit(c)
	if err != nil {
		return err
	}
	var entries, enclosures int64
	err = each(ctx, q, "SELECT seq, leaf FROM entry ORDER BY seq", func(rows *sql.Rows) error {
		var seq int64
		var leaf sql.RawBytes
		if err := rows.Scan(&seq, &leaf); err != nil {
			return err
		}
		entries++
		e, err := ledger.Decode(leaf)
		if err != nil || int64(e.Seq) != seq || seq != entries || e.Site != s.site {
			return fmt.Errorf("%w: entry %d cannot be read, is out of place, or of another site", ledger.ErrDamaged, seq)
		}
		idx.entry(&e)
		enclosures += int64(len(e.Seals))
		return nil
	})
	if err != nil {
		return err
	}
	if err := idx.check(ctx, q, entries); err != nil {
		return err
	}
	for _, c := range []struct {
		what, query string
		args        []any
		want        int64
	}{
		{"entries", "SELECT ?", []any{entries}, int64(head.Seq)},
		{"enclosures", "SELECT count(*) FROM enclosure", nil, enclosures},
		{"tiles", "SELECT count(*) FROM tile", nil, tilesOf(head.Seq)},
	} {
		var got int64
		if err := q.QueryRowContext(ctx, c.query, c.args...).Scan(&got); err != nil {
			return err
		}
		if got != c.want {
			return fmt.Errorf("%w: there are %d %s, not %d", ledger.ErrDamaged, got, c.what, c.want)
		}
	}
	return nil
}

// tilesOf returns how many full tiles a ledger of that length has.
func tilesOf(n ledger.Seq) int64 {
	var sum int64
	for full := int64(n) >> ledger.TileHeight; full > 0; full >>= ledger.TileHeight {
		sum += full
	}
	return sum
}

func auditNotes(ctx context.Context, q querier) error {
	var outside int64
	err := q.QueryRowContext(ctx, "SELECT count(*) FROM note WHERE size < 1 OR size > (SELECT seq FROM head)").Scan(&outside)
	if err == nil && outside > 0 {
		err = fmt.Errorf("%w: %d checkpoints are kept for sizes that the ledger never had", ledger.ErrDamaged, outside)
	}
	return err
}

func each(ctx context.Context, q querier, query string, row func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
