package lab

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// Actor is who acts: By is "person/ID", "machine/ID" or "clock"; Via names the session.
type Actor struct{ By, Via string }

// Clock is the actor of what happens by itself.
var Clock = Actor{By: "clock"}

// Decide says what has happened. It only reads s; it does no I/O, makes no ids and draws no randomness, and may be
// asked several times: what it hands to its caller through captured variables it sets anew each time.
type Decide func(s *State, now time.Time) ([]Event, error)

// Done is the outcome of an ask.
type Done struct {
	First, Last ledger.Seq // the entries written, or with Repeat those written the first time; 0 if there were none
	At          time.Time  // ledger time of the decision; zero with Repeat
	Events      []Event    // what was decided; nil with Repeat: read the entries First to Last
	Repeat      bool       // the key was seen before: nothing was decided now
}

// ask is one call of Record.
type ask struct {
	by     Actor
	key    Key
	decide Decide
	known  *prefetched
	state  atomic.Int32 // waiting, taken, withdrawn
	done   chan struct{}
	out    Done
	err    error
}

const (
	waiting = iota
	taken
	withdrawn
)

const (
	maxBatch  = 1024 // asks in one append
	yields    = 8    // times that the writer lets others run before it gathers: woken callers queue again
	lostRaces = 3    // after so many in a row the writer takes the site's turn
	maxLate   = 100  // times that one turn may come too late for the time it was decided at
)

// Record asks decide what has happened and appends it, all or nothing.
//
// Every answer, a refusal and "nothing to do" too, is given only after everything that the State showed is durable. Once
// an ask was taken, Record returns only with its outcome; ctx counts only before that. key is the command's idempotency
// key: seen before, Record gives the first answer again and decide is not asked. A door that knows of which subjects
// decide will want the past names them in about; they are read beforehand, in the caller's goroutine.
//
// Errors: those of decide, of the ledger: ErrKeyReused, ErrStopped, ErrNewer, ErrFull, ErrDoubt (only when the lab stops before
// the outcome could be learned), or the store's.
func (l *Lab) Record(ctx context.Context, by Actor, key Key, decide Decide, about ...string) (Done, error) {
	a := &ask{by: by, key: key, decide: decide, done: make(chan struct{})}
	if len(about) > 0 {
		var err error
		if a.known, err = l.prefetch(ctx, about); err != nil {
			return Done{}, err
		}
	}
	select {
	case l.asks <- a:
	case <-ctx.Done():
		return Done{}, ctx.Err()
	case <-l.ended:
		return Done{}, ledger.ErrStopped
	}
	select {
	case <-a.done:
		return a.out, a.err
	case <-ctx.Done():
		if a.state.CompareAndSwap(waiting, withdrawn) {
			return Done{}, ctx.Err()
		}
	case <-l.ended:
	}
	select {
	case <-a.done:
		return a.out, a.err
	case <-l.ended:
	}
	select {
	case <-a.done:
		return a.out, a.err
	default:
		return Done{}, ledger.ErrStopped
	}
}

// write is the one writer: it gathers asks, hears the bell, and looks at the ledger now and then.
func (l *Lab) write(ctx context.Context) {
	defer close(l.ended)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var rings <-chan struct{}
	if l.cfg.Bell != nil {
		rings = l.cfg.Bell.Rings()
	}
	for {
		select {
		case a := <-l.asks:
			l.turn(ctx, l.gather(a))
			continue
		case <-rings:
		case <-tick.C:
			l.housekeep(ctx)
		case <-ctx.Done():
			select {
			case a := <-l.asks:
				l.turn(ctx, l.gather(a))
				continue
			default:
				return
			}
		}
		if err := l.catchUp(ctx); err != nil && ctx.Err() == nil {
			l.cfg.Log.Warn("the ledger could not be read", "error", err)
		}
		if l.now.stepped() != nil {
			l.turn(ctx, nil) // records the step
		}
	}
}

func (l *Lab) hear(ans ledger.Answer) { l.stats.ClockOff.Store(l.now.heard(ans.Clock).Microseconds()) }

// gather takes what waits, at most maxBatch asks.
func (l *Lab) gather(first *ask) []*ask {
	var batch []*ask
	take := func(a *ask) {
		if a.state.CompareAndSwap(waiting, taken) {
			batch = append(batch, a)
		}
	}
	take(first)
	for range yields {
		runtime.Gosched()
	}
	for len(batch) < maxBatch {
		select {
		case a := <-l.asks:
			take(a)
			continue
		default:
		}
		break
	}
	return batch
}

