package channels

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

const farewell = 2 * time.Second // for the client to close after it was told to

// conn is one connection. It has one goroutine, which reads; whoever owns it writes, see turn.go.
type conn struct {
	hub    *Hub
	ws     *websocket.Conn // only read from
	sock   net.Conn
	raw    syscall.RawConn // to write without waiting; nil where the socket cannot, such as one of TLS
	person *person         // whose it is, for good
	asks   lab.Viewer      // as whom commands are asked; the reader's
	full   time.Time       // when its budget of commands is full again; the reader's
	live   atomic.Bool     // it follows
	due    atomic.Bool     // its turn on the wheel has come
	state  atomic.Int32    // idle, called, owned or again

	slot, place int // on the wheel; the wheel's

	mu      sync.Mutex
	told    sync.Cond            // unsent or over has changed
	out     []byte               // answers, as frames, that nobody has taken to write yet
	todo    func() *closingError // of follow or unlock, for the owner; one at a time
	unsent  bool                 // an answer is not written yet: a client that does not read is not read either
	pong    []byte               // the newest ping's text, since only the newest counts; nil: none
	closing *closingError        // to be told as soon as what was answered is written
	hushed  bool                 // read deadlines stay as they are
	over    bool                 // nothing is written any more

	cursor // the owner's
}

// cursor is up to where a connection has sent what its viewer may see.
type cursor struct {
	viewer    lab.Viewer // by the rights of whom it sends
	following bool
	bare      bool
	owes      bool       // a heartbeat
	pings     bool       // owes a ping
	bye       bool       // the close frame is written, or in the rest
	gone      bool       // over, as the owner knows it
	beats     uint8      // turns of the wheel
	at        ledger.Seq // all visible up to here was sent
	last      ledger.Seq // the last entry sent, or the place of the last start: the next frame's prev
	looked    ledger.Seq // the state by which it knows the rights
	until     time.Time  // when they must be looked at again
	channels  []string
	subs      []sub  // the same channels in the tail
	rest      []byte // what must be written before anything else: a frame that was begun
}

// closingError ends a connection with a code and a word of why; code 0 ends it without a word.
type closingError struct {
	code int
	why  string
}

func (e *closingError) Error() string { return fmt.Sprintf("close %d: %s", e.code, e.why) }

func newConn(h *Hub, ws *websocket.Conn, sock net.Conn, p *person, v lab.Viewer) *conn {
	c := &conn{hub: h, ws: ws, sock: sock, person: p, asks: v, cursor: cursor{viewer: v}}
	c.told.L = &c.mu
	if s, ok := sock.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			c.raw = raw
		}
	}
	ws.SetReadLimit(wire.MaxMessage)
	ws.SetPingHandler(func(text string) error {
		c.mu.Lock()
		c.pong = append(make([]byte, 0, len(text)+1), text...)
		c.mu.Unlock()
		if c.call() {
			h.workers.add(c)
		}
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
	if !c.hushed {
		_ = c.sock.SetReadDeadline(time.Now().Add(c.hub.cfg.ReadWait)) // fails only for a closed connection
	}
}

// hush makes the reader end, after wait at the latest.
func (c *conn) hush(wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hushed = true
	_ = c.sock.SetReadDeadline(time.Now().Add(wait)) // fails only for a closed connection
}

func (c *conn) cut() { _ = c.sock.Close() }

// read is the connection's life: it hears the client until there is nothing more to hear, has everything written that
// was answered, and says farewell.
func (c *conn) read() {
	defer c.cut()
	end := c.listen()
	c.end(end)
	c.urge()
	c.mu.Lock()
	for !c.over {
		c.told.Wait()
	}
	c.mu.Unlock()
	if end.code == websocket.CloseProtocolError || end.code == websocket.CloseMessageTooBig {
		// Closing with something unread could take the last frames away again.
		c.hush(farewell)
		_, _ = io.CopyN(io.Discard, c.sock, 1<<20)
	}
}

// listen runs the client's commands, one after another, and returns with what to close.
func (c *conn) listen() (end *closingError) {
	end = &closingError{} // after a bug
	defer c.rescue("read")
	for {
		c.alive()
		kind, text, err := c.ws.ReadMessage()
		if err != nil {
			return c.endOf(err)
		}
		if kind != websocket.TextMessage {
			return &closingError{code: wire.CloseBadFrame}
		}
		// On a stack of its own, so that this one stays as small as it is.
		done := make(chan *closingError)
		go func() {
			end := &closingError{}
			defer func() { done <- end }()
			defer c.rescue("command")
			end = c.command(text)
		}()
		if end := <-done; end != nil {
			return end
		}
		c.mu.Lock()
		for c.unsent && !c.over {
			c.told.Wait()
		}
		over := c.over
		c.mu.Unlock()
		if over {
			return &closingError{}
		}
	}
}

// endOf returns with what to close after a failed read.
func (c *conn) endOf(err error) *closingError {
	var gone *websocket.CloseError
	var socket net.Error
	select {
	case <-c.hub.draining:
		return &closingError{wire.CloseGoElsewhere, "this node is stopping"}
	default:
	}
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return &closingError{code: websocket.CloseMessageTooBig}
	case errors.As(err, &gone) && gone.Code == websocket.CloseAbnormalClosure:
		return &closingError{}
	case errors.As(err, &gone):
		return &closingError{code: websocket.CloseNormalClosure}
	case errors.As(err, &socket) && socket.Timeout():
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.hushed {
			return &closingError{}
		}
		c.hub.stats.Silent.Add(1)
		return &closingError{wire.CloseSlow, "no sign of life"}
	case errors.As(err, &socket), errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &closingError{}
	}
	return &closingError{code: websocket.CloseProtocolError}
}

