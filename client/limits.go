package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// ConfirmHeld says that a result which the bench looked at first is right: it is called at once.
func (c *Client) ConfirmHeld(ctx context.Context, call string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoHeldConfirm, wire.HeldBody{Call: call})
}

// RerunHeld says that one runs a held result again. Its deadline stays.
func (c *Client) RerunHeld(ctx context.Context, call string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoHeldRerun, wire.HeldBody{Call: call})
}
