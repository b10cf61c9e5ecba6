package hl7_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

func TestResultOfNobodyIsCalledByAccession(t *testing.T) {
	h := staffed(t)
	h.tell(t, kalium("1", "PID|1||||Unknown", "77", "7.1", "F"))
	c := h.only(t)
	if c.Identified() || c.Results[0].Told.Accession != "F-77" {
		t.Errorf("identified %v, accession %q", c.Identified(), c.Results[0].Told.Accession)
	}
	waits := false
	for _, w := range h.State().Critical.Work.All() {
		waits = waits || w.Reason == critical.ReasonUnidentified
	}
	if !waits {
		t.Error("nobody is asked whose result it is")
	}
}

func TestEachPatientOfAMessageGetsCallsOfTheirOwn(t *testing.T) {
	h := staffed(t)
	result := "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F"
	h.tell(t, own("ORU^R01", "1", anna, "OBR|1||F-1|K", result, bertram, "OBR|1||F-2|K", result, anna, "OBR|1||F-3|K", result))
	who := map[string]int{}
	for _, c := range h.calls() {
		who[c.Who.Name]++
	}
	if d := cmp.Diff(map[string]int{"Weber, Anna": 2, "Bode, Bertram": 1}, who); d != "" {
		t.Errorf("calls by patient (-want +got):\n%s", d)
	}
	id := events[*critical.Filed](t, h)[0].Message
	for _, r := range events[*critical.Reported](t, h) {
		if r.Message != id {
			t.Errorf("a result is of message %s, want %s", r.Message, id)
		}
	}
}

func TestSpecimenOfTwoPanelsIsOneCall(t *testing.T) {
	h := staffed(t)
	h.tell(t, own(
		"OUL^R22", "1", anna, "SPM|1|^S-1||SER", "OBR|1||F-1|K", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F",
		"OBR|2||F-2|NA", "OBX|1|NM|2951-2^Na^LN||110|mmol/L|||||F",
	))
	if c := h.only(t); len(c.Results) != 2 {
		t.Errorf("the call has %d results, want 2", len(c.Results))
	}
}

func TestTornValueIsNotRead(t *testing.T) {
	h := staffed(t)
	h.mapped(t, "", critical.Coding{Code: "K"}, critical.Test{LOINC: "2823-3", Unit: "mmol/L"})
	h.tell(t, own("ORU^R01", "1", anna, "OBR|1||F-1|K", "OBX|1|NM|K||4", "7|mmol/L|3.5-5.1||||F"))
	r := events[*critical.Reported](t, h)
	if len(r) != 1 || r[0].Outcome != critical.Unreadable || r[0].Work == "" {
		t.Errorf("reported %+v, want one that nobody could read, and somebody to look", r)
	}
	// A line of another kind after a whole segment changes nothing.
	h.tell(t, own("ORU^R01", "2", anna, "OBR|1||F-2|K", "OBX|1|NM|K||7.4|mmol/L|||||F", "12:03 sent"))
	if c := h.only(t); c.Results[0].Told.Value != "7.4" {
		t.Errorf("the call tells %q", c.Results[0].Told.Value)
	}
}

func TestOrderNumbersOfTwoLaboratoriesAreNotOne(t *testing.T) {
	h := staffed(t)
	m := kalium("1", "PID|1||||Unknown", "77", "7.1", "F")
	h.tell(t, m, strings.Replace(m, "LABCORE", "POCT", 1))
	if n := len(h.calls()); n != 2 {
		t.Errorf("%d calls, want 2: nobody knows that it is one patient", n)
	}
}

// A list that has limits for inpatients only does not say that those in the emergency room need none.
func TestLimitsForInpatientsCallInTheEmergencyRoom(t *testing.T) {
	for class, calls := range map[string]int{"I": 1, "E": 1, "O": 0} {
		h := staffed(t)
		set := critical.ExampleSets()[0]
		set.Version = "inpatients"
		for i := range set.Rows {
			set.Rows[i].Setting = "inpatient"
		}
		h.do(t, &critical.Drafted{Set: set})
		h.do(t, &critical.Approved{Limits: set.ID, Version: set.Version, By: "person/chief", Effective: h.Now()})
		h.tell(t, adt("A04", "1", anna, "PV1|1|"+class), kalium("2", anna, "1", "7.1", "F"))
		if n := len(h.calls()); n != calls {
			t.Errorf("%d calls of a patient of class %s, want %d", n, class, calls)
		}
	}
}

