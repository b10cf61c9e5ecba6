package hl7

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// ErrBroken means that an earlier Send left the connection in doubt; dial again, and send again what was not answered.
var ErrBroken = errors.New("hl7: connection in doubt")

// Client sends messages over one MLLP connection, one at a time. It is safe for concurrent use.
type Client struct {
	mu     sync.Mutex
	nc     net.Conn
	reader *Reader
	broken bool
}

// Dial connects to an MLLP server at addr ("host:port"), with TLS if config is not nil.
func Dial(ctx context.Context, addr string, config *tls.Config) (*Client, error) {
	var d interface {
		DialContext(ctx context.Context, network, addr string) (net.Conn, error)
	} = &net.Dialer{}
	if config != nil {
		d = &tls.Dialer{Config: config}
	}
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("hl7: %w", err)
	}
	return NewClient(nc), nil
}

// NewClient returns a Client over a connection, which is the client's from then on.
func NewClient(nc net.Conn) *Client {
	return &Client{nc: nc, reader: NewReader(nc, 0)}
}

// Close closes the connection; a Send in progress fails.
func (c *Client) Close() error { return c.nc.Close() }

// Send sends one message and waits for its answer, which ParseAnswer reads, as long as ctx allows. A message that asks for
// no answer at all (MSH-15 and MSH-16 NE) is sent without waiting, and ack is nil.
//
// Only an answer in a frame, with a code of table 0008 and the message's own control id, counts; anything else is
// ErrNotAnswer. After any error but ErrUnframeable it is unknown whether the message was taken, and the connection is of
// no more use.
func (c *Client) Send(ctx context.Context, raw []byte) (ack []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		return nil, ErrBroken
	}
	if bytes.IndexByte(raw, endBlock) >= 0 || bytes.IndexByte(raw, startBlock) >= 0 {
		return nil, ErrUnframeable
	}
	c.broken = true
	c.nc.SetDeadline(time.Time{})
	unhook := context.AfterFunc(ctx, func() { c.nc.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if !unhook() {
			// The deadline may still be set behind the next Send's back.
			c.broken = true
		}
	}()
	if err := WriteFrame(c.nc, raw); err != nil {
		return nil, c.failed(ctx, err)
	}
	id := ""
	if m, err := Parse(raw); err == nil {
		if len(m.Answers(Kept)) == 0 && len(m.Answers(NotNow)) == 0 {
			c.broken = false
			return nil, nil
		}
		id = m.ControlID()
	}
	for {
		frame, err := c.reader.Next()
		if err != nil {
			return nil, c.failed(ctx, err)
		}
		if frame.Kind != Whole {
			continue
		}
		a, err := ParseAnswer(frame.Data)
		if err != nil || a.ControlID != id {
			return nil, ErrNotAnswer
		}
		c.broken = false
		return frame.Data, nil
	}
}

// failed prefers the caller's reason to the deadline that it set.
func (c *Client) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("hl7: %w", context.Cause(ctx))
	}
	return fmt.Errorf("hl7: %w", err)
}
