package chaos_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/e2e/chaos"
)

// echo answers each connection with what it sends, until the test ends.
func echo(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return l.Addr().String()
}

func through(t *testing.T, to string) *chaos.Proxy {
	t.Helper()
	p, err := chaos.Listen(func() string { return to })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func dial(t *testing.T, at string) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// asks sends a word and returns what is answered within a time.
func asks(c net.Conn, word string, within time.Duration) (string, error) {
	if word != "" {
		if _, err := io.WriteString(c, word); err != nil {
			return "", err
		}
	}
	if err := c.SetReadDeadline(time.Now().Add(within)); err != nil {
		return "", err
	}
	b := make([]byte, 64)
	n, err := c.Read(b)
	return string(b[:n]), err
}

func TestNetworkThatLosesItsWayKeepsWhatWasSentUntilItIsWhole(t *testing.T) {
	p := through(t, echo(t))
	c := dial(t, p.Addr())
	if got, err := asks(c, "before", time.Minute); got != "before" {
		t.Fatalf("%q, %v", got, err)
	}
	p.Lose()
	p.Lose() // twice is once
	if got, err := asks(c, "during", 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a lost network answered %q, %v", got, err)
	}
	late := dial(t, p.Addr())
	if got, err := asks(late, "late", 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a lost network took a new connection: %q, %v", got, err)
	}
	p.Heal()
	for c, want := range map[net.Conn]string{c: "during", late: "late"} {
		if got, err := asks(c, "", time.Minute); got != want {
			t.Errorf("after it was whole again %q came, %v; want %q", got, err, want)
		}
	}
}

func TestNetworkThatIsTakenAwayEndsEveryConnection(t *testing.T) {
	p := through(t, echo(t))
	c := dial(t, p.Addr())
	if got, err := asks(c, "before", time.Minute); got != "before" {
		t.Fatalf("%q, %v", got, err)
	}
	p.Refuse()
	for _, c := range []net.Conn{c, dial(t, p.Addr())} {
		if got, err := asks(c, "", time.Minute); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a connection goes on: %q, %v", got, err)
		}
	}
	p.Heal()
	if got, err := asks(dial(t, p.Addr()), "after", time.Minute); got != "after" {
		t.Errorf("%q, %v", got, err)
	}
}
