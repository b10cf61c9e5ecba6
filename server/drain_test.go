package server_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/channels"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

func TestAFullNodeKeepsThoseWhoAreIn(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Hub.MaxConns = 1 })
	in := h.dial(t, h.cookie(t, "tech"), websocket.Dialer{})
	lee := h.cookie(t, "lee")
	res, text := h.request(t, http.MethodGet, "/ws", "", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13",
		"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol", "readback.v1", "Cookie", lee, "Origin", h.url)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || problem(t, text).Code != "crowded" {
		t.Error(res.Status, text)
	}
	in.ask(`{"id":"1","do":"calls"}`)
	if f := in.frame(); f.Re != "1" || f.OK == nil {
		t.Errorf("who was in is answered %+v", f)
	}
	res, text = h.request(t, http.MethodGet, "/ws", "", "Cookie", lee, "Origin", h.url)
	if res.StatusCode != http.StatusBadRequest || problem(t, text).Field != "Sec-WebSocket-Protocol" {
		t.Error("no websocket at all is answered", res.Status, text)
	}
}

func TestAStoppingNodeAnswersWhatItTook(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	idle := h.dial(t, h.cookie(t, "tech"), websocket.Dialer{})
	idle.ask(`{"id":"1","do":"follow"}`)
	if f := idle.frame(); f.Start == nil {
		t.Fatal(f)
	}
	busy := h.dial(t, h.cookie(t, "lee"), websocket.Dialer{})
	body, err := json.Marshal(right(call))
	if err != nil {
		t.Fatal(err)
	}
	busy.ask(`{"id":"1","do":"read-back","key":"k","body":` + string(body) + `}`)
	// The command counts as taken when the ledger has it.
	for c, _ := h.State().Critical.Find(call.ID); c.Standing == critical.IsOpen; c, _ = h.State().Critical.Find(call.ID) {
		select {
		case <-t.Context().Done():
			t.Fatal("the call was never closed")
		case <-time.After(time.Millisecond):
		}
	}
	ctx, cancel := within(t)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- h.Drain(ctx) }()
	if f := busy.frame(); f.Re != "1" || f.OK == nil {
		t.Errorf("the read-back was answered %+v", f)
	}
	for _, s := range []*socket{busy, idle} {
		if code := s.code(); code != wire.CloseGoElsewhere {
			t.Error("closed with", code)
		}
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if h.Hub().Count() != 0 {
		t.Error("connections are left:", h.Hub().Count())
	}
}

func TestWhoGivesNoSignOfLifeIsClosed(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) {
		d.Hub = channels.Config{ReadWait: time.Second, Beat: 50 * time.Millisecond}
	})
	s := h.dial(t, h.cookie(t, "tech"), websocket.Dialer{})
	s.SetPingHandler(func(string) error { return nil }) // hears pings and does not answer
	if code := s.code(); code != wire.CloseSlow {
		t.Error("closed with", code)
	}
	alive := h.dial(t, h.cookie(t, "tech"), websocket.Dialer{})
	alive.ask(`{"id":"1","do":"follow"}`)
	for beats := 0; beats < 30; {
		if f := alive.frame(); f.Beat != nil {
			beats++
		}
	}
}