func TestPatientWhomTheLaboratoryForgotIsKnownAgain(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, "PV1|1|I|3WEST^12^A||||C-lee"))
	p := h.patientOf(t, "4711008")
	h.do(t, &patient.FactorNoted{Patient: p.ID, Note: patient.Note{Factor: "dialysis", Has: patient.Yes, Source: "hand"}})
	n := len(events[*patient.Moved](t, h))
	if err := h.door.TakeForgetting(t.Context(), []byte(kalium("2", "PID|1||4711008^^^NORDSTADT^MR", "1", "7.1", "F")), p.ID); err != nil {
		t.Fatal(err)
	}
	moved, noted := events[*patient.Moved](t, h), events[*patient.FactorNoted](t, h)
	said := noted[len(noted)-1].Note
	if said.By == "" || said.Since.IsZero() {
		t.Errorf("who noted the factor first, and when, is lost: %+v", said)
	}
	said.By, said.Since = "", time.Time{}
	if len(moved) != n+1 || moved[n].Place() != p.Place || len(noted) != 2 || said != noted[0].Note {
		t.Errorf("moved %d times, factors noted %d times: the record is not told again", len(moved), len(noted))
	}
	if c := h.only(t); c.Unit != "3WEST" || c.Who.Name != "Weber, Anna" || !c.WasCalled("person/lee") {
		t.Errorf("the call is for %q at %q, called %+v", c.Who.Name, c.Unit, c.Called)
	}
}

func TestWhatNobodyUnderstandsWaitsForAPerson(t *testing.T) {
	control, kaliumOf := "SPM|1|QC1^LOT7||SER|||||||Q", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F"
	panelX := "OBR|1||F-1|K" + strings.Repeat("|", 21) + "X"
	for _, c := range []struct {
		message, reason string
		grave           bool
	}{
		{own("SIU^S12", "1", anna), hl7.ReasonUnknownType, false},
		{own("", "1", anna, "OBR|1||F-1|K", "OBX|1|NM|2823-3||7.1"), hl7.ReasonUnknownType, true},
		{own("ORU^R01", "1", anna), hl7.ReasonNoResults, false},
		{own("ORU^R01", "1", anna, panelX), hl7.ReasonPanelWithdrawn, true},
		{own("ORU^R01", "1", anna, panelX, "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F"), hl7.ReasonContradiction, true},
		{own("OUL^R22", "1", control, "OBR|1||F-1|K", kaliumOf), hl7.ReasonControl, false},
		{own("ORU^R01", "1", "OBR|1||F-1|K", kaliumOf, control), hl7.ReasonControl, false},
		{own("ORU^R01", "1", anna, "OBR|1||F-1|K", kaliumOf, control), hl7.ReasonControl, true},
		{own("OUL^R22", "1", control, "OBR|1||F-1|K", kaliumOf, "SPM|2|S2||SER|||||||P", "OBR|2||F-2|K", kaliumOf), hl7.ReasonControl, true},
		{adt("A01", "1", "PID|1||||Unknown", "PV1|1|I|ICU"), hl7.ReasonNoPatient, false},
		{adt("A30", "1", anna, "MRG|4711009"), hl7.ReasonMerge, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			h := staffed(t)
			h.tell(t, c.message, c.message)
			q := events[*critical.Quarantined](t, h)
			if len(q) != 1 || q[0].Reason != c.reason || q[0].Critical != c.grave || string(q[0].Sealed.Raw) != c.message {
				t.Fatalf("in quarantine: %+v, want once for %s, critical %v", q, c.reason, c.grave)
			}
			if _, ok := h.State().Critical.Work.Get(q[0].Message); !ok {
				t.Error("nobody is asked to look")
			}
			if n := h.State().Critical.Calls.Len(); n != 0 {
				t.Errorf("%d calls", n)
			}
			if !strings.Contains(h.logs.String(), c.reason) {
				t.Error("the log does not tell")
			}
		})
	}
}
