package channels

import (
	"encoding/json"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// A connection is written to by its owner, of whom there is one at most and, while there is nothing to write, none: a
// worker, for as long as it needs not wait; a goroutine that is made for it, while its socket is full or it must read
// the ledger; or whoever has just put something there to write.
//
//	idle ──call──► called ──own──► owned ──release──► idle
//	                                └──call──► again ──release──► owned
const (
	idle   = iota // nobody has it
	called        // it is on the workers' list
	owned         // somebody has it
	again         // the same, and there is more to do than the owner may know
)

const (
	gathered  = 64 << 10 // bytes that are written at once, or one frame that is longer
	held      = 16 << 10 // bytes of old entries that a connection holds at most while its socket takes nothing
	pingBeats = 3        // a ping each so many heartbeats
)

// call says that there is something to write; true when the caller must put the connection on the workers' list.
func (c *conn) call() bool {
	for {
		switch s := c.state.Load(); s {
		case idle:
			if c.state.CompareAndSwap(idle, called) {
				return true
			}
		case owned:
			if c.state.CompareAndSwap(owned, again) {
				return false
			}
		default:
			return false
		}
	}
}

func (c *conn) own() { c.state.Store(owned) }

// release gives the connection back; false when there is more to do.
func (c *conn) release() bool {
	if c.state.CompareAndSwap(owned, idle) {
		return true
	}
	c.state.Store(owned)
	return false
}

// urge writes what there is to write at once, unless another is at it.
func (c *conn) urge() {
	if c.state.CompareAndSwap(idle, owned) {
		c.work()
	} else if c.call() {
		c.hub.workers.add(c)
	}
}

// work takes turns of a connection that is owned until there is nothing to do. It waits for nothing.
func (c *conn) work() {
	defer c.failed()
	for {
		next := full
		if c.raw != nil {
			next = c.turn()
		}
		switch next {
		case quiet:
			if c.release() {
				return
			}
		case ended:
			return
		default:
			c.hub.stats.Waits.Add(1)
			c.hub.open.Go(c.wait)
			return
		}
	}
}

// wait is work that may wait, for the socket and for the ledger.
func (c *conn) wait() {
	defer c.failed()
	for c.push() {
		switch c.turn() {
		case quiet:
			if c.release() {
				return
			}
		case think:
			c.think()
		case ended:
			return
		}
	}
}

// failed ends a connection whose owner had a bug.
func (c *conn) failed() {
	if r := recover(); r != nil {
		c.bug("write", r)
		c.done(false)
	}
}

// done is the end of writing. Who was told farewell has a while to close.
func (c *conn) done(told bool) {
	if told {
		c.hush(farewell)
	} else {
		c.cut()
	}
	c.gone, c.rest = true, nil
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over, c.out, c.todo = true, nil, nil
	c.told.Broadcast()
}

// push writes the rest, waiting for the socket; false when the connection is over.
func (c *conn) push() bool {
	if len(c.rest) > 0 {
		_, err := c.writeAll(c.rest)
		c.rest = nil
		if err != nil {
			c.done(false)
		} else {
			c.sent()
		}
	}
	return !c.gone
}

// sent says that every answer that was taken is written.
func (c *conn) sent() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unsent && len(c.out) == 0 && c.todo == nil {
		c.unsent = false
		c.told.Broadcast()
	}
}

// How a turn ended.
const (
	quiet = iota // everything is written
	full         // the socket takes no more, and the rest is what must be written next
	think        // something must be done that may take a while
	ended
)

// turn writes what there is to write, as far as that needs no waiting, 64 KiB at a time: the rest, answers, pong and
// ping, then the entries that the viewer may see, then a heartbeat.
func (c *conn) turn() int {
	s, _ := scratches.Get().(*scratch) // it holds nothing else
	defer s.free()
	c.tick()
	for {
		c.mu.Lock()
		todo, closing := c.todo != nil, c.closing
		c.mu.Unlock()
		if closing == nil {
			ready, err := false, (*closingError)(nil)
			if !todo {
				ready, err = c.plan(s)
			}
			if err != nil {
				c.end(err)
				continue
			}
			if !ready {
				return think
			}
		}
		c.gather(s)
		n, err := c.write(s, s.buf)
		switch {
		case err != nil || s.closing != nil && s.closing.code == 0:
			c.done(false)
			return ended
		case n < len(s.buf):
			c.partly(s, n)
			return full
		case s.closing != nil:
			c.done(true)
			return ended
		}
		c.commit(s, len(s.ends))
		c.rest = nil
		c.owes = c.owes && !s.beats
		if s.unsent {
			c.sent()
		}
		if s.next == len(s.es) && !s.lost {
			c.at = max(c.at, s.upTo)
			return quiet
		}
	}
}

