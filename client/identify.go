package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// Identify names the patient of a call that was called by its accession number.
func (c *Client) Identify(ctx context.Context, b wire.IdentifyBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoIdentify, b)
}
