package audit_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// truth is a call as the test made it up: the oracle counts from these, in the plainest way there is.
type truth struct {
	unit                                        string
	codes                                       []string
	available, opened, called, seen, read, done time.Time
	ended                                       bool
	mismatches, rungs                           int
}

// tellRandom makes calls up and tells them to the ledger, interleaved as they happen.
func tellRandom(t *rapid.T, h *house) []*truth {
	type moment struct {
		at  time.Time
		by  string
		evs []wire.Event
	}
	var moments []moment
	var all []*truth
	for n := range rapid.IntRange(0, 25).Draw(t, "calls") {
		c := &truth{
			unit:   rapid.SampledFrom([]string{"ICU-2", "MED-4", "=ED"}).Draw(t, "unit"),
			codes:  rapid.SampledFrom([][]string{{"2823-3"}, {"2345-7"}, {"2345-7", "2823-3"}}).Draw(t, "codes"),
			opened: start.Add(time.Duration(rapid.IntRange(1, 20*24*3600).Draw(t, "opened")) * time.Second),
		}
		id := fmt.Sprintf("call/m%d/1", n)
		if s := rapid.IntRange(-30, 600).Draw(t, "available"); s != 0 {
			c.available = c.opened.Add(-time.Duration(s) * time.Second)
		}
		moments = append(moments, moment{c.opened, "machine/lis", opening(n, c.unit, c.available, c.codes...)})
		if c.available.After(c.opened) {
			c.available = time.Time{} // a clock that is wrong is not known
		}
		at := c.opened
		next := func(most int) time.Time {
			at = at.Add(time.Duration(rapid.IntRange(0, most).Draw(t, "after")) * time.Millisecond)
			return at
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "rungs") {
			ask, to := "unit", []string{"person/lee"}
			if i > 0 {
				ask, to = critical.AskDesk, []string{"person/tech"}
			}
			when := next(600_000)
			if i == 0 {
				c.called = when
			}
			c.rungs++
			moments = append(moments, moment{when, "clock", []wire.Event{&critical.Called{Call: id, Version: 1, Attempt: i + 1, Ask: ask, To: to, Via: "app", Due: when, Why: "on call"}}})
		}
		if rapid.Bool().Draw(t, "seen") {
			who := rapid.SampledFrom([]string{"person/lee", "person/tech"}).Draw(t, "who")
			when := next(900_000)
			if who == "person/lee" && c.rungs > 0 {
				c.seen = when
			}
			moments = append(moments, moment{when, who, []wire.Event{&critical.Seen{Call: id, Version: 1}}})
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "mismatches") {
			c.mismatches++
			moments = append(moments, moment{next(900_000), "person/lee", []wire.Event{&critical.Mismatched{Call: id, Version: 1, Fields: []string{"identifier"}, N: i + 1}}})
		}
		switch rapid.IntRange(0, 3).Draw(t, "end") {
		case 0:
		case 1:
			c.done, c.ended = next(7_200_000), true
			moments = append(moments, moment{c.done, "person/chief", []wire.Event{&critical.Ended{Call: id, Version: 1, Reason: "patient-died", Owner: "person/chief"}}})
		default:
			c.read = next(7_200_000)
			c.done = c.read
			moments = append(moments, moment{c.read, "person/lee", []wire.Event{
				&critical.ReadBack{Call: id, Version: 1, Match: true, Sealed: critical.Typed{Values: map[string]string{"r": "7.1"}, Tail: "0815"}},
				&critical.Closed{Call: id, Version: 1, Outcome: "read-back", Owner: "person/lee"},
			}})
		}
		all = append(all, c)
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return a.at.Compare(b.at) })
	for _, m := range moments {
		h.tell(t, m.at, m.by, m.evs...)
	}
	return all
}

// oracle counts a group of calls by the definitions of docs/measures.md, one after another.
func oracle(cs []*truth, now time.Time) wire.TimesRow {
	var r wire.TimesRow
	spans := map[string][]float64{}
	occurred := map[string]int{}
	measure := func(name string, from, to time.Time, told bool) {
		if from.IsZero() || to.IsZero() || to.Before(from) {
			return
		}
		spans[name] = append(spans[name], float64(to.Sub(from).Microseconds())/1e6)
		if told {
			occurred[name]++
		}
	}
	within := func(w *wire.Within, c *truth, d time.Duration) {
		if !c.read.IsZero() || !c.done.IsZero() || now.After(c.opened.Add(d)) {
			w.Of++
		}
		if !c.read.IsZero() && !c.read.After(c.opened.Add(d)) {
			w.In++
		}
		if w.Of > 0 {
			w.Share = float64(w.In) / float64(w.Of)
		}
	}
	for _, c := range cs {
		r.Calls++
		if !c.read.IsZero() {
			r.Conveyed++
			r.ReadBack++
		} else {
			r.Unacknowledged++
		}
		if c.ended {
			r.Ended++
		}
		if c.done.IsZero() {
			r.Open++
		}
		if c.mismatches > 0 {
			r.Mismatched++
		}
		r.Mismatches += c.mismatches
		r.Attempts += c.rungs
		within(&r.Within15, c, 15*time.Minute)
		within(&r.Within30, c, 30*time.Minute)
		within(&r.Within60, c, time.Hour)
		within(&r.WithinTarget, c, time.Hour)
		measure("available-called", c.available, c.called, true)
		measure("called-seen", c.called, c.seen, false)
		measure("seen-conveyed", c.seen, c.read, false)
		measure("available-conveyed", c.available, c.read, true)
		measure("filed-conveyed", c.opened, c.read, false)
	}
	r.Measures = map[string]wire.Measure{}
	for _, name := range wire.TimesMeasures {
		s := slices.Sorted(slices.Values(spans[name]))
		m := wire.Measure{N: len(s), Occurred: occurred[name]}
		if len(s) > 0 {
			rank := func(p float64) float64 { return s[int(math.Ceil(p*float64(len(s))))-1] }
			m.Median, m.P90, m.P99, m.Max = rank(0.5), rank(0.9), rank(0.99), s[len(s)-1]
		}
		r.Measures[name] = m
	}
	return r
}

