package hl7

// grouper builds one Patient at a time.
type grouper struct {
	m       *Message
	patient Patient
	level   level
	// specimenFirst says that specimens stand before the orders on them.
	specimenFirst bool
	// specimen is the one that the orders now are on, where specimens stand first; unused until an order has it.
	specimen Segment
	unused   bool
	// about is the SPM that an OBX now would describe.
	about Segment
	// waiting has the ORC that waits for its OBR, and what followed it or the unused specimen.
	waiting Order
}

// level says to what a note or an unknown segment belongs.
type level uint8

const (
	ofPatient level = iota
	ofWaiting
	ofOrder
	ofObservation
)

// begin starts a patient with the line at i, and finds out the layout.
func (g *grouper) begin(i int) {
	*g = grouper{m: g.m}
	for ; i < len(g.m.lines); i++ {
		switch (Segment{g.m, i}).Name() {
		case "SPM":
			g.specimenFirst = true
			return
		case "OBR", "OBX":
			return
		}
	}
}

// complete reports whether a PID now would be another patient's.
func (g *grouper) complete() bool {
	return g.patient.PID.Exists() || len(g.patient.Orders) > 0 || g.level == ofWaiting
}

// end returns the patient.
func (g *grouper) end() Patient {
	g.settle()
	return g.patient
}

// settle makes an ORC that found no OBR, or a specimen that found no order, an order of its own.
func (g *grouper) settle() {
	if g.waiting.ORC.Exists() || g.unused {
		g.open(Segment{})
	}
}

// open begins an order with what waits for it.
func (g *grouper) open(obr Segment) {
	o := g.waiting
	o.OBR = obr
	if g.specimen.Exists() {
		o.Specimens = []Segment{g.specimen}
	}
	g.waiting, g.unused, g.about, g.level = Order{}, false, Segment{}, ofOrder
	g.patient.Orders = append(g.patient.Orders, o)
}

// order returns the order in hand, nil if there is none.
func (g *grouper) order() *Order {
	if n := len(g.patient.Orders); n > 0 {
		return &g.patient.Orders[n-1]
	}
	return nil
}

// lacksORC reports whether the order in hand is an OBR to which an ORC may still come.
func (g *grouper) lacksORC() bool {
	o := g.order()
	return o != nil && o.OBR.Exists() && !o.ORC.Exists() && len(o.Observations) == 0
}

// take puts a segment in its place.
func (g *grouper) take(s Segment) {
	p := &g.patient
	switch s.Name() {
	case "MSH", "SFT", "UAC", "EVN", "MSA", "ERR", "DSC", "FHS", "BHS", "BTS", "FTS":
		return
	case "PID":
		p.PID, g.level = s, ofPatient
		return
	case "PV1":
		if !p.PV1.Exists() {
			p.PV1 = s
			return
		}
	case "MRG":
		if !p.MRG.Exists() {
			p.MRG = s
			return
		}
	case "ORC":
		g.takeORC(s)
		return
	case "OBR":
		g.open(s)
		return
	case "SPM":
		g.takeSPM(s)
		return
	case "OBX":
		g.takeOBX(s)
		return
	}
	g.follow(s)
}

// takeORC keeps an ORC for the OBR that follows; in OUL messages it comes after its OBR.
func (g *grouper) takeORC(s Segment) {
	if code, _ := g.m.Type(); code == "OUL" && g.level == ofOrder && g.lacksORC() {
		g.order().ORC = s
		return
	}
	if g.waiting.ORC.Exists() {
		g.open(Segment{})
	}
	g.waiting.ORC, g.level = s, ofWaiting
}

func (g *grouper) takeSPM(s Segment) {
	if !g.specimenFirst {
		if g.waiting.ORC.Exists() {
			g.open(Segment{})
		}
		o := g.order()
		o.Specimens = append(o.Specimens, s)
		g.about, g.level = s, ofOrder
		return
	}
	g.settle()
	g.specimen, g.about, g.unused, g.level = s, s, true, ofWaiting
}

func (g *grouper) takeOBX(s Segment) {
	about := g.about
	switch {
	case g.waiting.ORC.Exists() && !g.unused && g.lacksORC():
		// An ORC between its OBR and the observations.
		o, w := g.order(), g.waiting
		o.ORC = w.ORC
		o.Notes, o.Others, o.Stray = append(o.Notes, w.Notes...), append(o.Others, w.Others...), append(o.Stray, w.Stray...)
		g.waiting = Order{}
	case g.level == ofWaiting || g.order() == nil:
		g.open(Segment{})
		g.about = about
	}
	o := g.order()
	o.Observations = append(o.Observations, Observation{OBX: s, Specimen: about})
	g.level = ofObservation
}

// follow puts a note, an unknown segment or a stray line with what it follows.
func (g *grouper) follow(s Segment) {
	var notes, others, stray *[]Segment
	switch g.level {
	case ofPatient:
		notes, others, stray = &g.patient.Notes, &g.patient.Others, &g.patient.Stray
	case ofWaiting:
		notes, others, stray = &g.waiting.Notes, &g.waiting.Others, &g.waiting.Stray
	case ofOrder:
		o := g.order()
		notes, others, stray = &o.Notes, &o.Others, &o.Stray
	case ofObservation:
		order := g.order()
		o := &order.Observations[len(order.Observations)-1]
		notes, others, stray = &o.Notes, &o.Others, &o.Stray
		if n := s.Name(); n != "" && n != "PRT" && n[0] != 'Z' {
			others = &order.Others
		}
	}
	switch s.Name() {
	case "NTE":
		*notes = append(*notes, s)
	case "":
		*stray = append(*stray, s)
	default:
		*others = append(*others, s)
	}
}
