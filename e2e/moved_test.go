package e2e_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

// balancer sends each request to the first node that says it is ready, as a balancer does that asks /readyz.
type balancer struct {
	at string

	mu    sync.Mutex
	nodes []string
}

// balance starts one. It ends with the test.
func balance(t *testing.T, nodes ...string) *balancer {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{at: "http://" + l.Addr().String(), nodes: nodes}
	s := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to := b.choose(r.In.Context())
			r.SetURL(to)
			r.Out.Host = to.Host
			if r.In.Header.Get("Origin") != "" {
				r.Out.Header.Set("Origin", to.String())
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l) // it ends with Close
	}()
	t.Cleanup(func() {
		_ = s.Close() // what is open is cut
		<-served
	})
	return b
}

// choose returns the first node that is ready.
func (b *balancer) choose(ctx context.Context) *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.nodes {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, n+"/readyz", nil)
		if err != nil {
			continue
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			u, _ := url.Parse(n) // it was one above
			return u
		}
	}
	return &url.URL{Scheme: "http", Host: "127.0.0.1:1"} // nobody is there
}

// cuttable is a way to the database that can be cut for good: every connection ends, and none is taken.
type cuttable struct {
	url string

	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

// way lays one to the PostgreSQL of a URL.
func way(t *testing.T, to string) *cuttable {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	far := u.Host
	u.Host = l.Addr().String()
	w := &cuttable{url: u.String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			on, err := new(net.Dialer).DialContext(t.Context(), "tcp", far)
			if err != nil || !w.keep(near, on) {
				_ = near.Close() // nobody is there
				continue
			}
			p := &line{}
			all.Go(func() { p.carry(near, on) })
			all.Go(func() { p.carry(on, near) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // no more come
		w.end()
		all.Wait()
	})
	return w
}

func (w *cuttable) keep(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		for _, c := range conns {
			_ = c.Close() // it was never used
		}
		return false
	}
	w.conns = append(w.conns, conns...)
	return true
}

func (w *cuttable) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	var errs []error
	for _, c := range w.conns {
		errs = append(errs, c.Close())
	}
	_ = errors.Join(errs...) // most are closed already
}

func TestABrowserThatIsMovedInTheMiddleOfAReadBackGoesOn(t *testing.T) {
	need.Chromium(t)
	need.Node(t, "browser")
	c := newPair(t)
	w := way(t, c.url)
	n1 := c.serve(t, "n1")
	furnish(t, n1, stepWait)
	own := *c
	own.url = w.url
	n2 := own.serve(t, "n2")
	b := balance(t, n1.HTTP, n2.HTTP)
	browse(t, "nodes.mjs", map[string]any{
		"at": b.at, "people": people(lee), "clinician": lee, "tail": tailOf("M4827"),
	}, map[string]func(){
		"result": func() { mustSend(t, n1.MLLP, potassium("M4827")) },
		"stop": func() {
			if code := n1.stop(t); code != 0 {
				t.Errorf("stop: %d", code)
			}
		},
		"cut": func() {
			n1 = n1.again(t, c.args("n1")...)
			w.end()
		},
		"closed": func() {
			call, ok := callOf(t, signIn(t, n1.HTTP, lee), "M4827")
			if !ok || call.Standing != "closed" {
				t.Errorf("the call is %+v", call)
			}
		},
	})
	if code, text := n2.get(t, "/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, `"do":`) {
		t.Errorf("a node that is cut from its database answers %d %s", code, text)
	}
	if code := n1.stop(t); code != 0 {
		t.Errorf("stop: %d", code)
	}
	n2.kill()
	verified(t, "--postgres", c.url, "--key-file", c.keys())
}
