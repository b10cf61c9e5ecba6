package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-909bec58/readback/e2e/chaos"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
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
	until(t, "Redis answers", func() bool { return r.do(t, "PING") == nil })
	return r
}

// do gives Redis a command, which it must take.
func (r *redisServer) do(t testing.TB, command string) error {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.at)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, command+"\r\n"); err != nil {
		return err
	}
	said, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && !strings.HasPrefix(said, "+") {
		err = fmt.Errorf("%s: Redis says %q", command, said)
	}
	return err
}

func (r *redisServer) kill() {
	_ = r.cmd.Process.Kill() // it may be gone
	_ = r.cmd.Wait()         // it was killed
}

// cluster is what several nodes share, and the networks between them.
type cluster struct {
	slots [2]*pgtest.Server // PostgreSQL: one writes, the other follows it
	first int               // the slot of the one that writes
	db    string            // the database's name
	redis *redisServer
	dir   string
	nodes []*member

	toRedis *chaos.Proxy
	at      [2]atomic.Pointer[string] // where the databases listen
	atRedis atomic.Pointer[string]
}

// member is a node of a cluster, and the networks that it is on.
type member struct {
	*node

	name       string
	http, mllp *chaos.Proxy    // to its clients
	db         [2]*chaos.Proxy // to the databases

	atHTTP, atMLLP atomic.Pointer[string] // where it listens
}

// newCluster starts PostgreSQL and Redis, and no node.
func newCluster(t testing.TB) *cluster {
	t.Helper()
	need.Postgres(t)
	need.Redis(t)
	c := &cluster{dir: t.TempDir()}
	c.startRedis(t)
	c.take(0, pgtest.Start(t))
	url := c.slots[0].Database(t)
	c.db = url[strings.LastIndex(url, "/")+1 : strings.Index(url, "?")]
	c.toRedis = network(t, standing(&c.atRedis))
	return c
}

// startRedis starts a new, empty Redis.
func (c *cluster) startRedis(t testing.TB) {
	t.Helper()
	c.redis = startRedis(t)
	c.atRedis.Store(&c.redis.at)
}

// take puts a database into a slot.
func (c *cluster) take(slot int, s *pgtest.Server) {
	at := fmt.Sprintf("127.0.0.1:%d", s.Port)
	c.slots[slot] = s
	c.at[slot].Store(&at)
}

// standing is where something stands now; nowhere before it was started.
func standing(where *atomic.Pointer[string]) func() string {
	return func() string {
		if at := where.Load(); at != nil {
			return *at
		}
		return ""
	}
}

// network starts a network for a test.
func network(t testing.TB, to func() string) *chaos.Proxy {
	t.Helper()
	p, err := chaos.Listen(to)
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

// url is the database that writes, without a network between.
func (c *cluster) url() string { return c.slots[c.first].URL(c.db) }

func (c *cluster) keys() string { return filepath.Join(c.dir, "site.keys") }

// start starts another node, of a build of the program.
func (c *cluster) start(t testing.TB, program string) *member {
	t.Helper()
	m := &member{name: fmt.Sprintf("n%d", len(c.nodes)+1)}
	for slot := range m.db {
		m.db[slot] = network(t, standing(&c.at[slot]))
	}
	m.http, m.mllp = network(t, standing(&m.atHTTP)), network(t, standing(&m.atMLLP))
	c.nodes = append(c.nodes, m)
	c.run(t, m, program)
	return m
}

// run starts a node, also again.
func (c *cluster) run(t testing.TB, m *member, program string) {
	t.Helper()
	dsn := fmt.Sprintf("postgres://postgres@%s,%s/%s?sslmode=disable&target_session_attrs=read-write", m.db[0].Addr(), m.db[1].Addr(), c.db)
	n, err := tryProgram(t, program, "serve", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--postgres", dsn,
		"--redis", "redis://"+c.toRedis.Addr(), "--node", m.name, "--key-file", c.keys(), "--data", filepath.Join(c.dir, m.name))
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimPrefix(n.HTTP, "http://")
	m.node = n
	m.atHTTP.Store(&at)
	m.atMLLP.Store(&n.MLLP)
}

// entries proves the cluster's ledger and returns all of it.
func (c *cluster) entries(t testing.TB) []ledger.Entry {
	t.Helper()
	verified(t, "--postgres", c.url(), "--key-file", c.keys())
	s, err := postgres.Open(t.Context(), c.url(), postgres.Options{Site: "main", Node: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // only read
	return entriesOf(t, s)
}

// verified proves the cluster's ledger and returns its story.
func (c *cluster) verified(t testing.TB) story {
	t.Helper()
	return storyOf(t, c.entries(t))
}
