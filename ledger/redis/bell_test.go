package redis_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/redis"
)

func open(t *testing.T, url, site string) *redis.Bell {
	t.Helper()
	b, err := redis.Open(t.Context(), url, site, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// subscribed returns when the bell is up, which it tells by a ring.
func subscribed(b *redis.Bell) {
	for !b.Up() {
		<-b.Rings()
	}
	select { // the ring of the subscription itself, if it was not the one above
	case <-b.Rings():
	default:
	}
}

func TestRingIsHeardByEveryNodeOfTheSiteOnly(t *testing.T) {
	url := "redis://" + run(t, freePort(t)).addr
	a, b, other := open(t, url, "h1"), open(t, url, "h1"), open(t, url, "h2")
	for _, x := range []*redis.Bell{a, b, other} {
		subscribed(x)
	}
	a.Ring(7)
	<-a.Rings()
	<-b.Rings()
	other.Ring(1) // comes after what h1 rang
	<-other.Rings()
	select {
	case <-other.Rings():
		t.Error("another site's bell was rung")
	default:
	}
}

func TestMessageSaysOnlySiteAndHead(t *testing.T) {
	s := run(t, freePort(t))
	next := listen(t, s)
	open(t, "redis://"+s.addr, "h1").Ring(42)
	m := next()
	if m.Payload != `{"site":"h1","head":42}` {
		t.Errorf("message %s", m.Payload)
	}
	if len(m.Channel) <= 6 {
		t.Errorf("channel name %q is too short for go-redis", m.Channel)
	}
}

func TestRingsThatNobodyTakesAreOneOfTheHighestHead(t *testing.T) {
	s := run(t, freePort(t))
	next := listen(t, s)
	b := open(t, "redis://"+s.addr, "h1")
	subscribed(b)
	for head := ledger.Seq(1); head <= 10000; head++ {
		b.Ring(head)
		b.Ring(1) // an older head is no news
	}
	var last struct{ Head ledger.Seq }
	for n := 0; last.Head < 10000; n++ {
		before := last.Head
		if err := json.Unmarshal([]byte(next().Payload), &last); err != nil {
			t.Fatal(err)
		}
		if last.Head <= before {
			t.Fatalf("head %d was published after %d", last.Head, before)
		}
	}
}

func TestStrangeMessagesDoNotRing(t *testing.T) {
	s := run(t, freePort(t))
	b := open(t, "redis://"+s.addr, "h1")
	subscribed(b)
	c := connect(t, s)
	publish := func(text string) {
		t.Helper()
		if err := c.Publish(t.Context(), redis.Channel("h1"), text).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"", "x", `{"site":"h2","head":9}`, `{"head":9}`, strings.Repeat("[", 100000)} {
		publish(text)
	}
	select {
	case <-b.Rings():
		t.Error("rung by what is no ring of the site")
	default:
	}
	publish(`{"site":"h1","head":10}`)
	<-b.Rings()
}

func TestUnreadableURLIsRefusedWithoutShowingIt(t *testing.T) {
	_, err := redis.Open(t.Context(), "rediss//user:canary-secret@host", "h1", slog.New(slog.DiscardHandler))
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("error %v", err)
	}
}

// server runs a real Redis on a port.
type server struct {
	cmd  *exec.Cmd
	addr string
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // only its number was wanted
	return l.Addr().(*net.TCPAddr).Port
}

func run(t *testing.T, port int, settings ...string) *server {
	t.Helper()
	s := &server{addr: "127.0.0.1:" + strconv.Itoa(port)}
	args := []string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir()}
	s.cmd = exec.Command(need.Redis(t), append(args, settings...)...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	var said []byte
	for buf := make([]byte, 4096); !bytes.Contains(said, []byte("Ready to accept connections")); {
		n, err := out.Read(buf)
		if err != nil {
			t.Fatalf("redis-server: %v\n%s", err, said)
		}
		said = append(said, buf[:n]...)
	}
	return s
}

// connect returns a client of the server.
func connect(t *testing.T, s *server) *goredis.Client {
	t.Helper()
	c := goredis.NewClient(&goredis.Options{Addr: s.addr})
	t.Cleanup(func() { _ = c.Close() }) // the server may be gone
	return c
}

// listen subscribes to the bell's channel and returns what gives its next message.
func listen(t *testing.T, s *server) func() *goredis.Message {
	t.Helper()
	sub := connect(t, s).Subscribe(t.Context(), redis.Channel("h1"))
	t.Cleanup(func() { _ = sub.Close() }) // the server may be gone
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	return func() *goredis.Message {
		t.Helper()
		m, err := sub.ReceiveMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may be dead already
	_ = s.cmd.Wait()
}

func TestBellComesBackAfterRedisWasLost(t *testing.T) {
	port := freePort(t)
	b := open(t, "redis://127.0.0.1:"+strconv.Itoa(port), "h1")
	if b.Up() {
		t.Error("up before Redis is")
	}
	b.Ring(1) // lost, and nobody waits for it
	for round := range 3 {
		s := run(t, port)
		subscribed(b)
		c := goredis.NewClient(&goredis.Options{Addr: s.addr})
		if err := c.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		b.Ring(ledger.Seq(10 + round))
		<-b.Rings()
		s.kill()
		for b.Up() { // a lost subscription may have missed rings: it rings
			<-b.Rings()
		}
		b.Ring(ledger.Seq(100 + round))
	}
}

func TestSubscriberThatDoesNotReadHoldsUpNobody(t *testing.T) {
	s := run(t, freePort(t))
	url := "redis://" + s.addr
	stuck, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stuck.Close() }() // Redis may have closed it
	if _, err := stuck.Write([]byte("SUBSCRIBE " + redis.Channel("h1") + "\r\n")); err != nil {
		t.Fatal(err)
	}
	a, b := open(t, url, "h1"), open(t, url, "h1")
	subscribed(a)
	subscribed(b)
	for head := ledger.Seq(1); head <= 3000; head++ {
		a.Ring(head)
		<-b.Rings()
	}
}
