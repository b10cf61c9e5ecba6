package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// faulty stands between client and server, and loses frames on the way to the client as lose says.
func faulty(t *testing.T, h *house, lose func(frame []byte) (drop, hang bool)) string {
	t.Helper()
	to, err := url.Parse(h.url)
	if err != nil {
		t.Fatal(err)
	}
	plain := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Header.Set("Origin", h.url)
	}}
	var open sync.WaitGroup
	ended := make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("/", plain)
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		far, res, err := (&websocket.Dialer{Subprotocols: []string{wire.Protocol}}).DialContext(context.Background(), "ws"+strings.TrimPrefix(h.url, "http")+"/ws",
			http.Header{"Cookie": r.Header["Cookie"], "Origin": {h.url}})
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_ = res.Body.Close()
		up := websocket.Upgrader{Subprotocols: []string{wire.Protocol}, CheckOrigin: func(*http.Request) bool { return true }}
		near, err := up.Upgrade(w, r, nil)
		if err != nil {
			_ = far.Close()
			return
		}
		open.Go(func() {
			defer near.Close() //nolint:errcheck // a test's
			for {
				kind, text, err := far.ReadMessage()
				if err != nil {
					return
				}
				drop, hang := lose(text)
				if hang {
					<-ended
					return
				}
				if !drop && near.WriteMessage(kind, text) != nil {
					return
				}
			}
		})
		open.Go(func() {
			defer far.Close() //nolint:errcheck // a test's
			for {
				kind, text, err := near.ReadMessage()
				if err != nil || far.WriteMessage(kind, text) != nil {
					return
				}
			}
		})
	})
	ts := httptest.NewServer(mux)
	t.Cleanup(func() { close(ended); ts.CloseClientConnections(); ts.Close(); open.Wait() })
	return ts.URL
}

// collect follows until n notes came, and returns the entries in the order in which they came.
func collect(t *testing.T, h *house, address string, n int, opts ...client.Option) []ledger.Seq {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tech, err := client.Dial(ctx, address, client.Credentials{Login: "tech", Password: password}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	var got []ledger.Seq
	for e, err := range tech.Follow(ctx, client.Now) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Start != nil {
			if e.Start.Over != wire.OverFirst {
				t.Fatalf("started over: %q", e.Start.Over)
			}
			for i := range n {
				h.Record(t, "person/sue", &critical.Mapped{Sender: fmt.Sprint(i), Code: "K", Test: critical.Test{LOINC: "2823-3"}})
			}
			continue
		}
		if got = append(got, e.Seq); len(got) == n {
			break
		}
	}
	if len(got) != n {
		t.Fatalf("%d of %d entries came", len(got), n)
	}
	return got
}

func dense(t *testing.T, got []ledger.Seq) {
	t.Helper()
	for i := range got {
		if got[i] != got[0]+ledger.Seq(i) {
			t.Fatalf("entries came as %v", got)
		}
	}
}

func TestAGapIsSeenAtTheNextEntry(t *testing.T) {
	h := newHouse(t)
	var n, lost atomic.Int64
	address := faulty(t, h, func(frame []byte) (bool, bool) {
		if bytes.Contains(frame, []byte("limits.mapped")) && n.Add(1)%7 == 3 {
			lost.Add(1)
			return true, false
		}
		return false, false
	})
	dense(t, collect(t, h, address, 50))
	if lost.Load() == 0 {
		t.Error("nothing was lost: the test shows nothing")
	}
}

func TestALostLastEntryIsSeenAtTheNextHeartbeat(t *testing.T) {
	h := newHouse(t)
	var lost atomic.Bool
	address := faulty(t, h, func(frame []byte) (bool, bool) {
		return bytes.Contains(frame, []byte("limits.mapped")) && !lost.Swap(true), false
	})
	collect(t, h, address, 1)
	if !lost.Load() {
		t.Error("nothing was lost: the test shows nothing")
	}
}

func TestASilentLineIsLeftAndResumed(t *testing.T) {
	h := newHouse(t)
	var hung atomic.Bool
	address := faulty(t, h, func(frame []byte) (bool, bool) {
		return false, bytes.Contains(frame, []byte("limits.mapped")) && !hung.Swap(true)
	})
	var mu sync.Mutex
	var told []bool
	watch := client.Watch(func(s client.Status) { mu.Lock(); defer mu.Unlock(); told = append(told, s.Connected) })
	dense(t, collect(t, h, address, 5, client.Silent(300*time.Millisecond), watch))
	mu.Lock()
	defer mu.Unlock()
	if len(told) < 3 || !told[0] || told[1] || !told[2] {
		t.Errorf("the screen was told %v, expected connected, not connected, connected", told)
	}
}

func TestFollowSignsInAgainWhereItKnowsThePassword(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := client.Dial(ctx, h.url, client.Credentials{Login: "tech", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	before := c.Me().Me.Session
	for e, err := range c.Follow(ctx, client.Now) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Start != nil {
			if err := c.SignOut(ctx); err != nil {
				t.Fatal(err)
			}
			h.Record(t, "person/sue", &critical.Mapped{Code: "K", Test: critical.Test{LOINC: "2823-3"}})
			continue
		}
		if e.Kind == "limits.mapped" {
			break
		}
	}
	if after := c.Me().Me.Session; after == before {
		t.Error("it is the session that was ended")
	}
}

func TestWhatIsNoAddressOrNobodyIsRefused(t *testing.T) {
	h := newHouse(t)
	for _, address := range []string{"", "readback", "ftp://x", "http://x/path"} {
		if _, err := client.Dial(t.Context(), address, client.Credentials{}); err == nil {
			t.Errorf("%q was taken for an address", address)
		}
	}
	for _, cred := range []client.Credentials{{}, {Login: "tech", Password: "wrong"}, {Token: "x"}} {
		_, err := client.Dial(t.Context(), h.url, cred)
		var p *wire.Problem
		if !errors.As(err, &p) || p.Do == "" {
			t.Errorf("%+v: %v", cred, err)
		}
	}
}
