package demo

import "slices"

// The statuses of results, HL7 table 0085.
const (
	preliminary = "P"
	final       = "F"
	corrected   = "C"
	deleted     = "D"
)

// A scene begins after so many messages past the admissions, and again each time after so many more.
const (
	firstScene = 9
	sceneEvery = 7
)

// scenes are what does not happen in every hour of a hospital, in the order in which the demonstration shows it, over and
// over. Each returns its first message, and leaves what follows to hospital.later.
var scenes = []func(*hospital) message{
	(*hospital).cultured, (*hospital).moved, (*hospital).amended, (*hospital).bySomebody, strange(unknownCode), (*hospital).haemolysed,
	(*hospital).saidTold, strange(noNumber), (*hospital).takenBack, (*hospital).settled, strange(noPatient), strange(noValue),
}

// follow is a message that follows another one after a while.
type follow struct {
	from int // the number of the message that it is sent after at the earliest
	send func() message
}

// followed is the message that is due, if one is.
func (h *hospital) followed() (message, bool) {
	i := slices.IndexFunc(h.later, func(f follow) bool { return h.n >= f.from })
	if i < 0 {
		return message{}, false
	}
	f := h.later[i]
	h.later = slices.Delete(h.later, i, i+1)
	return f.send(), true
}

// then sends a message once more as something else, after some others.
func (h *hospital) then(after int, m message, change func(*message)) {
	h.later = append(h.later, follow{h.n + after, func() message {
		next := m
		next.found = slices.Clone(m.found)
		next.critical, next.note, next.event = false, "", "R01"
		change(&next)
		h.n++
		next.n = h.n
		return next
	}})
}

// potassium is a critical potassium of a basic panel, and where in the panel it is.
func (h *hospital) potassium() (m message, at int) {
	m = h.result(h.sick(false), panels[0])
	m.found[1], m.critical = panels[0].tests[1].find(h.r, true), true
	return m, 1
}

// cultured is a positive blood culture: the stain first, the organism later.
func (h *hospital) cultured() message {
	m := h.stayed("R01", h.sick(false))
	h.order++
	m.order, m.panel, m.critical, m.status = h.order, culture, true, preliminary
	m.found = []finding{{analyte: culture.tests[0], words: "Gram-negative rods", flag: "AA"}}
	m.story = "preliminary: positive"
	h.then(11, m, func(m *message) {
		m.status, m.story = final, "final: the organism is named"
		m.found[0].words = "Escherichia coli"
	})
	return m
}

// moved is a critical result of a patient who is moved to another unit while the call is open. It is not the patient of
// the first call, which waits for whoever tries the demonstration.
func (h *hospital) moved() message {
	m := h.alarmOf(true)
	bed := m.bed - 1
	if !h.spared(bed) {
		return m
	}
	m.story = "with a critical value; the patient is about to be moved"
	h.later = append(h.later, follow{h.n + 1, func() message {
		h.stays[bed].unit = h.other(h.stays[bed].unit)
		return h.stayed("A02", bed)
	}})
	return m
}

// amended is a critical result that turns out to be an ordinary one.
func (h *hospital) amended() message {
	m, at := h.potassium()
	h.then(3, m, func(m *message) {
		m.status, m.story = corrected, "corrected: not critical after all"
		m.found[at] = finding{analyte: m.found[at].analyte, value: m.found[at].usual.least + 2}
	})
	return m
}

// bySomebody is an order, and a critical result that says of it no more than its number.
func (h *hospital) bySomebody() message {
	m := h.alarm()
	result := m
	m.event, m.critical = "O01", false
	for _, s := range staff {
		if s.unit == m.unit {
			m.by = s.code // the last one: the second on call
		}
	}
	h.then(2, result, func(r *message) {
		r.by, r.critical, r.story = m.by, true, "with a critical value, of the order"
	})
	return m
}

// haemolysed is a critical potassium of a sample at which the bench looks first.
func (h *hospital) haemolysed() message {
	m, _ := h.potassium()
	m.found[1].value, m.found[1].flag = m.found[1].high.draw(h.r), "HH"
	m.note, m.story = "Sample haemolysed", "with a critical value of a haemolysed sample"
	return m
}

// saidTold is a critical result whose sender says that somebody was told.
func (h *hospital) saidTold() message {
	m, _ := h.potassium()
	m.note, m.story = "CALLED TO WARD NURSE BY LAB @ 1809.", "with a critical value and a note that somebody was told"
	return m
}

// takenBack is a critical result that the laboratory takes back.
func (h *hospital) takenBack() message {
	m, at := h.potassium()
	h.then(4, m, func(m *message) {
		m.status, m.story = corrected, "a critical value is taken back"
		m.found[at].status, m.found[at].flag = deleted, ""
	})
	return m
}

// settled is a preliminary critical result that the final one confirms, which calls nobody again.
func (h *hospital) settled() message {
	m := h.alarm()
	m.status, m.story = preliminary, "preliminary, with a critical value"
	h.then(3, m, func(m *message) { m.status, m.story = final, "final, as the preliminary said" })
	return m
}

// strange makes the scene of an odd message.
func strange(odd oddity) func(*hospital) message {
	return func(h *hospital) message {
		bed := h.r.IntN(len(h.stays))
		if odd == noPatient {
			m := h.stayed("A02", bed)
			m.odd = odd
			return m
		}
		m := h.result(bed, panels[1])
		m.odd = odd
		if odd == noValue {
			m.found[0].words, m.found[0].flag = "see comment", ""
		}
		return m
	}
}
