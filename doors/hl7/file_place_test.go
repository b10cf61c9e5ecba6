package hl7_test

import (
	"testing"

	"github.com/seed-909bec58/readback/rules/patient"
)

const inWard = "PV1|1|I|3WEST^12^A||||C-lee"

// resultAt is an ordinary result whose PV1 and orderer are given.
func resultAt(control, pv1, orderer string) string {
	return own("ORU^R01", control, anna, pv1, "OBR|1||F-"+control+"|K||||||||||||"+orderer, "OBX|1|NM|2823-3^K^LN||4.1|mmol/L|||||F")
}

func TestPlaceOfAResultCountsOnlyWhereNothingElseIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		messages []string
		unit     string
		class    string
		orderer  string
	}{
		"nothing known":            {[]string{resultAt("1", "PV1|1|O|ICU", "C-ortiz")}, "ICU", "O", "C-ortiz"},
		"admitted":                 {[]string{adt("A01", "1", anna, inWard), resultAt("2", "PV1|1|O|ICU", "C-ortiz")}, "3WEST", "I", "C-ortiz"},
		"orderer in between":       {[]string{adt("A01", "1", anna, inWard), resultAt("2", "", "C-ortiz"), resultAt("3", "PV1|1|O|ICU", "")}, "3WEST", "I", "C-ortiz"},
		"from another result":      {[]string{resultAt("1", "PV1|1|I|3WEST", ""), resultAt("2", "PV1|1|I|ICU", "")}, "ICU", "I", ""},
		"left":                     {[]string{adt("A01", "1", anna, inWard), adt("A03", "2", anna, inWard), resultAt("3", "PV1|1|O|ICU", "")}, "ICU", "O", ""},
		"left, then no place":      {[]string{adt("A01", "1", anna, inWard), adt("A03", "2", anna, inWard), resultAt("3", "", "")}, "3WEST", "I", ""},
		"seen again elsewhere":     {[]string{adt("A01", "1", anna, inWard), adt("A03", "2", anna, inWard), resultAt("3", "", "C-ortiz"), resultAt("4", "PV1|1|O|ICU", "")}, "ICU", "O", "C-ortiz"},
		"transferred":              {[]string{adt("A01", "1", anna, inWard), adt("A02", "2", anna, "PV1|1||ICU"), resultAt("3", "PV1|1|I|3WEST", "")}, "ICU", "I", ""},
		"admitted without a place": {[]string{adt("A04", "1", anna, "PV1|1|O"), resultAt("2", "PV1|1|I|ICU", "")}, "ICU", "O", ""},
		"order":                    {[]string{adt("A01", "1", anna, inWard), own("OML^O21", "2", anna, "ORC|NW|P-1||||||||||C-ortiz", "OBR|1|P-1")}, "3WEST", "I", "C-ortiz"},
	} {
		t.Run(name, func(t *testing.T) {
			h := staffed(t)
			h.tell(t, c.messages...)
			p := h.patientOf(t, "4711008")
			if p.Unit != c.unit || p.Class != c.class || p.Ordering != c.orderer {
				t.Errorf("at %s (%s) under %q, want %s (%s) under %q", p.Unit, p.Class, p.Ordering, c.unit, c.class, c.orderer)
			}
		})
	}
}

func TestAdmissionAfterADischargeTakesNothingFromTheStayBefore(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, inWard), adt("A03", "2", anna, inWard), adt("A01", "3", anna, "PV1|1|I|ICU"))
	p := h.patientOf(t, "4711008")
	if want := (patient.Place{Unit: "ICU", Class: "I"}); p.Place != want || !p.Present {
		t.Errorf("at %+v, present %v, want %+v", p.Place, p.Present, want)
	}
}

func TestCancelledDischargeBringsThePatientBack(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, inWard), adt("A03", "2", anna, inWard))
	if h.patientOf(t, "4711008").Present {
		t.Error("discharged, and present")
	}
	h.tell(t, adt("A08", "3", anna, "PV1|1|I|3WEST^14^B"))
	if h.patientOf(t, "4711008").Present {
		t.Error("an update brought back who left")
	}
	h.tell(t, adt("A13", "4", anna, inWard))
	if p := h.patientOf(t, "4711008"); !p.Present || p.Unit != "3WEST" {
		t.Errorf("present %v at %s", p.Present, p.Unit)
	}
}

func TestResultsOfAMergedNumberAreTheSurvivors(t *testing.T) {
	h := staffed(t)
	h.tell(
		t, adt("A01", "1", anna, inWard), kalium("2", bertram, "1", "4.0", "F"),
		own("ADT^A40", "3", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"),
		kalium("4", bertram, "2", "7.1", "F"),
	)
	c := h.only(t)
	if p := h.patientOf(t, "4711008"); c.Patient != p.ID || c.Unit != "3WEST" || !c.WasCalled("person/lee") {
		t.Errorf("the call is for %s at %s, want the survivor %s at 3WEST", c.Patient, c.Unit, p.ID)
	}
	if n := h.State().Patients.Patients.Len(); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

func TestOrdererOfAResultIsAskedFirst(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, inWard), own(
		"ORU^R01", "2", anna, "ORC|RE|P-1||||||||||C-okafor", "OBR|1||F-1|K||||||||||||C-ortiz", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F",
	))
	c := h.only(t)
	if len(c.Called) == 0 || c.Called[0].Ask != "ordering" {
		t.Fatalf("called %+v", c.Called)
	}
	if got := h.State().Patients.Get(c.Patient).Ordering; got != "C-ortiz" {
		t.Errorf("ordered by %s, want OBR-16 before ORC-12", got)
	}
}
