package hl7_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/rules/critical"
)

var errDisk = errors.New("no space left on device")

// ailing is a store whose Append fails while it ails, and of the appends that write something those after some.
type ailing struct {
	ledger.Store

	ails atomic.Bool
	left atomic.Int64 // how many more may write, if limited
	only atomic.Bool
}

func (a *ailing) Append(ctx context.Context, head ledger.Seq, es []ledger.Entry) (ledger.Answer, error) {
	if a.ails.Load() || a.only.Load() && len(es) > 0 && a.left.Add(-1) < 0 {
		return ledger.Answer{}, errDisk
	}
	return a.Store.Append(ctx, head, es)
}

func TestWhatCouldNotBeKeptIsAskedForAgain(t *testing.T) {
	store := &ailing{Store: ledger.NewMem("main", nil)}
	h := enter(t, store, "n1")
	h.staff(t)
	before, _ := history(t, store)
	messages := []string{kalium("1", anna, "1", "7.1", "F"), own("SIU^S12", "2", anna), adt("A01", "3", bertram, inWard), "nothing of HL7"}
	store.ails.Store(true)
	for _, m := range messages {
		if code := h.send(t, []byte(m)); code != "AE" {
			t.Errorf("answered %s, want AE: %s", code, m)
		}
	}
	enhanced := strings.Replace(messages[0], "|P|2.5.1", "|P|2.5.1|||AL|NE", 1)
	if code := h.send(t, []byte(enhanced)); code != "CE" {
		t.Errorf("answered %s, want CE", code)
	}
	if after, _ := history(t, store); len(after) != len(before) {
		t.Errorf("%d entries were written", len(after)-len(before))
	}
	store.ails.Store(false)
	for i, m := range messages {
		want := "AA"
		if i == len(messages)-1 {
			want = "AR"
		}
		if code := h.send(t, []byte(m)); code != want {
			t.Errorf("answered %s, want %s: %s", code, want, m)
		}
	}
	if code := h.send(t, []byte(enhanced)); code != "CA" {
		t.Errorf("answered %s, want CA", code)
	}
	if n, q := len(events[*critical.Filed](t, h)), len(events[*critical.Quarantined](t, h)); n != 3 || q != 2 {
		t.Errorf("%d filed and %d in quarantine, want 3 and 2", n, q)
	}
	h.only(t)
}

// later is a store that becomes another one when told.
type later struct {
	ledger.Store

	then ledger.Store
	now  atomic.Bool
}

func (l *later) Append(ctx context.Context, head ledger.Seq, es []ledger.Entry) (ledger.Answer, error) {
	if l.now.Load() {
		return l.then.Append(ctx, head, es)
	}
	return l.Store.Append(ctx, head, es)
}

func TestMessageSentUntilItIsTakenIsFiledOnce(t *testing.T) {
	mem := ledger.NewMem("main", nil)
	store := &later{Store: mem, then: ledgertest.Flaky(mem, rand.New(rand.NewPCG(3, 4)), 0.2, 0.2)}
	h := enter(t, store, "n1")
	h.staff(t)
	store.now.Store(true)
	n := need.Count(60, 2000)
	refused := 0
	for i := range n {
		m := []byte(kalium(strconv.Itoa(i), anna, strconv.Itoa(i), "7.1", "F"))
		code := ""
		for code != "AA" {
			if code = h.send(t, m); code == "AE" {
				refused++
			} else if code != "AA" {
				t.Fatalf("answered %q", code)
			}
		}
	}
	store.now.Store(false)
	if refused == 0 {
		t.Error("the store never failed, so nothing was tried")
	}
	filed, opened := len(events[*critical.Filed](t, h)), len(events[*critical.Opened](t, h))
	if filed != n || opened != n {
		t.Errorf("%d filed, %d calls, want %d of each", filed, opened, n)
	}
}

