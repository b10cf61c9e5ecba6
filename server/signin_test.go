package server_test

import (
	"crypto/ed25519"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

func TestSignInGivesACookieThatOnlyItsDigestInTheLedgerKnows(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Behind = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	body := `{"login":"LEE","password":"` + password + `"}`
	for _, c := range []struct {
		proto, name string
		secure      bool
	}{{"https", "__Host-readback", true}, {"", "readback", false}} {
		res, text := h.request(t, http.MethodPost, "/api/sign-in", body, "X-Forwarded-Proto", c.proto)
		if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
			t.Fatal(res.Status, text)
		}
		k := res.Cookies()[0]
		if k.Name != c.name || k.Secure != c.secure || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Path != "/" || len(k.Value) < 43 {
			t.Errorf("the cookie is %+v", k)
		}
		es, err := h.Mem.Read(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			if strings.Contains(string(e.Leaf), k.Value) {
				t.Errorf("entry %d holds the cookie", e.Seq)
			}
		}
		if res, _ := h.request(t, http.MethodGet, "/api/me", "", "X-Forwarded-Proto", c.proto, "Cookie", k.Name+"="+k.Value); res.StatusCode != http.StatusOK {
			t.Error("the cookie signs nobody in:", res.Status)
		}
		if hsts := res.Header.Get("Strict-Transport-Security") != ""; hsts != c.secure {
			t.Error("HSTS over", c.proto, "is", hsts)
		}
	}
}

func TestWrongSignInsAllSoundTheSameAndAreSlowedDown(t *testing.T) {
	h := newHouse(t)
	h.Record(t, "person/root", &roster.Disabled{ID: "person/okafor"})
	expired := hospital.Staff()[2]
	expired.Until = h.Now()
	h.Record(t, "person/root", &roster.Changed{Person: expired})
	if err := h.vault.SetPassword(t.Context(), "person/nobody", "orphan", password); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, b := range [][2]string{{"lee", "wrong password"}, {"nobody", password}, {"okafor", password}, {"else", password}, {"orphan", password}, {"", ""}, {"lee", ""}} {
		res, text := h.request(t, http.MethodPost, "/api/sign-in", fmt.Sprintf(`{"login":%q,"password":%q}`, b[0], b[1]))
		if res.StatusCode != http.StatusUnauthorized || len(res.Cookies()) > 0 {
			t.Errorf("%s: %s %s", b[0], res.Status, text)
		}
		said = append(said, text)
	}
	if slices.Sort(said); said[0] != said[len(said)-1] {
		t.Errorf("wrong sign-ins differ: %q", slices.Compact(said))
	}
	limited := false
	for range 40 {
		res, text := h.request(t, http.MethodPost, "/api/sign-in", `{"login":"tech","password":"guess"}`)
		if res.StatusCode == http.StatusTooManyRequests {
			limited = true
			if p := problem(t, text); p.Code != "slow-down" || res.Header.Get("Retry-After") == "" || p.Facts["seconds"] == nil {
				t.Errorf("slowed down with %+v", p)
			}
		}
	}
	if !limited {
		t.Error("40 wrong passwords for one login were all tried")
	}
	if strings.Contains(h.log.String(), "guess") || strings.Contains(h.log.String(), password) {
		t.Error("the log holds a password")
	}
}

func TestSignOutAndSignInAgainEndTheSessionBefore(t *testing.T) {
	h := newHouse(t)
	first := h.cookie(t, "lee")
	res, text := h.request(t, http.MethodPost, "/api/sign-in", `{"login":"lee","password":"`+password+`"}`, "Cookie", first)
	if res.StatusCode != http.StatusOK {
		t.Fatal(text)
	}
	second := res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
	if res, _ := h.request(t, http.MethodGet, "/api/me", "", "Cookie", first); res.StatusCode != http.StatusUnauthorized {
		t.Error("the session that was replaced is still open")
	}
	if res, text := h.request(t, http.MethodPost, "/api/sign-out", "{}", "Cookie", second); res.StatusCode != http.StatusOK || res.Cookies()[0].MaxAge >= 0 {
		t.Error(res.Status, text)
	}
	if res, _ := h.request(t, http.MethodGet, "/api/me", "", "Cookie", second); res.StatusCode != http.StatusUnauthorized {
		t.Error("the session is open after signing out")
	}
}

