package hl7_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// pipes is a listener within the process, whose deadlines a synctest bubble controls.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

// odd collects what came in no proper frame.
type odd struct {
	mu  sync.Mutex
	all []string
}

func (o *odd) take(_ context.Context, _ hl7.Peer, kind hl7.FrameKind, raw []byte) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, kind.String()+" "+string(raw))
	if kind == hl7.Long {
		m, err := hl7.Parse(raw)
		if err != nil {
			return nil
		}
		return m.Reply(hl7.Never, "message too long", "R", noon)
	}
	return nil
}

func (o *odd) list() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.all)
}

func TestAFrameWithoutEndShowsInStatsAndIsCutAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o odd
		s := &hl7.Server{Handler: accept, Odd: o.take}
		ln := newPipes()
		stop := run(t, s, ln)
		nc := ln.dial()
		start := time.Now()
		write(t, nc, "\x0bMSH|^~\\&|slow\r")
		synctest.Wait()
		time.Sleep(20 * time.Second)
		write(t, nc, "PID|1")
		synctest.Wait()
		peers, _ := s.Stats()
		want := []hl7.PeerStats{{Peer: "pipe", Since: start, Connections: 1, Waiting: 20, WaitingSince: start}}
		if diff := cmp.Diff(want, peers, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".open" }, cmp.Ignore())); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
		if got := o.list(); len(got) != 0 {
			t.Errorf("given up early: %q", got)
		}
		// The deadline counts from the frame's first byte.
		if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the connection ends with %v", err)
		}
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("given up after %v", took)
		}
		stop()
		if diff := cmp.Diff([]string{"cut MSH|^~\\&|slow\rPID|1"}, o.list()); diff != "" {
			t.Errorf("odd frames (-want +got):\n%s", diff)
		}
		peers, _ = s.Stats()
		if p := peers[0]; p.Cut != 1 || p.Frames != 0 || p.Waiting != 0 || p.Connections != 0 {
			t.Errorf("stats afterwards: %+v", p)
		}
	})
}

func TestEachFrameHasItsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		run(t, &hl7.Server{Handler: func(context.Context, hl7.Peer, []byte) []byte { return nil }}, ln)
		nc := ln.dial()
		start := time.Now()
		write(t, nc, "\x0bMSH|^~\\&|1\r")
		time.Sleep(20 * time.Second)
		write(t, nc, "\x1c\r\x0bMSH|^~\\&|2\r")
		if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the connection ends with %v", err)
		}
		if took := time.Since(start); took != 50*time.Second {
			t.Errorf("the second frame is given up after %v in all", took)
		}
	})
}

func TestASenderThatForgetsTheLastByteIsAnsweredAfterAWait(t *testing.T) {
	for _, end := range []string{"\x1c", "\x1c\n"} {
		synctest.Test(t, func(t *testing.T) {
			s := &hl7.Server{Handler: accept}
			ln := newPipes()
			run(t, s, ln)
			nc := ln.dial()
			for i := range 3 {
				start := time.Now()
				write(t, nc, "\x0b"+message(fmt.Sprint(i))+end)
				if diff := cmp.Diff([]string{fmt.Sprint(i)}, answered(t, nc, 1)); diff != "" {
					t.Errorf("answers (-want +got):\n%s", diff)
				}
				if took := time.Since(start); took != 2*time.Second {
					t.Errorf("answered after %v", took)
				}
			}
			nc.Close()
		})
	}
}

func TestAMessageOutsideFramesIsHandedOnAndTheConnectionGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o odd
		s := &hl7.Server{Handler: accept, Odd: o.take}
		ln := newPipes()
		run(t, s, ln)
		nc := ln.dial()
		write(t, nc, "\n"+message("unframed"))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := o.list(); len(got) != 1 || !strings.Contains(got[0], "unframed") {
			t.Errorf("odd frames: %q", got)
		}
		write(t, nc, "\x0b"+message("framed")+"\x1c\r")
		if diff := cmp.Diff([]string{"framed"}, answered(t, nc, 1)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		nc.Close()
		synctest.Wait()
		peers, _ := s.Stats()
		if p := peers[0]; p.Loose != 1 || p.Frames != 1 || p.Garbage != int64(len(message("unframed"))+1) || p.LastMessage.IsZero() {
			t.Errorf("stats: %+v", p)
		}
	})
}

func TestATooLongMessageCanBeRefusedForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o odd
		s := &hl7.Server{Handler: accept, Odd: o.take, MaxFrame: 200}
		ln := newPipes()
		run(t, s, ln)
		c := hl7.NewClient(ln.dial())
		ack, err := c.Send(t.Context(), []byte(message("long")+strings.Repeat("NTE|1||more\r", 1000)))
		if a, _ := hl7.ParseAnswer(ack); err != nil || a.Code != "AR" {
			t.Errorf("the long one: %+v, %v", a, err)
		}
		ack, err = c.Send(t.Context(), []byte(message("short")))
		if a, _ := hl7.ParseAnswer(ack); err != nil || a.Code != "AA" {
			t.Errorf("the one after it: %+v, %v", a, err)
		}
		_ = c.Close()
	})
}

func TestSilentConnectionsAreClosed(t *testing.T) {
	for first, want := range map[string]time.Duration{
		"":                          time.Hour,
		"GET / HTTP/1.1\r\n":        30 * time.Second,
		"\x0b" + "\x1c\r" + "\x00x": time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			ln := newPipes()
			run(t, &hl7.Server{Handler: func(context.Context, hl7.Peer, []byte) []byte { return nil }}, ln)
			nc := ln.dial()
			start := time.Now()
			write(t, nc, first)
			if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("%q: %v", first, err)
			}
			if took := time.Since(start); took != want {
				t.Errorf("%q: closed after %v, want %v", first, took, want)
			}
		})
	}
}

func TestAHandlerThatHangsIsToldWhenItsGraceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		stop := run(t, &hl7.Server{Handler: func(ctx context.Context, _ hl7.Peer, _ []byte) []byte {
			<-ctx.Done()
			return nil
		}}, ln)
		nc := ln.dial()
		write(t, nc, "\x0b"+message("1")+"\x1c\r")
		start := time.Now()
		stop()
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("stopped after %v", took)
		}
	})
}

func TestAPeerThatDoesNotReadItsAnswersLosesItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		run(t, &hl7.Server{Handler: accept}, ln)
		nc := ln.dial()
		start := time.Now()
		write(t, nc, "\x0b"+message("1")+"\x1c\r")
		time.Sleep(11 * time.Second)
		if _, err := io.WriteString(nc, "x"); err == nil {
			t.Errorf("still open after %v", time.Since(start))
		}
	})
}
