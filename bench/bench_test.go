package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

// quick runs parts of the program with tiny counts, so that it cannot rot, and returns the page. No figure is looked at.
func quick(t *testing.T, run string) string {
	t.Helper()
	out := t.TempDir()
	page := filepath.Join(out, "measurements.md")
	if err := os.WriteFile(page, []byte("before\n"+pageBegin+pageEnd+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := begin(t.Context(), []string{"-quick", "-write", "-run", run, "-out", out, "-dir", t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(b); !strings.HasPrefix(text, "before\n") || !strings.HasSuffix(text, "after\n") {
		t.Error("what stands outside of the marks was changed")
	}
	return string(b)
}

func TestEveryPartOnOneNodeMeasuresItsGoals(t *testing.T) {
	page := quick(t, "memory|fanout|ten|screens|publish|bookings|resume|stuck|late|growth")
	before, _, _ := strings.Cut(page, "### Growth with the nodes")
	for line := range strings.Lines(before) {
		if strings.Contains(line, "not measured") && !strings.Contains(line, "after a lost node") {
			t.Errorf("a goal that no part measures: %s", line)
		}
	}
}

func TestThePartNodesMeasuresItsGoals(t *testing.T) {
	need.Postgres(t)
	need.Redis(t)
	page := quick(t, "nodes")
	_, after, _ := strings.Cut(page, "### Growth with the nodes")
	after, _, _ = strings.Cut(after, "### Inside")
	if strings.Contains(after, "not measured") || !strings.Contains(page, "| the latest after a lost node | ≤ 10.0 s | ") {
		t.Errorf("a goal that the part does not measure:\n%s", after)
	}
}

// TestARunOfOnePartKeepsTheFiguresOfTheOthers merges what is measured with what the page says already.
func TestARunOfOnePartKeepsTheFiguresOfTheOthers(t *testing.T) {
	out := t.TempDir()
	page := filepath.Join(out, "measurements.md")
	if err := os.WriteFile(page, []byte(pageBegin+pageEnd), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, run := range []map[string][2]float64{
		{"publish/16/rate": {8000, 4000}, "resume/took": {0.9, 0}},
		{"publish/16/rate": {6000, 3000}},
	} {
		b, err := openBook(out)
		if err != nil {
			t.Fatal(err)
		}
		b.begin()
		for id, v := range run {
			for range 3 {
				b.put(id, v[0], v[1])
			}
			b.point("growth/rate", "entries", "a second", 1000, v[0])
		}
		if err := b.write(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"**missed**: 6,000/s | bare fdatasync loop: 3,000/s | 2.00 ×", "≤ 1.00 s (Centrifugo 1.4, ntfy 3.5, Gotify 5.4) | 0.90 s |", "measurements/growth-rate.svg",
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the page does not say %q:\n%s", want, b)
		}
	}
}
