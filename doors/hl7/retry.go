package hl7

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// Retry files a message that waits in quarantine, now that what was wrong may be mended, and settles its work item. may
// is asked, by the very state it is decided on, whether who asks may. What the message says of who and where its patient
// is counts only as long as nothing newer was said. Errors: critical.ErrNoWork for what does not wait,
// critical.ErrStill, critical.ErrOvertaken, and may's.
func (d *Door) Retry(ctx context.Context, by lab.Actor, key lab.Key, may func(*lab.State, time.Time) error, work string) (lab.Done, error) {
	waits, since, err := d.quarantined(ctx, work)
	if err != nil {
		return lab.Done{}, err
	}
	m, err := Parse(waits.Sealed.Raw)
	switch {
	case waits.Reason == ReasonTooLong:
		return lab.Done{}, &critical.StillError{Reason: ReasonTooLong} // only its beginning was kept
	case err != nil:
		return lab.Done{}, &critical.StillError{Reason: ReasonNoHeader}
	}
	r := d.read(m, waits.Sealed.Raw)
	if r.reason != "" {
		return lab.Done{}, &critical.StillError{Reason: r.reason}
	}
	for tries := 0; ; tries++ {
		refs, err := d.refs(r.results() + 4)
		if err != nil {
			return lab.Done{}, err
		}
		done, err := d.lab.Record(ctx, by, key, func(s *lab.State, now time.Time) ([]lab.Event, error) {
			if err := may(s, now); err != nil {
				return nil, err
			}
			if w, ok := s.Critical.Work.Get(work); !ok || w.Reason != waits.Reason {
				return nil, critical.ErrNoWork
			}
			one := *r
			f := filing{ids: d.ids, zone: d.zone, reading: &one, by: by.By, was: s, view: *s, now: now, refs: refs}
			evs, err := f.retry(since)
			if err != nil {
				return nil, err
			}
			return append(evs, &critical.Resolved{Work: work, How: critical.WayResubmitted, By: by.By}), nil
		}, append(d.beforehand(r), work)...)
		if errors.Is(err, critical.ErrNoRef) && tries < 8 {
			continue
		}
		return done, err //nolint:wrapcheck // the table knows it
	}
}

// quarantined is the message of a work item, and since when it waits.
func (d *Door) quarantined(ctx context.Context, work string) (q *critical.Quarantined, since int64, err error) {
	if !strings.HasPrefix(work, "message/") {
		return nil, 0, critical.ErrNoWork
	}
	past, err := d.lab.About(ctx, work, d.lab.State().Seq)
	if err != nil {
		return nil, 0, fmt.Errorf("hl7: %w", err)
	}
	for _, p := range past {
		if e, ok := p.Event.(*critical.Quarantined); ok {
			q, since = e, p.Mark.Seq
		}
	}
	if q == nil { // one that was settled since is for the decision, which may be a repeat
		return nil, 0, critical.ErrNoWork
	}
	return q, since, nil
}

// retry decides what a message records that waited since an entry.
func (f *filing) retry(since int64) ([]lab.Event, error) {
	past, ok := f.past(f.id)
	if slices.ContainsFunc(past, func(p lab.Past) bool { _, filed := p.Event.(*critical.Filed); return filed }) {
		return nil, critical.ErrOvertaken // it came once more, rightly
	}
	f.patients = slices.Clone(f.patients)
	for i := range f.patients {
		t := &f.patients[i]
		newer := f.since(t.handle, since) || f.since(t.loser, since)
		if newer && f.topic == stays {
			return nil, critical.ErrOvertaken
		}
		if newer {
			t.who, t.place = patient.Identity{}, patient.Place{}
		}
		for _, rep := range t.reports {
			if f.since(rep.Result, since) {
				return nil, critical.ErrOvertaken
			}
		}
	}
	if !ok || len(f.want) > 0 {
		return nil, lab.Recall(f.want...)
	}
	evs, err := f.file()
	for _, ev := range evs { // a result may have been told under another number since
		if e, ok := ev.(*critical.Reported); ok && err == nil && f.since(e.Result, since) {
			return nil, critical.ErrOvertaken
		}
	}
	if len(f.want) > 0 {
		return nil, lab.Recall(f.want...)
	}
	return evs, err
}

// since tells whether the ledger says something of a subject after an entry. While its past is being asked for it says no.
func (f *filing) since(subject string, entry int64) bool {
	if subject == "" {
		return false
	}
	past, _ := f.past(f.view.Patients.Handle(subject))
	return len(past) > 0 && past[len(past)-1].Mark.Seq > entry
}
