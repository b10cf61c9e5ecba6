package audit

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"

	"github.com/seed-909bec58/readback/ledger"
)

//go:embed schema.sql
var schema string

// version is of the tables and of what is counted into them: with another one they are made again.
const version = 4

// place is up to where the rows count the ledger.
type place struct {
	site, zone string
	seq        int64
	leaf       []byte
	at         int64
}

// readPlace returns the place, or false where there are no tables of this version.
func readPlace(ctx context.Context, db *sql.DB) (place, bool, error) {
	var p place
	var n int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'place'`).Scan(&n); err != nil || n == 0 {
		return p, false, err
	}
	var v int
	err := db.QueryRowContext(ctx, `SELECT version FROM place`).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) || err == nil && v != version {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	err = db.QueryRowContext(ctx, `SELECT site, zone, seq, leaf, at FROM place`).Scan(&p.site, &p.zone, &p.seq, &p.leaf, &p.at)
	return p, err == nil, err
}

// makeAnew throws all tables away and makes them empty, in one transaction.
func makeAnew(ctx context.Context, db *sql.DB, site string) (place, error) {
	p := place{site: site, zone: "UTC", leaf: []byte{}}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return p, err
	}
	defer tx.Rollback()
	names, err := tables(ctx, tx)
	if err != nil {
		return p, err
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`DROP TABLE "%s"`, name)); err != nil {
			return p, err
		}
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return p, err
	}
	const insert = `INSERT INTO place (one, version, site, zone, seq, leaf, at) VALUES (1, ?, ?, ?, ?, ?, ?)`
	if _, err := tx.ExecContext(ctx, insert, version, p.site, p.zone, p.seq, p.leaf, p.at); err != nil {
		return p, err
	}
	return p, tx.Commit()
}

func tables(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rs, err := tx.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []string
	for rs.Next() {
		var name string
		if err := rs.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rs.Err()
}

const callColumns = `seq, coalesce(id, ''), ref, unit, tier, sender, analytes, opened, available, called, seen, conveyed, finished,
	occurred, target, method, outcome, person, attempts, failed, mismatches, passes, corrected, have, need`

// scanned returns where a row of callColumns is scanned to; analytes come as text.
func (c *call) scanned(analytes *string) []any {
	return []any{
		&c.seq, &c.id, &c.ref, &c.unit, &c.tier, &c.sender, analytes, &c.opened, &c.available, &c.called, &c.seen, &c.conveyed, &c.finished,
		&c.occurred, &c.target, &c.method, &c.outcome, &c.person, &c.attempts, &c.failed, &c.mismatches, &c.passes, &c.corrected, &c.have, &c.need,
	}
}

// work is one transaction of the fold: what it has read and changed, written at the end.
type work struct {
	ctx     context.Context // lives for one transaction
	tx      *sql.Tx
	earlier func(seq int64) (ledger.Entry, error)

	place   place
	calls   map[string]*call // nil for one that is not there
	people  map[string]int
	labels  map[string]string
	refused []suppressed
}

func (w *work) call(id string) (*call, error) {
	if c, ok := w.calls[id]; ok {
		return c, nil
	}
	c, err := readCall(w.ctx, w.tx, id)
	if err != nil {
		return nil, err
	}
	w.calls[id] = c
	return c, nil
}

func readCall(ctx context.Context, tx *sql.Tx, id string) (*call, error) {
	var c call
	var analytes, people string
	into := append(c.scanned(&analytes), &people)
	err := tx.QueryRowContext(ctx, `SELECT `+callColumns+`, people FROM call WHERE id = ?`, id).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // there is none, and that is no error
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	c.analytes, c.people = list(analytes), list(people)
	return &c, nil
}

func (w *work) open(id string, seq int64) *call {
	c := &call{seq: seq, id: id}
	w.calls[id] = c
	return c
}

// forget takes from a row what leads back to the call, and so to the patient.
func (w *work) forget(id string) error {
	c, err := w.call(id)
	if err != nil || c == nil {
		return err
	}
	c.id, c.ref = "", ""
	w.calls["\x00"+id] = c // still written, found no more
	w.calls[id] = nil
	return nil
}

func (w *work) person(id string) (int, error) {
	if known, ok := w.people[id]; ok {
		return known, nil
	}
	var known int
	err := w.tx.QueryRowContext(w.ctx, `SELECT known FROM person WHERE id = ?`, id).Scan(&known)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("audit: %w", err)
	}
	return known, nil
}

func (w *work) setPerson(id string, known int)       { w.people[id] = known }
func (w *work) setAnalyte(code, label string)        { w.labels[code] = label }
func (w *work) setZone(zone string)                  { w.place.zone = zone }
func (w *work) suppress(s suppressed)                { w.refused = append(w.refused, s) }
func (w *work) leaf(seq int64) (ledger.Entry, error) { return w.earlier(seq) }

// save writes everything that was changed, and the place.
func (w *work) save() error {
	const put = `INSERT OR REPLACE INTO call (seq, id, ref, unit, tier, sender, analytes, opened, available, called, seen, conveyed,
		finished, occurred, target, method, outcome, person, attempts, failed, mismatches, passes, corrected, have, need, people, packed)
		VALUES (?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	ins, err := w.tx.PrepareContext(w.ctx, put)
	if err != nil {
		return err
	}
	defer ins.Close() //nolint:errcheck // it goes with its transaction
	for _, c := range w.calls {
		if c == nil {
			continue
		}
		_, err := ins.ExecContext(
			w.ctx, c.seq, c.id, c.ref, c.unit, c.tier, c.sender, text(c.analytes), c.opened, c.available, c.called, c.seen, c.conveyed,
			c.finished, c.occurred, c.target, c.method, c.outcome, c.person, c.attempts, c.failed, c.mismatches, c.passes, c.corrected,
			c.have, c.need, text(c.people), c.pack(),
		)
		if err != nil {
			return err
		}
	}
	return w.saveRest()
}

func (w *work) saveRest() error {
	exec := func(query string, args ...any) error {
		_, err := w.tx.ExecContext(w.ctx, query, args...)
		return err
	}
	for id, known := range w.people {
		if err := exec(`INSERT OR REPLACE INTO person (id, known) VALUES (?, ?)`, id, known); err != nil {
			return err
		}
	}
	for code, label := range w.labels {
		if err := exec(`INSERT OR REPLACE INTO analyte (code, label) VALUES (?, ?)`, code, label); err != nil {
			return err
		}
	}
	for _, s := range w.refused {
		const put = `INSERT OR REPLACE INTO suppressed (seq, at, unit, analyte, tier, sender) VALUES (?, ?, ?, ?, ?, ?)`
		if err := exec(put, s.seq, s.at, s.unit, s.analyte, s.tier, s.sender); err != nil {
			return err
		}
	}
	p := w.place
	return exec(`UPDATE place SET zone = ?, seq = ?, leaf = ?, at = ?`, p.zone, p.seq, p.leaf, p.at)
}
