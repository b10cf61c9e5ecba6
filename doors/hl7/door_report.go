package hl7

import (
	"strconv"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// reports reads a group's observations, and what names each of them beside the patient's number.
func (rd *reader) reports(g Patient) (out []critical.Report, names [][]string) {
	numbers := numbersOf(g.PID.Field(3))
	if len(numbers) == 0 {
		numbers = numbersOf(g.PID.Field(2))
	}
	number, known := keyNumber(numbers)
	if !known {
		// An order number is its sender's own; without any the message stands for it.
		number = patient.Number{Assigner: "\x00" + rd.reading.sender}
	}
	for _, o := range g.Orders {
		for i, obs := range o.Observations {
			rep := rd.report(o, obs)
			name := rd.name(o, obs, i)
			rep.Result = rd.door.ids.result(number, name)
			out, names = append(out, rep), append(names, name)
		}
	}
	return out, names
}

// result is the id of a result of whoever has a number.
func (k ids) result(n patient.Number, name []string) string {
	return k.of("result", append([]string{strings.ToUpper(n.Assigner), n.Value}, name...)...)
}

// name is what names a result beside the patient's number: its order, panel, test and place in that.
func (rd *reader) name(o Order, obs Observation, place int) []string {
	test := strings.TrimSpace(obs.OBX.Field(3).Component(1).Raw())
	if test == "" {
		test = strings.TrimSpace(obs.OBX.Field(3).Raw())
	}
	if test == "" { // nothing names it: its place must
		test = "\x00" + strconv.Itoa(place)
	}
	return []string{
		rd.orderKey(o, specimenOf(o)), strings.TrimSpace(o.OBR.Field(4).Component(1).Raw()),
		test, strings.ToUpper(strings.TrimSpace(obs.OBX.Field(3).Component(3).Raw())), strings.TrimSpace(obs.OBX.Field(4).Raw()),
	}
}

func (rd *reader) report(o Order, obs Observation) critical.Report {
	obx := obs.OBX
	codings := codingsOf(obx.Field(3))
	status := rd.status(o, obx)
	available, source := rd.available(o, obx)
	text, parts := valueOf(obs)
	rep := critical.Report{
		Codings: codings, Parts: parts, Status: status, Available: available, Source: source, Ordering: orderedBy(o),
		Sealed: critical.Sent{
			Value: text, Unit: unitOf(obx.Field(6)), Flag: strings.TrimSpace(obx.Field(8).Text()),
			Range: strings.TrimSpace(obx.Field(7).Text()), Name: testName(obx.Field(3)),
			Filler: orderNumber(o.OBR.Field(3), o.ORC.Field(3)), Placer: orderNumber(o.OBR.Field(2), o.ORC.Field(2)),
			Taken: rd.shown(o.OBR.Field(7)), Resulted: rd.shown(orField(obx.Field(14), o.OBR.Field(22))),
			Notes: append(notesOf(obs.Notes), notesOf(o.Notes)...),
		},
	}
	specimen := specimenOf(o)
	rep.Sealed.Accession = orElse(rep.Sealed.Filler, orElse(rep.Sealed.Placer, specimen))
	rep.Group = orElse(specimen, rep.Sealed.Accession)
	return rep
}

// orderKey tells the orders of one patient apart. Where no number does, the time when the specimen was taken does, and
// else the message: the same test of another day must never look like a repeat.
func (rd *reader) orderKey(o Order, specimen string) string {
	for _, n := range []string{
		orderNumber(o.OBR.Field(3), o.ORC.Field(3)), orderNumber(o.OBR.Field(2), o.ORC.Field(2)), specimen,
	} {
		if n != "" {
			return n
		}
	}
	if t := first(o.OBR.Field(7)); t != "" {
		return "\x00" + t
	}
	return rd.reading.id
}

// status is OBX-11, else OBR-25. HL7 null for a value takes it back.
func (rd *reader) status(o Order, obx Segment) string {
	panel := strings.ToUpper(first(o.OBR.Field(25)))
	status := strings.ToUpper(first(obx.Field(11)))
	gone := panel == "X" || panel == "D"
	switch {
	case obx.Field(5).Null() && status != "W" && status != "X":
		return "D"
	case status == "" && (obx.Field(5).Empty() || !strings.Contains("IOSNAYZ", panel)):
		status = panel // a panel on its way has results already where there is a value
	case gone && strings.Contains("FCP", status):
		rd.reading.reason, rd.reading.grave = ReasonContradiction, true
	}
	if len(status) != 1 || status[0] < 'A' || status[0] > 'Z' {
		return ""
	}
	return status
}

// available is when a result could be known, and by which field: the earliest named of OBX-19, OBX-14, OBR-22 and MSH-7
// that can be read to the hour and does not lie in the future. Zero means when it was received.
func (rd *reader) available(o Order, obx Segment) (time.Time, string) {
	for _, c := range []struct {
		source string
		field  Field
	}{
		{"OBX-19", obx.Field(19)}, {"OBX-14", obx.Field(14)}, {"OBR-22", o.OBR.Field(22)}, {"MSH-7", rd.m.MSH().Field(7)},
	} {
		t, err := c.field.Time(rd.door.zone)
		if err == nil && t.Precision >= Hour && t.Before(rd.now.Add(24*time.Hour)) {
			return t.UTC(), c.source
		}
	}
	return time.Time{}, ""
}

// shown is a time with its offset, a day without one, and the text where it is neither.
func (rd *reader) shown(f Field) string {
	t, err := f.Time(rd.door.zone)
	switch {
	case err != nil:
		return first(f)
	case t.Precision >= Hour:
		return t.Format(time.RFC3339)
	case t.Precision == Day:
		return t.Format(time.DateOnly)
	}
	return first(f)
}

// codingsOf reads a coded element's identifiers, the sender's own first. A text alone serves as the code.
func codingsOf(f Field) []critical.Coding {
	var out []critical.Coding
	for _, n := range []int{1, 4} {
		if c := code(f.Component(n).Text()); c != "" {
			out = append(out, critical.Coding{System: code(f.Component(n + 2).Text()), Code: c})
		}
	}
	if len(out) == 0 {
		if c := code(f.Component(2).Text()); c != "" {
			out = append(out, critical.Coding{Code: c})
		}
	}
	return out
}

func testName(f Field) string {
	for _, n := range []int{2, 5, 1} {
		if s := strings.TrimSpace(f.Component(n).Text()); s != "" {
			return s
		}
	}
	return ""
}

func unitOf(f Field) string {
	for _, n := range []int{1, 2} {
		if s := strings.TrimSpace(f.Component(n).Text()); s != "" {
			return s
		}
	}
	return ""
}

// valueOf is OBX-5 as sent, and its components where it is a structured numeric. Embedded data are left to the message.
func valueOf(obs Observation) (text string, parts []string) {
	f := obs.OBX.Field(5)
	kind := strings.ToUpper(first(obs.OBX.Field(2)))
	switch kind {
	case "ED":
		return strings.Trim(strings.Join([]string{f.Component(2).Text(), f.Component(3).Text()}, " "), " "), nil
	case "SN":
		if f.Count() > 1 {
			break
		}
		for n := 1; n <= 5; n++ {
			parts = append(parts, f.Component(n).Text())
		}
		if strings.Join(parts[1:], "") == "" {
			parts = nil // a plain number, named wrongly
		}
	}
	text = f.Text()
	if len(obs.Stray) > 0 && obs.OBX.Len() < 11 {
		// Line ends within the text tore the segment: what stands in OBX-5 may be a part only, and must not be read.
		parts = nil
		for _, s := range obs.Stray {
			text += "\n" + s.Line()
		}
	}
	return text, parts
}

// orderNumber is the first of the numbers that is there.
func orderNumber(fields ...Field) string {
	for _, f := range fields {
		if s := first(f); s != "" {
			return s
		}
	}
	return ""
}

// specimenOf is the number of an order's only specimen, the filler's before the placer's.
func specimenOf(o Order) string {
	if len(o.Specimens) != 1 {
		return ""
	}
	f := o.Specimens[0].Field(2)
	return orderNumber(f.Component(2), f.Component(1))
}

func notesOf(notes []Segment) []string {
	var out []string
	for _, n := range notes {
		for r := range n.Field(3).Repetitions() {
			if s := r.Text(); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

func orField(f, other Field) Field {
	if f.Empty() {
		return other
	}
	return f
}
