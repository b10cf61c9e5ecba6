package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

// knock tries to open a websocket, and returns what was answered.
func (h *house) knock(t testing.TB, cookie string) (*websocket.Conn, int, string) {
	t.Helper()
	ctx, cancel := within(t)
	defer cancel()
	d := websocket.Dialer{Subprotocols: []string{wire.Protocol}}
	ws, res, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(h.url, "http")+"/ws", http.Header{"Origin": {h.url}, "Cookie": {cookie}})
	if res == nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return ws, res.StatusCode, res.Header.Get("Retry-After")
}

func TestANodeThatIsCutFromTheLedgerSendsItsClientsElsewhere(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Stale = 5 * time.Second })
	lee, tech := h.cookie(t, "lee"), h.cookie(t, "tech")
	follows, idle := h.dial(t, lee, websocket.Dialer{}), h.dial(t, tech, websocket.Dialer{})
	follows.ask(`{"id":"1","do":"follow"}`)
	follows.until("a start", starts)
	h.Cut(true)
	for _, s := range []*socket{follows, idle} {
		if code := s.code(); code != wire.CloseGoElsewhere {
			t.Error("closed with", code)
		}
	}
	if res, text := h.request(t, http.MethodGet, "/readyz", ""); res.StatusCode != http.StatusServiceUnavailable || problem(t, text).Do == "" {
		t.Error("the balancer hears", res.Status, text)
	}
	if _, status, wait := h.knock(t, lee); status != http.StatusServiceUnavailable || wait == "" {
		t.Error("who comes to a node that is cut hears", status, wait)
	}
	h.Cut(false)
	ctx, cancel := within(t)
	defer cancel()
	for taken := false; !taken; {
		ws, status, _ := h.knock(t, lee)
		if taken = status == http.StatusSwitchingProtocols; taken {
			_ = ws.Close()
			continue
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal("a node whose database is back takes nobody")
		}
	}
}

func TestANodeOlderThanTheLedgerSendsItsClientsElsewhereOnceAndShowsWhatIsNew(t *testing.T) {
	h := newHouse(t)
	lee := h.cookie(t, "lee")
	s := h.dial(t, lee, websocket.Dialer{})
	s.ask(`{"id":"1","do":"follow"}`)
	s.until("a start", starts)
	newer := func() ledger.Seq {
		for {
			head := h.State().Seq
			ans, err := h.Mem.Append(t.Context(), head, nil)
			if err != nil {
				continue
			}
			e := ledger.Entry{Seq: head + 1, At: ans.Clock, Site: "main", By: "clock", Via: "n9", Kind: "future.happened", V: 1, To: []string{"person/lee"}, Body: []byte(`{}`)}
			if err := e.Encode(); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Mem.Append(t.Context(), head, []ledger.Entry{e}); err == nil {
				return e.Seq
			} else if !errors.Is(err, ledger.ErrMoved) && !errors.Is(err, ledger.ErrTime) {
				t.Fatal(err)
			}
		}
	}
	newer()
	if code := s.code(); code != wire.CloseGoElsewhere {
		t.Error("closed with", code)
	}
	if res, text := h.request(t, http.MethodGet, "/readyz", ""); res.StatusCode != http.StatusServiceUnavailable || problem(t, text).Code != "newer-ledger" {
		t.Error(res.Status, text)
	}
	back := h.dial(t, lee, websocket.Dialer{})
	back.ask(`{"id":"1","do":"follow"}`)
	back.until("a start", starts)
	back.ask(`{"id":"2","do":"seen","body":{"call":"call/none","version":1}}`)
	if f := back.until("an answer", func(f wire.Frame) bool { return f.Re == "2" }); f.Error == nil || f.Error.Code != "newer-ledger" {
		t.Errorf("a node that does not know the ledger decides: %+v", f)
	}
	second := newer()
	back.until("the second entry of a newer version", func(f wire.Frame) bool { return f.Seq == second })
}

func TestAThousandConnectionsOfOnePersonAreTwentyAndOthersDoNotFeelIt(t *testing.T) {
	h := newHouse(t)
	n := h.neighbour(t)
	cookie := h.cookie(t, "tech")
	var mu sync.Mutex
	outcomes := map[string]int{}
	kept := make(chan *websocket.Conn, 1000)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 50 {
				ws, status, _ := h.knock(t, cookie)
				what := fmt.Sprint(status)
				if status == http.StatusSwitchingProtocols {
					what = h.fate(ctx, ws, kept)
				}
				mu.Lock()
				outcomes[what]++
				mu.Unlock()
			}
		})
	}
	n.undisturbed("a thousand connections")
	all.Wait()
	close(kept)
	for ws := range kept {
		_ = ws.Close()
	}
	if outcomes["taken"] != wire.MaxSockets || outcomes["taken"]+outcomes["4429"]+outcomes["429"] != 1000 || outcomes["4429"] == 0 {
		t.Errorf("a thousand connections ended as %v", outcomes)
	}
	t.Log(outcomes)
	n.undisturbed("what they left")
}

// fate follows on a connection, and tells whether that was taken or how it was closed.
func (h *house) fate(ctx context.Context, ws *websocket.Conn, kept chan<- *websocket.Conn) string {
	late, _ := ctx.Deadline()
	_ = ws.SetReadDeadline(late)
	// Who is refused is still listened to: else this fails, and a client would not know why it is refused.
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"follow"}`)); err != nil {
		_ = ws.Close()
		return err.Error()
	}
	_, _, err := ws.ReadMessage()
	if err == nil {
		kept <- ws
		return "taken"
	}
	_ = ws.Close()
	if gone, ok := errors.AsType[*websocket.CloseError](err); ok {
		return fmt.Sprint(gone.Code)
	}
	return err.Error()
}
