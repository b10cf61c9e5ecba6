package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// Whatever is wrong with a booking, the refusal names the rule or the field, and nothing of it is booked.
func TestBadBookingIsRefusedByNameAndNothingIsHalfBooked(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	analyzers(t, h)
	_, err := h.as(t, "sue").Instrument(ctx, wire.InstrumentBody{Instrument: equipment.Instrument{
		ID: "instrument/chem-3", Name: "3", Zone: "Europe/Berlin", Assays: []string{"K"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	at := func(n int) string { return hour(n).Format(time.RFC3339) }
	book := func(items, start, end string) string {
		return fmt.Sprintf(`{"items":[%s],"start":"%s","end":"%s"}`, items, start, end)
	}
	one, two := `{"instrument":"instrument/chem-1"}`, `{"instrument":"instrument/chem-2"}`
	series := func(repeat string) string {
		return fmt.Sprintf(`{"items":[%s],"repeat":{"every":"daily","first":"%s","zone":"Europe/Berlin","minutes":60%s}}`, two, hour(24).Format("2006-01-02T15:04"), repeat)
	}
	cookie := h.cookie(t, "tech")
	placed := func() (b wire.Booked) {
		_, text := h.request(t, http.MethodPost, "/api/do/book", book(one, at(2), at(3)), "Cookie", cookie, "Idempotency-Key", "first")
		if err := json.Unmarshal([]byte(text), &b); err != nil || b.Booking.ID == "" {
			t.Fatalf("%s, %v", text, err)
		}
		return b
	}
	first := placed()
	before := h.State().Seq
	for name, c := range map[string]struct {
		do, body, key string
		code, says    string // the problem's code, and the rule, field or word that it names
	}{
		"end before start":          {do: "book", body: book(one, at(6), at(5)), code: "refused", says: "end-before-start"},
		"zero length":               {do: "book", body: book(one, at(6), at(6)), code: "refused", says: "end-before-start"},
		"ten years long":            {do: "book", body: book(one, at(6), hour(6).AddDate(10, 0, 0).Format(time.RFC3339)), code: "refused", says: "too-long"},
		"unknown instrument":        {do: "book", body: book(`{"instrument":"instrument/none"}`, at(6), at(7)), code: "refused", says: "unknown-instrument"},
		"one of two unknown":        {do: "book", body: book(two+`,{"instrument":"instrument/none"}`, at(6), at(7)), code: "refused", says: "unknown-instrument"},
		"one of two taken":          {do: "book", body: book(two+","+one, at(2), at(3)), code: "refused", says: "taken"},
		"the same instrument twice": {do: "book", body: book(two+","+two, at(6), at(7)), code: "refused", says: "twice"},
		"no competence": {
			do:   "book",
			body: fmt.Sprintf(`{"items":[{"instrument":"instrument/chem-3"}],"start":"%s","end":"%s","assays":["K"]}`, at(6), at(7)), code: "refused", says: "competence",
		},
		"unknown assay": {
			do:   "book",
			body: fmt.Sprintf(`{"items":[{"instrument":"instrument/chem-3"}],"start":"%s","end":"%s","assays":["XX"]}`, at(6), at(7)), code: "refused", says: "assay",
		},
		"no instrument":          {do: "book", body: book("", at(6), at(7)), code: "refused", says: "no-instrument"},
		"in the past":            {do: "book", body: book(one, at(-6), at(-5)), code: "refused", says: "past"},
		"a time without a zone":  {do: "book", body: book(one, hour(6).Format("2006-01-02T15:04:05"), at(7)), code: "bad-request", says: "with its zone"},
		"a date alone":           {do: "book", body: book(one, at(6), "2026-11-29"), code: "bad-request", says: "with its zone"},
		"an unknown field":       {do: "book", body: strings.Replace(book(one, at(6), at(7)), "{", `{"colour":"red",`, 1), code: "bad-request", says: "colour"},
		"an owner that is none":  {do: "book", body: strings.Replace(book(one, at(6), at(7)), "{", `{"owner":"person/none",`, 1), code: "bad-request", says: "owner"},
		"a stale version":        {do: "book.move", body: fmt.Sprintf(`{"booking":"%s","version":9,"start":"%s","end":"%s"}`, first.Booking.ID, at(6), at(7)), code: "stale", says: `"version":1`},
		"an unknown booking":     {do: "book.cancel", body: `{"booking":"booking/none","version":1}`, code: "unknown-booking", says: "no such"},
		"a key with other body":  {do: "book", body: book(one, at(6), at(7)), key: "first", code: "key-reused", says: ""},
		"a million occurrences":  {do: "book.series", body: series(`,"count":1000000`), code: "refused", says: "too-many"},
		"without an end":         {do: "book.series", body: series(`,"interval":-1`), code: "refused", says: "interval"},
		"a series over itself":   {do: "book.series", body: strings.Replace(series(`,"count":3`), `"minutes":60`, `"minutes":1440`, 1), code: "refused", says: "taken"},
		"a zone that is none":    {do: "book.series", body: strings.Replace(series(`,"count":3`), "Europe/Berlin", "Mars/Base", 1), code: "bad-request", says: "repeat.zone"},
		"a first with a zone":    {do: "book.series", body: strings.Replace(series(`,"count":3`), `","zone"`, `Z","zone"`, 1), code: "refused", says: "no-first"},
		"a series that is none":  {do: "series.move", body: `{"series":"series/none","days":1}`, code: "unknown-booking", says: "no such"},
		"a negative demand":      {do: "book", body: book(`{"instrument":"instrument/chem-2","demand":-5}`, at(6), at(7)), code: "refused", says: "demand"},
		"to preempt what is not": {do: "preempt", body: fmt.Sprintf(`{"booking":"%s","version":1,"for":%s}`, first.Booking.ID, book(two, at(6), at(7))), code: "not-now", says: ""},
	} {
		headers := []string{"Cookie", cookie}
		if c.key != "" {
			headers = append(headers, "Idempotency-Key", c.key)
		}
		res, text := h.request(t, http.MethodPost, "/api/do/"+c.do, c.body, headers...)
		if res.StatusCode < 400 || res.StatusCode >= 500 {
			t.Errorf("%s: %s %s", name, res.Status, text)
			continue
		}
		if p := problem(t, text); p.Code != c.code || !strings.Contains(text, c.says) || p.Say == "" {
			t.Errorf("%s: %s; expected %s that names %q", name, text, c.code, c.says)
		}
	}
	if now := h.State(); now.Seq != before || now.Equipment.Bookings.Len() != 1 {
		t.Errorf("%d entries, %d bookings: something was recorded", now.Seq-before, now.Equipment.Bookings.Len())
	}
	if again := placed(); !again.Repeat || again.Booking.ID != first.Booking.ID {
		t.Errorf("the same request again: %+v", again)
	}
	if f := h.State().Faults(h.Now()); f != nil {
		t.Error(f)
	}
}

// A refused series names every occurrence that is in somebody's way; asked to, it moves the others and names those left.
func TestSeriesOverHTTPIsEditedWithItsConflictsListed(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	first := hour(48)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	done, err := tech.BookSeries(ctx, wire.SeriesBody{Items: []equipment.Item{{Instrument: "instrument/chem-1"}}, Repeat: equipment.Repeat{
		Every: equipment.Daily, First: first.In(berlin).Format("2006-01-02T15:04"), Zone: "Europe/Berlin", Minutes: 30, Count: 4,
	}})
	if err != nil || done.Booked != 4 {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := tech.Book(ctx, bookingOf("chem-1", first.Add(26*time.Hour), first.Add(27*time.Hour))); err != nil {
		t.Fatal(err)
	}
	move := wire.SeriesMoveBody{Series: done.Series, From: 2, Shift: equipment.Shift{At: first.Add(2 * time.Hour).In(berlin).Format("15:04")}}
	_, err = tech.MoveSeries(ctx, move)
	p := wantCode(t, err, "refused")
	text, err := json.Marshal(p.Facts["series"])
	if err != nil || !strings.Contains(string(text), `"n":2`) || strings.Contains(string(text), `"n":3`) {
		t.Errorf("the conflicts are %s, %v", text, err)
	}
	move.Skip = true
	moved, err := tech.MoveSeries(ctx, move)
	if err != nil || moved.Changed != 2 || len(moved.Skipped) != 1 || moved.Skipped[0].N != 2 {
		t.Errorf("%+v, %v", moved, err)
	}
	gone, err := tech.CancelSeries(ctx, wire.SeriesCancelBody{Series: done.Series})
	if err != nil || gone.Changed != 4 {
		t.Errorf("%+v, %v", gone, err)
	}
}
