package server_test

import (
	"testing"

	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/wire"
)

func TestEarlierResultsAreForWhoMaySeeTheCall(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	call := h.Potassium(t, 1)
	var got wire.Series
	body := wire.SeriesOfBody{Call: call.ID, Result: call.Results[0].ID}
	if err := h.as(t, "lee").Do(ctx, wire.DoSeries, "", body, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Points) != 1 || got.Points[0].Value != hospital.Value || got.Points[0].Result != body.Result {
		t.Errorf("lee sees %+v", got)
	}
	wantCode(t, h.as(t, "else").Do(ctx, wire.DoSeries, "", body, &got), "unknown-call")
	body.Result = "result/none"
	wantCode(t, h.as(t, "lee").Do(ctx, wire.DoSeries, "", body, &got), "not-found")
}
