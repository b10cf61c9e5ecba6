package server_test

import (
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

func TestPlansAreMadeByThoseWhoMay(t *testing.T) {
	h := newHouse(t)
	chief, sue, tech, lee := h.as(t, "chief"), h.as(t, "sue"), h.as(t, "tech"), h.as(t, "lee")
	set := critical.ExampleSets()[0]
	set.Version = "rev 35"
	set.Rows[0].Unit = "furlong"
	_, err := tech.Draft(t.Context(), set)
	wantCode(t, err, "not-yours")
	if _, err := sue.Draft(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	_, err = chief.Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: set.Version})
	if p := wantCode(t, err, "limits-faulty"); p.Facts["faults"] == nil {
		t.Error("the refusal does not say what is wrong")
	}
	_, err = sue.Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: "rev 34"})
	wantCode(t, err, "not-yours")
	if _, err := chief.Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: "rev 34", Setting: "inpatient"}); err != nil {
		t.Error(err)
	}
	if l, err := tech.Limits(t.Context()); err != nil || len(l.Sets) != 2 || len(l.Active) != 2 {
		t.Errorf("%+v: %v", l.Active, err)
	}
	if _, err := sue.Map(t.Context(), wire.MapBody{Sender: "LIS", Code: "K", Test: critical.Test{LOINC: "2823-3", Unit: "mmol/L"}}); err != nil {
		t.Error(err)
	}
	_, err = sue.Map(t.Context(), wire.MapBody{Sender: "LIS", Code: "K", Test: critical.Test{LOINC: "2823-4"}})
	wantCode(t, err, "bad-mapping")

	plan := hospital.Published(h.Now())
	plan.Shifts = plan.Shifts[:2]
	_, err = sue.Publish(t.Context(), *plan)
	if p := wantCode(t, err, "faults"); p.Field != "shifts" || p.Facts["faults"] == nil {
		t.Errorf("a roster without a desk is refused as %+v", p)
	}
	_, err = lee.Publish(t.Context(), *hospital.Published(h.Now()))
	wantCode(t, err, "not-yours")
	if _, err := sue.Publish(t.Context(), *hospital.Published(h.Now())); err != nil {
		t.Error(err)
	}
	if r, err := lee.Roster(t.Context()); err != nil || len(r.Duty) != 3 || len(r.Ladders) != 1 {
		t.Errorf("%+v: %v", r, err)
	}
	call := h.Potassium(t, 1)
	_, err = tech.End(t.Context(), wire.EndBody{Call: call.ID, Version: 1, Reason: "told-in-person"})
	wantCode(t, err, "not-yours")
	_, err = chief.End(t.Context(), wire.EndBody{Call: call.ID, Version: 1})
	wantCode(t, err, "no-reason")
	if _, err := chief.End(t.Context(), wire.EndBody{Call: call.ID, Version: 1, Reason: "told-in-person", Note: "at the bedside"}); err != nil {
		t.Error(err)
	}
	_, err = lee.ReadBack(t.Context(), right(call))
	if p := wantCode(t, err, "closed"); !strings.HasPrefix(p.Say, "Dr Ruth Chief ended this call at ") {
		t.Error(p.Say)
	}
	if s, err := lee.Seen(t.Context(), h.Potassium(t, 2).ID, 1); err != nil || s.First == 0 {
		t.Error(s, err)
	}
	if s, err := lee.Seen(t.Context(), "call/m2/1", 1); err != nil || s.First != 0 {
		t.Error("a second look was recorded:", s, err)
	}
	_, err = tech.Settle(t.Context(), wire.SettleBody{Work: "message/none", How: "seen"})
	wantCode(t, err, "unknown-work")
}
