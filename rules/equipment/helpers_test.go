package equipment_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// noon is a Monday.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(hour, minute int) time.Time {
	return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC)
}

// bench is a laboratory in a test: what it decides is folded at once, and every invariant asked.
type bench struct {
	t    testing.TB
	book equipment.Book
	now  time.Time
	n    int
}

// newBench has two equal analyzers (with 10 min of warm-up and 5 of clean-up), a third that stands alone, and a shared
// one of 100 tests an hour; Ann and Ben are competent everywhere, Cy nowhere.
func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, now: noon.Add(-5 * time.Hour)}
	for _, i := range []equipment.Instrument{
		{ID: "instrument/a", Name: "A", Zone: "UTC", Warmup: 10, Cleanup: 5, Group: "chem", Assays: []string{"K", "Na"}},
		{ID: "instrument/b", Name: "B", Zone: "UTC", Warmup: 10, Cleanup: 5, Group: "chem", Assays: []string{"K", "Na"}},
		{ID: "instrument/c", Name: "C", Zone: "UTC", Assays: []string{"HbA1c"}},
		{ID: "instrument/s", Name: "S", Zone: "UTC", Shared: true, Capacity: 100, Assays: []string{"TSH"}},
	} {
		b.do(&equipment.Listed{Instrument: i})
		for _, p := range []string{"person/ann", "person/ben"} {
			b.do(&equipment.Competent{Competency: equipment.Competency{Person: p, Instrument: i.ID, From: noon.AddDate(-1, 0, 0), Until: noon.AddDate(1, 0, 0)}})
		}
	}
	return b
}

// do folds events and looks at the invariants.
func (b *bench) do(evs ...equipment.Event) {
	b.t.Helper()
	for _, ev := range evs {
		body, err := json.Marshal(ev)
		if err != nil {
			b.t.Fatalf("%s: %v", ev.Kind(), err)
		}
		read := equipment.New(ev.Kind())
		if read == nil {
			b.t.Fatalf("no kind %s", ev.Kind())
		}
		if err := json.Unmarshal(body, read); err != nil { // what is folded is what the ledger holds
			b.t.Fatalf("%s: %v", ev.Kind(), err)
		}
		if n := len(ev.About()); n < 1 || n > 4 {
			b.t.Fatalf("%s is about %v", ev.Kind(), ev.About())
		}
		if sealed, ok := ev.Enclosure().(*equipment.Note); ok {
			*read.Enclosure().(*equipment.Note) = *sealed //nolint:forcetypeassert // of the same kind
		}
		b.book = b.book.Apply(read, equipment.Mark{At: b.now, By: "person/ann"})
	}
	if f := b.book.Faults(b.now); f != nil {
		b.t.Fatalf("after %s: %v", kinds(evs), f)
	}
}

func kinds(evs []equipment.Event) []string {
	var out []string
	for _, ev := range evs {
		out = append(out, ev.Kind())
	}
	return out
}

// did folds what a decision says, or fails.
func (b *bench) did(evs []equipment.Event, err error) []equipment.Event {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("refused: %v %+v", err, problems(err))
	}
	b.do(evs...)
	return evs
}

func (b *bench) ask(by string) equipment.Ask { return equipment.Ask{Now: b.now, By: by} }

func (b *bench) boss() equipment.Ask {
	return equipment.Ask{Now: b.now, By: "person/sue", Supervisor: true}
}

func (b *bench) booking(owner string, from, to time.Time, instruments ...string) equipment.Booking {
	b.n++
	k := equipment.Booking{
		ID: fmt.Sprintf("booking/%03d", b.n), Purpose: equipment.Routine, Owner: owner, Span: equipment.Span{Start: from, End: to},
	}
	for _, i := range instruments {
		k.Items = append(k.Items, equipment.Item{Instrument: "instrument/" + i})
	}
	return k
}

// book places a booking and returns it as it stands.
func (b *bench) placed(owner string, from, to time.Time, instruments ...string) equipment.Booking {
	b.t.Helper()
	k := b.booking(owner, from, to, instruments...)
	b.did(b.book.Place(k, "", b.ask(owner)))
	return b.get(k.ID)
}

func (b *bench) get(id string) equipment.Booking {
	b.t.Helper()
	k, ok := b.book.Bookings.Get(id)
	if !ok {
		b.t.Fatalf("no booking %s", id)
	}
	return k
}

// until moves time on and records what is due, as often as it takes.
func (b *bench) until(t time.Time) []equipment.Event {
	b.t.Helper()
	b.now = t
	var out []equipment.Event
	for range 100 {
		evs := b.book.Due(b.now, nil)
		if len(evs) == 0 {
			return out
		}
		b.do(evs...)
		out = append(out, evs...)
	}
	b.t.Fatalf("something is due for ever")
	return nil
}

func problems(err error) []string {
	var refused *equipment.RefusedError
	if !errors.As(err, &refused) {
		return nil
	}
	var out []string
	for _, p := range refused.Problems {
		out = append(out, p.Rule)
	}
	slices.Sort(out)
	return out
}
