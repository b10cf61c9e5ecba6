package lab

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// How often a checkpoint is signed: after so many entries, or after a minute with news, whichever comes first.
const (
	signEvery  = 1024
	signMinute = time.Minute
)

// Notary signs checkpoints of a lab's ledger and hands out receipts under them. It signs only what it has read again
// and hashed by a second path.
type Notary struct {
	lab    *Lab
	public string

	mu      sync.Mutex
	witness *ledger.Witness
	last    ledger.Note
	lastAt  atomic.Int64 // unix seconds of the newest signature of this node
}

// NewNotary returns the notary of a lab.
func NewNotary(ctx context.Context, l *Lab, signer *ledger.Signer) (*Notary, error) {
	w, err := ledger.NewWitness(ctx, l.cfg.Store, signer)
	if err != nil {
		return nil, fmt.Errorf("lab: notary: %w", err)
	}
	last, err := l.cfg.Store.LastCheckpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("lab: notary: %w", err)
	}
	return &Notary{lab: l, public: signer.Public(), witness: w, last: last}, nil
}

// Public returns the key by which receipts are checked.
func (n *Notary) Public() string { return n.public }

// SignedAt returns when this node last signed; the zero time if it has not yet.
func (n *Notary) SignedAt() time.Time {
	if s := n.lastAt.Load(); s != 0 {
		return time.Unix(s, 0).UTC()
	}
	return time.Time{}
}

// Sign signs the ledger's head and returns the checkpoint. A ledger that is not what it was is not signed: the lab
// stops deciding on it (ledger.ErrDamaged).
func (n *Notary) Sign(ctx context.Context) (ledger.Note, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sign(ctx)
}

func (n *Notary) sign(ctx context.Context) (ledger.Note, error) {
	note, err := n.witness.Sign(ctx)
	if err != nil {
		if errors.Is(err, ledger.ErrDamaged) {
			n.lab.broke(err)
		}
		return ledger.Note{}, fmt.Errorf("lab: checkpoint: %w", err)
	}
	n.last = note
	n.lastAt.Store(time.Now().Unix())
	return note, nil
}

// Covering returns a signed checkpoint of at least so many entries, signing one if there is none.
func (n *Notary) Covering(ctx context.Context, seq ledger.Seq) (ledger.Note, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last.Size >= int64(seq) && n.last.Size > 0 {
		return n.last, nil
	}
	return n.sign(ctx)
}

// Receipt proves the entry at a place.
func (n *Notary) Receipt(ctx context.Context, seq ledger.Seq) (ledger.Receipt, error) {
	note, err := n.Covering(ctx, seq)
	if err != nil {
		return ledger.Receipt{}, err
	}
	r, err := ledger.NewReceipt(ctx, n.lab.cfg.Store, seq, note.Signed, n.public)
	if err != nil {
		return r, fmt.Errorf("lab: receipt: %w", err)
	}
	return r, nil
}

// Run signs as the ledger grows, until ctx ends, and once more then.
func (n *Notary) Run(ctx context.Context) {
	tick := time.NewTicker(signMinute)
	defer tick.Stop()
	for {
		size := n.size()
		grown := n.lab.tail.growth()
		if int64(n.lab.State().Seq)-size >= signEvery {
			n.attempt(ctx)
			continue
		}
		select {
		case <-grown:
		case <-tick.C:
			if int64(n.lab.State().Seq) > size {
				n.attempt(ctx)
			}
		case <-ctx.Done():
			if int64(n.lab.State().Seq) > size {
				n.attempt(context.WithoutCancel(ctx))
			}
			return
		case <-n.lab.broken:
			return
		}
	}
}

func (n *Notary) size() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.last.Size
}

func (n *Notary) attempt(ctx context.Context) {
	if _, err := n.Sign(ctx); err != nil {
		n.lab.cfg.Log.Error("no checkpoint was signed", "error", err)
		select { // do not spin on a store that does not answer
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}
