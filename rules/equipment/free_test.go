package equipment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// What a refusal offers can be had: never in a planned outage, nor with a warm-up that reaches into one.
func TestOffersSkipPlannedOutages(t *testing.T) {
	b := newBench(t)
	b.placed("person/ben", at(14, 0), at(15, 0), "a")
	b.did(b.book.Down(equipment.Incident{
		ID: "incident/1", Instrument: "instrument/a", Planned: true, Severity: "outage", Span: equipment.Span{Start: at(15, 30), End: at(17, 0)},
	}, "", b.boss()))
	_, err := b.book.Place(b.booking("person/ann", at(14, 0), at(15, 0), "a"), "", b.ask("person/ann"))
	var refused *equipment.RefusedError
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	var got []time.Time
	for _, o := range refused.Free {
		got = append(got, o.Start)
		k := b.booking("person/ann", o.Start, o.End, "a")
		if r := b.book.Try(k, b.ask("person/ann")); r != nil {
			t.Errorf("%v is offered and refused: %+v", o.Span, r.Problems)
		}
	}
	if want := []time.Time{at(17, 10), at(18, 10), at(19, 10)}; !cmp.Equal(got, want) { // with ten minutes of warm-up
		t.Errorf("offered %v, want %v", got, want)
	}
	// A wait is offered a place behind the outage too, at the first minute of the grid.
	b.did(b.book.Wait(equipment.Want{
		ID: "wait/9", Person: "person/cy", Any: []string{"instrument/a"}, Minutes: 60, Purpose: equipment.Routine, Span: equipment.Span{Start: at(15, 0), End: at(20, 0)},
	}, b.ask("person/cy")))
	if k := b.get("booking/9"); !k.Start.Equal(at(17, 10)) {
		t.Errorf("held %v", k.Span)
	}
}

func TestFreeTimesLeaveOutWhatIsBookedDownOrFull(t *testing.T) {
	b := newBench(t)
	b.placed("person/ben", at(14, 0), at(15, 0), "c")
	b.did(b.book.Down(equipment.Incident{
		ID: "incident/1", Instrument: "instrument/c", Planned: true, Severity: "outage", Span: equipment.Span{Start: at(16, 0), End: at(17, 0)},
	}, "", b.boss()))
	for _, c := range []struct{ demand, from, to int }{{60, 13, 15}, {40, 14, 16}} {
		k := b.booking("person/ann", at(c.from, 0), at(c.to, 0))
		k.Items = []equipment.Item{{Instrument: "instrument/s", Demand: c.demand}}
		b.did(b.book.Place(k, "", b.ask("person/ann")))
	}
	day := equipment.Span{Start: at(12, 0), End: at(18, 0)}
	gap := func(id string, from, to int) equipment.Gap {
		return equipment.Gap{Instrument: "instrument/" + id, Span: equipment.Span{Start: at(from, 0), End: at(to, 0)}}
	}
	for name, c := range map[string]struct {
		assay  string
		demand int
		want   []equipment.Gap
	}{
		"exclusive, one booking and one outage": {"HbA1c", 0, []equipment.Gap{gap("c", 12, 14), gap("c", 15, 16), gap("c", 17, 18)}},
		"shared, one test":                      {"TSH", 0, []equipment.Gap{gap("s", 12, 14), gap("s", 15, 18)}},
		"shared, fifty tests":                   {"TSH", 50, []equipment.Gap{gap("s", 12, 13), gap("s", 15, 18)}},
		"shared, more than it can":              {"TSH", 101, nil},
	} {
		if got := b.book.Free(day, time.Hour, []string{c.assay}, "", c.demand); !cmp.Equal(append([]equipment.Gap(nil), got...), c.want) {
			t.Errorf("%s: %s", name, cmp.Diff(c.want, got))
		}
	}
}
