package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// Credentials is who signs in: a person by login and password, a program by its token, or whoever holds the cookies of
// a browser's session.
type Credentials struct {
	Login, Password string
	Device          bool // with Login: as a device, which gets bare frames only

	Token string

	Cookies []*http.Cookie
}

// Option changes how a Client works.
type Option func(*Client)

// HTTP gives the http.Client whose transport and timeout are used, for a certificate authority of one's own. Its cookie
// jar is not used.
func HTTP(c *http.Client) Option {
	return func(own *Client) { own.http.Transport, own.http.Timeout = c.Transport, c.Timeout }
}

// Status is told by the option Watch.
type Status struct {
	Connected bool
	Since     time.Time
	Err       error // why not, if it is known
}

// Watch is told each time that a Follow gets its connection or loses it. It must not block.
func Watch(told func(Status)) Option { return func(c *Client) { c.watch = told } }

// Client speaks to one Readback.
type Client struct {
	nodes  nodes
	cred   Credentials
	http   http.Client
	watch  func(Status)
	silent time.Duration

	mu sync.Mutex // one sign-in at a time
	me wire.SignedIn
}

// Dial signs in at an address such as "https://readback.example". Errors: *wire.Problem, or that of the network.
func Dial(ctx context.Context, address string, cred Credentials, opts ...Option) (*Client, error) {
	c := &Client{cred: cred, silent: SilentAfter}
	c.nodes.add(address)
	for _, o := range opts {
		o(c)
	}
	if err := c.nodes.jar(&c.http, cred.Cookies); err != nil {
		return nil, err
	}
	for tries := 1; ; tries++ {
		err := c.hello(ctx)
		if err == nil || tries >= len(c.nodes.all) || !c.elsewhereHelps(err) || ctx.Err() != nil {
			return c, err
		}
	}
}

// hello signs in, or asks who is signed in.
func (c *Client) hello(ctx context.Context) error {
	if c.cred.Login != "" {
		return c.SignIn(ctx)
	}
	return c.once(ctx, http.MethodGet, "/api/me", "", nil, &c.me)
}

// SignIn signs in again with login and password: a read-back needs a sign-in of the last 30 minutes.
func (c *Client) SignIn(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in wire.SignedIn
	body := wire.SignInBody{Login: c.cred.Login, Password: c.cred.Password, Device: c.cred.Device}
	if err := c.once(ctx, http.MethodPost, "/api/sign-in", "", body, &in); err != nil {
		return err
	}
	c.me = in
	return nil
}

// SignOut ends the session; its connections are closed by the server.
func (c *Client) SignOut(ctx context.Context) error {
	return c.once(ctx, http.MethodPost, "/api/sign-out", "", struct{}{}, nil)
}

// Me returns who is signed in, as the server said at the last sign-in.
func (c *Client) Me() wire.SignedIn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.me
}

// attempts is how often a command is sent before its failure is told.
const attempts = 6

// Do sends a command with an idempotency key and reads its answer into out, unless that is nil. It is sent again, with
// the same key, when its answer was lost or the node could not answer then. An empty key is none: the command is sent
// once. The other methods are Do with a fresh key.
func (c *Client) Do(ctx context.Context, command, key string, body, out any) error {
	signed := false
	for n := 0; ; n++ {
		err := c.once(ctx, http.MethodPost, "/api/do/"+url.PathEscape(command), key, body, out)
		if err == nil {
			return nil
		}
		var p *wire.Problem
		switch {
		case errors.As(err, &p) && p.Code == "signed-out" && c.cred.Login != "" && !signed:
			signed = true
			if err := c.SignIn(ctx); err != nil {
				return err
			}
			continue
		case errors.As(err, &p) && !passing(p.Code) && !c.elsewhereHelps(err), key == "", n+1 >= attempts, ctx.Err() != nil:
			return err
		}
		if pause(ctx, n) != nil {
			return err
		}
	}
}

// passing tells whether what a code says may be over soon.
func passing(code string) bool {
	switch code {
	case "in-doubt", "stopping", "standby", "behind", "moved-on", "crowded", "slow-down":
		return true
	}
	return false
}

// pause waits before attempt n+1: a random time up to 250 ms · 2ⁿ, at most 10 s (full jitter).
func pause(ctx context.Context, n int) error {
	most := min(250*time.Millisecond<<min(n, 10), 10*time.Second)
	t := time.NewTimer(mathrand.N(most)) //nolint:gosec // only to spread the load
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// longest is how long an answer may be.
const longest = 64 << 20

// once sends one request. Where it fails in a way that another node may not, the next one goes to that.
func (c *Client) once(ctx context.Context, method, path, key string, body, out any) error {
	at := c.nodes.here()
	err := c.request(ctx, at, method, path, key, body, out)
	if err != nil && ctx.Err() == nil && c.elsewhereHelps(err) {
		c.nodes.leave(at)
	}
	return err
}

func (c *Client) request(ctx context.Context, at *url.URL, method, path, key string, body, out any) error {
	var text io.Reader
	if method != http.MethodGet {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("client: %w", err)
		}
		if body == nil {
			b = []byte("{}")
		}
		text = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, at.String()+path, text)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	c.prepare(at, req.Header)
	if text != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, longest))
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return problemIn(res.StatusCode, b)
	}
	if out == nil {
		return nil
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = b
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("client: the answer cannot be read: %w", err)
	}
	return nil
}

// problemIn returns the problem that an answer holds.
func problemIn(status int, b []byte) error {
	p := &wire.Problem{}
	if json.Unmarshal(b, p) != nil || p.Code == "" {
		return fmt.Errorf("client: the server answered %d %s, and not as Readback does", status, http.StatusText(status))
	}
	return p
}

// prepare adds what every request carries.
func (c *Client) prepare(at *url.URL, h http.Header) {
	h.Set("Origin", at.Scheme+"://"+at.Host)
	if c.cred.Token != "" {
		h.Set("Authorization", "Bearer "+c.cred.Token)
		h.Del("Origin")
	}
}

// NewKey returns a fresh idempotency key, for Do.
func NewKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
