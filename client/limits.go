package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// ConfirmHeld says that a result which the bench looked at first is right: it is called at once.
func (c *Client) ConfirmHeld(ctx context.Context, call string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoHeldConfirm, wire.HeldBody{Call: call})
}

// RerunHeld says that one runs a held result again. Its deadline stays.
func (c *Client) RerunHeld(ctx context.Context, call string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoHeldRerun, wire.HeldBody{Call: call})
}

// Spell says which unit a sender's way to write it means; results that had waited for it are judged anew.
func (c *Client) Spell(ctx context.Context, b wire.UnitBody) (wire.Meant, error) {
	return tell[wire.Meant](ctx, c, wire.DoLimitsUnit, b)
}

// Retire takes a version of a limit set out of force, by a director.
func (c *Client) Retire(ctx context.Context, b wire.RetireBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoLimitsRetire, b)
}

// TryLimits tells what a set would have called of the last filed results, and what it would not.
func (c *Client) TryLimits(ctx context.Context, b wire.TryBody) (wire.Tried, error) {
	return ask[wire.Tried](ctx, c, wire.DoLimitsTry, b)
}

// ExampleLimits returns the sourced example sets, none of them in force by itself.
func (c *Client) ExampleLimits(ctx context.Context) (wire.Examples, error) {
	return ask[wire.Examples](ctx, c, wire.DoLimitsExamples, nil)
}

// TryResult tells what the limits in force make of a result by hand, before it is reported.
func (c *Client) TryResult(ctx context.Context, b wire.ResultBody) (wire.Verdict, error) {
	return ask[wire.Verdict](ctx, c, wire.DoResultTry, b)
}

// Report reports a result by hand: a critical one is called. Who reports can never read it back.
func (c *Client) Report(ctx context.Context, b wire.ResultBody) (wire.Reported, error) {
	return tell[wire.Reported](ctx, c, wire.DoResultReport, b)
}
