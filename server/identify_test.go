package server_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// unidentified opens a call that names nobody.
func (h *house) unidentified(t *testing.T) critical.Call {
	t.Helper()
	h.Record(t, "machine/lis")
	_, err := h.Lab.Lab.Record(t.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		filed, err := s.Critical.File(critical.Message{
			ID: "message/u1", Sender: "LIS", Subject: critical.Subject{AgeKnown: true, AgeLeast: 24000, AgeMost: 24000},
			Reports: []critical.Report{{
				Result: "result/u1", Codings: []critical.Coding{{System: "LN", Code: "2823-3"}}, Status: "F",
				Sealed: critical.Sent{Value: "7.1", Unit: "mmol/L", Accession: "26-118-0427"},
			}},
			Refs: []string{"7QKU42"}, Resolve: s.Resolve(now),
			Steps: func(tier string) []critical.Step { return lab.Steps(s.Roster.Ladder(s.Place("", ""), tier, now)) },
		}, now)
		var out []lab.Event
		for _, ev := range filed {
			out = append(out, ev)
		}
		return out, err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, ok := h.State().Critical.Find("call/u1/1")
	if !ok {
		t.Fatal("no call")
	}
	return c
}

func TestTheBenchNamesThePatientOfACallThatWasCalledByAccession(t *testing.T) {
	h := newHouse(t)
	h.Potassium(t, 1) // makes Anna Weber known
	c := h.unidentified(t)
	tech := h.as(t, "tech")
	good := wire.IdentifyBody{Call: c.ID, Version: c.Version, Number: "4711-0815", Name: "Anna Weber", Reason: "label"}
	for want, change := range map[string]func(*wire.IdentifyBody){
		"bad-request": func(b *wire.IdentifyBody) { b.Name = "" },
		"stale":       func(b *wire.IdentifyBody) { b.Version = 9 },
	} {
		b := good
		change(&b)
		_, err := tech.Identify(t.Context(), b)
		wantCode(t, err, want)
	}
	for _, change := range []func(*wire.IdentifyBody){
		func(b *wire.IdentifyBody) { b.Name = "Bode, Bertram" },
		func(b *wire.IdentifyBody) { b.Born = "1971-01-01" },
		func(b *wire.IdentifyBody) { b.Number = "4711-0816" },
		func(b *wire.IdentifyBody) { b.Reason = "guess" },
	} {
		b := good
		change(&b)
		_, err := tech.Identify(t.Context(), b)
		wantCode(t, err, "bad-request")
	}
	if _, err := tech.Identify(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	now, _ := h.State().Critical.Find(c.ID)
	if now.Version != c.Version+1 || !now.Identified() || now.Tail() != "0815" || !now.WasCalled("person/lee") {
		t.Errorf("%+v", now)
	}
	if _, open := h.State().Critical.Work.Get("result/u1"); open {
		t.Error("the bench's task is still open")
	}
	good.Version++
	_, err := tech.Identify(t.Context(), good)
	wantCode(t, err, "identified")
	if _, err := h.as(t, "lee").ReadBack(t.Context(), wire.ReadBackBody{
		Call: c.ID, Version: now.Version, Values: map[string]string{"result/u1": "7.1"}, Tail: "0815", Entered: "keyed",
	}); err != nil {
		t.Error(err)
	}
}
