package e2e_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/e2e/chaos"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
)

// ward is a cluster under load: laboratory systems that send, clinicians who read back, and screens that watch.
type ward struct {
	*cluster

	load    *load
	history *chaos.History
	people  []*clinician
	screens []*follower

	quit             chan struct{} // closed when the load is to end
	stop             context.CancelFunc
	sending, reading sync.WaitGroup
}

// newWard starts nodes over a PostgreSQL with a synchronous standby, and makes a laboratory whose ladders are short.
func newWard(t testing.TB, nodes int, r *rand.Rand) *ward {
	t.Helper()
	w := &ward{cluster: newCluster(t), load: newLoad(t), history: chaos.NewHistory()}
	w.take(1, w.slots[0].Standby(t))
	w.start(t, program)
	furnish(t, w.nodes[0].node, 2)
	for len(w.nodes) < nodes {
		w.start(t, program)
	}
	for i, login := range []string{lee, okaf} {
		w.people = append(w.people, &clinician{
			id: i, client: w.clientOf(t, login, i), history: w.history, load: w.load, random: rand.New(rand.NewPCG(r.Uint64(), r.Uint64())),
		})
	}
	w.screens = []*follower{follow(t, w.clientOf(t, tech, 1)), follow(t, w.clientOf(t, lee, 0)), follow(t, w.clientOf(t, lee, 1))}
	return w
}

// run loads the cluster until rest.
func (w *ward) run(t testing.TB) {
	t.Helper()
	var ctx context.Context
	ctx, w.stop = context.WithCancel(context.WithoutCancel(t.Context()))
	w.quit = make(chan struct{})
	for first := range 2 {
		var to []string
		for i := range w.nodes {
			to = append(to, w.nodes[(first+i)%len(w.nodes)].mllp.Addr())
		}
		w.sending.Go(func() { w.load.sendTo(ctx, 5, to...) })
	}
	for _, p := range w.people {
		w.reading.Go(func() { p.work(ctx, w.quit) })
	}
}

// rest ends the load when each clinician has the answer to what was asked last.
func (w *ward) rest(t testing.TB) {
	t.Helper()
	close(w.quit)
	late := time.AfterFunc(patience, w.stop)
	defer late.Stop()
	w.reading.Wait()
	w.stop()
	w.sending.Wait()
}

// goesOn waits until messages and read-backs are acknowledged again.
func (w *ward) goesOn(t testing.TB, when string) {
	t.Helper()
	before, _, _ := w.load.counts()
	asked := w.history.Len()
	until(t, "messages and read-backs are acknowledged "+when, func() bool {
		messages, _, _ := w.load.counts()
		return messages > before+15 && w.history.Len() > asked+4
	})
}

func TestNoFaultOfNodesOrDatabasesLosesWhatWasAcknowledgedOrAsksTwice(t *testing.T) {
	const perWard = 3
	need.Postgres(t)
	need.Redis(t)
	seed := rand.Uint64()
	if given, err := strconv.ParseUint(os.Getenv("READBACK_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("READBACK_SEED=%d deals the same faults", seed)
	r := rand.New(rand.NewPCG(seed, seed))
	deal := dealer(r)
	rounds := need.Count(5, 100)
	for first := 0; first < rounds; first += perWard {
		w := newWard(t, 3-first/perWard%2, r)
		head := ledger.Seq(0)
		for round := first; round < min(rounds, first+perWard) && !t.Failed(); round++ {
			head = w.round(t, round, deal(), head, r)
		}
		for _, n := range w.nodes {
			if code := n.stop(t); code != 0 {
				t.Errorf("%s ends with %d", n.name, code)
			}
		}
		if t.Failed() {
			t.Fatalf("READBACK_SEED=%d", seed)
		}
	}
}

// dealer deals faults as cards: each comes once before any comes again.
func dealer(r *rand.Rand) func() fault {
	var hand []int
	return func() fault {
		for {
			if len(hand) == 0 {
				hand = r.Perm(len(faults))
			}
			f := faults[hand[0]]
			hand = hand[1:]
			if !f.long || need.Count(0, 1) == 1 {
				return f
			}
		}
	}
}

// round lets one fault strike a loaded cluster, and proves what stands afterwards.
func (w *ward) round(t *testing.T, n int, f fault, head ledger.Seq, r *rand.Rand) ledger.Seq {
	t.Helper()
	begin := time.Now()
	w.run(t)
	w.goesOn(t, "before: "+f.name)
	mend := f.strike(t, w.cluster, r)
	w.goesOn(t, "while "+f.name)
	rungs := time.NewTimer(time.Second + time.Duration(r.IntN(3000))*time.Millisecond) // ladders are climbed meanwhile
	<-rungs.C
	mend()
	w.goesOn(t, "after: "+f.name)
	w.rest(t)
	late, now := w.prove(t, head)
	messages, readBacks, _ := w.load.counts()
	t.Logf("round %d, %d nodes, %s: after %.1f s %d messages, %d read-backs, %d answers, %d entries; the latest rung %v late",
		n, len(w.nodes), f.name, time.Since(begin).Seconds(), messages, readBacks, w.history.Len(), now, late.Round(time.Millisecond))
	if late > stalled {
		t.Errorf("a rung was %v late", late)
	}
	return now
}
