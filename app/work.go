package app

import (
	"context"
	"fmt"

	"github.com/seed-909bec58/readback/wire"
)

type workCmd struct {
	List   workListCmd   `cmd:"" default:"withargs" help:"What waits for a person, since when, and with whom."`
	Retry  workRetryCmd  `cmd:"" help:"Read a message in quarantine once more, and file it."`
	Settle workSettleCmd `cmd:"" help:"Say how a work item was settled."`
}

type workListCmd struct {
	Remote

	JSON bool `name:"json" help:"As JSON."`
}

// Run lists work items.
func (c workListCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	calls, err := cl.Calls(ctx, 0)
	return shown(s, err, c.JSON, calls.Work, func() error {
		if len(calls.Work) == 0 {
			return said(s, nil, "No work waits.")
		}
		return printCalls(s, wire.Calls{Now: calls.Now, Work: calls.Work})
	})
}

type workRetryCmd struct {
	Remote

	Work string `arg:"" help:"The work item, message/…."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Run files a message that waited.
func (c workRetryCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	m, err := cl.Retry(ctx, c.Work)
	return shown(s, err, c.JSON, m, func() error {
		return said(s, nil, fmt.Sprintf("filed, entry %d: %s, %s", m.First, count(m.Judged, "result"), count(m.Called, "call")))
	})
}

type workSettleCmd struct {
	Remote

	Work string `arg:"" help:"The work item."`
	How  string `name:"how" required:"" placeholder:"CODE" help:"telephoned, sent-again, by-hand, not-a-patient, handled, …"`
	Note string `name:"note" placeholder:"TEXT" help:"What was done."`
}

// Run settles a work item.
func (c workSettleCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	r, err := cl.Settle(ctx, wire.SettleBody{Work: c.Work, How: c.How, Note: c.Note})
	return said(s, err, fmt.Sprintf("settled, entry %d", r.First))
}
