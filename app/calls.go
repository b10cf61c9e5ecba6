package app

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

type callsCmd struct {
	Remote

	Hours int  `name:"hours" default:"0" help:"Finished calls of the last hours too, at most 48."`
	JSON  bool `name:"json" help:"As JSON."`
}

// Run lists calls.
func (c callsCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	calls, err := cl.Calls(ctx, c.Hours)
	return shown(s, err, c.JSON, calls, func() error { return printCalls(s, calls) })
}

func printCalls(s streams, calls wire.Calls) error {
	for _, call := range calls.Calls {
		printCall(s, call, calls.Now)
	}
	for _, call := range calls.Finished {
		printCall(s, call, calls.Now)
	}
	for _, w := range calls.Work {
		fmt.Fprintf(s.out, "work   %s, %s since %s, with %s\n", w.Reason, w.ID, ago(calls.Now, w.Opened), w.Owner.Name)
	}
	if len(calls.Calls)+len(calls.Finished)+len(calls.Work) == 0 {
		fmt.Fprintln(s.out, "No calls wait for you.")
	}
	return nil
}

func printCall(s streams, c wire.Call, now time.Time) {
	var values []string
	for _, r := range c.Results {
		values = append(values, strings.TrimSpace(plain(fmt.Sprintf("%s %s %s", r.Label, r.Value, r.Unit))))
	}
	state := c.Standing
	if c.Next != nil {
		who := c.Next.Ask
		if len(c.Next.To) > 0 {
			who = c.Next.To[0].Name
		}
		state = fmt.Sprintf("open %s, next %s in %s", ago(now, c.Opened), who, c.Next.At.Sub(now).Round(time.Second))
	} else if c.Owner != nil {
		state += " by " + c.Owner.Name
	}
	fmt.Fprintf(s.out, "%s %-11s %s: %s (%s)\n", c.Ref, c.Tier, plain(c.Unit), strings.Join(values, ", "), state)
}

// plain is a text from outside as a terminal may show it: what would steer the terminal, or turn the order of letters,
// is a mark in its place.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

func ago(now, then time.Time) string { return now.Sub(then).Round(time.Second).String() }

type readBackCmd struct {
	Remote

	Call  string   `arg:"" help:"The call's reference (7QK2M9) or id."`
	Value []string `name:"value" placeholder:"TEXT" help:"What you read back, for each result in order; asked for when missing."`
	Tail  string   `name:"tail" placeholder:"TEXT" help:"The last four letters or digits of the first identifier; asked for when missing."`
}

// Run reads a call back. The value is shown while looking, and typed from memory.
func (c readBackCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	call, err := cl.Call(ctx, c.Call)
	if err != nil {
		return err
	}
	if _, err := cl.Seen(ctx, call.ID, call.Version); err != nil {
		return err
	}
	body := wire.ReadBackBody{Call: call.ID, Version: call.Version, Values: map[string]string{}, Tail: c.Tail, Entered: "keyed"}
	n := 0
	for _, r := range call.Results {
		if r.Outcome == "withdrawn" {
			continue
		}
		if n < len(c.Value) {
			body.Values[r.ID] = c.Value[n]
		} else {
			fmt.Fprintf(s.err, "%s, %s: ", plain(call.Patient.Name), plain(r.Label))
			if body.Values[r.ID], err = line(s, "each value with --value, or on standard input"); err != nil {
				return err
			}
		}
		n++
	}
	if body.Tail == "" {
		fmt.Fprint(s.err, "Last four of the first identifier: ")
		if body.Tail, err = line(s, "the identifier's end with --tail, or on standard input"); err != nil {
			return err
		}
	}
	done, err := cl.ReadBack(ctx, body)
	return said(s, err, fmt.Sprintf("read back: %s is closed, entry %d; its proof: readback receipt %d", call.Ref, done.Seq, done.Seq))
}

type watchCmd struct {
	Remote

	After int64 `name:"after" default:"-1" help:"From this entry on; default: from now."`
	JSON  bool  `name:"json" help:"Each entry as it stands in the ledger."`
}

// Run follows the ledger until it is stopped.
func (c watchCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	place := client.Now
	if c.After >= 0 {
		place = client.Place{Seq: ledger.Seq(c.After)}
	}
	for e, err := range cl.Follow(ctx, place) {
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		switch {
		case e.Start != nil:
			continue
		case c.JSON:
			_, err = fmt.Fprintf(s.out, "%s\n", e.Leaf)
		default:
			_, err = fmt.Fprintf(s.out, "%d %s %s by %s about %s\n", e.Seq, e.At.Local().Format("15:04:05"), e.Kind, e.By, strings.Join(e.About, " "))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
