package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// SilentAfter is how long a connection may say nothing before it counts as dead: two heartbeats, and some.
const SilentAfter = 2*wire.HeartbeatEvery + 2*time.Second

// maxFrame is how long a frame may be: a roster, or the view of a full laboratory.
const maxFrame = 32 << 20

// Place is a place in the ledger to follow from. The zero Place is before the first entry.
type Place struct {
	Seq   ledger.Seq `json:"seq"`
	Epoch int        `json:"epoch,omitempty"` // of the Start under which Seq was learned
}

// Now is the place at the ledger's head: Follow begins with what is open and goes on with what is new.
var Now = Place{Seq: -1}

// Entry is one thing that happened, or with Start where the client stands.
type Entry struct {
	Seq       ledger.Seq
	At        time.Time
	By        string
	Kind      string // empty in a bare frame
	About     []string
	Body      json.RawMessage
	Enclosure []json.RawMessage // what the entry seals; null where it was erased
	Leaf      []byte            // the entry's bytes as they are hashed; nil in a bare frame

	Call string     // of a bare frame: the call's reference
	Due  *time.Time // of a bare frame: when the next step fires; nil when the call is over

	Start *wire.Start // where the client stands: nothing else is set then but Seq
	Epoch int
}

// Place returns the place from which Follow goes on after this entry.
func (e Entry) Place() Place { return Place{Seq: e.Seq, Epoch: e.Epoch} }

// Event returns what the entry tells. Error: wire.ErrKind for a kind that this version does not know.
func (e Entry) Event() (wire.Event, error) {
	in := ledger.Entry{Seq: e.Seq, Kind: e.Kind, Body: e.Body}
	for _, text := range e.Enclosure {
		in.Enclosures = append(in.Enclosures, ledger.Enclosure{Data: text, Erased: string(text) == "null"})
	}
	ev, err := wire.Decode(&in)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return ev, nil
}

// Follow yields every entry after a place that this person may see, and a Start first and each time it must start over;
// see the package comment. It ends when ctx ends, or with an error that coming back would not mend: nobody is signed in
// any more (*wire.Problem "signed-out"), too many connections, another protocol.
func (c *Client) Follow(ctx context.Context, after Place) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		f := &following{client: c, place: after, yield: yield}
		for tries := 0; ctx.Err() == nil; tries++ {
			at := c.nodes.here()
			err := f.connection(ctx, at)
			switch {
			case errors.Is(err, errStop) || ctx.Err() != nil:
				return
			case c.elsewhereHelps(err):
				c.nodes.leave(at)
			case final(err) && !f.signInAgain(ctx, err):
				yield(Entry{}, err)
				return
			}
			if f.started {
				tries, f.started = 0, false
			}
			c.tell(Status{Since: time.Now(), Err: err})
			if pause(ctx, tries) != nil {
				return
			}
		}
	}
}

var errStop = errors.New("the caller wants no more")

// following is one Follow.
type following struct {
	client  *Client
	place   Place
	last    ledger.Seq // the next frame's prev
	begun   bool       // a start was yielded
	started bool       // since the last pause
	asked   bool       // a start is on its way: what comes before it belongs to what is resumed
	signed  bool       // again, since the last start
	yield   func(Entry, error) bool
}

func (c *Client) tell(s Status) {
	if c.watch != nil {
		c.watch(s)
	}
}

// final tells whether coming back as one is would not help.
func final(err error) bool {
	if p, ok := errors.AsType[*wire.Problem](err); ok {
		return !passing(p.Code)
	}
	var gone *websocket.CloseError
	return errors.As(err, &gone) && gone.Code >= 4400 && gone.Code < 4500
}

// signInAgain signs in with login and password where the session was what ended; once for each start.
func (f *following) signInAgain(ctx context.Context, err error) bool {
	var p *wire.Problem
	over := websocket.IsCloseError(err, wire.CloseSignedOut) || errors.As(err, &p) && p.Code == "signed-out"
	if !over || f.signed || f.client.cred.Login == "" {
		return false
	}
	f.signed = true
	return f.client.SignIn(ctx) == nil
}

// connection follows over one connection until that ends.
func (f *following) connection(ctx context.Context, at *url.URL) error {
	ws, err := f.client.dial(ctx, at)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = ws.NetConn().Close() })
	defer stop()
	defer func() { _ = ws.Close() }()
	ws.SetReadLimit(maxFrame)
	if err := f.ask(ws); err != nil {
		return f.refused(ws, err)
	}
	for {
		if err := ws.SetReadDeadline(time.Now().Add(f.client.silent)); err != nil {
			return fmt.Errorf("client: %w", err)
		}
		_, text, err := ws.ReadMessage()
		if err != nil {
			return f.ended(err)
		}
		if err := f.frame(ws, text); err != nil {
			if errors.Is(err, errStop) {
				bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
				_ = ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // gone is gone
			}
			return err
		}
	}
}

