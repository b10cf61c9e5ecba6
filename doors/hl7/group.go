package hl7

import "iter"

// Patient is what a message says about one patient: a PID and everything up to the next. PID, PV1 and MRG need not exist.
type Patient struct {
	PID, PV1, MRG Segment
	// Notes are the NTE of the patient and, of the first patient, those of the message.
	Notes []Segment
	// Orders are in the message's order.
	Orders []Order
	// Others are further segments of the patient: PD1, PV2, NK1, AL1, a second PV1, Z-segments.
	Others []Segment
	// Stray are the lines that follow a segment of the patient and are no segments.
	Stray []Segment
}

// Order is an OBR with what belongs to it. OBR does not exist where an ORC stands alone or where observations come
// without an order; an ORC that does not exist was not sent.
type Order struct {
	ORC, OBR     Segment
	Specimens    []Segment
	Notes        []Segment
	Observations []Observation
	// Others are further segments of the order: TQ1, CTD, SAC, RXO, Z-segments.
	Others []Segment
	Stray  []Segment
}

// Orphan reports whether the order has observations, but no OBR to which they would belong.
func (o Order) Orphan() bool { return !o.OBR.Exists() && len(o.Observations) > 0 }

// Observation is an OBX with the notes that follow it.
type Observation struct {
	OBX Segment
	// Specimen exists for an observation about the specimen itself, an OBX that follows an SPM.
	Specimen Segment
	Notes    []Segment
	// Others are segments that follow the OBX and its notes and belong to it: PRT, Z-segments.
	Others []Segment
	// Stray are lines after the OBX that are no segments. Where there are any, the OBX was probably broken by line ends
	// in its text, and its later fields (flags, status) are in the stray lines.
	Stray []Segment
}

// Patients yields the patients of a message in order, each with its orders and observations. Each PID, PV1, MRG, ORC,
// OBR, OBX and NTE stands in exactly one place, whatever the order in which they were sent. Both layouts are understood:
// orders first with specimens after (ORU, OML^O21), and specimens first with the orders on each after it (OUL, OML^O33).
// A message about nobody, such as an acknowledgement, yields nothing.
func (m *Message) Patients() iter.Seq[Patient] {
	return func(yield func(Patient) bool) {
		g := grouper{m: m}
		g.begin(0)
		for i := range m.lines {
			s := Segment{m, i}
			if s.Name() == "PID" && g.complete() {
				if !yield(g.end()) {
					return
				}
				g.begin(i)
			}
			g.take(s)
		}
		if p := g.end(); p.PID.Exists() || p.PV1.Exists() || p.MRG.Exists() || len(p.Orders) > 0 || len(p.Notes) > 0 {
			yield(p)
		}
	}
}
