package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// figure is what was measured of one goal, in one run of this program.
type figure struct {
	Values  []float64 `json:"values"`          // in the order measured
	Beside  []float64 `json:"beside,omitzero"` // the yardstick, of the same moment each
	Date    string    `json:"date"`
	Machine string    `json:"machine"`
}

// median of what was measured.
func median(all []float64) float64 {
	if len(all) == 0 {
		return math.NaN()
	}
	all = slices.Sorted(slices.Values(all))
	if mid := len(all) / 2; len(all)%2 == 0 {
		return (all[mid-1] + all[mid]) / 2
	}
	return all[len(all)/2]
}

// ratio is the median of each value to its own yardstick; 0 without one.
func (f figure) ratio() float64 {
	var all []float64
	for i, v := range f.Values {
		if i < len(f.Beside) && f.Beside[i] > 0 {
			all = append(all, v/f.Beside[i])
		}
	}
	if len(all) == 0 {
		return 0
	}
	return median(all)
}

// curve is a figure that grows, or should not, with something else.
type curve struct {
	X       string    `json:"x"`
	Y       string    `json:"y"`
	Xs      []float64 `json:"xs"`
	Ys      []float64 `json:"ys"`
	Date    string    `json:"date"`
	Machine string    `json:"machine"`
}

// book holds every figure that is known, of this run and of those before.
type book struct {
	dir     string
	machine string
	begun   map[string]bool // figures that this run has measured anew

	Figures map[string]figure `json:"figures"`
	Curves  map[string]curve  `json:"curves"`
}

// kept is where figures are kept between runs, beside the pictures.
func (b *book) kept() string { return filepath.Join(b.dir, "measurements", "figures.json") }

func openBook(dir string) (*book, error) {
	b := &book{dir: dir, begun: map[string]bool{}, Figures: map[string]figure{}, Curves: map[string]curve{}}
	text, err := os.ReadFile(b.kept())
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(text, b)
	}
	if err != nil {
		return nil, fmt.Errorf("the figures of earlier runs: %w", err)
	}
	return b, nil
}

// begin notes on what machine the next figures are measured, and how busy it is.
func (b *book) begin() {
	load, memory := "?", 0.0
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(text), " ")
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		_, _ = fmt.Sscanf(string(text), "MemTotal: %f", &memory) // 0 says that it is not known
	}
	b.machine = fmt.Sprintf("%d cores, %.0f GiB, load %s", runtime.NumCPU(), memory/(1<<20), load)
}

func today() string { return time.Now().UTC().Format(time.DateOnly) }

// put notes one measurement of a goal, with its yardstick or 0.
func (b *book) put(id string, value, beside float64) {
	f := b.Figures[id]
	if !b.begun["figure "+id] {
		f = figure{}
		b.begun["figure "+id] = true
	}
	f.Values, f.Date, f.Machine = append(f.Values, round(value)), today(), b.machine
	if beside > 0 {
		f.Beside = append(f.Beside, round(beside))
	}
	b.Figures[id] = f
}

// point adds a point to a curve, which is begun anew by each run.
func (b *book) point(id, xName, yName string, x, y float64) {
	c := b.Curves[id]
	if !b.begun["curve "+id] {
		c = curve{X: xName, Y: yName}
		b.begun["curve "+id] = true
	}
	c.Xs, c.Ys, c.Date, c.Machine = append(c.Xs, x), append(c.Ys, round(y)), today(), b.machine
	b.Curves[id] = c
}

// last returns the median of what this run has measured of a goal so far.
func (b *book) last(id string) float64 { return median(b.Figures[id].Values) }

// round keeps four digits: more are not true.
func round(v float64) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	p := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*p) / p
}

// write writes figures, pictures and page.
func (b *book) write() error {
	if err := os.MkdirAll(filepath.Dir(b.kept()), 0o755); err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	text, err := json.MarshalIndent(b, "", "\t")
	if err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	files := map[string][]byte{b.kept(): append(text, '\n')}
	for id, c := range b.Curves {
		files[filepath.Join(b.dir, "measurements", picture(id))] = c.svg(curves[id])
	}
	page := filepath.Join(b.dir, "measurements.md")
	old, err := os.ReadFile(page)
	if err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	if files[page], err = b.page(old); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err //nolint:wrapcheck // the system's own words
		}
	}
	return nil
}

// picture is the file of a curve.
func picture(id string) string { return strings.ReplaceAll(id, "/", "-") + ".svg" }
