package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

func TestNoPatientInLogsAddressesErrorsAndBareFrames(t *testing.T) {
	var wireTapped kept
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	device, err := client.Dial(ctx, h.url, client.Credentials{Login: "lee", Password: password, Device: true})
	if err != nil {
		t.Fatal(err)
	}
	s, start := follow(ctx, t, device)
	tap(t, &wireTapped, start)
	lee, tech := h.as(t, "lee"), h.as(t, "tech")
	call := h.Potassium(t, 1)
	tap(t, &wireTapped, s.next())
	calls, err := device.Calls(ctx, 48)
	if err != nil {
		t.Fatal(err)
	}
	tap(t, &wireTapped, calls)
	wrong := right(call)
	wrong.Tail = "9999"
	for _, b := range []wire.ReadBackBody{wrong, {Call: hospital.Canaries[2]}, {Call: call.ID, Version: 9}} {
		_, err := lee.ReadBack(ctx, b)
		tap(t, &wireTapped, err)
	}
	_, err = tech.ReadBack(ctx, right(call))
	tap(t, &wireTapped, err)
	res, text := h.request(t, http.MethodPost, "/api/do/read-back", `{"Weber":"4711-0815"`, "Cookie", h.cookie(t, "lee"))
	tap(t, &wireTapped, res.Header)
	_ = text // it names the field that the client sent, to that client
	done, err := lee.ReadBack(ctx, right(call))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.as(t, "okafor").ReadBack(ctx, right(call))
	tap(t, &wireTapped, err)
	receipt, err := lee.Receipt(ctx, done.Seq)
	if err != nil {
		t.Fatal(err)
	}
	tap(t, &wireTapped, string(receipt))
	_, metrics := h.request(t, http.MethodGet, "/metrics", "")
	tap(t, &wireTapped, metrics)
	es, err := h.Mem.Read(ctx, 0, ledger.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		tap(t, &wireTapped, string(e.Leaf))
	}
	for _, c := range append(hospital.Canaries, password) {
		if strings.Contains(wireTapped.String(), c) {
			i := strings.Index(wireTapped.String(), c)
			t.Errorf("%q stands where it must not: %.300s", c, wireTapped.String()[max(0, i-150):])
		}
		if strings.Contains(h.log.String(), c) {
			t.Errorf("the log holds %q", c)
		}
	}
}

// tap keeps what crossed a line, as it crossed it.
func tap(t *testing.T, to *kept, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = to.Write(b)
}
