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

// Spell says which unit a sender's way to write it means; results that had waited for it are judged anew.
func (c *Client) Spell(ctx context.Context, b wire.UnitBody) (wire.Meant, error) {
	return tell[wire.Meant](ctx, c, wire.DoLimitsUnit, b)
}
