package lab

import (
	"context"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
)

// watch is what Keep has looked at so far: the open calls whose people or place may have changed are looked at again.
// It is a node's own and need not survive: a new one looks at every call once.
type watch struct {
	upTo  ledger.Seq // entries up to here are looked at
	until time.Time  // from then on duties and badges may be others

	due, change bounds // of the roster, as Keep and again ask for them
}

// again resolves the present rungs anew of the calls that entries since the last look, or time, may have touched, and
// records what came of it. It tells whether it recorded anything. It looks outside the writer, at the committed State;
// what it found is decided again there.
func (l *Lab) again(ctx context.Context, w *watch, s *State, now time.Time) bool {
	upTo := min(s.Seq, l.tail.last())
	ids := l.touched(w, s, upTo, now)
	resolve := s.resolveOnce(now)
	var restless []string
	for _, id := range ids {
		if len(s.again(id, now, resolve)) > 0 {
			restless = append(restless, id)
		}
	}
	more := false
	if len(restless) > keepTurn/4 { // each may give a few events
		restless, more = restless[:keepTurn/4], true
	}
	if len(restless) > 0 {
		_, err := l.Record(ctx, Clock, Key{}, func(s *State, now time.Time) ([]Event, error) {
			var out []Event
			resolve := s.resolveOnce(now)
			for _, id := range restless {
				out = append(out, s.again(id, now, resolve)...)
			}
			return out, nil
		})
		if err != nil {
			if ctx.Err() == nil {
				l.cfg.Log.Error("changed duties and places could not be followed", "error", err)
			}
			return false // looked at again in a second
		}
	}
	if !more {
		w.upTo = upTo
		w.until = now.Add(time.Hour)
		if next, ok := w.change.next(s.Roster, now); ok && next.Before(w.until) {
			w.until = next
		}
	}
	return len(restless) > 0
}

// touched are the open calls that may ask others than before.
func (l *Lab) touched(w *watch, s *State, upTo ledger.Seq, now time.Time) []string {
	all := w.upTo == 0 || !now.Before(w.until)
	var ids []string
	if !all && upTo > w.upTo {
		es, ok := l.tail.between(w.upTo, upTo)
		all = !ok
		for i := range es {
			switch room, _, _ := strings.Cut(es[i].Kind, "."); room {
			case "roster", "person":
				all = true
			case "critical":
				if es[i].Kind == "critical.opened" { // one that was held may name the patient as before
					ids = append(ids, es[i].About[0])
				}
			case "patient":
				for _, p := range es[i].About {
					ids = append(ids, s.Critical.Of(p)...)
				}
			}
		}
	}
	if !all {
		return ids
	}
	ids = ids[:0]
	for id := range s.Critical.Calls.All() {
		ids = append(ids, id)
	}
	return ids
}

// again is what must be recorded for one open call because people or places have changed.
func (s *State) again(id string, now time.Time, resolve critical.Resolve) []Event {
	if out := s.renamed(id, now, resolve); len(out) > 0 { // it asks the present rung anew too
		return out
	}
	var out []Event
	for _, ev := range s.Critical.Again(id, now, resolve) {
		out = append(out, ev)
	}
	return out
}

// resolveOnce is Resolve for many calls at one instant: each step at a place is resolved once.
func (s *State) resolveOnce(now time.Time) critical.Resolve {
	type key struct {
		step  critical.Step
		place roster.Place
	}
	type found struct {
		people []string
		why    string
	}
	resolve := s.Resolve(now)
	known := map[key]found{}
	return func(a critical.Ask) ([]string, string) {
		k := key{a.Step, s.placeOf(a)}
		f, ok := known[k]
		if !ok {
			f.people, f.why = resolve(a)
			known[k] = f
		}
		return f.people, f.why
	}
}
