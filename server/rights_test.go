package server_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

func TestRightsThatChangeBringAFreshStart(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	h.Potassium(t, 1)
	elsa, start := follow(ctx, t, h.as(t, "else"))
	if len(start.Calls) > 0 || start.Over != wire.OverFirst || slices.Contains(start.Channels, "unit/ICU-2") {
		t.Fatalf("who is elsewhere starts with %+v", start)
	}
	now := h.Now()
	h.Record(t, "person/sue", &roster.Covered{Post: "post/icu-2", Out: "person/lee", In: "person/else", From: now, To: now.Add(time.Hour)})
	start = elsa.start()
	if start.Over != wire.OverRights || len(start.Calls) != 1 || !start.Calls[0].May.ReadBack {
		t.Fatalf("who covers the unit now starts with %+v", start)
	}
	h.Potassium(t, 2)
	if e := elsa.until("critical.opened"); e.Seq <= start.Head {
		t.Error("an entry came twice")
	}
	h.Forward(t, 61*time.Minute) // the cover ends by the clock, without an entry of its own
	h.Potassium(t, 3)
	for {
		e := elsa.next()
		if e.Start != nil {
			start = e.Start
			break
		}
		if slices.Contains(e.About, "call/m3/1") {
			t.Fatal("an entry came after the right to it had ended:", e.Kind)
		}
	}
	if slices.Contains(start.Channels, "unit/ICU-2") {
		t.Errorf("after the cover she still hears %v", start.Channels)
	}
}

func TestWhoIsSignedOutOrDisabledIsCutOff(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	root := h.as(t, "root")
	for name, end := range map[string]func(string) error{
		"disabled": func(string) error { _, err := root.Disable(ctx, "person/lee"); return err },
		"new password": func(string) error {
			_, err := root.SetPassword(ctx, wire.PasswordBody{Person: "person/okafor", New: "another good one"})
			return err
		},
		"signed out": func(cookie string) error {
			res, text := h.request(t, http.MethodPost, "/api/sign-out", "{}", "Cookie", cookie)
			if res.StatusCode != http.StatusOK {
				return errors.New(text)
			}
			return nil
		},
	} {
		login := map[string]string{"disabled": "lee", "new password": "okafor", "signed out": "tech"}[name]
		cookie := h.cookie(t, login)
		cname, value, _ := strings.Cut(cookie, "=")
		c, err := client.Dial(ctx, h.url, client.Credentials{Cookies: []*http.Cookie{{Name: cname, Value: value}}})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := follow(ctx, t, c)
		if err := end(cookie); err != nil {
			t.Fatal(name, err)
		}
		if err := s.end(); code(err) != "signed-out" {
			t.Errorf("%s: the stream ended with %v", name, err)
		}
		if _, err := c.Calls(ctx, 0); code(err) != "signed-out" {
			t.Errorf("%s: a command was answered %v", name, err)
		}
	}
}
