package server_test

import (
	"testing"

	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/wire"
)

// Who reported a result, or telephoned before, is not told it by telephone, by id or by name.
func TestASpokenReceiverIsNeitherTheReporterNorWhoTelephoned(t *testing.T) {
	h := newHouse(t)
	call := h.PotassiumBy(t, "person/tech", 1)
	sue, name := h.as(t, "sue"), ""
	for _, p := range hospital.Staff() {
		if p.ID == "person/tech" {
			name = p.Name
		}
	}
	n, err := sue.TelephoneBegin(t.Context(), wire.TelephoneBody{Call: call.ID, Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	b := heard(call, n)
	b.Receiver.Name = "Nurse " + name
	_, err = sue.Telephone(t.Context(), b)
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != nil && p.Facts["reason"] != "receiver" {
		t.Errorf("%+v", p)
	}
	b.Receiver.Name = "Nurse Nora Night"
	if _, err := sue.Telephone(t.Context(), b); err != nil {
		t.Error(err)
	}
}