// tick takes the connection's turn on the wheel, if it has come.
func (c *conn) tick() {
	if !c.due.Swap(false) {
		return
	}
	c.beats++
	c.pings = c.pings || c.beats%pingBeats == 0
	c.owes = c.following
	if !c.following {
		c.until = time.Time{} // nothing else tells it that its session is over
	}
}

// plan finds what the viewer may see and was not sent; ready is false if something must be thought over before.
func (c *conn) plan(s *scratch) (ready bool, err *closingError) {
	h := c.hub
	for {
		if now := h.cfg.Lab.Now(); !now.Before(c.until) || h.tail.touched(c.person) > c.looked {
			if changed, err := c.renew(h.cfg.Lab.State(), now); err != nil || changed {
				return false, err
			}
		}
		if !c.following || s.next < len(s.es) {
			return true, nil
		}
		if c.owes {
			s.beat = h.heads.beat(c.channels, c.bare, h.cfg.Lab.Now())
		}
		var behind, changed bool
		s.next = 0
		s.es, s.upTo, behind, changed = h.tail.plan(s.es[:0], c.subs, c.at, c.looked, c.person)
		if !changed {
			return !behind, nil
		}
	}
}

// gather puts what is to be written now into the buffer.
func (c *conn) gather(s *scratch) {
	c.mu.Lock()
	out, pong := c.out, c.pong
	c.out, c.pong = nil, nil
	s.closing, s.unsent = c.closing, c.unsent
	c.mu.Unlock()
	b := append(append(s.buf[:0], c.rest...), out...)
	if pong != nil {
		b = appendFrame(b, websocket.PongMessage, pong)
	}
	if c.pings {
		c.pings = false
		b = appendFrame(b, websocket.PingMessage, nil)
	}
	s.ends, s.beats, s.lost = s.ends[:0], false, false
	if s.closing != nil {
		if s.closing.code != 0 && !c.bye {
			c.bye = true
			b = appendFrame(b, websocket.CloseMessage, websocket.FormatCloseMessage(s.closing.code, s.closing.why))
		}
		s.fixed, s.buf = len(b), b
		return
	}
	s.fixed = len(b)
	last := c.last
	for _, e := range s.es[s.next:] {
		if len(b) >= gathered {
			break
		}
		b = c.appendEntry(b, e, last)
		last = e.Seq
		s.ends = append(s.ends, len(b))
	}
	if c.owes && c.following && s.next+len(s.ends) == len(s.es) {
		b = c.appendBeat(s, b, last)
	}
	s.buf = b
}

// appendBeat appends the heartbeat, after everything that it speaks of.
func (c *conn) appendBeat(s *scratch, b []byte, last ledger.Seq) []byte {
	if s.beat.Last > last {
		s.lost = true
		c.hub.stats.Lost.Add(1)
		c.hub.cfg.Log.Error("a connection was not sent what it should have been", "last", s.beat.Last, "sent", last)
		c.end(&closingError{wire.CloseLost, "an entry was not sent"})
		return b
	}
	s.beats = true
	text, err := json.Marshal(struct {
		Beat wire.Beat `json:"beat"`
	}{s.beat})
	if err != nil {
		panic(err) // a heartbeat is one that JSON can write
	}
	return appendFrame(b, websocket.TextMessage, text)
}

// partly keeps, of what was not written, what has begun: the fixed part, or one frame. The cursor has the others.
func (c *conn) partly(s *scratch, n int) {
	begun, upTo := 0, s.fixed
	if n >= s.fixed {
		for begun < len(s.ends) && s.ends[begun] <= n {
			begun++
		}
		if begun < len(s.ends) {
			upTo = s.ends[begun]
			begun++
		} else {
			upTo = len(s.buf)
			c.owes = false
		}
	}
	c.rest = append(make([]byte, 0, upTo-n), s.buf[n:upTo]...)
	c.commit(s, begun)
}

// commit moves the cursor over n of the entries in the buffer.
func (c *conn) commit(s *scratch, n int) {
	if n == 0 {
		return
	}
	s.next += n
	c.last = s.es[s.next-1].Seq
	c.at = max(c.at, c.last)
	c.hub.stats.Entries.Add(int64(n))
}