func TestFirstAdministratorIsAdmittedOnceByTheLink(t *testing.T) {
	h := empty(t)
	link := h.SetupLink(h.url)
	_, token, ok := strings.Cut(link, "/#setup=")
	if !ok {
		t.Fatal("there is no link:", link)
	}
	post := func(token, login string) (*reply, string) {
		return h.request(t, http.MethodPost, "/api/setup", fmt.Sprintf(`{"token":%q,"login":%q,"name":"Ruth Root","password":%q}`, token, login, password))
	}
	if res, _ := post("another", "root"); res.StatusCode != http.StatusGone {
		t.Error("a wrong token was answered", res.Status)
	}
	if res, text := post(token, "two words"); res.StatusCode != http.StatusBadRequest || problem(t, text).Field != "login" {
		t.Error("a login of two words was answered", res.Status, text)
	}
	res, text := post(token, "root")
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		t.Fatal(res.Status, text)
	}
	if res, _ := post(token, "second"); res.StatusCode != http.StatusGone {
		t.Error("the link worked twice:", res.Status)
	}
	if h.SetupLink(h.url) != "" {
		t.Error("there is still a link")
	}
	root := h.as(t, "root")
	id, err := root.Admit(t.Context(), roster.Person{Login: "new", Name: "Dr New", Role: roster.Clinician, Receives: true}, password)
	if err != nil {
		t.Fatal(err)
	}
	if me := h.as(t, "new").Me().Me; me.ID != id || me.Name.Name != "Dr New" || me.Role != "clinician" {
		t.Errorf("signed in as %+v", me)
	}
	_, err = root.Admit(t.Context(), roster.Person{Login: "new", Name: "Dr Other", Role: roster.Clinician}, password)
	if p := wantCode(t, err, "faults"); p.Field != "login" {
		t.Errorf("the taken login is refused as field %q: %v", p.Field, p)
	}
	_, err = root.Admit(t.Context(), roster.Person{Login: "weak", Name: "Dr Weak", Role: roster.Clinician}, "12345678")
	if p := wantCode(t, err, "bad-request"); p.Field != "password" {
		t.Errorf("a common password is refused as field %q", p.Field)
	}
	if _, err := h.as(t, "new").Admit(t.Context(), roster.Person{Login: "x", Name: "X", Role: roster.Clerk}, password); code(err) != "not-yours" {
		t.Error("a clinician admitted somebody:", err)
	}
}

func TestTokenIsGoodUntilItIsRevoked(t *testing.T) {
	h := newHouse(t)
	root := h.as(t, "root")
	minted, err := root.Mint(t.Context(), wire.MintBody{Machine: "machine/board-1", Days: 30})
	if err != nil {
		t.Fatal(err)
	}
	h.Potassium(t, 1)
	board, err := client.Dial(t.Context(), h.url, client.Credentials{Token: minted.Token})
	if err != nil {
		t.Fatal(err)
	}
	calls, err := board.Calls(t.Context(), 0)
	if err != nil || len(calls.Bells) != 1 || len(calls.Calls) > 0 || calls.Bells[0].Call != "7QK001" {
		t.Errorf("the board sees %+v: %v", calls, err)
	}
	_, err = board.Call(t.Context(), "7QK001")
	wantCode(t, err, "sign-in-first")
	if all, err := root.Tokens(t.Context()); err != nil || len(all) != 1 || all[0].ID != minted.ID || all[0].Machine != "machine/board-1" {
		t.Errorf("the tokens are %+v: %v", all, err)
	}
	if _, err := root.Revoke(t.Context(), minted.ID); err != nil {
		t.Fatal(err)
	}
	_, err = board.Calls(t.Context(), 0)
	wantCode(t, err, "token-refused")

	// A token that is well signed, but that no entry made valid, is nobody's.
	key := ed25519.NewKeyFromSeed([]byte("a test's token key, not a secret"))
	forged, _, err := server.Mint(strings.NewReader(strings.Repeat("x", 64)), key, server.Grant{
		Issuer: "readback/main", Audience: "readback/main", Subject: "machine/board-1", From: time.Now(), Until: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	if res, _ := h.request(t, http.MethodGet, "/api/me", "", "Authorization", "Bearer "+forged); res.StatusCode != http.StatusUnauthorized {
		t.Error("a token that was not recorded was answered", res.Status)
	}
}
