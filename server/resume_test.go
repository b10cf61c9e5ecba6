package server_test

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
)

// brittle is a connection that breaks after so many bytes were read.
type brittle struct {
	net.Conn
	left *atomic.Int64
	lost *atomic.Int64
}

func (b *brittle) Read(p []byte) (int, error) {
	if b.left.Load() <= 0 {
		b.lost.Add(1)
		_ = b.Close()
		return 0, net.ErrClosed
	}
	n, err := b.Conn.Read(p)
	b.left.Add(-int64(n))
	return n, err
}

func TestResumeUnderLoadWithDropsLeavesNoGap(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	var drops atomic.Int64
	var armed atomic.Bool
	random := rand.New(rand.NewPCG(1, 2))
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil || !armed.Load() {
			return c, err
		}
		left := new(atomic.Int64)
		left.Store(40_000 + random.Int64N(60_000)) // one follower dials, one after another
		return &brittle{c, left, &drops}, nil
	}}
	states := make(chan client.Status, 1000) // more than can be told
	tech := h.as(t, "tech", client.HTTP(&http.Client{Transport: transport}), client.Watch(func(s client.Status) { states <- s }))
	armed.Store(true)
	s, start := follow(ctx, t, tech)
	const n = 1500
	recorded := make(chan struct{})
	go func() { defer close(recorded); h.note(t, n, 300) }()
	channels := start.Channels
	var got []ledger.Seq
	for notes := 0; notes < n; {
		e := s.next()
		if e.Start != nil {
			t.Fatalf("started over: %q", e.Start.Over)
		}
		if e.Kind == "limits.mapped" {
			notes++
		}
		if ev, err := e.Event(); err != nil || ev.Kind() != e.Kind {
			t.Fatal(err)
		}
		leaf, err := ledger.Decode(e.Leaf)
		if err != nil || leaf.Seq != e.Seq {
			t.Fatal("the frame does not hold the leaf:", err)
		}
		got = append(got, e.Seq)
	}
	<-recorded
	var want []ledger.Seq
	for after := start.Head; ; {
		es, err := h.Mem.Read(ctx, after, ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			if lab.May(channels, e.To) {
				want = append(want, e.Seq)
			}
			after = e.Seq
		}
		if len(es) == 0 {
			break
		}
	}
	want = want[:min(len(want), len(got))]
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("entry %d of the stream is %d, the ledger has %d", i, got[i], want[i])
		}
	}
	if drops.Load() < 5 {
		t.Error("only", drops.Load(), "drops: the test shows little")
	}
	t.Log(drops.Load(), "drops,", len(got), "entries")
}
