package client

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// CheckReceipt proves offline that the entry of a receipt stands in the ledger whose checkpoints the key signs, and
// returns the entry. It asks nobody. Errors: ledger.ErrReceipt, ledger.ErrNote.
func CheckReceipt(receipt []byte, key string) (ledger.Entry, error) {
	r, err := ledger.ParseReceipt(receipt)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("client: %w", err)
	}
	e, _, err := r.Check(key)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("client: %w", err)
	}
	return e, nil
}

// Witness asks for a newer checkpoint than the signed one that the caller has kept, and proves that the ledger only
// added to what it was. It returns the newer one, to be kept instead. Errors: *wire.Problem, ledger.ErrNote, or
// ledger.ErrDamaged: history was changed, so raise the alarm.
func (c *Client) Witness(ctx context.Context, kept, key string) (string, error) {
	older, err := ledger.OpenCheckpoint(kept, key)
	if err != nil {
		return "", fmt.Errorf("client: %w", err)
	}
	out, err := ask[wire.Consistency](ctx, c, wire.DoConsistency, wire.ConsistencyBody{From: older.Size})
	if err != nil {
		return "", err
	}
	newer, err := ledger.OpenCheckpoint(out.Checkpoint, key)
	if err != nil {
		return "", fmt.Errorf("client: %w", err)
	}
	var proof []ledger.Hash
	for _, text := range out.Proof {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(b) != len(ledger.Hash{}) {
			return "", fmt.Errorf("client: %w: a hash of the proof cannot be read", ledger.ErrNote)
		}
		proof = append(proof, ledger.Hash(b))
	}
	if err := ledger.CheckConsistency(older, newer, proof); err != nil {
		return "", fmt.Errorf("client: %w", err)
	}
	return out.Checkpoint, nil
}
