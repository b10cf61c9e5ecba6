package channels

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
)

const (
	pieceSize = 256 // entries of one read
	pieces    = 16  // that are kept
	readers   = 8   // at a time
)

// older is what lies behind the tail, read from the store in pieces that are kept for a while: after a fault of the
// network a whole ward asks for the same ones.
type older struct {
	lab   *lab.Lab
	slots chan struct{} // of those who may read at a time

	mu   sync.Mutex
	kept []*piece // the newest last
}

// piece is the entries after a place, which is a multiple of pieceSize.
type piece struct {
	after ledger.Seq
	once  sync.Once
	es    []ledger.Entry
	err   error
}

func (o *older) start(l *lab.Lab) { o.lab, o.slots = l, make(chan struct{}, readers) }

// read returns entries after a place, at least one and none after head, which is after that place.
func (o *older) read(ctx context.Context, after, head ledger.Seq) ([]ledger.Entry, error) {
	p := o.piece(after-after%pieceSize, head)
	p.once.Do(func() {
		select {
		case o.slots <- struct{}{}:
			defer func() { <-o.slots }()
			p.es, p.err = o.lab.Store().Read(ctx, p.after, pieceSize)
		case <-ctx.Done():
			p.err = ctx.Err()
		}
	})
	from, to := int(after-p.after), min(len(p.es), int(head-p.after))
	if p.err == nil && from >= to {
		p.err = fmt.Errorf("channels: %w: nothing after entry %d", ledger.ErrDamaged, after)
	}
	if p.err != nil {
		o.forget(p)
		return nil, p.err
	}
	return p.es[from:to], nil
}

// piece returns a piece; one that grows yet is kept by nobody.
func (o *older) piece(after, head ledger.Seq) *piece {
	o.mu.Lock()
	defer o.mu.Unlock()
	if head < after+pieceSize {
		return &piece{after: after}
	}
	for i, p := range o.kept {
		if p.after == after {
			o.kept = append(slices.Delete(o.kept, i, i+1), p)
			return p
		}
	}
	if len(o.kept) == pieces {
		o.kept = slices.Delete(o.kept, 0, 1)
	}
	p := &piece{after: after}
	o.kept = append(o.kept, p)
	return p
}

// forget forgets a piece, or with nil all of them, since something was erased.
func (o *older) forget(one *piece) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = slices.DeleteFunc(o.kept, func(p *piece) bool { return one == nil || p == one })
}
