package server_test

import (
	"testing"

	"github.com/seed-909bec58/readback/rules/roster"
)

// What a person may do is asked of each command anew: who lost a role, a profession or a badge while signed in is
// refused at the next one.
func TestALostRoleOrProfessionIsRefusedAtTheNextCommand(t *testing.T) {
	h := newHouse(t)
	sue, lee, okafor, root, chief := h.as(t, "sue"), h.as(t, "lee"), h.as(t, "okafor"), h.as(t, "root"), h.as(t, "chief")
	if _, err := sue.People(t.Context()); err != nil {
		t.Fatal(err)
	}
	person := func(id string) roster.Person { return *h.State().Roster.Get("person/" + id) }
	p := person("sue")
	p.Role = roster.Clerk
	if _, err := root.Change(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := sue.People(t.Context()); code(err) != "not-yours" && code(err) != "signed-out" {
		t.Error("a clerk reads who is admitted:", err)
	}
	for _, id := range []string{"lee", "okafor"} {
		p = person(id)
		p.Profession, p.Receives = map[string]string{"lee": "midwife", "okafor": "nurse"}[id], false
		if _, err := root.Change(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := lee.SetReceiving(t.Context(), []string{"physician"}); code(err) != "not-yours" {
		t.Error(err)
	}
	for _, bad := range [][]string{nil, {"Nurse"}, {"nurse", "nurse"}} {
		if _, err := chief.SetReceiving(t.Context(), bad); code(err) != "faults" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := chief.SetReceiving(t.Context(), []string{"physician", "nurse"}); err != nil {
		t.Fatal(err)
	}
	if _, err := lee.ReadBack(t.Context(), right(h.Potassium(t, 1))); code(err) != "not-yours" {
		t.Error("a midwife read back where midwives do not:", err)
	}
	if _, err := okafor.ReadBack(t.Context(), right(h.Potassium(t, 2))); err != nil {
		t.Error("a nurse was refused:", err)
	}
}
