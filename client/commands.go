package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// ask sends a command that records nothing.
func ask[T any](ctx context.Context, c *Client, command string, body any) (T, error) {
	var out T
	err := c.Do(ctx, command, "", body, &out)
	return out, err
}

// tell sends a command that records, with a fresh key.
func tell[T any](ctx context.Context, c *Client, command string, body any) (T, error) {
	var out T
	err := c.Do(ctx, command, NewKey(), body, &out)
	return out, err
}

// Calls returns the open calls that this person may see, and the finished ones of the last hours (at most 48; 0: none).
func (c *Client) Calls(ctx context.Context, hours int) (wire.Calls, error) {
	return ask[wire.Calls](ctx, c, wire.DoCalls, wire.CallsBody{Hours: hours})
}

// Call returns one call by its id or, while it is open, by its reference.
func (c *Client) Call(ctx context.Context, idOrRef string) (wire.Call, error) {
	return ask[wire.Call](ctx, c, wire.DoCall, wire.CallBody{Call: idOrRef})
}

// Seen records that this person has opened a version of a call. It hands nothing off.
func (c *Client) Seen(ctx context.Context, call string, version int) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoSeen, wire.SeenBody{Call: call, Version: version})
}

// ReadBack reads a call back. The problem "mismatch" says which fields differ and what was typed, and the call stays
// open; "closed" says who was first and when; "stale" that the result has changed.
func (c *Client) ReadBack(ctx context.Context, b wire.ReadBackBody) (wire.ReadBack, error) {
	return tell[wire.ReadBack](ctx, c, wire.DoReadBack, b)
}

// End ends a call without a read-back, by a director's decision.
func (c *Client) End(ctx context.Context, b wire.EndBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoEnd, b)
}

// Exempt keeps repeats of a patient's test from being called for a time.
func (c *Client) Exempt(ctx context.Context, b wire.ExemptBody) (wire.Exempted, error) {
	return tell[wire.Exempted](ctx, c, wire.DoExempt, b)
}

// Rearm ends an exemption.
func (c *Client) Rearm(ctx context.Context, id string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoRearm, wire.RearmBody{ID: id})
}

// Exemptions lists the exemptions in force.
func (c *Client) Exemptions(ctx context.Context) (wire.Exemptions, error) {
	return tell[wire.Exemptions](ctx, c, wire.DoExemptions, struct{}{})
}

// Factor notes whether a patient has a factor that limits ask for.
func (c *Client) Factor(ctx context.Context, b wire.FactorBody) (wire.Factors, error) {
	return tell[wire.Factors](ctx, c, wire.DoFactor, b)
}

// Retry files a message that waits in quarantine, once what was wrong is mended.
func (c *Client) Retry(ctx context.Context, work string) (wire.Meant, error) {
	return tell[wire.Meant](ctx, c, wire.DoRetry, wire.RetryBody{Work: work})
}

// Settle settles a work item of the laboratory.
func (c *Client) Settle(ctx context.Context, b wire.SettleBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoSettle, b)
}

// People returns everyone who is or was admitted, for those who plan and administer.
func (c *Client) People(ctx context.Context) ([]roster.Person, error) {
	out, err := ask[wire.People](ctx, c, wire.DoPeople, nil)
	return out.People, err
}

// Admit admits a person with a first password and returns the person's id.
func (c *Client) Admit(ctx context.Context, p roster.Person, password string) (string, error) {
	out, err := tell[wire.Admitted](ctx, c, wire.DoAdmit, wire.AdmitBody{Person: p, Password: password})
	return out.ID, err
}

// Change says who a person is now: all of it.
func (c *Client) Change(ctx context.Context, p roster.Person) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoChange, wire.ChangeBody{Person: p})
}

// Disable ends a person's rights and sessions at once.
func (c *Client) Disable(ctx context.Context, person string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoDisable, wire.DisableBody{Person: person})
}

// SetPassword sets a new password, one's own or as an administrator another person's, and ends the other sessions.
func (c *Client) SetPassword(ctx context.Context, b wire.PasswordBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoPassword, b)
}

// Limits returns the limit sets that were drafted, and which are in force.
func (c *Client) Limits(ctx context.Context) (wire.Limits, error) {
	return ask[wire.Limits](ctx, c, wire.DoLimits, nil)
}

// Draft drafts a version of a limit set; it is not in force.
func (c *Client) Draft(ctx context.Context, s critical.Set) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoLimitsDraft, wire.DraftBody{Set: s})
}

// Approve puts a version of a limit set in force, by a director.
func (c *Client) Approve(ctx context.Context, b wire.ApproveBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoLimitsAppr, b)
}

