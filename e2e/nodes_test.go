package e2e_test

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
	"github.com/seed-909bec58/readback/wire"
)

// redisServer is a Redis of the test's own.
type redisServer struct {
	at  string
	cmd *exec.Cmd
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	at := free(t)
	_, port, _ := strings.Cut(at, ":")
	r := &redisServer{at: at, cmd: exec.Command(need.Redis(t), "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", t.TempDir())}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kill)
	until(t, "Redis listens", func() bool {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", at)
		if err == nil {
			_ = c.Close() // it was only knocked at
		}
		return err == nil
	})
	return r
}

func (r *redisServer) kill() {
	_ = r.cmd.Process.Kill() // it may be gone
	_ = r.cmd.Wait()         // it was killed
}

// cluster is what two nodes share.
type cluster struct {
	pg    *pgtest.Server
	url   string
	redis *redisServer
	dir   string
}

func newCluster(t testing.TB) *cluster {
	t.Helper()
	need.Postgres(t)
	need.Redis(t)
	pg := pgtest.Start(t)
	return &cluster{pg: pg, url: pg.Database(t), redis: startRedis(t), dir: t.TempDir()}
}

func (c *cluster) keys() string { return filepath.Join(c.dir, "site.keys") }

// args are the flags of one node.
func (c *cluster) args(name string) []string {
	return []string{
		"--postgres", c.url, "--redis", "redis://" + c.redis.at, "--node", name, "--key-file", c.keys(), "--data", filepath.Join(c.dir, name),
	}
}

func (c *cluster) serve(t testing.TB, name string) *node {
	t.Helper()
	return serve(t, c.args(name)...)
}

// verified proves the cluster's ledger and returns its story.
func (c *cluster) verified(t testing.TB) story {
	t.Helper()
	verified(t, "--postgres", c.url, "--key-file", c.keys())
	s, err := postgres.Open(t.Context(), c.url, postgres.Options{Site: "main", Node: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // only read
	return tell(t, s)
}

// handOver sends a message to one node, reads it back on the other, and returns how long the first one's screen waited
// for the call and for its end.
func handOver(t testing.TB, id string, n1, n2 *node, bench, doctor *follower) (opened, closed time.Duration) {
	t.Helper()
	begin := time.Now()
	mustSend(t, n1.MLLP, potassium(id))
	who := signIn(t, n2.HTTP, lee)
	var call wire.Call
	until(t, "the other node knows the call", func() (ok bool) {
		call, ok = callOf(t, who, id)
		return ok
	})
	doctor.sees(t, "critical.called", call.ID)
	opened = time.Since(begin)
	begin = time.Now()
	if _, err := who.ReadBack(t.Context(), answer(call)); err != nil {
		t.Fatal(err)
	}
	bench.sees(t, "critical.closed", call.ID)
	return opened, time.Since(begin)
}

func TestWhatCameInOnOneNodeIsReadBackOnTheOther(t *testing.T) {
	c := newCluster(t)
	n1 := c.serve(t, "n1")
	furnish(t, n1, 600)
	n2 := c.serve(t, "n2")
	bench, doctor := follow(t, signIn(t, n1.HTTP, tech)), follow(t, signIn(t, n2.HTTP, lee))
	opened, closed := handOver(t, "N0001", n1, n2, bench, doctor)
	t.Logf("with the bell: called on the other node after %v, closed on the first one's screen after %v", opened, closed)

	c.redis.kill()
	opened, closed = handOver(t, "N0002", n1, n2, bench, doctor)
	t.Logf("without Redis: called on the other node after %v, closed on the first one's screen after %v", opened, closed)
	bench.inOrder(t)
	doctor.inOrder(t)

	// A node that starts while Redis is away serves all the same.
	n3 := c.serve(t, "n3")
	if _, ok := callOf(t, signIn(t, n3.HTTP, lee), "N0002"); !ok {
		t.Error("a third node does not know the call")
	}
	for _, n := range []*node{n1, n2, n3} {
		if code := n.stop(t); code != 0 {
			t.Errorf("stop: %d", code)
		}
	}
	s := c.verified(t)
	s.rungsAreOnce(t)
	if s.filed["N0001"] != 1 || s.filed["N0002"] != 1 {
		t.Errorf("the messages stand in the ledger %v times", s.filed)
	}
}

func TestOtherNodeGoesOnWhenOneIsKilledUnderLoad(t *testing.T) {
	c := newCluster(t)
	n1 := c.serve(t, "n1")
	furnish(t, n1, 2)
	n2 := c.serve(t, "n2")
	l := newLoad(t)
	ctx, cancel := context.WithCancel(t.Context())
	first, stopFirst := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { l.send(first, n1) })
	all.Go(func() { l.readBack(first, n1) })
	all.Go(func() { l.send(ctx, n2) })
	until(t, "both nodes work", func() bool {
		messages, readBacks, _ := l.counts()
		return messages > 30 && readBacks > 3
	})
	n1.kill()
	stopFirst()
	// The clinician goes to the other node, and sends there what was not answered.
	all.Go(func() { l.readBack(ctx, n2) })
	before, answered, _ := l.counts()
	until(t, "the other node takes messages and read-backs", func() bool {
		messages, readBacks, _ := l.counts()
		return messages > before+30 && readBacks > answered+3
	})
	cancel()
	all.Wait()
	// Nobody reads back any more: the ladder of what came in on a node goes on to the desk without that node.
	n1 = c.serve(t, "n1")
	mustSend(t, n1.MLLP, potassium("L0001"))
	n1.kill()
	bench := signIn(t, n2.HTTP, tech)
	until(t, "the ladder goes on to the desk", func() bool {
		call, ok := callOf(t, bench, "L0001")
		return ok && len(call.Rungs) >= 3 && call.Rungs[2].Ask == "desk"
	})
	if code := n2.stop(t); code != 0 {
		t.Errorf("stop: %d", code)
	}
	s := c.verified(t)
	s.holds(t, l)
	messages, readBacks, _ := l.counts()
	t.Logf("%d messages and %d read-backs acknowledged, %d entries", messages, readBacks, s.entries)
}

func TestDatabaseThatCrashesUnderLoadLosesNothingAcknowledged(t *testing.T) {
	c := newCluster(t)
	n1 := c.serve(t, "n1")
	furnish(t, n1, 600)
	n2 := c.serve(t, "n2")
	l := newLoad(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { l.send(ctx, n1) })
	all.Go(func() { l.send(ctx, n2) })
	all.Go(func() { l.readBack(ctx, n2) })
	for range need.Count(3, 50) {
		before, answered, _ := l.counts()
		until(t, "the nodes take messages and read-backs", func() bool {
			messages, readBacks, _ := l.counts()
			return messages > before+20 && readBacks > answered+2
		})
		if err := c.pg.Restart("immediate"); err != nil {
			t.Fatal(err)
		}
	}
	before, answered, _ := l.counts()
	until(t, "the nodes take messages and read-backs after the last crash", func() bool {
		messages, readBacks, _ := l.counts()
		return messages > before+20 && readBacks > answered+2
	})
	cancel()
	all.Wait()
	l.calm(t, n1)
	for _, n := range []*node{n1, n2} {
		if code := n.stop(t); code != 0 {
			t.Errorf("stop: %d", code)
		}
	}
	s := c.verified(t)
	s.holds(t, l)
	messages, readBacks, _ := l.counts()
	t.Logf("%d messages and %d read-backs acknowledged, %d entries; refusals on the way: %v", messages, readBacks, s.entries, l.problems)
}