func TestBytesOutsideFramesAreKeptAndTheMessageStillCounts(t *testing.T) {
	h := staffed(t)
	raw := []byte(kalium("1", anna, "1", "7.1", "F"))
	if reply := h.door.Odd(t.Context(), hl7.Peer{}, hl7.Loose, raw); reply != nil {
		t.Errorf("answered %q", reply)
	}
	q := events[*critical.Quarantined](t, h)
	if len(q) != 1 || q[0].Reason != hl7.ReasonUnframed || !q[0].Critical {
		t.Fatalf("in quarantine: %+v", q)
	}
	h.tell(t, string(raw))
	h.only(t)
	if a, err := hl7.ParseAnswer(h.door.Odd(t.Context(), hl7.Peer{}, hl7.Long, raw)); err != nil || a.Code != "AR" || a.ControlID != "1" {
		t.Errorf("too long: answered %+v, %v", a, err)
	}
	if reply := h.door.Odd(t.Context(), hl7.Peer{}, hl7.Cut, raw); reply != nil {
		t.Errorf("cut: answered %q", reply)
	}
}

func TestMessagesOfABatchAreTakenOneByOne(t *testing.T) {
	h := staffed(t)
	batch := "BHS|^~\\&|LABCORE\r" + kalium("1", anna, "1", "7.1", "F") + kalium("2", bertram, "2", "6.8", "F") + "BTS|2\r"
	a, err := hl7.ParseAnswer(h.door.Handle(t.Context(), hl7.Peer{}, []byte(batch)))
	if err != nil || a.Code != "AA" || a.ControlID != "1" {
		t.Errorf("answered %+v, %v", a, err)
	}
	var kept string
	for _, e := range events[*critical.Filed](t, h) {
		kept += string(e.Sealed.Raw)
	}
	if kept != batch {
		t.Error("the parts kept are not the batch")
	}
	if n := len(h.calls()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestBatchOfWhichAPartWasNotKeptIsAskedForAgain(t *testing.T) {
	store := &ailing{Store: ledger.NewMem("main", nil)}
	h := enter(t, store, "n1")
	h.staff(t)
	batch := kalium("1", anna, "1", "7.1", "F") + kalium("2", bertram, "2", "6.8", "F") + kalium("3", bertram, "3", "6.7", "F")
	for kept := range 3 {
		store.left.Store(1)
		store.only.Store(true)
		if code := h.send(t, []byte(batch)); code != "AE" && kept < 2 {
			t.Errorf("answered %s with %d kept of 3", code, kept+1)
		}
		store.only.Store(false)
		if n := len(h.calls()); n != kept+1 {
			t.Errorf("%d calls, want %d", n, kept+1)
		}
	}
	h.tell(t, batch)
	if n := len(h.calls()); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

// Whatever a message says of a patient must stand in enclosures only, and in no log and no answer.
func TestNothingOfAPatientIsInLogsAnswersOrBodies(t *testing.T) {
	store := &ailing{Store: ledger.NewMem("main", nil)}
	h := enter(t, store, "n1")
	h.staff(t)
	// Each field has a canary of its own. Codes (OBX-3, units of care, staff) are no patient's.
	var pid strings.Builder
	pid.WriteString("PID")
	for range 39 {
		pid.WriteString("|CANARY" + "pid^CANARYsub&CANARYsubsub~CANARYagain")
	}
	result := func(kind, control, value string) string {
		return own(
			kind, control, pid.String(), "PD1|CANARYpd1", "NK1|1|CANARYnk1", "PV1|1|I|ICU^CANARYroom^CANARYbed||CANARYpre||||||||||||||CANARYclass|CANARYvisit",
			"NTE|1||CANARYnote", "ORC|RE|CANARYplacer|CANARYfiller", "OBR|1|CANARYplacer"+value+"|CANARYfiller"+value+"|K^CANARYpanel|||20260302074500|||||||CANARYcomment||||CANARYphone",
			"OBX|1|NM|2823-3^CANARYname^LN|CANARYsubid|"+value+"|mmol/L|CANARYrange|CANARYflag|||F", "NTE|1||CANARYcalled", "OBX|2|ST|2345-7^Glucose^LN||CANARYvalue|CANARYunit", "CANARY stray",
			"ZZZ|CANARYown",
		)
	}
	messages := []string{
		result("ORU^R01", "1", "7.1"), result("ORU^R01", "2", "6.9"), result("OUL^R22", "3", "7.3"), result("ADT^A01", "4", "1"), result("ADT^A40", "5", "1"),
		result("SIU^S12", "6", "1"), result("CANARYtype", "7", "1"), result("ORM^O01", "8", "1"), strings.ReplaceAll(result("ADT^A08", "9", "1"), "\rPV1", "\rMRG|CANARYloser\rPV1"), "no header CANARYbytes",
	}
	var said strings.Builder
	for _, ails := range []bool{true, false, false} {
		store.ails.Store(ails)
		for _, m := range messages {
			said.Write(h.door.Handle(t.Context(), hl7.Peer{Host: "127.0.0.1"}, []byte(m)))
		}
		for _, k := range []hl7.FrameKind{hl7.Loose, hl7.Cut, hl7.Long} {
			said.Write(h.door.Odd(t.Context(), hl7.Peer{Host: "127.0.0.1"}, k, []byte(messages[0])))
		}
	}
	if n := len(h.calls()); n == 0 {
		t.Error("nothing was called, so little was tried")
	}
	if s := said.String(); strings.Contains(strings.ReplaceAll(s, "ACK^CANARYtype", ""), "CANARY") {
		i := strings.Index(s, "CANARY")
		t.Errorf("an answer holds %q", s[max(0, i-60):i+20])
	}
	if s := h.logs.String(); s == "" || strings.Contains(s, "CANARY") {
		t.Errorf("the log is empty, or tells of a patient:\n%s", s)
	}
	_, entries := history(t, store)
	sealed := false
	for _, e := range entries {
		if strings.Contains(string(e.Leaf), "CANARY") {
			t.Errorf("entry %d, %s, tells of a patient: %s", e.Seq, e.Kind, e.Leaf)
		}
		for _, c := range e.Enclosures {
			sealed = sealed || strings.Contains(string(c.Data), "CANARY")
		}
	}
	if !sealed {
		t.Error("no enclosure holds what was sent")
	}
}

func TestMessageOnWhichThisProgramFailsIsKept(t *testing.T) {
	h := staffed(t)
	h.door.Break()
	h.tell(t, kalium("1", anna, "1", "7.1", "F"))
	q := events[*critical.Quarantined](t, h)
	if len(q) != 1 || q[0].Reason != hl7.ReasonFault || !q[0].Critical {
		t.Errorf("in quarantine: %+v, want it once, perhaps critical, for a fault", q)
	}
	if !strings.Contains(h.logs.String(), "this program failed on a message") {
		t.Error("the log does not tell")
	}
}

func TestDoorAnswersWhateverComes(t *testing.T) {
	seeds := []string{
		kalium("1", anna, "1", "7.1", "F"), adt("A40", "2", anna, "MRG|4711009"), adt("A02", "3", anna, inWard),
		own("OUL^R22", "3", anna, "SPM|1|^S", "OBR|1", "OBX|1|SN|K||>^8"), "MSH|0001\rOBR|||||||||||||||||||||||||||10", "MSH|^~\\&|\r",
		kalium("4", anna, "1", "7.1", "F") + kalium("5", bertram, "1", "7.1", "F"), own("ORM^O01", "6", anna, "ORC|NW|1", "OBR|1"),
	}
	h := staffed(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range need.Count(1500, 100_000) {
		raw := mangled(r, seeds)
		reply := h.door.Handle(t.Context(), hl7.Peer{}, slices.Clone(raw))
		if reply == nil {
			continue
		}
		if a, err := hl7.ParseAnswer(reply); err != nil || a.Code == "AE" || a.Code == "CE" {
			t.Fatalf("%q was answered %q", raw, reply)
		}
	}
	if s := h.logs.String(); strings.Contains(s, "this program failed") {
		t.Error(s)
	}
}

// mangled is one of some messages after a few cuts, exchanges and repeats.
func mangled(r *rand.Rand, seeds []string) []byte {
	raw := []byte(seeds[r.IntN(len(seeds))])
	for range 1 + r.IntN(20) {
		i, j := r.IntN(len(raw)), r.IntN(len(raw))
		switch r.IntN(4) {
		case 0:
			raw[i] = byte(r.IntN(256))
		case 1:
			raw[i] = "|^~\\&\r\n\"OBXPIDMSH"[r.IntN(17)]
		case 2:
			raw = slices.Delete(raw, i, min(len(raw), i+r.IntN(30)))
		case 3:
			raw = slices.Concat(raw[:i], raw[min(i, j):min(j+1, i+200, len(raw))], raw[i:])
		}
		if len(raw) == 0 {
			raw = []byte("MSH|")
		}
	}
	return raw
}
