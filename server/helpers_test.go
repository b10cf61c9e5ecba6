package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	_ "modernc.org/sqlite"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/vault"
	"github.com/seed-909bec58/readback/wire"
)

const password = "correct horse battery"

// house is a running server over real HTTP, with everything it says kept for the canaries.
type house struct {
	*hospital.Lab
	*server.Server
	url   string
	vault *vault.Vault
	log   *kept
}

// kept is a log or a wire, all of it.
type kept struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (k *kept) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.Write(p)
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.String()
}

// newHouse starts a server; change may change what it is made of.
func newHouse(t testing.TB, change ...func(*server.Deps)) *house {
	t.Helper()
	h := empty(t, change...)
	h.Fill(t)
	for _, p := range hospital.Staff() {
		if err := h.vault.SetPassword(t.Context(), p.ID, p.Login, password); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// empty starts a server of a laboratory where nobody is admitted.
func empty(t testing.TB, change ...func(*server.Deps)) *house {
	t.Helper()
	h := &house{log: &kept{}}
	log := slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.Lab = hospital.Open(t, log)
	h.vault = openVault(t)
	d := server.Deps{
		Lab: h.Lab.Lab, Vault: h.vault, Notary: h.Notary, Log: log, Secret: []byte("a site's secret, of a test"),
		SessionKey: ed25519.NewKeyFromSeed([]byte("a test's token key, not a secret")),
		Static:     fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Readback</title>")}},
	}
	for _, f := range change {
		f(&d)
	}
	s, err := server.New(d)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	ts := httptest.NewUnstartedServer(s)
	ts.Config = server.HTTP(s, log)
	ts.Start()
	h.url = ts.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Drain(ctx); err != nil {
			t.Error("connections did not end:", err)
		}
		ts.Close()
	})
	return h
}

func openVault(t testing.TB) *vault.Vault {
	t.Helper()
	dsn, err := vault.SQLiteFile(filepath.Join(t.TempDir(), "vault.db"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	v, err := vault.Open(t.Context(), db, vault.Config{Dialect: vault.SQLite, Site: "main", Work: vault.Work{Memory: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// as signs somebody in.
func (h *house) as(t testing.TB, login string, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), h.url, client.Credentials{Login: login, Password: password}, opts...)
	if err != nil {
		t.Fatal(login, "could not sign in:", err)
	}
	return c
}

// code returns the code of the problem in an error, or "" and the error's own words.
func code(err error) string {
	var p *wire.Problem
	switch {
	case err == nil:
		return ""
	case errors.As(err, &p):
		return p.Code
	}
	return "not a problem: " + err.Error()
}

func wantCode(t testing.TB, err error, want string) *wire.Problem {
	t.Helper()
	if got := code(err); got != want {
		t.Fatalf("answered %q, expected %q: %v", got, want, err)
	}
	var p *wire.Problem
	errors.As(err, &p)
	return p
}

// reply is an answer whose body was read.
type reply struct {
	StatusCode int
	Status     string
	Header     http.Header
	cookies    []*http.Cookie
}

// Cookies are those that it sets.
func (r *reply) Cookies() []*http.Cookie { return r.cookies }

// request sends one request by hand.
func (h *house) request(t testing.TB, method, path, body string, headers ...string) (*reply, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out := &reply{res.StatusCode, res.Status, res.Header, res.Cookies()}
	if res.StatusCode == http.StatusSwitchingProtocols {
		return out, ""
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return out, string(b)
}

// cookie signs somebody in by hand and returns the Cookie header.
func (h *house) cookie(t testing.TB, login string) string {
	t.Helper()
	body, _ := json.Marshal(wire.SignInBody{Login: login, Password: password})
	res, text := h.request(t, http.MethodPost, "/api/sign-in", string(body))
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		t.Fatal(res.Status, text)
	}
	return res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
}

// problem reads a problem.
func problem(t testing.TB, text string) wire.Problem {
	t.Helper()
	var p wire.Problem
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatalf("%q is no problem: %v", text, err)
	}
	return p
}

// within fails a test that waits for ever, long after anything could be slow.
func within(t testing.TB) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), time.Minute)
}

// publishedNow is the hospital's roster.
func publishedNow(h *house) *roster.Published { return hospital.Published(h.Now()) }
