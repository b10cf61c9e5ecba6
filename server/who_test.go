package server_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

func TestWhoIsAnsweredToWhoeverMayAsk(t *testing.T) {
	h := newHouse(t)
	h.Potassium(t, 1)
	if who, err := h.as(t, "else").Who(t.Context(), wire.WhoBody{Unit: "ICU-2"}); err != nil || who.Steps[0].To[0].Name.Name != "Dr Mina Lee" {
		t.Fatalf("%+v, %v", who, err)
	}
	const anna = "patient/a1"
	for login, want := range map[string]string{"lee": "", "tech": "", "else": "not-found", "root": "not-found"} {
		who, err := h.as(t, login).Who(t.Context(), wire.WhoBody{Patient: anna})
		if code(err) != want || err == nil && who.Unit != "ICU-2" {
			t.Errorf("%s: %q, unit %q", login, code(err), who.Unit)
		}
	}
	lee := h.as(t, "lee")
	for field, b := range map[string]wire.WhoBody{
		"at": {Unit: "ICU-2", At: h.Now().Add(-time.Hour)}, "tier": {Tier: "red"}, "patient": {Patient: "patient/nobody"},
	} {
		if _, err := lee.Who(t.Context(), b); err == nil || wantCode(t, err, code(err)).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestALadderIsSetByThoseWhoPlanAndCountsAtOnce(t *testing.T) {
	h := newHouse(t)
	sue := h.as(t, "sue")
	own := roster.Ladder{Unit: "ICU-2", Steps: []roster.Step{{Ask: "unit", Rank: 1, Wait: 60}, {Ask: "desk"}}}
	if _, err := h.as(t, "lee").SetLadder(t.Context(), own); code(err) != "not-yours" {
		t.Fatal(err)
	}
	if _, err := sue.SetLadder(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	first := func() string {
		who, err := sue.Who(t.Context(), wire.WhoBody{Unit: "ICU-2"})
		if err != nil {
			t.Fatal(err)
		}
		return who.Steps[0].To[0].ID
	}
	if got := first(); got != "person/okafor" {
		t.Errorf("the new ladder asks %s first", got)
	}
	red := own
	red.Tier = "red"
	empty := roster.Ladder{Unit: "MOON", Steps: []roster.Step{{Ask: "unit"}, {Ask: "desk"}}}
	for field, l := range map[string]roster.Ladder{"ladder.tier": red, "ladder.steps": empty} {
		if _, err := sue.SetLadder(t.Context(), l); err == nil || wantCode(t, err, code(err)).Field != field || wantCode(t, err, code(err)).Do == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := sue.RemoveLadder(t.Context(), wire.LadderRemoveBody{Unit: "*"}); err == nil {
		t.Error("the catch-all was removed")
	}
	if _, err := sue.RemoveLadder(t.Context(), wire.LadderRemoveBody{Unit: "ICU-2"}); err != nil || first() != "person/lee" {
		t.Error(err, first())
	}
}

func TestARosterWithAHoleIsRefusedUnlessHolesAreAccepted(t *testing.T) {
	h := newHouse(t)
	sue := h.as(t, "sue")
	hole := func() roster.Published {
		p := *publishedNow(h)
		p.Shifts = p.Shifts[1:]
		p.Shifts[0].To = h.Now().Add(time.Hour)
		return p
	}
	_, err := sue.Publish(t.Context(), hole())
	if p := wantCode(t, err, "faults"); p.Field != "shifts" || p.Do == "" {
		t.Errorf("%+v", p)
	}
	if _, err := sue.PublishAs(t.Context(), wire.PublishBody{Published: hole(), Holes: true}); err != nil {
		t.Error(err)
	}
}
