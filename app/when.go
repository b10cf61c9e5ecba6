package app

import (
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

// zoneOf returns the laboratory's zone.
func zoneOf(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("the laboratory's zone %q is not known here: %w", name, err)
	}
	return zone, nil
}

// parseTime reads a time as people type it: RFC 3339, or a date and time or a time of day in now's zone; a time of day
// that is past means tomorrow. A time that the wall shows twice is the first one, one that it never shows the end of
// the gap.
func parseTime(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if wall, err := time.Parse(layout, text); err == nil {
			return roster.Instant(wall, now.Location(), false), nil
		}
	}
	wall, err := time.Parse("15:04", text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: give 2026-11-29 03:00, 03:00, or RFC 3339", text)
	}
	y, m, d := now.Date()
	for day := 0; ; day++ {
		at := roster.Instant(time.Date(y, m, d+day, wall.Hour(), wall.Minute(), 0, 0, time.UTC), now.Location(), false)
		if !at.Before(now) {
			return at, nil
		}
	}
}
