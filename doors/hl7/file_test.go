package hl7_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
)

// mapped maps a code of a sender.
func (h *house) mapped(t *testing.T, sender string, c critical.Coding, test critical.Test) {
	t.Helper()
	evs, err := critical.Map(sender, c, test)
	if err != nil {
		t.Fatal(err)
	}
	h.do(t, evs[0])
}

// end ends the open call by a person's decision.
func (h *house) end(t *testing.T) {
	t.Helper()
	c := h.only(t)
	evs, err := h.State().Critical.End(c.ID, c.Version, "person/chief", "told", "in the unit")
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range evs {
		h.do(t, ev)
	}
}

func TestPHOfThePublicBloodGasIsCalledWhereItsCodeIsMapped(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(need.Corpus(t), "hl7", "100_hapi_ORUR01.hl7"))
	if err != nil {
		t.Fatal(err)
	}
	h := staffed(t)
	h.mapped(t, "labgl1", critical.Coding{Code: "1001449"}, critical.Test{LOINC: "2744-1", Unit: "[pH]", Specimen: "arterial blood"})
	if code := h.send(t, raw); code != "AA" {
		t.Fatalf("answered %s", code)
	}
	c := h.only(t)
	if len(c.Results) != 1 || c.Results[0].LOINC != "2744-1" || c.Results[0].Told.Value != "7.20" || !strings.Contains(c.Results[0].Told.Why, "at or below 7.25") {
		t.Errorf("the call tells %+v, want the pH of 7.20 at or below 7.25", c.Results)
	}
	want := critical.Snapshot{Identifiers: []string{"T12345"}, Name: "TEST, PATIENT P", Born: "1960-10-02", Sex: "M"}
	if d := cmp.Diff(want, c.Who); d != "" {
		t.Errorf("the call shows another patient (-want +got):\n%s", d)
	}
	if c.Unit != "NER" || c.Results[0].Told.Accession != "09527539021001920" {
		t.Errorf("unit %q, accession %q", c.Unit, c.Results[0].Told.Accession)
	}
	for _, r := range events[*critical.Reported](t, h) {
		if r.Code != "1001449" {
			continue
		}
		at, _ := time.Parse(time.RFC3339, "1995-10-02T18:07:00+01:00") // Berlin had left summer time a week before
		if !r.Available.Equal(at) || r.Source != "OBX-14" {
			t.Errorf("available %s by %s, want %s by OBX-14", r.Available, r.Source, at.UTC())
		}
		if !slices.Equal(r.Sealed.Notes, []string{"ALERT PH: CALLED TO DD BY BP @ 1809."}) {
			t.Errorf("notes %q", r.Sealed.Notes)
		}
	}

	unmapped := staffed(t)
	if code := unmapped.send(t, raw); code != "AA" {
		t.Fatalf("answered %s", code)
	}
	if n := len(unmapped.calls()); n != 0 {
		t.Errorf("%d calls without a mapping", n)
	}
	waits := false
	for _, w := range unmapped.State().Critical.Work.All() {
		waits = waits || w.Coding.Code == "1001449" && w.Reason == string(critical.UnknownTest)
	}
	if !waits {
		t.Error("nobody is asked what 1001449 means")
	}
}

func TestCriticalPotassiumCallsTheUnitInTheSameAppend(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, "PV1|1|I|3WEST^12^A"), kalium("2", anna, "9020", "7.1", "F"))
	c := h.only(t)
	if len(c.Called) == 0 || !slices.Equal(c.Called[len(c.Called)-1].To, []string{"person/lee"}) {
		t.Errorf("called %+v, want who is on call for 3WEST", c.Called)
	}
	if c.Unit != "3WEST" || c.Setting != "inpatient" || !c.Breach.Equal(c.Opened.Add(2400*time.Second)) || len(c.Ref) != 6 {
		t.Errorf("the call is %+v", c)
	}
	if want := []string{"4711008", "F1190422"}; !slices.Equal(c.Who.Identifiers, want) {
		t.Errorf("identifiers %q, want %q", c.Who.Identifiers, want)
	}
	_, entries := history(t, h.Store())
	filed := slices.IndexFunc(entries, func(e ledger.Entry) bool { return e.Kind == "critical.opened" })
	key := entries[filed].Key
	var kinds []string
	for _, e := range entries {
		if e.Key == key {
			kinds = append(kinds, e.Kind)
			if e.By != "machine/hl7-labcore.nordlab" || !e.At.Equal(entries[filed].At) {
				t.Errorf("entry %d is by %s at %s", e.Seq, e.By, e.At)
			}
		}
	}
	if want := "critical.reported critical.opened critical.escalated critical.called message.filed"; strings.Join(kinds, " ") != want {
		t.Errorf("one message was recorded as %v, want %s (nobody was named as orderer)", kinds, want)
	}
}

