package redis_test

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/ledger/redis"
)

// until returns when a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func tell(t *testing.T, url string, told redis.Told) *redis.Presence {
	t.Helper()
	if told.Log == nil {
		told.Log = slog.New(slog.DiscardHandler)
	}
	p, err := redis.Tell(t.Context(), url, told)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // Redis may be gone
	return p
}

func here(people map[string]int) func() map[string]int {
	return func() map[string]int { return people }
}

func TestEveryNodeKnowsWhoIsConnectedToAnyOfItsSite(t *testing.T) {
	s := run(t, freePort(t))
	url := "redis://" + s.addr
	a := tell(t, url, redis.Told{Site: "h1", Ledger: "key-1", Node: "n1", Here: here(map[string]int{"person/lee": 2, "person/sue": 1})})
	b := tell(t, url, redis.Told{Site: "h1", Ledger: "key-1", Node: "n2", Here: here(map[string]int{"person/lee": 1})})
	other := tell(t, url, redis.Told{Site: "h1", Ledger: "key-2", Node: "n1", Here: here(map[string]int{"person/lee": 7})})
	for _, p := range []*redis.Presence{a, b} {
		until(t, "a node knows of both", func() bool { n, ok := p.Connected("person/lee"); return ok && n == 3 })
	}
	until(t, "another site of the same name knows of itself alone", func() bool { n, ok := other.Connected("person/lee"); return ok && n == 7 })
	want := []redis.Node{
		{Node: "n1", People: map[string]int{"person/lee": 2, "person/sue": 1}, Screens: 3},
		{Node: "n2", People: map[string]int{"person/lee": 1}, Screens: 1},
	}
	if got, _ := a.Nodes(); cmp.Diff(want, got) != "" {
		t.Error(cmp.Diff(want, got))
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	until(t, "a node that stopped is nobody's any more", func() bool { n, ok := a.Connected("person/lee"); return ok && n == 2 })
	c := connect(t, s)
	for _, key := range c.Keys(t.Context(), "readback/nodes/*").Val() {
		if ttl := c.TTL(t.Context(), key).Val(); ttl <= 0 {
			t.Errorf("%s stays for ever: %v", key, ttl)
		}
	}
}

func TestLostRedisLosesPresenceAndNothingElse(t *testing.T) {
	port := freePort(t)
	s := run(t, port)
	p := tell(t, "redis://"+s.addr, redis.Told{Site: "h1", Node: "n1", Here: here(map[string]int{"person/lee": 1})})
	known := func() bool { n, ok := p.Connected("person/lee"); return ok && n == 1 }
	until(t, "it is known who is here", known)
	if err := connect(t, s).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, "it is known again after everything was thrown away", known)
	s.kill()
	until(t, "it says that Redis is away", func() bool { f := p.Fault(); return f != nil && f.Do != "" })
	until(t, "what was known is not known for ever", func() bool { _, ok := p.Nodes(); return !ok })
	run(t, port)
	until(t, "it comes back", func() bool { return known() && p.Fault() == nil })
}

func TestStrangeWordsAboutNodesAreNotBelieved(t *testing.T) {
	s := run(t, freePort(t))
	p := tell(t, "redis://"+s.addr, redis.Told{Site: "h1", Ledger: "k", Node: "n1", Here: here(nil)})
	until(t, "it knows of itself", func() bool { all, ok := p.Nodes(); return ok && len(all) == 1 })
	c, key := connect(t, s), "readback/nodes/{h1 k}"
	for name, text := range map[string]string{"n2": "x", "n3": `{"node":"n9","people":{"person/lee":9}}`, "n4": strings.Repeat("[", 1<<20)} {
		c.Set(t.Context(), key+name, text, 0)
		c.SAdd(t.Context(), key, name)
	}
	until(t, "they are left aside", func() bool { return c.SCard(t.Context(), key).Val() == 1 })
	if n, ok := p.Connected("person/lee"); n != 0 || !ok {
		t.Error("believed", n, ok)
	}
}

func TestRedisThatCannotBeUsedSaysWhyAndWhatToDo(t *testing.T) {
	master := freePort(t)
	run(t, master)
	locked := run(t, freePort(t), "--requirepass", "right", "--user", "mute", "on", ">p", "~*", "&*", "+@all", "-publish", "-set")
	replica := run(t, freePort(t), "--replicaof", "127.0.0.1", strconv.Itoa(master))
	full := run(t, freePort(t), "--maxmemory", "1", "--maxmemory-policy", "noeviction")
	clustered := run(t, freePort(t), "--cluster-enabled", "yes")
	for name, c := range map[string]struct{ url, why, do string }{
		"no password":             {"redis://" + locked.addr, "asks for a password", "user:password@"},
		"a wrong password":        {"redis://:canary-secret@" + locked.addr, "refuses the user or the password", "Correct"},
		"a user without rights":   {"redis://mute:p@" + locked.addr, "does not allow", "docs/operating.md"},
		"a replica":               {"redis://" + replica.addr, "is a replica", "Name the master"},
		"full memory":             {"redis://" + full.addr, "takes no writes", "Look at Redis"},
		"a cluster without slots": {"redis+cluster://" + clustered.addr, "Redis Cluster is down", "redis://"},
		"nobody there":            {"redis://127.0.0.1:" + strconv.Itoa(freePort(t)), "does not answer", "whether it runs"},
		"no cluster":              {"redis+cluster://127.0.0.1:" + strconv.Itoa(master), "Cluster", "redis://"},
		"no Sentinel":             {"redis+sentinel://127.0.0.1:" + strconv.Itoa(master) + "?master_name=m", "Sentinel", "master_name"},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			l := slog.New(slog.NewTextHandler(&log, nil))
			b, err := redis.Open(t.Context(), c.url, "h1", l)
			if err != nil {
				t.Fatal(err)
			}
			b.Ring(1)
			p := tell(t, c.url, redis.Told{Site: "h1", Node: "n1", Here: here(nil)})
			fault := func() *redis.Fault {
				if f := b.Fault(); f != nil {
					return f
				}
				return p.Fault()
			}
			until(t, "it says what is wrong", func() bool { return fault() != nil })
			f := fault()
			if !strings.Contains(f.Why, c.why) || !strings.Contains(f.Do, c.do) {
				t.Errorf("%q: %q; want %q: %q\n%s", f.Why, f.Do, c.why, c.do, log.String())
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			if strings.Contains(log.String(), "canary") || strings.Contains(f.Why+f.Do, "canary") {
				t.Error("the password is shown:", log.String())
			}
		})
	}
	for _, url := range []string{"", "redis", "rediss//x", "http://a", "redis+sentinel://a:1", "redis+x://a:1", "redis+cluster://a:1,,b:2", "redis://a:1/x", "redis+sentinel://a:1?master_name=m&nonsense=1"} {
		_, err := redis.Open(t.Context(), url, "h1", slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), "redis://") || url != "" && strings.Contains(err.Error(), "nonsense") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
