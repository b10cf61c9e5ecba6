package demo

import (
	"iter"
	"math/rand/v2"
	"slices"
)

// oddity is what is wrong with a message that is meant to be odd.
type oddity string

const (
	proper      oddity = ""
	unknownCode oddity = "a code that nobody mapped"
	noNumber    oddity = "a result without a patient's number"
	noPatient   oddity = "a move that says not of whom"
)

// message is one message that a hospital sends, but for the times in it.
type message struct {
	n        int    // from 1
	event    string // R01, A01, A02, A03
	who      patient
	unit     string // where the patient is, or goes
	bed      int
	panel    panel
	found    []finding
	critical bool
	again    bool   // the bytes of the message before, once more
	odd      oddity // what is wrong with it
	order    int    // the order's number, of R01
}

// How often what happens, of a thousand messages; the rest are ordinary results.
const (
	criticals  = 80
	transfers  = 40
	departures = 25
	repeats    = 25
)

// Between these many messages there is always a critical one, and an odd one. A patient with a critical result stays
// where he is for a while.
const (
	longestCalm = 14
	firstOdd    = 24
	oddEvery    = 150
	settling    = 60
)

// calls is the order in which units have critical results, after the first one of ICU-2.
var calls = []string{ward, ed, icu}

// stay is a patient in a bed.
type stay struct {
	who  int
	unit string
	told int // the last message with a critical result
}

// hospital is who lies where, as the script goes on.
type hospital struct {
	r      *rand.Rand
	people []patient
	stays  []stay // by bed
	away   []int  // who may be admitted next
	n      int
	order  int
	calm   int // messages since the last critical one
	called int // criticals so far
}

// script is what the hospital of a seed sends, without end: first who is in its beds, then a critical result of ICU-2,
// then whatever happens. It depends on the seed alone.
func script(seed int64) iter.Seq[message] {
	return func(yield func(message) bool) {
		h := &hospital{r: chance(seed, streamScript), people: patients(seed)}
		for i := range pool {
			if i >= beds {
				h.away = append(h.away, i)
				continue
			}
			h.stays = append(h.stays, stay{who: i, unit: units[i%len(units)]})
			if !yield(h.stayed("A01", i)) {
				return
			}
		}
		for {
			for _, m := range h.next() {
				if !yield(m) {
					return
				}
			}
		}
	}
}

// stayed is an ADT message of a bed.
func (h *hospital) stayed(event string, bed int) message {
	h.n++
	s := h.stays[bed]
	return message{n: h.n, event: event, who: h.people[s.who], unit: s.unit, bed: bed + 1}
}

// result is a result message of a bed.
func (h *hospital) result(bed int, p panel) message {
	m := h.stayed("R01", bed)
	h.order++
	m.panel, m.order = p, h.order
	for _, a := range p.tests {
		m.found = append(m.found, a.find(h.r, false))
	}
	return m
}

// next is what happens next: one message or two.
func (h *hospital) next() []message {
	h.calm++
	roll := h.r.IntN(1000)
	after := h.n - beds
	switch {
	case h.called == 0, h.called == 1 && h.calm > 3, h.calm >= longestCalm, roll < criticals:
		return []message{h.alarm()}
	case after >= firstOdd && (after-firstOdd)%oddEvery == 0:
		return []message{h.strange((after - firstOdd) / oddEvery)}
	case roll < criticals+transfers:
		if bed, ok := h.movable(); ok {
			h.stays[bed].unit = h.other(h.stays[bed].unit)
			return []message{h.stayed("A02", bed)}
		}
	case roll < criticals+transfers+departures:
		if bed, ok := h.movable(); ok {
			left := h.stayed("A03", bed)
			h.away = append(h.away, h.stays[bed].who)
			h.stays[bed].who, h.away = h.away[0], h.away[1:]
			return []message{left, h.stayed("A01", bed)}
		}
	case roll < criticals+transfers+departures+repeats:
		m := h.result(h.r.IntN(len(h.stays)), h.ordered())
		h.n++
		twice := m
		twice.n, twice.again = h.n, true
		return []message{m, twice}
	}
	return []message{h.result(h.r.IntN(len(h.stays)), h.ordered())}
}

// ordered is a panel that somebody orders.
func (h *hospital) ordered() panel { return panels[h.r.IntN(len(panels))] }

// alarm is a critical result: the first one a potassium of ICU-2, which everybody knows.
func (h *hospital) alarm() message {
	unit, p, test := icu, panels[0], 1
	if h.called > 0 {
		unit, p = calls[(h.called-1)%len(calls)], h.ordered()
		for test = h.r.IntN(len(p.tests)); !p.tests[test].callable(); {
			test = h.r.IntN(len(p.tests))
		}
	}
	h.called++
	h.calm = 0
	var in []int
	for bed, s := range h.stays {
		if s.unit == unit {
			in = append(in, bed)
		}
	}
	bed := in[h.r.IntN(len(in))]
	m := h.result(bed, p)
	m.found[test], m.critical = p.tests[test].find(h.r, true), true
	h.stays[bed].told = h.n
	return m
}

// strange is the i-th odd message.
func (h *hospital) strange(i int) message {
	bed := h.r.IntN(len(h.stays))
	switch odd := []oddity{unknownCode, noNumber, noPatient}[i%3]; odd {
	case noPatient:
		m := h.stayed("A02", bed)
		m.odd = odd
		return m
	default:
		m := h.result(bed, panels[1])
		m.odd = odd
		return m
	}
}

// movable is a bed whose patient may leave it: no unit gets too empty, and nobody leaves with a call open.
func (h *hospital) movable() (bed int, ok bool) {
	bed = h.r.IntN(len(h.stays))
	s := h.stays[bed]
	same := 0
	for _, o := range h.stays {
		if o.unit == s.unit {
			same++
		}
	}
	return bed, same > 2 && (s.told == 0 || h.n-s.told > settling)
}

func (h *hospital) other(unit string) string {
	rest := slices.DeleteFunc(slices.Clone(units), func(u string) bool { return u == unit })
	return rest[h.r.IntN(len(rest))]
}