// turn decides a batch and appends it, as often as it takes, and answers it.
func (l *Lab) turn(ctx context.Context, batch []*ask) {
	release := func() {}
	defer func() { release() }()
	for lost, late := 0, 0; ; {
		if err := l.Ready(); err != nil {
			fail(batch, err)
			return
		}
		base := l.state.Load()
		d := l.draft(ctx, base)
		if err := d.step(); err != nil {
			fail(batch, err)
			return
		}
		for _, a := range batch {
			d.ask(a)
		}
		// What was taken is finished even while the lab stops.
		ans, err := l.cfg.Store.Append(context.WithoutCancel(ctx), base.Seq, d.entries)
		l.stats.Batches.Add(1)
		if err == nil {
			l.commit(d, ans, batch)
			return
		}
		l.hear(ans)
		switch {
		case errors.Is(err, ledger.ErrMoved):
			l.stats.Lost.Add(1)
			err = l.fold(ans)
			if lost++; lost == lostRaces && err == nil {
				l.stats.Turns.Add(1)
				if r, terr := l.cfg.Store.Turn(ctx); terr == nil {
					release = r
				}
			}
			if err == nil && len(ans.Missed) == ledger.MaxRead {
				err = l.catchUp(ctx)
			}
		case errors.Is(err, ledger.ErrTime) && late < maxLate:
			err = nil // the answer's clock was heard, or waits as a step
			if late++; late > 1 && len(batch) > 1 {
				// Deciding so many takes longer than ledger.Tolerance here: take fewer at a time.
				release()
				release = func() {}
				l.turn(ctx, batch[:len(batch)/2])
				l.turn(ctx, batch[len(batch)/2:])
				return
			}
		case errors.Is(err, ledger.ErrDoubt):
			l.stats.Doubts.Add(1)
			var mine bool
			if mine, err = l.settle(ctx, base.Seq, d.entries); mine && err == nil {
				l.reach(ctx, d.state.Seq)
				l.answer(batch)
				return
			}
		case errors.Is(err, ledger.ErrFull) && l.full.CompareAndSwap(false, true):
			l.cfg.Log.Error("the ledger's disk is full: only calls, read-backs and sign-ins are written until there is room")
			err = nil
		case errors.Is(err, ledger.ErrBroken), errors.Is(err, ledger.ErrDamaged):
			l.broke(err)
		}
		if err != nil {
			fail(batch, err)
			return
		}
	}
}

// settle learns what became of an append whose answer was lost. The store's next answer tells: the entries stand in the
// ledger, byte for byte, or never will. It asks until the store answers or the lab stops.
func (l *Lab) settle(ctx context.Context, head ledger.Seq, es []ledger.Entry) (mine bool, err error) {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		ans, err := l.cfg.Store.Append(context.WithoutCancel(ctx), head, nil)
		l.hear(ans)
		switch {
		case err == nil:
			return false, nil
		case errors.Is(err, ledger.ErrMoved):
			mine := len(es) > 0 && len(ans.Missed) > 0 && string(ans.Missed[0].Leaf) == string(es[0].Leaf)
			return mine, l.fold(ans)
		case errors.Is(err, ledger.ErrBroken), errors.Is(err, ledger.ErrDamaged), errors.Is(err, ledger.ErrClosed):
			return false, err
		}
		if wait == time.Second {
			l.cfg.Log.Warn("what became of an append is not known yet: nothing is decided until the ledger answers", "error", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false, ledger.ErrDoubt
		}
	}
}

// reach folds up to a place that is known to be on disk: a batch may be longer than one answer, and whoever hears that
// it is written finds it in the State. It tries until the store answers, the ledger is broken, or the lab stops.
func (l *Lab) reach(ctx context.Context, seq ledger.Seq) {
	for wait := 10 * time.Millisecond; l.State().Seq < seq; wait = min(2*wait, time.Second) {
		err := l.catchUp(context.WithoutCancel(ctx))
		if err == nil {
			continue
		}
		l.cfg.Log.Warn("the ledger could not be read", "error", err)
		select {
		case <-time.After(wait):
		case <-l.broken:
			return
		case <-ctx.Done():
			return
		}
	}
}

// commit makes the draft the laboratory, wakes followers, and answers.
func (l *Lab) commit(d *draft, ans ledger.Answer, batch []*ask) {
	if len(d.entries) > 0 {
		s := d.state
		s.past = nil
		for i := range d.entries {
			e := &d.entries[i]
			l.keys.note(e.Key, e.Seq, e.At)
		}
		l.stats.Entries.Add(int64(len(d.entries)))
		l.state.Store(&s)
		l.tail.add(d.entries)
		if slices.ContainsFunc(d.entries, func(e ledger.Entry) bool { return e.Kind == kindErased }) {
			l.tail.forget()
		}
		if l.cfg.Bell != nil {
			l.cfg.Bell.Ring(s.Seq)
		}
	}
	if d.stepped {
		l.now.believe(ans.Clock)
	}
	l.hear(ans)
	l.answer(batch)
}

func (l *Lab) answer(batch []*ask) {
	l.stats.Asks.Add(int64(len(batch)))
	for _, a := range batch {
		close(a.done)
	}
}

// fail gives the whole batch one error: what was decided on a draft that is thrown away counts for nobody, so a
// repeated message must not hear "done" and a rival must not hear "taken".
func fail(batch []*ask, err error) {
	for _, a := range batch {
		a.out, a.err = Done{}, err
		close(a.done)
	}
}

// broke ends deciding for good: what is on disk is known only after a restart.
func (l *Lab) broke(err error) {
	err = fmt.Errorf("lab: %w", err)
	if l.fault.CompareAndSwap(nil, &err) {
		l.cfg.Log.Error("the ledger cannot be written any more", "error", err)
		close(l.broken)
	}
}

// Broken is closed when the ledger can no longer be written and the process should end; Ready then tells why.
func (l *Lab) Broken() <-chan struct{} { return l.broken }
