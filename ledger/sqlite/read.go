package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-909bec58/readback/ledger"
)

// queries holds the readers' prepared statements.
type queries struct {
	entries, enclosures, about, at, atEnclosures, tile, notes, lastNote *sql.Stmt

	statements statements
}

func (q *queries) prepare(ctx context.Context, db *sql.DB) error {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&q.entries, "SELECT seq, leaf FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"},
		{&q.enclosures, "SELECT seq, n, salt, data FROM enclosure WHERE seq > ? AND seq <= ? ORDER BY seq, n"},
		{&q.about, `WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n + 1 < ?1)
			SELECT a.seq FROM r CROSS JOIN about a ON a.run = r.n WHERE a.subject = ?2 AND a.seq <= ?3 ORDER BY a.seq`},
		{&q.at, "SELECT e.seq, e.leaf FROM json_each(?) j CROSS JOIN entry e ON e.seq = j.value ORDER BY e.seq"},
		{&q.atEnclosures, "SELECT c.seq, c.n, c.salt, c.data FROM json_each(?) j CROSS JOIN enclosure c ON c.seq = j.value ORDER BY c.seq, c.n"},
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
	seqs, err := s.seqsAbout(ctx, subject, upTo)
	if err != nil || len(seqs) == 0 {
		return nil, err
	}
	places, err := json.Marshal(seqs)
	if err != nil {
		return nil, err
	}
	es, err := entries(ctx, nil, s.queries.at, string(places))
	if err == nil && len(es) != len(seqs) {
		err = fmt.Errorf("%w: the index of subjects names entries that are not there", ledger.ErrDamaged)
	}
	if err == nil {
		err = enclose(ctx, es, s.queries.atEnclosures, string(places))
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(es, func(e ledger.Entry) bool { return !slices.Contains(e.About, subject) }), nil
}

func entries(ctx context.Context, es []ledger.Entry, stmt *sql.Stmt, args ...any) ([]ledger.Entry, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, readFault(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		e, err := scanLeaf(rows)
		if err != nil {
			return nil, readFault(err)
		}
		es = append(es, e)
	}
	return es, readFault(rows.Err())
}

// scanLeaf reads a row of place and leaf.
func scanLeaf(rows *sql.Rows) (ledger.Entry, error) {
	var seq ledger.Seq
	var leaf []byte
	if err := rows.Scan(&seq, &leaf); err != nil {
		return ledger.Entry{}, err
	}
	e, err := ledger.Decode(leaf)
	if err != nil {
		return e, fmt.Errorf("%w: entry %d: %w", ledger.ErrDamaged, seq, err)
	}
	if e.Seq != seq {
		return e, fmt.Errorf("%w: entry %d stands in place %d", ledger.ErrDamaged, e.Seq, seq)
	}
	return e, nil
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

// Head implements ledger.Store. What an append has committed and not yet noted as the state is not told: Tile, which goes
// by the state, would not have it, and a witness would take that for damage.
func (s *Store) Head(ctx context.Context) (ledger.Head, error) {
	h, _, err := readHead(ctx, s.readers)
	if st := s.state.Load(); err == nil && !s.readOnly && st.head.Seq < h.Seq {
		h = st.head
	}
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
