package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	redis "github.com/redis/go-redis/v9"
	"github.com/seed-909bec58/readback/ledger"
)

// Fault is why Redis does not do what is asked of it, and what somebody can do about it. The laboratory goes on without.
type Fault struct {
	Why string
	Do  string
}

// state is what is wrong with the ways in which Redis is used, as far as it was last told. It says changes in the log.
type state struct {
	log *slog.Logger

	mu   sync.Mutex
	ways map[string]Fault
}

// tell keeps how a use of Redis went.
func (s *state) tell(way string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, faulty := s.ways[way]
	if err == nil {
		if delete(s.ways, way); faulty && len(s.ways) == 0 {
			s.log.Info("redis answers")
		}
		return
	}
	f := faultOf(err)
	if s.ways == nil {
		s.ways = map[string]Fault{}
	}
	if s.ways[way] = f; !faulty || was != f {
		s.log.Warn("redis does not do what it should; nodes find what is new by asking the ledger each second", "way", way, "why", f.Why, "do", f.Do, "error", err)
	}
}

// fault returns the first of what is wrong, if anything is.
func (s *state) fault() *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, way := range slices.Sorted(maps.Keys(s.ways)) {
		f := s.ways[way]
		return &f
	}
	return nil
}

// errReplica says that a server took our word and would not pass it on.
var errReplica = errors.New("READONLY it is a replica")

// faultOf puts an error in words for who can mend it.
func faultOf(err error) Fault {
	text := err.Error()
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	var network net.Error
	switch {
	case has("WRONGPASS", "invalid username-password", "invalid password"):
		return Fault{"Redis refuses the user or the password.", "Correct them in --redis, then start this node again."}
	case has("NOAUTH", "Authentication required"):
		return Fault{"Redis asks for a password, and --redis has none.", "Give --redis as redis://user:password@host:port."}
	case has("NOPERM"):
		return Fault{"Redis does not allow this node's user what it needs.", "Let the user use the commands and keys that docs/operating.md names."}
	case has("READONLY"):
		return Fault{"This Redis is a replica: what is rung there is not heard by the others.", "Name the master in --redis, or Sentinels (redis+sentinel://)."}
	case has("CROSSSLOT", "MOVED", "cluster support disabled"):
		return Fault{"This is, or is not, a Redis Cluster.", "Give --redis as redis+cluster:// for a cluster, and as redis:// for one server."}
	case has("CLUSTERDOWN", "cluster has no nodes"):
		return Fault{"The Redis Cluster is down, or has no slots yet.", "Look at the cluster; one server alone is given as redis://."}
	case has("all sentinels", "sentinel"):
		return Fault{"No Sentinel names a master.", "Look at the Sentinels, and at master_name in --redis."}
	case has("MISCONF", "OOM "):
		return Fault{"Redis takes no writes: its disk or its memory is full.", "Look at Redis."}
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded), has("EOF", "LOADING", "connection"):
		return Fault{"Redis does not answer.", "See whether it runs, and whether this node reaches it."}
	}
	return Fault{"Redis refuses what is asked of it.", "See the log."}
}

// Fault says what is wrong with the bell, or nil.
func (b *Bell) Fault() *Fault { return b.state.fault() }

// writable asks a server whether it is one that others hear. A replica takes a ring and keeps it to itself.
func (b *Bell) writable(ctx context.Context) error {
	one, single := b.client.(*redis.Client)
	if !single {
		return nil // a cluster passes rings on
	}
	ask, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	text, err := one.Info(ask, "replication").Result()
	if err != nil {
		return nil //nolint:nilerr // whoever may not ask is not to blame: ringing itself tells
	}
	if strings.Contains(text, "role:slave") {
		return errReplica
	}
	return nil
}

// Try rings, and returns when this node has heard it over Redis. Errors: that of ctx, or why it cannot be.
func (b *Bell) Try(ctx context.Context) error {
	b.mu.Lock()
	heard := b.heard
	b.mu.Unlock()
	text, err := json.Marshal(message{Site: b.site, Head: ledger.Seq(b.head.Load())})
	if err != nil {
		panic(err) // a string and a number can be encoded
	}
	if err := b.client.Publish(ctx, Channel(b.site), text).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	select {
	case <-heard:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// note tells whoever tries the bell that it rang.
func (b *Bell) note() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.heard)
	b.heard = make(chan struct{})
}
