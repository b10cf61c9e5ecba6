package client_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

// another starts a second node over the same laboratory.
func (h *house) another(t *testing.T) (*server.Server, *httptest.Server) {
	t.Helper()
	s, err := server.New(h.deps)
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(s)
	drain := sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = s.Drain(ctx) // it may have been
		ts.CloseClientConnections()
		ts.Close()
	})
	t.Cleanup(drain)
	return s, ts
}

func TestAClientGoesToAnotherNodeWhenItsOwnSendsItThereAndMissesNothing(t *testing.T) {
	h := newHouse(t)
	first, at := h.another(t)
	_, second := h.another(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := client.Dial(ctx, at.URL, client.Credentials{Login: "tech", Password: password}, client.Others(second.URL))
	if err != nil {
		t.Fatal(err)
	}
	note := func(n int) {
		h.Record(t, "person/sue", &critical.Mapped{Sender: fmt.Sprint(n), Code: "K", Test: critical.Test{LOINC: "2823-3"}})
	}
	var got []ledger.Seq
	for e, err := range c.Follow(ctx, client.Now) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Start != nil {
			if e.Start.Over != wire.OverFirst {
				t.Fatalf("started over: %q", e.Start.Over)
			}
			note(0)
			continue
		}
		if got = append(got, e.Seq); len(got) == 1 {
			if err := first.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			at.CloseClientConnections()
			at.Close() // nobody answers there any more
			for n := 1; n < 10; n++ {
				note(n)
			}
		}
		if len(got) == 10 {
			break
		}
	}
	dense(t, got)
	if _, err := c.Calls(ctx, 0); err != nil {
		t.Error("a command after the first node is gone:", err)
	}
}

func TestAClientFindsTheNodeThatAnswers(t *testing.T) {
	h := newHouse(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"code":"behind","say":"This node does not know.","do":"Use another."}`))
	}))
	t.Cleanup(cut.Close)
	c, err := client.Dial(t.Context(), gone, client.Credentials{Login: "lee", Password: password}, client.Others(cut.URL, h.url))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Calls(t.Context(), 0); err != nil {
		t.Error(err)
	}
	// Who alone is asked tells what it is.
	if _, err := client.Dial(t.Context(), cut.URL, client.Credentials{Login: "lee", Password: password}); err == nil {
		t.Error("a node that is cut let somebody in")
	}
	for _, others := range []string{"ftp://a", "https://a", "http://a/b", ""} {
		if _, err := client.Dial(t.Context(), h.url, client.Credentials{Login: "lee", Password: password}, client.Others(others)); err == nil {
			t.Errorf("%q was taken as a further address", others)
		}
	}
}
