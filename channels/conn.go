package channels

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// conn is one connection. The fields of the cursor belong to the writer.
type conn struct {
	hub     *Hub
	ws      *websocket.Conn
	subject string      // whose it is, for good
	asks    lab.Viewer  // as whom commands are asked; the reader's
	full    time.Time   // when its budget of commands is full again; the reader's
	live    atomic.Bool // it follows

	answers   chan wire.Answer // the reader's, one at a time: a client that does not read is not read either
	follows   chan follow
	unlocks   chan unlocked
	nudged    chan struct{} // size 1: the session may be over
	elsewhere chan string   // size 1: why it is to end, and its client to go to another node
	pong      chan []byte   // the newest ping's text; size 1, since only the newest counts
	heard     chan struct{}
	ended     chan struct{} // the writer is done
	code      atomic.Int32  // with which to close, once heard is closed

	mu      sync.Mutex
	closing bool // read deadlines stay as they are

	cursor
	buf []byte
}

// cursor is up to where a connection has sent what its viewer may see.
type cursor struct {
	viewer    lab.Viewer // by the rights of whom it sends
	following bool
	at        ledger.Seq // all visible up to here was sent
	last      ledger.Seq // the last entry sent, or the place of the last start: the next frame's prev
	channels  []string
	bare      bool
	until     time.Time // when the rights must be looked at again
}

// follow is a command follow on its way to the writer.
type follow struct {
	id   string
	body wire.FollowBody
}

func newConn(h *Hub, ws *websocket.Conn, v lab.Viewer) *conn {
	c := &conn{
		hub: h, ws: ws, subject: v.Subject, asks: v, cursor: cursor{viewer: v},
		answers: make(chan wire.Answer), follows: make(chan follow), pong: make(chan []byte, 1),
		unlocks: make(chan unlocked), nudged: make(chan struct{}, 1), elsewhere: make(chan string, 1),
		heard: make(chan struct{}), ended: make(chan struct{}),
	}
	ws.SetReadLimit(wire.MaxMessage)
	// gorilla would write these answers itself, in the middle of a gathered write's deadline.
	ws.SetPingHandler(func(text string) error {
		select {
		case <-c.pong:
		default:
		}
		c.pong <- []byte(text)
		c.alive()
		return nil
	})
	ws.SetPongHandler(func(string) error { c.alive(); return nil })
	ws.SetCloseHandler(func(int, string) error { return nil })
	return c
}

// alive puts off the moment at which the client counts as gone.
func (c *conn) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing {
		_ = c.ws.SetReadDeadline(time.Now().Add(c.hub.cfg.ReadWait)) // fails only for a closed connection
	}
}

// hush makes the reader end, after wait at the latest.
func (c *conn) hush(wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	_ = c.ws.SetReadDeadline(time.Now().Add(wait)) // fails only for a closed connection
}

func (c *conn) cut() { _ = c.ws.NetConn().Close() }

// read runs the client's commands, one after another, until the connection ends.
func (c *conn) read() {
	defer close(c.heard)
	defer c.rescue("read")
	for {
		c.alive()
		kind, text, err := c.ws.ReadMessage()
		if err != nil {
			c.code.Store(int32(codeOf(err)))
			return
		}
		if kind != websocket.TextMessage {
			c.code.Store(wire.CloseBadFrame)
			return
		}
		if !c.command(text) {
			return
		}
	}
}

// codeOf returns the code with which to close after a failed read; 0 for none.
func codeOf(err error) int {
	var gone *websocket.CloseError
	var late net.Error
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return websocket.CloseMessageTooBig
	case errors.As(err, &gone):
		return websocket.CloseNormalClosure
	case errors.As(err, &late) && late.Timeout():
		return wire.CloseSlow
	}
	return 0 // gorilla has told the client, or there is nobody to tell
}

// command runs one command and hands its answer to the writer; false ends the connection.
func (c *conn) command(text []byte) bool {
	var cmd wire.Command
	if err := wire.Read(text, &cmd); err != nil {
		if slow := c.paced(""); slow != nil {
			err = slow
		}
		ok := c.answer(wire.Answer{Re: cmd.ID, Error: c.hub.cfg.Problem(err)})
		if !json.Valid(text) {
			c.code.Store(wire.CloseBadFrame)
			return false
		}
		return ok
	}
	if err := c.paced(cmd.Do); err != nil {
		return c.answer(wire.Answer{Re: cmd.ID, Error: c.hub.cfg.Problem(err)})
	}
	if cmd.Do == wire.DoFollow {
		f := follow{id: cmd.ID}
		if err := wire.Read(cmd.Body, &f.body); err != nil {
			return c.answer(wire.Answer{Re: cmd.ID, Error: c.hub.cfg.Problem(err)})
		}
		select {
		case c.follows <- f:
			return true
		case <-c.ended:
			return false
		}
	}
	if cmd.Do == wire.DoUnlock {
		return c.unlock(cmd)
	}
	a := wire.Answer{Re: cmd.ID}
	out, err := c.hub.cfg.Do(c.hub.run, c.asks, cmd)
	if err != nil {
		a.Error = c.hub.cfg.Problem(err)
	} else {
		a.OK = out
	}
	return c.answer(a)
}

// unlocked is a connection's new viewer on its way to the writer.
type unlocked struct {
	id     string
	viewer lab.Viewer
}

// unlock makes a device's connection that of the person who has just signed in on it.
func (c *conn) unlock(cmd wire.Command) bool {
	var b wire.UnlockBody
	err := wire.Read(cmd.Body, &b)
	var v lab.Viewer
	if err == nil {
		v, err = c.hub.cfg.Unlock(c.asks, b.Unlock)
	}
	if err != nil {
		return c.answer(wire.Answer{Re: cmd.ID, Error: c.hub.cfg.Problem(err)})
	}
	c.asks = v
	select {
	case c.unlocks <- unlocked{cmd.ID, v}:
		return true
	case <-c.ended:
		return false
	}
}

func (c *conn) answer(a wire.Answer) bool {
	select {
	case c.answers <- a:
		return true
	case <-c.ended:
		return false
	}
}

// rescue keeps a bug in one connection from ending the node.
func (c *conn) rescue(where string) {
	if r := recover(); r != nil {
		c.hub.cfg.Log.Error("a connection failed", "where", where, "panic", lab.Panicked(r), "stack", string(debug.Stack()))
		c.cut()
	}
}

// context ends with the hub.
func (c *conn) context() context.Context { return c.hub.run }
