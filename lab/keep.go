package lab

import (
	"context"
	"time"
)

// keepTurn is how many events one turn of Keep records at most; what is left follows in the next.
const keepTurn = 500

// Due returns what the laboratory asks for at a time, at most keepTurn events: rungs of ladders, the beginnings of
// duties. One turn fires at most one rung of a call, so that no step of the clock skips a person.
func (s *State) Due(now time.Time) []Event {
	var out []Event
	for rung := range s.Critical.Rungs(now, s.resolveOnce(now)) {
		if len(out) > 0 && len(out)+len(rung) > keepTurn { // a skipped step stands with the rung that fired instead of it
			return out
		}
		for _, ev := range rung {
			out = append(out, ev)
		}
	}
	for _, ev := range s.Roster.DutyDue(now) {
		out = append(out, ev)
	}
	if len(out) > keepTurn {
		return out[:keepTurn]
	}
	if evs := s.Equipment.Due(now, Zone); len(out) == 0 || len(out)+len(evs) <= keepTurn { // who is displaced, and where to, stand together
		for _, ev := range evs {
			out = append(out, ev)
		}
	}
	return out
}

// NextDue returns when something is due next, or false if nothing is.
func (s *State) NextDue() (time.Time, bool) { return s.nextDue(s.Roster.Next(s.At)) }

// nextDue is NextDue by one who knows the next bound of the roster already.
func (s *State) nextDue(bound time.Time, bounded bool) (time.Time, bool) {
	next, ok := s.Critical.NextDue()
	if t, more := bound, bounded; more && (!ok || t.Before(next)) {
		next, ok = t, true
	}
	if t, more := s.Equipment.NextDue(); more && (!ok || t.Before(next)) {
		next, ok = t, true
	}
	return next, ok
}

// Keep is the one follower of time: at each growth of the ledger, each second and at the next deadline it records
// everything that is due, in one append. Any node may keep; the ledger lets one of them win. It returns when ctx ends.
func (l *Lab) Keep(ctx context.Context) {
	var w watch
	var looked time.Time
	for {
		grown := l.tail.growth()
		s := l.State()
		now := l.Now()
		next, ok := s.nextDue(w.due.next(s.Roster, s.At))
		if ok && !next.After(now) {
			if l.keepOnce(ctx, next) {
				continue
			}
			next = now.Add(time.Second)
		}
		if l.again(ctx, &w, s, now) || l.gaps(ctx, &looked, s, now) {
			continue
		}
		wait := time.Second
		if ok {
			wait = min(wait, max(next.Sub(now), time.Millisecond))
		}
		t := time.NewTimer(wait)
		select {
		case <-grown:
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		case <-l.ended:
			t.Stop()
			return
		}
		t.Stop()
	}
}

// keepOnce records what is due and tells whether that was something. due is when the first of it was due.
func (l *Lab) keepOnce(ctx context.Context, due time.Time) bool {
	done, err := l.Record(ctx, Clock, Key{}, func(s *State, now time.Time) ([]Event, error) {
		return s.Due(now), nil
	})
	if err != nil {
		if ctx.Err() == nil {
			l.cfg.Log.Error("what is due could not be recorded", "error", err)
		}
		return false
	}
	if len(done.Events) > 0 {
		if late := done.At.Sub(due).Microseconds(); late > l.stats.Late.Load() {
			l.stats.Late.Store(late)
		}
	}
	return len(done.Events) > 0
}
