package hl7

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// filing decides what one message records. It belongs to one asking of its decision, and only reads was.
type filing struct {
	*reading

	ids  ids
	zone *time.Location
	by   string
	was  *lab.State
	view lab.State // as it will be after out
	now  time.Time
	refs []string

	out         []lab.Event
	want        []string // subjects of which the past is needed first
	quarantined string   // the reason, if that is the outcome
	fault       string   // where this program failed
}

// decide says what is to be recorded: nothing for a message that the ledger holds, and else everything that it tells and
// the message itself. What the rules fail on waits in quarantine: an answer that it could not be kept would make its
// sender send it for ever.
func (f *filing) decide() (evs []lab.Event, err error) {
	past, ok := f.was.Past(f.id)
	if !ok {
		return nil, lab.Recall(f.id)
	}
	if len(past) > 0 {
		return nil, nil
	}
	if f.reason != "" {
		return f.quarantine(f.reason), nil
	}
	defer func() {
		if p := recover(); p != nil {
			// Its text may quote the message: the type and the place are enough.
			f.fault = fmt.Sprintf("%T", p) + "\n" + string(debug.Stack())
			evs, err = f.quarantine(ReasonFault), nil
		}
	}()
	return f.file()
}

// file decides what an understood message records.
func (f *filing) file() (evs []lab.Event, err error) {
	switch f.topic {
	case results:
		err = f.fileResults()
	case stays:
		f.fileStay()
	case orders:
		for _, t := range f.patients {
			f.place(t)
			f.fileOrders(t)
		}
	case elsewhere:
	}
	if len(f.want) > 0 {
		return nil, lab.Recall(f.want...)
	}
	if err != nil {
		return nil, err
	}
	f.renamed()
	f.add(&critical.Filed{Message: f.id, Type: f.kind, Results: f.results(), Doubts: f.doubts, Sealed: critical.Raw{Raw: f.raw}})
	return f.out, nil
}

func (f *filing) quarantine(reason string) []lab.Event {
	f.quarantined = reason
	return []lab.Event{critical.Quarantine(f.id, f.kind, reason, f.grave, f.raw, f.now)}
}

// add records events and shows them in the view.
func (f *filing) add(evs ...lab.Event) {
	for _, ev := range evs {
		f.out = append(f.out, ev)
		f.view.Seq++
		f.view.Patients = f.view.Patients.Apply(ev, patient.Mark{Seq: int64(f.view.Seq), At: f.now, By: f.by})
		f.view.Critical = f.view.Critical.Apply(ev, critical.Mark{At: f.now, By: f.by})
	}
}

// past is what the ledger holds about a subject; where that was not brought yet it is asked for, and ok is false.
func (f *filing) past(subject string) (past []lab.Past, ok bool) {
	if past, ok = f.was.Past(subject); !ok && !slices.Contains(f.want, subject) {
		f.want = append(f.want, subject)
	}
	return past, ok
}

// fileResults files the results of each patient: first who and where the patient is, then the results.
func (f *filing) fileResults() error {
	for i, t := range f.patients {
		p := f.place(t)
		if len(t.reports) == 0 {
			continue
		}
		f.formerly(&t, p)
		f.bring(t.reports)
		f.orderers(&t)
		f.before(&t)
		if len(f.want) > 0 {
			continue
		}
		in := f.message(t, p)
		in.Prior = f.view.Priors(in, f.past, f.out, f.now)
		if len(f.want) > 0 {
			continue
		}
		if i > 0 {
			// Calls are numbered within a message: those of a second patient are children of their own.
			in.ID = fmt.Sprintf("%s/%d", f.id, i+1)
		}
		evs, err := f.view.Critical.File(in, f.now)
		if err != nil {
			return fmt.Errorf("file: %w", err)
		}
		var filed []*critical.Reported
		for _, ev := range evs {
			f.add(critical.Of(ev, f.id))
			if e, ok := ev.(*critical.Reported); ok {
				filed = append(filed, e)
			}
		}
		f.told(filed)
	}
	return nil
}

// message is a patient's results as the rules ask for them.
func (f *filing) message(t told, p *patient.Patient) critical.Message {
	in := f.view.Message(p, t.who, t.place, f.zone, f.now)
	in.ID, in.Sender, in.Refs, in.Reports = f.id, f.sender, f.refs, slices.Clone(t.reports)
	in.Known = true // bring has looked
	for i := range in.Reports {
		if in.Reports[i].Available.IsZero() {
			in.Reports[i].Available, in.Reports[i].Source = f.now, "received"
		}
	}
	return in
}

// before notes which results that bring no value were told before. A sender says so that an earlier value is final now
// (OBX-11 U); where the value never came, somebody must ask for it.
func (f *filing) before(t *told) {
	for i := range t.reports {
		r := &t.reports[i]
		if r.Status != "U" || strings.TrimSpace(r.Sealed.Value) != "" {
			continue
		}
		past, _ := f.past(r.Result)
		r.Before = slices.ContainsFunc(past, func(p lab.Past) bool {
			e, ok := p.Event.(*critical.Reported)
			return ok && e.Result == r.Result && e.Sealed.Value != ""
		})
	}
}

// bring puts the calls on the board that told a result longer ago than the board remembers, so that a correction or a
// repeat of it meets what was told.
func (f *filing) bring(reports []critical.Report) {
	for _, r := range reports {
		if _, ok := f.view.Critical.Results.Get(r.Result); ok {
			continue
		}
		past, ok := f.past(r.Result)
		if !ok {
			continue
		}
		call := ""
		for _, p := range past {
			if e, ok := p.Event.(*critical.Reported); ok && e.Result == r.Result && e.Call != "" {
				call = e.Call
			}
		}
		if _, there := f.view.Critical.Find(call); call == "" || there {
			continue
		}
		if past, ok = f.past(call); !ok {
			continue
		}
		for _, p := range past {
			// A call that corrects this one is about it too: its end would be missing.
			if p.Event != nil && p.Event.About()[0] == call {
				f.view.Critical = f.view.Critical.Apply(p.Event, critical.Mark(p.Mark))
			}
		}
	}
}
