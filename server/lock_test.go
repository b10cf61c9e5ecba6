package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

// cookies returns what a browser would send after an answer, on top of what it held.
func cookies(held map[string]string, res *reply) string {
	for _, c := range res.Cookies() {
		if held[c.Name] = c.Value; c.MaxAge < 0 {
			delete(held, c.Name)
		}
	}
	all := make([]string, 0, len(held))
	for name, value := range held {
		all = append(all, name+"="+value)
	}
	return strings.Join(all, "; ")
}

func signedIn(t testing.TB, res *reply, text string) wire.SignedIn {
	t.Helper()
	var in wire.SignedIn
	if err := json.Unmarshal([]byte(text), &in); res.StatusCode != http.StatusOK || err != nil {
		t.Fatal(res.Status, text)
	}
	return in
}

// until reads frames up to one that is asked for.
func (s *socket) until(what string, is func(wire.Frame) bool) wire.Frame {
	s.t.Helper()
	for range 1000 {
		if f := s.frame(); is(f) {
			return f
		}
	}
	s.t.Fatal("no frame was", what)
	return wire.Frame{}
}

func starts(f wire.Frame) bool { return f.Start != nil }

func TestALockedScreenRingsBareAndIsFullAgainAfterSigningIn(t *testing.T) {
	h := newHouse(t)
	held := map[string]string{}
	res, text := h.request(t, http.MethodPost, "/api/sign-in", `{"login":"lee","password":"`+password+`"}`)
	in, cookie := signedIn(t, res, text), cookies(held, res)
	if in.Me.Idle != int(lab.IdleFor/time.Second) || in.Unlock != "" {
		t.Errorf("signed in with %+v", in)
	}
	s := h.dial(t, cookie, websocket.Dialer{})
	s.ask(`{"id":"1","do":"follow"}`)
	if f := s.until("a start", starts); f.Start.Me.Bare || f.Start.Me.Idle == 0 {
		t.Fatalf("a signed-in connection starts with %+v", f.Start.Me)
	}
	call := h.Potassium(t, 1)
	s.until("the call, in full", func(f wire.Frame) bool { return f.Kind == "critical.called" })

	res, text = h.request(t, http.MethodPost, "/api/do/lock", "{}", "Cookie", cookie)
	locked := signedIn(t, res, text)
	before := cookie
	cookie = cookies(held, res)
	if !locked.Me.Bare || len(held) != 1 || held["readback-device"] == "" {
		t.Fatalf("locking answered %+v and left the cookies %v", locked, res.Cookies())
	}
	f := s.until("a start", starts)
	if !f.Start.Me.Bare || len(f.Start.Calls) > 0 || len(f.Start.Bells) != 1 || f.Start.Bells[0].Call != call.Ref || f.Start.Over != wire.OverRights {
		t.Fatalf("the locked connection starts with %+v", f.Start)
	}
	h.Potassium(t, 2)
	if f := s.until("an entry", func(f wire.Frame) bool { return f.Seq > 0 }); f.Kind != "" || f.Call != "7QK002" {
		t.Errorf("the locked connection got %+v", f)
	}
	s.ask(`{"id":"2","do":"call","body":{"call":"7QK001"}}`)
	if f := s.until("an answer", func(f wire.Frame) bool { return f.Re == "2" }); f.Error == nil || f.Error.Code != "sign-in-first" {
		t.Errorf("a locked connection's command was answered %+v", f)
	}
	if res, _ := h.request(t, http.MethodGet, "/api/me", "", "Cookie", before); res.StatusCode != http.StatusUnauthorized {
		t.Error("the session's own cookie is still good:", res.Status)
	}

	res, text = h.request(t, http.MethodPost, "/api/sign-in", `{"login":"lee","password":"`+password+`"}`, "Cookie", cookie)
	in = signedIn(t, res, text)
	cookie = cookies(held, res)
	if in.Unlock == "" || len(held) != 2 {
		t.Fatalf("signing in on the device answered %+v", in)
	}
	stranger := h.dial(t, h.cookie(t, "okafor"), websocket.Dialer{})
	for _, c := range []struct {
		who    *socket
		ticket string
	}{{s, "x"}, {s, strings.Replace(in.Unlock, ".session/", ".session/0", 1)}, {s, "9" + in.Unlock[1:]}, {stranger, in.Unlock}} {
		c.who.ask(`{"id":"no","do":"unlock","body":{"unlock":"` + c.ticket + `"}}`)
		if f := c.who.until("an answer", func(f wire.Frame) bool { return f.Re == "no" }); f.Error == nil || f.Error.Code != "signed-out" {
			t.Errorf("a ticket that is not its own was answered %+v", f)
		}
	}
	s.ask(`{"id":"3","do":"unlock","body":{"unlock":"` + in.Unlock + `"}}`)
	f = s.until("a start", starts)
	if f.Start.Me.Bare || len(f.Start.Calls) != 2 || f.Start.Me.Session != in.Me.Session {
		t.Fatalf("the unlocked connection starts with %+v", f.Start)
	}
	h.Potassium(t, 3)
	s.until("the call, in full", func(f wire.Frame) bool { return f.Kind == "critical.called" })

	h.request(t, http.MethodPost, "/api/do/lock", "{}", "Cookie", cookie)
	s.until("a start", starts)
	if res, _ := h.request(t, http.MethodPost, "/api/sign-out", "{}", "Cookie", cookie); res.Header.Get("Clear-Site-Data") != `"cache"` {
		t.Error("signing out has the browser clear", res.Header.Get("Clear-Site-Data"))
	}
	if code := s.code(); code != wire.CloseSignedOut {
		t.Errorf("after signing out the device's connection was closed with %d", code)
	}
}

