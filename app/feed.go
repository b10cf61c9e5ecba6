package app

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/seed-909bec58/readback/wire"
)

type feedCmd struct {
	Remote

	Of    string `arg:"" optional:"" help:"An instrument (chem-1), or lab for all of them; default: your own bookings."`
	Names bool   `name:"names" help:"Show whose the bookings are."`
	List  bool   `name:"list" xor:"step" help:"List your feeds."`
	End   string `name:"end" xor:"step" placeholder:"FEED" help:"End a feed: its address is useless from then on."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// Run makes a feed, lists them, or ends one.
func (c feedCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	switch {
	case c.End != "":
		_, err := cl.EndFeed(ctx, c.End)
		return said(s, err, "Ended "+c.End+".")
	case c.List:
		all, err := cl.Feeds(ctx)
		return shown(s, err, c.JSON, all, func() error {
			t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			for _, f := range all.Feeds {
				fmt.Fprintf(t, "%s\t%s\t%s\tsince %s\n", f.ID, f.Of, plain(f.Owner.Name), f.Since.In(zone).Format("2 Jan 2006 15:04"))
			}
			return t.Flush()
		})
	}
	of := c.Of
	if of != "" && of != "lab" {
		of = "instrument/" + bare(of)
	}
	f, err := cl.OpenFeed(ctx, wire.FeedBody{Of: of, Names: c.Names})
	at, _ := c.address()
	return shown(s, err, c.JSON, f, func() error {
		_, err := fmt.Fprintf(s.out, "%s%s\nWho has this address reads the bookings without signing in. It is shown once; end it with: readback feed --end %s\n",
			strings.TrimSuffix(at, "/"), f.Path, f.Feed)
		return err
	})
}
