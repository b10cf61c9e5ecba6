package server_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

var (
	icalLine = regexp.MustCompile(`^([A-Z-]+)((?:;[A-Z-]+=[A-Za-z0-9-]+)*):(.*)$`)
	icalUTC  = regexp.MustCompile(`^\d{8}T\d{6}Z$`)
)

// events reads a calendar as strictly as RFC 5545 allows it to be written: each event by its properties, texts unescaped.
func events(text string) ([]map[string]string, error) {
	if !utf8.ValidString(text) || !strings.HasSuffix(text, "\r\n") {
		return nil, errors.New("it is not UTF-8, or does not end a line")
	}
	var lines []string
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		switch {
		case len(l) > 75 || l == "" || strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l):
			return nil, fmt.Errorf("line %q: too long, empty, cut in a character, or with a bare line end", l)
		case l[0] == ' ' && len(lines) > 0:
			lines[len(lines)-1] += l[1:]
		default:
			lines = append(lines, l)
		}
	}
	var out []map[string]string
	var event map[string]string
	var open []string
	for _, l := range lines {
		m := icalLine.FindStringSubmatch(l)
		if m == nil {
			return nil, fmt.Errorf("%q is no content line", l)
		}
		name, value := m[1], m[3]
		if strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
			return nil, fmt.Errorf("%q has a control character", l)
		}
		switch {
		case name == "BEGIN":
			open = append(open, value)
			if value == "VEVENT" {
				event = map[string]string{}
			}
			continue
		case name == "END":
			if len(open) == 0 || open[len(open)-1] != value {
				return nil, fmt.Errorf("%q ends what is not open", l)
			}
			open = open[:len(open)-1]
			if value == "VEVENT" {
				for _, must := range []string{"UID", "DTSTAMP", "DTSTART", "DTEND"} {
					if event[must] == "" {
						return nil, fmt.Errorf("an event has no %s", must)
					}
				}
				out, event = append(out, event), nil
			}
			continue
		case slices.Contains([]string{"SUMMARY", "DESCRIPTION", "X-WR-CALNAME", "CATEGORIES"}, name):
			bare := strings.NewReplacer(`\\`, "", `\;`, "", `\,`, "", `\n`, "").Replace(value)
			if strings.ContainsAny(bare, `\;,`) {
				return nil, fmt.Errorf("%q has what must be escaped", l)
			}
			value = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(value)
		case slices.Contains([]string{"DTSTAMP", "DTSTART", "DTEND", "LAST-MODIFIED"}, name) && !icalUTC.MatchString(value):
			return nil, fmt.Errorf("%q is not UTC", l)
		}
		if event == nil {
			continue
		}
		if _, twice := event[name]; twice {
			return nil, fmt.Errorf("%s stands twice in an event", name)
		}
		event[name] = value
	}
	if len(open) > 0 {
		return nil, fmt.Errorf("%v is not ended", open)
	}
	return out, nil
}