func TestADeviceIsRevocableAndLockingTwiceChangesNothing(t *testing.T) {
	h := newHouse(t)
	lee, root := h.as(t, "lee"), h.as(t, "root")
	first, err := lee.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := lee.Lock(t.Context())
	if err != nil || again.Me.Session != first.Me.Session {
		t.Errorf("locked again: %+v, %v", again, err)
	}
	all, err := root.SessionsOf(t.Context(), "person/lee")
	if err != nil || len(all) != 1 || !all[0].Device || all[0].Means != "lock" || all[0].ID != first.Me.Session {
		t.Fatalf("lee's sessions are %+v: %v", all, err)
	}
	if _, err := root.EndSessions(t.Context(), wire.SessionsEndBody{Session: all[0].ID}); err != nil {
		t.Fatal(err)
	}
	if _, ok := h.State().Sessions.Valid(first.Me.Session, h.Now()); ok {
		t.Error("the device is still known after it was ended")
	}
}

func TestATicketIsGoodForHalfAMinute(t *testing.T) {
	h := newHouse(t)
	held := map[string]string{}
	sign := func() (wire.SignedIn, string) {
		res, text := h.request(t, http.MethodPost, "/api/sign-in", `{"login":"lee","password":"`+password+`"}`, "Cookie", cookies(held, &reply{}))
		return signedIn(t, res, text), cookies(held, res)
	}
	_, cookie := sign()
	s := h.dial(t, cookie, websocket.Dialer{})
	res, _ := h.request(t, http.MethodPost, "/api/do/lock", "{}", "Cookie", cookie)
	cookies(held, res)
	in, _ := sign()
	h.Forward(t, 31*time.Second)
	s.ask(`{"id":"1","do":"unlock","body":{"unlock":"` + in.Unlock + `"}}`)
	if f := s.until("an answer", func(f wire.Frame) bool { return f.Re == "1" }); f.Error == nil || f.Error.Code != "signed-out" {
		t.Errorf("31 s later it was answered %+v", f)
	}
}

func TestAnotherPersonsSignInEndsWhatTheBrowserHeld(t *testing.T) {
	h := newHouse(t)
	held := map[string]string{}
	res, _ := h.request(t, http.MethodPost, "/api/sign-in", `{"login":"lee","password":"`+password+`"}`)
	cookie := cookies(held, res)
	s := h.dial(t, cookie, websocket.Dialer{})
	res, _ = h.request(t, http.MethodPost, "/api/do/lock", "{}", "Cookie", cookie)
	cookie = cookies(held, res)
	res, text := h.request(t, http.MethodPost, "/api/sign-in", `{"login":"okafor","password":"`+password+`"}`, "Cookie", cookie)
	if in := signedIn(t, res, text); in.Unlock != "" || in.Me.ID != "person/okafor" {
		t.Errorf("signed in as %+v", in)
	}
	if code := s.code(); code != wire.CloseSignedOut {
		t.Errorf("lee's device on okafor's browser was closed with %d", code)
	}
}

