package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

func TestTwoReadBackAtOnceAndOneWins(t *testing.T) {
	h := newHouse(t)
	rounds := 200
	if os.Getenv("READBACK_LONG") != "" {
		rounds = 1000
	}
	people := []*client.Client{h.as(t, "lee"), h.as(t, "okafor")}
	// Both are on duty at the unit, so both may.
	wins := map[string]int{}
	for n := 1; n <= rounds; n++ {
		call := h.Potassium(t, n)
		var won [2]wire.ReadBack
		var errs [2]error
		var both sync.WaitGroup
		for i, c := range people {
			both.Go(func() { won[i], errs[i] = c.ReadBack(t.Context(), right(call)) })
		}
		both.Wait()
		winner := slices.Index(errs[:], nil)
		if winner < 0 || errs[1-winner] == nil {
			t.Fatalf("round %d: %v and %v", n, errs[0], errs[1])
		}
		p := wantCode(t, errs[1-winner], "closed")
		by, err := json.Marshal(p.Facts["by"])
		if err != nil || !strings.Contains(string(by), won[winner].Owner.ID) {
			t.Fatalf("round %d: %s won, the other hears %s", n, won[winner].Owner.ID, by)
		}
		c, _ := h.State().Critical.Find(call.ID)
		if c.Owner != won[winner].Owner.ID || c.Standing != critical.IsClosed {
			t.Fatalf("round %d: the ledger says %s, %s was told to have won", n, c.Owner, won[winner].Owner.ID)
		}
		wins[c.Owner]++
	}
	t.Log(wins)
}

func TestARepeatedCommandGivesTheFirstAnswer(t *testing.T) {
	h := newHouse(t)
	lee := h.as(t, "lee")
	call := h.Potassium(t, 1)
	wrong := right(call)
	wrong.Values = map[string]string{call.Results[0].ID: "6.1"}
	for range 3 {
		p := wantCode(t, lee.Do(t.Context(), wire.DoReadBack, "k1", wrong, nil), "mismatch")
		if n := fmt.Sprint(p.Facts["n"]); n != "1" {
			t.Fatal("a repeated mismatch counts as mismatch number", n)
		}
	}
	wantCode(t, lee.Do(t.Context(), wire.DoReadBack, "k1", right(call), nil), "key-reused")
	var first, again wire.ReadBack
	if err := lee.Do(t.Context(), wire.DoReadBack, "k2", right(call), &first); err != nil {
		t.Fatal(err)
	}
	if err := lee.Do(t.Context(), wire.DoReadBack, "k2", right(call), &again); err != nil {
		t.Fatal(err)
	}
	if again.Repeat = false; again.Seq != first.Seq || again.At != first.At {
		t.Errorf("first %+v, then %+v", first, again)
	}
	// What was typed is short: a plain digest of it in the leaf could be found by trying.
	es, err := h.Mem.Read(t.Context(), first.Seq-1, 1)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(right(call))
	for _, guess := range []string{string(body), "read-back" + string(body), wire.DoReadBack + "\x00" + string(body)} {
		sum := sha256.Sum256([]byte(guess))
		if strings.Contains(es[0].Key, base64.RawURLEncoding.EncodeToString(sum[:16])) {
			t.Error("the leaf holds a digest of the body that anybody can make")
		}
	}
}

func TestOnlyWhoMayReadsBack(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	read := func(login string, call critical.Call) error {
		_, err := h.as(t, login).ReadBack(t.Context(), right(call))
		return err
	}
	for login, want := range map[string]string{"else": "unknown-call", "root": "unknown-call", "tech": "role", "chief": "role"} {
		err := read(login, call)
		if want == "unknown-call" {
			wantCode(t, err, want)
		} else if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != want {
			t.Errorf("%s is refused for %v, expected %s", login, p.Facts["reason"], want)
		}
	}
	own := h.PotassiumBy(t, "person/lee", 2)
	if p := wantCode(t, read("lee", own), "not-yours"); p.Facts["reason"] != "reporter" {
		t.Error("who reported it is refused for", p.Facts["reason"])
	}
	lee := h.as(t, "lee")
	for _, c := range []struct {
		change func(*wire.ReadBackBody)
		code   string
		field  string
	}{
		{func(b *wire.ReadBackBody) { b.Values = nil }, "missing", "values.result/m1"},
		{func(b *wire.ReadBackBody) { b.Tail = " " }, "missing", "tail"},
		{func(b *wire.ReadBackBody) { b.Values = map[string]string{"result/m1": "high"} }, "unreadable", "values.result/m1"},
		{func(b *wire.ReadBackBody) { b.Values = map[string]string{"result/m1": "7,130.4"} }, "separator", "values.result/m1"},
		{func(b *wire.ReadBackBody) { b.Version = 2 }, "stale", ""},
		{func(b *wire.ReadBackBody) { b.Call = "call/none" }, "unknown-call", ""},
		{func(b *wire.ReadBackBody) { b.Entered = "pasted" }, "bad-request", "entered"},
	} {
		b := right(call)
		c.change(&b)
		_, err := lee.ReadBack(t.Context(), b)
		if p := wantCode(t, err, c.code); p.Field != c.field || p.Say == "" || p.Do == "" {
			t.Errorf("%s names the field %q, expected %q: %v", c.code, p.Field, c.field, p)
		}
	}
	comma := right(call)
	comma.Values, comma.Locale = map[string]string{"result/m1": "7,1304 mmol/L"}, "de-DE"
	h.Forward(t, 31*time.Minute)
	_, err := lee.ReadBack(t.Context(), comma)
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != "not-fresh" {
		t.Error("31 minutes after signing in the refusal is", p.Facts["reason"])
	}
	if err := lee.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := lee.ReadBack(t.Context(), comma); err != nil {
		t.Error(err)
	}
}
