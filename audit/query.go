package audit

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// Query is what figures are asked for: the calls opened in [From, To).
type Query struct {
	From, To            time.Time
	By                  []string // at most two of wire.TimesBy
	Unit, Analyte, Tier string   // empty: all
	Missed              int      // how many missed calls are wanted
}

const (
	usualDays  = 30
	mostDays   = 3700
	mostMissed = 500
)

// Asked reads a command's body at a time; days are those of a zone. The error names the field.
func Asked(b wire.TimesBody, zone *time.Location, now time.Time) (Query, error) {
	q := Query{Unit: b.Unit, Analyte: b.Analyte, Tier: b.Tier, Missed: b.Missed}
	if b.Missed < 0 || b.Missed > mostMissed {
		return q, wire.Bad("missed", `The field "missed" is out of range.`, fmt.Sprintf("Give 0 to %d.", mostMissed))
	}
	if b.By != "" {
		q.By = strings.Split(b.By, ",")
	}
	for i, by := range q.By {
		if !slices.Contains(wire.TimesBy, by) || slices.Contains(q.By[:i], by) || i > 1 {
			return q, wire.Bad("by", "Figures cannot be told apart by "+fmt.Sprintf("%q.", b.By),
				"Give one or two of "+strings.Join(wire.TimesBy, ", ")+".")
		}
	}
	var err error
	if q.To, err = bound("to", b.To, zone, 1); err != nil {
		return q, err
	}
	if q.To.IsZero() {
		y, m, d := now.In(zone).Date()
		q.To = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	}
	if q.From, err = bound("from", b.From, zone, 0); err != nil {
		return q, err
	}
	if q.From.IsZero() {
		y, m, d := q.To.In(zone).Date()
		q.From = time.Date(y, m, d-usualDays, 0, 0, 0, 0, zone)
	}
	if !q.From.Before(q.To) {
		return q, wire.Bad("from", "The period ends before it begins.", "Give a \"from\" that is not after \"to\".")
	}
	if q.To.Sub(q.From) > mostDays*24*time.Hour {
		return q, wire.Bad("from", "The period is longer than ten years.", "Ask for a shorter one.")
	}
	q.From, q.To = q.From.UTC(), q.To.UTC()
	return q, nil
}

// bound reads a day of the site, of which the beginning counts, or that of so many days later, or an instant.
func bound(field, text string, zone *time.Location, more int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return time.Date(d.Year(), d.Month(), d.Day()+more, 0, 0, 0, 0, zone), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, wire.Bad(field, fmt.Sprintf("The field %q is neither a day nor an instant.", field), "Give it as 2026-10-01, or as 2026-10-01T06:00:00Z.")
	}
	return t, nil
}

// Times counts the figures. It costs O(calls of the period).
func (a *Audit) Times(ctx context.Context, q Query) (wire.Times, error) {
	now := a.cfg.Lab.Now()
	tx, err := a.cfg.DB.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one instant of place, rows and names
	if err != nil {
		return wire.Times{}, fmt.Errorf("audit: %w", err)
	}
	defer tx.Rollback()
	var p place
	if err := tx.QueryRowContext(ctx, `SELECT zone, seq, at FROM place`).Scan(&p.zone, &p.seq, &p.at); err != nil {
		return wire.Times{}, fmt.Errorf("audit: %w", err)
	}
	labels, err := readLabels(ctx, tx)
	if err != nil {
		return wire.Times{}, fmt.Errorf("audit: %w", err)
	}
	behind := max(0, int64(a.cfg.Lab.State().Seq)-p.seq)
	if behind > 0 {
		now = instant(p.at) // what was not counted yet may have been in time
	}
	zone, err := time.LoadLocation(p.zone)
	if err != nil {
		zone = time.UTC
	}
	s := a.cfg.Lab.State()
	count := newCounting(q, zone, now, names{labels: labels, staff: s.Name})
	if err := readCalls(ctx, tx, q, count.call); err != nil {
		return wire.Times{}, fmt.Errorf("audit: %w", err)
	}
	if err := readSuppressed(ctx, tx, q, count.suppressed); err != nil {
		return wire.Times{}, fmt.Errorf("audit: %w", err)
	}
	out := count.done()
	out.Head, out.Behind = ledger.Seq(p.seq), behind
	return out, nil
}

// readCalls hands over the calls that opened in a period, each only until the next. The index holds all that is read, in
// order.
func readCalls(ctx context.Context, tx *sql.Tx, q Query, each func(*call)) error {
	query := `SELECT packed FROM call WHERE opened >= ? AND opened < ?`
	args := []any{max(1, micro(q.From)), micro(q.To)}
	if q.Unit != "" {
		query, args = query+` AND unit = ?`, append(args, q.Unit)
	}
	if q.Tier != "" {
		query, args = query+` AND tier = ?`, append(args, q.Tier)
	}
	rs, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	var raw sql.RawBytes
	var c call
	r := newReader()
	for rs.Next() {
		if err := rs.Scan(&raw); err != nil {
			return err
		}
		if err := r.unpack(raw, &c); err != nil {
			return err
		}
		if q.Analyte == "" || slices.Contains(c.analytes, q.Analyte) {
			each(&c)
		}
	}
	return rs.Err()
}

func readSuppressed(ctx context.Context, tx *sql.Tx, q Query, each func(suppressed)) error {
	const query = `SELECT seq, at, unit, analyte, tier, sender FROM suppressed WHERE at >= ? AND at < ?
		AND (? = '' OR unit = ?) AND (? = '' OR analyte = ?) AND (? = '' OR tier = ?)`
	rs, err := tx.QueryContext(ctx, query, micro(q.From), micro(q.To), q.Unit, q.Unit, q.Analyte, q.Analyte, q.Tier, q.Tier)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var s suppressed
		if err := rs.Scan(&s.seq, &s.at, &s.unit, &s.analyte, &s.tier, &s.sender); err != nil {
			return err
		}
		each(s)
	}
	return rs.Err()
}

func readLabels(ctx context.Context, tx *sql.Tx) (map[string]string, error) {
	rs, err := tx.QueryContext(ctx, `SELECT code, label FROM analyte`)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	out := map[string]string{}
	for rs.Next() {
		var code, label string
		if err := rs.Scan(&code, &label); err != nil {
			return nil, err
		}
		out[code] = label
	}
	return out, rs.Err()
}
