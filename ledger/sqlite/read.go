package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seed-909bec58/readback/ledger"
)

// queries holds the readers' prepared statements.
type queries struct {
	entries, enclosures, about, aboutEnclosures, tile, notes, lastNote *sql.Stmt

	statements statements
}

func (q *queries) prepare(ctx context.Context, db *sql.DB) error {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&q.entries, "SELECT seq, leaf FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"},
		{&q.enclosures, "SELECT seq, n, salt, data FROM enclosure WHERE seq > ? AND seq <= ? ORDER BY seq, n"},
		{&q.about, "SELECT e.seq, e.leaf FROM about a CROSS JOIN entry e ON e.seq = a.seq WHERE a.subject = ? AND a.seq <= ? ORDER BY a.seq"},
		{&q.aboutEnclosures, `SELECT c.seq, c.n, c.salt, c.data FROM about a CROSS JOIN enclosure c ON c.seq = a.seq
			WHERE a.subject = ? AND a.seq <= ? ORDER BY a.seq, c.n`},
		{&q.tile, "SELECT data FROM tile WHERE level = ? AND n = ?"},
		{&q.notes, "SELECT size, signed FROM note WHERE size > ? ORDER BY size LIMIT ?"},
		{&q.lastNote, "SELECT size, signed FROM note ORDER BY size DESC LIMIT 1"},
	} {
		if err := q.statements.prepare(ctx, db, p.text, p.stmt); err != nil {
			return err
		}
	}
	return nil
}

// Read implements ledger.Store.
func (s *Store) Read(ctx context.Context, after ledger.Seq, limit int) ([]ledger.Entry, error) {
	limit = min(limit, ledger.MaxRead)
	if limit <= 0 {
		return nil, nil
	}
	es, err := entries(ctx, make([]ledger.Entry, 0, limit), s.queries.entries, int64(after), limit)
	if err != nil || len(es) == 0 {
		return nil, err
	}
	return es, enclose(ctx, es, s.queries.enclosures, int64(after), int64(es[len(es)-1].Seq))
}

// About implements ledger.Store.
func (s *Store) About(ctx context.Context, subject string, upTo ledger.Seq) ([]ledger.Entry, error) {
	es, err := entries(ctx, nil, s.queries.about, subject, int64(upTo))
	if err != nil || len(es) == 0 {
		return nil, err
	}
	return es, enclose(ctx, es, s.queries.aboutEnclosures, subject, int64(es[len(es)-1].Seq))
}

func entries(ctx context.Context, es []ledger.Entry, stmt *sql.Stmt, args ...any) ([]ledger.Entry, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, readFault(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		var seq ledger.Seq
		var leaf []byte
		if err := rows.Scan(&seq, &leaf); err != nil {
			return nil, readFault(err)
		}
		e, err := ledger.Decode(leaf)
		if err != nil {
			return nil, fmt.Errorf("%w: entry %d: %w", ledger.ErrDamaged, seq, err)
		}
		if e.Seq != seq {
			return nil, fmt.Errorf("%w: entry %d stands in place %d", ledger.ErrDamaged, e.Seq, seq)
		}
		es = append(es, e)
	}
	return es, readFault(rows.Err())
}

// enclose puts each enclosure into its entry; both come in the order of their places.
func enclose(ctx context.Context, es []ledger.Entry, stmt *sql.Stmt, args ...any) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return readFault(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	i := 0
	for rows.Next() {
		var seq ledger.Seq
		var n int
		var salt, data sql.Null[[]byte]
		if err := rows.Scan(&seq, &n, &salt, &data); err != nil {
			return readFault(err)
		}
		for i < len(es)-1 && es[i].Seq < seq {
			i++
		}
		e := &es[i]
		if e.Seq != seq || n != len(e.Enclosures) || salt.Valid != data.Valid {
			return fmt.Errorf("%w: enclosure %d of entry %d is out of place or half erased", ledger.ErrDamaged, n+1, seq)
		}
		e.Enclosures = append(e.Enclosures, ledger.Enclosure{Salt: salt.V, Data: data.V, Erased: !salt.Valid})
	}
	return readFault(rows.Err())
}

// Head implements ledger.Store.
func (s *Store) Head(ctx context.Context) (ledger.Head, error) {
	h, err := readHead(ctx, s.readers)
	return h, readFault(err)
}

// Tile implements ledger.Store.
func (s *Store) Tile(ctx context.Context, level int, n int64) ([]byte, error) {
	st := s.state.Load()
	if st == nil || s.readOnly && st.edge.Size()>>(ledger.TileHeight*(level+1)) <= n {
		var err error
		if st, err = s.load(ctx); err != nil {
			return nil, readFault(err)
		}
		s.state.Store(st)
	}
	switch full := st.edge.Size() >> (ledger.TileHeight * (level + 1)); {
	case n < full:
		return s.queries.fullTile(ctx, level, n)
	case n == full:
		return st.edge.Partial(level), nil
	}
	return nil, fmt.Errorf("%w: no tile %d of level %d", ledger.ErrDamaged, n, level)
}

func (q *queries) fullTile(ctx context.Context, level int, n int64) ([]byte, error) {
	var data []byte
	err := q.tile.QueryRowContext(ctx, level, n).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: tile %d of level %d is missing", ledger.ErrDamaged, n, level)
	}
	return data, readFault(err)
}

// Checkpoints implements ledger.Store.
func (s *Store) Checkpoints(ctx context.Context, after int64, limit int) ([]ledger.Note, error) {
	return notes(ctx, s.queries.notes, after, limit)
}

// LastCheckpoint implements ledger.Store.
func (s *Store) LastCheckpoint(ctx context.Context) (ledger.Note, error) {
	ns, err := notes(ctx, s.queries.lastNote)
	if err != nil || len(ns) == 0 {
		return ledger.Note{}, err
	}
	return ns[0], nil
}

func notes(ctx context.Context, stmt *sql.Stmt, args ...any) ([]ledger.Note, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, readFault(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	var out []ledger.Note
	for rows.Next() {
		var n ledger.Note
		if err := rows.Scan(&n.Size, &n.Signed); err != nil {
			return nil, readFault(err)
		}
		out = append(out, n)
	}
	return out, readFault(rows.Err())
}
