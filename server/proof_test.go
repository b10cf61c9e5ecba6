package server_test

import (
	"errors"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/ledger"
)

func TestReceiptsAndConsistencyAreForThoseWhoMaySee(t *testing.T) {
	h := newHouse(t)
	h.Potassium(t, 1)
	tech := h.as(t, "tech")
	kept, err := h.Notary.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	call := h.Potassium(t, 2)
	es, err := h.Mem.About(t.Context(), call.ID, h.State().Seq)
	if err != nil {
		t.Fatal(err)
	}
	opened := es[0].Seq
	receipt, err := tech.Receipt(t.Context(), opened)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CheckReceipt(receipt, h.Notary.Public()); err != nil {
		t.Error(err)
	}
	receipt[len(receipt)/2] ^= 1
	if _, err := client.CheckReceipt(receipt, h.Notary.Public()); err == nil {
		t.Error("a receipt with a changed byte proves something")
	}
	for _, seq := range []ledger.Seq{opened, 0, -1, 1 << 40} {
		_, err := h.as(t, "else").Receipt(t.Context(), seq)
		wantCode(t, err, "no-receipt")
	}
	newer, err := tech.Witness(t.Context(), kept.Signed, h.Notary.Public())
	if err != nil || newer == kept.Signed {
		t.Error("the ledger did not prove that it only grew:", err)
	}
	other := hospital.Open(t, nil)
	other.Fill(t)
	foreign, err := other.Notary.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tech.Witness(t.Context(), foreign.Signed, h.Notary.Public()); !errors.Is(err, ledger.ErrDamaged) {
		t.Error("another history under the same key was proved:", err)
	}
}