// command runs one command; its answer is on its way then. Not nil: with what to close the connection.
func (c *conn) command(text []byte) *closingError {
	var cmd wire.Command
	if err := wire.Read(text, &cmd); err != nil {
		if slow := c.paced(""); slow != nil {
			err = slow
		}
		c.refused(cmd.ID, err)
		if !json.Valid(text) {
			return &closingError{code: wire.CloseBadFrame}
		}
		return nil
	}
	if err := c.paced(cmd.Do); err != nil {
		c.refused(cmd.ID, err)
		return nil
	}
	switch cmd.Do {
	case wire.DoFollow:
		var b wire.FollowBody
		if err := wire.Read(cmd.Body, &b); err != nil {
			c.refused(cmd.ID, err)
			return nil
		}
		c.ask(func() *closingError { return c.follow(cmd.ID, b) })
	case wire.DoUnlock:
		c.unlock(cmd)
	default:
		out, err := c.hub.cfg.Do(c.hub.run, c.asks, cmd)
		if err != nil {
			c.refused(cmd.ID, err)
			return nil
		}
		c.answer(wire.Answer{Re: cmd.ID, OK: out})
	}
	return nil
}

// unlock makes a device's connection that of the person who has just signed in on it.
func (c *conn) unlock(cmd wire.Command) {
	var b wire.UnlockBody
	err := wire.Read(cmd.Body, &b)
	var v lab.Viewer
	if err == nil {
		v, err = c.hub.cfg.Unlock(c.asks, b.Unlock)
	}
	if err != nil {
		c.refused(cmd.ID, err)
		return
	}
	c.asks = v
	c.ask(func() *closingError { return c.unlocked(cmd.ID, v) })
}

func (c *conn) refused(re string, err error) {
	c.answer(wire.Answer{Re: re, Error: c.hub.cfg.Problem(err)})
}

// answer hands an answer to the owner.
func (c *conn) answer(a wire.Answer) {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err) // an answer is one that JSON can write
	}
	c.mu.Lock()
	c.out = appendFrame(c.out, websocket.TextMessage, text)
	c.unsent = true
	c.mu.Unlock()
	c.urge()
}

// ask has the owner do what the cursor needs.
func (c *conn) ask(todo func() *closingError) {
	c.mu.Lock()
	c.todo, c.unsent = todo, true
	c.mu.Unlock()
	c.urge()
}

// end says with what the connection is to be closed; the first word counts.
func (c *conn) end(with *closingError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing == nil {
		c.closing = with
	}
}

// rescue keeps a bug in one connection from ending the node.
func (c *conn) rescue(where string) {
	if r := recover(); r != nil {
		c.bug(where, r)
		c.end(&closingError{})
		c.cut()
	}
}

func (c *conn) bug(where string, r any) {
	c.hub.cfg.Log.Error("a connection failed", "where", where, "panic", lab.Panicked(r), "stack", string(debug.Stack()))
}
