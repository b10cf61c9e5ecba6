package audit_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// tb is what helpers need of a test, or of a property's run.
type tb interface {
	Helper()
	Error(args ...any)
	Fatal(args ...any)
	Cleanup(f func())
}

// house is a lab on a store in memory whose clock the test sets: entries have known times.
type house struct {
	*lab.Lab
	mem *ledger.Mem
	at  *atomic.Int64 // µs since 1970
}

// start is a Sunday before the clocks change in Berlin, so that days and hours are the site's and not UTC's.
var start = time.Date(2026, 10, 18, 2, 0, 0, 0, time.UTC)

func newHouse(t tb) *house {
	t.Helper()
	h := &house{at: new(atomic.Int64)}
	h.at.Store(start.UnixMicro())
	h.mem = ledger.NewMem("main", func() time.Time { return time.UnixMicro(h.at.Load()).UTC() })
	l, err := lab.Open(context.Background(), lab.Config{Store: h.mem, Site: "main", Zone: "Europe/Berlin", Node: "n1"})
	if err != nil {
		t.Fatal(err)
	}
	h.Lab = l
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// tell writes events at a time into the ledger, past the lab, which catches up: nothing decides what a story may be.
func (h *house) tell(t tb, at time.Time, by string, evs ...wire.Event) []ledger.Entry {
	t.Helper()
	head, err := h.mem.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	h.at.Store(at.UnixMicro())
	var es []ledger.Entry
	for i, ev := range evs {
		body, sealed, err := wire.Encode(ev)
		if err != nil {
			t.Fatal(err)
		}
		e := ledger.Entry{Seq: head.Seq + ledger.Seq(i) + 1, At: at, Site: "main", By: by, Via: "n1/test", Kind: ev.Kind(), V: 1, About: ev.About(), To: []string{"lab"}, Body: body}
		if sealed != nil {
			e.Enclosures = []ledger.Enclosure{{Salt: make([]byte, ledger.SaltSize), Data: sealed}}
		}
		if err := e.Encode(); err != nil {
			t.Fatal(err)
		}
		es = append(es, e)
	}
	if _, err := h.mem.Append(context.Background(), head.Seq, es); err != nil {
		t.Fatal(err)
	}
	return es
}

// heard waits until the lab has folded everything, and returns its head.
func (h *house) heard(t tb) ledger.Seq {
	t.Helper()
	_, err := h.Record(context.Background(), lab.Clock, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	return h.State().Seq
}

// file opens a database in a directory.
func file(t tb, dir string) *sql.DB {
	t.Helper()
	dsn, err := audit.SQLiteFile(filepath.Join(dir, audit.File))
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func open(t tb, h *house, db *sql.DB) *audit.Audit {
	t.Helper()
	a, err := audit.Open(context.Background(), audit.Config{Lab: h.Lab, DB: db})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// catchUp counts everything that is there.
func catchUp(t tb, a *audit.Audit) {
	t.Helper()
	for {
		n, _, err := a.Step(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func figures(t tb, a *audit.Audit, by string) wire.Times {
	t.Helper()
	got, err := a.Times(context.Background(), audit.Query{
		From: start.Add(-time.Hour), To: start.AddDate(1, 0, 0), By: strings.FieldsFunc(by, func(r rune) bool { return r == ',' }), Missed: 500,
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// dump is every row of every table, in order.
func dump(t tb, db *sql.DB) []string {
	t.Helper()
	var out []string
	for _, table := range []string{"place", "call", "suppressed", "analyte", "person"} {
		out = append(out, dumpOf(t, db, table)...)
	}
	return out
}

func dumpOf(t tb, db *sql.DB, table string) (out []string) {
	t.Helper()
	rs, err := db.Query(`SELECT * FROM ` + table + ` ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Close()
	columns, err := rs.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rs.Next() {
		cells := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rs.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, c := range cells {
			if b, ok := c.([]byte); ok {
				cells[i] = string(b) // so that a word in it is found
			}
		}
		out = append(out, fmt.Sprint(table, cells))
	}
	if err := rs.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// staff admits three of the staff; Ola has a first name alone.
func staff(t tb, h *house) {
	t.Helper()
	h.tell(t, start.Add(time.Second/2), "machine/setup",
		&roster.Admitted{Person: roster.Person{ID: "person/lee", Name: "Dr Mina Lee", Role: roster.Clinician}},
		&roster.Admitted{Person: roster.Person{ID: "person/ola", Name: "Ola", Role: roster.Clinician}},
		&roster.Admitted{Person: roster.Person{ID: "person/tech", Name: "Tom Tech", Role: roster.Technician}},
	)
}

// opening is what opens a call of some analytes in a unit.
func opening(n int, unit string, available time.Time, loinc ...string) []wire.Event {
	id, ref := fmt.Sprintf("call/m%d/1", n), fmt.Sprintf("7QK%03d", n)
	o := &critical.Opened{
		Call: id, Ref: ref, Patient: "patient/p1", Unit: unit, Tier: "critical", Version: 1, BreachAfter: 3600,
		Steps:  critical.DefaultLadder(),
		Sealed: critical.Shelf{Who: critical.Snapshot{Identifiers: []string{"4711-0815"}, Name: "Weber, Anna"}},
	}
	var evs []wire.Event
	for i, code := range loinc {
		result := fmt.Sprintf("result/m%d-%d", n, i)
		evs = append(evs, &critical.Reported{
			Result: result, Message: fmt.Sprintf("message/m%d", n), Call: id, Sender: "LIS", Code: code, LOINC: code,
			Outcome: critical.Critical, Available: available, Sealed: critical.Sent{Value: "7.1"},
		})
		o.Results = append(o.Results, critical.Item{ID: result, LOINC: code, Label: "L" + code, Outcome: critical.Critical, Rule: "r/1/" + code})
		o.Sealed.Told = append(o.Sealed.Told, critical.Told{Value: "7.1", Why: "above 6.2"})
	}
	return append(evs, o)
}
