package hl7_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/rules/critical"
)

// ceaseless is a stream of one byte for ever.
type ceaseless byte

func (c ceaseless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func TestAStreamWithoutEndIsGivenUp(t *testing.T) {
	const limit = 1000
	for begin, want := range map[string]string{
		"\x0bMSH|^~\\&|1\r": "long",
		"MSH|^~\\&|1\r":     "loose",
		"":                  "",
	} {
		r := hl7.NewReader(io.MultiReader(strings.NewReader(begin), ceaseless('y')), limit)
		got := ""
		for {
			f, err := r.Next()
			if err != nil {
				if !errors.Is(err, hl7.ErrTooLong) {
					t.Errorf("%q: %v", begin, err)
				}
				break
			}
			got += f.Kind.String()
			if len(f.Data) != limit {
				t.Errorf("%q: %d bytes are kept", begin, len(f.Data))
			}
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", begin, got, want)
		}
	}
}

// Whatever one sender does, the others are answered.
func TestNoNeighbourSuffersFromALengthOfAGigabyteASlowSenderOrAFlood(t *testing.T) {
	h := staffed(t)
	addr := h.listen(t)
	neighbour := dial(t, addr)

	slow := raw(t, addr)
	write(t, slow, "\x0b"+kalium("SLOW", anna, "1", "7.1", "F")[:20])
	deaf := raw(t, addr) // never reads its answers
	go func() {
		many := []byte("\x0b" + kalium("DEAF", anna, "1", "7.1", "F") + "\x1c\r")
		for {
			if _, err := deaf.Write(many); err != nil {
				return
			}
		}
	}()
	gigabyte := connect(t, addr)
	given := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(gigabyte, io.MultiReader(strings.NewReader("\x0b"+kalium("BIG", anna, "1", "7.1", "F")), io.LimitReader(ceaseless('y'), 1<<30)))
		given <- n
	}()
	for i := range 100 {
		id := fmt.Sprint("N", i)
		ack, err := neighbour.Send(t.Context(), []byte(kalium(id, bertram, id, "4.4", "F")))
		if a, bad := hl7.ParseAnswer(ack); err != nil || bad != nil || a.Code != "AA" {
			t.Fatalf("the neighbour hears %q, %v", ack, err)
		}
	}
	if a := gigabyte.answer(t); a.Code != "AR" || a.ControlID != "BIG" {
		t.Errorf("the long one is answered %+v", a)
	}
	if n := <-given; n >= 1<<30 {
		t.Errorf("all %d bytes were taken", n)
	}
	write(t, slow, kalium("SLOW", anna, "1", "7.1", "F")[20:]+"\x1c\r")
	if ids := answered(t, slow, 1); ids[0] != "SLOW" {
		t.Errorf("the slow one is answered for %q", ids)
	}
	deaf.Close()
}

// addressed is a connection from an address.
type addressed struct {
	net.Conn

	host string
}

func (a addressed) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(a.host), Port: 1} }

// from dials from an address.
func (p *pipes) from(host string) net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- addressed{theirs, host}
	return ours
}

func TestOneAddressThatFloodsLeavesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &hl7.Server{Handler: accept, MaxConns: 20}
		ln := newPipes()
		run(t, s, ln)
		open := 0
		for range 100 {
			nc := ln.from("10.0.0.66")
			defer nc.Close()
			err := nc.SetReadDeadline(time.Now().Add(time.Second))
			if errors.Is(err, io.ErrClosedPipe) {
				continue // refused before this side looked
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				open++
			}
		}
		if open != 5 {
			t.Errorf("the flood holds %d connections, want 5", open)
		}
		for i := range 15 {
			nc := ln.from(fmt.Sprint("10.0.1.", i))
			defer nc.Close()
			write(t, nc, "\x0b"+message("1")+"\x1c\r")
			answered(t, nc, 1)
		}
		if _, refused := s.Stats(); refused != 95 {
			t.Errorf("%d refused, want 95", refused)
		}
	})
}

// Each fault of a sender's framing, through the real port: what was a message is filed or waits for a person, and the
// proper message after it is filed.
func TestEachFaultOfFramingLosesNothing(t *testing.T) {
	first, second := kalium("FIRST", anna, "1", "4.1", "F"), kalium("SECOND", bertram, "2", "4.2", "F")
	for _, c := range []struct {
		name, stream string
		answers      []string
		filed        int
		quarantined  []string
		noBytes      bool // garbage was counted
	}{
		{"zeroes between messages", "\x00\x00\x0b" + first + "\x1c\r\x00\x00", []string{"FIRST"}, 1, nil, false},
		{"log text before the start", "2026-03-02 08:15 sending 1\r\n\x0b" + first + "\x1c\r", []string{"FIRST"}, 1, nil, false},
		{"a line feed after the end", "\x0b" + first + "\x1c\r\n", []string{"FIRST"}, 1, nil, false},
		{"end bytes swapped", "\x0b" + first + "\r\x1c", []string{"FIRST"}, 1, nil, true},
		{"end without carriage return", "\x0b" + first + "\x1c", []string{"FIRST"}, 1, nil, true},
		{"0x1C within the data", "\x0b" + strings.Replace(first, "Weber", "We\x1cber", 1) + "\x1c\r", []string{"FIRST"}, 1, nil, true},
		{"0x0B within the data", "\x0b" + strings.Replace(first, "Weber", "We\x0bber", 1) + "\x1c\r", []string{"FIRST"}, 1, nil, true},
		{"a line feed in place of the start", "\n" + first + "\x1c\r", nil, 0, []string{hl7.ReasonUnframed}, false},
		{"no frame at all", first, nil, 0, []string{hl7.ReasonUnframed}, false},
		{"no end", "\x0b" + first, nil, 0, nil, true}, // it hears nothing, and sends it again
		{"an acknowledgement out of the blue", "MSH|^~\\&|A\rMSA|AA|1\r\x1c\r", nil, 0, []string{hl7.ReasonUnframed}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := staffed(t)
			l := connect(t, h.listen(t))
			if _, err := l.Write(append([]byte(c.stream), framed([]byte(second))...)); err != nil {
				t.Fatal(err)
			}
			for _, want := range append(c.answers, "SECOND") {
				if a := l.answer(t); a.ControlID != want || a.Code != "AA" {
					t.Errorf("answered %+v, want AA for %s", a, want)
				}
			}
			if n := len(events[*critical.Filed](t, h)); n != c.filed+1 {
				t.Errorf("%d filed, want %d", n, c.filed+1)
			}
			var reasons []string
			for _, q := range events[*critical.Quarantined](t, h) {
				reasons = append(reasons, q.Reason)
				if !bytes.Contains([]byte(c.stream), q.Sealed.Raw) {
					t.Error("what is kept is not what was sent")
				}
			}
			if fmt.Sprint(reasons) != fmt.Sprint(c.quarantined) {
				t.Errorf("in quarantine for %q, want %q", reasons, c.quarantined)
			}
			rows := h.door.Senders()
			if garbage := rows[0].Garbage > 0; garbage == c.noBytes {
				t.Errorf("the status page counts %d bytes outside frames", rows[0].Garbage)
			}
		})
	}
}
