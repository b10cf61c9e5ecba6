package equipment_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/equipment"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestSeriesKeepsTheWallClockThroughEachLeapOfIt(t *testing.T) {
	for _, c := range []struct {
		zone, wall, want string
		moved, twice     bool
	}{
		{"America/New_York", "2026-03-08T02:30", "2026-03-08T03:30:00-04:00", true, false},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T01:30:00-04:00", false, true},
		{"America/New_York", "2026-07-01T08:00", "2026-07-01T08:00:00-04:00", false, false},
		{"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45:00+11:00", true, false},
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45:00+11:00", false, true},
		{"Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T03:30:00+01:00", true, false},
		{"Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T02:30:00+01:00", false, true},
		{"America/Santiago", "2026-09-06T00:30", "2026-09-06T01:30:00-03:00", true, false},
		{"America/Santiago", "2026-04-04T23:30", "2026-04-04T23:30:00-03:00", false, true},
		{"UTC", "2026-11-22T08:00", "2026-11-22T08:00:00Z", false, false},
	} {
		z := zone(t, c.zone)
		got, err := equipment.Expand(equipment.Repeat{Every: equipment.Daily, First: c.wall, Zone: c.zone, Minutes: 60, Count: 1},
			time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), z)
		if err != nil || len(got) != 1 {
			t.Fatalf("%s in %s: %v, %v", c.wall, c.zone, got, err)
		}
		want, err := time.Parse(time.RFC3339, c.want)
		if err != nil {
			t.Fatal(err)
		}
		if !got[0].Start.Equal(want) || got[0].Moved != c.moved || got[0].Twice != c.twice {
			t.Errorf("%s in %s: %s, moved %v, twice %v; want %s, %v, %v", c.wall, c.zone, got[0].Start.In(z), got[0].Moved, got[0].Twice, c.want, c.moved, c.twice)
		}
	}
}

func TestSeriesNeverMeetsItselfAndKeepsItsWallClock(t *testing.T) {
	zones := map[string]*time.Location{}
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "Asia/Kathmandu"} {
		zones[name] = zone(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		z := zones[rapid.SampledFrom(slices.Sorted(maps.Keys(zones))).Draw(t, "zone")]
		first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(t, "first")) * time.Minute)
		r := equipment.Repeat{
			Every: rapid.SampledFrom([]equipment.Every{equipment.Daily, equipment.Weekly, equipment.Monthly}).Draw(t, "every"),
			First: first.Format("2006-01-02T15:04"), Minutes: rapid.IntRange(1, 22*60).Draw(t, "minutes"), Interval: rapid.IntRange(0, 3).Draw(t, "interval"),
			Count: rapid.IntRange(1, 60).Draw(t, "count"),
		}
		all, err := equipment.Expand(r, first.AddDate(45, 0, 0), z)
		if err != nil || len(all) != r.Count && r.Every != equipment.Monthly { // not each month has a 31st
			t.Fatalf("%d occurrences, %v; want %d", len(all), err, r.Count)
		}
		for i, o := range all {
			wall := o.Start.In(z)
			if kept := wall.Hour() == first.Hour() && wall.Minute() == first.Minute(); kept == o.Moved {
				t.Fatalf("%s begins at %s, moved %v", r.First, wall, o.Moved)
			}
			if i > 0 && !o.Start.After(all[i-1].Start) || i > 0 && all[i-1].Overlaps(o.Span) {
				t.Fatalf("%v meets %v", all[i-1], o)
			}
		}
	})
}

func TestMonthlySeriesDoesNotDrift(t *testing.T) {
	got, err := equipment.Expand(equipment.Repeat{Every: equipment.Monthly, First: "2026-01-31T08:00", Minutes: 30, Count: 4}, noon.AddDate(3, 0, 0), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	var days []string
	for _, o := range got {
		days = append(days, o.Start.Format("01-02"))
	}
	if want := "[01-31 03-31 05-31 07-31]"; want != "["+days[0]+" "+days[1]+" "+days[2]+" "+days[3]+"]" {
		t.Errorf("the 31st of each month: %v, want %s", days, want)
	}
}

func TestSeriesOfTooManyIsRefused(t *testing.T) {
	for name, r := range map[string]equipment.Repeat{
		"a million":   {Every: equipment.Daily, First: "2026-01-01T08:00", Minutes: 30, Count: 1_000_000},
		"without end": {Every: equipment.Daily, First: "2026-01-01T08:00", Minutes: 30},
		"no zone":     {Every: equipment.Daily, First: "2026-01-01T08:00:00Z", Minutes: 30, Count: 1},
		"no minutes":  {Every: equipment.Daily, First: "2026-01-01T08:00", Count: 1},
		"hourly":      {Every: "hourly", First: "2026-01-01T08:00", Minutes: 30, Count: 1},
	} {
		if _, err := equipment.Expand(r, noon.AddDate(40, 0, 0), time.UTC); problems(err) == nil {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}
