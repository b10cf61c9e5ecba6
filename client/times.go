package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/seed-909bec58/readback/wire"
)

// Times returns how long the calls of a period took, for supervisors, directors and administrators.
func (c *Client) Times(ctx context.Context, b wire.TimesBody) (wire.Times, error) {
	return ask[wire.Times](ctx, c, wire.DoTimes, b)
}

// TimesCSV returns the same as RFC 4180, without the missed calls.
func (c *Client) TimesCSV(ctx context.Context, b wire.TimesBody) ([]byte, error) {
	q := url.Values{}
	for name, value := range map[string]string{"from": b.From, "to": b.To, "by": b.By, "unit": b.Unit, "analyte": b.Analyte, "tier": b.Tier} {
		if value != "" {
			q.Set(name, value)
		}
	}
	var out []byte
	err := c.once(ctx, http.MethodGet, "/api/times.csv?"+q.Encode(), "", nil, &out)
	return out, err
}

// RebuildTimes lets an administrator have the node's tables of notification times read again from the ledger, and
// returns how many entries that are. Meanwhile Times tells how many are left.
func (c *Client) RebuildTimes(ctx context.Context) (int64, error) {
	out, err := ask[wire.Rebuilding](ctx, c, wire.DoTimesRebuild, nil)
	return out.Entries, err
}

// Story returns everything that the ledger tells of one call, by its id or reference, without its patient.
func (c *Client) Story(ctx context.Context, idOrRef string) (wire.Story, error) {
	return ask[wire.Story](ctx, c, wire.DoStory, wire.StoryBody{Call: idOrRef})
}

// Status returns how the node is.
func (c *Client) Status(ctx context.Context) (wire.Status, error) {
	return ask[wire.Status](ctx, c, wire.DoStatus, nil)
}
