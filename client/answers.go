package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// Take takes a call for three minutes: "mine", "act" (not mine, but I act) or "call-me". It may be done once again. The
// problem "taken" says who has it and until when.
func (c *Client) Take(ctx context.Context, b wire.TakeBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoTake, b)
}

// PassOn passes a call on, to a person who is on duty or to whom its ladder asks next, and returns who is asked now.
func (c *Client) PassOn(ctx context.Context, b wire.PassOnBody) (wire.PassedOn, error) {
	return tell[wire.PassedOn](ctx, c, wire.DoPassOn, b)
}

// BreakGlass shows a call to a person who was not called and is not on its unit or post, who may read it back for 30
// minutes then. It is recorded and listed to the supervisor.
func (c *Client) BreakGlass(ctx context.Context, b wire.GlassBody) (wire.Call, error) {
	return tell[wire.Call](ctx, c, wire.DoGlass, b)
}

// TelephoneBegin begins an attempt to telephone somebody about a call and returns its number.
func (c *Client) TelephoneBegin(ctx context.Context, b wire.TelephoneBody) (int, error) {
	out, err := tell[wire.Telephone](ctx, c, wire.DoTelephoneBegin, b)
	return out.Attempt, err
}

// Telephone closes a call with what its receiver repeated on the telephone, typed by the caller. The problem "mismatch"
// says which fields differ, and in its facts the attempt in which the conversation goes on.
func (c *Client) Telephone(ctx context.Context, b wire.HeardBody) (wire.ReadBack, error) {
	return tell[wire.ReadBack](ctx, c, wire.DoTelephone, b)
}

// TelephoneFailed ends an attempt that came to nothing.
func (c *Client) TelephoneFailed(ctx context.Context, b wire.TelephoneFailedBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoTelephoneFail, b)
}
