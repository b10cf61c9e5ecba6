package hl7_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/rules/critical"
)

// stale tries to answer an old version of a call, and wants to hear that there is a newer one.
func (h *house) stale(t *testing.T, c critical.Call) {
	t.Helper()
	var stale *critical.StaleError
	_, err := h.State().Critical.ReadBack(critical.Answer{
		Call: c.ID, Version: c.Version, By: "person/lee", Typed: critical.Typed{Values: map[string]string{c.Results[0].ID: "7.1"}, Tail: c.Tail()},
	})
	if !errors.As(err, &stale) || stale.Version != c.Version+1 {
		t.Errorf("an answer to the old version: %v", err)
	}
}

func (h *house) sound(t *testing.T) {
	t.Helper()
	for _, fault := range h.State().Faults(h.State().At) {
		if !strings.Contains(fault, "deadline has passed") { // nobody keeps here
			t.Error(fault)
		}
	}
}

func TestAMergeWhileACallIsOpenIsANewVersionUnderTheSurvivorsNumber(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, inWard), kalium("2", bertram, "1", "7.1", "F"))
	before := h.only(t)
	h.tell(t, own("ADT^A40", "3", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"))
	c := h.only(t)
	survivor := h.patientOf(t, "4711008")
	if c.Version != before.Version+1 || c.Patient != survivor.ID || c.Tail() != "1008" || c.Who.Name != "Weber, Anna" {
		t.Errorf("version %d is of %s, %+v", c.Version, c.Patient, c.Who)
	}
	h.stale(t, before)
	if !c.WasCalled("person/lee") {
		t.Errorf("who covers the survivor's ward was not called: %+v", c.Called)
	}
	h.sound(t)
}

func TestAMergeOfPatientsWithCallsOnBothLeavesTwoCallsOfOne(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, inWard), kalium("2", anna, "1", "7.1", "F"), kalium("3", bertram, "2", "7.3", "F"),
		own("ADT^A40", "4", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"))
	survivor := h.patientOf(t, "4711008")
	versions := map[string]int{}
	for _, c := range h.calls() {
		if c.Patient != survivor.ID || c.Tail() != "1008" {
			t.Errorf("%s is of %s", c.ID, c.Patient)
		}
		versions[c.Results[0].Told.Value] = c.Version
	}
	if versions["7.1"] != 1 || versions["7.3"] != 2 {
		t.Errorf("versions %v: the survivor's own call stays as it is, the other one changes", versions)
	}
	if again := events[*critical.Identified](t, h); len(again) != 1 || again[0].Why != critical.WhyMerged {
		t.Errorf("%+v", again)
	}
	h.sound(t)
}

func TestAnotherNumberOrNameWhileACallIsOpenIsANewVersion(t *testing.T) {
	for why, pid := range map[string]string{
		critical.WhyRenamed:    "PID|1||4711008^^^NORDSTADT^MR~F1190422^^^CITY^PI||Weber-Kaya^Anna||19601002|F",
		critical.WhyRenumbered: "PID|1||F1190999^^^CITY^PI~4711008^^^NORDSTADT^MR||Weber^Anna||19601002|F",
	} {
		t.Run(why, func(t *testing.T) {
			h := staffed(t)
			h.tell(t, adt("A01", "1", anna, inWard), kalium("2", anna, "1", "7.1", "F"))
			before := h.only(t)
			h.tell(t, adt("A08", "3", anna, inWard)) // says nothing new
			if c := h.only(t); c.Version != 1 {
				t.Fatalf("version %d", c.Version)
			}
			h.tell(t, adt("A08", "4", pid, inWard))
			c := h.only(t)
			got := events[*critical.Identified](t, h)
			if len(got) != 1 || got[0].Why != why || c.Version != 2 || !c.NextAt.Equal(before.NextAt) {
				t.Errorf("%+v; the call is in version %d, next at %s", got, c.Version, c.NextAt)
			}
			if n := events[*critical.Noticed](t, h); len(n) != 1 || !slices.Contains(n[0].To, "person/lee") {
				t.Errorf("notices %+v", n)
			}
			h.stale(t, before)
			h.sound(t)
		})
	}
}
