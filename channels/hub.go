package channels

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// Config is what a Hub is made of. Zero durations and counts mean the defaults beside them.
type Config struct {
	Lab *lab.Lab
	Log *slog.Logger // nil: discards
	// Do runs a command for a viewer; all but follow come here. Its errors cross the line through Problem.
	Do func(ctx context.Context, v lab.Viewer, cmd wire.Command) (any, error)
	// Unlock returns as whom the connection of a device goes on whose person has just signed in on it.
	Unlock func(device lab.Viewer, ticket string) (lab.Viewer, error)
	// Problem turns an error into what crosses the line, and logs those that are internal.
	Problem func(err error) *wire.Problem

	// Cost tells how much of a connection's budget a command takes: 0 is never refused, "" what cannot be read. Nil: each 1.
	Cost func(do string) int
	// Pace takes a follow out of its person's budget, or refuses it; the other commands ask in Do. Nil: never refused.
	Pace func(subject string, cost int) error
	// Gone is told when the last connection of a person that followed the ledger here is gone, unless the node stops. It
	// must not block. Nil: nobody asks.
	Gone func(subject string)

	Beat     time.Duration // between two heartbeats; wire.HeartbeatEvery
	ReadWait time.Duration // without a sign of life from the client, pongs included; 45 s
	SendWait time.Duration // for one write; 10 s
	MaxConns int           // of all viewers; 20,000
	Tail     int           // entries that are kept for those who follow closely, 16 MiB at most; 8,192
}

// Stats counts what a Hub did since it started.
type Stats struct {
	Opened, Closed     atomic.Int64 // connections
	Entries            atomic.Int64 // sent
	Writes, Bytes      atomic.Int64
	Waits              atomic.Int64 // times that a connection got a goroutine, for its socket was full or it had to read
	Longest            atomic.Int64 // bytes of the longest write: no connection ever held more
	Slow, Silent, Lost atomic.Int64 // closed: did not read; gave no sign of life; had not been sent what it should have
	Refused            atomic.Int64 // too many connections
	Paced              atomic.Int64 // commands of connections that asked for too much
}

// Hub is every connection of a node.
type Hub struct {
	cfg      Config
	up       websocket.Upgrader
	tail     tail
	heads    heads
	older    older
	wheel    wheel
	workers  workers
	stats    Stats
	draining chan struct{}
	run      context.Context //nolint:containedctx // ends with Drain; connections live longer than their request
	stop     context.CancelFunc
	gone     sync.WaitGroup // the hub's own goroutines
	open     sync.WaitGroup // the connections' goroutines

	mu     sync.Mutex
	people map[string]*person // by subject
	count  int
	over   bool
	bound  bound
}

// person is the connections of a person or machine; guarded by the hub.
type person struct {
	conns   []*conn
	touched atomic.Int64 // the newest entry that may have changed the rights of this one
}

// New returns a Hub that follows a lab from now on. Close it with Drain.
func New(cfg Config) *Hub {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	fill(&cfg.Beat, wire.HeartbeatEvery)
	fill(&cfg.ReadWait, 45*time.Second)
	fill(&cfg.SendWait, 10*time.Second)
	fill(&cfg.MaxConns, 20_000)
	fill(&cfg.Tail, 8192)
	h := &Hub{cfg: cfg, draining: make(chan struct{}), people: map[string]*person{}}
	h.run, h.stop = context.WithCancel(context.Background())
	h.up = websocket.Upgrader{
		HandshakeTimeout: 5 * time.Second,
		ReadBufferSize:   256, // 0 would keep the 4 KiB of net/http for as long as the connection lives
		WriteBufferSize:  512,
		WriteBufferPool:  &sync.Pool{},
		Subprotocols:     []string{wire.Protocol},
		CheckOrigin:      func(*http.Request) bool { return true }, // the server asked before
	}
	head := cfg.Lab.State().Seq
	h.tail.start(head, cfg.Tail)
	h.heads.start(head)
	h.older.start(cfg.Lab)
	h.workers.start()
	every := h.wheel.start(cfg.Beat)
	h.gone.Go(func() { h.follow(h.run) })
	h.gone.Go(func() { h.heads.probe(h.run, cfg.Lab, cfg.Log) })
	h.gone.Go(func() { h.wheel.run(h.run, every, (*conn).dueNow, h.workers.add) })
	for range runtime.GOMAXPROCS(0) {
		h.gone.Go(h.workers.run)
	}
	return h
}

func fill[T time.Duration | int](at *T, with T) {
	if *at <= 0 {
		*at = with
	}
}

// Stats returns the hub's counters.
func (h *Hub) Stats() *Stats { return &h.stats }

// Age returns how long ago this node last knew that it had everything in the ledger.
func (h *Hub) Age() time.Duration { return h.heads.age() }

// Head returns the last entry that this node's followers have.
func (h *Hub) Head() ledger.Seq { return h.heads.at() }

// Connected returns how many connections of a person or machine follow the ledger on this node now.
func (h *Hub) Connected(subject string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	if p := h.people[subject]; p != nil {
		for _, c := range p.conns {
			if c.live.Load() {
				n++
			}
		}
	}
	return n
}

// Count returns how many connections are open.
func (h *Hub) Count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}

