package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// analyzers lists two equal analyzers and returns who books them.
func analyzers(t *testing.T, h *house) *client.Client {
	t.Helper()
	for _, name := range []string{"chem-1", "chem-2"} {
		_, err := h.as(t, "sue").Instrument(t.Context(), wire.InstrumentBody{Instrument: equipment.Instrument{
			ID: "instrument/" + name, Name: name, Zone: "Europe/Berlin", Group: "chem", Warmup: 5,
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return h.as(t, "tech")
}

func hour(n int) time.Time {
	return time.Now().UTC().Truncate(time.Hour).Add(time.Duration(n) * time.Hour)
}

func bookingOf(name string, from, to time.Time) wire.BookBody {
	return wire.BookBody{Items: []equipment.Item{{Instrument: "instrument/" + name}}, Start: from, End: to}
}

func TestRefusedBookingSaysWhyAndWhatCanBeHadInstead(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	first, err := tech.Book(ctx, bookingOf("chem-1", hour(2), hour(3)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tech.Book(ctx, bookingOf("chem-1", hour(2), hour(3)))
	p := wantCode(t, err, "refused")
	text, err := json.Marshal(p.Facts)
	if err != nil {
		t.Fatal(err)
	}
	var tried wire.BookingTried
	if err := json.Unmarshal(text, &tried); err != nil {
		t.Fatal(err)
	}
	if len(tried.Problems) != 1 || tried.Problems[0].Rule != "taken" || tried.Problems[0].Blocks[0] != first.Booking.ID || len(tried.Free) != 3 || len(tried.Equal) != 1 {
		t.Fatalf("facts %s", text)
	}
	taken := bookingOf("", tried.Free[0].Start, tried.Free[0].End)
	taken.Items = tried.Free[0].Items
	if _, err := tech.Book(ctx, taken); err != nil {
		t.Errorf("an offered place was refused: %v", err)
	}
	board, err := tech.Board(ctx, hour(0), hour(24))
	if err != nil || len(board.Bookings) != 2 || board.Bookings[0].Who.Name == "" {
		t.Errorf("the board has %+v, %v", board.Bookings, err)
	}
	_, err = tech.MoveBooking(ctx, wire.MoveBody{OfBody: wire.OfBody{Booking: first.Booking.ID, Version: 7}, Start: hour(5), End: hour(6)})
	wantCode(t, err, "stale")
	_, err = h.as(t, "lee").Book(ctx, bookingOf("chem-2", hour(2), hour(3)))
	wantCode(t, err, "not-yours")
	_, err = tech.Book(ctx, bookingOf("chem-2", hour(3), hour(2)))
	wantCode(t, err, "refused")
}

func TestDownReroutesAndReturnsThroughVerificationOnly(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	k, err := tech.Book(ctx, bookingOf("chem-1", hour(2), hour(3)))
	if err != nil {
		t.Fatal(err)
	}
	down, err := tech.Down(ctx, wire.DownBody{Instrument: "instrument/chem-1", Severity: "stop", Seen: "smoke"})
	if err != nil || down.AtRisk != 1 {
		t.Fatalf("%+v, %v", down, err)
	}
	moved, err := tech.Reroute(ctx, down.Incident)
	if err != nil || moved.Moved != 1 {
		t.Errorf("%+v, %v", moved, err)
	}
	board, err := tech.Board(ctx, hour(0), hour(24))
	if err != nil || board.Bookings[0].ID != k.Booking.ID || board.Bookings[0].Items[0].Instrument != "instrument/chem-2" {
		t.Errorf("%+v, %v", board.Bookings, err)
	}
	_, err = h.as(t, "sue").Release(ctx, down.Incident, "control")
	wantCode(t, err, "not-now")
	if _, err := tech.Verify(ctx, down.Incident, "fuse"); err != nil {
		t.Error(err)
	}
	_, err = tech.Release(ctx, down.Incident, "control")
	wantCode(t, err, "not-yours")
	if _, err := h.as(t, "sue").Release(ctx, down.Incident, "control"); err != nil {
		t.Error(err)
	}
}

// TestNothingIsBookedTwiceInARace lets eight people book, move and cancel the same hours of two instruments at once.
func TestNothingIsBookedTwiceInARace(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	var booked, refused atomic.Int64
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 1))
			for range 15 {
				from := hour(1 + r.IntN(6))
				done, err := tech.Book(ctx, bookingOf(fmt.Sprintf("chem-%d", 1+r.IntN(2)), from, from.Add(time.Duration(1+r.IntN(3))*20*time.Minute)))
				var p *wire.Problem
				switch {
				case err == nil:
					booked.Add(1)
				case errors.As(err, &p) && p.Code == "refused":
					refused.Add(1)
					continue
				default:
					t.Error(err)
					return
				}
				if of := (wire.OfBody{Booking: done.Booking.ID, Version: 1}); r.IntN(2) == 0 {
					if _, err := tech.CancelBooking(ctx, wire.CancelBody{OfBody: of}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	board, err := tech.Board(ctx, hour(0), hour(24))
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range board.Bookings {
		for _, b := range board.Bookings[i+1:] {
			warm := equipment.Span{Start: b.Start.Add(-5 * time.Minute), End: b.End}
			if a.Items[0] == b.Items[0] && warm.Overlaps(a.Span) {
				t.Errorf("%+v and %+v overlap", a.Booking, b.Booking)
			}
		}
	}
	if booked.Load() == 0 || refused.Load() == 0 {
		t.Errorf("%d booked, %d refused: there was no race", booked.Load(), refused.Load())
	}
	if f := h.State().Faults(h.Now()); f != nil {
		t.Error(f)
	}
}
