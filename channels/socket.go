package channels

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// sealed is a socket to which gorilla/websocket writes nothing once the handshake is over: it would write an answer to a
// bad frame between the two halves of one of ours. What it wanted to say, the reader hears as an error.
type sealed struct {
	net.Conn
	shut bool // set before anybody reads
}

func (s *sealed) Write(b []byte) (int, error) {
	if s.shut {
		return len(b), nil
	}
	return s.Conn.Write(b)
}

func (s *sealed) SetWriteDeadline(at time.Time) error {
	if s.shut {
		return nil
	}
	return s.Conn.SetWriteDeadline(at)
}

// sealing is a writer that hands gorilla/websocket a sealed socket.
type sealing struct {
	http.ResponseWriter
	socket *sealed
}

// Hijack implements http.Hijacker.
func (s *sealing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := s.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, http.ErrNotSupported
	}
	c, rw, err := h.Hijack()
	if err != nil {
		return nil, nil, err
	}
	s.socket = &sealed{Conn: c}
	return s.socket, rw, nil
}

// appendFrame appends one websocket frame (RFC 6455 §5.2; what a server sends is not masked).
func appendFrame(b []byte, opcode int, payload []byte) []byte {
	return append(appendHeader(b, opcode, len(payload)), payload...)
}

func appendHeader(b []byte, opcode, n int) []byte {
	b = append(b, 0x80|byte(opcode))
	switch {
	case n < 126:
		return append(b, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
}

// appendEntry appends the frame of an entry.
func (c *conn) appendEntry(b []byte, e *entry, prev ledger.Seq) []byte {
	if !c.bare {
		b = appendHeader(b, websocket.TextMessage, wire.PrevSize(prev)+e.size)
		return wire.AppendFullRest(wire.AppendPrev(b, prev), &e.Entry)
	}
	rest := e.bare(c.hub.cfg.Lab.State())
	b = appendHeader(b, websocket.TextMessage, wire.PrevSize(prev)+len(rest))
	return append(wire.AppendPrev(b, prev), rest...)
}

// scratch is what one turn of a connection needs; pooled.
type scratch struct {
	buf   []byte
	fixed int        // how much of it is no entry and stands before them
	es    []*entry   // planned
	next  int        // the first of them that is not written
	ends  []int      // where the frame of each entry ends in buf
	upTo  ledger.Seq // all that the viewer may see up to here is planned
	beat  wire.Beat  // made before the plan

	closing *closingError // when buf was made
	unsent  bool          // buf has an answer
	beats   bool          // buf has the heartbeat
	lost    bool          // the heartbeat knows of an entry that was not planned

	left []byte // what poke is to write
	n    int
	err  error
	poke func(fd uintptr) bool
}

var scratches = sync.Pool{New: func() any {
	s := &scratch{buf: make([]byte, 0, 2<<10)}
	s.poke = func(fd uintptr) bool {
		for {
			s.n, s.err = syscall.Write(int(fd), s.left)
			if !errors.Is(s.err, syscall.EINTR) {
				return true // also when the socket is full: what is left is another's
			}
		}
	}
	return s
}}

func (s *scratch) free() {
	clear(s.es)
	s.es, s.next, s.upTo, s.ends, s.left, s.closing = s.es[:0], 0, 0, s.ends[:0], nil, nil
	if cap(s.buf) <= 2*gathered {
		scratches.Put(s)
	}
}

// write writes as much of b as goes without waiting; where a socket cannot do that, such as one of TLS, all of it.
func (c *conn) write(s *scratch, b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if c.raw == nil {
		return c.writeAll(b)
	}
	s.left = b
	err := c.raw.Write(s.poke)
	if err == nil {
		err = s.err
	}
	n := max(0, s.n)
	c.count(len(b), n)
	if err != nil {
		s.n, s.err = 0, nil
		if errors.Is(err, syscall.EAGAIN) {
			err = nil
		}
	}
	return n, err
}

// writeAll writes all of b. A socket that takes nothing for SendWait is too slow.
func (c *conn) writeAll(b []byte) (int, error) {
	if err := c.sock.SetWriteDeadline(time.Now().Add(c.hub.cfg.SendWait)); err != nil {
		return 0, fmt.Errorf("channels: %w", err)
	}
	n, err := c.sock.Write(b)
	c.count(len(b), n)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.hub.stats.Slow.Add(1)
	}
	if err == nil {
		err = c.sock.SetWriteDeadline(time.Time{}) // it would be in the way of the next write without waiting
	}
	return n, err
}

func (c *conn) count(size, n int) {
	s := &c.hub.stats
	s.Writes.Add(1)
	s.Bytes.Add(int64(n))
	for {
		most := s.Longest.Load()
		if int64(size) <= most || s.Longest.CompareAndSwap(most, int64(size)) {
			return
		}
	}
}