// Serve makes a request a connection of a viewer and returns at once; the connection goes on. (From one that is one too
// many it returns when its client knows, within 2 s.) Who the viewer is, and the request's origin, were checked before.
// After an error nothing was answered yet. Errors: wire.ErrBad for what is no websocket of this protocol,
// wire.ErrCrowded.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, v lab.Viewer) error {
	if !websocket.IsWebSocketUpgrade(r) || !slices.Contains(websocket.Subprotocols(r), wire.Protocol) {
		return wire.Bad("Sec-WebSocket-Protocol", "This is no websocket of the protocol "+wire.Protocol+".", "Offer that subprotocol.")
	}
	h.mu.Lock()
	full := h.over || h.count >= h.cfg.MaxConns
	if !full {
		h.count++ // before the handshake, so that many at once do not pass together
	}
	h.mu.Unlock()
	if full {
		h.stats.Refused.Add(1)
		return wire.ErrCrowded
	}
	via := &sealing{ResponseWriter: w}
	ws, err := h.up.Upgrade(via, r, nil)
	if err != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.count--
		return nil //nolint:nilerr // gorilla has answered
	}
	via.socket.shut = true
	// What outlives the request must not hold on to its memory.
	v.Subject, v.Session = strings.Clone(v.Subject), strings.Clone(v.Session)
	if code, why := h.take(ws, via.socket.Conn, v); code != 0 {
		refuse(via.socket.Conn, code, why)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.count--
	}
	return nil
}

// take lets a connection in, or says with which code and why it is closed.
func (h *Hub) take(ws *websocket.Conn, sock net.Conn, v lab.Viewer) (code int, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return wire.CloseGoElsewhere, "stopping"
	}
	p := h.people[v.Subject]
	if p == nil {
		p = &person{}
	}
	if len(p.conns) >= wire.MaxSockets {
		h.stats.Refused.Add(1)
		return wire.CloseTooMany, fmt.Sprintf("%d connections of one person are open: close one first", wire.MaxSockets)
	}
	c := newConn(h, ws, sock, p, v)
	h.people[v.Subject] = p
	p.conns = append(p.conns, c)
	h.stats.Opened.Add(1)
	h.wheel.join(c)
	h.open.Go(func() {
		defer h.leave(c)
		c.read()
	})
	return 0, ""
}

func (h *Hub) leave(c *conn) {
	h.wheel.leave(c)
	h.tail.hear(c, nil, false)
	subject := c.asks.Subject
	if h.left(c, subject) && h.cfg.Gone != nil && c.live.Load() && h.Connected(subject) == 0 {
		h.cfg.Gone(subject)
	}
}

// left forgets a connection, and tells whether others can still come.
func (h *Hub) left(c *conn, subject string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := c.person
	if p.conns = slices.DeleteFunc(p.conns, func(o *conn) bool { return o == c }); len(p.conns) == 0 {
		delete(h.people, subject)
	}
	h.count--
	h.stats.Closed.Add(1)
	return !h.over
}

// follow takes each entry into the tail and wakes whom it concerns, until ctx ends. After a failure of the store it tries
// again.
func (h *Hub) follow(ctx context.Context) {
	for ctx.Err() == nil {
		es, grown, err := h.cfg.Lab.After(ctx, h.heads.at())
		switch {
		case err != nil:
			if ctx.Err() == nil {
				h.cfg.Log.Error("the ledger could not be followed", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		case len(es) > 0:
			h.add(es)
		default:
			select {
			case <-ctx.Done():
			case <-grown:
			}
		}
	}
}

// add takes entries in. The tail has them before a heartbeat can speak of them.
func (h *Hub) add(es []ledger.Entry) {
	woken := h.tail.add(es, h.touch, h.everyone)
	if slices.ContainsFunc(es, func(e ledger.Entry) bool { return e.Kind == kindErased }) {
		h.older.forget(nil)
	}
	h.heads.add(es)
	h.workers.add(woken...)
}

// touch notes that an entry may have changed a person's rights, and returns the person's connections.
func (h *Hub) touch(subject string, at ledger.Seq) []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[subject]
	if p == nil {
		return nil
	}
	p.touched.Store(int64(at))
	return slices.Clone(p.conns)
}

// everyone returns all connections.
func (h *Hub) everyone() []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*conn
	for _, p := range h.people {
		out = append(out, p.conns...)
	}
	return out
}

// Drain takes no new connections, lets every command in hand finish and be answered, closes all connections with
// wire.CloseGoElsewhere, and returns when they are gone or ctx ends. It may be called more than once.
func (h *Hub) Drain(ctx context.Context) error {
	h.mu.Lock()
	if !h.over {
		h.over = true
		close(h.draining)
	}
	h.mu.Unlock()
	for _, c := range h.everyone() {
		c.hush(0) // the command in hand is still answered
	}
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		h.open.Wait()
		h.stop()
		h.workers.stop()
		h.gone.Wait()
	}()
	select {
	case <-quiet:
		return nil
	case <-ctx.Done():
		h.stop()
		h.cut()
		<-quiet
		return ctx.Err()
	}
}

// cut ends every connection without a word.
func (h *Hub) cut() {
	for _, c := range h.everyone() {
		c.cut()
	}
}

// bound is the next instant at which anybody's rights may change by themselves, as a state of the roster tells.
type bound struct {
	seq  ledger.Seq
	next time.Time
}

// boundOf returns it for a state; many connections ask for the same one at once.
func (h *Hub) boundOf(s *lab.State, now time.Time) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.bound.seq == s.Seq && now.Before(h.bound.next) {
		return h.bound.next
	}
	next, ok := s.Roster.Next(now)
	if !ok {
		next = now.Add(time.Hour)
	}
	h.bound = bound{seq: s.Seq, next: next}
	return next
}
