package channels

import (
	"io"
	"net"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/wire"
)

// Elsewhere closes every connection that is open now with wire.CloseGoElsewhere and a word of why, so that its client
// connects again, to another node where there is one. It does not wait for commands in hand: this node may never be able
// to answer them, and a client repeats them with the same key. Who comes back is taken.
func (h *Hub) Elsewhere(why string) {
	for _, c := range h.everyone() {
		c.end(&closingError{wire.CloseGoElsewhere, why})
		if c.call() {
			h.workers.add(c)
		}
	}
}

// refuse closes a connection that was never taken. It reads on until the client has closed, too: closing at once, with
// what the client sent still unread, would reset the connection and take the code away with it, and a client that does
// not know why it was refused comes back for ever.
func refuse(s net.Conn, code int, why string) {
	defer func() { _ = s.Close() }()
	if s.SetDeadline(time.Now().Add(farewell)) != nil {
		return
	}
	if _, err := s.Write(appendFrame(nil, websocket.CloseMessage, websocket.FormatCloseMessage(code, why))); err != nil {
		return
	}
	if half, ok := s.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // what the client sees then is the end, if it did not understand the code
	}
	_, _ = io.CopyN(io.Discard, s, 64<<10)
}
