package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// Feeds returns one's own calendar feeds; of a supervisor, everybody's.
func (c *Client) Feeds(ctx context.Context) (wire.Feeds, error) {
	return ask[wire.Feeds](ctx, c, wire.DoFeeds, nil)
}

// OpenFeed makes a secret address under which a calendar reads bookings: one's own, an instrument's, or the laboratory's.
// It is shown once.
func (c *Client) OpenFeed(ctx context.Context, b wire.FeedBody) (wire.FeedOpened, error) {
	return tell[wire.FeedOpened](ctx, c, wire.DoFeedOpen, b)
}

// EndFeed makes an address useless.
func (c *Client) EndFeed(ctx context.Context, feed string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoFeedEnd, wire.FeedEndBody{Feed: feed})
}
