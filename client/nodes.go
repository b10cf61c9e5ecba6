package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/wire"
)

// Others gives further addresses of the same Readback: its other nodes, any of which serves any client. A Client stays
// with one as long as it can, and goes to the next when that does not answer, is stopping, is cut from its database, or
// must be upgraded. All have the scheme of the first.
func Others(addresses ...string) Option {
	return func(c *Client) {
		for _, a := range addresses {
			c.nodes.add(a)
		}
	}
}

// nodes are the addresses of one Readback.
type nodes struct {
	all []*url.URL
	err error

	mu sync.Mutex
	at int
}

func (n *nodes) add(address string) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "":
		n.err = errors.New("client: the address must be http://host:port or https://host")
	case len(n.all) > 0 && n.all[0].Scheme != u.Scheme:
		n.err = errors.New("client: all addresses must be https, or all http")
	default:
		n.all = append(n.all, u)
	}
}

// here returns the node that is asked now.
func (n *nodes) here() *url.URL {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[n.at]
}

// leave goes on to the next node, unless that was done already.
func (n *nodes) leave(u *url.URL) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all[n.at] == u {
		n.at = (n.at + 1) % len(n.all)
	}
}

// jar gives the HTTP client one set of cookies for all nodes, since each knows every session.
func (n *nodes) jar(c *http.Client, cookies []*http.Cookie) error {
	if n.err != nil {
		return n.err
	}
	kept, err := cookiejar.New(nil)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	kept.SetCookies(n.all[0], cookies)
	c.Jar = &oneJar{nodes: n, kept: kept}
	return nil
}

// oneJar keeps what any node sets as if the first had, and gives it to any of them, and to nobody else.
type oneJar struct {
	nodes *nodes
	kept  *cookiejar.Jar
}

func (j *oneJar) ours(u *url.URL) bool {
	return slices.ContainsFunc(j.nodes.all, func(n *url.URL) bool {
		return n.Host == u.Host && (n.Scheme == u.Scheme || n.Scheme == "https" && u.Scheme == "wss" || n.Scheme == "http" && u.Scheme == "ws")
	})
}

// SetCookies implements http.CookieJar.
func (j *oneJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	if j.ours(u) {
		j.kept.SetCookies(j.nodes.all[0], cookies)
	}
}

// Cookies implements http.CookieJar.
func (j *oneJar) Cookies(u *url.URL) []*http.Cookie {
	if !j.ours(u) {
		return nil
	}
	return j.kept.Cookies(j.nodes.all[0])
}

// elsewhereHelps tells whether another node, if one is known, may do what this one did not.
func (c *Client) elsewhereHelps(err error) bool {
	if err == nil || len(c.nodes.all) < 2 {
		return false
	}
	if p, ok := errors.AsType[*wire.Problem](err); ok {
		switch p.Code {
		case "stopping", "standby", "behind", "newer-ledger", "crowded", "broken", "damaged":
			return true
		}
		return false
	}
	if gone, ok := errors.AsType[*websocket.CloseError](err); ok {
		return gone.Code < 4400 || gone.Code >= 4500
	}
	return true
}
