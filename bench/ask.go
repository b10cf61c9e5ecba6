package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// caller sends commands over one HTTP connection, one after the other, as cheaply as can be: what it costs is not the
// server's. It belongs to one goroutine.
type caller struct {
	nc   net.Conn
	r    *bufio.Reader
	host string
	out  []byte
}

func dialCaller(ctx context.Context, addr string) (*caller, error) {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	return &caller{nc: nc, r: bufio.NewReader(nc), host: addr}, nil
}

func (c *caller) close() { _ = c.nc.Close() }

// do sends a command with a fresh idempotency key, as client does, and returns its answer.
func (c *caller) do(who person, command string, body []byte) ([]byte, error) {
	c.out = append(c.out[:0], "POST /api/do/"...)
	c.out = append(c.out, command...)
	c.out = append(c.out, " HTTP/1.1\r\nHost: "...)
	c.out = append(c.out, c.host...)
	c.out = append(c.out, "\r\nOrigin: http://"...)
	c.out = append(c.out, c.host...)
	c.out = append(c.out, "\r\nContent-Type: application/json\r\nCookie: readback="...)
	c.out = append(c.out, who.cookie...)
	c.out = append(c.out, "\r\nIdempotency-Key: "...)
	c.out = strconv.AppendUint(c.out, rand.Uint64(), 36)
	c.out = strconv.AppendUint(c.out, rand.Uint64(), 36)
	c.out = append(c.out, "\r\nContent-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(body)), 10)
	c.out = append(c.out, "\r\n\r\n"...)
	c.out = append(c.out, body...)
	if _, err := c.nc.Write(c.out); err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	if err := res.Body.Close(); err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	if res.StatusCode != http.StatusOK {
		return text, &refusedError{command, res.StatusCode, text}
	}
	return text, nil
}

// refusedError is an answer other than 200.
type refusedError struct {
	command string
	status  int
	text    []byte
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("%s: %d %s", e.command, e.status, bytes.TrimSpace(e.text))
}

// callers is a connection for each of some workers.
type callers []*caller

func dialCallers(ctx context.Context, n int, addrs ...string) (callers, error) {
	var out callers
	for i := range n {
		c, err := dialCaller(ctx, addrs[i%len(addrs)])
		if err != nil {
			out.close()
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (all callers) close() {
	for _, c := range all {
		c.close()
	}
}

// number returns the number after a name in an answer, or 0.
func number(text []byte, name string) int64 {
	_, rest, ok := bytes.Cut(text, []byte(`"`+name+`":`))
	if !ok {
		return 0
	}
	n := int64(0)
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// command is what is published: a name, who sends it, and a body for the nth.
type command struct {
	do   string
	who  func(n int) person
	body func(n int) []byte
}

// patients is how many patients there are results of.
const patients = 1000

// result is a normal potassium, entered by a technician: a message and a result, both with enclosures; two entries.
func (h *house) result(run int64) command {
	return h.potassium(run, "4.1")
}

func (h *house) potassium(run int64, value string) command {
	return command{"result.report", func(n int) person { return h.techs[n%len(h.techs)] }, func(n int) []byte {
		p := n % patients
		return fmt.Appendf(nil, `{"patient":"P%06d","name":"Muster, Mia %d","born":"1970-01-01","sex":"F","unit":%q,"test":"2823-3","value":%q,"measure":"mmol/L","accession":"A%d-%d"}`,
			p, p, unit, value, run, n)
	}}
}

// gate is what the bench says of an analyzer's control: one entry of about 500 bytes that the whole laboratory sees.
func (h *house) gate() command {
	evidence := string(bytes.Repeat([]byte("x"), 160))
	return command{"instrument.gate", func(n int) person { return h.techs[n%len(h.techs)] }, func(n int) []byte {
		return fmt.Appendf(nil, `{"gate":{"instrument":%q,"name":"control","evidence":"%s %d"}}`, instrument(n%instruments), evidence, n)
	}}
}

// send sends the nth of a command and returns its last entry.
func (c *caller) send(cmd command, n int) (int64, error) {
	text, err := c.do(cmd.who(n), cmd.do, cmd.body(n))
	return number(text, "last"), err
}

// acquaint reports one result of each patient, so that they are known.
func (h *house) acquaint(ctx context.Context, addr string) error {
	const workers = 8
	all, err := dialCallers(ctx, workers, addr)
	if err != nil {
		return err
	}
	defer all.close()
	cmd := h.result(0)
	_, err = openLoop(ctx, 1e6, patients*time.Microsecond, workers, func(w, n int, _ time.Time) error {
		_, err := all[w].send(cmd, n)
		return err
	})
	return err
}
