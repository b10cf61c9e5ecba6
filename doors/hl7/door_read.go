package hl7

import (
	"regexp"
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// reading is a message as read before anything is decided.
type reading struct {
	id     string // message/…
	sender string // a code
	kind   string // such as "ORU^R01"; empty if that is no code
	raw    []byte
	reason string // of its quarantine, if that is known from the message alone
	grave  bool   // it holds observations, so that one in quarantine may hide a critical result
	doubts []string

	topic    topic
	event    string // of ADT
	when     moment // of what an ADT message tells
	patients []told
}

// topic is what a message is about.
type topic uint8

const (
	elsewhere topic = iota // kept, and of no concern here
	results
	orders
	stays // where patients are
)

// told is what a message tells of one patient.
type told struct {
	handle  string // patient/…, empty if the message says not who
	loser   string // patient/…, merged into handle
	who     patient.Identity
	place   patient.Place
	reports []critical.Report
	names   [][]string // of each report, what names it beside the patient's number
	orders  []order
}

// order is what a message says of one order: its numbers and who placed it.
type order struct{ placer, filler, by string }

func (r *reading) results() int {
	n := 0
	for _, p := range r.patients {
		n += len(p.reports)
	}
	return n
}

var codeOfType = regexp.MustCompile(`^[A-Z][A-Z0-9]{2}$`)

// read reads a message.
func (d *Door) read(m *Message, raw []byte) *reading {
	r := &reading{id: d.messageID(m, raw), sender: m.Sender(), raw: raw, grave: m.First("OBX").Exists()}
	for _, doubt := range m.Doubts() {
		r.doubts = append(r.doubts, string(doubt))
	}
	code, event := m.Type()
	if code == "" { // some write the structure alone
		code, event, _ = strings.Cut(strings.TrimSpace(m.MSH().Field(9).Component(3).Text()), "_")
	}
	if codeOfType.MatchString(code) {
		r.kind = code
		if codeOfType.MatchString(event) {
			r.kind += "^" + event
		}
	}
	r.event = event
	switch {
	case m.IsAck():
		r.topic = elsewhere
		return r
	case code == "ORU" || code == "OUL":
		r.topic = results
	case code == "ORM" || code == "OML" || code == "OMG" || code == "OMP":
		r.topic = orders
	case code == "ADT":
		r.topic = stays
	default:
		r.reason = ReasonUnknownType
		return r
	}
	d.readPatients(r, m)
	return r
}

// readPatients reads what a message tells of each patient; two groups of one patient are one.
func (d *Door) readPatients(r *reading, m *Message) {
	rd := reader{door: d, m: m, reading: r, now: d.lab.Now()}
	r.when = rd.occurred()
	withdrawn, pending := false, false
	many := 0
	for g := range m.Patients() {
		many++
		for _, o := range g.Orders {
			many += len(o.Observations)
		}
		if many > MaxTold {
			r.reason, r.patients = ReasonTooMany, nil
			return
		}
		t := rd.patient(g)
		if r.topic == results {
			t.reports, t.names = rd.reports(g)
			for _, o := range g.Orders {
				if ofControl(o) {
					r.reason = ReasonControl
				}
				switch status := first(o.OBR.Field(25)); {
				case len(o.Observations) > 0:
				case status == "X" || status == "D":
					withdrawn = true
				case status != "" && strings.Contains("OISANYZ", status):
					pending = true
				}
			}
		}
		if i := sameHandle(r.patients, t); i >= 0 {
			r.patients[i].reports = append(r.patients[i].reports, t.reports...)
			r.patients[i].names = append(r.patients[i].names, t.names...)
			r.patients[i].orders = append(r.patients[i].orders, t.orders...)
			continue
		}
		r.patients = append(r.patients, t)
	}
	if d.commasIn(m, r) {
		for _, t := range r.patients {
			for i := range t.reports {
				t.reports[i].Sealed.Comma = true
			}
		}
	}
	if r.reason == ReasonControl {
		r.grave = r.grave && withPatient(m, r.patients)
	}
	switch {
	case r.reason != "" || r.topic != results:
	case withdrawn:
		r.reason, r.grave = ReasonPanelWithdrawn, true
	case r.results() == 0 && !pending:
		r.reason = ReasonNoResults
	}
	if r.topic == stays {
		rd.stay()
	}
}

// ofControl tells whether an order's specimen is no patient's: a control, a calibrator, or a verifying calibrator (HL7
// table 0369).
func ofControl(o Order) bool {
	return slices.ContainsFunc(o.Specimens, func(s Segment) bool {
		role := strings.ToUpper(first(s.Field(11)))
		return role == "Q" || role == "C" || role == "V"
	})
}

// withPatient tells whether a message with controls has a patient in it too: it names one, or another specimen.
func withPatient(m *Message, all []told) bool {
	if slices.ContainsFunc(all, func(t told) bool { return t.handle != "" }) {
		return true
	}
	for g := range m.Patients() {
		if slices.ContainsFunc(g.Orders, func(o Order) bool { return len(o.Observations) > 0 && !ofControl(o) }) {
			return true
		}
	}
	return false
}

func sameHandle(all []told, t told) int {
	for i, o := range all {
		if t.handle != "" && o.handle == t.handle && o.loser == t.loser {
			return i
		}
	}
	return -1
}

// beforehand names the subjects whose past the decision will probably ask for, so that the writer need not read them.
func (d *Door) beforehand(r *reading) []string {
	about := []string{r.id}
	s := d.lab.State()
	for _, t := range r.patients {
		for _, h := range []string{t.handle, t.loser} {
			if h == "" {
				continue
			}
			p := s.Patients.Get(h)
			if p == nil || h == t.handle && r.topic != stays && disputes(p, t.place) {
				about = append(about, s.Patients.Handle(h))
			}
		}
		about = append(about, d.ids.ordersOf(s, t)...)
		for _, rep := range t.reports {
			if _, ok := s.Critical.Results.Get(rep.Result); !ok || rep.Status == "U" {
				about = append(about, rep.Result)
			}
		}
	}
	return about
}
