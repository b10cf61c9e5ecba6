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
	noValue     oddity = "a value that is no number"
	noNumber    oddity = "a result without a patient's number"
	noPatient   oddity = "a move that says not of whom"
)

// message is one message that a hospital sends, but for the times in it.
type message struct {
	n        int    // from 1
	event    string // R01, O01, A01, A02, A03
	who      patient
	unit     string // where the patient is, or goes
	bed      int
	panel    panel
	found    []finding
	critical bool
	again    bool   // the bytes of the message before, once more
	odd      oddity // what is wrong with it
	order    int    // the order's number, of R01 and O01
	by       string // the staff code of who ordered it, if an order was sent
	status   string // of its results, HL7 table 0085; "": final
	note     string // beside what is flagged
	story    string // what is special about it, for people
}

// How often what happens, of a thousand messages; the rest are ordinary results.
const (
	criticals  = 40
	transfers  = 40
	departures = 25
	repeats    = 25
)

// Between these many messages there is always a critical one. A patient with a critical result stays where he is for a
// while, but for the one whom a scene moves.
const (
	longestCalm = 14
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
	played int // scenes so far
	later  []follow
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
	if m, ok := h.followed(); ok {
		return []message{m}
	}
	switch {
	case h.called == 0, h.called == 1 && h.calm > 3:
		return []message{h.alarm()}
	case h.n-beds >= firstScene+sceneEvery*h.played:
		h.played++
		return []message{scenes[(h.played-1)%len(scenes)](h)}
	case h.calm >= longestCalm, roll < criticals:
		return []message{h.alarm()}
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
func (h *hospital) alarm() message { return h.alarmOf(false) }

func (h *hospital) alarmOf(fresh bool) message {
	p, test := panels[0], 1
	if h.called > 0 {
		p = h.ordered()
		for test = h.r.IntN(len(p.tests)); !p.tests[test].callable(); {
			test = h.r.IntN(len(p.tests))
		}
	}
	m := h.result(h.sick(fresh), p)
	m.found[test], m.critical = p.tests[test].find(h.r, true), true
	return m
}

// sick is the bed of who has a critical result next: the units take turns, and ICU-2 begins. Fresh asks for one
// who had none yet, if there is one.
func (h *hospital) sick(fresh bool) int {
	unit := icu
	if h.called > 0 {
		unit = calls[(h.called-1)%len(calls)]
	}
	h.called++
	h.calm = 0
	var in []int
	for bed, s := range h.stays {
		if s.unit == unit {
			in = append(in, bed)
		}
	}
	if calm := slices.DeleteFunc(slices.Clone(in), func(bed int) bool { return !h.quiet(bed) }); fresh && len(calm) > 0 {
		in = calm
	}
	bed := in[h.r.IntN(len(in))]
	h.stays[bed].told = h.n + 1
	return bed
}

// movable is a bed whose patient may leave it: no unit gets too empty, and nobody leaves with a call open.
func (h *hospital) movable() (bed int, ok bool) {
	bed = h.r.IntN(len(h.stays))
	return bed, h.spared(bed) && h.quiet(bed)
}

// spared tells whether a bed's unit has patients enough without its own.
func (h *hospital) spared(bed int) bool {
	same := 0
	for _, o := range h.stays {
		if o.unit == h.stays[bed].unit {
			same++
		}
	}
	return same > 2
}

// quiet tells whether a bed's patient had no critical result for a while.
func (h *hospital) quiet(bed int) bool {
	told := h.stays[bed].told
	return told == 0 || h.n-told > settling
}

func (h *hospital) other(unit string) string {
	rest := slices.DeleteFunc(slices.Clone(units), func(u string) bool { return u == unit })
	return rest[h.r.IntN(len(rest))]
}
