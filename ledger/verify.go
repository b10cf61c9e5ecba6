package ledger

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// Verified is what Verify found true.
type Verified struct {
	Entries int64
	Root    Hash
	Erased  int64     // enclosures that were erased, as the ledger's own entries may ask
	At      time.Time // the last entry's time
	Signed  int64     // the size of the newest checkpoint that was checked; 0 if there is none
}

// Verify reads the whole ledger and proves it: each leaf in its one form, places dense, times not falling, each
// enclosure what its seal says, every tile, the root and the kept checkpoints recomputed, and what Store.Audit checks.
// It may run beside a serving process: it proves the ledger as it was when it began. progress is told how many entries
// are done of how many; nil is fine. Error: ErrDamaged, saying what is wrong and where.
func Verify(ctx context.Context, s Store, public string, progress func(done, all int64)) (Verified, error) {
	newest, err := s.LastCheckpoint(ctx) // before the head, so that a checkpoint signed meanwhile is not ahead of it
	if err != nil {
		return Verified{}, err
	}
	head, err := s.Head(ctx)
	if err != nil {
		return Verified{}, err
	}
	if newest.Size > int64(head.Seq) {
		return Verified{}, fmt.Errorf("%w: a checkpoint was signed for %d entries, there are %d: the tail was cut off", ErrDamaged, newest.Size, head.Seq)
	}
	v := Verified{At: head.At}
	var edge Edge
	var last time.Time
	notes := notes{store: s, public: public, last: newest.Size}
	for edge.Size() < int64(head.Seq) {
		es, err := s.Read(ctx, Seq(edge.Size()), int(min(MaxRead, int64(head.Seq)-edge.Size())))
		if err != nil {
			return v, err
		}
		if len(es) == 0 {
			return v, fmt.Errorf("%w: entry %d is missing", ErrDamaged, edge.Size()+1)
		}
		for i := range es {
			if err := verifyEntry(&es[i], Seq(edge.Size()+1), last, &v); err != nil {
				return v, err
			}
			last = es[i].At
			for _, t := range edge.Add(es[i].LeafHash()) {
				kept, err := s.Tile(ctx, t.Level, t.N)
				if err != nil {
					return v, err
				}
				if !bytes.Equal(kept, t.Data) {
					return v, fmt.Errorf("%w: tile %d of level %d (entries up to %d) is not what the entries give", ErrDamaged, t.N, t.Level, edge.Size())
				}
			}
			if err := notes.check(ctx, &edge); err != nil {
				return v, err
			}
		}
		if progress != nil {
			progress(edge.Size(), int64(head.Seq))
		}
	}
	v.Entries, v.Root, v.Signed = edge.Size(), edge.Root(), notes.checked
	switch {
	case v.Root != head.Root || !head.At.Equal(last):
		return v, fmt.Errorf("%w: the head kept for %d entries (root or time) is not what the entries give", ErrDamaged, v.Entries)
	case notes.checked != notes.last:
		return v, fmt.Errorf("%w: the checkpoint of %d entries is missing", ErrDamaged, notes.last)
	}
	return v, s.Audit(ctx)
}

// notes checks kept checkpoints as a growing tree comes to their sizes.
type notes struct {
	store         Store
	public        string
	next          []Note
	last, checked int64
}

func (n *notes) check(ctx context.Context, edge *Edge) error {
	if n.checked >= n.last {
		return nil
	}
	if len(n.next) == 0 {
		var err error
		if n.next, err = n.store.Checkpoints(ctx, n.checked, MaxRead); err != nil {
			return err
		}
		if len(n.next) == 0 {
			return fmt.Errorf("%w: the checkpoint of %d entries is missing", ErrDamaged, n.last)
		}
	}
	kept := n.next[0]
	if kept.Size > edge.Size() {
		return nil
	}
	c, err := OpenCheckpoint(kept.Signed, n.public)
	switch {
	case err != nil:
		return fmt.Errorf("%w: the checkpoint kept for %d entries: %w", ErrDamaged, kept.Size, err)
	case c.Size != kept.Size || kept.Size != edge.Size() || c.Root != edge.Root():
		return fmt.Errorf("%w: the checkpoint signed for %d entries and kept for %d is not what the entries give", ErrDamaged, c.Size, kept.Size)
	}
	n.next, n.checked = n.next[1:], kept.Size
	return nil
}

func verifyEntry(e *Entry, seq Seq, last time.Time, v *Verified) error {
	d, err := Decode(e.Leaf)
	switch {
	case err != nil:
		return fmt.Errorf("%w: entry %d: %w", ErrDamaged, seq, err)
	case d.Seq != seq || e.Seq != seq:
		return fmt.Errorf("%w: entry %d stands in place %d", ErrDamaged, d.Seq, seq)
	case d.At.Before(last):
		return fmt.Errorf("%w: entry %d lies before the one before it", ErrDamaged, seq)
	case len(e.Enclosures) != len(d.Seals):
		return fmt.Errorf("%w: entry %d has %d of %d enclosures", ErrDamaged, seq, len(e.Enclosures), len(d.Seals))
	}
	for i, c := range e.Enclosures {
		if c.Erased {
			v.Erased++
			continue
		}
		if len(c.Salt) != SaltSize || c.Seal() != d.Seals[i] {
			return fmt.Errorf("%w: enclosure %d of entry %d is not what it seals", ErrDamaged, i+1, seq)
		}
	}
	return nil
}
