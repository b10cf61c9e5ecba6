package channels

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// tailBytes is how many bytes of leaves and enclosures the tail keeps at most.
const tailBytes = 16 << 20

// kindErased is the kind of the entry that says that enclosures were erased.
const kindErased = "ledger.erased"

// tail is the newest entries of the ledger, dense, and who hears them: it decides whom an entry wakes and what a cursor
// has still to send. Both cost as much as there is for those who may see it, however many others are connected.
//
// Its frames are encoded once: a full one is the leaf and the enclosures as they were recorded, a bare one is kept.
type tail struct {
	mu    sync.RWMutex
	es    []*entry // dense, up to head
	head  ledger.Seq
	most  int // entries
	size  int
	full  map[string]*channel
	bells map[string]*channel // what bare viewers hear
	all   atomic.Int64        // the newest entry that may change anybody's rights
}

// channel is one channel, as full or as bare viewers hear it. Guarded by the tail.
type channel struct {
	head  ledger.Seq // its newest entry that is or was in the tail; 0: none
	conns []*conn    // who hears it
}

// entry is one entry in the tail.
type entry struct {
	ledger.Entry
	in   []link
	size int // bytes of its full frame, but for the place in front
	bell atomic.Pointer[bell]
}

// link is an entry's place in a channel.
type link struct {
	to   *channel
	prev ledger.Seq // the entry before it in the channel
}

// bare returns the entry's bare frame, but for the place in front, as a state knows its call.
func (e *entry) bare(s *lab.State) []byte {
	ref, due, _ := s.Bell(e.Kind, e.About)
	at := time.Time{}
	if due != nil {
		at = *due
	}
	if b := e.bell.Load(); b != nil && b.ref == ref && b.due.Equal(at) {
		return b.text
	}
	text, err := wire.AppendBareRest(nil, wire.Bare{Seq: e.Seq, At: e.At, Call: ref, Due: due})
	if err != nil {
		panic(err) // an entry's time is one that JSON can write
	}
	e.bell.Store(&bell{ref, at, text})
	return text
}

// bell is the bare frame of an entry, but for the place in front.
type bell struct {
	ref  string
	due  time.Time // zero: none
	text []byte
}

// sub is a connection's place among those who hear a channel.
type sub struct {
	to *channel
	at int
}

func (t *tail) start(head ledger.Seq, most int) {
	t.head, t.most, t.full, t.bells = head, most, map[string]*channel{}, map[string]*channel{}
}

// channel returns a channel, made where there was none.
func (t *tail) channel(name string, bare bool) *channel {
	of := t.full
	if bare {
		of = t.bells
	}
	ch := of[name]
	if ch == nil {
		ch = &channel{}
		of[name] = ch
	}
	return ch
}

// add appends entries, which follow on the head, and returns whom they concern: who may see one, and whose rights one
// may change. touch notes that an entry is about a subject, and returns its connections.
func (t *tail) add(es []ledger.Entry, touch func(subject string, at ledger.Seq) []*conn, everyone func() []*conn) (woken []*conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wake := func(cs []*conn) {
		for _, c := range cs {
			if c.call() {
				woken = append(woken, c)
			}
		}
	}
	for i := range es {
		e := &entry{Entry: es[i], size: wire.FullRest(&es[i])}
		rings := lab.Rings(e.Kind, e.About)
		e.in = make([]link, 0, len(e.To)*2)
		for _, to := range e.To {
			t.link(e, t.channel(to, false))
			if rings {
				t.link(e, t.channel(to, true))
			}
		}
		t.es, t.head = append(t.es, e), e.Seq
		t.size += weight(e)
		for _, l := range e.in {
			wake(l.to.conns)
		}
		switch {
		case strings.HasPrefix(e.Kind, "roster."):
			t.all.Store(int64(e.Seq))
			wake(everyone())
		case strings.HasPrefix(e.Kind, "person."), strings.HasPrefix(e.Kind, "session."):
			for _, subject := range e.About {
				wake(touch(subject, e.Seq))
			}
		case e.Kind == kindErased:
			t.drop(len(t.es)) // what was erased is sent from the store, as it is now
		}
	}
	t.trim()
	return woken
}