// refused returns why a connection that took no word was closed, if the server said so.
func (f *following) refused(ws *websocket.Conn, err error) error {
	if ws.SetReadDeadline(time.Now().Add(time.Second)) != nil {
		return err
	}
	for {
		_, _, late := ws.ReadMessage()
		if _, ok := errors.AsType[*websocket.CloseError](late); ok {
			return f.ended(late)
		}
		if late != nil {
			return err
		}
	}
}

// ended gives what ended a connection the words that the protocol has for it.
func (f *following) ended(err error) error {
	if websocket.IsCloseError(err, wire.CloseSignedOut) {
		p, _, _ := wire.ProblemOf(wire.ErrSignIn)
		return p
	}
	return fmt.Errorf("client: %w", err)
}

// ask sends the command follow from the place at hand.
func (f *following) ask(ws *websocket.Conn) error {
	body, err := json.Marshal(wire.FollowBody{After: &f.place.Seq, Epoch: f.place.Epoch})
	if err == nil {
		f.asked = true
		err = ws.WriteJSON(wire.Command{ID: "follow", Do: wire.DoFollow, Body: body})
	}
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return nil
}

// frame takes one frame.
func (f *following) frame(ws *websocket.Conn, text []byte) error {
	var in wire.Frame
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("client: a frame cannot be read: %w", err)
	}
	switch {
	case in.Error != nil:
		return in.Error
	case in.Start != nil && f.asked && in.Re == "":
		return nil // the one that was asked for comes after it
	case in.Start != nil:
		return f.start(in.Start)
	case f.asked:
		return nil
	case in.Beat != nil:
		if in.Beat.Last > f.last { // something was not sent
			return f.ask(ws)
		}
		f.place.Seq = max(f.place.Seq, in.Beat.Head)
		return nil
	case in.Seq == 0 || in.Seq <= f.last:
		return nil
	case in.Prev != f.last:
		return f.ask(ws)
	}
	f.last, f.place.Seq = in.Seq, in.Seq
	e := Entry{
		Seq: in.Seq, By: in.By, Kind: in.Kind, About: in.About, Body: in.Body, Enclosure: in.Enclosure,
		Call: in.Call, Due: in.Due, Epoch: f.place.Epoch,
	}
	at, err := time.Parse(time.RFC3339Nano, in.At)
	if err != nil {
		return fmt.Errorf("client: entry %d has no time: %w", in.Seq, err)
	}
	e.At = at
	e.Leaf, _ = wire.Leaf(text)
	if !f.yield(e, nil) {
		return errStop
	}
	return nil
}

// start takes where the client stands. After a resumed connection nothing is new to the caller.
func (f *following) start(s *wire.Start) error {
	resumed := f.begun && s.Over == ""
	f.begun, f.started, f.signed, f.asked, f.last = true, true, false, false, s.After
	f.place = Place{Seq: s.After, Epoch: s.Epoch}
	f.client.tell(Status{Connected: true, Since: time.Now()})
	if resumed {
		return nil
	}
	if !f.yield(Entry{Seq: s.After, Start: s, Epoch: s.Epoch}, nil) {
		return errStop
	}
	return nil
}

// dial opens a websocket.
func (c *Client) dial(ctx context.Context, at *url.URL) (*websocket.Conn, error) {
	to := *at
	to.Path = "/ws"
	h := http.Header{}
	c.prepare(at, h)
	for _, cookie := range c.http.Jar.Cookies(at) {
		h.Add("Cookie", cookie.Name+"="+cookie.Value)
	}
	d := websocket.Dialer{HandshakeTimeout: 10 * time.Second, Subprotocols: []string{wire.Protocol}, Proxy: http.ProxyFromEnvironment}
	if t, ok := c.http.Transport.(*http.Transport); ok {
		d.TLSClientConfig, d.NetDialContext, d.Proxy = t.TLSClientConfig.Clone(), t.DialContext, t.Proxy
	}
	to.Scheme = map[string]string{"http": "ws", "https": "wss"}[at.Scheme]
	ws, res, err := d.DialContext(ctx, to.String(), h)
	if err == nil {
		return ws, nil
	}
	if res != nil {
		defer func() { _ = res.Body.Close() }()
		b, rerr := io.ReadAll(io.LimitReader(res.Body, wire.MaxMessage))
		if rerr == nil && json.Valid(b) {
			return nil, problemIn(res.StatusCode, b)
		}
	}
	return nil, fmt.Errorf("client: %w", err)
}
