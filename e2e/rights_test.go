package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// cookies signs somebody in as a browser does.
func cookies(t *testing.T, at, login string) []*http.Cookie {
	t.Helper()
	b, err := json.Marshal(wire.SignInBody{Login: login, Password: passwordOf(login)})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/api/sign-in", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal("sign-in:", res.Status)
	}
	return res.Cookies()
}

// signedOut follows with the cookies of a sign-in, and returns a channel that closes when the node says that it is over.
func signedOut(t *testing.T, at, login string) <-chan struct{} {
	t.Helper()
	held, err := client.Dial(t.Context(), at, client.Credentials{Cookies: cookies(t, at, login)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun, out := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		start := sync.OnceFunc(func() { close(begun) })
		for _, err := range held.Follow(ctx, client.Now) {
			start()
			if p, ok := errors.AsType[*wire.Problem](err); ok && p.Code == "signed-out" {
				close(out)
			} else if err != nil && ctx.Err() == nil {
				t.Error("the line ended with", err)
			}
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	select {
	case <-begun:
	case <-time.After(patience):
		t.Fatal("nobody follows")
	}
	return out
}

// ended waits for each line to be ended by its node, and tells how long the last one took.
func ended(t *testing.T, what string, lines ...<-chan struct{}) {
	t.Helper()
	begin := time.Now()
	for _, l := range lines {
		select {
		case <-l:
		case <-time.After(patience):
			t.Fatalf("%s: a connection was not closed", what)
		}
	}
	t.Logf("%s: all connections of the person were closed %v after the answer", what, time.Since(begin))
}

func TestWhoseRightsEndIsCutOffOnEveryNodeAlsoWithoutRedis(t *testing.T) {
	c := newPair(t)
	n1 := c.serve(t, "n1")
	furnish(t, n1, 600)
	n2 := c.serve(t, "n2")
	for _, with := range []string{"with Redis", "without Redis"} {
		root := signIn(t, n1.HTTP, admin)
		login := map[string]string{"with Redis": "nova", "without Redis": "novb"}[with]
		person := roster.Person{Login: login, Name: "Dr Nora Nova", Role: roster.Clinician, Receives: true}
		var err error
		if person.ID, err = root.Admit(t.Context(), person, passwordOf(login)); err != nil {
			t.Fatal(err)
		}
		cred := client.Credentials{Login: login, Password: passwordOf(login)}
		until(t, "the other node knows the person", func() bool {
			_, err := client.Dial(t.Context(), n2.HTTP, cred)
			return err == nil
		})
		own, err := client.Dial(t.Context(), n1.HTTP, cred)
		if err != nil {
			t.Fatal(err)
		}
		both := func() []<-chan struct{} {
			return []<-chan struct{}{signedOut(t, n1.HTTP, login), signedOut(t, n2.HTTP, login)}
		}

		lines := both()
		if _, err := own.EndSessions(t.Context(), wire.SessionsEndBody{Person: person.ID}); err != nil {
			t.Fatal(err)
		}
		ended(t, with+", signed out everywhere", lines...)

		lines = both()
		person.Role = roster.Technician
		if _, err := root.Change(t.Context(), person); err != nil {
			t.Fatal(err)
		}
		ended(t, with+", another role", lines...)

		lines = both()
		if _, err := root.Disable(t.Context(), person.ID); err != nil {
			t.Fatal(err)
		}
		ended(t, with+", disabled", lines...)
		for _, n := range []*node{n1, n2} {
			if _, err := client.Dial(t.Context(), n.HTTP, cred); err == nil {
				t.Error("who is disabled was let in")
			}
		}
		if with == "with Redis" {
			c.redis.kill()
		}
	}
	for _, n := range []*node{n1, n2} {
		if code := n.stop(t); code != 0 {
			t.Errorf("stop: %d", code)
		}
	}
}
