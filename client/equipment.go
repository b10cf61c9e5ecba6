package client

import (
	"context"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// Board returns the instruments, and what is booked of them in a time of at most 62 days; zero times: today and tomorrow.
func (c *Client) Board(ctx context.Context, from, to time.Time) (wire.Board, error) {
	return ask[wire.Board](ctx, c, wire.DoBoard, wire.BoardBody{From: from, To: to})
}

// TryBook tells what a booking would meet, and what could be had instead. It records nothing.
func (c *Client) TryBook(ctx context.Context, b wire.BookBody) (wire.BookingTried, error) {
	return ask[wire.BookingTried](ctx, c, wire.DoBookTry, b)
}

// Book books instruments, all of them or none. The problem "refused" names every rule that is in the way, who blocks, the
// next free places and equal instruments.
func (c *Client) Book(ctx context.Context, b wire.BookBody) (wire.Booked, error) {
	return tell[wire.Booked](ctx, c, wire.DoBook, b)
}

// BookSeries books a series; with Skip, those of its occurrences that can be.
func (c *Client) BookSeries(ctx context.Context, b wire.SeriesBody) (wire.SeriesBooked, error) {
	return tell[wire.SeriesBooked](ctx, c, wire.DoBookSeries, b)
}

// MoveSeries moves a series from its nth booking on by the wall clock; with Skip, those of its bookings that can be. The
// problem "refused" names each that cannot.
func (c *Client) MoveSeries(ctx context.Context, b wire.SeriesMoveBody) (wire.SeriesChanged, error) {
	return tell[wire.SeriesChanged](ctx, c, wire.DoSeriesMove, b)
}

// CancelSeries gives a series up from its nth booking on.
func (c *Client) CancelSeries(ctx context.Context, b wire.SeriesCancelBody) (wire.SeriesChanged, error) {
	return tell[wire.SeriesChanged](ctx, c, wire.DoSeriesCancel, b)
}

// MoveBooking gives a booking another time or other instruments. The problem "stale" brings it as it is now.
func (c *Client) MoveBooking(ctx context.Context, b wire.MoveBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoBookMove, b)
}

// CancelBooking gives a booking up.
func (c *Client) CancelBooking(ctx context.Context, b wire.CancelBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoBookCancel, b)
}

// CheckIn begins a booking's work.
func (c *Client) CheckIn(ctx context.Context, b wire.CheckInBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoBookIn, b)
}

// FinishBooking ends a booking's work, with a note to the next user.
func (c *Client) FinishBooking(ctx context.Context, b wire.FinishBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoBookFinish, b)
}

// Free returns when instruments are free for some minutes.
func (c *Client) Free(ctx context.Context, b wire.FreeBody) (wire.Free, error) {
	return ask[wire.Free](ctx, c, wire.DoFree, b)
}

// Preempt asks for a booking's place for urgent work; its owner must read back.
func (c *Client) Preempt(ctx context.Context, b wire.PreemptBody) (wire.Booked, error) {
	return tell[wire.Booked](ctx, c, wire.DoPreempt, b)
}

// Yield reads back which instrument is given up to urgent work.
func (c *Client) Yield(ctx context.Context, b wire.YieldBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoYield, b)
}

// Down says that an instrument, or some of its assays, cannot be used. Its bookings are at risk from then on.
func (c *Client) Down(ctx context.Context, b wire.DownBody) (wire.Downed, error) {
	return tell[wire.Downed](ctx, c, wire.DoDown, b)
}

// Reroute finds every booking that an incident put at risk another place.
func (c *Client) Reroute(ctx context.Context, incident string) (wire.Rerouted, error) {
	return tell[wire.Rerouted](ctx, c, wire.DoReroute, wire.IncidentBody{Incident: incident})
}

// Verify says what was repaired; Release returns the instrument to service after what was checked.
func (c *Client) Verify(ctx context.Context, incident, repaired string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoVerify, wire.IncidentBody{Incident: incident, Repaired: repaired})
}

// Release returns an instrument to service after what was checked.
func (c *Client) Release(ctx context.Context, incident string, checked ...string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoRelease, wire.IncidentBody{Incident: incident, Checked: checked})
}

// Instrument lists an instrument, or says what it is from now on.
func (c *Client) Instrument(ctx context.Context, b wire.InstrumentBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoInstrument, b)
}

// Gate says what a gate of an instrument says: a control passed or failed, a calibration, maintenance, a reagent lot.
func (c *Client) Gate(ctx context.Context, b wire.GateBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoGate, b)
}

// Competence says what a person may run, and until when.
func (c *Client) Competence(ctx context.Context, b wire.CompetenceBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoCompetent, b)
}