// blind is a row without what the oracle does not know.
func blind(r wire.TimesRow) wire.TimesRow {
	r.Key, r.Name, r.Judged, r.Complete, r.Score = nil, nil, 0, 0, 0
	return r
}

func TestFiguresAreWhatAPlainCountOfTheStoryGives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(rt)
		staff(rt, h)
		all := tellRandom(rt, h)
		now := start.AddDate(0, 0, 20+rapid.IntRange(0, 1).Draw(rt, "later"))
		if last := time.UnixMicro(h.at.Load()); now.Before(last) {
			now = last
		}
		h.at.Store(now.UnixMicro())
		h.heard(rt)
		db := file(rt, t.TempDir())
		defer db.Close()
		a := open(rt, h, db)
		catchUp(rt, a)
		got := figures(rt, a, "unit,analyte")
		if d := got.At.Sub(now).Abs(); d > time.Minute {
			rt.Fatalf("judged as of %v, expected %v", got.At, now)
		}
		if d := cmp.Diff(oracle(all, got.At), blind(got.All)); d != "" {
			rt.Fatalf("all calls: %s", d)
		}
		groups := map[string][]*truth{}
		for _, c := range all {
			for _, code := range c.codes {
				groups[c.unit+" "+code] = append(groups[c.unit+" "+code], c)
			}
		}
		if len(groups) != len(got.Rows) {
			rt.Fatalf("%d groups, expected %d", len(got.Rows), len(groups))
		}
		for _, r := range got.Rows {
			if d := cmp.Diff(oracle(groups[strings.Join(r.Key, " ")], got.At), blind(r)); d != "" {
				rt.Fatalf("%v: %s", r.Key, d)
			}
		}
		before := dump(rt, db)
		if err := a.Rebuild(context.Background()); err != nil {
			rt.Fatal(err)
		}
		catchUp(rt, a)
		if d := cmp.Diff(before, dump(rt, db)); d != "" {
			rt.Fatalf("made again, the tables differ: %s", d)
		}
	})
}

func TestPercentilesAreSpansThatOccurred(t *testing.T) {
	for _, c := range []struct {
		spans []float64
		want  wire.Measure
	}{
		{nil, wire.Measure{}},
		{[]float64{7}, wire.Measure{N: 1, Median: 7, P90: 7, P99: 7, Max: 7}},
		{[]float64{4, 1, 3, 2}, wire.Measure{N: 4, Median: 2, P90: 4, P99: 4, Max: 4}},
		{[]float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, wire.Measure{N: 10, Median: 5, P90: 9, P99: 10, Max: 10}},
	} {
		if d := cmp.Diff(c.want, audit.Percentiles(c.spans)); d != "" {
			t.Errorf("%v: %s", c.spans, d)
		}
	}
}

func TestACellThatASpreadsheetWouldComputeIsGuarded(t *testing.T) {
	h := newHouse(t)
	staff(t, h)
	h.tell(t, start.Add(time.Minute), "machine/lis", opening(1, `=HYPERLINK("http://x","y"),"`, time.Time{}, "2823-3")...)
	h.heard(t)
	db := file(t, t.TempDir())
	defer db.Close()
	a := open(t, h, db)
	catchUp(t, a)
	var b strings.Builder
	if err := audit.CSV(&b, figures(t, a, "unit")); err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(table) != 3 || table[1][0] != `'=HYPERLINK("http://x","y"),"` || table[2][0] != "all" || !strings.HasSuffix(b.String(), "\r\n") {
		t.Errorf("%q", b.String())
	}
	for cell, want := range map[string]string{"+1": "'+1", "-1": "'-1", "@A1": "'@A1", "\tx": "'\tx", "ICU-2": "ICU-2", "": "", "＝1": "'＝1"} {
		if got := audit.Guarded(cell); got != want {
			t.Errorf("%q is written %q", cell, got)
		}
	}
}
