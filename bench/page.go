package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The marks in measurements.md between which this program writes. What stands outside is written by hand.
const (
	pageBegin = "<!-- measured by go run ./bench: change goals and reasons in bench/goals_*.go -->\n"
	pageEnd   = "<!-- end of what is measured -->\n"
)

// page puts every goal and what is known of it into the page.
func (b *book) page(old []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(old, []byte(pageBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(pageEnd))
	if !ok || !ok2 {
		return nil, fmt.Errorf("measurements.md has no place for figures: it needs the lines %q and %q", strings.TrimSpace(pageBegin), strings.TrimSpace(pageEnd))
	}
	var out bytes.Buffer
	out.Write(before)
	out.WriteString(pageBegin)
	for _, t := range tables() {
		b.table(&out, t)
	}
	out.WriteString(pageEnd)
	out.Write(after)
	return out.Bytes(), nil
}

func (b *book) table(out *bytes.Buffer, t table) {
	fmt.Fprintf(out, "\n### %s\n\n%s Run alone: `go run ./bench -run '%s'`.\n\n", t.title, t.how, t.part)
	out.WriteString("| what | goal | figure | beside it, in the same run | ratio | date | machine |\n|---|---|---|---|---|---|---|\n")
	var missed []string
	for _, g := range t.goals {
		f, known := b.Figures[g.id]
		if !known {
			fmt.Fprintf(out, "| %s | %s | not measured | | | | |\n", g.what, g.goal())
			continue
		}
		text, beside, ratio := show(median(f.Values), g.unit), "", ""
		if len(f.Values) > 1 && slices.Min(f.Values) != slices.Max(f.Values) {
			text += fmt.Sprintf(" (%s to %s)", bare1(slices.Min(f.Values)), bare1(slices.Max(f.Values)))
		}
		if r := f.ratio(); r > 0 {
			beside, ratio = g.beside+": "+show(median(f.Beside), g.unit), bare1(r)+" ×"
		}
		if g.missed(f) {
			text = "**missed**: " + text
			why := g.why
			if why == "" {
				why = "not looked into yet."
			}
			missed = append(missed, fmt.Sprintf("- *%s*: %s", g.what, why))
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s | %s |\n", g.what, g.goal(), text, beside, ratio, f.Date, f.Machine)
	}
	if len(missed) > 0 {
		fmt.Fprintf(out, "\nWhy, where a goal is missed:\n\n%s\n", strings.Join(missed, "\n"))
	}
	for _, id := range t.curves {
		if c, ok := b.Curves[id]; ok {
			fmt.Fprintf(out, "\n![%s: %s by %s](measurements/%s)\n", curves[id], c.Y, c.X, picture(id))
		}
	}
}

// show writes a number with its unit.
func show(v float64, unit string) string {
	switch unit {
	case "/s":
		return bare1(v) + "/s"
	case "×":
		return bare1(v) + " ×"
	case "":
		return bare1(v)
	}
	return bare1(v) + " " + unit
}

// bare1 writes a number with three digits at least, and thousands apart.
func bare1(v float64) string {
	digits := 0
	switch {
	case v == 0 || v >= 100 || v <= -100:
	case v >= 10:
		digits = 1
	case v >= 0.1:
		digits = 2
	default:
		digits = 4
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	whole, part, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part != "" {
		return whole + "." + part
	}
	return whole
}
