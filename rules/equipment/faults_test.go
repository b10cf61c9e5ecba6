package equipment_test

import (
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/rules/equipment"
)

func TestInvariantsFindWhatTheEngineWouldHaveRefused(t *testing.T) {
	b := newBench(t)
	placed := func(id, instrument string, demand, from, to int) *equipment.Placed {
		return &equipment.Placed{Booking: equipment.Booking{
			ID: id, Items: []equipment.Item{{Instrument: instrument, Demand: demand}}, Purpose: equipment.Routine, Owner: "person/ann",
			Span: equipment.Span{Start: at(from, 0), End: at(to, 0)},
		}}
	}
	for name, c := range map[string]struct {
		evs  []equipment.Event
		want string
	}{
		"two on one":      {[]equipment.Event{placed("booking/1", "instrument/c", 0, 10, 14), placed("booking/2", "instrument/c", 0, 11, 12)}, "overlap"},
		"warm-up":         {[]equipment.Event{placed("booking/1", "instrument/a", 0, 10, 11), placed("booking/2", "instrument/a", 0, 11, 12)}, "overlap"},
		"over capacity":   {[]equipment.Event{placed("booking/1", "instrument/s", 60, 10, 14), placed("booking/2", "instrument/s", 60, 13, 15)}, "capacity"},
		"booked and down": {[]equipment.Event{placed("booking/1", "instrument/c", 0, 10, 11), &equipment.Downed{Incident: equipment.Incident{ID: "incident/1", Instrument: "instrument/c", Span: equipment.Span{Start: at(8, 0)}}}}, "in its way"},
	} {
		book := b.book
		for _, ev := range c.evs {
			book = book.Apply(ev, equipment.Mark{At: b.now, By: "person/ann"})
		}
		if f := book.Faults(b.now); len(f) == 0 || !strings.Contains(strings.Join(f, "; "), c.want) {
			t.Errorf("%s: %v", name, f)
		}
	}
	book := b.book
	for _, ev := range []equipment.Event{placed("booking/1", "instrument/s", 60, 10, 12), placed("booking/2", "instrument/s", 60, 12, 15), placed("booking/3", "instrument/c", 0, 10, 11)} {
		book = book.Apply(ev, equipment.Mark{At: b.now, By: "person/ann"})
	}
	if f := book.Faults(b.now); f != nil {
		t.Errorf("legal bookings: %v", f)
	}
}
