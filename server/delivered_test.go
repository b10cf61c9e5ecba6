package server_test

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/server"
)

func TestAReceiptIsRecordedOnceOfWhoWasCalledAndShownInTheCall(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	lee := h.as(t, "lee")
	for login, want := range map[string]string{"okafor": "not-yours", "tech": "not-yours", "else": "not-yours"} {
		_, err := h.as(t, login).Delivered(t.Context(), call.ID, 0)
		if p := wantCode(t, err, want); p.Facts["reason"] != "not-called" {
			t.Errorf("%s is refused for %v", login, p.Facts["reason"])
		}
	}
	_, err := lee.Delivered(t.Context(), call.ID, 9)
	wantCode(t, err, "not-yours")
	_, err = lee.Delivered(t.Context(), "call/none", 1)
	wantCode(t, err, "unknown-call")
	first, err := lee.Delivered(t.Context(), call.ID, 1)
	if err != nil || first.First == 0 {
		t.Fatalf("the receipt was answered %+v, %v", first, err)
	}
	for _, attempt := range []int{0, 1} {
		if again, err := lee.Delivered(t.Context(), call.Ref, attempt); err != nil || again.First != 0 {
			t.Errorf("a second receipt was answered %+v, %v", again, err)
		}
	}
	view, err := h.as(t, "tech").Call(t.Context(), call.ID)
	if err != nil || len(view.Rungs[0].Reach) != 1 {
		t.Fatalf("the bench sees %+v: %v", view.Rungs, err)
	}
	if r := view.Rungs[0].Reach[0]; r.ID != "person/lee" || r.Delivered == nil || !r.Delivered.Equal(first.At) || r.Device || r.Missed != "" {
		t.Errorf("the bench sees %+v", r)
	}
	h.Record(t, "machine/notify", &critical.Missed{Call: call.ID, Attempt: 1, Person: "person/lee", Why: "gone"})
	if view, err = lee.Call(t.Context(), call.ID); err != nil || view.Rungs[0].Reach[0].Missed != "gone" {
		t.Errorf("after lee was gone: %+v, %v", view.Rungs[0].Reach, err)
	}
	if back, err := lee.Delivered(t.Context(), call.ID, 1); err != nil || back.First == 0 {
		t.Errorf("who is back was answered %+v, %v", back, err)
	}
	if _, err := lee.ReadBack(t.Context(), right(call)); err != nil {
		t.Fatal(err)
	}
	_, err = lee.Delivered(t.Context(), call.ID, 1)
	wantCode(t, err, "closed")
}

func TestADeviceConfirmsByTheReferenceAndAReceiptRingsNobody(t *testing.T) {
	h := newHouse(t)
	device, err := client.Dial(t.Context(), h.url, client.Credentials{Login: "lee", Password: password, Device: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := within(t)
	defer cancel()
	s, _ := follow(ctx, t, device)
	call := h.Potassium(t, 1)
	if e := s.next(); e.Call != call.Ref {
		t.Fatalf("the device got %+v", e)
	}
	if done, err := device.Delivered(ctx, call.Ref, 0); err != nil || done.First == 0 {
		t.Fatalf("the device's receipt was answered %+v, %v", done, err)
	}
	h.Potassium(t, 2)
	if e := s.next(); e.Call != "7QK002" {
		t.Errorf("after the receipt the device got %+v", e)
	}
	c, _ := h.State().Critical.Find(call.ID)
	if r, ok := c.Called[0].Reached("person/lee"); !ok || !r.Device {
		t.Errorf("the receipt stands as %+v", r)
	}
}

func TestTheLastConnectionOfAPersonThatEndsIsTold(t *testing.T) {
	gone := make(chan string, 10) // never as many
	h := newHouse(t, func(d *server.Deps) { d.Hub.Gone = func(person string) { gone <- person } })
	cookie := h.cookie(t, "lee")
	var open []*socket
	for range 2 {
		s := h.dial(t, cookie, websocket.Dialer{})
		s.ask(`{"id":"1","do":"follow"}`)
		s.until("a start", starts)
		open = append(open, s)
	}
	idle := h.dial(t, cookie, websocket.Dialer{}) // it follows nothing, so nobody is reached by it
	_ = open[0].NetConn().Close()
	_ = open[1].NetConn().Close()
	select {
	case who := <-gone:
		if who != "person/lee" || h.Hub().Connected("person/lee") != 0 {
			t.Errorf("%s is gone", who)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody was told")
	}
	_ = idle.NetConn().Close()
	h.as(t, "tech")
	if len(gone) > 0 {
		t.Error("told more than once:", <-gone)
	}
}
