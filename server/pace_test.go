package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/wire"
)

func TestWhoAsksForEverythingAgainAndAgainIsHeldUpAndStillReadsBack(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	cookie, calm := h.cookie(t, "lee"), h.cookie(t, "okafor")
	held := 0
	for range 300 {
		res, text := h.request(t, http.MethodPost, "/api/do/calls", "{}", "Cookie", cookie)
		if res.StatusCode != http.StatusTooManyRequests {
			continue
		}
		held++
		if p := problem(t, text); p.Code != "slow-down" || p.Facts["seconds"] == nil || res.Header.Get("Retry-After") == "" {
			t.Fatalf("held up with %+v", p)
		}
		if res, _ := h.request(t, http.MethodPost, "/api/do/calls", "{}", "Cookie", calm); res.StatusCode != http.StatusOK {
			t.Fatal("another person is held up too:", res.Status)
		}
		if held == 10 {
			break
		}
	}
	if held == 0 {
		t.Fatal("300 times everything was answered")
	}
	b := right(call)
	wrong := fmt.Sprintf(`{"call":%q,"version":1,"values":{%q:"6.1"},"tail":"0815"}`, call.ID, call.Results[0].ID)
	for range 700 { // more than any budget
		if res, _ := h.request(t, http.MethodPost, "/api/do/call", `{"call":"7QK001"}`, "Cookie", cookie); res.StatusCode != http.StatusOK {
			t.Fatal("looking at the call is held up:", res.Status)
		}
	}
	if _, text := h.request(t, http.MethodPost, "/api/do/read-back", wrong, "Cookie", cookie); problem(t, text).Code != "mismatch" {
		t.Error("a read-back is held up:", text)
	}
	if _, err := h.as(t, "lee").ReadBack(t.Context(), b); err != nil {
		t.Error("a read-back is held up:", err)
	}
}

func TestAConnectionThatSendsTooMuchIsHeldUpAndStillReadsBack(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	s := h.dial(t, h.cookie(t, "lee"), websocket.Dialer{})
	codes := map[string]int{}
	for n := range 200 {
		s.ask(fmt.Sprintf(`{"id":"%d","do":"receipt","body":{"seq":0}}`, n))
		f := s.until("an answer", func(f wire.Frame) bool { return f.Re == fmt.Sprint(n) })
		codes[f.Error.Code]++
	}
	if codes["no-receipt"] < 100 || codes["slow-down"] == 0 {
		t.Errorf("200 commands were answered %v", codes)
	}
	s.ask(`{"id":"f","do":"follow"}`)
	if f := s.until("an answer", func(f wire.Frame) bool { return f.Re == "f" }); f.Error == nil || f.Error.Code != "slow-down" {
		t.Errorf("follow was answered %+v", f)
	}
	s.ask(fmt.Sprintf(`{"id":"rb","do":"read-back","body":{"call":%q,"version":1,"values":{%q:"7.1304"},"tail":"0815"}}`, call.ID, call.Results[0].ID))
	if f := s.until("an answer", func(f wire.Frame) bool { return f.Re == "rb" }); f.Error != nil {
		t.Errorf("a read-back was answered %+v", f.Error)
	}
}
