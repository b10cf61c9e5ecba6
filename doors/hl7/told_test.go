package hl7_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/rules/critical"
)

func TestANoteThatAResultWasToldIsWorkForTheDeskAndClosesNothing(t *testing.T) {
	for text, want := range map[string]critical.Said{
		"ALERT PH: CALLED TO DD BY BP @ 1809.":                                {To: "DD", By: "BP", At: "1809"},
		"CRITICAL VALUE CALLED TO DR SMITH AT 14:05 BY JONES":                 {To: "DR SMITH", By: "JONES", At: "14:05"},
		"Test Results Called To And Verbally Read Back By: Jane Doe at 03:10": {To: "Jane Doe", At: "03:10"},
		"Telefonisch durchgegeben an Dr. Weiss um 14:05 durch Kurz":           {To: "Dr. Weiss", By: "Kurz", At: "14:05"},
		"Result phoned to ward by BP, read back":                              {To: "ward", By: "BP"},
	} {
		h := staffed(t)
		m := own("ORU^R01", "1", anna, "OBR|1||F-1|K", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F", "NTE|1||"+text)
		h.tell(t, m)
		got := events[*critical.SaidTold](t, h)
		if len(got) != 1 {
			t.Errorf("%q: %d notes", text, len(got))
			continue
		}
		want.Text = text
		if d := cmp.Diff(want, got[0].Sealed); d != "" {
			t.Errorf("%q: %s", text, d)
		}
		c := h.only(t)
		if c.Standing != critical.IsOpen || got[0].Call != c.ID {
			t.Errorf("%q: the call is %s, the note names %q", text, c.Standing, got[0].Call)
		}
		w, ok := h.State().Critical.Work.Get(got[0].Told)
		if !ok || w.Reason != critical.ReasonSaidTold || w.Owner == "" {
			t.Errorf("%q: nobody confirms it: %+v", text, w)
		}
		// The final result repeats the note: nothing new.
		h.tell(t, own("ORU^R01", "2", anna, "OBR|1||F-1|K", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F", "NTE|1||"+text))
		if again := events[*critical.SaidTold](t, h); len(again) != 1 {
			t.Errorf("%q: said %d times", text, len(again))
		}
	}
}

func TestOtherNotesAreNoCalls(t *testing.T) {
	for _, text := range []string{"Please call the ward", "NOT CALLED TO WARD: no answer", "Result is to be called to Dr Lee", "Hemolyzed sample", "Bitte an Dr. Weiss mitteilen"} {
		h := staffed(t)
		h.tell(t, own("ORU^R01", "1", anna, "OBR|1||F-1|K", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F", "NTE|1||"+text))
		if got := events[*critical.SaidTold](t, h); len(got) != 0 {
			t.Errorf("%q was taken for a call: %+v", text, got[0].Sealed)
		}
	}
}

func TestThePublicBloodGasSaysThatItsPHWasCalled(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(need.Corpus(t), "hl7", "100_hapi_ORUR01.hl7"))
	if err != nil {
		t.Fatal(err)
	}
	h := staffed(t)
	if code := h.send(t, raw); code != "AA" {
		t.Fatalf("answered %s", code)
	}
	if got := events[*critical.SaidTold](t, h); len(got) != 1 || got[0].Sealed.To != "DD" || got[0].Sealed.By != "BP" || got[0].Sealed.At != "1809" {
		t.Errorf("%+v", got)
	}
}
