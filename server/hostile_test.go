package server_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

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

// neighbour follows and calls while others misbehave.
type neighbour struct {
	*socket
	h *house
	n int
}

func (h *house) neighbour(t testing.TB) *neighbour {
	t.Helper()
	s := h.dial(t, h.cookie(t, "okafor"), websocket.Dialer{})
	s.ask(`{"id":"0","do":"follow"}`)
	s.until("a start", starts)
	return &neighbour{socket: s, h: h, n: 100}
}

// undisturbed fails unless a new call reaches the neighbour, who then looks at it.
func (n *neighbour) undisturbed(during string) {
	n.t.Helper()
	n.n++
	call := n.h.Potassium(n.t, n.n)
	n.until("the call, during "+during, func(f wire.Frame) bool {
		return f.Kind == "critical.called" && len(f.About) > 0 && f.About[0] == call.ID
	})
	n.ask(fmt.Sprintf(`{"id":"%d","do":"call","body":{"call":%q}}`, n.n, call.ID))
	if f := n.until("an answer", func(f wire.Frame) bool { return f.Re == fmt.Sprint(n.n) }); f.Error != nil {
		n.t.Errorf("during %s the neighbour was answered %+v", during, f.Error)
	}
}

// raw opens a connection and writes to it.
func (h *house) raw(t testing.TB, text string) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHalfOpenAndSlowConnectionsDisturbNobody(t *testing.T) {
	h := newHouse(t)
	n := h.neighbour(t)
	cookie := h.cookie(t, "lee")
	for range 50 {
		h.raw(t, "")                                                                                                                                         // says nothing
		h.raw(t, "GET /api/me HTTP/1.1\r\nHost: localh")                                                                                                     // stops in its headers
		h.raw(t, "POST /api/do/calls HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\nCookie: "+cookie+"\r\n\r\n{") // stops in its body
	}
	half := h.dial(t, cookie, websocket.Dialer{}) // stops in a frame
	if _, err := half.NetConn().Write([]byte{0x81, 0x80 | 126, 0x10}); err != nil {
		t.Fatal(err)
	}
	n.undisturbed("half-open connections")
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"a body that is too long":   {"POST /api/do/calls HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\nCookie: " + cookie + "\r\n\r\n" + strings.Repeat(" ", wire.MaxMessage+1), "HTTP/1.1 413"},
		"headers that are too long": {"GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-Long: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		"a compressed body":         {"POST /api/do/calls HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\nCookie: " + cookie + "\r\n\r\n{}", "HTTP/1.1 400"},
		"no HTTP":                   {"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "HTTP/1.1 400"},
	} {
		conn := h.raw(t, c.text)
		if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		head := make([]byte, len(c.want))
		if _, err := io.ReadFull(conn, head); err != nil || string(head) != c.want {
			t.Errorf("%s was answered %q, expected %q: %v", name, head, c.want, err)
		}
	}
	n.undisturbed("all of them")
}
