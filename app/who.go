package app

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

type whoCmd struct {
	Remote

	Unit      string `name:"unit" placeholder:"CODE" help:"The unit where the patient would be; one that nobody listed is answered by the catch-all."`
	Service   string `name:"service" placeholder:"CODE" help:"The service; default: the one to which the unit belongs."`
	Tier      string `name:"tier" placeholder:"TIER" help:"critical, significant, semi-urgent or next-day; default: critical."`
	Patient   string `name:"patient" placeholder:"ID" help:"A patient's handle (patient/…), for the laboratory: where and under whom the patient is now."`
	Ordering  string `name:"ordering" placeholder:"CODE" help:"The ordering clinician's staff code."`
	Attending string `name:"attending" placeholder:"CODE" help:"The attending clinician's staff code."`
	At        string `name:"at" placeholder:"TIME" help:"When the call would open: 2026-11-29 03:00 or 03:00 in the laboratory's zone, or RFC 3339; default: now."`
	JSON      bool   `name:"json" help:"As JSON."`
}

// Run tells who would get a call, and why. It records nothing and calls nobody.
func (c whoCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	body := wire.WhoBody{Unit: c.Unit, Service: c.Service, Tier: c.Tier, Patient: c.Patient, Ordering: c.Ordering, Attending: c.Attending}
	if c.At != "" {
		if body.At, err = parseTime(c.At, time.Now().In(zone)); err != nil {
			return fmt.Errorf("%w: --at: %w", ErrConfig, err)
		}
	}
	who, err := cl.Who(ctx, body)
	return shown(s, err, c.JSON, who, func() error { return printWho(s.out, who, zone, c.At == "") })
}

// printWho writes who would be asked; of now also on how many devices each is connected, which says nothing of another time.
func printWho(w io.Writer, who wire.Who, zone *time.Location, now bool) error {
	unit := "an unknown unit"
	if who.Unit != "" {
		unit = plain(who.Unit)
	}
	fmt.Fprintf(w, "A %s call from %s that opens %s:\n%s.\n", who.Tier, unit, who.At.In(zone).Format("Mon 2 Jan 2006 15:04 MST"), plain(sentence(who.Ladder.Why)))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "AFTER\tAT\tASKS\tWHO\tWHY")
	for _, step := range who.Steps {
		people := "skipped: nobody"
		if !step.Skipped {
			var names []string
			for _, p := range step.To {
				on := ""
				if now {
					on = devices(p.Devices)
				}
				names = append(names, fmt.Sprintf("%s (%s%s)", p.Name.Name, p.Role, on))
			}
			if step.Desk && step.Ask != "desk" {
				names = append(names, "the desk beside")
			}
			if people = strings.Join(names, ", "); people == "" {
				people = "the desk"
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", elapsed(step.After), step.At.In(zone).Format("15:04"), plain(step.Name), plain(people), plain(step.Why))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "Late for the record after %s. The desk is asked again each %s until someone reads back.\n", elapsed(who.Ladder.Breach), elapsed(who.Ladder.Desk))
	return err
}

// devices says on how many a person is connected now, where that is known.
func devices(n *int) string {
	switch {
	case n == nil:
		return ""
	case *n == 0:
		return ", not connected"
	}
	return ", connected on " + count(*n, "device")
}

func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// elapsed is m:ss, from an hour on h:mm:ss.
func elapsed(seconds int) string {
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}
