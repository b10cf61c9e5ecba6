package hl7_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// ordered is an order message: its numbers, and who ordered.
func ordered(kind, control, pid, placer, filler, by string) string {
	return own(kind, control, pid, "ORC|NW|"+placer+"|"+filler+"|||||||||"+by, "OBR|1|"+placer+"|"+filler+"|BMP^Basic^L")
}

// callOf is the open call that tells a value.
func (h *house) callOf(t testing.TB, value string) critical.Call {
	t.Helper()
	for _, c := range h.calls() {
		if c.Results[0].Told.Value == value {
			return c
		}
	}
	t.Fatalf("no call tells %s", value)
	return critical.Call{}
}

func (h *house) wantFirst(t testing.TB, value, person string) {
	t.Helper()
	c := h.callOf(t, value)
	if len(c.Called) == 0 || c.Called[0].Ask != "ordering" || !slices.Equal(c.Called[0].To, []string{"person/" + person}) {
		t.Errorf("%s: called first %+v, want %s, who ordered it", value, c.Called, person)
	}
}

func TestResultIsCalledToWhoOrderedItThoughOthersOrderedSince(t *testing.T) {
	h := staffed(t)
	h.tell(
		t, adt("A01", "1", anna, inWard),
		ordered("ORM^O01", "2", anna, "P-1^HIS", "", "C-okafor^Okafor"), // found by the placer's number
		ordered("OML^O21", "3", anna, "", "F-2", "C-okafor"),            // by the laboratory's
		ordered("ORM^O01", "4", anna, "P-9", "F-9", "C-lee"),
		kalium("5", anna, "1", "7.1", "F"), kalium("6", anna, "2", "7.2", "F"), kalium("7", anna, "3", "7.3", "F"),
		ordered("ORM^O01", "8", bertram, "P-4", "F-4", "C-ortiz"), // another patient's order of the same number
		kalium("9", anna, "4", "7.4", "F"),
	)
	h.wantFirst(t, "7.1", "okafor")
	h.wantFirst(t, "7.2", "okafor")
	h.wantFirst(t, "7.3", "lee") // of an order that nobody told: who ordered last for this patient
	h.wantFirst(t, "7.4", "lee")
	if o := h.callOf(t, "7.3").Ordering; o != "" {
		t.Errorf("an order that nobody told is said to be by %s", o)
	}
}

func TestResultThatNamesItsOrdererIsHisWhateverTheOrderSaid(t *testing.T) {
	h := staffed(t)
	h.tell(
		t, ordered("ORM^O01", "1", anna, "P-1", "", "C-okafor"),
		own("ORU^R01", "2", anna, "OBR|1|P-1|F-1|K||||||||||||C-ortiz", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F"),
	)
	h.wantFirst(t, "7.1", "ortiz")
}

func TestOrderIsRecordedOnceAndAgainWhenAnotherTakesItOver(t *testing.T) {
	h := staffed(t)
	h.tell(
		t, ordered("ORM^O01", "1", anna, "P-1", "", "C-lee"), ordered("ORM^O01", "2", anna, "P-1", "", "C-lee"),
		ordered("ORM^O01", "3", anna, "P-1", "F-1", "C-okafor"), ordered("ORM^O01", "4", anna, "P-1", "F-1", ""),
		ordered("ORM^O01", "5", "PID|1||||Unknown", "P-7", "", "C-lee"),
		kalium("6", anna, "1", "7.1", "F"),
	)
	var by []string
	for _, e := range events[*patient.Ordered](t, h) {
		by = append(by, e.Ordering)
	}
	if diff := cmp.Diff([]string{"C-lee", "C-okafor"}, by); diff != "" {
		t.Errorf("orders recorded (-want +got):\n%s", diff)
	}
	h.wantFirst(t, "7.1", "okafor")
}

func TestOrderPlacedUnderAMergedNumberIsStillKnown(t *testing.T) {
	h := staffed(t)
	h.tell(
		t, ordered("ORM^O01", "1", bertram, "P-1", "", "C-okafor"),
		own("ADT^A40", "2", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"),
		ordered("ORM^O01", "3", anna, "P-2", "", "C-lee"),
		kalium("4", bertram, "1", "7.1", "F"), kalium("5", bertram, "2", "7.2", "F"),
	)
	h.wantFirst(t, "7.1", "okafor")
	h.wantFirst(t, "7.2", "lee")
}