func TestPINMakesASessionFreshAgainAndLocksAfterFiveWrongOnes(t *testing.T) {
	h := newHouse(t)
	lee := h.as(t, "lee")
	call := h.Potassium(t, 1)
	_, err := lee.PIN(t.Context(), "274913")
	wantCode(t, err, "no-pin")
	_, err = lee.SetPIN(t.Context(), "274913", "wrong")
	if p := wantCode(t, err, "wrong-sign-in"); p.Field != "password" {
		t.Errorf("the wrong password is refused as field %q", p.Field)
	}
	_, err = lee.SetPIN(t.Context(), "1234", password)
	if p := wantCode(t, err, "bad-request"); p.Field != "pin" {
		t.Errorf("a common PIN is refused as field %q", p.Field)
	}
	if _, err := lee.SetPIN(t.Context(), "274913", password); err != nil {
		t.Fatal(err)
	}
	h.Forward(t, 31*time.Minute)
	_, err = lee.ReadBack(t.Context(), right(call))
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != "not-fresh" {
		t.Fatal("the read-back is refused for", p.Facts["reason"])
	}
	for range 4 {
		_, err = lee.PIN(t.Context(), "111111")
		wantCode(t, err, "wrong-pin")
	}
	fresh, err := lee.PIN(t.Context(), "274913")
	if err != nil || fresh.Fresh.Sub(h.Now()) < 29*time.Minute {
		t.Fatalf("the right PIN: %+v, %v", fresh, err)
	}
	if _, err := lee.ReadBack(t.Context(), right(call)); err != nil {
		t.Error("fresh by PIN:", err)
	}
	for range 5 {
		_, err = lee.PIN(t.Context(), "111111")
		wantCode(t, err, "wrong-pin")
	}
	_, err = lee.PIN(t.Context(), "274913")
	if p := wantCode(t, err, "pin-locked"); !strings.Contains(p.Do, "password") {
		t.Errorf("a locked PIN says %q", p.Do)
	}
	if err := lee.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := lee.PIN(t.Context(), "274913"); err != nil {
		t.Error("after signing in with the password:", err)
	}
	if _, err := lee.SetPIN(t.Context(), "", password); err != nil {
		t.Fatal(err)
	}
	_, err = lee.PIN(t.Context(), "274913")
	wantCode(t, err, "no-pin")
	if strings.Contains(h.log.String(), "274913") {
		t.Error("the log holds a PIN")
	}
}

func TestAPINOpensNoLockedScreen(t *testing.T) {
	h := newHouse(t)
	lee := h.as(t, "lee")
	if _, err := lee.SetPIN(t.Context(), "274913", password); err != nil {
		t.Fatal(err)
	}
	if _, err := lee.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := lee.PIN(t.Context(), "274913")
	wantCode(t, err, "sign-in-first")
}

func TestAnAdministratorSeesAndEndsTheSessionsOfOthers(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Hub.Beat = time.Hour }) // so that only the entry can tell
	lee, root := h.as(t, "lee"), h.as(t, "root")
	_, err := lee.SessionsOf(t.Context(), "person/okafor")
	if p := wantCode(t, err, "not-yours"); p.Field != "person" {
		t.Errorf("refused as field %q", p.Field)
	}
	s := h.dial(t, h.cookie(t, "okafor"), websocket.Dialer{})
	s.ask(`{"id":"1","do":"calls"}`)
	s.until("an answer", func(f wire.Frame) bool { return f.Re == "1" })
	all, err := root.SessionsOf(t.Context(), "person/okafor")
	if err != nil || len(all) != 1 {
		t.Fatalf("okafor's sessions are %+v: %v", all, err)
	}
	_, err = lee.EndSessions(t.Context(), wire.SessionsEndBody{Session: all[0].ID})
	wantCode(t, err, "not-found")
	_, err = lee.EndSessions(t.Context(), wire.SessionsEndBody{Person: "person/okafor"})
	wantCode(t, err, "not-yours")
	_, err = lee.EndSessions(t.Context(), wire.SessionsEndBody{})
	wantCode(t, err, "bad-request")
	if _, err := root.EndSessions(t.Context(), wire.SessionsEndBody{Person: "person/okafor"}); err != nil {
		t.Fatal(err)
	}
	if code := s.code(); code != wire.CloseSignedOut {
		t.Errorf("closed with %d", code)
	}
	h.as(t, "lee") // a second one
	if _, err := lee.EndSessions(t.Context(), wire.SessionsEndBody{Person: "person/lee"}); err != nil {
		t.Fatal(err)
	}
	if own, err := lee.Sessions(t.Context()); err != nil || len(own) != 1 || !own[0].This {
		t.Errorf("after ending all others lee has %+v: %v", own, err)
	}
}

func TestAnotherRoleEndsTheSessionsOfTheOldOne(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Hub.Beat = time.Hour })
	s := h.dial(t, h.cookie(t, "lee"), websocket.Dialer{})
	s.ask(`{"id":"1","do":"follow"}`)
	s.until("a start", starts)
	lee := *h.State().Roster.Get("person/lee")
	lee.Role = "clerk"
	if _, err := h.as(t, "root").Change(t.Context(), lee); err != nil {
		t.Fatal(err)
	}
	if code := s.code(); code != wire.CloseSignedOut {
		t.Errorf("closed with %d", code)
	}
}
