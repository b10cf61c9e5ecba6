package server_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/channels"
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

func TestAScreenThatDoesNotReadDisturbsNobody(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Hub.SendWait = 300 * time.Millisecond })
	ctx, cancel := within(t)
	defer cancel()
	stuck := h.dial(t, h.cookie(t, "tech"), websocket.Dialer{NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if tcp, ok := c.(*net.TCPConn); ok {
			err = tcp.SetReadBuffer(4 << 10)
		}
		return c, err
	}})
	stuck.ask(`{"id":"1","do":"follow"}`)
	others := []*stream{}
	for _, login := range []string{"chief", "sue"} {
		s, _ := follow(ctx, t, h.as(t, login))
		others = append(others, s)
	}
	const n, size = 600, 16 << 10
	recorded := make(chan struct{})
	go func() { defer close(recorded); h.note(t, n, size) }()
	counted := make(chan int, len(others))
	for _, s := range others {
		go func() {
			got := 0
			for got < n {
				select {
				case e := <-s.all:
					if e.Kind == "limits.mapped" {
						got++
					}
					continue
				case <-ctx.Done():
				}
				break
			}
			counted <- got
		}()
	}
	for range others {
		if got := <-counted; got != n {
			t.Errorf("another screen got %d of %d entries", got, n)
		}
	}
	<-recorded
	for h.Hub().Stats().Slow.Load() == 0 {
		select {
		case <-ctx.Done():
			t.Fatal("the stuck screen was never cut")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if most := h.Hub().Stats().Longest.Load(); most > 64<<10+size+1024 {
		t.Errorf("a connection held %d bytes", most)
	}
}

func TestWhatIsNoCommandClosesTheConnection(t *testing.T) {
	h := newHouse(t)
	cookie := h.cookie(t, "tech")
	var bomb bytes.Buffer
	z, err := flate.NewWriter(&bomb, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(bytes.Repeat([]byte(" "), 10<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	raw := func(head byte, payload []byte) []byte {
		b := binary.BigEndian.AppendUint64([]byte{head, 0x80 | 127}, uint64(len(payload)))
		return append(append(b, 0, 0, 0, 0), payload...) // a mask of zeroes
	}
	for name, c := range map[string]struct {
		bytes []byte
		code  int
	}{
		"a binary frame":             {raw(0x82, []byte("{}")), wire.CloseBadFrame},
		"no JSON":                    {raw(0x81, []byte(`{"do":`)), wire.CloseBadFrame},
		"a message that is too long": {raw(0x81, bytes.Repeat([]byte(" "), wire.MaxMessage+1)), websocket.CloseMessageTooBig},
		"a gigabyte by its header":   {[]byte{0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0}, websocket.CloseMessageTooBig},
		"a compressed bomb":          {raw(0xc1, bomb.Bytes()), websocket.CloseProtocolError},
		"reserved bits":              {raw(0xb1, []byte("{}")), websocket.CloseProtocolError},
		"a frame without a mask":     {[]byte{0x81, 2, '{', '}'}, websocket.CloseProtocolError},
		"an unknown sort of frame":   {raw(0x83, []byte("{}")), websocket.CloseProtocolError},
		"a negative length":          {[]byte{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, websocket.CloseMessageTooBig},
	} {
		s := h.dial(t, cookie, websocket.Dialer{})
		s.ask(`{"id":"1","do":"follow"}`)
		if _, err := s.NetConn().Write(c.bytes); err != nil {
			t.Fatal(err)
		}
		if code := s.code(); code != c.code {
			t.Errorf("%s closed with %d, expected %d", name, code, c.code)
		}
		_ = s.Close()
	}
	s := h.dial(t, cookie, websocket.Dialer{})
	for ask, field := range map[string]string{
		`{"id":"1","do":"calls","body":{"hors":1}}`: "hors", `{"id":"1","od":"calls"}`: "od", `{"id":"1","do":"calls","body":{"hours":49}}`: "hours",
	} {
		s.ask(ask)
		if f := s.frame(); f.Error == nil || f.Error.Field != field {
			t.Errorf("%s was answered %+v", ask, f)
		}
	}
}

func TestMoreThanTwentySocketsOfOnePersonAreTooMany(t *testing.T) {
	h := newHouse(t)
	cookie := h.cookie(t, "tech")
	for range wire.MaxSockets {
		s := h.dial(t, cookie, websocket.Dialer{})
		s.ask(`{"id":"1","do":"follow"}`)
		if f := s.frame(); f.Start == nil {
			t.Fatalf("one of the twenty heard %+v", f)
		}
	}
	if code := h.dial(t, cookie, websocket.Dialer{}).code(); code != wire.CloseTooMany {
		t.Error("closed with", code)
	}
	lee := h.dial(t, h.cookie(t, "lee"), websocket.Dialer{})
	lee.ask(`{"id":"1","do":"follow"}`)
	if f := lee.frame(); f.Start == nil {
		t.Error("another person was kept out")
	}
}

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
