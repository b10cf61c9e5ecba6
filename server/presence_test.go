package server_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

func TestPeopleAndWhoSayOnHowManyDevicesSomebodyIsOfAllNodes(t *testing.T) {
	var known atomic.Bool
	h := newHouse(t, func(d *server.Deps) {
		d.Others = func() (map[string]map[string]int, bool) {
			return map[string]map[string]int{"n2": {"person/lee": 2}, "n3": {"person/sue": 1}}, known.Load()
		}
	})
	s := h.dial(t, h.cookie(t, "lee"), websocket.Dialer{})
	s.ask(`{"id":"1","do":"follow"}`)
	s.until("a start", starts)
	sue := h.as(t, "sue")
	for _, whole := range []bool{true, false} {
		known.Store(whole)
		var people wire.People
		if err := sue.Do(t.Context(), wire.DoPeople, "", struct{}{}, &people); err != nil {
			t.Fatal(err)
		}
		at := people.Connected
		if at.People["person/lee"] != 3 || at.People["person/sue"] != 1 || at.People["person/okafor"] != 0 || at.Whole != whole {
			t.Errorf("connected: %+v", at)
		}
		who, err := sue.Who(t.Context(), wire.WhoBody{Unit: "ICU-2"})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range who.Steps {
			for _, p := range step.To {
				n, on := at.People[p.ID]
				switch {
				case p.Devices == nil && (on || whole), p.Devices != nil && *p.Devices != n, p.Devices != nil && !on && !whole:
					t.Errorf("%s: devices %v; connected on %d, all known: %v", p.ID, p.Devices, n, whole)
				}
			}
		}
	}
}

func TestReadinessHearsTheBellAndDoesNotNeedIt(t *testing.T) {
	for want, bell := range map[string]func(context.Context) error{
		"none": nil, "heard": func(context.Context) error { return nil }, "silent": func(context.Context) error { return errors.New("away") },
	} {
		h := newHouse(t, func(d *server.Deps) { d.Bell = bell })
		res, text := h.request(t, http.MethodGet, "/readyz", "")
		if res.StatusCode != http.StatusOK || !strings.Contains(text, `"bell":"`+want+`"`) {
			t.Errorf("%s: %s %s", want, res.Status, text)
		}
	}
}
