package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/seed-909bec58/readback/ledger"
)

func exec(ctx context.Context, stmt *sql.Stmt, args ...any) error {
	_, err := stmt.ExecContext(ctx, args...)
	return err
}

// inserts holds the writer's prepared statements; it is used by one goroutine at a time.
type inserts struct {
	begin, commit, rollback, head, tile, note, erase *sql.Stmt

	entry, about, enclosure rows

	statements statements
}

// statements are prepared statements that are closed together.
type statements []*sql.Stmt

// preparer is a pool or a connection.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

func (s *statements) prepare(ctx context.Context, p preparer, text string, into **sql.Stmt) error {
	stmt, err := p.PrepareContext(ctx, text) //nolint:sqlclosecheck // close closes it
	if err != nil {
		return err
	}
	*s = append(*s, stmt)
	*into = stmt
	return nil
}

// close ends the statements: a connection that is closed with open ones keeps its files.
func (s statements) close() error {
	var errs []error
	for _, stmt := range s {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(errs...)
}

func (i *inserts) prepare(ctx context.Context, conn *sql.Conn) error {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&i.begin, "BEGIN IMMEDIATE"},
		{&i.commit, "COMMIT"},
		{&i.rollback, "ROLLBACK"},
		{&i.head, "UPDATE head SET seq = ?, at = ?, root = ?, ahead = ?, run = ?, runs = ?, sum = ?"},
		{&i.tile, "INSERT INTO tile (level, n, data) VALUES (?, ?, ?)"},
		{&i.note, "INSERT INTO note (size, signed) VALUES (?, ?) ON CONFLICT (size) DO UPDATE SET signed = excluded.signed"},
		{&i.erase, "UPDATE enclosure SET salt = NULL, data = NULL WHERE seq = ?"},
	} {
		if err := i.statements.prepare(ctx, conn, p.text, p.stmt); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		rows *rows
		text string
	}{
		{&i.entry, "INSERT INTO entry (seq, leaf) VALUES (?, ?)"},
		{&i.about, "INSERT INTO about (run, subject, seq) VALUES (?, ?, ?)"},
		{&i.enclosure, "INSERT INTO enclosure (seq, n, salt, data) VALUES (?, ?, ?, ?)"},
	} {
		if err := p.rows.prepare(ctx, &i.statements, conn, p.text); err != nil {
			return err
		}
	}
	return nil
}

func (i *inserts) all(ctx context.Context, entries []ledger.Entry, tiles []ledger.Tile, about []row, head ledger.Head, c cover) error {
	for k := range entries {
		e := &entries[k]
		i.entry.add(int64(e.Seq), e.Leaf)
		for n, c := range e.Enclosures {
			i.enclosure.add(int64(e.Seq), n, c.Salt, c.Data)
		}
	}
	for _, r := range about {
		i.about.add(r.run, r.key, int64(r.seq))
	}
	for _, r := range []*rows{&i.entry, &i.about, &i.enclosure} {
		if err := r.flush(ctx); err != nil {
			return err
		}
	}
	for _, t := range tiles {
		if err := exec(ctx, i.tile, t.Level, t.N, t.Data); err != nil {
			return err
		}
	}
	return exec(ctx, i.head, int64(head.Seq), micros(head.At), head.Root[:], head.Ahead.Microseconds(), c.length, c.runs, headSum(head, c))
}

// rows gathers rows of one table and inserts them many at a time, since a statement costs more than a row.
type rows struct {
	width int
	args  []any
	stmts [4]*sql.Stmt
}

// rowsAt is how many rows each statement of rows inserts.
var rowsAt = [4]int{64, 8, 2, 1}

// prepare takes the statement for one row; its last parenthesis is what is repeated for each.
func (r *rows) prepare(ctx context.Context, all *statements, conn *sql.Conn, text string) error {
	one := text[strings.LastIndexByte(text, '('):]
	r.width = strings.Count(one, "?")
	for i, n := range rowsAt {
		if err := all.prepare(ctx, conn, text+strings.Repeat(", "+one, n-1), &r.stmts[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) add(values ...any) { r.args = append(r.args, values...) }

func (r *rows) flush(ctx context.Context) error {
	args := r.args
	r.args = r.args[:0]
	for i, n := range rowsAt {
		for len(args) >= n*r.width {
			if err := exec(ctx, r.stmts[i], args[:n*r.width]...); err != nil {
				return err
			}
			args = args[n*r.width:]
		}
	}
	return nil
}
