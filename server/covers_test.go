package server_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

func onDuty(t *testing.T, c *client.Client, post string) string {
	t.Helper()
	r, err := c.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for _, d := range r.Duty {
		if d.Post == post && d.Rank == 0 {
			out += d.Who.ID + " "
		}
	}
	return out
}

func TestACoverIsOfferedByOneAndAcceptedByTheOther(t *testing.T) {
	h := newHouse(t)
	lee, other, okafor, sue := h.as(t, "lee"), h.as(t, "else"), h.as(t, "okafor"), h.as(t, "sue")
	ask := wire.OfferBody{Post: "post/icu-2", Out: "person/lee", In: "person/else", To: h.Now().Add(time.Hour)}
	if _, err := okafor.OfferCover(t.Context(), ask); code(err) != "not-yours" {
		t.Fatal("somebody else offered it:", err)
	}
	id, err := lee.OfferCover(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	if got := onDuty(t, lee, "post/icu-2"); got != "person/lee " {
		t.Fatalf("offered only, and on duty is %s", got)
	}
	for _, c := range []*client.Client{lee, okafor} {
		if _, err := c.AcceptCover(t.Context(), id); code(err) != "not-yours" {
			t.Fatal(err)
		}
	}
	if _, err := other.AcceptCover(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := onDuty(t, lee, "post/icu-2"); got != "person/else " {
		t.Fatalf("accepted, and on duty is %s", got)
	}
	if r, err := lee.Roster(t.Context()); err != nil || len(r.Covers) != 1 || r.Covers[0].Standing != "in-force" || r.Covers[0].ID != id {
		t.Fatalf("%+v, %v", r.Covers, err)
	}
	if _, err := other.WithdrawCover(t.Context(), id); code(err) != "not-yours" {
		t.Fatal("who covers went away by themselves:", err)
	}
	if _, err := sue.WithdrawCover(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := onDuty(t, lee, "post/icu-2"); got != "person/lee " {
		t.Fatalf("ended, and on duty is %s", got)
	}
	if _, err := other.AcceptCover(t.Context(), id); code(err) != "not-found" {
		t.Fatal(err)
	}
}

func TestAnOfferIsDeclinedAndACoverForYesterdayIsRefused(t *testing.T) {
	h := newHouse(t)
	lee, other, sue := h.as(t, "lee"), h.as(t, "else"), h.as(t, "sue")
	now := h.Now()
	id, err := other.OfferCover(t.Context(), wire.OfferBody{Post: "post/icu-2", Out: "person/lee", In: "person/else", From: now.Add(time.Hour), To: now.Add(2 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.AcceptCover(t.Context(), id); code(err) != "not-yours" {
		t.Fatal("who offered it accepted it:", err)
	}
	if _, err := lee.WithdrawCover(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if r, err := lee.Roster(t.Context()); err != nil || len(r.Covers) != 0 {
		t.Fatalf("%+v, %v", r.Covers, err)
	}
	for field, c := range map[string]roster.Covered{
		"to":   {Post: "post/icu-2", Out: "person/lee", In: "person/else", From: now.Add(-30 * time.Hour), To: now.Add(-20 * time.Hour)},
		"from": {Post: "post/icu-2", Out: "person/lee", In: "person/else", From: now.Add(-30 * time.Hour), To: now.Add(time.Hour)},
		"in":   {Post: "post/icu-2", Out: "person/lee", In: "person/okafor", To: now.Add(time.Hour)},
		"out":  {Post: "post/icu-2", Out: "person/else", In: "person/tech", To: now.Add(time.Hour)},
		"post": {Post: "post/moon", Out: "person/lee", In: "person/else", To: now.Add(time.Hour)},
	} {
		_, err := sue.Cover(t.Context(), c)
		if p := wantCode(t, err, "faults"); p.Field != field || p.Do == "" {
			t.Errorf("%s: %+v", field, p)
		}
	}
}
