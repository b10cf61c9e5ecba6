package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// Bounds of readiness: oldest is how long a node may not have known that it has everything (Deps.Stale says otherwise);
// probeWithin how long the way
// from a write to the followers may take; probedFor how long a proof of that is good.
const (
	oldest      = 10 * time.Second
	probeWithin = 3 * time.Second
	probedFor   = 2 * time.Second
	bellWithin  = time.Second
)

// probe is the newest proof that this node writes and follows. Whoever asks while one is made waits for that.
type probe struct {
	mu   sync.Mutex
	at   time.Time // when the last one began that succeeded
	took time.Duration
	done time.Time // when the last one ended
	bell string    // whether the bell between nodes was heard
	err  error     // and how
}

// Leave says that this node is about to stop: it is not ready from now on, and all else goes on as it was.
func (s *Server) Leave() { s.leaving.Store(true) }

// Ready tells whether this node can decide and show what is new, as far as it knows without asking: nil, or why not.
func (s *Server) Ready() error {
	if s.leaving.Load() {
		return ledger.ErrStopped
	}
	if err := s.Lab.Ready(); err != nil {
		return err
	}
	return s.behind()
}

// proven proves the whole way from a write to the followers, and adds nothing to the ledger. Three things together are
// what an entry would prove: an ask of nothing goes through the one writer, to whom the store confirms by its compare
// and swap that the ledger's head is the one decided on; the newest checkpoint, written again over itself, is a write
// that is synced to the same disk as an entry; and the follower that wakes the connections has reached that head.
func (s *Server) proven(ctx context.Context) (time.Duration, error) {
	asked := time.Now()
	s.probe.mu.Lock()
	defer s.probe.mu.Unlock()
	began := time.Now()
	if began.Sub(s.probe.at) < probedFor || s.probe.done.After(asked) {
		return s.probe.took, s.probe.err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeWithin)
	defer cancel()
	err := s.prove(ctx)
	s.probe.bell = s.heard(ctx, err)
	if errors.Is(err, context.DeadlineExceeded) {
		err = &wire.Refusal{Err: wire.ErrBehind, Say: fmt.Sprintf("This node did not write, and follow what it wrote, within %s.", probeWithin)}
	}
	if s.probe.done, s.probe.err = time.Now(), err; err == nil {
		s.probe.at, s.probe.took = began, s.probe.done.Sub(began)
	}
	return s.probe.took, err
}

func (s *Server) prove(ctx context.Context) error {
	var head ledger.Seq
	_, err := s.Lab.Record(ctx, lab.Clock, lab.Key{}, func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		head = st.Seq
		return nil, nil
	})
	if err != nil {
		return err
	}
	note, err := s.Lab.Store().LastCheckpoint(ctx)
	switch {
	case err != nil:
	case note.Signed == "":
		_, err = s.Notary.Sign(ctx)
	default:
		err = s.Lab.Store().Signed(ctx, note)
	}
	if err != nil && !errors.Is(err, ledger.ErrFull) { // a full disk takes what calls need, and says so everywhere
		return err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for s.hub.Head() < head {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// heard rings the bell between the nodes after a write was proved, and tells whether it came back over Redis. No node is
// unready for want of it: what is new is then found by asking the ledger, a second later.
func (s *Server) heard(ctx context.Context, failed error) string {
	switch {
	case s.Bell == nil:
		return "none"
	case failed != nil:
		return "unknown"
	}
	ctx, cancel := context.WithTimeout(ctx, bellWithin)
	defer cancel()
	if s.Bell(ctx) != nil {
		return "silent"
	}
	return "heard"
}

func (p *probe) heard() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bell
}

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	err := s.Ready()
	var took time.Duration
	if err == nil {
		took, err = s.proven(r.Context())
	}
	if err != nil {
		s.say(w, http.StatusServiceUnavailable, s.problem(err))
		return
	}
	s.say(w, http.StatusOK, map[string]any{
		"status": "ready", "bell": s.probe.heard(), "age": s.hub.Age().Milliseconds(), "full": s.Lab.Full(), "proof": took.Milliseconds(),
	})
}

// Drain ends the node's connections: it is not ready any more, each connection finishes the command in hand and is told
// to come back elsewhere; see channels.Hub.Drain. The HTTP server is shut down apart.
func (s *Server) Drain(ctx context.Context) error {
	s.Leave()
	s.stop()
	s.beside.Wait()
	return s.hub.Drain(ctx)
}
