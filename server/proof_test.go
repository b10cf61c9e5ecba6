package server_test

import (
	"errors"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
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

func TestTheReceiptOfACallIsThatOfItsReadBack(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	c := h.Potassium(t, 1)
	lee := h.as(t, "lee")
	_, err := lee.ReceiptOf(ctx, c.ID)
	wantCode(t, err, "no-receipt")
	shown, err := lee.Call(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	done, err := lee.ReadBack(ctx, wire.ReadBackBody{
		Call: c.ID, Version: 1, Values: map[string]string{shown.Results[0].ID: shown.Results[0].Value}, Tail: hospital.Tail,
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := lee.ReceiptOf(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := client.CheckReceipt(text, h.Notary.Public()); err != nil || e.Seq != done.Seq {
		t.Errorf("entry %d is proved, want %d: %v", e.Seq, done.Seq, err)
	}
	_, err = h.as(t, "else").ReceiptOf(ctx, c.ID)
	wantCode(t, err, "no-receipt")
	_, err = lee.ReceiptOf(ctx, "person/lee")
	wantCode(t, err, "no-receipt")
}
