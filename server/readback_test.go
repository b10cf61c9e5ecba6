package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// right is the right read-back of a call.
func right(c critical.Call) wire.ReadBackBody {
	return wire.ReadBackBody{Call: c.ID, Version: c.Version, Values: map[string]string{c.Results[0].ID: hospital.Value}, Tail: hospital.Tail, Entered: "keyed", Locale: "en-GB"}
}

func TestReadBackClosesTheCallAndEveryScreenSeesIt(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	call := h.Potassium(t, 1)
	lee, tech := h.as(t, "lee"), h.as(t, "tech")

	mine, err := lee.Calls(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(mine.Calls) != 1 || !mine.Calls[0].May.ReadBack || !mine.Calls[0].May.Called || mine.Calls[0].Results[0].Value != hospital.Value {
		t.Fatalf("lee sees %+v", mine.Calls)
	}
	closed := make(chan client.Entry, 1)
	started := make(chan struct{})
	go func() {
		for e, err := range tech.Follow(ctx, client.Now) {
			if err != nil {
				t.Error(err)
				return
			}
			if e.Start != nil {
				close(started)
			}
			if e.Kind == "critical.closed" {
				closed <- e
				return
			}
		}
	}()
	<-started

	wrong := right(call)
	wrong.Tail = "9999"
	_, err = lee.ReadBack(ctx, wrong)
	p := wantCode(t, err, "mismatch")
	if p.Field != "tail" || !strings.Contains(p.Say, "9999") || strings.Contains(p.Error(), hospital.Tail) {
		t.Errorf("the mismatch says %q of field %q", p.Say, p.Field)
	}
	done, err := lee.ReadBack(ctx, right(call))
	if err != nil {
		t.Fatal(err)
	}
	if done.Owner.Name != "Dr Mina Lee" || done.Seq == 0 || done.Repeat {
		t.Errorf("answered %+v", done)
	}
	e := <-closed
	if e.About[0] != call.ID || e.Seq <= done.Seq-1 {
		t.Errorf("the desk saw %+v", e)
	}
	_, err = h.as(t, "okafor").ReadBack(ctx, right(call))
	p = wantCode(t, err, "closed")
	if !strings.HasPrefix(p.Say, "Dr Mina Lee read this call back at ") {
		t.Errorf("the refusal says %q", p.Say)
	}
	receipt, err := lee.Receipt(ctx, done.Seq)
	if err != nil {
		t.Fatal(err)
	}
	proved, err := client.CheckReceipt(receipt, h.Notary.Public())
	if err != nil || proved.Kind != "critical.read-back" || proved.By != "person/lee" {
		t.Errorf("the receipt proves %s by %s: %v", proved.Kind, proved.By, err)
	}
	var body critical.ReadBack
	if err := json.Unmarshal(proved.Body, &body); err != nil || !body.Match {
		t.Error(body, err)
	}
}
