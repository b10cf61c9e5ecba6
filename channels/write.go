package channels

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

const (
	gathered  = 64 << 10        // bytes that are written at once, or one frame that is longer
	farewell  = 2 * time.Second // for the client to close after it was told to
	pingBeats = 3               // a ping each so many heartbeats
)

// closing ends a connection with a code and a word of why.
type closingError struct {
	code int
	why  string
}

func (e *closingError) Error() string { return fmt.Sprintf("close %d: %s", e.code, e.why) }

// write is the connection's one writer.
func (c *conn) write() {
	defer c.rescue("write")
	defer func() { _ = c.ws.Close() }()
	defer close(c.ended)
	err := c.serve()
	var end *closingError
	if !errors.As(err, &end) {
		return // the socket takes nothing any more
	}
	if end.code != 0 {
		c.closeFrame(end.code, end.why)
	}
	if c.flush() != nil {
		return
	}
	// Closing at once could take the last frames away again.
	c.hush(farewell)
	for {
		select {
		case <-c.answers:
		case <-c.follows:
		case <-c.unlocks:
		case <-c.heard:
			return
		}
	}
}

func (c *conn) serve() error {
	beat := time.NewTicker(c.hub.cfg.Beat)
	defer beat.Stop()
	draining, beats := c.hub.draining, 0
	var grown <-chan struct{}
	for {
		var err error
		due := false
		select {
		case f := <-c.follows:
			err = c.start(f)
		case a := <-c.answers:
			err = c.send(a)
		case u := <-c.unlocks:
			err = c.unlocked(u)
		case <-c.nudged:
			if !c.following { // one that follows meets the entry by itself
				err = c.rights(c.hub.cfg.Lab.State(), c.hub.cfg.Lab.Now())
			}
		case text := <-c.pong:
			c.frame(websocket.PongMessage, text)
		case <-grown:
		case <-beat.C:
			if due = c.following; !due { // nothing else tells it that its session is over
				err = c.rights(c.hub.cfg.Lab.State(), c.hub.cfg.Lab.Now())
			}
			if beats++; beats%pingBeats == 0 {
				c.frame(websocket.PingMessage, nil)
			}
		case why := <-c.elsewhere:
			return &closingError{wire.CloseGoElsewhere, why}
		case <-draining:
			draining = nil
			c.hush(0) // the command in hand is still answered
		case <-c.heard:
			switch {
			case draining == nil:
				return &closingError{wire.CloseGoElsewhere, "this node is stopping"}
			case c.code.Load() == wire.CloseSlow:
				c.hub.stats.Silent.Add(1)
				return &closingError{wire.CloseSlow, "no sign of life"}
			}
			return &closingError{int(c.code.Load()), ""}
		}
		if err == nil && c.following {
			if due {
				grown, err = c.beat()
			} else {
				grown, _, err = c.pump()
			}
		}
		if err == nil || errors.As(err, new(*closingError)) {
			if late := c.flush(); late != nil {
				return late
			}
		}
		if err != nil {
			return err
		}
	}
}

// start answers follow: where the client is, and what is open.
func (c *conn) start(f follow) error {
	l := c.hub.cfg.Lab
	s, now := l.State(), l.Now()
	if err := c.rights(s, now); err != nil {
		return err
	}
	c.following = true
	c.live.Store(true)
	at, over := s.Seq, ""
	switch {
	case f.body.After == nil || *f.body.After < 0:
		over = wire.OverFirst
	case f.body.Epoch != s.Epoch:
		over = wire.OverEpoch
	case *f.body.After > s.Seq:
		over = wire.OverBeyond
	default:
		at = *f.body.After
	}
	return c.begin(s, now, at, over, f.id)
}

// unlocked goes on as another viewer: first what was recorded up to now, by what both may see, then a start.
func (c *conn) unlocked(u unlocked) error {
	s, now := c.hub.cfg.Lab.State(), c.hub.cfg.Lab.Now()
	if err := c.send(wire.Answer{Re: u.id, OK: s.Me(u.viewer)}); err != nil {
		return err
	}
	c.viewer = u.viewer
	if !c.following {
		return c.rights(s, now)
	}
	_, err := c.look(now)
	return err
}

// begin sends a start frame; entries go on after at.
func (c *conn) begin(s *lab.State, now time.Time, at ledger.Seq, over, re string) error {
	c.at, c.last = at, at
	view := s.Calls(c.viewer, c.channels, 0, now)
	return c.send(wire.Answer{Re: re, Start: &wire.Start{
		Head: s.Seq, After: at, Epoch: s.Epoch, Over: over, Now: now, Site: s.Site, Node: c.hub.cfg.Lab.Node(), Zone: s.Zone,
		Me: s.Me(c.viewer), Channels: c.channels, Calls: view.Calls, Work: view.Work, Held: view.Held, Bells: view.Bells,
	}})
}

