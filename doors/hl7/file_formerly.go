package hl7

import (
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// formerly gives results the ids under which they were told before. The patient's number is part of a result's id: what
// was told before two records became one, or before anybody knew the patient, is corrected under another number, and must
// meet what was told. Ids that were written stay as they are.
func (f *filing) formerly(t *told, p *patient.Patient) {
	if p == nil {
		return
	}
	numbers := f.formerNumbers(p)
	t.reports = slices.Clone(t.reports)
	for i := range t.reports {
		r := &t.reports[i]
		also := numbers
		if strings.Contains("CDWX", r.Status) && r.Status != "" { // it may have been told without a number
			also = append(slices.Clip(numbers), patient.Number{Assigner: "\x00" + f.sender})
		}
		if len(also) == 0 || f.reported(r.Result) {
			continue
		}
		for _, n := range also {
			if id := f.ids.result(n, t.names[i]); f.reported(id) {
				r.Result = id
				break
			}
		}
	}
}

// formerNumbers are the numbers of a patient's records that became one, the survivor's among them; none if only one ever
// was.
func (f *filing) formerNumbers(p *patient.Patient) []patient.Number {
	handles := f.view.Patients.Merged(p.ID)
	if len(handles) == 0 {
		return nil
	}
	handles = append(handles, p.ID)
	var out []patient.Number
	for _, h := range handles {
		past, _ := f.past(h)
		for _, e := range past {
			who, ok := e.Event.(*patient.Identified)
			if !ok {
				continue
			}
			for _, n := range who.Who.Numbers {
				n.Assigner, n.Kind = strings.ToUpper(n.Assigner), ""
				if slices.Contains(handles, lab.IDs(f.ids).Patient(n)) && !slices.Contains(out, n) {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

// reported tells whether the ledger, or this message so far, has a report of a result. While its past is being asked for
// it says no.
func (f *filing) reported(result string) bool {
	if _, ok := f.view.Critical.Results.Get(result); ok {
		return true
	}
	past, _ := f.past(result)
	return slices.ContainsFunc(past, func(p lab.Past) bool {
		e, ok := p.Event.(*critical.Reported)
		return ok && e.Result == result
	})
}
