package e2e_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/need"
)

// calm lets a load run until everything that waits was taken, and a bit more.
func (l *load) calm(t testing.TB, n *node) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); l.run(ctx, n, 1) }()
	before, answered, _ := l.counts()
	until(t, "what was not acknowledged is taken", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.waiting) == 0 && l.held == nil && len(l.acked) > before+2 && len(l.answered) > answered
	})
	cancel()
	<-done
}

// until loads a node until end returns, which is called at once, or when a message and a read-back were acknowledged.
func (l *load) until(t testing.TB, n *node, busy bool, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	before, answered, _ := l.counts()
	go func() { defer close(done); l.run(ctx, n, 2) }()
	if busy {
		until(t, "messages and read-backs are acknowledged", func() bool {
			messages, readBacks, _ := l.counts()
			return messages > before && readBacks > answered
		})
	}
	end()
	cancel()
	<-done
}

func TestKillAtAnyMomentLosesNothingAcknowledgedAndCallsNobodyTwice(t *testing.T) {
	const seed, perLedger = 11, 100
	r := rand.New(rand.NewPCG(seed, seed))
	rounds := need.Count(25, 2000)
	for first := 0; first < rounds; first += perLedger {
		dir := t.TempDir()
		n := serve(t, "--data", dir)
		furnish(t, n, 2)
		l := newLoad(t)
		for round := first; round < min(rounds, first+perLedger); round++ {
			l.until(t, n, round%4 != 0, func() {
				moment := time.NewTimer(time.Duration(5+r.IntN(100)) * time.Millisecond)
				<-moment.C
				n.kill()
			})
			verified(t, "--data", dir)
			if t.Failed() {
				t.Fatalf("in round %d of seed %d", round, seed)
			}
			n = n.again(t, "--data", dir)
		}
		l.calm(t, n)
		if code := n.stop(t); code != 0 {
			t.Errorf("after the last restart it stops with %d", code)
		}
		verified(t, "--data", dir)
		s := tellDir(t, dir)
		s.holds(t, l)
		messages, readBacks, _ := l.counts()
		t.Logf("%d kills: %d messages and %d read-backs acknowledged, %d entries", min(rounds, first+perLedger)-first, messages, readBacks, s.entries)
	}
}
