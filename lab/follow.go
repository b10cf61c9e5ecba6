package lab

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// Follow yields every entry after a place, in order, waiting for more until ctx ends. It yields only what is on disk.
// An error (the store could not be read) is the last thing it yields.
func (l *Lab) Follow(ctx context.Context, after ledger.Seq) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for {
			es, grown, err := l.After(ctx, after)
			if err != nil {
				if ctx.Err() == nil {
					yield(ledger.Entry{}, err)
				}
				return
			}
			for i := range es {
				if ctx.Err() != nil || !yield(es[i], nil) {
					return
				}
				after = es[i].Seq
			}
			if len(es) > 0 {
				continue
			}
			select {
			case <-grown:
			case <-ctx.Done():
				return
			case <-l.ended:
				// Nothing is written any more; what the last turn wrote is still to be told.
				if es, _, err := l.After(ctx, after); err != nil || len(es) == 0 {
					return
				}
			}
		}
	}
}

// After returns the entries after a place that are on disk, at most ledger.MaxRead, and a channel that closes when
// there are more. The newest come from memory, older ones from the store.
func (l *Lab) After(ctx context.Context, after ledger.Seq) ([]ledger.Entry, <-chan struct{}, error) {
	es, head, grown, ok := l.tail.after(after)
	if ok {
		return es, grown, nil
	}
	es, err := l.cfg.Store.Read(ctx, after, int(min(int64(head-after), ledger.MaxRead)))
	if err != nil {
		return nil, nil, fmt.Errorf("lab: follow: %w", err)
	}
	return es, grown, nil
}

const (
	tailEntries = 8192     // entries that the tail keeps at most
	tailBytes   = 16 << 20 // bytes of leaves and enclosures that it keeps at most
)

// tail is the newest entries, dense, that are on disk.
type tail struct {
	mu    sync.RWMutex
	es    []ledger.Entry
	size  int
	head  ledger.Seq
	grown chan struct{}
}

func (t *tail) start(head ledger.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head, t.es, t.size = head, nil, 0
	if t.grown == nil {
		t.grown = make(chan struct{})
	}
}

func weight(e *ledger.Entry) int {
	n := 256 + len(e.Leaf)
	for _, c := range e.Enclosures {
		n += len(c.Data)
	}
	return n
}

// add appends entries and wakes everyone who waits.
func (t *tail) add(es []ledger.Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range es {
		t.es = append(t.es, es[i])
		t.size += weight(&es[i])
	}
	t.head = es[len(es)-1].Seq
	drop := 0
	for len(t.es)-drop > tailEntries || t.size > tailBytes && len(t.es)-drop > 1 {
		t.size -= weight(&t.es[drop])
		drop++
	}
	t.es = t.es[drop:] // readers may hold what is dropped; append moves to new memory now and then
	close(t.grown)
	t.grown = make(chan struct{})
}

// after returns the entries after a place; ok is false if the tail does not reach back so far.
func (t *tail) after(seq ledger.Seq) (es []ledger.Entry, head ledger.Seq, grown <-chan struct{}, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if seq >= t.head {
		return nil, t.head, t.grown, true
	}
	first := t.head - ledger.Seq(len(t.es)) + 1
	if seq < first-1 {
		return nil, t.head, t.grown, false
	}
	es = t.es[seq-(first-1):]
	return es[:min(len(es), ledger.MaxRead):min(len(es), ledger.MaxRead)], t.head, t.grown, true
}

// growth returns a channel that closes when the ledger grows.
func (t *tail) growth() <-chan struct{} {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.grown
}

// between returns the entries after one place up to another, if the tail holds them all.
func (t *tail) between(after, upTo ledger.Seq) ([]ledger.Entry, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	first := t.head - ledger.Seq(len(t.es)) + 1
	if after < first-1 || upTo > t.head {
		return nil, false
	}
	return t.es[after-(first-1) : upTo-(first-1)], true
}

// last is the place of the newest entry.
func (t *tail) last() ledger.Seq {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.head
}

// forget makes the tail forget everything, after an erasure.
func (t *tail) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.es, t.size = nil, 0
}

// catchUp folds what other nodes wrote.
func (l *Lab) catchUp(ctx context.Context) error {
	for {
		ans, err := l.cfg.Store.Append(ctx, l.State().Seq, nil)
		l.hear(ans)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ledger.ErrDamaged), errors.Is(err, ledger.ErrBroken):
			l.broke(err)
			return err
		case !errors.Is(err, ledger.ErrMoved):
			return err
		}
		if err := l.fold(ans); err != nil {
			return err
		}
	}
}

// kindErased is the kind of the entry that says that enclosures were erased.
const kindErased = "ledger.erased"

// fold takes the entries that an answer of ErrMoved brought into the State, in order. What cannot be folded breaks the
// lab: it must not decide on a story that it does not understand, nor say that it is ready.
func (l *Lab) fold(ans ledger.Answer) error {
	err := l.foldAll(ans)
	if err != nil {
		l.broke(err)
	}
	return err
}

func (l *Lab) foldAll(ans ledger.Answer) error {
	es := ans.Missed
	if len(es) == 0 {
		return fmt.Errorf("%w: it is shorter than it was", ledger.ErrDamaged)
	}
	s := *l.state.Load()
	erased, stepped := false, false
	for i := range es {
		e := &es[i]
		if e.Seq != s.Seq+1 {
			return fmt.Errorf("%w: entry %d came after %d", ledger.ErrDamaged, e.Seq, s.Seq)
		}
		if err := l.foldOne(&s, e); err != nil {
			return err
		}
		l.keys.note(e.Key, e.Seq, e.At)
		erased = erased || e.Kind == kindErased
		stepped = stepped || e.Kind == ledger.KindClockStepped
	}
	l.state.Store(&s)
	l.tail.add(es)
	if stepped {
		l.now.believe(ans.Clock)
	}
	if erased {
		l.tail.forget()
	}
	return nil
}

func (l *Lab) foldOne(s *State, e *ledger.Entry) error {
	ev, err := wire.Decode(e)
	if errors.Is(err, wire.ErrKind) {
		if !l.newer.Swap(true) {
			l.cfg.Log.Error("the ledger holds a kind that this version does not know; it follows, but decides nothing", "kind", e.Kind, "seq", e.Seq)
		}
		s.Seq, s.At = e.Seq, e.At
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ledger.ErrDamaged, err)
	}
	*s = s.apply(ev, Mark{Seq: int64(e.Seq), At: e.At, By: e.By})
	if s.Format > wire.Format && !l.newer.Swap(true) {
		l.cfg.Log.Error("the ledger's format is newer than this version; it follows, but decides nothing", "format", s.Format)
	}
	return nil
}
