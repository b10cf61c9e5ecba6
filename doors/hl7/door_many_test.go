package hl7_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/rules/critical"
)

// long is a message that tells some results of one patient, all of one test, as a sender's endless loop would.
func long(id string, results int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "MSH|^~\\&|LIS|LAB|||20261122||ORU^R01|%s|P|2.5\rPID|1||4711^^^MRN\rOBR|1|1|2|X\r", id)
	for i := range results {
		fmt.Fprintf(&b, "OBX|%d|NM|K||7\r", i+1)
	}
	return b.String()
}

func TestAMessageOfManyResultsIsFiledAndOneOfTooManyWaitsForAPerson(t *testing.T) {
	h := staffed(t)
	before, _ := history(t, h.Store())
	h.tell(t, long("1", hl7.MaxTold-1))
	filed, _ := history(t, h.Store())
	reported := 0
	for _, ev := range filed[len(before):] {
		if _, ok := ev.(*critical.Reported); ok {
			reported++
		}
	}
	if reported != hl7.MaxTold-1 {
		t.Errorf("%d results were filed of %d", reported, hl7.MaxTold-1)
	}
	h.tell(t, long("2", hl7.MaxTold))
	after, _ := history(t, h.Store())
	if n := len(after) - len(filed); n == 0 || n > 3 {
		t.Fatalf("%d entries of a message with too many results", n)
	}
	q, ok := after[len(filed)].(*critical.Quarantined)
	if !ok || q.Reason != hl7.ReasonTooMany {
		t.Fatalf("a message with too many results became %+v", after[len(filed)])
	}
	if ref := h.logs.String(); !strings.Contains(ref, "may_be_critical=true") {
		t.Errorf("it may hold a critical result, and the log does not say so: %s", ref)
	}
}

func TestAMessageOfTooManyPatientsWaitsForAPerson(t *testing.T) {
	h := staffed(t)
	before, _ := history(t, h.Store())
	var b strings.Builder
	b.WriteString("MSH|^~\\&|LIS|LAB|||20261122||ORU^R01|1|P|2.5\r")
	for i := range hl7.MaxTold + 1 {
		fmt.Fprintf(&b, "PID|1||%d^^^MRN\rOBR|1|1|2|X\r", i)
	}
	h.tell(t, b.String())
	after, _ := history(t, h.Store())
	if q, ok := after[len(before)].(*critical.Quarantined); !ok || q.Reason != hl7.ReasonTooMany {
		t.Errorf("it became %+v", after[len(before)])
	}
}

func TestTheBeginningOfALongMessageMayHideACriticalResult(t *testing.T) {
	h := staffed(t)
	begun := "MSH|^~\\&|LIS|LAB|||20261122||ORU^R01|1|P|2.5\rNTE|1||" + strings.Repeat("x", 100)
	h.door.Odd(t.Context(), hl7.Peer{Host: "127.0.0.1"}, hl7.Long, []byte(begun))
	if logs := h.logs.String(); !strings.Contains(logs, "reason=too-long may_be_critical=true") {
		t.Errorf("what is not known counts as harmless: %s", logs)
	}
}
