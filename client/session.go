package client

import (
	"context"

	"github.com/seed-909bec58/readback/wire"
)

// Delivered says that this person's screen got a rung that calls this person; attempt 0 is the newest one.
func (c *Client) Delivered(ctx context.Context, call string, attempt int) (wire.Recorded, error) {
	return ask[wire.Recorded](ctx, c, wire.DoDelivered, wire.DeliveredBody{Call: call, Attempt: attempt})
}

// PIN proves by one's PIN that one is there, so that the session is fresh again: a read-back needs that. Problems:
// "wrong-pin", "pin-locked" (sign in with the password, which frees it), "no-pin".
func (c *Client) PIN(ctx context.Context, pin string) (wire.Renewed, error) {
	return ask[wire.Renewed](ctx, c, wire.DoPIN, wire.PINBody{PIN: pin})
}

// SetPIN sets one's PIN, or with an empty one takes it away.
func (c *Client) SetPIN(ctx context.Context, pin, password string) (wire.Renewed, error) {
	return ask[wire.Renewed](ctx, c, wire.DoPINSet, wire.PINSetBody{PIN: pin, Password: password})
}

// Lock makes the signed-in session a device: its connections go on with bare frames until somebody signs in again.
func (c *Client) Lock(ctx context.Context) (wire.SignedIn, error) {
	return ask[wire.SignedIn](ctx, c, wire.DoLock, nil)
}

// Sessions returns one's own open sessions.
func (c *Client) Sessions(ctx context.Context) ([]wire.Session, error) {
	return c.SessionsOf(ctx, "")
}

// SessionsOf returns the open sessions of a person or machine, for administrators.
func (c *Client) SessionsOf(ctx context.Context, whose string) ([]wire.Session, error) {
	out, err := ask[wire.Sessions](ctx, c, wire.DoSessionsList, wire.SessionsBody{Person: whose})
	return out.Sessions, err
}

// EndSessions ends a session, or all of a person or machine; those of others are an administrator's to end.
func (c *Client) EndSessions(ctx context.Context, b wire.SessionsEndBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoSessionsEnd, b)
}
