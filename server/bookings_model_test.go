package server_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// act is one command about bookings: of which it is, on which instruments, from which half hour to which.
type act struct {
	do       string // "book", "cancel", "move", "preempt", "decline"
	id       string // of an existing booking
	version  int
	on       [2]bool // chem-1, chem-2; of a booking to be
	from, to int
}

// answeredAs is what was answered: "" or a problem's code, and the id of a new booking.
type answeredAs struct{ code, id string }

// place is a booking as the model knows it: spans on instruments, nothing else.
type place struct {
	id       string
	version  int
	on       [2]bool
	from, to int
	live     bool
	stat     bool
	asked    *place // urgent work that asks for it
}

func (p place) meets(o place) bool {
	return (p.on[0] && o.on[0] || p.on[1] && o.on[1]) && p.from < o.to && o.from < p.to
}

// places is the model's state: every booking there ever was, in order of id.
type places []place

func (ps places) find(id string) int {
	return slices.IndexFunc(ps, func(p place) bool { return p.id == id })
}

// free tells whether a booking meets no live one but those named.
func (ps places) free(p place, but ...string) bool {
	return !slices.ContainsFunc(ps, func(o place) bool { return o.live && !slices.Contains(but, o.id) && o.meets(p) })
}

func (ps places) with(p place) places {
	out := slices.Clone(ps)
	if i := out.find(p.id); i >= 0 {
		out[i] = p
		return out
	}
	out = append(out, p)
	slices.SortFunc(out, func(a, b place) int { return strings.Compare(a.id, b.id) })
	return out
}

// step says what a command must be answered in a state, and the state after it.
func (ps places) step(a act, o answeredAs) (string, places) {
	if a.do == "book" {
		p := place{id: o.id, version: 1, on: a.on, from: a.from, to: a.to, live: true}
		if !ps.free(p) {
			return "refused", ps
		}
		return "", ps.with(p)
	}
	i := ps.find(a.id)
	switch {
	case i < 0:
		return "unknown-booking", ps
	case !ps[i].live:
		return "over", ps
	case ps[i].version != a.version:
		return "stale", ps
	}
	p := ps[i]
	p.version++
	switch a.do {
	case "cancel":
		p.live = false
		urgent := p.asked
		p.asked = nil
		ps = ps.with(p)
		if urgent != nil && ps.free(*urgent) {
			ps = ps.with(*urgent) // it takes the place that it asked for
		}
		return "", ps
	case "move":
		p.from, p.to = a.from, a.to
		switch {
		case p.asked != nil:
			return "not-now", ps
		case !ps.free(p, p.id):
			return "refused", ps
		}
		return "", ps.with(p)
	case "preempt":
		urgent := place{id: o.id, version: 1, on: a.on, from: a.from, to: a.to, live: true, stat: true}
		switch {
		case p.asked != nil || p.stat || !p.meets(urgent):
			return "not-now", ps
		case !ps.free(urgent, p.id):
			return "refused", ps
		}
		p.asked = &urgent
		return "", ps.with(p)
	}
	if p.asked == nil { // decline
		return "not-now", ps
	}
	p.asked = nil
	return "", ps.with(p)
}

// bookingModel is the naive model of the board: a list of spans, one command after another.
func bookingModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return places(nil) },
		Step: func(state, input, output any) (bool, any) {
			ps, _ := state.(places)
			a, _ := input.(act)
			o, _ := output.(answeredAs)
			want, next := ps.step(a, o)
			return want == o.code, next
		},
		Equal: func(a, b any) bool {
			x, _ := a.(places)
			y, _ := b.(places)
			return slices.EqualFunc(x, y, func(p, q place) bool {
				same := (p.asked == nil) == (q.asked == nil) && (p.asked == nil || *p.asked == *q.asked)
				p.asked, q.asked = nil, nil
				return same && p == q
			})
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}
