package lab

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// prefetched is the past of subjects as the ledger had it up to a place, read before the ask was queued.
type prefetched struct {
	upTo ledger.Seq
	past map[string][]Past
}

// prefetch reads the past of subjects in the caller's goroutine, so that the writer need not.
func (l *Lab) prefetch(ctx context.Context, subjects []string) (*prefetched, error) {
	p := &prefetched{upTo: l.State().Seq, past: make(map[string][]Past, len(subjects))}
	for _, subject := range subjects {
		past, err := l.About(ctx, subject, p.upTo)
		if err != nil {
			return nil, err
		}
		p.past[subject] = past
	}
	return p, nil
}

// About returns the events about a subject up to a place, in order, from the store.
func (l *Lab) About(ctx context.Context, subject string, upTo ledger.Seq) ([]Past, error) {
	es, err := l.cfg.Store.About(ctx, subject, upTo)
	if err != nil {
		return nil, fmt.Errorf("lab: recall: %w", err)
	}
	past := make([]Past, 0, len(es))
	for i := range es {
		p, err := pastOf(&es[i])
		if err != nil {
			return nil, err
		}
		past = append(past, p)
	}
	return past, nil
}

func pastOf(e *ledger.Entry) (Past, error) {
	p := Past{Mark: Mark{Seq: int64(e.Seq), At: e.At, By: e.By}}
	if wire.New(e.Kind) == nil {
		return p, nil
	}
	ev, err := wire.Decode(e)
	if err != nil {
		return p, fmt.Errorf("lab: recall: %w", err)
	}
	p.Event = ev
	return p, nil
}

// recall puts what was read beforehand on the draft, brought up to the draft's place; what cannot be is left to bring.
func (d *draft) recall(known *prefetched) {
	if known == nil {
		return
	}
	var since []ledger.Entry
	if known.upTo < d.base.Seq {
		var ok bool
		if since, ok = d.lab.tail.between(known.upTo, d.base.Seq); !ok {
			return
		}
	}
	for subject, past := range known.past {
		if _, ok := d.state.past[subject]; ok {
			continue
		}
		if past, ok := extend(past, subject, since); ok {
			if past, ok = extend(past, subject, d.entries); ok {
				d.state.past[subject] = past
			}
		}
	}
}

// bring reads the past of subjects up to the draft's place.
func (d *draft) bring(subjects []string) error {
	for _, subject := range subjects {
		if _, ok := d.state.past[subject]; ok {
			continue
		}
		past, err := d.lab.About(d.ctx, subject, d.base.Seq)
		if err != nil {
			return err
		}
		past, ok := extend(past, subject, d.entries)
		if !ok {
			return fmt.Errorf("lab: recall of the batch in hand failed")
		}
		d.state.past[subject] = past
	}
	return nil
}

// extend adds those of entries that are about a subject to its past.
func extend(past []Past, subject string, es []ledger.Entry) ([]Past, bool) {
	past = slices.Clip(past)
	for i := range es {
		for _, a := range es[i].About {
			if a != subject {
				continue
			}
			p, err := pastOf(&es[i])
			if err != nil {
				return nil, false
			}
			past = append(past, p)
			break
		}
	}
	return past, true
}
