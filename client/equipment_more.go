package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// TransferBooking gives a booking to another person.
func (c *Client) TransferBooking(ctx context.Context, b wire.TransferBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoBookTransfer, b)
}

// TakeBooking books a place that was held for who waited.
func (c *Client) TakeBooking(ctx context.Context, b wire.OfBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoBookTake, b)
}

// Decline lets a booking that was asked for keep its place.
func (c *Client) Decline(ctx context.Context, b wire.DeclineBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoDecline, b)
}

// Wait waits for a place; one that is free already is held at once.
func (c *Client) Wait(ctx context.Context, b wire.WaitBody) (wire.Waiting, error) {
	return tell[wire.Waiting](ctx, c, wire.DoWait, b)
}

// EndWait ends a wait.
func (c *Client) EndWait(ctx context.Context, wait string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoWaitEnd, wire.WaitEndBody{Wait: wait})
}

// Use uses an instrument without a booking.
func (c *Client) Use(ctx context.Context, instrument string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoUse, wire.UseBody{Instrument: instrument})
}

// EndUse ends that use, with a note to the next user.
func (c *Client) EndUse(ctx context.Context, instrument, note string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoUseEnd, wire.UseBody{Instrument: instrument, Note: note})
}

// AcceptUse takes over what the last user of an instrument left.
func (c *Client) AcceptUse(ctx context.Context, instrument string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoUseAccept, wire.UseBody{Instrument: instrument})
}

// RetireInstrument takes an instrument out of use.
func (c *Client) RetireInstrument(ctx context.Context, instrument string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoRetire, wire.UseBody{Instrument: instrument})
}

// BookingRules says what the rules of a set of instruments are.
func (c *Client) BookingRules(ctx context.Context, b wire.RulesBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoRules, b)
}
