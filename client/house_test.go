package client_test

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/seed-909bec58/readback/channels"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/vault"
)

const password = "correct horse battery"

// house is a small laboratory behind a real server. Call 7QK001 waits for Dr Lee.
type house struct {
	*hospital.Lab
	url  string
	deps server.Deps
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{Lab: hospital.Open(t, nil)}
	h.Fill(t)
	dsn, err := vault.SQLiteFile(filepath.Join(t.TempDir(), "vault.db"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), db, vault.Config{Dialect: vault.SQLite, Site: "main", Work: vault.Work{Memory: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range hospital.Staff() {
		if err := v.SetPassword(t.Context(), p.ID, p.Login, password); err != nil {
			t.Fatal(err)
		}
	}
	h.deps = server.Deps{
		Lab: h.Lab.Lab, Vault: v, Notary: h.Notary, Secret: []byte("a site's secret, of a test"),
		SessionKey: ed25519.NewKeyFromSeed([]byte("a test's token key, not a secret")), Hub: channels.Config{Beat: 50 * time.Millisecond},
	}
	s, err := server.New(h.deps)
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(s)
	ts.Config = server.HTTP(s, slog.New(slog.DiscardHandler))
	ts.Start()
	h.url = ts.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Drain(ctx); err != nil {
			t.Error("connections did not end:", err)
		}
		ts.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Potassium(t, 1)
	return h
}

// TestExamples runs every Example against a laboratory of its own, and holds each to what it must print.
func TestExamples(t *testing.T) {
	for name, c := range map[string]struct {
		run  func()
		want string
	}{
		"ReadBack": {Example, "the potassium differs\nclosed by Dr Mina Lee"},
		"Follow":   {ExampleClient_Follow, "1 open call\ncritical.seen of call/m1/1 by person/lee"},
		"Receipt":  {ExampleCheckReceipt, "entry 1 is ledger.opened"},
		"Admit":    {ExampleClient_Admit, "Dr New may receive read-backs"},
		"Problem":  {ExampleClient_Do, "closed: Dr Ruth Chief ended this call"},
		"Take":     {ExampleClient_Take, "Dr Mina Lee has it; the desk telephones extension 4711"},
		"PassOn":   {ExampleClient_PassOn, "now Dr Ada Okafor is asked"},
		"Phone":    {ExampleClient_Telephone, "told to Nora Night by telephone"},
		"Publish":  {ExampleClient_Publish, "published; 3 people are on duty"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			var out []byte
			address, key = h.url, h.Notary.Public()
			show = func(format string, a ...any) { out = fmt.Appendf(out, format+"\n", a...) }
			c.run()
			if got := string(out); got != c.want+"\n" {
				t.Errorf("printed %q, expected %q", got, c.want)
			}
		})
	}
}
