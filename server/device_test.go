package server_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
)

func TestADeviceGetsBareFramesOfItsOwnCallsAlone(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	dial := func(login string) *client.Client {
		c, err := client.Dial(ctx, h.url, client.Credentials{Login: login, Password: password, Device: true})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	h.Potassium(t, 1)
	device := dial("lee")
	lee, start := follow(ctx, t, device)
	if len(start.Calls) > 0 || len(start.Work) > 0 || len(start.Bells) != 1 || start.Bells[0].Call != "7QK001" || !start.Me.Bare {
		t.Fatalf("a device starts with %+v", start)
	}
	okafor, start := follow(ctx, t, dial("okafor")) // on the unit, but not called
	if len(start.Bells) > 0 {
		t.Errorf("who was not called starts with %+v", start.Bells)
	}
	call := h.Potassium(t, 2)
	rung := lee.next()
	if rung.Call != "7QK002" || rung.Due == nil || rung.Kind != "" || rung.Body != nil || rung.By != "" || rung.About != nil || rung.Leaf != nil {
		t.Errorf("the rung came as %+v", rung)
	}
	for _, err := range []error{
		second(device.Call(ctx, "7QK001")), second(device.ReadBack(ctx, right(call))), second(device.Roster(ctx)),
	} {
		wantCode(t, err, "sign-in-first")
	}
	if _, err := h.as(t, "lee").ReadBack(ctx, right(call)); err != nil {
		t.Fatal(err)
	}
	for over := false; !over; {
		e := lee.next()
		over = e.Call == "7QK002" && e.Due == nil
	}
	// The desk's turn, then the second call's, for the first potassium: a step of the clock costs one rung at most.
	rungs := func() int { c, _ := h.State().Critical.Find("call/m1/1"); return len(c.Called) }
	for n := rungs(); n < 3; n = rungs() {
		h.Forward(t, 301*time.Second)
	}
	if e := okafor.next(); e.Call != "7QK001" {
		t.Errorf("the second call's device heard %+v", e)
	}
}

func second[T any](_ T, err error) error { return err }
