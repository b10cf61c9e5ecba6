package hl7

import (
	"strconv"
	"strings"
)

// At returns what stands at a path as interface tables write it: "PID-3", "PID-3.1", "PID-3[2].4.1", "OBX[2]-5".
// A segment and a repetition without number are the first. A path that makes no sense, like one to something that was
// not sent, gives an empty Field.
func (m *Message) At(path string) Field {
	name, rest, _ := strings.Cut(path, "-")
	name, nth, ok := numbered(name)
	if !ok {
		return Field{}
	}
	var seg Segment
	for s := range m.Segments(name) {
		if nth--; nth == 0 {
			seg = s
			break
		}
	}
	steps := strings.Split(rest, ".")
	number, nth, ok := numbered(steps[0])
	if !ok || len(steps) > 3 {
		return Field{}
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return Field{}
	}
	f := seg.Field(n)
	if number != steps[0] {
		f = f.Repetition(nth)
	}
	for i, step := range steps[1:] {
		n, err := strconv.Atoi(step)
		if err != nil {
			return Field{}
		}
		if i == 0 {
			f = f.Component(n)
		} else {
			f = f.Subcomponent(n)
		}
	}
	return f
}

// numbered parts "OBX[2]" into its name and number, 1 if there is none.
func numbered(s string) (name string, n int, ok bool) {
	name, rest, found := strings.Cut(s, "[")
	if !found {
		return s, 1, true
	}
	n, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	return name, n, err == nil && n > 0
}
