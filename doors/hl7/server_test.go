package hl7_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// message is a result with that control id; canary stands where a patient's name does.
func message(id string) string {
	return "MSH|^~\\&|LAB||RB||||ORU^R01|" + id + "|P|2.4\rPID|1||1||" + canary + "\rOBX|1|NM|K||7.1\r"
}

const canary = "Canaryfeather"

// accept answers AA.
func accept(_ context.Context, _ hl7.Peer, raw []byte) []byte {
	m, err := hl7.Parse(raw)
	if err != nil {
		return hl7.Ack(nil, "AR", "no MSH segment", "R", noon)
	}
	return m.Reply(hl7.Kept, "", "R-"+m.ControlID(), noon)
}

// serve runs a server on a free port until the test ends, and returns its address and a function that stops it.
func serve(t *testing.T, s *hl7.Server) (addr string, stop func()) {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln.Addr().String(), run(t, s, ln)
}

func run(t *testing.T, s *hl7.Server, ln net.Listener) (stop func()) {
	t.Helper()
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func dial(t *testing.T, addr string) *hl7.Client {
	t.Helper()
	c, err := hl7.Dial(t.Context(), addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func raw(t *testing.T, addr string) net.Conn {
	t.Helper()
	nc, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return nc
}

// answered reads n acknowledgements and returns the control ids that they name.
func answered(t *testing.T, nc io.Reader, n int) (ids []string) {
	t.Helper()
	r := hl7.NewReader(nc, 0)
	for range n {
		f, err := r.Next()
		if err != nil || f.Kind != hl7.Whole {
			t.Fatalf("after %q: %v, %v", ids, f.Kind, err)
		}
		a, err := hl7.ParseAnswer(f.Data)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ControlID)
	}
	return ids
}

func write(t *testing.T, w io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesOfOneConnectionAreAnsweredInOrder(t *testing.T) {
	addr, _ := serve(t, &hl7.Server{Handler: accept})
	c := dial(t, addr)
	for i := range 20 {
		id := fmt.Sprint("M-", i)
		ack, err := c.Send(t.Context(), []byte(message(id)))
		if err != nil {
			t.Fatal(err)
		}
		if a, err := hl7.ParseAnswer(ack); err != nil || a.ControlID != id || a.Code != "AA" {
			t.Errorf("%s is answered %+v, %v", id, a, err)
		}
	}
}

func TestGluedAndDribbledMessagesAreEachAnswered(t *testing.T) {
	addr, _ := serve(t, &hl7.Server{Handler: accept})
	var glued string
	var want []string
	for i := range 10 {
		id := fmt.Sprint("M-", i)
		glued += "\x00log\n\x0b" + message(id) + "\x1c\r\n"
		want = append(want, id)
	}
	nc := raw(t, addr)
	write(t, nc, glued)
	if diff := cmp.Diff(want, answered(t, nc, 10)); diff != "" {
		t.Errorf("glued (-want +got):\n%s", diff)
	}
	nc = raw(t, addr)
	go func() {
		for i := range len(glued) {
			if _, err := io.WriteString(nc, glued[i:i+1]); err != nil {
				return
			}
		}
	}()
	if diff := cmp.Diff(want, answered(t, nc, 10)); diff != "" {
		t.Errorf("byte by byte (-want +got):\n%s", diff)
	}
}

func TestConnectionsAreHandledSideBySide(t *testing.T) {
	const n = 8
	var all sync.WaitGroup
	all.Add(n)
	addr, _ := serve(t, &hl7.Server{Handler: func(ctx context.Context, p hl7.Peer, raw []byte) []byte {
		// Returns only when all connections are here at once.
		all.Done()
		all.Wait()
		return accept(ctx, p, raw)
	}})
	var clients sync.WaitGroup
	for i := range n {
		c := dial(t, addr)
		clients.Go(func() {
			if _, err := c.Send(t.Context(), []byte(message(fmt.Sprint(i)))); err != nil {
				t.Error(err)
			}
		})
	}
	clients.Wait()
}

func TestAMessageThatWantsNoAnswerGetsNone(t *testing.T) {
	addr, _ := serve(t, &hl7.Server{Handler: accept})
	nc := raw(t, addr)
	write(t, nc, "\x0bMSH|^~\\&|A||||||ORU^R01|quiet|P|2.5|||NE|NE\r\x1c\r\x0b"+message("loud")+"\x1c\r")
	if diff := cmp.Diff([]string{"loud"}, answered(t, nc, 1)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	ack, err := dial(t, addr).Send(t.Context(), []byte("MSH|^~\\&|A||||||ORU^R01|quiet|P|2.5|||NE|NE\r"))
	if ack != nil || err != nil {
		t.Errorf("Send = %q, %v, want nothing", ack, err)
	}
}

func TestTooManyConnectionsAreTurnedAwayAndCounted(t *testing.T) {
	logs := &logbook{}
	s := &hl7.Server{Handler: accept, MaxConns: 1, Log: slog.New(slog.NewTextHandler(logs, nil))}
	addr, _ := serve(t, s)
	first := dial(t, addr)
	if _, err := first.Send(t.Context(), []byte(message("1"))); err != nil {
		t.Fatal(err)
	}
	if _, err := dial(t, addr).Send(t.Context(), []byte(message("2"))); err == nil {
		t.Error("a second connection was served")
	}
	if _, err := first.Send(t.Context(), []byte(message("3"))); err != nil {
		t.Errorf("the first connection suffers: %v", err)
	}
	if _, err := dial(t, addr).Send(t.Context(), []byte(message("4"))); err == nil {
		t.Error("a third connection was served")
	}
	if _, refused := s.Stats(); refused != 2 {
		t.Errorf("%d refused, want 2", refused)
	}
	if n := strings.Count(logs.String(), "too many connections"); n != 1 {
		t.Errorf("the log says %d times that senders are turned away, want once:\n%s", n, logs)
	}
}

func TestAPeerThatIsNotAllowedIsNotHeard(t *testing.T) {
	addr, _ := serve(t, &hl7.Server{
		Handler: func(context.Context, hl7.Peer, []byte) []byte { t.Error("it was heard"); return nil },
		Allow:   func(p hl7.Peer) bool { return p.Host != "127.0.0.1" },
	})
	if _, err := dial(t, addr).Send(t.Context(), []byte(message("1"))); err == nil {
		t.Error("it was answered")
	}
}

func TestStoppingFinishesTheMessageInHand(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	var once sync.Once
	var handled []string
	s := &hl7.Server{Handler: func(ctx context.Context, p hl7.Peer, raw []byte) []byte {
		once.Do(func() { close(begun) })
		<-release
		if ctx.Err() != nil {
			t.Error("the handler was not given its grace")
		}
		mu.Lock()
		defer mu.Unlock()
		handled = append(handled, string(raw))
		return accept(ctx, p, raw)
	}, Odd: func(context.Context, hl7.Peer, hl7.FrameKind, []byte) []byte {
		t.Error("the stop made an odd frame")
		return nil
	}}
	addr, stop := serve(t, s)
	busy, idle, half := raw(t, addr), raw(t, addr), raw(t, addr)
	write(t, half, "\x0bMSH|^~\\&|half")
	write(t, idle, "\n")
	write(t, busy, "\x0b"+message("in hand")+"\x1c\r\x0b"+message("glued behind")+"\x1c\r")
	<-begun
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	if _, err := idle.Read(make([]byte, 1)); err == nil {
		t.Error("an idle connection stays open")
	}
	close(release)
	if diff := cmp.Diff([]string{"in hand"}, answered(t, busy, 1)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	<-stopped
	if rest, _ := io.ReadAll(busy); len(rest) > 0 {
		t.Errorf("after the stop came %q", rest)
	}
	if len(handled) != 1 {
		t.Errorf("%d messages handled, want 1", len(handled))
	}
	if _, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr); err == nil {
		t.Error("the port is still open")
	}
}

func TestAHandlerThatPanicsCostsOnlyItsOwnConnection(t *testing.T) {
	var log syncBuffer
	s := &hl7.Server{Log: slog.New(slog.NewTextHandler(&log, nil)), Handler: func(ctx context.Context, p hl7.Peer, raw []byte) []byte {
		if bytes.Contains(raw, []byte("|bad|")) {
			panic(string(raw))
		}
		return accept(ctx, p, raw)
	}}
	addr, stop := serve(t, s)
	bad, good := dial(t, addr), dial(t, addr)
	if ack, err := bad.Send(t.Context(), []byte(message("bad"))); err == nil {
		t.Errorf("the message that panics is answered %q", ack)
	}
	if _, err := good.Send(t.Context(), []byte(message("good"))); err != nil {
		t.Errorf("another connection suffers: %v", err)
	}
	stop()
	if !strings.Contains(log.String(), "handler panicked") || strings.Contains(log.String(), canary) {
		t.Errorf("log: %s", log.String())
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
