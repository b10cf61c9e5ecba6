package postgres_test

import (
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between a store and its database, and can withhold what the store sends.
type proxy struct {
	listener net.Listener
	server   string

	mu    sync.Mutex
	paths []*path
	hold  func(sent []byte) int // how many bytes of what is sent go on at once; mute instead if negative
	held  chan *path            // size 1: the path on which something was withheld first
}

// path is one connection through the proxy.
type path struct {
	client, server net.Conn
	rest           []byte // what is withheld
	holding        bool
	mute           bool // all that is sent goes on, no answer comes back
}

// through starts a proxy before the database that a URL names, and returns the URL through it.
func through(t *testing.T, database string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, server: u.Host, held: make(chan *path, 1)}
	u.Host = l.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", p.server)
			if err != nil {
				_ = c.Close() // the store hears that there is no server
				continue
			}
			x := &path{client: c, server: s}
			p.mu.Lock()
			p.paths = append(p.paths, x)
			p.mu.Unlock()
			wg.Go(func() { p.carry(x) })
			wg.Go(func() { p.bring(x) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // Accept returns
		p.mu.Lock()
		for _, x := range p.paths {
			_ = errors.Join(x.client.Close(), x.server.Close()) // many are closed already
		}
		p.mu.Unlock()
		wg.Wait()
	})
	return p, u.String()
}

// carry passes on what the client sends, or as much as hold lets. It leaves the server's side open when the client
// goes, as the network does when a node loses its power.
func (p *proxy) carry(x *path) {
	buf := make([]byte, 1<<16)
	for {
		n, err := x.client.Read(buf)
		if err != nil {
			p.mu.Lock()
			holding := x.holding
			p.mu.Unlock()
			if !holding {
				_ = x.server.Close() // as the client did
			}
			return
		}
		p.mu.Lock()
		pass := n
		if x.holding {
			pass = 0
		} else if p.hold != nil {
			pass = p.hold(buf[:n])
		}
		if pass < 0 {
			pass, x.mute = n, true
			p.held <- x
		}
		x.rest = append(x.rest, buf[pass:n]...)
		if pass < n && !x.holding {
			x.holding = true
			p.held <- x
		}
		p.mu.Unlock()
		if _, err := x.server.Write(buf[:pass]); err != nil {
			return
		}
	}
}

// bring passes on the server's answers.
func (p *proxy) bring(x *path) {
	defer func() { _ = x.client.Close() }() // as the server did
	buf := make([]byte, 1<<16)
	for {
		n, err := x.server.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		mute := x.mute
		p.mu.Unlock()
		if mute {
			continue
		}
		if _, err := x.client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// withhold lets hold decide from now on, for the first path on which it says so; nil lets everything pass.
func (p *proxy) withhold(hold func(sent []byte) int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = hold
}

// cut ends the client's side of a path and leaves the server's side as it is.
func (p *proxy) cut(x *path) { _ = x.client.Close() } // a closed one is cut too

// release sends what was withheld.
func (p *proxy) release(x *path) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := x.server.Write(x.rest)
	x.rest = nil
	return err
}
