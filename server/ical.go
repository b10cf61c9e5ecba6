package server

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// calendar writes bookings as iCalendar (RFC 5545): lines end in CR LF, none is longer than 75 octets, times are UTC, so
// that no time zone need be described. Nothing in it depends on when it is read: the same bookings are the same bytes.
func calendar(w io.Writer, title string, all []feedRow) error {
	c := &ical{w: w}
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//Readback//Bookings//EN")
	c.line("CALSCALE:GREGORIAN")
	c.line("METHOD:PUBLISH")
	c.line("X-WR-CALNAME:" + icalText(title))
	c.line("REFRESH-INTERVAL;VALUE=DURATION:PT15M")
	for i := range all {
		k := &all[i]
		_, id, _ := strings.Cut(k.ID, "/")
		summary := strings.Join(k.instruments, ", ") + " (" + string(k.Purpose) + ")"
		if k.owner != "" {
			summary += " " + k.owner
		}
		c.line("BEGIN:VEVENT")
		c.line("UID:" + icalText(strings.ReplaceAll(id, "/", "-")) + "@readback")
		c.line("SEQUENCE:" + strconv.Itoa(k.Version))
		c.line("DTSTAMP:" + icalTime(k.Changed))
		c.line("LAST-MODIFIED:" + icalTime(k.Changed))
		c.line("DTSTART:" + icalTime(k.Start))
		c.line("DTEND:" + icalTime(k.End))
		c.line("STATUS:" + icalStatus(k.Standing))
		c.line("SUMMARY:" + icalText(summary))
		c.line("CATEGORIES:" + icalText(strings.ToUpper(string(k.Purpose))))
		c.line("DESCRIPTION:" + icalText(string(k.Standing)))
		c.line("END:VEVENT")
	}
	c.line("END:VCALENDAR")
	return c.err
}

// icalStatus is a standing in the words of RFC 5545 §3.8.1.11.
func icalStatus(s equipment.Standing) string {
	switch {
	case s == equipment.AtRisk || s == equipment.Asked:
		return "TENTATIVE"
	case s.Live() || s == equipment.Done:
		return "CONFIRMED"
	}
	return "CANCELLED"
}

func icalTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// icalText is a text as a value (RFC 5545 §3.3.11). Control characters, which it cannot hold, become spaces.
func icalText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return ' '
		}
		return r
	}, icalEscaped.Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

var icalEscaped = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// ical writes content lines.
type ical struct {
	w   io.Writer
	err error
}

// mostOctets is how long a line may be, without its end (RFC 5545 §3.1).
const mostOctets = 75

// line writes a content line, folded where it is longer than mostOctets; no character is cut in two.
func (c *ical) line(text string) {
	var b strings.Builder
	for room := mostOctets; len(text) > room; room = mostOctets - 1 { // the space before what follows counts
		cut := room
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		b.WriteString(text[:cut] + "\r\n ")
		text = text[cut:]
	}
	b.WriteString(text + "\r\n")
	if c.err == nil {
		_, c.err = io.WriteString(c.w, b.String())
	}
}

// bookingsCSV writes bookings as RFC 4180 in UTF-8: a head, then lines that end in CRLF. A cell that a spreadsheet would
// take for a formula begins with an apostrophe.
func bookingsCSV(w io.Writer, all []feedRow) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"id", "version", "instruments", "start", "end", "purpose", "standing", "changed", "owner"}}
	for i := range all {
		k := &all[i]
		rows = append(rows, []string{
			k.ID, strconv.Itoa(k.Version), harmless(strings.Join(k.instruments, ", ")), k.Start.UTC().Format(time.RFC3339), k.End.UTC().Format(time.RFC3339),
			string(k.Purpose), string(k.Standing), k.Changed.UTC().Format(time.RFC3339), harmless(k.owner),
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	return nil
}

// harmless is a cell that no spreadsheet takes for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
