package hl7

import (
	"context"
	"time"

	"github.com/seed-909bec58/readback/lab"
)

// Break makes every decision about the results of a patient whose age is known fail, as a fault of this program would.
func (d *Door) Break() { d.zone = nil }

// TakeForgetting records a message as a laboratory would that has dropped a patient's record from what it has in mind.
func (d *Door) TakeForgetting(ctx context.Context, raw []byte, patient string) error {
	m, err := Parse(raw)
	if err != nil {
		return err
	}
	r := d.read(m, raw)
	refs, err := d.refs(r.results() + 4)
	if err != nil {
		return err
	}
	by := lab.Actor{By: "machine/hl7-" + r.sender}
	_, err = d.lab.Record(ctx, by, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		without := *s
		without.Patients = s.Patients.Without(patient)
		f := filing{ids: d.ids, zone: d.zone, reading: r, by: by.By, was: &without, view: without, now: now, refs: refs}
		return f.decide()
	})
	return err
}
