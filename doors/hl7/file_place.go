package hl7

import (
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/rules/patient"
)

// who brings a patient's record into the view, records what a message adds to it, and returns it; nil if the message
// says not who the patient is, or while the past is being asked for.
func (f *filing) who(t told) *patient.Patient {
	if t.handle == "" {
		return nil
	}
	known, ok := f.known(t.handle)
	if !ok {
		return nil
	}
	id := f.view.Patients.Handle(t.handle)
	// A number that was merged into another no longer says who its patient is.
	stale := id != t.handle && known != nil && known.Version != 0
	if !stale && patient.Changed(known, t.who) {
		was := patient.Identity{}
		if known != nil {
			was = known.Identity
		}
		f.add(&patient.Identified{Patient: id, Who: t.who.Over(was)})
	}
	return f.view.Patients.Get(id)
}

// known returns the record that stands for a handle, from the past if the book has it no more; nil for somebody new.
// Not ok means that the past is being asked for.
func (f *filing) known(handle string) (*patient.Patient, bool) {
	for {
		id := f.view.Patients.Handle(handle)
		if p := f.view.Patients.Get(id); p != nil {
			return p, true
		}
		past, ok := f.past(id)
		if !ok {
			return nil, false
		}
		for _, p := range past {
			if p.Event != nil {
				f.view.Patients = f.view.Patients.Apply(p.Event, patient.Mark(p.Mark))
			}
		}
		if p := f.view.Patients.Get(id); p != nil {
			f.say(p)
			return f.view.Patients.Get(id), true
		}
		if f.view.Patients.Handle(id) == id {
			return nil, true
		}
	}
}

// say records what is known of a patient whom the laboratory had no more in mind, so that it has again.
func (f *filing) say(p *patient.Patient) {
	f.add(&patient.Identified{Patient: p.ID, Who: p.Identity})
	if p.Present {
		f.add(patient.MovedTo(p.ID, p.Place))
	}
	for code, n := range p.Factors.All() {
		f.add(&patient.FactorNoted{Patient: p.ID, Note: n.Note(code)})
	}
}

// place records who a result's or an order's patient is, where, and under whom, as far as the message counts for that,
// and returns the record.
//
// Who ordered is the last one that a message names. Unit, room, class and attending clinician count where nothing is
// known, and from a patient who left; else only while what is known came from such a message, too: what ADT or a person
// said stays.
func (f *filing) place(t told) *patient.Patient {
	p := f.who(t)
	if p == nil {
		return nil
	}
	at := t.place
	if disputes(p, at) && f.settled(p) {
		if p.Unit != "" && at.Unit != p.Unit {
			at.Unit, at.Room, at.Bed = p.Unit, "", ""
		}
		at.Class, at.Attending = orElse(p.Class, at.Class), orElse(p.Attending, at.Attending)
		if p.Room != "" || p.Bed != "" {
			at.Room, at.Bed = p.Room, p.Bed
		}
	}
	if at = at.Over(p.Place); at != p.Place {
		f.add(patient.MovedTo(p.ID, at))
	}
	return f.view.Patients.Get(p.ID)
}

// disputes tells whether a result's or order's place says otherwise than what is known of a patient who is present.
func disputes(p *patient.Patient, told patient.Place) bool {
	told.Ordering = ""
	if !p.Present {
		return false
	}
	said := told.Over(p.Place)
	return p.Unit != "" && said.Unit != p.Unit || p.Class != "" && said.Class != p.Class ||
		p.Attending != "" && said.Attending != p.Attending || (p.Room != "" || p.Bed != "") && (said.Room != p.Room || said.Bed != p.Bed)
}

// settled tells whether the unit where a patient is known to be was said by ADT or by a person. An event from ADT has the
// time when it occurred; one from a result or order has none.
func (f *filing) settled(p *patient.Patient) bool {
	past, ok := f.past(p.ID)
	if !ok {
		return true
	}
	for _, e := range slices.Backward(past) {
		switch ev := e.Event.(type) {
		case *patient.Left:
			return false
		case *patient.Moved:
			if ev.Patient != p.ID {
				continue
			}
			if ev.Unit != p.Unit {
				return false
			}
			if ev.Occurred != nil || !strings.HasPrefix(e.Mark.By, "machine/hl7-") {
				return true
			}
		}
	}
	return false
}

// fileStay records what an ADT message tells.
func (f *filing) fileStay() {
	for _, t := range f.patients {
		if mergesPatients(f.event) {
			f.merge(t)
			continue
		}
		before, _ := f.known(t.handle)
		p := f.who(t)
		if p == nil {
			continue
		}
		switch f.event {
		case "A01", "A04", "A02", "A06", "A07", "A12", "A13", "A17":
			from := p.Place
			if (f.event == "A01" || f.event == "A04") && before != nil && !before.Present {
				from = patient.Place{} // a new stay
			}
			f.arrive(p.ID, t.place.Over(from))
		case "A08":
			if (before == nil || p.Present) && t.place.Over(p.Place) != p.Place {
				f.arrive(p.ID, t.place.Over(p.Place))
			}
		case "A03", "A11":
			if p.Present {
				f.add(&patient.Left{Patient: p.ID, Occurred: &f.when})
			}
		}
	}
}

// arrive records that ADT puts a patient in a place.
func (f *filing) arrive(id string, at patient.Place) {
	moved := patient.MovedTo(id, at)
	moved.Occurred = &f.when
	f.add(moved)
}

// merge records that two records are one patient.
func (f *filing) merge(t told) {
	_, ok := f.known(t.handle)
	if _, other := f.known(t.loser); !ok || !other {
		return
	}
	for _, ev := range f.view.Patients.Merging(t.handle, t.loser) {
		if moved, ok := ev.(*patient.Moved); ok {
			moved.Occurred = &f.when
		}
		f.add(ev)
	}
	f.who(t)
}
