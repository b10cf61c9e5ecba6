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
			ctx, cancel := context.WithCancel(t.Context())
			moment := time.AfterFunc(time.Duration(5+r.IntN(250))*time.Millisecond, func() { n.kill(); cancel() })
			l.run(ctx, n, 2)
			moment.Stop()
			cancel()
			n.kill()
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
		if messages < 100 || readBacks < 20 {
			t.Errorf("%d messages and %d read-backs were acknowledged: too few to say anything", messages, readBacks)
		}
	}
}