// link puts an entry into a channel; one that names it twice is in it once.
func (t *tail) link(e *entry, to *channel) {
	if to.head != e.Seq {
		e.in = append(e.in, link{to, to.head})
		to.head = e.Seq
	}
}

func weight(e *entry) int { return 512 + e.size }

// trim keeps the tail within its bounds.
func (t *tail) trim() {
	drop, size := 0, t.size
	for len(t.es)-drop > t.most || size > tailBytes && len(t.es)-drop > 1 {
		size -= weight(t.es[drop])
		drop++
	}
	t.drop(drop)
}

// drop forgets the oldest n entries, and the channels that nobody hears and of which nothing is left.
func (t *tail) drop(n int) {
	if n == 0 {
		return
	}
	for _, e := range t.es[:n] {
		t.size -= weight(e)
		for _, to := range e.To {
			for _, of := range []map[string]*channel{t.full, t.bells} {
				if ch := of[to]; ch != nil && ch.head == e.Seq && len(ch.conns) == 0 {
					delete(of, to)
				}
			}
		}
	}
	clear(t.es[:n])
	t.es = t.es[n:]
}

// first is the place before the oldest entry that the tail has: from there on a cursor can go on.
func (t *tail) first() ledger.Seq { return t.head - ledger.Seq(len(t.es)) }

// plan puts every entry after a place that is in one of the channels into es, in order. behind tells that the tail does
// not reach back so far, changed that an entry after looked may have changed the rights by which the channels were found.
func (t *tail) plan(es []*entry, subs []sub, after, looked ledger.Seq, p *person) (out []*entry, upTo ledger.Seq, behind, changed bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.touched(p) > looked {
		return es, after, false, true
	}
	if after < t.first() {
		return es, after, true, false
	}
	from := len(es)
	for _, s := range subs {
		for at := s.to.head; at > after; {
			e := t.es[at-t.first()-1]
			es = append(es, e)
			at = e.before(s.to)
		}
	}
	if len(es)-from > 1 {
		slices.SortFunc(es[from:], func(a, b *entry) int { return int(a.Seq - b.Seq) })
		es = slices.Compact(es)
	}
	return es, max(after, t.head), false, false
}

// touched returns the newest entry that may have changed a person's rights.
func (t *tail) touched(p *person) ledger.Seq {
	return ledger.Seq(max(t.all.Load(), p.touched.Load()))
}

// before returns the entry before this one in a channel.
func (e *entry) before(ch *channel) ledger.Seq {
	for _, l := range e.in {
		if l.to == ch {
			return l.prev
		}
	}
	return 0
}

// hear has a connection hear channels instead of those that it heard.
func (t *tail) hear(c *conn, channels []string, bare bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range c.subs {
		t.leave(c, i)
	}
	c.subs = slices.Grow(c.subs[:0], len(channels))
	for _, name := range channels {
		ch := t.channel(name, bare)
		c.subs = append(c.subs, sub{ch, len(ch.conns)})
		ch.conns = append(ch.conns, c)
	}
}

// leave takes a connection out of the channel of one of its subs.
func (t *tail) leave(c *conn, i int) {
	s := c.subs[i]
	last := len(s.to.conns) - 1
	moved := s.to.conns[last]
	s.to.conns[s.at] = moved
	for k := range moved.subs {
		if moved.subs[k].to == s.to {
			moved.subs[k].at = s.at
			break
		}
	}
	s.to.conns[last] = nil
	if s.to.conns = s.to.conns[:last]; cap(s.to.conns) > 64 && last < cap(s.to.conns)/4 {
		s.to.conns = slices.Clone(s.to.conns)
	}
}

// span returns the place from which the tail goes on, and its head.
func (t *tail) span() (first, head ledger.Seq) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.first(), t.head
}
