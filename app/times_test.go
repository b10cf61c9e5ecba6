package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/wire"
)

func TestTimesAreATableWithBars(t *testing.T) {
	row := func(key string, calls, open int, median, p90 float64) wire.TimesRow {
		return wire.TimesRow{
			Key: []string{key}, Name: []string{key}, Calls: calls, Conveyed: calls - open, ReadBack: calls - open, Open: open, Unacknowledged: open,
			Within15: wire.Within{In: calls - open, Of: calls, Share: float64(calls-open) / float64(calls)},
			Measures: map[string]wire.Measure{"filed-conveyed": {N: calls - open, Median: median, P90: p90, P99: p90, Max: p90}},
		}
	}
	all := row("", 2001, 1, 120, 600)
	all.Key, all.Name, all.Judged, all.Complete, all.Score = nil, nil, 2000, 1999, 0.9999
	var b strings.Builder
	err := app.PrintTimes(&b, wire.Times{
		From: time.Date(2026, 9, 30, 22, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 31, 23, 0, 0, 0, time.UTC), Zone: "Europe/Berlin", By: []string{"unit"},
		Rows: []wire.TimesRow{row("ICU\x1b[2J", 2000, 0, 120, 600), row("MED-4", 1, 1, 0, 0)}, All: all,
		Fields: []wire.FieldMissing{{Field: "known", Missing: 1}, {Field: "role"}},
	}, time.FixedZone("CET", 3600))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"How long did calls take? 30 Sep 2026 to 31 Oct 2026, all units, all tests, all tiers.",
		"From the result filed to its read-back, in minutes: █ half are done, ▒ nine in ten.",
		"",
		"UNIT CALLS MEDIAN P90 P99 ≤15 ≤30 ≤60 TARGET OPEN ENDED DIFFERED BY PHONE",
		"ICU�[2J 2000 2:00 10:00 10:00 100 % – – – 0 0 0 0.0 % ██████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
		"MED-4 1 – – – 0.0 % – – – 1 0 0 –",
		"all 2001 2:00 10:00 10:00 99.9 % – – – 1 0 0 0.0 % ██████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
		"",
		"2000 read back, 0 told by telephone, 0 ended without, 1 open; 0 passed on, 0 results not called by policy.",
		"Records: 1999 of 2000 complete, 99.9 % of their fields are there. Missing: known (1).",
	}
	var got []string
	for line := range strings.Lines(b.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
