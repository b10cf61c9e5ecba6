package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// dialWithin is how long a connection to what stands behind a proxy may take.
const dialWithin = 5 * time.Second

// Proxy is a network between clients and a server. It can lose its way, so that nothing passes and nobody is told, or be
// taken away, so that every connection ends. Its methods are safe for concurrent use.
type Proxy struct {
	to       func() string
	listener net.Listener
	ended    context.Context
	end      context.CancelFunc
	all      sync.WaitGroup

	mu     sync.Mutex
	paths  map[*path]struct{}
	whole  chan struct{} // closed while bytes pass
	refuse bool
}

// path is one connection through a proxy.
type path struct {
	once  sync.Once
	near  net.Conn
	far   net.Conn // nil before it is connected
	ended chan struct{}
}

// Listen starts a proxy on the loopback. to says where each new connection goes; one for which it has no address ends at
// once.
func Listen(to func() string) (*Proxy, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("chaos: %w", err)
	}
	p := &Proxy{to: to, listener: l, paths: map[*path]struct{}{}, whole: make(chan struct{})}
	close(p.whole)
	p.ended, p.end = context.WithCancel(context.Background())
	p.all.Go(p.accept)
	return p, nil
}

// Addr is where clients connect.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Lose lets nothing pass from now on, in either direction, and tells nobody. What was sent waits, as a network sends
// again what it lost, and passes after Heal.
func (p *Proxy) Lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.whole:
		p.whole = make(chan struct{})
	default: // lost already
	}
}

// Refuse ends every connection and refuses new ones.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	p.refuse = true
	p.mu.Unlock()
	p.Drop()
}

// Heal makes the network whole again.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = false
	select {
	case <-p.whole:
	default:
		close(p.whole)
	}
}

// Drop ends the connections that there are.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for x := range p.paths {
		x.close()
	}
}

// Close ends the proxy and returns when nothing of it runs any more.
func (p *Proxy) Close() error {
	p.end()
	err := p.listener.Close()
	p.Drop()
	p.all.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("chaos: %w", err)
	}
	return nil
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		x := &path{near: c, ended: make(chan struct{})}
		p.mu.Lock()
		if p.refuse || p.ended.Err() != nil {
			x.close()
		} else {
			p.paths[x] = struct{}{}
			p.all.Go(func() { p.carry(x) })
		}
		p.mu.Unlock()
	}
}

// carry connects a path and carries it until one side ends it.
func (p *Proxy) carry(x *path) {
	defer func() {
		p.mu.Lock()
		x.close()
		delete(p.paths, x)
		p.mu.Unlock()
	}()
	if !p.passes(x) {
		return
	}
	to := p.to()
	if to == "" {
		return
	}
	far, err := (&net.Dialer{Timeout: dialWithin}).DialContext(p.ended, "tcp", to)
	if err != nil {
		return
	}
	p.mu.Lock()
	x.far = far
	select {
	case <-x.ended: // while it was connected
		_ = far.Close()
	default:
	}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pump(x, x.near, far) })
	both.Go(func() { p.pump(x, far, x.near) })
	both.Wait()
}

// pump carries bytes one way.
func (p *Proxy) pump(x *path, from, to net.Conn) {
	defer x.close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if !p.passes(x) {
			return
		}
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// passes returns when the network is whole; false if the path has ended by then.
func (p *Proxy) passes(x *path) bool {
	for {
		p.mu.Lock()
		whole := p.whole
		p.mu.Unlock()
		select {
		case <-x.ended:
			return false
		case <-whole:
		}
		p.mu.Lock()
		same := whole == p.whole
		p.mu.Unlock()
		if same {
			return true
		}
	}
}

func (x *path) close() {
	x.once.Do(func() { close(x.ended) })
	_ = x.near.Close() // it may be closed
	if x.far != nil {
		_ = x.far.Close() // as that
	}
}
