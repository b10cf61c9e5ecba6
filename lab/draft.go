package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// draft is the laboratory as it would be after the batch in hand. Throwing it away costs nothing.
type draft struct {
	lab     *Lab
	ctx     context.Context //nolint:containedctx // a draft lives for one turn of the writer
	base    *State
	state   State
	entries []ledger.Entry
	keys    map[string]remembered
	stepped bool
}

func (l *Lab) draft(ctx context.Context, base *State) *draft {
	d := &draft{lab: l, ctx: context.WithoutCancel(ctx), base: base, state: *base}
	d.state.past = map[string][]Past{}
	return d
}

// maxRecalls is how often one ask may recall before that is taken for a fault of its decide.
const maxRecalls = 8

// ask decides one ask on the draft and keeps what it answers.
func (d *draft) ask(a *ask) {
	a.out, a.err = Done{}, nil
	if a.key.name != "" {
		r, ok := d.keys[a.key.name]
		if !ok {
			r, ok = d.lab.keys.known[a.key.name]
		}
		switch {
		case ok && r.content != a.key.content:
			a.err = ledger.ErrKeyReused
			return
		case ok:
			a.out = Done{First: r.first, Last: r.last, Repeat: true}
			return
		}
	}
	d.recall(a.known)
	for range maxRecalls {
		now := d.lab.now.at(d.state.At)
		evs, err := guarded(a.decide, &d.state, now)
		if want, ok := errors.AsType[*RecallError](err); ok {
			d.lab.stats.Recalls.Add(1)
			if err = d.bring(want.Subjects); err == nil {
				continue
			}
		}
		if err != nil {
			a.err = err
			return
		}
		a.err = d.add(a, evs, now)
		return
	}
	a.err = errors.New("lab: decide recalls the past again and again")
}

// guarded asks decide and turns a panic, which is a bug, into an error for its caller alone.
func guarded(decide Decide, s *State, now time.Time) (evs []Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			evs, err = nil, fmt.Errorf("lab: decide panicked: %s", Panicked(r))
		}
	}()
	return decide(s, now)
}

// Panicked is what a log may say of a recovered panic: the runtime's own words, or else only the type, since the value
// may quote a message or what a person typed.
func Panicked(r any) string {
	if err, ok := r.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", r)
}

// add puts events on the draft, all or none. A panic, which is a bug in how an event is written or folded, is an error
// for its caller alone: a message that is sent until it is taken must not end the process again and again.
func (d *draft) add(a *ask, evs []Event, now time.Time) (err error) {
	before, n := d.state, len(d.entries)
	undo := func(err error) error {
		d.state, d.entries = before, d.entries[:n]
		d.state.past = map[string][]Past{}
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			a.out, err = Done{}, undo(fmt.Errorf("lab: an event cannot be recorded: %s", Panicked(r)))
		}
	}()
	at := now
	if later := d.lab.now.at(now); later.Sub(now) > ledger.Tolerance/2 {
		at = later // deciding took so long that the store would refuse the time, again and again
	}
	for _, ev := range evs {
		if d.lab.Full() && !vital(ev.Kind()) {
			return undo(ledger.ErrFull)
		}
		e, err := d.lab.entry(&d.state, ev, a.by, a.key, at)
		if err != nil {
			return undo(err)
		}
		d.entries = append(d.entries, e)
		d.state = d.state.apply(ev, Mark{Seq: int64(e.Seq), At: e.At, By: e.By})
	}
	a.out = Done{At: now, Events: evs}
	if len(evs) > 0 {
		a.out.First, a.out.Last = d.entries[n].Seq, d.state.Seq
		if a.key.name != "" {
			if d.keys == nil {
				d.keys = map[string]remembered{}
			}
			d.keys[a.key.name] = remembered{content: a.key.content, first: a.out.First, last: a.out.Last}
		}
	}
	return nil
}

// step puts the record of a step of the clock, if one waits, before everything else.
func (d *draft) step() error {
	st := d.lab.now.stepped()
	if st == nil {
		return nil
	}
	carried := d.lab.now.at(d.state.At)
	ev := &wire.ClockStepped{Step: st.by.Microseconds(), Was: "absorbed", Found: "running"}
	if st.start {
		ev.Found = "at start"
	}
	if st.by > 0 {
		head, err := d.lab.cfg.Store.Head(d.ctx)
		if err != nil {
			return fmt.Errorf("lab: %w", err)
		}
		ev.Was = "believed"
		if wall := ledger.Micro(st.now().Add(-head.Ahead)); wall.After(carried) {
			carried = wall
		}
	}
	e, err := d.lab.entry(&d.state, ev, Clock, Key{}, carried)
	if err != nil {
		return err
	}
	d.entries = append(d.entries, e)
	d.state = d.state.apply(ev, Mark{Seq: int64(e.Seq), At: e.At, By: e.By})
	d.stepped = true
	return nil
}

// vital tells whether an entry is still written when the disk is full: what the ladders, read-backs and telephone need,
// and signing in to answer.
func vital(kind string) bool {
	switch kind {
	case "critical.called", "critical.escalated", "critical.attempted", "critical.sent", "critical.delivered", "critical.missed",
		"critical.seen", "critical.taken", "critical.passed-on", "critical.mismatched", "critical.read-back",
		"critical.telephoned", "critical.attempt-failed", "critical.closed", "critical.ended", "record.looked-at",
		"session.opened", "session.ended", "session.locked", "session.renewed", "roster.duty-began", "ledger.clock-stepped":
		return true
	}
	return false
}

// entry returns an event as the next entry after s.
func (l *Lab) entry(s *State, ev Event, by Actor, key Key, at time.Time) (ledger.Entry, error) {
	body, sealed, err := wire.Encode(ev)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("lab: %w", err)
	}
	via := l.via
	if by.Via != "" {
		via += "/" + by.Via
	}
	e := ledger.Entry{
		Seq: s.Seq + 1, At: at, Site: l.cfg.Site, By: by.By, Via: via, Key: key.String(),
		Kind: ev.Kind(), V: 1, About: ev.About(), To: Audience(s, ev), Body: body,
	}
	if sealed != nil {
		salt := make([]byte, 16)
		if _, err := io.ReadFull(l.cfg.Rand, salt); err != nil {
			return ledger.Entry{}, fmt.Errorf("lab: salt: %w", err)
		}
		e.Enclosures = []ledger.Enclosure{{Salt: salt, Data: sealed}}
	}
	if err := e.Encode(); err != nil {
		return ledger.Entry{}, fmt.Errorf("lab: %w", err)
	}
	return e, nil
}