func TestSecondResultGoesToTheWardWhereThePatientIsNow(t *testing.T) {
	h := staffed(t)
	h.tell(
		t, adt("A01", "1", anna, "PV1|1|I|3WEST^12^A"), kalium("2", anna, "1", "7.1", "F"),
		adt("A02", "3", anna, "PV1|1|I|ICU^1^1"), kalium("4", anna, "2", "7.4", "F"),
	)
	for _, c := range h.calls() {
		want, who := "3WEST", "person/lee"
		if c.Results[0].Told.Value == "7.4" {
			want, who = "ICU", "person/okafor"
		}
		if c.Unit != want || !c.WasCalled(who) {
			t.Errorf("%s: unit %s, called %+v, want %s of %s", c.Results[0].Told.Value, c.Unit, c.Called, who, want)
		}
	}
	if n := len(h.calls()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestPreliminaryThenCorrectedIsOneCallInANewVersion(t *testing.T) {
	h := staffed(t)
	h.tell(t, kalium("1", anna, "1", "7.1", "P"))
	first := h.only(t)
	// Final with the same value, then the same again under another control id: nothing new.
	h.tell(t, kalium("2", anna, "1", "7.1", "F"), kalium("3", anna, "1", "7.10", "F"))
	if c := h.only(t); c.Version != first.Version || c.Attempt != first.Attempt {
		t.Errorf("the same value made version %d, %d attempts", c.Version, c.Attempt)
	}
	h.tell(t, kalium("4", anna, "1", "6.9", "C"))
	if c := h.only(t); c.ID != first.ID || c.Version != first.Version+1 || c.Results[0].Told.Value != "6.9" {
		t.Errorf("corrected: %s version %d tells %q", c.ID, c.Version, c.Results[0].Told.Value)
	}
	if n := len(events[*critical.Opened](t, h)); n != 1 {
		t.Errorf("%d calls were opened, want 1", n)
	}
}

func TestCorrectionAfterTheWindowMeetsWhatWasTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := enter(t, ledger.NewMem("main", nil), "n1")
		h.staff(t)
		first := kalium("1", anna, "1", "7.1", "F")
		h.tell(t, first)
		h.end(t)
		time.Sleep(critical.Window + lab.KeyWindow + time.Hour)
		h.do(t, &critical.Resolved{Work: "work/none", How: "looked", By: "person/tech"}) // drops what is past its window
		if n := h.State().Critical.Finished.Len(); n != 0 {
			t.Fatalf("%d finished calls are on the board still", n)
		}
		h.tell(t, kalium("other", bertram, "2", "4.4", "F")) // drops the keys that are too old
		before, _ := history(t, h.Store())
		h.tell(t, first)
		if after, _ := history(t, h.Store()); len(after) != len(before) {
			t.Error("the same message was filed again after its key was forgotten")
		}
		h.tell(t, kalium("2", anna, "1", "7.1", "F"))
		if n := len(h.calls()); n != 0 {
			t.Error("the same value was called again")
		}
		h.tell(t, kalium("3", anna, "1", "4.1", "C"))
		if c := h.only(t); c.Corrects == "" || c.Results[0].Told.Value != "4.1" {
			t.Errorf("the correction is %+v", c)
		}
	})
}

func TestSameTestOfAnotherDayIsNoRepeat(t *testing.T) {
	for name, obr := range map[string]string{
		"order number":    "OBR|1||F-%|BMP^Basic",
		"placer's number": "OBR|1|P-%||BMP^Basic",
		"time taken":      "OBR|1|||BMP^Basic|||2026030%0745",
		"message":         "OBR|1|||BMP^Basic",
	} {
		t.Run(name, func(t *testing.T) {
			h := staffed(t)
			for _, day := range []string{"1", "2"} {
				h.tell(t, own("ORU^R01", day, anna, strings.ReplaceAll(obr, "%", day), "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F"))
			}
			if n := len(h.calls()); n != 2 {
				t.Errorf("%d calls, want one for each day", n)
			}
		})
	}
}

func TestAnotherContentUnderTheSameControlIDIsAnotherMessage(t *testing.T) {
	h := staffed(t)
	h.tell(t, kalium("1", anna, "1", "7.1", "F"), kalium("1", bertram, "2", "6.9", "F"))
	if n := len(h.calls()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestRetractionsAreToldToWhoWasCalled(t *testing.T) {
	for name, obx := range map[string]string{
		"wrong patient": "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||W",
		"null":          `OBX|1|NM|2823-3^K^LN||""|mmol/L|||||F`,
		"panel":         "OBX|1|NM|2823-3^K^LN|||mmol/L",
	} {
		t.Run(name, func(t *testing.T) {
			h := staffed(t)
			h.tell(t, own("ORU^R01", "1", anna, "OBR|1||F-1|K", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F"))
			obr := "OBR|1||F-1|K"
			if name == "panel" {
				obr += strings.Repeat("|", 21) + "X"
			}
			h.tell(t, own("ORU^R01", "2", anna, obr, obx))
			if c := h.only(t); c.Version != 2 || c.Results[0].Outcome != critical.Withdrawn {
				t.Errorf("version %d tells %s, want the second to tell that it was withdrawn", c.Version, c.Results[0].Outcome)
			}
		})
	}
}
