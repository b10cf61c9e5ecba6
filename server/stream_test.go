package server_test

import (
	"context"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/wire"
)

// stream is what a Follow yields, to be taken one by one.
type stream struct {
	t    testing.TB
	ctx  context.Context
	all  chan client.Entry
	ends chan error
}

// follow follows until the test ends, and takes the first start.
func follow(ctx context.Context, t testing.TB, c *client.Client) (*stream, *wire.Start) {
	t.Helper()
	s := &stream{t: t, ctx: ctx, all: make(chan client.Entry), ends: make(chan error, 1)}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(done)
		for e, err := range c.Follow(ctx, client.Now) {
			if err != nil {
				s.ends <- err
				return
			}
			select {
			case s.all <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	first := s.next()
	if first.Start == nil {
		t.Fatalf("the first that came is %+v", first)
	}
	return s, first.Start
}

func (s *stream) next() client.Entry {
	s.t.Helper()
	select {
	case e := <-s.all:
		return e
	case err := <-s.ends:
		s.t.Fatal("the stream ended:", err)
	case <-s.ctx.Done():
		s.t.Fatal("nothing more came")
	}
	return client.Entry{}
}

// until takes entries up to one of a kind.
func (s *stream) until(kind string) client.Entry {
	s.t.Helper()
	for {
		if e := s.next(); e.Kind == kind {
			return e
		}
	}
}

// start takes entries up to the next start.
func (s *stream) start() *wire.Start {
	s.t.Helper()
	for {
		if e := s.next(); e.Start != nil {
			return e.Start
		}
	}
}

// end waits for the error with which the stream ends.
func (s *stream) end() error {
	s.t.Helper()
	for {
		select {
		case <-s.all:
		case err := <-s.ends:
			return err
		case <-s.ctx.Done():
			s.t.Fatal("the stream did not end")
		}
	}
}