// feedOf reads a feed.
func (h *house) feedOf(t *testing.T, path string) []map[string]string {
	t.Helper()
	res, text := h.request(t, http.MethodGet, path, "")
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/calendar") {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
	out, err := events(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return out
}

func TestFeedFollowsABookingByOneUIDAndItsVersionUntilItIsCancelled(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	done, err := tech.Book(ctx, wire.BookBody{
		Items: []equipment.Item{{Instrument: "instrument/chem-1"}, {Instrument: "instrument/chem-2"}}, Start: hour(30), End: hour(31), Note: "Okonkwo, 1957",
	})
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{}
	for _, of := range []string{"", "instrument/chem-2", "lab"} {
		f, err := tech.OpenFeed(ctx, wire.FeedBody{Of: of})
		if err != nil {
			t.Fatal(err)
		}
		paths[of] = f.Path
	}
	uid := ""
	look := func(step, status string, sequence int, start time.Time) {
		t.Helper()
		for of, path := range paths {
			all := h.feedOf(t, path)
			if len(all) != 1 {
				t.Fatalf("%s, feed of %q: %v", step, of, all)
			}
			e := all[0]
			if uid == "" {
				uid = e["UID"]
			}
			if e["UID"] != uid || e["SEQUENCE"] != fmt.Sprint(sequence) || e["STATUS"] != status || e["DTSTART"] != start.Format("20060102T150405Z") ||
				e["SUMMARY"] != "chem-1, chem-2 (routine)" {
				t.Errorf("%s, feed of %q: %v", step, of, e)
			}
		}
	}
	look("booked", "CONFIRMED", 1, hour(30))
	_, err = tech.MoveBooking(ctx, wire.MoveBody{OfBody: wire.OfBody{Booking: done.Booking.ID, Version: 1}, Start: hour(33), End: hour(34)})
	if err != nil {
		t.Fatal(err)
	}
	look("moved", "CONFIRMED", 2, hour(33))
	if _, err := tech.CancelBooking(ctx, wire.CancelBody{OfBody: wire.OfBody{Booking: done.Booking.ID, Version: 2}}); err != nil {
		t.Fatal(err)
	}
	look("cancelled", "CANCELLED", 3, hour(33))
	table := strings.TrimSuffix(paths["lab"], ".ics") + ".csv"
	res, text := h.request(t, http.MethodGet, table, "")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || res.StatusCode != http.StatusOK || len(rows) != 2 || rows[1][6] != "cancelled" || rows[1][8] != "" || !strings.HasSuffix(text, "\r\n") {
		t.Errorf("%s %q, %v", res.Status, text, err)
	}
	_, ics := h.request(t, http.MethodGet, paths["lab"], "")
	if all := text + ics; strings.Contains(all, "Okonkwo") || strings.Contains(all, "Brown") {
		t.Error("a feed shows a note or a name")
	}
}

func TestFeedIsReadAgainOnlyWhenSomethingChanged(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	if _, err := tech.Book(ctx, bookingOf("chem-1", hour(5), hour(6))); err != nil {
		t.Fatal(err)
	}
	f, err := tech.OpenFeed(ctx, wire.FeedBody{Of: "lab"})
	if err != nil {
		t.Fatal(err)
	}
	res, _ := h.request(t, http.MethodGet, f.Path, "")
	tag := res.Header.Get("ETag")
	if res, text := h.request(t, http.MethodGet, f.Path, "", "If-None-Match", tag); tag == "" || res.StatusCode != http.StatusNotModified || text != "" {
		t.Errorf("unchanged: %s %q", res.Status, text)
	}
	if _, err := tech.Book(ctx, bookingOf("chem-1", hour(7), hour(8))); err != nil {
		t.Fatal(err)
	}
	if res, _ := h.request(t, http.MethodGet, f.Path, "", "If-None-Match", tag); res.StatusCode != http.StatusOK || res.Header.Get("ETag") == tag {
		t.Errorf("changed: %s %q", res.Status, res.Header.Get("ETag"))
	}
}

func TestFeedAddressIsSecretAndDiesWithItsEndOrItsOwnersBadge(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	open := func(of string) wire.FeedOpened {
		t.Helper()
		f, err := tech.OpenFeed(ctx, wire.FeedBody{Of: of})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first, second := open("lab"), open("")
	secret := strings.TrimSuffix(strings.TrimPrefix(first.Path, "/feed/"), ".ics")
	if len(secret) < 50 || secret == strings.TrimSuffix(strings.TrimPrefix(second.Path, "/feed/"), ".ics") {
		t.Errorf("address %q", first.Path)
	}
	es, err := h.Store().Read(ctx, first.First-1, 1)
	if err != nil || bytes.Contains(es[0].Leaf, []byte(secret)) {
		t.Errorf("the ledger knows the address: %s, %v", es[0].Leaf, err)
	}
	if strings.Contains(h.log.String(), secret) {
		t.Error("the log knows the address")
	}
	gone := func(name, path string) {
		t.Helper()
		if res, text := h.request(t, http.MethodGet, path, ""); res.StatusCode != http.StatusNotFound || strings.Contains(text, secret) {
			t.Errorf("%s: %s %s", name, res.Status, text)
		}
	}
	gone("another address", "/feed/"+strings.Repeat("0", len(secret))+".ics")
	gone("another kind", "/feed/"+secret+".json")
	_, err = tech.OpenFeed(ctx, wire.FeedBody{Of: "person/sue"})
	wantCode(t, err, "not-yours")
	_, err = tech.OpenFeed(ctx, wire.FeedBody{Of: "instrument/none"})
	wantCode(t, err, "unknown-booking")
	_, err = h.as(t, "lee").OpenFeed(ctx, wire.FeedBody{Of: "lab"})
	wantCode(t, err, "not-yours")
	mine, err := tech.Feeds(ctx)
	if err != nil || len(mine.Feeds) != 2 {
		t.Errorf("%+v, %v", mine, err)
	}
	if _, err := tech.EndFeed(ctx, first.Feed); err != nil {
		t.Error(err)
	}
	gone("an ended one", first.Path)
	h.feedOf(t, second.Path)
	if _, err := h.as(t, "root").Disable(ctx, "person/tech"); err != nil {
		t.Fatal(err)
	}
	gone("whose owner left", second.Path)
}

func TestTableOfBookingsHoldsNoFormula(t *testing.T) {
	for _, name := range []string{"=1+1", "+1", "-1", "@x", "\t=1"} {
		var b bytes.Buffer
		if err := server.BookingsCSV(&b, name, name, time.Now()); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || rows[1][2][0] != '\'' || rows[1][8][0] != '\'' {
			t.Errorf("%q became %q, %v", name, rows, err)
		}
	}
}

// Whatever a name holds, the calendar is one, and the name comes out as it went in but for characters that no text holds.
func FuzzCalendar(f *testing.F) {
	for _, s := range []string{"Chemistry 1", "a;b,c\\d\nEND:VEVENT", strings.Repeat("ä", 100), strings.Repeat("x", 66) + "🙂🙂", "\r\n\x00\x7f", "\xff\xfe"} {
		f.Add(s)
	}
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	k := equipment.Booking{ID: "booking/7d/3", Version: 2, Span: equipment.Span{Start: at, End: at.Add(time.Hour)}, Purpose: equipment.Routine, Standing: equipment.Booked, Changed: at}
	clean := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	f.Fuzz(func(t *testing.T, name string) {
		var b bytes.Buffer
		if err := server.Calendar(&b, name, name, k); err != nil {
			t.Fatal(err)
		}
		all, err := events(b.String())
		if err != nil || len(all) != 1 {
			t.Fatalf("%v in %q", err, b.String())
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' || r == 0x7f {
				return ' '
			}
			return r
		}, clean.Replace(strings.ToValidUTF8(name, "\uFFFD"))) + " (routine)"
		if got := all[0]["SUMMARY"]; got != want || all[0]["UID"] != "7d-3@readback" {
			t.Errorf("%q became %q", want, got)
		}
	})
}
