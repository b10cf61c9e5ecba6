package hl7

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Peer is who sends.
type Peer struct {
	// Host is the address without its port.
	Host string
	// Certificate is the common name of a verified client certificate, or the first name that it is for; empty without one.
	Certificate string
}

// Name is the certificate's name, else the host.
func (p Peer) Name() string {
	if p.Certificate != "" {
		return p.Certificate
	}
	return p.Host
}

// Server takes MLLP frames from many connections. The messages of one connection are handled one after another, each
// answered before the next is looked at; connections run side by side. Only Handler is needed. The fields are set before
// Serve, and then left.
type Server struct {
	// Handler takes the content of a whole frame and returns the answer to send, nil for none. raw is its to keep. ctx ends
	// Grace after the server was told to stop. A panic ends the connection without an answer.
	Handler func(ctx context.Context, peer Peer, raw []byte) (reply []byte)
	// Odd, if set, takes what may have been a message and came in no proper frame: kind is Loose, Cut or Long. The usual
	// answer is none, since a sender that hears nothing sends again; a Long frame can be refused for good (AR).
	Odd func(ctx context.Context, peer Peer, kind FrameKind, raw []byte) (reply []byte)
	// Allow, if set, says whether an address may speak here. It is asked before anything is read, a handshake included.
	Allow func(Peer) bool
	// MaxFrame is the limit for a frame in bytes, DefaultFrame if 0.
	MaxFrame int
	// MaxConns is how many connections are held at a time, 256 if 0; a further one is closed at once, and counted.
	MaxConns int
	// MaxPeerConns is how many of them one address may hold, a quarter of MaxConns if 0: a sender that connects again and
	// again leaves room for the others.
	MaxPeerConns int
	// FrameTimeout is how long a frame may take from its first byte to its last, 30 s if 0.
	FrameTimeout time.Duration
	// EndWait is how long the line must be still after an 0x1C that no 0x0D follows, until the frame counts as whole; 2 s
	// if 0.
	EndWait time.Duration
	// IdleTimeout is how long a connection may be silent between frames, an hour if 0.
	IdleTimeout time.Duration
	// WriteTimeout is how long writing an answer may take, 10 s if 0.
	WriteTimeout time.Duration
	// Grace is how long Handler may take once the server was told to stop, 10 s if 0.
	Grace time.Duration
	// Log gets a line for each connection that ended in trouble; slog.Default() if nil.
	Log *slog.Logger
	// Now is the clock of Stats, time.Now if nil.
	Now func() time.Time

	mu      sync.Mutex
	conns   map[*conn]struct{}
	peers   map[string]*PeerStats
	refused int64
	turned  map[string]refusals // by why
}

// refusals are connections of which the log has not told yet.
type refusals struct {
	n     int
	until time.Time // when it may tell again
}

// Serve accepts connections until ctx ends, then lets each finish the message that it is handling, answer included, and
// returns nil. A message of which only a part has come is left; its sender was told nothing and sends again. Another
// error is the listener's. Serve closes ln.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-serving.Done()
		ln.Close()
	}()
	handling, endHandling := context.WithCancel(context.WithoutCancel(ctx))
	defer endHandling()

	var running sync.WaitGroup
	err := s.accept(serving, handling, ln, &running)
	stop()
	<-closed
	s.stopConns()
	timer := time.AfterFunc(orDefault(s.Grace, 10*time.Second), endHandling)
	defer timer.Stop()
	running.Wait()
	return err
}

// accept starts a goroutine for each connection, until serving ends.
func (s *Server) accept(serving, handling context.Context, ln net.Listener, running *sync.WaitGroup) error {
	for {
		nc, err := ln.Accept()
		switch {
		case serving.Err() != nil:
			if err == nil {
				nc.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			// Out of file descriptors, or a peer gone before it was accepted: wait a little, do not give up the port.
			s.log().Warn("hl7: accept", "error", err)
			select {
			case <-serving.Done():
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		c := s.open(nc)
		if c == nil {
			nc.Close()
			continue
		}
		running.Go(func() { c.run(serving, handling) })
	}
}

// open registers a connection; nil if its address may not speak here, or there are too many.
func (s *Server) open(nc net.Conn) *conn {
	peer := peerOf(nc)
	s.mu.Lock()
	defer s.mu.Unlock()
	most := s.MaxConns
	if most <= 0 {
		most = 256
	}
	each := s.MaxPeerConns
	if each <= 0 {
		each = max(most/4, 1)
	}
	same := 0
	for c := range s.conns {
		if c.peer.Host == peer.Host {
			same++
		}
	}
	switch {
	case s.Allow != nil && !s.Allow(peer):
		s.turnAway(peer, "peer not allowed", 0)
		return nil
	case len(s.conns) >= most:
		s.turnAway(peer, "too many connections", most)
		return nil
	case same >= each:
		s.turnAway(peer, "too many connections from one address", each)
		return nil
	}
	if s.conns == nil {
		s.conns = make(map[*conn]struct{})
	}
	c := &conn{server: s, nc: nc, peer: peer}
	s.conns[c] = struct{}{}
	return c
}

// turnAway counts a connection that is closed at once, and tells the log of it once a minute: whoever tries on and on
// fills no log.
func (s *Server) turnAway(peer Peer, why string, most int) {
	s.refused++
	if s.turned == nil {
		s.turned = make(map[string]refusals)
	}
	r := s.turned[why]
	r.n++
	if now := s.now(); !now.Before(r.until) {
		s.log().Warn("hl7: connection closed at once", "why", why, "peer", peer.Name(), "most", most, "connections", r.n)
		r = refusals{until: now.Add(time.Minute)}
	}
	s.turned[why] = r
}

// certified gives a connection's peer the name in its certificate.
func (s *Server) certified(c *conn, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.peer.Certificate = name
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// stopConns wakes every connection that waits for bytes.
func (s *Server) stopConns() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.stop()
	}
}

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
