package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

type boardCmd struct {
	Remote

	JSON bool `name:"json" help:"As JSON."`
}

// Run prints the instruments, and what is booked of them today and tomorrow.
func (c boardCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	b, err := cl.Board(ctx, time.Time{}, time.Time{})
	return shown(s, err, c.JSON, b, func() error { return printBoard(s.out, b, zone) })
}

func printBoard(w io.Writer, b wire.Board, zone *time.Location) error {
	if len(b.Instruments) == 0 {
		fmt.Fprintln(w, "No instrument is listed.")
	}
	for _, i := range b.Instruments {
		fmt.Fprintf(w, "%s  %s  %s\n", bare(i.ID), plain(i.Name), i.Status)
		if i.Use != nil {
			fmt.Fprintf(w, "  in use by %s since %s\n", plain(i.Use.Operator.Name), i.Use.Start.In(zone).Format("15:04"))
		}
		for _, g := range i.Gates {
			if g.State != equipment.GateOK {
				fmt.Fprintf(w, "  %s %s\n", plain(strings.TrimSpace(g.Name+" "+g.Assay)), g.State)
			}
		}
		for _, in := range i.Incidents {
			fmt.Fprintf(w, "  %s: %s since %s\n", in.ID, plain(in.Severity), in.Start.In(zone).Format("2 Jan 15:04"))
		}
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, k := range b.Bookings {
			if _, ok := k.On(i.ID); ok {
				fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s v%d\n", spanOf(k.Span, zone), k.Standing, k.Purpose, plain(k.Who.Name), k.ID, k.Version)
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// spanOf is a span as people read it.
func spanOf(s equipment.Span, zone *time.Location) string {
	from, to := s.Start.In(zone), s.End.In(zone)
	if from.Format("2006-01-02") == to.Format("2006-01-02") {
		return from.Format("Mon 2 Jan 15:04") + "–" + to.Format("15:04")
	}
	return from.Format("Mon 2 Jan 15:04") + " – " + to.Format("Mon 2 Jan 15:04")
}

func bare(id string) string { return strings.TrimPrefix(id, "instrument/") }

type bookCmd struct {
	Remote

	Instruments []string      `arg:"" help:"What to book, all or nothing: chem-1, or chem-1=60 for 60 tests an hour of a shared one."`
	At          string        `name:"at" required:"" placeholder:"TIME" help:"When the work begins: 14:00 or 2026-11-29 14:00 in the laboratory's zone, or RFC 3339."`
	For         time.Duration `name:"for" default:"1h" help:"How long it lasts."`
	Purpose     string        `name:"purpose" default:"routine" help:"routine, stat, batch, control, calibration, maintenance or training."`
	Assay       []string      `name:"assay" help:"What is run."`
	Owner       string        `name:"owner" placeholder:"PERSON" help:"Whose work it is (person/…); default: yours."`
	Try         bool          `name:"try" help:"Only say what it would meet."`
}

// Run books instruments, or says why not and what can be had instead.
func (c bookCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	start, err := parseTime(c.At, time.Now().In(zone))
	if err != nil {
		return fmt.Errorf("%w: --at: %w", ErrConfig, err)
	}
	body := wire.BookBody{
		Start: start.UTC(), End: start.Add(c.For).UTC(), Purpose: equipment.Purpose(c.Purpose), Assays: c.Assay, Owner: c.Owner,
	}
	for _, text := range c.Instruments {
		name, demand, shared := strings.Cut(text, "=")
		it := equipment.Item{Instrument: "instrument/" + bare(name)}
		if _, err := fmt.Sscanf(demand, "%d", &it.Demand); shared && err != nil {
			return fmt.Errorf("%w: %q: after = comes a number of tests an hour", ErrConfig, text)
		}
		body.Items = append(body.Items, it)
	}
	if c.Try {
		tried, err := cl.TryBook(ctx, body)
		if err != nil {
			return err
		}
		if len(tried.Problems) == 0 {
			fmt.Fprintln(s.out, "It can be booked.")
			return nil
		}
		printProblems(s.out, tried, zone)
		return nil
	}
	done, err := cl.Book(ctx, body)
	if tried, ok := refusal(err); ok {
		printProblems(s.err, tried, zone)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Booked %s: %s\n", done.Booking.ID, spanOf(done.Booking.Span, zone))
	return nil
}

// refusal returns what a refused booking met.
func refusal(err error) (wire.BookingTried, bool) {
	var p *wire.Problem
	if !errors.As(err, &p) || p.Code != "refused" {
		return wire.BookingTried{}, false
	}
	text, err := json.Marshal(p.Facts)
	if err != nil {
		return wire.BookingTried{}, false
	}
	var t wire.BookingTried
	return t, json.Unmarshal(text, &t) == nil
}

func printProblems(w io.Writer, t wire.BookingTried, zone *time.Location) {
	for _, p := range t.Problems {
		fmt.Fprintf(w, "%s: %s (%s)\n", bare(p.Instrument), plain(p.Say), p.Rule)
	}
	offer := func(o equipment.Offer) string {
		var names []string
		for _, it := range o.Items {
			names = append(names, bare(it.Instrument))
		}
		return spanOf(o.Span, zone) + " on " + strings.Join(names, ", ")
	}
	for _, o := range slices.Concat(t.Free, t.Equal) {
		fmt.Fprintf(w, "  free: %s\n", offer(o))
	}
}

type freeCmd struct {
	Remote

	For   time.Duration `name:"for" default:"1h" help:"How long it must be free."`
	Days  int           `name:"days" default:"1" help:"How many days to look ahead, at most 62."`
	Assay []string      `name:"assay" help:"What must run on it."`
	Group string        `name:"group" help:"Only instruments of a group."`
	JSON  bool          `name:"json" help:"As JSON."`
}

// Run tells when instruments are free.
func (c freeCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Minute)
	free, err := cl.Free(ctx, wire.FreeBody{From: now, To: now.AddDate(0, 0, c.Days), Minutes: int(c.For / time.Minute), Assays: c.Assay, Group: c.Group})
	return shown(s, err, c.JSON, free, func() error { return printFree(s.out, free, zone) })
}

func printFree(w io.Writer, free wire.Free, zone *time.Location) error {
	if len(free.Gaps) == 0 {
		fmt.Fprintln(w, "No listed instrument is free for that long: see readback board, or ask for less with --for, or further ahead with --days.")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, g := range free.Gaps {
		fmt.Fprintf(t, "%s\t%s\n", bare(g.Instrument), spanOf(g.Span, zone))
	}
	return t.Flush()
}

type downCmd struct {
	Remote

	Instrument string   `arg:"" help:"What is down: chem-1."`
	Seen       string   `name:"seen" help:"What was seen; nothing about a patient."`
	Assay      []string `name:"assay" help:"Only these of its assays."`
	Severity   string   `name:"severity" default:"stop" help:"stop, partial or outage."`
	Reroute    bool     `name:"reroute" help:"Find its bookings other places at once."`
	Verify     string   `name:"verify" xor:"step" placeholder:"REPAIR" help:"Say what was repaired: its incident is verified then."`
	Release    []string `name:"release" xor:"step" placeholder:"CHECK" help:"Return it to service after these checks passed: control."`
}

// Run takes an instrument down, or brings it back step by step.
func (c downCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	id := "instrument/" + bare(c.Instrument)
	if c.Verify != "" || len(c.Release) > 0 {
		return c.back(ctx, cl, id, s)
	}
	done, err := cl.Down(ctx, wire.DownBody{Instrument: id, Assays: c.Assay, Severity: c.Severity, Seen: c.Seen})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s is down (%s); %s at risk.\n", bare(id), done.Incident, count(done.AtRisk, "booking"))
	if !c.Reroute {
		return nil
	}
	moved, err := cl.Reroute(ctx, done.Incident)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d got another place, %d stay at risk.\n", moved.Moved, len(moved.Left))
	return nil
}

func (c downCmd) back(ctx context.Context, cl *client.Client, id string, s streams) error {
	b, err := cl.Board(ctx, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	n := 0
	for _, i := range b.Instruments {
		for _, in := range i.Incidents {
			if i.ID != id {
				continue
			}
			if c.Verify != "" {
				_, err = cl.Verify(ctx, in.ID, c.Verify)
			} else {
				_, err = cl.Release(ctx, in.ID, c.Release...)
			}
			if err != nil {
				return err
			}
			n++
		}
	}
	fmt.Fprintf(s.out, "%d incidents of %s.\n", n, bare(id))
	return nil
}
