package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

func TestAConnectionThatFollowsNothingEndsWithItsSession(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Hub.Beat = 20 * time.Millisecond })
	cookie := h.cookie(t, "lee")
	s := h.dial(t, cookie, websocket.Dialer{})
	s.ask(`{"id":"1","do":"calls"}`)
	if f := s.frame(); f.Error != nil {
		t.Fatalf("calls was answered %+v", f.Error)
	}
	if res, text := h.request(t, http.MethodPost, "/api/sign-out", "{}", "Cookie", cookie); res.StatusCode != http.StatusOK {
		t.Fatal(text)
	}
	if code := s.code(); code != wire.CloseSignedOut {
		t.Errorf("closed with %d, want %d", code, wire.CloseSignedOut)
	}
}

func TestReceiptsAreNotForBareViewers(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	es, err := h.Mem.About(t.Context(), call.ID, h.State().Seq)
	if err != nil {
		t.Fatal(err)
	}
	called := es[len(es)-1].Seq // names lee, and the test's rule and tier
	minted, err := h.as(t, "root").Mint(t.Context(), wire.MintBody{Machine: "machine/board", Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	for who, cred := range map[string]client.Credentials{
		"device":  {Login: "lee", Password: password, Device: true},
		"machine": {Token: minted.Token},
	} {
		c, err := client.Dial(t.Context(), h.url, cred)
		if err != nil {
			t.Fatal(err)
		}
		var r ledger.Receipt
		if err := c.Do(t.Context(), wire.DoReceipt, "", wire.ReceiptBody{Seq: called}, &r); code(err) != "sign-in-first" || r.Leaf != "" {
			t.Errorf("%s: receipt was answered %v: %s", who, err, r.Leaf)
		}
		if leaf, err := c.Receipt(t.Context(), called); code(err) != "sign-in-first" {
			t.Errorf("%s: the address was answered %v: %s", who, err, leaf)
		}
	}
	if _, err := h.as(t, "lee").Receipt(t.Context(), called); err != nil {
		t.Error("lee, signed in:", err)
	}
}

func TestAChangeNeitherDisablesNorLetsInAgain(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	root := h.as(t, "root")
	lee := *h.State().Roster.Get("person/lee")
	off := lee
	off.Disabled = true
	_, err := root.Change(ctx, off)
	wantCode(t, err, "bad-request")
	if !h.State().Roster.Get(lee.ID).Valid(h.Now()) {
		t.Error("a refused change disabled the person")
	}
	if _, err := root.Disable(ctx, lee.ID); err != nil {
		t.Fatal(err)
	}
	_, err = root.Change(ctx, lee)
	wantCode(t, err, "bad-request")
	off.Title = "on leave"
	if _, err := root.Change(ctx, off); err != nil {
		t.Error("the title of who is disabled:", err)
	}
	_, err = client.Dial(ctx, h.url, client.Credentials{Login: "lee", Password: password})
	wantCode(t, err, "wrong-sign-in")
}
