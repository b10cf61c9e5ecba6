package e2e_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// handOver sends a message to one node, reads it back on the other, and returns how long the first one's screen waited
// for the call and for its end.
func handOver(t testing.TB, id string, n1, n2 *member, bench, doctor *follower) (opened, closed time.Duration) {
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
	n1 := c.start(t, program)
	furnish(t, n1.node, 600)
	n2 := c.start(t, program)
	bench, doctor := follow(t, signIn(t, n1.HTTP, tech)), follow(t, signIn(t, n2.HTTP, lee))
	opened, closed := handOver(t, "N0001", n1, n2, bench, doctor)
	t.Logf("with the bell: called on the other node after %v, closed on the first one's screen after %v", opened, closed)

	c.redis.kill()
	opened, closed = handOver(t, "N0002", n1, n2, bench, doctor)
	t.Logf("without Redis: called on the other node after %v, closed on the first one's screen after %v", opened, closed)
	bench.inOrder(t)
	doctor.inOrder(t)

	// A node that starts while Redis is away serves all the same.
	n3 := c.start(t, program)
	if _, ok := callOf(t, signIn(t, n3.HTTP, lee), "N0002"); !ok {
		t.Error("a third node does not know the call")
	}
	for _, n := range []*member{n1, n2, n3} {
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
