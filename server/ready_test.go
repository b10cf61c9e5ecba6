package server_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/wire"
)

func TestReadinessIsProvedWithoutGrowingTheLedger(t *testing.T) {
	h := newHouse(t)
	h.Potassium(t, 1)
	before := h.State().Seq
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if res, text := h.request(t, http.MethodGet, "/readyz", ""); res.StatusCode != http.StatusOK || !strings.Contains(text, `"proof":`) {
				t.Error(res.Status, text)
			}
		})
	}
	all.Wait()
	if after := h.State().Seq; after != before {
		t.Errorf("20 proofs added %d entries", after-before)
	}
	note, err := h.Mem.LastCheckpoint(t.Context())
	if err != nil || note.Signed == "" {
		t.Error("the proof wrote nothing:", err)
	}
	if _, text := h.request(t, http.MethodGet, "/metrics", ""); !strings.Contains(text, "\nreadback_ready 1\n") {
		t.Error("the metrics do not say that it is ready")
	}
}

func TestANodeWhoseWriterIsStuckIsNotReady(t *testing.T) {
	h := newHouse(t)
	stuck, free := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		_, _ = h.Lab.Lab.Record(t.Context(), lab.Clock, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
			close(stuck)
			<-free
			return nil, nil
		})
	})
	<-stuck
	res, text := h.request(t, http.MethodGet, "/readyz", "")
	if p := problem(t, text); res.StatusCode != http.StatusServiceUnavailable || p.Code != "behind" {
		t.Error(res.Status, text)
	}
	if res, _ := h.request(t, http.MethodGet, "/healthz", ""); res.StatusCode != http.StatusOK {
		t.Error("the process answers, but", res.Status)
	}
	close(free)
	done.Wait()
	if res, text := h.request(t, http.MethodGet, "/readyz", ""); res.StatusCode != http.StatusOK {
		t.Error("afterwards:", res.Status, text)
	}
}

func TestANodeThatStopsIsFirstNotReadyAndFinishesWhatItHasInHand(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	cookie := h.cookie(t, "lee")
	s := h.dial(t, cookie, websocket.Dialer{})
	s.ask(`{"id":"1","do":"follow"}`)
	s.until("a start", starts)
	h.Leave()
	if res, text := h.request(t, http.MethodGet, "/readyz", ""); res.StatusCode != http.StatusServiceUnavailable || problem(t, text).Code != "stopping" {
		t.Error(res.Status, text)
	}
	s.ask(`{"id":"2","do":"call","body":{"call":"7QK001"}}`)
	if f := s.until("an answer", func(f wire.Frame) bool { return f.Re == "2" }); f.Error != nil {
		t.Error("a node that leaves answers", f.Error)
	}
	if res, _ := h.request(t, http.MethodPost, "/api/do/calls", "{}", "Cookie", cookie); res.StatusCode != http.StatusOK {
		t.Error("a node that leaves answers", res.Status)
	}
	// The writer is held up, so that the read-back is in hand while the node drains.
	stuck, free := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		_, _ = h.Lab.Lab.Record(t.Context(), lab.Clock, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
			close(stuck)
			<-free
			return nil, nil
		})
	})
	<-stuck
	s.ask(`{"id":"3","do":"read-back","body":{"call":"` + call.ID + `","version":1,"values":{"` + call.Results[0].ID + `":"7.1304"},"tail":"0815"}}`)
	s.ask(`{"id":"4","do":"receipt","body":{"seq":0}}`) // read by nobody any more, or answered
	drained := make(chan error, 1)
	ctx, cancel := within(t)
	defer cancel()
	go func() { drained <- h.Drain(ctx) }()
	close(free)
	done.Wait()
	answered := false
	for {
		var f wire.Frame
		if err := s.ReadJSON(&f); err != nil {
			if !websocket.IsCloseError(err, wire.CloseGoElsewhere) {
				t.Error("the connection ended with", err)
			}
			break
		}
		answered = answered || f.Re == "3" && f.Error == nil
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
	c, _ := h.State().Critical.Find(call.ID)
	if recorded := c.Standing == "closed"; recorded != answered {
		t.Errorf("the read-back was answered: %v, recorded: %v", answered, recorded)
	}
	res, _ := h.request(t, http.MethodGet, "/ws", "", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13",
		"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol", "readback.v1", "Cookie", cookie, "Origin", h.url)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Error("a node that has drained takes a connection:", res.Status)
	}
}
