package redis_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger/redis"
)

// sentinel starts a Sentinel that watches a master.
func sentinel(t *testing.T, master int) (addr string) {
	t.Helper()
	port := freePort(t)
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := "port " + strconv.Itoa(port) + "\nbind 127.0.0.1\nsentinel monitor readback 127.0.0.1 " + strconv.Itoa(master) + " 1\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(need.Redis(t), conf, "--sentinel")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup((&server{cmd: cmd}).kill)
	return "127.0.0.1:" + strconv.Itoa(port)
}

func TestBellAndPresenceWorkBehindSentinelsAndInACluster(t *testing.T) {
	port := freePort(t)
	run(t, port, "--requirepass", "right", "--masterauth", "right")
	watch := sentinelOf(t, port)
	clustered := run(t, freePort(t), "--cluster-enabled", "yes")
	if err := connect(t, clustered).ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{
		"sentinel": "redis+sentinel://:right@" + strings.Join(watch, ",") + "/?master_name=readback",
		"cluster":  "redis+cluster://" + clustered.addr,
	} {
		t.Run(name, func(t *testing.T) {
			a, b := open(t, url, "h1"), open(t, url, "h1")
			subscribed(a)
			subscribed(b)
			a.Ring(7)
			<-b.Rings()
			if err := a.Try(t.Context()); err != nil {
				t.Error(err)
			}
			p := tell(t, url, redis.Told{Site: "h1", Ledger: "k", Node: "n1", Here: here(map[string]int{"person/lee": 1})})
			until(t, "it is known who is here", func() bool { n, ok := p.Connected("person/lee"); return ok && n == 1 })
			if f := a.Fault(); f != nil {
				t.Error(f)
			}
		})
	}
}

// sentinelOf starts two Sentinels of a master that asks for a password.
func sentinelOf(t *testing.T, master int) []string {
	t.Helper()
	return []string{sentinel(t, master), sentinel(t, master)}
}
