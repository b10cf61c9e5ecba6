package equipment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// filled has n bookings of an hour on instrument c, with half an hour between them.
func filled(tb testing.TB, n int) equipment.Book {
	tb.Helper()
	var book equipment.Book
	book = book.Apply(&equipment.Listed{Instrument: equipment.Instrument{ID: "instrument/c", Zone: "UTC"}}, equipment.Mark{At: noon})
	for i := range n {
		from := noon.Add(time.Duration(i) * 90 * time.Minute)
		book = book.Apply(&equipment.Placed{Booking: equipment.Booking{
			ID: fmt.Sprintf("booking/%d", i), Items: []equipment.Item{{Instrument: "instrument/c"}}, Purpose: equipment.Routine, Owner: "person/ann",
			Span: equipment.Span{Start: from, End: from.Add(time.Hour)},
		}}, equipment.Mark{At: noon})
	}
	return book
}

// BenchmarkConflict looks whether a span is free among 10,000 bookings of one instrument.
func BenchmarkConflict(b *testing.B) {
	book := filled(b, 10_000)
	from := noon.Add(5000*90*time.Minute + 70*time.Minute)
	busy, free := equipment.Span{Start: from, End: from.Add(time.Hour)}, equipment.Span{Start: from, End: from.Add(10 * time.Minute)}
	b.ReportAllocs()
	for b.Loop() {
		if book.Taken("instrument/c", busy, "") == "" || book.Taken("instrument/c", free, "") != "" {
			b.Fatal("the lane is wrong")
		}
	}
}

// BenchmarkFree looks for free hours of 200 instruments in 14 days, each booked eight times a day.
func BenchmarkFree(b *testing.B) {
	var book equipment.Book
	for i := range 200 {
		id := fmt.Sprintf("instrument/%03d", i)
		book = book.Apply(&equipment.Listed{Instrument: equipment.Instrument{ID: id, Zone: "UTC"}}, equipment.Mark{At: noon})
		for n := range 14 * 8 {
			from := noon.Add(time.Duration(n) * 3 * time.Hour)
			book = book.Apply(&equipment.Placed{Booking: equipment.Booking{
				ID: fmt.Sprintf("booking/%d-%d", i, n), Items: []equipment.Item{{Instrument: id}}, Purpose: equipment.Routine, Owner: "person/ann",
				Span: equipment.Span{Start: from, End: from.Add(2 * time.Hour)},
			}}, equipment.Mark{At: noon})
		}
	}
	within := equipment.Span{Start: noon, End: noon.AddDate(0, 0, 14)}
	for b.Loop() {
		if n := len(book.Free(within, time.Hour, nil, "", 0)); n != 200*14*8 {
			b.Fatalf("%d gaps", n)
		}
	}
}

func TestConflictCheckAllocatesNothing(t *testing.T) {
	book := filled(t, 1000)
	s := equipment.Span{Start: noon.Add(30 * time.Minute), End: noon.Add(80 * time.Minute)}
	if n := testing.AllocsPerRun(100, func() { book.Taken("instrument/c", s, "") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
