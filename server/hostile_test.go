package server_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"net"
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
