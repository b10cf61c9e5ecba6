package hl7_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
)

// What an exemption spares is found in the ledger, over orders and merged records, and only after it was told.
func TestRepeatsAreSparedByWhatTheLedgerSaysWasTold(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, inWard), kalium("2", bertram, "1", "7.1", "F"), kalium("3", anna, "2", "7.4", "F"),
		own(merged, "4", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"))
	do := func(by string, decide func(*lab.State, time.Time) ([]critical.Event, error)) {
		t.Helper()
		_, err := h.Record(t.Context(), lab.Actor{By: by}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
			evs, err := decide(s, now)
			var out []lab.Event
			for _, ev := range evs {
				out = append(out, ev)
			}
			return out, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	p := h.patientOf(t, "4711008")
	do("person/chief", func(s *lab.State, now time.Time) ([]critical.Event, error) {
		return s.Critical.Exempt(critical.Exemption{
			ID: "exemption/1", Patient: p.ID, LOINC: "2823-3", Physician: "person/lee", By: "person/chief", Until: now.Add(time.Hour),
		}, "dialysis", now)
	})
	h.tell(t, kalium("5", anna, "3", "7.0", "F"))
	if n := len(events[*critical.Suppressed](t, h)); n != 0 || len(h.calls()) != 3 {
		t.Fatalf("%d suppressed before anybody was told, %d calls", n, len(h.calls()))
	}
	for _, c := range h.calls() {
		do("person/lee", func(s *lab.State, _ time.Time) ([]critical.Event, error) {
			a := critical.Answer{Call: c.ID, Version: c.Version, By: "person/lee", Typed: critical.Typed{Values: map[string]string{}, Tail: c.Tail()}}
			for _, r := range c.Results {
				a.Typed.Values[r.ID] = r.Told.Value
			}
			return s.Critical.ReadBack(a)
		})
	}
	h.tell(t, kalium("6", anna, "4", "6.9", "F"), kalium("6", anna, "4", "6.9", "F"), kalium("7", bertram, "5", "6.8", "F"))
	got := events[*critical.Suppressed](t, h)
	if len(got) != 2 || len(h.calls()) != 0 || got[0].By != "exemption/1" || got[0].Patient != p.ID {
		t.Errorf("%d calls; %d suppressed: %+v", len(h.calls()), len(got), got)
	}
	h.tell(t, kalium("8", anna, "6", "7.2", "F"))
	if len(h.calls()) != 1 {
		t.Error("more than the last that was told was not called")
	}
	h.sound(t)
}
