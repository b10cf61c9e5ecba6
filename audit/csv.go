package audit

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-909bec58/readback/wire"
)

// CSV writes the rows of times, the one of all calls last, as RFC 4180 in UTF-8: a head, then lines that end in CRLF.
// Spans are in seconds, shares between 0 and 1. A cell that a spreadsheet would take for a formula begins with an
// apostrophe.
func CSV(w io.Writer, t wire.Times) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	head := slices.Clone(t.By)
	for _, by := range t.By {
		head = append(head, by+"-name")
	}
	if len(t.By) == 0 {
		head = []string{"all"}
	}
	head = append(head, counted...)
	for _, m := range wire.TimesMeasures {
		for _, figure := range []string{"n", "occurred", "median", "p90", "p99", "max"} {
			head = append(head, m+"-"+figure)
		}
	}
	if err := out.Write(head); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	for _, r := range append(slices.Clone(t.Rows), t.All) {
		cells := append(slices.Clone(r.Key), r.Name...)
		for len(cells) < max(1, 2*len(t.By)) {
			cells = append(cells, "all")
		}
		for i := range cells {
			cells[i] = guarded(cells[i])
		}
		if err := out.Write(append(cells, figures(r)...)); err != nil {
			return fmt.Errorf("csv: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// counted are the columns of figures.
var counted = []string{
	"calls", "conveyed", "read-back", "telephoned", "ended", "open", "unacknowledged", "corrected", "mismatches", "mismatched", "passes",
	"attempts", "failed", "suppressed", "occurred", "telephone-share", "within-15-in", "within-15-of", "within-15", "within-30-in",
	"within-30-of", "within-30", "within-60-in", "within-60-of", "within-60", "within-target-in", "within-target-of", "within-target",
	"judged", "complete", "score",
}

func figures(r wire.TimesRow) []string {
	var out []string
	for _, n := range []int{
		r.Calls, r.Conveyed, r.ReadBack, r.Telephoned, r.Ended, r.Open, r.Unacknowledged, r.Corrected, r.Mismatches, r.Mismatched, r.Passes,
		r.Attempts, r.Failed, r.Suppressed, r.Occurred,
	} {
		out = append(out, strconv.Itoa(n))
	}
	out = append(out, number(r.TelephoneShare))
	for _, w := range []wire.Within{r.Within15, r.Within30, r.Within60, r.WithinTarget} {
		out = append(out, strconv.Itoa(w.In), strconv.Itoa(w.Of), number(w.Share))
	}
	out = append(out, strconv.Itoa(r.Judged), strconv.Itoa(r.Complete), number(r.Score))
	for _, name := range wire.TimesMeasures {
		m := r.Measures[name]
		out = append(out, strconv.Itoa(m.N), strconv.Itoa(m.Occurred), number(m.Median), number(m.P90), number(m.P99), number(m.Max))
	}
	return out
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// guarded is a text from outside as a spreadsheet shows it and does not compute it.
func guarded(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20", []rune(text)[0]) {
		return "'" + text
	}
	return text
}
