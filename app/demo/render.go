package demo

import (
	"fmt"
	"strings"
	"time"
)

// stamp is HL7's time with its offset.
const stamp = "20060102150405-0700"

// render writes a message as it is sent at an instant by a system that was started at another, both in its own zone.
// Control and order numbers hold the start, so that those of two runs differ.
func (m message) render(start, at time.Time) []byte {
	id := fmt.Sprintf("D%s%05d", start.UTC().Format("060102150405"), m.n)
	now := at.Format(stamp)
	from, structure := sender, "ORU^R01^ORU_R01"
	switch m.event {
	case "R01":
	case "O01":
		from, structure = "DEMOADT|DEMO", "ORM^O01^ORM_O01"
	default:
		from, structure = "DEMOADT|DEMO", "ADT^"+m.event
	}
	lines := []string{
		`MSH|^~\&|` + from + "|READBACK|DEMO|" + now + "||" + structure + "|" + id + "|P|2.5.1||||||UNICODE UTF-8",
	}
	if m.event[0] == 'A' {
		lines = append(lines, "EVN|"+m.event+"|"+now)
	}
	number := m.who.number + "^^^DEMO^MR"
	if m.odd == noNumber || m.odd == noPatient {
		number = ""
	}
	lines = append(lines, segment("PID", fields{1: "1", 3: number, 5: m.who.family + "^" + m.who.given, 7: m.who.born, 8: m.who.sex}))
	if m.event[0] == 'A' {
		class := "I"
		if m.unit == ed {
			class = "E"
		}
		lines = append(lines, segment("PV1", fields{1: "1", 2: class, 3: fmt.Sprintf("%s^^%02d", m.unit, m.bed), 7: attending(m.unit)}))
		return []byte(strings.Join(lines, "\r") + "\r")
	}
	status, by := m.status, attending(m.unit)
	if status == "" {
		status = final
	}
	placer := ""
	if m.by != "" {
		placer, by = fmt.Sprintf("P%s-%04d", start.UTC().Format("060102150405"), m.order), m.by
	}
	if m.event == "O01" {
		lines = append(
			lines, segment("ORC", fields{1: "NW", 2: placer, 9: now, 12: by}),
			segment("OBR", fields{1: "1", 2: placer, 4: m.panel.code + "^" + m.panel.name + "^L", 16: by}),
		)
		return []byte(strings.Join(lines, "\r") + "\r")
	}
	filler := fmt.Sprintf("%s-%04d", start.UTC().Format("060102150405"), m.order)
	lines = append(lines, segment("OBR", fields{
		1: "1", 2: placer, 3: filler, 4: m.panel.code + "^" + m.panel.name + "^L", 7: at.Add(-40 * time.Minute).Format(stamp),
		14: at.Add(-25 * time.Minute).Format(stamp), 16: by, 22: now, 25: status,
	}))
	for i, f := range m.found {
		code := f.code
		if m.odd == unknownCode && i == len(m.found)-1 {
			code = "PLT-NEW"
		}
		kind, is := "NM", status
		if f.words != "" {
			kind = "ST"
		}
		if f.status != "" {
			is = f.status
		}
		lines = append(lines, segment("OBX", fields{
			1: fmt.Sprint(i + 1), 2: kind, 3: code + "^" + f.name + "^L", 5: f.text(), 6: f.unit, 7: f.reference(), 8: f.flag, 11: is, 19: now,
		}))
		if m.note != "" && f.flag != "" {
			lines = append(lines, "NTE|1|L|"+m.note)
		}
	}
	return []byte(strings.Join(lines, "\r") + "\r")
}

// fields are a segment's, by number. None of the demonstration's texts has a delimiter of HL7 in it.
type fields map[int]string

func segment(name string, f fields) string {
	last := 0
	for n, text := range f {
		if text != "" {
			last = max(last, n)
		}
	}
	var b strings.Builder
	b.WriteString(name)
	for n := 1; n <= last; n++ {
		b.WriteString("|" + f[n])
	}
	return b.String()
}

// attending is the staff code of a unit's first clinician.
func attending(unit string) string {
	for _, m := range staff {
		if m.unit == unit {
			return m.code
		}
	}
	return ""
}

// line says for people what was sent, and nothing of whom it is about.
func (m message) line() string {
	switch {
	case m.again:
		return "the laboratory system sends its last message once more"
	case m.story != "":
		return m.unit + ": " + m.panel.name + ", " + m.story
	case m.odd == noPatient:
		return "patient administration sends " + string(m.odd)
	case m.odd != proper:
		return "the laboratory system sends " + string(m.odd)
	}
	switch m.event {
	case "O01":
		return "a clinician of " + m.unit + " orders: " + m.panel.name
	case "A01":
		return "a patient is admitted to " + m.unit
	case "A02":
		return "a patient moves to " + m.unit
	case "A03":
		return "a patient leaves " + m.unit
	}
	if m.critical {
		return m.unit + ": " + m.panel.name + ", with a critical value"
	}
	return m.unit + ": " + m.panel.name
}
