package hl7_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

const merged = "ADT^A40"

// A correction under the number that is left meets what was told under the one that is gone, and the other way round.
func TestACorrectionAfterAMergeMeetsTheCallUnderEitherNumber(t *testing.T) {
	for name, c := range map[string]struct{ told, corrected string }{
		"told of the one that is gone":         {bertram, anna},
		"told of the one that is left":         {anna, bertram},
		"told and corrected under the old one": {bertram, bertram},
	} {
		for _, later := range []time.Duration{0, 72 * time.Hour, 10 * 24 * time.Hour} {
			t.Run(name+" "+later.String(), inABubble(func(t *testing.T) {
				h := staffed(t)
				h.tell(t, kalium("2", c.told, "1", "7.1", "F"))
				before := h.only(t)
				h.tell(t, own(merged, "3", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"))
				time.Sleep(later)
				h.tell(t, kalium("4", c.corrected, "1", "7.4", "C"))
				now := h.only(t)
				if now.ID != before.ID || now.Results[0].Told.Value != "7.4" || now.Results[0].Told.Was != "7.1 mmol/L" {
					t.Errorf("%s says %q (was %q); before it was %s", now.ID, now.Results[0].Told.Value, now.Results[0].Told.Was, before.ID)
				}
				h.tell(t, kalium("5", anna, "2", "7.4", "F")) // another order of the same patient
				if len(h.calls()) != 2 {
					t.Errorf("%d calls", len(h.calls()))
				}
				h.sound(t)
			}))
		}
	}
}

func TestAStandDownAfterAMergeIsToldToWhoWasCalled(t *testing.T) {
	h := staffed(t)
	h.tell(t, kalium("2", bertram, "1", "7.1", "F"),
		own(merged, "3", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"), kalium("4", anna, "1", "4.4", "C"))
	if c := h.only(t); c.Results[0].Outcome != critical.Normal {
		t.Errorf("%+v", c.Results[0])
	}
}

// What was told before anybody knew the patient is corrected under a number.
func TestACorrectionThatNamesThePatientMeetsTheCallOfNobody(t *testing.T) {
	h := staffed(t)
	h.tell(t, kalium("2", "PID|1||||", "1", "7.1", "F"))
	before := h.only(t)
	h.tell(t, kalium("4", anna, "1", "4.4", "C"))
	if c := h.only(t); c.ID != before.ID || c.Results[0].Outcome != critical.Normal {
		t.Errorf("%+v", c.Results[0])
	}
	h.sound(t)
}

// inABubble runs a test whose time is made.
func inABubble(f func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) { synctest.Test(t, f) }
}
