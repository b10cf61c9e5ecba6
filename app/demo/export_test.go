package demo

import (
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

// Sent is a message of the script, as tests look at it.
type Sent struct {
	Event, Unit    string
	Critical, Odd  bool
	Held           bool // it is critical, and the bench looks first
	Again, Unnamed bool
	Order          int
	Line           string
	Raw            []byte
}

// Script is the first n messages of a seed's script, as sent by a system that was started at an instant, one a minute.
func Script(seed int64, n int, start time.Time) []Sent {
	var out []Sent
	for m := range script(seed) {
		s := Sent{Event: m.event, Unit: m.unit, Critical: m.critical, Odd: m.odd != proper, Again: m.again, Order: m.order, Line: m.line()}
		s.Held = strings.Contains(m.note, "haemolysed")
		s.Unnamed = m.odd == noNumber || m.odd == noPatient
		if s.Raw = m.render(start, start.Add(time.Duration(m.n)*time.Minute)); m.again {
			s.Raw = out[len(out)-1].Raw
		}
		if out = append(out, s); len(out) == n {
			break
		}
	}
	return out
}

// Secrets is what no line of a seed's demonstration may hold.
func Secrets(seed int64) []string {
	var out []string
	for _, p := range patients(seed) {
		out = append(out, p.number, p.family, p.born)
	}
	return out
}

// Plan is the roster that is published at an instant.
var Plan = plan

// Staff is everybody as admitted.
func Staff() []roster.Person {
	var out []roster.Person
	for _, m := range staff {
		out = append(out, m.person())
	}
	return out
}

// Beds is how many patients the script begins with.
const Beds = beds

// Values are a test's values to look at: the least and most of its usual ones, and those of its critical ones.
type Values struct {
	LOINC, Unit     string
	Usual, Critical []string
}

// Tests are all tests of the laboratory system. A unit that the system does not write is the mapped one.
func Tests() []Values {
	var out []Values
	for _, p := range panels {
		for _, a := range p.tests {
			v := Values{LOINC: a.loinc, Unit: a.unit}
			if v.Unit == "" {
				v.Unit = unwritten[a.loinc]
			}
			off := (a.usual.most - a.usual.least) / 10
			for n := a.usual.least; n <= a.usual.most+off; n++ {
				v.Usual = append(v.Usual, a.write(n))
			}
			for _, s := range []span{a.low, a.high} {
				for n := s.least; s != (span{}) && n <= s.most; n++ {
					v.Critical = append(v.Critical, a.write(n))
				}
			}
			out = append(out, v)
		}
	}
	return out
}
