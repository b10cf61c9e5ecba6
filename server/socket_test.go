package server_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

// socket is a websocket by hand.
type socket struct {
	*websocket.Conn
	t testing.TB
}

// dial opens a websocket with a cookie.
func (h *house) dial(t testing.TB, cookie string, d websocket.Dialer) *socket {
	t.Helper()
	d.Subprotocols = []string{wire.Protocol}
	ws, res, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(h.url, "http")+"/ws", http.Header{"Origin": {h.url}, "Cookie": {cookie}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Error("compression was agreed on")
	}
	t.Cleanup(func() { _ = ws.Close() })
	if err := ws.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &socket{ws, t}
}

func (s *socket) ask(text string) {
	s.t.Helper()
	if err := s.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

// frame reads the next frame.
func (s *socket) frame() wire.Frame {
	s.t.Helper()
	var f wire.Frame
	if err := s.ReadJSON(&f); err != nil {
		s.t.Fatal(err)
	}
	return f
}

// code reads until the connection is closed, and returns with which code.
func (s *socket) code() int {
	s.t.Helper()
	for {
		_, _, err := s.ReadMessage()
		if end, ok := errors.AsType[*websocket.CloseError](err); ok {
			return end.Code
		}
		if err != nil {
			s.t.Fatal("the connection ended without a close code:", err)
		}
	}
}

// note records n entries that the laboratory hears, each of some size, and that leave nothing open.
func (h *house) note(t testing.TB, n, size int) {
	t.Helper()
	text := strings.Repeat("x", size)
	for i := range n {
		h.Record(t, "person/sue", &critical.Mapped{Sender: fmt.Sprint("S", i%7), Code: "K", Test: critical.Test{LOINC: "2823-3", Label: text}})
	}
}

func TestHeartbeatSaysWhatThisViewerMaySee(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Hub.Beat = 20 * time.Millisecond })
	h.Potassium(t, 1)
	for _, login := range []string{"tech", "lee", "else"} {
		s := h.dial(t, h.cookie(t, login), websocket.Dialer{})
		s.ask(`{"id":"1","do":"follow","body":{"after":0}}`)
		last, hears := ledger.Seq(0), []string(nil)
		for {
			f := s.frame()
			if f.Start != nil {
				hears = f.Start.Channels
				if f.Re != "1" || f.Start.After != 0 || f.Start.Over != "" {
					t.Fatalf("started with %+v", f.Start)
				}
			}
			if f.Seq != 0 {
				if f.Prev != last {
					t.Fatalf("%s: entry %d came after %d and says %d", login, f.Seq, last, f.Prev)
				}
				last = f.Seq
			}
			if f.Beat == nil || f.Beat.Head < h.State().Seq {
				continue
			}
			es, err := h.Mem.Read(t.Context(), 0, ledger.MaxRead)
			if err != nil {
				t.Fatal(err)
			}
			want := ledger.Seq(0)
			for _, e := range es {
				if lab.May(hears, e.To) {
					want = e.Seq
				}
			}
			if f.Beat.Last != want || last != want || f.Beat.Age > 3000 || f.Beat.Now.IsZero() {
				t.Errorf("%s: the beat says %+v; sent was up to %d, and the ledger has %d for %v", login, f.Beat, last, want, hears)
			}
			break
		}
	}
	if n := h.Hub().Connected("person/lee"); n != 1 {
		t.Error("connections of lee:", n)
	}
}

func TestAPlaceThatIsNotOfThisLedgerStartsOver(t *testing.T) {
	h := newHouse(t)
	s := h.dial(t, h.cookie(t, "tech"), websocket.Dialer{})
	head := h.State().Seq
	for body, over := range map[string]string{
		`{}`: wire.OverFirst, `{"after":-1}`: wire.OverFirst, fmt.Sprintf(`{"after":%d}`, head+1): wire.OverBeyond, `{"after":1,"epoch":7}`: wire.OverEpoch,
		`{"after":1}`: "", fmt.Sprintf(`{"after":%d}`, head): "",
	} {
		s.ask(`{"id":"1","do":"follow","body":` + body + `}`)
		f := s.frame()
		for f.Start == nil {
			f = s.frame()
		}
		if f.Start.Over != over || over != "" && f.Start.After != f.Start.Head {
			t.Errorf("%s: over %q, after %d of %d", body, f.Start.Over, f.Start.After, f.Start.Head)
		}
	}
	s.ask(`{"id":"2","do":"follow","body":{"from":1}}`)
	f := s.frame()
	for f.Re != "2" {
		f = s.frame()
	}
	if f.Error == nil || f.Error.Field != "from" {
		t.Errorf("an unknown field was answered %+v", f)
	}
}
