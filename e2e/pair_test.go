package e2e_test

import (
	"path/filepath"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// pair is what two nodes share that nothing stands between.
type pair struct {
	url   string
	redis *redisServer
	dir   string
}

func newPair(t testing.TB) *pair {
	t.Helper()
	need.Postgres(t)
	need.Redis(t)
	return &pair{url: pgtest.Start(t).Database(t), redis: startRedis(t), dir: t.TempDir()}
}

func (p *pair) keys() string { return filepath.Join(p.dir, "site.keys") }

// args are the flags of one node.
func (p *pair) args(name string) []string {
	return []string{
		"--postgres", p.url, "--redis", "redis://" + p.redis.at, "--node", name, "--key-file", p.keys(), "--data", filepath.Join(p.dir, name),
	}
}

func (p *pair) serve(t testing.TB, name string) *node {
	t.Helper()
	return serve(t, p.args(name)...)
}
