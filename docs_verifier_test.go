package main_test

import (
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// TestLedgerFormatSufficesForAVerifier verifies a ledger's file as docs/ledger-format.md describes it, with SQL, SHA-256
// and Ed25519 alone, and finds what is changed in it.
func TestLedgerFormatSufficesForAVerifier(t *testing.T) {
	dir := t.TempDir()
	const n = 700 // two full tiles, and a rest
	fill(t, dir, n)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, sqlite.File))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if entries, err := foreign(t, db); err != nil || entries != n {
		t.Fatalf("%d entries of %d, %v", entries, n, err)
	}
	for _, trigger := range []string{"entry_stays", "enclosure_stays", "tile_stays", "head_forward"} {
		if _, err := db.ExecContext(t.Context(), "DROP TRIGGER "+trigger); err != nil {
			t.Fatal(err)
		}
	}
	for _, change := range []struct{ what, do string }{
		{"a leaf", "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'attempt', 'attempted') AS BLOB) WHERE seq = 300"},
		{"an enclosure", "UPDATE enclosure SET data = x'7b7d' WHERE seq = 1"},
		{"a tile", "UPDATE tile SET data = zeroblob(8192) WHERE level = 0 AND n = 1"},
		{"the head", "UPDATE head SET at = at - 1"},
		{"the tail", "DELETE FROM entry WHERE seq = 700"},
		{"a checkpoint", "UPDATE note SET signed = replace(signed, 'h1/ledger', 'h2/ledger')"},
	} {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if change.what == "the tail" {
			_, err = tx.ExecContext(t.Context(), "DROP TRIGGER entry_kept")
		}
		if err == nil {
			_, err = tx.ExecContext(t.Context(), change.do)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := foreign(t, tx); err == nil {
			t.Errorf("%s was changed, and nothing was found", change.what)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// fill makes a ledger of n entries with a checkpoint over them.
func fill(t *testing.T, dir string, n int) {
	t.Helper()
	clock := ledgertest.NewClock()
	s, err := sqlite.Open(t.Context(), dir, sqlite.Options{Site: ledgertest.Site, Wall: clock.Now, Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < n; at += 100 {
		clock.Step(time.Second)
		es := make([]ledger.Entry, 100)
		for i := range es {
			es[i] = ledgertest.Make(ledger.Seq(at+i+1), clock.Now())
		}
		if _, err := s.Append(t.Context(), ledger.Seq(at), es); err != nil {
			t.Fatal(err)
		}
	}
	signer, err := ledger.NewSigner(ledgertest.Site, ed25519.NewKeyFromSeed([]byte("the example of ledger-format.md!")))
	if err != nil {
		t.Fatal(err)
	}
	w, err := ledger.NewWitness(t.Context(), s, signer)
	if err == nil {
		_, err = w.Sign(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// foreign is a verifier by the page alone. It returns how many entries it proved.
func foreign(t *testing.T, db interface {
	Query(string, ...any) (*sql.Rows, error)
	QueryRow(string, ...any) *sql.Row
},
) (n int, err error) {
	t.Helper()
	rows, err := db.Query("SELECT seq, leaf FROM entry ORDER BY seq")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var hashes [][]byte
	var last string
	seals := map[string]string{} // "seq/n" → seal
	for rows.Next() {
		var seq int
		var leaf []byte
		if err := rows.Scan(&seq, &leaf); err != nil {
			return n, err
		}
		var e struct {
			Seq   int
			At    string
			Seals []string
		}
		if err := json.Unmarshal(leaf, &e); err != nil {
			return n, err
		}
		if n++; seq != n || e.Seq != n || e.At < last || !bytes.HasPrefix(leaf, fmt.Appendf(nil, `{"seq":%d,"at":"%s","site":"h1","by":"`, n, e.At)) {
			return n, fmt.Errorf("entry %d", n)
		}
		last = e.At
		for i, seal := range e.Seals {
			seals[fmt.Sprintf("%d/%d", n, i)] = seal
		}
		hashes = append(hashes, sum([]byte{0}, leaf))
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	sealed, err := db.Query("SELECT seq, n, salt, data FROM enclosure WHERE salt IS NOT NULL")
	if err != nil {
		return n, err
	}
	defer sealed.Close()
	for sealed.Next() {
		var seq, i int
		var salt, data []byte
		if err := sealed.Scan(&seq, &i, &salt, &data); err != nil {
			return n, err
		}
		if base64.StdEncoding.EncodeToString(sum(salt, data)) != seals[fmt.Sprintf("%d/%d", seq, i)] {
			return n, fmt.Errorf("enclosure %d of entry %d", i, seq)
		}
	}
	if err := sealed.Err(); err != nil {
		return n, err
	}
	for i := range n / 256 {
		var tile []byte
		if err := db.QueryRow("SELECT data FROM tile WHERE level = 0 AND n = ?", i).Scan(&tile); err != nil {
			return n, err
		}
		if !bytes.Equal(tile, bytes.Join(hashes[256*i:256*(i+1)], nil)) {
			return n, fmt.Errorf("tile %d", i)
		}
	}
	root := tree(hashes)
	return n, finish(db.QueryRow("SELECT seq, at, root, ahead, run, runs, sum FROM head"), db.QueryRow("SELECT signed FROM note"), n, last, root)
}

// finish compares head and checkpoint with what the entries gave.
func finish(head, note *sql.Row, n int, last string, root []byte) error {
	var seq, at, ahead, run, runs int64
	var kept, check []byte
	if err := head.Scan(&seq, &at, &kept, &ahead, &run, &runs, &check); err != nil {
		return err
	}
	b := []byte("readback head\n")
	for _, v := range []int64{seq, at, ahead, run, runs} {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	if int(seq) != n || time.UnixMicro(at).UTC().Format("2006-01-02T15:04:05.000000Z") != last ||
		!bytes.Equal(kept, root) || !bytes.Equal(check, sum(b, root)) {
		return fmt.Errorf("the head of %d entries", seq)
	}
	var signed string
	if err := note.Scan(&signed); err != nil {
		return err
	}
	text, signature, _ := strings.Cut(signed, "\n\n")
	text += "\n"
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(signature, "— h1/ledger "), "\n"))
	public, ok := ed25519.NewKeyFromSeed([]byte("the example of ledger-format.md!")).Public().(ed25519.PublicKey)
	if err != nil || !ok || len(raw) != 68 || !ed25519.Verify(public, []byte(text), raw[4:]) ||
		text != fmt.Sprintf("h1/ledger\n%d\n%s\n", n, base64.StdEncoding.EncodeToString(root)) {
		return fmt.Errorf("the checkpoint: %w", err)
	}
	return nil
}

// tree is the root over hashes of leaves (RFC 6962 §2.1).
func tree(hashes [][]byte) []byte {
	if len(hashes) == 1 {
		return hashes[0]
	}
	k := 1
	for 2*k < len(hashes) {
		k *= 2
	}
	return sum([]byte{1}, tree(hashes[:k]), tree(hashes[k:]))
}