// Map says what a sender's code means; results that had waited for it are judged anew.
func (c *Client) Map(ctx context.Context, b wire.MapBody) (wire.Meant, error) {
	return tell[wire.Meant](ctx, c, wire.DoLimitsMap, b)
}

// Roster returns who is on duty, and the ladders.
func (c *Client) Roster(ctx context.Context) (wire.Roster, error) {
	return ask[wire.Roster](ctx, c, wire.DoRoster, nil)
}

// RosterAt is Roster with who is on duty at a time, now or later.
func (c *Client) RosterAt(ctx context.Context, at time.Time) (wire.Roster, error) {
	return ask[wire.Roster](ctx, c, wire.DoRoster, wire.RosterBody{At: at})
}

// Publish publishes a roster: posts, shifts and ladders of a period.
func (c *Client) Publish(ctx context.Context, p roster.Published) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoRosterPub, p)
}

// SetReceiving says which professions may receive a read-back, by a director.
func (c *Client) SetReceiving(ctx context.Context, professions []string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoReceivingSet, wire.ReceivingBody{Professions: professions})
}

// TryRoster tells what publishing a roster would meet and change; it records nothing.
func (c *Client) TryRoster(ctx context.Context, b wire.PublishBody) (wire.RosterTried, error) {
	return ask[wire.RosterTried](ctx, c, wire.DoRosterTry, b)
}

// PublishAs is Publish with all that can be said of it: whether holes are accepted.
func (c *Client) PublishAs(ctx context.Context, b wire.PublishBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoRosterPub, b)
}

// Who tells who would get a call, now or at a given time, and why.
func (c *Client) Who(ctx context.Context, b wire.WhoBody) (wire.Who, error) {
	return ask[wire.Who](ctx, c, wire.DoWho, b)
}

// SetLadder puts a ladder in force at once, in place of the one of the same unit, service and tier.
func (c *Client) SetLadder(ctx context.Context, l roster.Ladder) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoLadderSet, wire.LadderBody{Ladder: l})
}

// RemoveLadder takes a ladder out of force at once.
func (c *Client) RemoveLadder(ctx context.Context, b wire.LadderRemoveBody) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoLadderRemove, b)
}

// Cover records that one person stands in for another at a post, by those who plan: it needs nobody's acceptance.
func (c *Client) Cover(ctx context.Context, b roster.Covered) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoRosterCover, b)
}

// OfferCover asks for a cover and returns its id. Until it is accepted the one who was to go stays on duty.
func (c *Client) OfferCover(ctx context.Context, b wire.OfferBody) (string, error) {
	out, err := tell[wire.CoverNamed](ctx, c, wire.DoCoverOffer, b)
	return out.ID, err
}

// AcceptCover accepts an offered cover.
func (c *Client) AcceptCover(ctx context.Context, cover string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoCoverAccept, wire.CoverBody{Cover: cover})
}

// WithdrawCover takes an offer back or declines it, or ends a cover.
func (c *Client) WithdrawCover(ctx context.Context, cover string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoCoverBack, wire.CoverBody{Cover: cover})
}

// Mint makes a token for a program. It is shown once.
func (c *Client) Mint(ctx context.Context, b wire.MintBody) (wire.Minted, error) {
	return ask[wire.Minted](ctx, c, wire.DoTokenMint, b)
}

// Tokens returns the tokens of programs that are good, without the tokens themselves.
func (c *Client) Tokens(ctx context.Context) ([]wire.TokenView, error) {
	out, err := ask[wire.Tokens](ctx, c, wire.DoTokens, nil)
	return out.Tokens, err
}

// Revoke takes a token back.
func (c *Client) Revoke(ctx context.Context, id string) (wire.Recorded, error) {
	return tell[wire.Recorded](ctx, c, wire.DoTokenRevoke, wire.RevokeBody{ID: id})
}

// Receipt returns the receipt of an entry, as bytes to keep: CheckReceipt proves it offline.
func (c *Client) Receipt(ctx context.Context, seq ledger.Seq) ([]byte, error) {
	var out []byte
	err := c.once(ctx, http.MethodGet, "/api/receipt/"+strconv.FormatInt(int64(seq), 10), "", nil, &out)
	return out, err
}

// ReceiptOf returns the receipt of the entry by which a call was conveyed, or else ended. Error: ledger.ErrReceipt while
// it is open.
func (c *Client) ReceiptOf(ctx context.Context, call string) ([]byte, error) {
	var out []byte
	err := c.once(ctx, http.MethodGet, "/api/receipt/call/"+url.PathEscape(strings.TrimPrefix(call, "call/")), "", nil, &out)
	return out, err
}
