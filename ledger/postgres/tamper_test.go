package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// column is where a byte can be changed. Not among them: head.ahead and head.fence, which say nothing of the past, and
// note.site, with which a whole checkpoint would go: one that is gone is missed by who holds a copy.
type column struct{ table, name, kind, key string }

var columns = []column{
	{"entry", "site", "text", "seq"},
	{"entry", "seq", "number", "seq"},
	{"entry", "leaf", "bytes", "seq"},
	{"about", "site", "text", "seq, subject"},
	{"about", "seq", "number", "seq, subject"},
	{"about", "subject", "text", "seq, subject"},
	{"enclosure", "site", "text", "seq, n"},
	{"enclosure", "seq", "number", "seq, n"},
	{"enclosure", "n", "number", "seq, n"},
	{"enclosure", "salt", "bytes", "seq, n"},
	{"enclosure", "data", "bytes", "seq, n"},
	{"tile", "site", "text", "level, n"},
	{"tile", "level", "number", "level, n"},
	{"tile", "n", "number", "level, n"},
	{"tile", "data", "bytes", "level, n"},
	{"note", "size", "number", "size"},
	{"note", "signed", "text", "size"},
	{"head", "seq", "number", "site"},
	{"head", "at", "time", "site"},
	{"head", "root", "bytes", "site"},
}

// tamper returns a function that changes one byte as the superuser can, with the triggers switched off and on again.
// A change that the tables' own keys refuse is none: another is made.
func tamper(url string) func(*testing.T, *rand.Rand) (string, func()) {
	var c *pgx.Conn
	var change func(t *testing.T, r *rand.Rand) (string, func())
	change = func(t *testing.T, r *rand.Rand) (string, func()) {
		t.Helper()
		if c == nil {
			c = pgtest.Connect(t, url)
			conn := c
			t.Cleanup(func() { _ = conn.Close(t.Context()) }) // the database is dropped anyway
		}
		col := columns[r.IntN(len(columns))]
		var row string
		err := c.QueryRow(t.Context(), fmt.Sprintf("SELECT ctid::text FROM ledger.%s WHERE %s IS NOT NULL ORDER BY %s OFFSET floor($1::float8 * (SELECT count(*) FROM ledger.%[1]s WHERE %[2]s IS NOT NULL)) LIMIT 1",
			col.table, col.name, col.key), r.Float64()).Scan(&row)
		if err != nil {
			t.Fatal(err)
		}
		at, bit := r.Float64(), r.IntN(8)
		var changed string
		switch col.kind {
		case "bytes":
			changed = fmt.Sprintf("set_bit(%[1]s, (floor(%[2]f * length(%[1]s)) * 8 + %[3]d)::bigint, 1 - get_bit(%[1]s, (floor(%[2]f * length(%[1]s)) * 8 + %[3]d)::bigint))", col.name, at, bit)
		case "text": // another ASCII letter, so that the text stays text
			changed = fmt.Sprintf("overlay(%[1]s PLACING chr(CASE ascii(substr(%[1]s, 1 + floor(%[2]f * length(%[1]s))::int, 1)) WHEN 97 + %[3]d THEN 122 ELSE 97 + %[3]d END) FROM 1 + floor(%[2]f * length(%[1]s))::int FOR 1)", col.name, at, bit)
		case "number":
			changed = fmt.Sprintf("%s # (1 << %d)", col.name, bit)
		case "time":
			changed = fmt.Sprintf("%s + interval '%d microseconds'", col.name, 1<<bit)
		}
		// The old row is kept in a table of its own and comes back whole.
		_, err = c.Exec(t.Context(), fmt.Sprintf(`BEGIN; ALTER TABLE ledger.%[1]s DISABLE TRIGGER USER; DROP TABLE IF EXISTS kept; CREATE TEMP TABLE kept AS SELECT * FROM ledger.%[1]s;
			UPDATE ledger.%[1]s SET %[2]s = %[3]s WHERE ctid = '%[4]s'; %[5]s COMMIT`, col.table, col.name, changed, row, enable(col.table)))
		if err != nil {
			_, _ = c.Exec(t.Context(), "ROLLBACK") // of what failed
			return change(t, r)
		}
		return fmt.Sprintf("ledger.%s.%s of row %s, bit %d at %f", col.table, col.name, row, bit, at), func() {
			_, err := c.Exec(t.Context(), fmt.Sprintf("BEGIN; ALTER TABLE ledger.%[1]s DISABLE TRIGGER USER; DELETE FROM ledger.%[1]s; INSERT INTO ledger.%[1]s SELECT * FROM kept; %[2]s COMMIT", col.table, enable(col.table)))
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return change
}

func enable(table string) string {
	switch table {
	case "entry", "about", "tile":
		return fmt.Sprintf("ALTER TABLE ledger.%s ENABLE ALWAYS TRIGGER append_only;", table)
	case "enclosure":
		return "ALTER TABLE ledger.enclosure ENABLE ALWAYS TRIGGER append_only; ALTER TABLE ledger.enclosure ENABLE ALWAYS TRIGGER only_erase;"
	}
	return ""
}
