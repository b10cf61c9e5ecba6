package app

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

type rosterShowCmd struct {
	Remote

	At   string `name:"at" placeholder:"TIME" help:"Who is on duty then: 2026-11-29 03:00 or 03:00 in the laboratory's zone, or RFC 3339; default: now."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Run shows who is on duty, what is covered, and what to look at in the next 14 days.
func (c rosterShowCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	var body wire.RosterBody
	if c.At != "" {
		if body.At, err = parseTime(c.At, time.Now().In(zone)); err != nil {
			return fmt.Errorf("%w: --at: %w", ErrConfig, err)
		}
	}
	r, err := cl.RosterAt(ctx, body.At)
	return shown(s, err, c.JSON, r, func() error { return printRoster(s.out, r, zone) })
}

func printRoster(w io.Writer, r wire.Roster, zone *time.Location) error {
	clock := func(t time.Time) string { return t.In(zone).Format("Mon 2 Jan 15:04") }
	fmt.Fprintf(w, "On duty %s:\n", r.At.In(zone).Format("Mon 2 Jan 2006 15:04 MST"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range r.Posts {
		if p.Closed {
			continue
		}
		n := 0
		for _, d := range r.Duty {
			if d.Post == p.ID {
				n++
				fmt.Fprintf(t, "  %s\t%s\t%s\tuntil %s\n", plain(p.Name), plain(d.Who.Name), plain(d.Why), clock(d.Until))
			}
		}
		if n == 0 {
			fmt.Fprintf(t, "  %s\tnobody\t\t\n", plain(p.Name))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, c := range r.Covers {
		fmt.Fprintf(w, "cover    %s: %s for %s at %s, %s to %s (%s)\n", c.ID, plain(c.In.Name), plain(c.Out.Name), c.Post, clock(c.From), clock(c.To), c.Standing)
	}
	for _, c := range r.Concerns {
		fmt.Fprintf(w, "%-8s %s: %s %s\n", concernWord(c.Kind), clock(c.From), plain(c.Say), c.Do)
	}
	if r.Until.IsZero() {
		_, err := fmt.Fprintln(w, "No roster is published.")
		return err
	}
	_, err := fmt.Fprintf(w, "Published until %s.\n", clock(r.Until))
	return err
}
