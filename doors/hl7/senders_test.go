package hl7_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/ledger"
)

// from hands a message of a sender at an address to the door.
func (h *house) from(t testing.TB, peer, message string) {
	t.Helper()
	h.door.Handle(t.Context(), hl7.Peer{Host: peer}, []byte(message))
}

func TestEachSendersMessagesAreCountedByWhatBecameOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // within one hour
		store := &ailing{Store: ledger.NewMem("main", nil)}
		h := enter(t, store, "n1")
		h.staff(t)
		other := func(m string) string { return strings.Replace(m, "LABCORE|NORDLAB", "POCT|ICU", 1) }

		h.from(t, "10.0.0.1", kalium("1", anna, "1", "4.1", "F"))
		h.from(t, "10.0.0.1", kalium("1", anna, "1", "4.1", "F"))
		h.from(t, "10.0.0.1", own("SIU^S12", "2", anna))
		h.from(t, "10.0.0.2", kalium("3", anna, "1", "4.2", "C"))
		h.from(t, "10.0.0.1", other(kalium("4", anna, "2", "4.4", "F")))
		store.ails.Store(true)
		h.from(t, "10.0.0.1", other(kalium("5", anna, "3", "4.4", "F")))
		store.ails.Store(false)
		h.from(t, "10.0.0.1", "nothing of HL7")
		h.from(t, "10.0.0.1", " ")
		h.door.Odd(t.Context(), hl7.Peer{Host: "10.0.0.1"}, hl7.Long, []byte(kalium("6", anna, "1", "4.1", "F")))

		want := []hl7.Sender{
			{Name: "labcore.nordlab", Peer: "10.0.0.1", Filed: 1, Quarantined: 2, Repeats: 1, Refused: 1, ByHour: [24]int64{23: 4}},
			{Name: "labcore.nordlab", Peer: "10.0.0.2", Filed: 1, ByHour: [24]int64{23: 1}},
			{Name: "poct.icu", Peer: "10.0.0.1", Filed: 1, Failed: 1, ByHour: [24]int64{23: 2}},
			{Name: "unnamed", Peer: "10.0.0.1", Quarantined: 1, Refused: 2, ByHour: [24]int64{23: 2}},
		}
		got := h.door.Senders()
		if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(time.Time{})); diff != "" {
			t.Errorf("senders (-want +got):\n%s", diff)
		}
		for _, s := range got {
			if s.Since.IsZero() || s.Last.Before(s.Since) {
				t.Errorf("%s was heard first at %v and last at %v", s.Name, s.Since, s.Last)
			}
		}
	})
}

func TestASendersMessagesAreCountedByTheHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := enter(t, ledger.NewMem("main", nil), "n1")
		at := 0
		told := func(n int) {
			for range n {
				at++
				h.from(t, "10.0.0.1", kalium(fmt.Sprint(at), anna, "1", "4.1", "F"))
			}
		}
		told(3)
		time.Sleep(time.Hour)
		told(1)
		time.Sleep(2 * time.Hour)
		if got := h.door.Senders()[0].ByHour; got != [24]int64{20: 3, 21: 1} {
			t.Errorf("after three hours: %v", got)
		}
		time.Sleep(21 * time.Hour)
		told(2)
		if got := h.door.Senders()[0].ByHour; got != [24]int64{0: 1, 23: 2} {
			t.Errorf("a day after: %v", got)
		}
		time.Sleep(100 * time.Hour)
		if got := h.door.Senders()[0].ByHour; got != [24]int64{} {
			t.Errorf("after a long silence: %v", got)
		}
	})
}

func TestBytesThatWaitForTheirEndShowWithTheirSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := enter(t, ledger.NewMem("main", nil), "n1")
		ln := newPipes()
		stop := run(t, h.door.Server(), ln)
		defer stop()
		nc := ln.dial()
		defer nc.Close()
		write(t, nc, "\n\x0bMSH|^~\\&|slow\r")
		synctest.Wait()
		time.Sleep(14 * time.Second)
		row := h.door.Senders()[0]
		if row.Name != "" || row.Peer != "pipe" || row.Connections != 1 || row.Waiting != 15 || row.Waits != 14*time.Second || row.Garbage != 1 {
			t.Errorf("before the first message: %+v", row)
		}
		write(t, nc, "\x1c\r")
		if _, err := io.ReadAtLeast(nc, make([]byte, 1), 1); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		all := h.door.Senders()
		if len(all) != 1 || all[0].Name != "slow" || all[0].Waiting != 0 || all[0].Waits != 0 || all[0].Garbage != 1 {
			t.Errorf("after it: %+v", all)
		}
	})
}

func TestOnlySoManySendersAreRemembered(t *testing.T) {
	h := enter(t, ledger.NewMem("main", nil), "n1")
	for i := range 1030 {
		h.from(t, fmt.Sprint("10.0.", i/250, ".", i%250), " ")
	}
	if n := len(h.door.Senders()); n != 1024 {
		t.Errorf("%d are remembered, want 1024", n)
	}
}
