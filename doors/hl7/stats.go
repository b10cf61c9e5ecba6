package hl7

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// PeerStats is what a Server knows of one peer, over all its connections.
type PeerStats struct {
	// Peer is the peer's name.
	Peer string
	// Since is when the peer first connected, as far as is remembered.
	Since time.Time
	// Connections is how many are open.
	Connections int
	// Frames is how many whole frames came.
	Frames int64
	// Loose, Cut and Long count what may have been messages and came in no proper frame.
	Loose, Cut, Long int64
	// Garbage is how many bytes stood outside frames.
	Garbage int64
	// LastMessage is when the last whole frame was complete; zero if none came.
	LastMessage time.Time
	// Waiting is how many bytes have come of frames without an end, and WaitingSince when the oldest of them began; zero
	// if no frame is open. A sender that forgets the end shows here.
	Waiting      int
	WaitingSince time.Time

	open map[*conn]waiting
}

// waiting is the unfinished frame of one connection.
type waiting struct {
	bytes int
	since time.Time
}

// maxPeers bounds how many peers are remembered; beyond, those without a connection are forgotten first.
const maxPeers = 1024

// Stats returns what is known of each peer, sorted by name, and how many connections were refused because too many were
// open.
func (s *Server) Stats() (peers []PeerStats, refused int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.peers {
		out := *p
		out.open = nil
		out.Connections = len(p.open)
		for _, w := range p.open {
			out.Waiting += w.bytes
			if w.bytes > 0 && (out.WaitingSince.IsZero() || w.since.Before(out.WaitingSince)) {
				out.WaitingSince = w.since
			}
		}
		peers = append(peers, out)
	}
	slices.SortFunc(peers, func(a, b PeerStats) int { return strings.Compare(a.Peer, b.Peer) })
	return peers, s.refused
}

// joined begins counting for a connection.
func (s *Server) joined(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peers == nil {
		s.peers = make(map[string]*PeerStats)
	}
	name := c.peer.Name()
	p := s.peers[name]
	if p == nil {
		if len(s.peers) >= maxPeers {
			maps.DeleteFunc(s.peers, func(_ string, p *PeerStats) bool { return len(p.open) == 0 })
		}
		p = &PeerStats{Peer: name, Since: s.now(), open: make(map[*conn]waiting)}
		s.peers[name] = p
	}
	p.open[c] = waiting{}
}

func (s *Server) left(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.peers[c.peer.Name()].open, c)
}

// progressed notes what the connection's reader has skipped and what it waits for.
func (s *Server) progressed(c *conn) {
	garbage, bytes := c.reader.Garbage(), c.reader.Waiting()
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.peers[c.peer.Name()]
	p.Garbage += garbage - c.seen
	c.seen = garbage
	w := p.open[c]
	if bytes > 0 && w.bytes == 0 {
		w.since = s.now()
	}
	w.bytes = bytes
	p.open[c] = w
}

// arrived counts a frame.
func (s *Server) arrived(c *conn, f Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.peers[c.peer.Name()]
	switch f.Kind {
	case Whole:
		p.Frames++
		p.LastMessage = s.now()
	case Loose:
		p.Loose++
	case Cut:
		p.Cut++
	case Long:
		p.Long++
	}
}
