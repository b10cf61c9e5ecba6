package hl7

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// conn is one connection of a Server. Its goroutine alone reads and writes.
type conn struct {
	server *Server
	nc     net.Conn
	peer   Peer
	reader *Reader
	began  time.Time // when the frame in hand began, for its deadline
	seen   int64     // garbage already counted
	spoke  bool      // a frame has come

	mu      sync.Mutex // guards deadlines against stop
	stopped bool
}

// peerOf names the other side of a connection.
func peerOf(nc net.Conn) Peer {
	if nc.RemoteAddr() == nil {
		return Peer{}
	}
	host, _, err := net.SplitHostPort(nc.RemoteAddr().String())
	if err != nil {
		host = nc.RemoteAddr().String()
	}
	return Peer{Host: host}
}

// stop makes the read in progress, and every later one, return at once.
func (c *conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	c.nc.SetReadDeadline(time.Unix(1, 0))
}

// run handles the connection until it ends.
func (c *conn) run(serving, handling context.Context) {
	defer c.server.forget(c)
	defer c.nc.Close()
	if !c.greet(serving) {
		return
	}
	c.server.joined(c)
	defer c.server.left(c)
	c.reader = NewReader((*timedReader)(c), c.server.MaxFrame)
	for {
		frame, err := c.reader.Next()
		c.began = time.Time{}
		c.server.progressed(c)
		if err != nil {
			if serving.Err() == nil && !errors.Is(err, io.EOF) {
				c.server.log().Info("hl7: connection ended", "peer", c.peer.Name(), "error", reason(err))
			}
			return
		}
		if frame.Kind == Cut && serving.Err() != nil {
			// The stop cut it; its sender sends it again.
			return
		}
		c.spoke = true
		c.server.arrived(c, frame)
		reply, ok := c.handle(handling, frame)
		if !ok || !c.answer(reply) || serving.Err() != nil {
			return
		}
	}
}

// greet finishes the TLS handshake, if there is one, and notes who the peer is by its certificate.
func (c *conn) greet(ctx context.Context) bool {
	if tc, ok := c.nc.(*tls.Conn); ok {
		ctx, cancel := context.WithTimeout(ctx, orDefault(c.server.FrameTimeout, 30*time.Second))
		defer cancel()
		if err := tc.HandshakeContext(ctx); err != nil {
			c.server.log().Info("hl7: no handshake", "peer", c.peer.Name(), "error", err)
			return false
		}
		if chains := tc.ConnectionState().VerifiedChains; len(chains) > 0 {
			c.server.certified(c, nameOfCertificate(chains[0][0]))
		}
	}
	return true
}

// nameOfCertificate is its common name, else the first name that it is for.
func nameOfCertificate(cert *x509.Certificate) string {
	switch {
	case cert.Subject.CommonName != "":
		return cert.Subject.CommonName
	case len(cert.DNSNames) > 0:
		return cert.DNSNames[0]
	}
	return cert.Subject.String()
}

// handle asks the server's owner for the answer. A panic costs the sender its connection, not the others theirs.
func (c *conn) handle(ctx context.Context, f Frame) (reply []byte, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			// The value may quote the message: only its type is logged.
			c.server.log().Error("hl7: handler panicked", "peer", c.peer.Name(), "panic", fmt.Sprintf("%T", p),
				"stack", string(debug.Stack()))
			reply, ok = nil, false
		}
	}()
	switch {
	case f.Kind == Whole:
		return c.server.Handler(ctx, c.peer, f.Data), true
	case c.server.Odd != nil:
		return c.server.Odd(ctx, c.peer, f.Kind, f.Data), true
	}
	return nil, true
}

// answer writes a reply, if there is one.
func (c *conn) answer(reply []byte) bool {
	if reply == nil {
		return true
	}
	c.nc.SetWriteDeadline(time.Now().Add(orDefault(c.server.WriteTimeout, 10*time.Second)))
	if err := WriteFrame(c.nc, reply); err != nil {
		c.server.log().Warn("hl7: answer not sent", "peer", c.peer.Name(), "error", reason(err))
		return false
	}
	return true
}

// timedReader sets the deadline that the state of the frame in hand asks for before each read.
type timedReader conn

func (t *timedReader) Read(p []byte) (int, error) {
	c := (*conn)(t)
	c.server.progressed(c)
	now := time.Now()
	var deadline time.Time
	switch r := c.reader; {
	case r.inside:
		if c.began.IsZero() {
			c.began = now
		}
		deadline = c.began.Add(orDefault(c.server.FrameTimeout, 30*time.Second))
		if end := now.Add(orDefault(c.server.EndWait, 2*time.Second)); r.tail != tailData && end.Before(deadline) {
			deadline = end
		}
	case r.maybe:
		deadline = now.Add(orDefault(c.server.EndWait, 2*time.Second))
	case r.garbage > 0 && !c.spoke:
		// Somebody who does not speak MLLP.
		deadline = now.Add(orDefault(c.server.FrameTimeout, 30*time.Second))
	default:
		deadline = now.Add(orDefault(c.server.IdleTimeout, time.Hour))
	}
	c.mu.Lock()
	if !c.stopped {
		c.nc.SetReadDeadline(deadline)
	}
	c.mu.Unlock()
	return c.nc.Read(p)
}

// reason is the error without addresses.
func reason(err error) string {
	var op *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}
