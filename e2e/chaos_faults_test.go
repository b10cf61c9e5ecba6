package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// fault is one thing that goes wrong. strike makes it so and returns what mends it.
type fault struct {
	name   string
	strike func(t testing.TB, c *cluster, r *rand.Rand) (mend func())
	long   bool // only in a long run, see clock
}

var faults = []fault{
	{name: "a node is killed", strike: killNode},
	{name: "a node stops for a while, perhaps with the site's turn", strike: stopNode},
	{name: "a node is cut off from the databases", strike: func(t testing.TB, c *cluster, r *rand.Rand) func() { //nolint:thelper // it fails by its own words
		n := c.any(r)
		mend := c.cut(r, n.db[0], n.db[1])
		until(t, "the node says that it is not ready", func() bool { code, _ := n.get(t, "/readyz"); return code == http.StatusServiceUnavailable })
		return mend
	}},
	{name: "a node is cut off from its clients", strike: func(_ testing.TB, c *cluster, r *rand.Rand) func() {
		n := c.any(r)
		return c.cut(r, n.http, n.mllp)
	}},
	{name: "Redis is killed", strike: func(t testing.TB, c *cluster, _ *rand.Rand) func() { //nolint:thelper // as above
		c.redis.kill()
		return func() { c.startRedis(t) }
	}},
	{name: "Redis forgets everything", strike: func(t testing.TB, c *cluster, _ *rand.Rand) func() { //nolint:thelper // as above
		if err := c.redis.do(t, "FLUSHALL"); err != nil {
			t.Error(err)
		}
		return func() {}
	}},
	{name: "Redis is cut off", strike: func(_ testing.TB, c *cluster, r *rand.Rand) func() { return c.cut(r, c.toRedis) }},
	{name: "PostgreSQL crashes and starts again", strike: func(t testing.TB, c *cluster, _ *rand.Rand) func() { //nolint:thelper // as above
		if err := c.slots[c.first].Restart("immediate"); err != nil {
			t.Fatal(err)
		}
		return func() {}
	}},
	{name: "PostgreSQL is lost and its standby takes over", strike: failOver},
	{name: "the nodes are restarted one after another", strike: restartNodes},
	{name: "a node's clock is six minutes fast", strike: clock, long: true},
}

func (c *cluster) any(r *rand.Rand) *member { return c.nodes[r.IntN(len(c.nodes))] }

// cut takes networks away: the connections end, or nothing passes and nobody is told.
func (c *cluster) cut(r *rand.Rand, nets ...interface {
	Lose()
	Refuse()
	Heal()
},
) func() {
	silent := r.IntN(2) == 0
	for _, n := range nets {
		if silent {
			n.Lose()
		} else {
			n.Refuse()
		}
	}
	return func() {
		for _, n := range nets {
			n.Heal()
		}
	}
}

func killNode(t testing.TB, c *cluster, r *rand.Rand) func() {
	t.Helper()
	n := c.any(r)
	n.kill()
	return func() { c.run(t, n, program) }
}

// stopNode stops a node as a machine does that gives it no time, if it can be had with the site's turn in its hand.
func stopNode(t testing.TB, c *cluster, r *rand.Rand) func() {
	t.Helper()
	n := c.any(r)
	held := false
	for range 20 {
		signal(t, n, syscall.SIGSTOP)
		if held = c.holds(t, n); held {
			break
		}
		signal(t, n, syscall.SIGCONT)
		holdsWithin(t.Context(), turns(1))
	}
	if !held {
		signal(t, n, syscall.SIGSTOP)
	}
	t.Logf("%s is stopped; it holds the site's turn: %v", n.name, held)
	wait := time.NewTimer(time.Duration(need.Count(5, 30)) * time.Second)
	return func() {
		<-wait.C
		signal(t, n, syscall.SIGCONT)
	}
}

func signal(t testing.TB, n *member, s syscall.Signal) {
	t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// holds tells whether a node has the site's turn.
func (c *cluster) holds(t testing.TB, n *member) (has bool) {
	t.Helper()
	conn := pgtest.Connect(t, c.url())
	defer conn.Close(t.Context()) //nolint:errcheck // it only asked
	err := conn.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = $1)`, "readback main "+n.name).Scan(&has)
	if err != nil {
		t.Fatal(err)
	}
	return has
}

// failOver loses the database that writes, as with its machine, and lets the other one write. Mended is that with a new
// standby in the lost one's place.
func failOver(t testing.TB, c *cluster, _ *rand.Rand) func() {
	t.Helper()
	lost := c.first
	if err := c.slots[lost].Stop("immediate"); err != nil {
		t.Fatal(err)
	}
	c.first = 1 - lost
	if err := c.slots[c.first].Promote(); err != nil {
		t.Fatal(err)
	}
	return func() { c.take(lost, c.slots[c.first].Standby(t)) }
}

// restartNodes stops each node as an operator does who upgrades them, and starts it again.
func restartNodes(t testing.TB, c *cluster, _ *rand.Rand) func() {
	t.Helper()
	for _, n := range c.nodes {
		if code := n.stop(t); code != 0 {
			t.Errorf("%s ends with %d", n.name, code)
		}
		c.run(t, n, program)
		until(t, "it is ready", func() bool { code, _ := n.get(t, "/readyz"); return code == http.StatusOK })
	}
	return func() {}
}

// clock starts a node again on a machine whose clock is six minutes fast. Nothing in the program can set its clock, and
// it asks the kernel without the C library, past libfaketime: so this is the program built with a standard library whose
// time.Now is fast. That builds everything anew, for minutes, and is done in a long run only.
func clock(t testing.TB, c *cluster, r *rand.Rand) func() {
	t.Helper()
	fast, err := fastProgram()
	if err != nil {
		t.Fatal(err)
	}
	n := c.any(r)
	restart := func(program string) {
		if code := n.stop(t); code != 0 {
			t.Errorf("%s ends with %d", n.name, code)
		}
		c.run(t, n, program)
	}
	restart(fast)
	res, err := http.Get(n.HTTP + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close() // only the head is read
	at, err := http.ParseTime(res.Header.Get("Date"))
	if ahead := time.Until(at); err != nil || ahead < 5*time.Minute {
		t.Errorf("the node's clock is %v ahead, %v: this shows nothing", ahead, err)
	}
	return func() { restart(program) }
}

var fastProgram = sync.OnceValues(func() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	b, err := os.ReadFile(source)
	if err != nil {
		return "", err
	}
	const read = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(b), read) != 1 {
		return "", fmt.Errorf("%s has another time.Now than this test knows", source)
	}
	dir := filepath.Dir(program)
	patched := filepath.Join(dir, "time.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: patched}})
	if err != nil {
		return "", err
	}
	for path, text := range map[string]string{
		patched:                            strings.Replace(string(b), read, read+"\tsec += 360\n", 1),
		filepath.Join(dir, "overlay.json"): string(overlay),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	out := filepath.Join(dir, "readback-fast")
	cmd := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", out, ".")
	cmd.Dir = ".."
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, said)
	}
	return out, nil
})
