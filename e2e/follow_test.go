package e2e_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/ledger"
)

// follower is a screen: it follows as somebody, and remembers what it saw.
type follower struct {
	mu   sync.Mutex
	seen []client.Entry
	err  error
}

// follow follows from the ledger's head until the test ends, and returns when it is connected.
func follow(t testing.TB, c *client.Client) *follower {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	f := &follower{}
	done := make(chan struct{})
	begun := make(chan struct{})
	go func() {
		defer close(done)
		begin := sync.OnceFunc(func() { close(begun) })
		for e, err := range c.Follow(ctx, client.Now) {
			f.mu.Lock()
			f.err = err
			f.seen = append(f.seen, e)
			f.mu.Unlock()
			begin()
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	select {
	case <-begun:
	case <-done:
		t.Fatal("the screen is not connected")
	}
	return f
}

// find returns what the screen saw first of a kind about a subject.
func (f *follower) find(kind, about string) (client.Entry, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.seen {
		if e.Kind == kind && (about == "" || slices.Contains(e.About, about)) {
			return e, true
		}
	}
	return client.Entry{}, false
}

// sees waits until the screen saw an entry of a kind about a subject.
func (f *follower) sees(t testing.TB, kind, about string) client.Entry {
	t.Helper()
	var e client.Entry
	until(t, "a screen sees "+kind+" of "+about, func() (ok bool) {
		e, ok = f.find(kind, about)
		return ok
	})
	return e
}

// inOrder checks that no entry came twice or out of order.
func (f *follower) inOrder(t testing.TB) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		t.Errorf("the screen's line ended: %v", f.err)
	}
	var last ledger.Seq
	for _, e := range f.seen {
		if e.Start != nil {
			last = e.Seq
			continue
		}
		if e.Seq <= last {
			t.Errorf("entry %d came after %d", e.Seq, last)
		}
		last = e.Seq
	}
}
