package equipment_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// series books daily hours of Ann's on C from the wall clock's 14:00 on, and returns their instants.
func series(b *bench, zone *time.Location, first string, days int) {
	b.t.Helper()
	occ, err := equipment.Expand(equipment.Repeat{Every: equipment.Daily, First: first, Minutes: 60, Count: days}, noon.AddDate(1, 0, 0), zone)
	if err != nil {
		b.t.Fatal(err)
	}
	k := b.booking("person/ann", at(14, 0), at(15, 0), "c")
	evs, _, err := b.book.PlaceSeries("series/1", k, occ, false, func(n int) string { return fmt.Sprintf("booking/s%02d", n) }, b.ask("person/ann"))
	b.did(evs, err)
}

func starts(b *bench, zone *time.Location) []string {
	var out []string
	for _, k := range b.book.Of("series/1", 1) {
		out = append(out, k.Start.In(zone).Format("02 15:04")+"+"+k.Length().String())
	}
	return out
}

func TestSeriesMovesByTheWallClockThisAndFollowingOrAll(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	b.now = time.Date(2027, 3, 25, 8, 0, 0, 0, time.UTC) // the clock leaps on the 28th
	series(b, berlin, "2027-03-26T14:00", 4)
	evs, _, err := b.book.MoveSeries("series/1", 3, equipment.Shift{At: "08:30"}, berlin, false, b.ask("person/ann"))
	b.did(evs, err)
	if want := []string{"26 14:00+1h0m0s", "27 14:00+1h0m0s", "28 08:30+1h0m0s", "29 08:30+1h0m0s"}; !slices.Equal(starts(b, berlin), want) {
		t.Errorf("this and following: %v", starts(b, berlin))
	}
	evs, _, err = b.book.MoveSeries("series/1", 1, equipment.Shift{Days: 1, Minutes: 90}, berlin, false, b.ask("person/ann"))
	b.did(evs, err)
	if want := []string{"27 14:00+1h30m0s", "28 14:00+1h30m0s", "29 08:30+1h30m0s", "30 08:30+1h30m0s"}; !slices.Equal(starts(b, berlin), want) {
		t.Errorf("all, each onto the next one's day: %v", starts(b, berlin))
	}
	for name, by := range map[string]equipment.Shift{"wall-clock": {At: "25:00"}, "too-long": {Minutes: 50_000}, "interval": {Days: 400}, "nothing": {}} {
		if _, _, err := b.book.MoveSeries("series/1", 1, by, nil, true, b.ask("person/ann")); !slices.Equal(problems(err), []string{name}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := b.book.MoveSeries("series/1", 1, equipment.Shift{Days: 1}, nil, true, b.ask("person/ben")); !errors.Is(err, equipment.ErrNotYours) {
		t.Errorf("another's series: %v", err)
	}
	if _, _, err := b.book.MoveSeries("series/2", 1, equipment.Shift{Days: 1}, nil, true, b.ask("person/ann")); !errors.Is(err, equipment.ErrUnknown) {
		t.Errorf("no such series: %v", err)
	}
}

func TestSeriesEditListsEveryConflictAndSkipsOnlyWhenAsked(t *testing.T) {
	b := newBench(t)
	series(b, time.UTC, "2026-11-24T14:00", 5)
	b.placed("person/ben", at(16, 0).AddDate(0, 0, 2), at(17, 0).AddDate(0, 0, 2), "c")
	b.placed("person/ben", at(16, 0).AddDate(0, 0, 4), at(17, 0).AddDate(0, 0, 4), "c")
	by := equipment.Shift{At: "16:30"}
	_, _, err := b.book.MoveSeries("series/1", 1, by, nil, false, b.ask("person/ann"))
	var refused *equipment.RefusedError
	if !errors.As(err, &refused) || len(refused.Series) != 2 || refused.Series[0].N != 2 || refused.Series[1].N != 4 || refused.Problems[0].Rule != "taken" {
		t.Fatalf("got %+v", err)
	}
	evs, left, err := b.book.MoveSeries("series/1", 1, by, nil, true, b.ask("person/ann"))
	if b.did(evs, err); len(evs) != 3 || len(left) != 2 || left[0].N != 2 {
		t.Errorf("moved %v, left %+v", kinds(evs), left)
	}
	if want := []string{"24 16:30+1h0m0s", "25 14:00+1h0m0s", "26 16:30+1h0m0s", "27 14:00+1h0m0s", "28 16:30+1h0m0s"}; !slices.Equal(starts(b, time.UTC), want) {
		t.Errorf("they stand at %v", starts(b, time.UTC))
	}
}

// One that must stay is in the way of the next, which must then stay too, and so on to the first.
func TestOccurrenceThatStaysKeepsOthersFromItsPlace(t *testing.T) {
	b := newBench(t)
	series(b, time.UTC, "2026-11-24T14:00", 3)
	b.placed("person/ben", at(14, 0).AddDate(0, 0, 4), at(15, 0).AddDate(0, 0, 4), "c")
	_, _, err := b.book.MoveSeries("series/1", 1, equipment.Shift{Days: 1}, nil, true, b.ask("person/ann"))
	var refused *equipment.RefusedError
	if !errors.As(err, &refused) || len(refused.Series) != 3 {
		t.Fatalf("got %+v", err)
	}
	if want := []string{"24 14:00+1h0m0s", "25 14:00+1h0m0s", "26 14:00+1h0m0s"}; !slices.Equal(starts(b, time.UTC), want) {
		t.Errorf("they stand at %v", starts(b, time.UTC))
	}
}

func TestSeriesIsGivenUpButForWhatItIsTooLateForWhenAsked(t *testing.T) {
	b := newBench(t)
	series(b, time.UTC, "2026-11-23T14:00", 3)
	b.do(&equipment.Ruled{Rules: equipment.Rules{NoticeCancel: 24 * 60}})
	_, _, err := b.book.CancelSeries("series/1", 1, "", false, b.ask("person/ann"))
	var refused *equipment.RefusedError
	if !errors.As(err, &refused) || len(refused.Series) != 1 || refused.Series[0].N != 1 || refused.Problems[0].Rule != "notice-cancel" {
		t.Fatalf("got %+v", err)
	}
	evs, left, err := b.book.CancelSeries("series/1", 1, "", true, b.ask("person/ann"))
	if b.did(evs, err); len(evs) != 2 || len(left) != 1 || len(b.book.Of("series/1", 1)) != 1 {
		t.Errorf("%v, left %+v", kinds(evs), left)
	}
}
