package roster_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/roster"
)

func zone(t rapid.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func wall(t rapid.TB, text string) time.Time {
	t.Helper()
	w, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestInstantOfAClockThatLeaps(t *testing.T) {
	const start, end = false, true
	for _, c := range []struct {
		zone, wall string
		isEnd      bool
		want       string
	}{
		{"America/Chicago", "2026-03-08 02:30", start, "2026-03-08T03:00:00-05:00"},
		{"America/Chicago", "2026-03-08 02:30", end, "2026-03-08T03:00:00-05:00"},
		{"America/Chicago", "2026-03-08 01:59", start, "2026-03-08T01:59:00-06:00"},
		{"America/Chicago", "2026-03-08 03:00", start, "2026-03-08T03:00:00-05:00"},
		{"America/Chicago", "2026-11-01 01:30", start, "2026-11-01T01:30:00-05:00"},
		{"America/Chicago", "2026-11-01 01:30", end, "2026-11-01T01:30:00-06:00"},
		{"America/Chicago", "2026-11-01 02:00", start, "2026-11-01T02:00:00-06:00"},
		{"America/Santiago", "2026-09-06 00:00", start, "2026-09-06T01:00:00-03:00"},
		{"America/Santiago", "2026-09-06 00:00", end, "2026-09-06T01:00:00-03:00"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", start, "2026-10-04T02:30:00+11:00"},
		{"Australia/Lord_Howe", "2026-04-05 01:45", start, "2026-04-05T01:45:00+11:00"},
		{"Australia/Lord_Howe", "2026-04-05 01:45", end, "2026-04-05T01:45:00+10:30"},
		{"Europe/London", "2026-03-29 01:30", start, "2026-03-29T02:00:00+01:00"},
		{"Pacific/Apia", "2011-12-30 08:00", start, "2011-12-31T00:00:00+14:00"},
		{"Pacific/Apia", "2011-12-30 08:00", end, "2011-12-31T00:00:00+14:00"},
		{"UTC", "2026-11-22 03:05", start, "2026-11-22T03:05:00Z"},
	} {
		if got := roster.Instant(wall(t, c.wall), zone(t, c.zone), c.isEnd).Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s, end %v: %s, want %s", c.zone, c.wall, c.isEnd, got, c.want)
		}
	}
}

func TestANightIsAsLongAsTheClockMakesIt(t *testing.T) {
	for _, c := range []struct {
		zone, from, to string
		want           time.Duration
	}{
		{"America/Chicago", "2026-03-07 19:00", "2026-03-08 07:00", 11 * time.Hour},
		{"America/Chicago", "2026-10-31 19:00", "2026-11-01 07:00", 13 * time.Hour},
		{"Europe/London", "2026-03-28 19:00", "2026-03-29 07:00", 11 * time.Hour},
		{"Europe/London", "2026-10-24 19:00", "2026-10-25 07:00", 13 * time.Hour},
		{"Australia/Lord_Howe", "2026-10-03 19:00", "2026-10-04 07:00", 11*time.Hour + 30*time.Minute},
		{"Australia/Lord_Howe", "2026-04-04 19:00", "2026-04-05 07:00", 12*time.Hour + 30*time.Minute},
		{"America/Santiago", "2026-09-05 19:00", "2026-09-06 07:00", 11 * time.Hour},
		{"America/Santiago", "2026-04-04 19:00", "2026-04-05 07:00", 13 * time.Hour},
	} {
		loc := zone(t, c.zone)
		if got := roster.Instant(wall(t, c.to), loc, true).Sub(roster.Instant(wall(t, c.from), loc, false)); got != c.want {
			t.Errorf("%s %s: %v, want %v", c.zone, c.from, got, c.want)
		}
	}
}

func TestConsecutiveShiftsNeverLeaveAGap(t *testing.T) {
	zones := []string{
		"America/Chicago", "America/Santiago", "Australia/Lord_Howe", "Europe/London", "Pacific/Apia",
		"Africa/Casablanca", "Asia/Tehran", "America/St_Johns", "Antarctica/Troll",
	}
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		// Minutes from the start of 2009: the fold and gap days are among them.
		w := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 18*366*24*60).Draw(t, "minute")) * time.Minute)
		if rapid.Bool().Draw(t, "near a leap") {
			if _, end := w.In(loc).ZoneBounds(); !end.IsZero() {
				_, offset := end.Zone()
				w = end.UTC().Add(time.Duration(offset)*time.Second + time.Duration(rapid.IntRange(-180, 180).Draw(t, "off"))*time.Minute)
			}
		}
		start, end := roster.Instant(w, loc, false), roster.Instant(w, loc, true)
		if start.After(end) {
			t.Fatalf("%s: the next shift begins %v, the one before ends %v", w, start, end)
		}
		later := w.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "later")) * time.Minute)
		if next := roster.Instant(later, loc, false); next.Before(start) {
			t.Fatalf("%s is %v, but %s is %v", w, start, later, next)
		}
		if shown := start.Format("2006-01-02 15:04"); shown != w.Format("2006-01-02 15:04") && !start.Equal(end) {
			t.Fatalf("%s: the wall never shows it, yet start %v is not end %v", w, start, end)
		}
	})
}

func TestInstantAnswersForEachDayOfACentury(t *testing.T) {
	for _, name := range []string{"America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for day := range 100 * 366 { // the library's bounds of a zone stand still at the end of 2040, 2044, …
			wall := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC).AddDate(0, 0, day)
			if got := roster.Instant(wall, zone, day%2 == 0); got.Format("2006-01-02T15:04") != wall.Format("2006-01-02T15:04") {
				t.Fatalf("%s in %s: %s", wall, name, got)
			}
		}
	}
}
