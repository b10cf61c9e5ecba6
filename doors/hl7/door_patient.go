package hl7

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/patient"
)

// moment is when a sender says that something was; zero if it does not.
type moment = time.Time

// reader reads one message for a Door.
type reader struct {
	door    *Door
	m       *Message
	reading *reading
	now     time.Time // ledger time of the reading
}

// patient reads what a group says of its patient, without results.
func (rd *reader) patient(g Patient) told {
	numbers := numbersOf(g.PID.Field(3))
	if len(numbers) == 0 {
		numbers = numbersOf(g.PID.Field(2)) // before v2.3 the outside number stood there
	}
	t := told{
		who: patient.Identity{
			Numbers: numbers, Name: nameOf(g.PID.Field(5)), Born: rd.born(g.PID.Field(7)), Sex: sexOf(g.PID.Field(8)),
		},
		place: placeOf(g), orders: ordersOf(g),
	}
	if n, ok := keyNumber(numbers); ok {
		t.handle = rd.handle(n)
	}
	if n, ok := keyNumber(numbersOf(g.MRG.Field(1))); ok {
		t.loser = rd.handle(n)
	}
	return t
}

// handle is the patient's id for a number. A sender that names no assigner means the site's own numbers.
func (rd *reader) handle(n patient.Number) string {
	return lab.IDs(rd.door.ids).Patient(n)
}

// keyNumber is the number under which a patient is known: the record number, else the first one listed.
func keyNumber(numbers []patient.Number) (patient.Number, bool) {
	for _, kind := range []string{"MR", "PI", "PT"} {
		if i := slices.IndexFunc(numbers, func(n patient.Number) bool { return n.Kind == kind }); i >= 0 {
			return numbers[i], true
		}
	}
	if len(numbers) == 0 {
		return patient.Number{}, false
	}
	return numbers[0], true
}

// numbersOf reads a CX field as listed.
func numbersOf(f Field) []patient.Number {
	var out []patient.Number
	for r := range f.Repetitions() {
		n := patient.Number{
			Value: strings.TrimSpace(r.Component(1).Text()),
			Kind:  strings.ToUpper(strings.TrimSpace(r.Component(5).Text())),
		}
		for i := 1; i <= 2 && n.Assigner == ""; i++ {
			n.Assigner = strings.TrimSpace(r.Component(4).Subcomponent(i).Text())
		}
		if n.Value != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// nameOf is a name as displayed: "Family, Given Second".
func nameOf(f Field) string {
	family := first(f.Component(1))
	var given []string
	for n := 2; n <= 3; n++ {
		if s := first(f.Component(n)); s != "" {
			given = append(given, s)
		}
	}
	return strings.Trim(family+", "+strings.Join(given, " "), ", ")
}

func sexOf(f Field) string {
	s := strings.ToUpper(first(f))
	switch s {
	case "FEMALE":
		return "F"
	case "MALE":
		return "M"
	}
	return s
}

// born is a day of birth with the precision sent; empty if it cannot be read.
func (rd *reader) born(f Field) string {
	t, err := f.Time(rd.door.zone)
	switch {
	case err != nil || f.Null():
		return ""
	case t.Precision == Year:
		return t.Format("2006")
	case t.Precision == Month:
		return t.Format("2006-01")
	}
	return t.Format(time.DateOnly)
}

// placeOf reads PV1, and who ordered: OBR-16, else ORC-12, of the last order that says it.
func placeOf(g Patient) patient.Place {
	at := g.PV1.Field(3)
	pl := patient.Place{
		Unit: code(first(at)), Room: first(at.Component(2)), Bed: first(at.Component(3)),
		Class: classOf(g.PV1.Field(2)), Attending: code(first(g.PV1.Field(7))),
	}
	for _, o := range g.Orders {
		pl.Ordering = orElse(orderedBy(o), pl.Ordering)
	}
	return pl
}

// orderedBy is the staff code of who ordered: OBR-16, else ORC-12.
func orderedBy(o Order) string {
	return orElse(code(first(o.OBR.Field(16))), code(first(o.ORC.Field(12))))
}

// classOf is a patient class of table 0004; some senders write the word.
func classOf(f Field) string {
	s := strings.ToUpper(first(f))
	if s == "" || len(s) > 20 {
		return ""
	}
	switch s {
	case "INPATIENT":
		return "I"
	case "OUTPATIENT":
		return "O"
	case "EMERGENCY":
		return "E"
	}
	if len(s) > 2 {
		return ""
	}
	return s
}

// occurred is when an ADT message's event was: EVN-6, else EVN-2, else MSH-7.
func (rd *reader) occurred() moment {
	evn := rd.m.First("EVN")
	for _, f := range []Field{evn.Field(6), evn.Field(2), rd.m.MSH().Field(7)} {
		if t, err := f.Time(rd.door.zone); err == nil && t.Precision >= Hour {
			return t.UTC()
		}
	}
	return rd.now.UTC()
}

// mergesPatients tells whether an event says that the patient of MRG-1 is the one of PID-3: A40, and what stood for it
// before v2.3.1, which some still send.
func mergesPatients(event string) bool {
	switch event {
	case "A40", "A18", "A34", "A36":
		return true
	}
	return false
}

// merges are the events by which two records become one and which this door does not understand.
var merges = []string{"A30", "A35", "A39", "A41", "A42", "A43", "A44", "A45", "A46", "A47", "A48", "A49", "A50", "A51"}

// stay says whether an ADT message can be followed.
func (rd *reader) stay() {
	r := rd.reading
	nobody := len(r.patients) == 0
	for _, t := range r.patients {
		nobody = nobody || t.handle == "" || mergesPatients(r.event) && t.loser == ""
	}
	switch {
	case slices.Contains(merges, r.event):
		r.reason = ReasonMerge
	case nobody:
		r.reason = ReasonNoPatient
	}
}
