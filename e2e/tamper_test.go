package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
)

// tampering is one way to change a file behind the program's back.
type tampering struct {
	name string
	do   func(b []byte, r *rand.Rand) []byte
}

const sqlitePage = 4096

var tamperings = []tampering{
	{"a bit flipped", func(b []byte, r *rand.Rand) []byte {
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		return b
	}},
	{"a digit or letter changed", func(b []byte, r *rand.Rand) []byte {
		for {
			if i := r.IntN(len(b)); b[i] >= '0' && b[i] <= 'y' {
				b[i]++
				return b
			}
		}
	}},
	{"a run of bytes overwritten", func(b []byte, r *rand.Rand) []byte {
		at := r.IntN(len(b) - 64)
		for i := range 1 + r.IntN(63) {
			b[at+i] = byte(r.IntN(256))
		}
		return b
	}},
	{"a value exchanged", func(b []byte, r *rand.Rand) []byte {
		var at []int
		for i := 0; ; {
			n := bytes.Index(b[i:], []byte(valueSent))
			if n < 0 {
				break
			}
			at, i = append(at, i+n), i+n+1
		}
		copy(b[at[r.IntN(len(at))]:], "4.2")
		return b
	}},
	{"a page put in another's place", func(b []byte, r *rand.Rand) []byte {
		pages := len(b) / sqlitePage
		from, to := r.IntN(pages), r.IntN(pages)
		copy(b[to*sqlitePage:(to+1)*sqlitePage], b[from*sqlitePage:])
		return b
	}},
	{"a sector zeroed", func(b []byte, r *rand.Rand) []byte {
		at := r.IntN(len(b)/512) * 512
		clear(b[at : at+512])
		return b
	}},
	{"the end cut off", func(b []byte, r *rand.Rand) []byte { return b[:r.IntN(len(b))] }},
}

func TestTamperingWithTheLedgersFileIsFoundOrChangesNothing(t *testing.T) {
	const seed = 37
	r := rand.New(rand.NewPCG(seed, seed))
	dir := t.TempDir()
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	l := newLoad(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.run(ctx, n, 2) }()
	until(t, "a ledger with tiles, calls and read-backs", func() bool {
		messages, readBacks, _ := l.counts()
		return messages >= 200 && readBacks >= 20
	})
	cancel()
	<-done
	if code := n.stop(t); code != 0 {
		t.Fatalf("stop: %d", code)
	}
	want := verified(t, "--data", dir)
	path := filepath.Join(dir, "ledger.db")
	pristine, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content, err := logical(path)
	if err != nil {
		t.Fatal(err)
	}
	found, same := map[string]int{}, 0
	for range need.Count(500, 10_000) {
		how := tamperings[r.IntN(len(tamperings))]
		changed := how.do(bytes.Clone(pristine), r)
		if bytes.Equal(changed, pristine) {
			same++
			continue
		}
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		v := run(t, "verify", "--data", dir)
		if v.code != 0 {
			found[how.name]++
			if v.errs == "" {
				t.Errorf("%s: found, and not a word of what and where", how.name)
			}
			continue
		}
		got, err := logical(path)
		if err != nil || got != content || v.out != want {
			t.Errorf("%s of seed %d: not found, and the content is another (%v)", how.name, seed, err)
		}
		same++
	}
	if err := os.WriteFile(path, pristine, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := verified(t, "--data", dir); got != want {
		t.Errorf("the file as it was: %q, want %q", got, want)
	}
	t.Logf("%d bytes; found: %v; %d changed nothing that the ledger holds", len(pristine), found, same)
	for _, how := range tamperings {
		if found[how.name] == 0 {
			t.Errorf("%s was never found", how.name)
		}
	}
}

// logical is a digest of everything that a ledger's file holds: every row of every table, the schema and the marks.
func logical(path string) (digest string, err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&immutable=1")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	h := sha256.New()
	for _, query := range []string{
		"SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name", "SELECT * FROM meta", "SELECT * FROM entry ORDER BY seq",
		"SELECT * FROM about ORDER BY run, subject, seq", "SELECT * FROM enclosure ORDER BY seq, n", "SELECT * FROM tile NOT INDEXED ORDER BY level, n",
		"SELECT * FROM head", "SELECT * FROM note ORDER BY size", "PRAGMA application_id", "PRAGMA user_version",
	} {
		if err := print1(h, db, query); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// print1 writes what a query answers.
func print1(w io.Writer, db *sql.DB, query string) error {
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	row := make([]any, len(names))
	into := make([]any, len(names))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		fmt.Fprintf(w, "%q %v\n", query, row)
	}
	return rows.Err()
}

func TestTamperedLedgerIsNotServed(t *testing.T) {
	dir := t.TempDir()
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	mustSend(t, n.MLLP, potassium("T0001"))
	n.stop(t)
	path := filepath.Join(dir, "ledger.db")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	leaf := bytes.LastIndex(b, []byte(`"kind":"critical.called"`))
	b[leaf+len(`"kind":"critical.`)] = 'k'
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if v := run(t, "verify", "--data", dir); v.code != 1 || !bytes.Contains([]byte(v.errs), []byte(ledger.ErrDamaged.Error())) {
		t.Errorf("verify of a changed entry: %d, %s", v.code, v.errs)
	}
	if v := run(t, "serve", "--data", dir, "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0"); v.code != 1 {
		t.Errorf("serve of a changed entry: %d, %s", v.code, v.errs)
	}
}
