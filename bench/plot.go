package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"slices"
)

// The picture of a curve, in its own units.
const (
	plotWidth, plotHeight      = 640, 320
	plotLeft, plotRight        = 76, 20
	plotTop, plotBottom        = 44, 48
	plotAreaWide, plotAreaHigh = plotWidth - plotLeft - plotRight, plotHeight - plotTop - plotBottom
)

// svg draws a curve: the growing quantity to the right, by its logarithm where it spans more than a factor of 20, and
// the figure upwards from nothing. It can be read on light and on dark pages.
func (c curve) svg(title string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		plotWidth, plotHeight, plotWidth, plotHeight, html.EscapeString(title))
	out.WriteString(`<style>text{font:13px system-ui,sans-serif;fill:#24292f}.t{font-weight:600;font-size:14px}.g{stroke:#d0d7de}.l{stroke:#0969da;fill:none;stroke-width:2}.p{fill:#0969da}` +
		`@media (prefers-color-scheme:dark){text{fill:#e6edf3}.g{stroke:#3d444d}.l{stroke:#4493f8}.p{fill:#4493f8}}</style>` + "\n")
	fmt.Fprintf(&out, `<text class="t" x="%d" y="20">%s</text>`+"\n", plotLeft, html.EscapeString(title))
	if len(c.Xs) > 0 {
		c.draw(&out)
	}
	fmt.Fprintf(&out, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", plotLeft+plotAreaWide/2, plotHeight-8, html.EscapeString(c.X))
	fmt.Fprintf(&out, `<text x="%d" y="38">%s</text>`+"\n</svg>\n", plotLeft, html.EscapeString(c.Y))
	return out.Bytes()
}

func (c curve) draw(out *bytes.Buffer) {
	least, most := slices.Min(c.Xs), slices.Max(c.Xs)
	scale := func(x float64) float64 { return x }
	if least > 0 && most/least > 20 {
		scale = math.Log10
	}
	at := func(x float64) float64 {
		if least == most {
			return plotLeft + plotAreaWide/2
		}
		return plotLeft + plotAreaWide*(scale(x)-scale(least))/(scale(most)-scale(least))
	}
	step := niceStep(slices.Max(c.Ys))
	top := step * math.Ceil(max(slices.Max(c.Ys), step)/step)
	up := func(y float64) float64 { return plotTop + plotAreaHigh*(1-y/top) }
	for y := 0.0; y <= top*1.001; y += step {
		fmt.Fprintf(out, `<line class="g" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
			plotLeft, plotWidth-plotRight, up(y), up(y), plotLeft-8, up(y)+4, short(y))
	}
	var line bytes.Buffer
	for i, x := range c.Xs {
		fmt.Fprintf(&line, "%.1f,%.1f ", at(x), up(c.Ys[i]))
		fmt.Fprintf(out, `<circle class="p" cx="%.1f" cy="%.1f" r="4"><title>%s: %s</title></circle>`+"\n", at(x), up(c.Ys[i]), short(x), bare1(c.Ys[i]))
		fmt.Fprintf(out, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", at(x), plotTop+plotAreaHigh+18, short(x))
	}
	fmt.Fprintf(out, `<polyline class="l" points="%s"/>`+"\n", bytes.TrimSpace(line.Bytes()))
}

// niceStep is a step of 1, 2 or 5 times a power of ten, of which about four make most.
func niceStep(most float64) float64 {
	if most <= 0 {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, f := range []float64{1, 2, 5} {
		if most/4 <= f*p {
			return f * p
		}
	}
	return 10 * p
}

// short writes a number on an axis: 1,000,000 as 1M.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%gM", round(v/1e6))
	case v >= 1000:
		return fmt.Sprintf("%gk", round(v/1000))
	}
	return fmt.Sprintf("%g", round(v))
}
