package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// columns are all columns of all tables; a table's key comes first.
var columns = []struct {
	table string
	keys  int
	names []string
}{
	{"meta", 1, []string{"one", "site"}},
	{"entry", 1, []string{"seq", "leaf"}},
	{"about", 3, []string{"run", "subject", "seq"}},
	{"enclosure", 2, []string{"seq", "n", "salt", "data"}},
	{"tile", 2, []string{"level", "n", "data"}},
	{"head", 1, []string{"one", "seq", "at", "root", "ahead", "run", "runs", "sum"}},
	{"note", 1, []string{"size", "signed"}},
}

func TestTamperingKnowsEachColumn(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	rows, err := raw(t, dir).QueryContext(t.Context(),
		"SELECT s.name, group_concat(c.name) FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table' GROUP BY s.name")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	known := map[string]string{}
	for _, c := range columns {
		known[c.table] = strings.Join(c.names, ",")
	}
	found := 0
	for rows.Next() {
		var table, names string
		if err := rows.Scan(&table, &names); err != nil {
			t.Fatal(err)
		}
		if known[table] != names {
			t.Errorf("table %s has the columns %s, tampering knows %q", table, names, known[table])
		}
		found++
	}
	if err := rows.Err(); err != nil || found != len(columns) {
		t.Errorf("%d tables, %v; want %d", found, err, len(columns))
	}
}

// tamper flips one bit of a random value with the guards down, and puts the guards back.
func tamper(t *testing.T, dir string, r *rand.Rand) (string, func()) {
	t.Helper()
	for {
		c := columns[r.IntN(len(columns))]
		column := r.IntN(len(c.names))
		db := raw(t, dir)
		row, ok := pick(t, db, c.table, len(c.names), r)
		changed := append([]any(nil), row...)
		var err error // set where the changed key is taken, or the column may not hold it
		if ok && row[column] != nil {
			changed[column] = flipped(row[column], r)
			err = replace(t.Context(), db, c.table, c.keys, c.names, row, changed)
		}
		if !ok || row[column] == nil || err != nil {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		what := fmt.Sprintf("%s.%s of %v: %.40q became %.40q", c.table, c.names[column], row[:c.keys], fmt.Sprint(row[column]), fmt.Sprint(changed[column]))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return what, func() {
			db := raw(t, dir)
			if err := replace(t.Context(), db, c.table, c.keys, c.names, changed, row); err != nil {
				t.Fatalf("putting back %s: %v", what, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// pick returns a random row.
func pick(t *testing.T, db *sql.DB, table string, width int, r *rand.Rand) ([]any, bool) {
	t.Helper()
	var count int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&count); err != nil {
		t.Fatal(err)
	}
	if count == 0 {
		return nil, false
	}
	row := make([]any, width)
	into := make([]any, width)
	for i := range row {
		into[i] = &row[i]
	}
	if err := db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT * FROM %s LIMIT 1 OFFSET %d", table, r.IntN(count))).Scan(into...); err != nil {
		t.Fatal(err)
	}
	return row, true
}

// flipped returns a value with one bit changed.
func flipped(v any, r *rand.Rand) any {
	switch v := v.(type) {
	case int64:
		return v ^ 1<<r.IntN(40)
	case []byte:
		b := append([]byte(nil), v...)
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		return b
	case string:
		b := []byte(v)
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		return string(b)
	}
	panic(fmt.Sprintf("a value of type %T", v))
}

// replace puts one row in the place of another in one transaction, with the table's triggers dropped meanwhile.
func replace(ctx context.Context, db *sql.DB, table string, keys int, names []string, old, row []any) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	guards, err := texts(ctx, conn, "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? ORDER BY rowid", table)
	if err != nil {
		return err
	}
	var key []string
	for _, name := range names[:keys] {
		key = append(key, name+" = ?")
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after the commit
	for _, text := range guards {
		if _, err := tx.ExecContext(ctx, "DROP TRIGGER "+strings.Fields(text)[2]); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE "+strings.Join(key, " AND "), old[:keys]...); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO "+table+" VALUES (?"+strings.Repeat(", ?", len(names)-1)+")", row...); err != nil {
		return err
	}
	for _, text := range guards {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func TestBentGuardsAreFound(t *testing.T) {
	for _, statement := range []string{
		"DROP TRIGGER entry_stays",
		"DROP TRIGGER head_forward",
		"DROP TRIGGER tile_once; CREATE TRIGGER tile_once BEFORE INSERT ON tile WHEN 0 BEGIN SELECT raise(ABORT, ''); END",
		"CREATE TRIGGER more AFTER INSERT ON entry BEGIN SELECT 1; END",
		"CREATE TABLE more (a)",
		"CREATE INDEX more ON note (signed)",
	} {
		dir := t.TempDir()
		s := open(t, dir)
		fill(t, s, 3)
		if err := s.Audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := raw(t, dir).ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.Verify(t.Context(), s, ledgertest.NewSigner(t, 1).Public(), nil); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("after %q: %v, want ErrDamaged", statement, err)
		}
	}
}

func TestMissingAndExtraRowsAreFound(t *testing.T) {
	for _, statement := range []string{
		"DELETE FROM entry WHERE seq = 300", "DELETE FROM entry WHERE seq = 7", "DELETE FROM about WHERE seq = 7",
		"INSERT INTO about VALUES (0, 4711, 7)", "INSERT INTO about VALUES (0, 4711, 7000)", "INSERT INTO about VALUES (6, 4711, 400)",
		"DELETE FROM about WHERE run = 2", "UPDATE about SET run = 1 WHERE seq = 7", "UPDATE head SET runs = runs + 1", "UPDATE head SET run = 32",
		"DELETE FROM enclosure WHERE seq = 7", "INSERT INTO enclosure VALUES (7000, 0, NULL, NULL)", "INSERT INTO enclosure VALUES (7, 1, NULL, NULL)",
		"DELETE FROM tile", "INSERT INTO tile VALUES (0, 1, x'00')", "INSERT INTO tile VALUES (5, 0, x'00')",
		"DELETE FROM head", "DELETE FROM meta", "INSERT INTO note VALUES (0, '')", "INSERT INTO note VALUES (7000, '')",
		"UPDATE enclosure SET salt = NULL WHERE seq = 7", "INSERT INTO entry SELECT 361, leaf FROM entry WHERE seq = 300",
	} {
		dir := t.TempDir()
		s := open(t, dir)
		fill(t, s, 300)
		fill(t, s, 60) // writes four runs of the index
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := unguarded(t, dir, statement); err != nil {
			t.Fatal(err)
		}
		err := func() error {
			s, err := sqlite.OpenReadOnly(t.Context(), dir, ledgertest.Site)
			if err != nil {
				return err
			}
			defer func() { _ = s.Close() }()
			_, err = ledger.Verify(t.Context(), s, ledgertest.NewSigner(t, 1).Public(), nil)
			return err
		}()
		if err == nil {
			t.Errorf("%q was not found", statement)
		}
	}
}

// unguarded runs a statement with all triggers dropped meanwhile.
func unguarded(t *testing.T, dir, statement string) error {
	t.Helper()
	db := raw(t, dir)
	drop, err := texts(t.Context(), db, "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		return err
	}
	again, err := texts(t.Context(), db, "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
	if err != nil {
		return err
	}
	script := "BEGIN;" + strings.Join(drop, ";") + ";" + statement + ";" + strings.Join(again, ";") + "; COMMIT"
	_, err = db.ExecContext(t.Context(), script)
	return errors.Join(err, db.Close())
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// texts returns the first column of all rows.
func texts(ctx context.Context, q querier, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}
