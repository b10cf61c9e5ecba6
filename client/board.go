package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// LookAtBoard returns some bookings and instruments as they are now: those that entries named since Board was asked.
func (c *Client) LookAtBoard(ctx context.Context, b wire.BoardLookBody) (wire.Board, error) {
	return ask[wire.Board](ctx, c, wire.DoBoardLook, b)
}

// As gives a command at a device of the laboratory for the person whose PIN it has; out takes what the command answers.
func (c *Client) As(ctx context.Context, b wire.AsBody, out any) error {
	return c.Do(ctx, wire.DoAs, NewKey(), b, out)
}
