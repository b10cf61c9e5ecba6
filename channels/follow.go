package channels

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// think does what may take a while, in its own goroutine: starts, rights that have changed, and what lies behind the
// tail. What is to be sent is the rest then.
func (c *conn) think() {
	c.mu.Lock()
	todo := c.todo
	c.mu.Unlock()
	var err *closingError
	now := c.hub.cfg.Lab.Now()
	switch {
	case todo != nil:
		err = todo()
		c.mu.Lock()
		c.todo = nil
		c.mu.Unlock()
	case !now.Before(c.until) || c.hub.tail.touched(c.person) > c.looked:
		err = c.look(now)
	default:
		err = c.catchUp()
	}
	if err != nil {
		c.end(err)
	}
}

// send puts a value into the rest, as a text frame.
func (c *conn) send(a wire.Answer) {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err) // a start is one that JSON can write
	}
	c.rest = appendFrame(c.rest, websocket.TextMessage, text)
}

// follow answers the command: where the client is, and what is open.
func (c *conn) follow(re string, b wire.FollowBody) *closingError {
	l := c.hub.cfg.Lab
	s, now := l.State(), l.Now()
	if err := c.rights(s, now); err != nil {
		return err
	}
	c.following = true
	c.live.Store(true)
	at, over := s.Seq, ""
	switch {
	case b.After == nil || *b.After < 0:
		over = wire.OverFirst
	case b.Epoch != s.Epoch:
		over = wire.OverEpoch
	case *b.After > s.Seq:
		over = wire.OverBeyond
	default:
		at = *b.After
	}
	c.begin(s, now, at, over, re)
	return nil
}

// unlocked goes on as another viewer: first what was recorded up to now, by what both may see, then a start.
func (c *conn) unlocked(re string, v lab.Viewer) *closingError {
	s, now := c.hub.cfg.Lab.State(), c.hub.cfg.Lab.Now()
	c.send(wire.Answer{Re: re, OK: s.Me(v)})
	c.viewer = v
	if !c.following {
		return c.rights(s, now)
	}
	return c.look(now)
}

// begin sends a start frame; entries go on after at. The connection is among those who hear its channels before it is
// looked what they have, so that nothing comes between.
func (c *conn) begin(s *lab.State, now time.Time, at ledger.Seq, over, re string) {
	c.hub.tail.hear(c, c.channels, c.bare)
	c.at, c.last = at, at
	view := s.Calls(c.viewer, c.channels, 0, now)
	c.send(wire.Answer{Re: re, Start: &wire.Start{
		Head: s.Seq, After: at, Epoch: s.Epoch, Over: over, Now: now, Site: s.Site, Node: c.hub.cfg.Lab.Node(), Zone: s.Zone,
		Me: s.Me(c.viewer), Channels: c.channels, Calls: view.Calls, Work: view.Work, Held: view.Held, Bells: view.Bells,
	}})
}

// rights are what a viewer may hear by a state.
type rights struct {
	viewer   lab.Viewer
	channels []string
	bare     bool
	until    time.Time
}

// rightsBy returns what the viewer may hear by a state.
func (c *conn) rightsBy(s *lab.State, now time.Time) (rights, *closingError) {
	r := rights{viewer: s.Present(c.viewer, now)}
	if !s.Signed(r.viewer, now) {
		return r, &closingError{wire.CloseSignedOut, "the session is over"}
	}
	r.channels, r.bare = s.Hears(r.viewer, now), s.Bare(r.viewer)
	r.until = c.hub.boundOf(s, now)
	if in, ok := s.Sessions.Open.Get(r.viewer.Session); ok && in.Until.Before(r.until) {
		r.until = in.Until
	}
	return r, nil
}

// rights takes what the viewer may hear by a state.
func (c *conn) rights(s *lab.State, now time.Time) *closingError {
	r, err := c.rightsBy(s, now)
	if err == nil {
		c.viewer, c.channels, c.bare, c.until, c.looked = r.viewer, r.channels, r.bare, r.until, s.Seq
	}
	return err
}

// renew takes what the viewer may hear by a state, unless that has changed for one who follows: then look must.
func (c *conn) renew(s *lab.State, now time.Time) (changed bool, err *closingError) {
	r, err := c.rightsBy(s, now)
	if err != nil {
		return false, err
	}
	if c.following && (r.bare != c.bare || !slices.Equal(r.channels, c.channels)) {
		return true, nil
	}
	c.viewer, c.bare, c.until, c.looked = r.viewer, r.bare, r.until, s.Seq
	return false, nil
}

// look asks for the viewer's rights again. If they changed, what was recorded up to then goes out as far as it is
// allowed by both, and a start frame replaces what the client holds.
func (c *conn) look(now time.Time) *closingError {
	s := c.hub.cfg.Lab.State()
	before, bare := c.channels, c.bare
	if err := c.rights(s, now); err != nil {
		return err
	}
	if slices.Equal(before, c.channels) && bare == c.bare {
		c.channels = before
		return nil
	}
	hears := c.channels
	both := slices.DeleteFunc(slices.Clone(before), func(ch string) bool { return !slices.Contains(hears, ch) })
	for c.at < s.Seq && !c.gone {
		es, _, err := c.hub.cfg.Lab.After(c.hub.run, c.at)
		if err != nil {
			return c.unread(err)
		}
		c.scan(es[:min(len(es), int(s.Seq-c.at))], both)
	}
	c.begin(s, now, s.Seq, wire.OverRights, "")
	return nil
}

// catchUp sends from the store what lies before the tail, a piece at a time.
func (c *conn) catchUp() *closingError {
	_, head := c.hub.tail.span()
	es, err := c.hub.older.read(c.hub.run, c.at, head)
	if err != nil {
		return c.unread(err)
	}
	c.scan(es, c.channels)
	return nil
}

func (c *conn) unread(err error) *closingError {
	c.hub.cfg.Log.Error("a connection could not read the ledger", "error", err)
	return &closingError{wire.CloseGoElsewhere, "the ledger could not be read"}
}

// scan sends those of the entries that are for one of the channels: the plain way, which asks each entry.
func (c *conn) scan(es []ledger.Entry, channels []string) {
	for i := range es {
		e := &es[i]
		if lab.May(channels, e.To) && (!c.bare || lab.Rings(e.Kind, e.About)) {
			c.rest = c.appendEntry(c.rest, &entry{Entry: *e, size: wire.FullRest(e)}, c.last)
			c.last = e.Seq
			c.hub.stats.Entries.Add(1)
		}
		c.at = e.Seq
		if len(c.rest) >= held && !c.push() {
			return
		}
	}
}