// rights looks at what the viewer may hear by a state.
func (c *conn) rights(s *lab.State, now time.Time) error {
	c.viewer = s.Present(c.viewer, now)
	if !s.Signed(c.viewer, now) {
		return &closingError{wire.CloseSignedOut, "the session is over"}
	}
	c.channels, c.bare = s.Hears(c.viewer, now), s.Bare(c.viewer)
	c.until = c.hub.boundOf(s, now)
	if in, ok := s.Sessions.Open.Get(c.viewer.Session); ok && in.Until.Before(c.until) {
		c.until = in.Until
	}
	return nil
}

// pump puts every visible entry after the cursor into the buffer. started tells whether the viewer's rights changed and
// a start frame was sent.
func (c *conn) pump() (grown <-chan struct{}, started bool, err error) {
	l := c.hub.cfg.Lab
	for {
		es, more, err := l.After(c.context(), c.at)
		if err != nil {
			c.hub.cfg.Log.Error("a connection could not read the ledger", "error", err)
			return nil, started, &closingError{wire.CloseGoElsewhere, "the ledger could not be read"}
		}
		if now := l.Now(); !now.Before(c.until) || slices.ContainsFunc(es, func(e ledger.Entry) bool { return c.touches(&e) }) {
			changed, err := c.look(now)
			if err != nil {
				return nil, started, err
			}
			if started = started || changed; changed {
				continue
			}
		}
		if len(es) == 0 {
			return more, started, nil
		}
		if err := c.scan(es); err != nil {
			return nil, started, err
		}
	}
}

// touches tells whether an entry may change what the viewer may hear.
func (c *conn) touches(e *ledger.Entry) bool {
	switch {
	case strings.HasPrefix(e.Kind, "roster."):
		return true
	case strings.HasPrefix(e.Kind, "person."):
		return slices.Contains(e.About, c.viewer.Subject)
	case e.Kind == "session.ended", e.Kind == "session.locked":
		return slices.Contains(e.About, c.viewer.Subject)
	}
	return false
}

// look asks for the viewer's rights again. If they changed, what was recorded up to then goes out as far as it is
// allowed by both, and a start frame replaces what the client holds.
func (c *conn) look(now time.Time) (changed bool, err error) {
	s := c.hub.cfg.Lab.State()
	before, bare := c.channels, c.bare
	if err := c.rights(s, now); err != nil {
		return false, err
	}
	if slices.Equal(before, c.channels) && bare == c.bare {
		return false, nil
	}
	hears := c.channels
	c.channels = slices.DeleteFunc(slices.Clone(before), func(ch string) bool { return !slices.Contains(hears, ch) })
	for c.at < s.Seq {
		es, _, err := c.hub.cfg.Lab.After(c.context(), c.at)
		if err != nil {
			return false, &closingError{wire.CloseGoElsewhere, "the ledger could not be read"}
		}
		if err := c.scan(es[:min(len(es), int(s.Seq-c.at))]); err != nil {
			return false, err
		}
	}
	c.channels = hears
	return true, c.begin(s, now, s.Seq, wire.OverRights, "")
}

// scan puts those of the entries that the viewer may see into the buffer.
func (c *conn) scan(es []ledger.Entry) error {
	for i := range es {
		e := &es[i]
		c.at = e.Seq
		if !lab.May(c.channels, e.To) || c.bare && !lab.Rings(e.Kind, e.About) {
			continue
		}
		if c.bare {
			b := wire.Bare{Prev: c.last, Seq: e.Seq, At: e.At}
			b.Call, b.Due, _ = c.hub.cfg.Lab.State().Bell(e.Kind, e.About)
			if err := c.send(b); err != nil {
				return err
			}
		} else {
			c.frame(websocket.TextMessage, wire.FullFrame(c.last, e))
		}
		c.last = e.Seq
		c.hub.stats.Entries.Add(1)
		if len(c.buf) >= gathered {
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// beat sends the heartbeat, after everything that it speaks of.
func (c *conn) beat() (grown <-chan struct{}, err error) {
	b := c.hub.index.beat(c.channels, c.bare, c.hub.cfg.Lab.Now())
	grown, started, err := c.pump()
	if err != nil || started {
		return grown, err
	}
	if b.Last > c.last {
		c.hub.stats.Lost.Add(1)
		c.hub.cfg.Log.Error("a connection was not sent what it should have been", "last", b.Last, "sent", c.last)
		return nil, &closingError{wire.CloseLost, "an entry was not sent"}
	}
	return grown, c.send(struct {
		Beat wire.Beat `json:"beat"`
	}{b})
}
