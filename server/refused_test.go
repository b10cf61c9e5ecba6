package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

func TestWrongSignInsAreEntriesThatCannotFillTheLedger(t *testing.T) {
	h := newHouse(t)
	before := h.State().Seq
	guess := func(login string) {
		body := fmt.Sprintf(`{"login":%q,"password":"a canary of a guess"}`, login)
		if res, text := h.request(t, http.MethodPost, "/api/sign-in", body); res.StatusCode == http.StatusOK {
			t.Fatal(res.Status, text)
		}
	}
	for n := range 150 {
		guess(fmt.Sprint("canary-login-", n))
		guess([]string{"lee", "okafor", "else", "tech", "sue"}[n%5])
	}
	ctx, cancel := within(t)
	defer cancel()
	got, tried := map[string]*session.Refused{}, 0
	for e, err := range h.Follow(ctx, before) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(e.Leaf), "canary") {
			t.Fatalf("the ledger holds what was typed: %s", e.Leaf)
		}
		ev, err := wire.Decode(&e)
		if err != nil {
			t.Fatal(err)
		}
		if r, ok := ev.(*session.Refused); ok {
			if got[r.Subject] != nil {
				t.Errorf("%q was recorded twice", r.Subject)
			}
			got[r.Subject], tried = r, tried+r.N+r.Limited
			if r.From == "" || r.Means != "password" || e.By != "machine/sign-in" {
				t.Errorf("by %s: %+v", e.By, r)
			}
		}
		if len(got) == 6 { // five people and nobody
			break
		}
	}
	if got["person/lee"] == nil || got[""] == nil || got["person/chief"] != nil {
		t.Errorf("refused were %v", got)
	}
	if tried == 0 || tried > 300 {
		t.Errorf("%d tries were counted", tried)
	}
	// What comes later waits, and is not lost when the node stops.
	guess("chief")
	if err := h.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if added := h.State().Seq - before; added > 16 {
		t.Errorf("300 wrong sign-ins made %d entries", added)
	}
	es, err := h.Mem.About(ctx, "person/chief", h.State().Seq)
	if err != nil || es[len(es)-1].Kind != "session.refused" {
		t.Errorf("the last about chief is %v: %v", es[len(es)-1].Kind, err)
	}
}
