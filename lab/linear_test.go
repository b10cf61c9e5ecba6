package lab_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/session"
)

// command is one keyed command of a caller: take a slot that is free, or give back one's own.
type command struct {
	slot, by, key string
	give          bool
}

// told is what the caller heard.
type told struct {
	ok  bool
	err string // "", "taken", "not-yours", or "failed": nothing was written
}

// slot is what a slot is, by the model: who has it, and what the keys of commands were answered.
type slot struct {
	owner    string
	answered map[string]bool
}

var errNotYours = errors.New("not yours")

func (c command) decide(s *lab.State, now time.Time) ([]lab.Event, error) {
	id := "session/" + c.slot
	has, open := s.Sessions.Open.Get(id)
	switch {
	case c.give && (!open || has.Subject != "person/"+c.by):
		return nil, errNotYours
	case c.give:
		return []lab.Event{&session.Ended{Session: id, Subject: "person/" + c.by, Why: "signed-out"}}, nil
	case open:
		return nil, errTaken
	}
	return []lab.Event{&session.Opened{Session: id, Subject: "person/" + c.by, Means: "password", Until: now.Add(1000 * time.Hour)}}, nil
}

// slots is the model: one slot at a time, a command with an answered key changes nothing.
func slots() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			by := map[string][]porcupine.Operation{}
			for _, op := range history {
				c, _ := op.Input.(command)
				by[c.slot] = append(by[c.slot], op)
			}
			var out [][]porcupine.Operation
			for _, ops := range by {
				out = append(out, ops)
			}
			return out
		},
		Init: func() any { return slot{answered: map[string]bool{}} },
		Step: func(state, input, output any) (bool, any) {
			s, _ := state.(slot)
			c, _ := input.(command)
			o, _ := output.(told)
			switch {
			case o.err == "failed":
				return true, s
			case s.answered[c.key]:
				return o.ok, s
			case c.give && s.owner != c.by:
				return o.err == "not-yours", s
			case !c.give && s.owner != "":
				return o.err == "taken", s
			}
			if !o.ok {
				return false, s
			}
			next := slot{answered: maps.Clone(s.answered)}
			next.answered[c.key] = true
			if !c.give {
				next.owner = c.by
			}
			return true, next
		},
		Equal: func(a, b any) bool {
			x, _ := a.(slot)
			y, _ := b.(slot)
			return x.owner == y.owner && maps.Equal(x.answered, y.answered)
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}

// Keyed commands of eight callers over three nodes with failing and in-doubt commits, repeats among them, are
// linearizable: they came in some order, each once.
func TestKeyedCommandsAreLinearizable(t *testing.T) {
	onEveryStore(t, 4, func(t *testing.T, round int, m ledger.Store, labs []*lab.Lab) {
		var mu sync.Mutex
		var history []porcupine.Operation
		start := time.Now()
		var wg sync.WaitGroup
		for caller := range 8 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(round), uint64(caller)))
				var last command
				for i := range 60 {
					c := command{slot: fmt.Sprint(r.IntN(4)), by: fmt.Sprint(caller), key: fmt.Sprintf("%d-%d", caller, i), give: r.IntN(2) == 0}
					if i > 0 && r.IntN(4) == 0 {
						c = last // sent again
					}
					last = c
					call := time.Since(start)
					done, err := labs[r.IntN(3)].Record(t.Context(), lab.Actor{By: "person/" + c.by}, lab.NewKey(c.by, c.key, []byte(fmt.Sprint(c))), c.decide)
					o := told{ok: err == nil}
					switch {
					case errors.Is(err, errTaken):
						o.err = "taken"
					case errors.Is(err, errNotYours):
						o.err = "not-yours"
					case errors.Is(err, errFlaky):
						o.err = "failed"
					case err != nil:
						t.Errorf("%+v: %v", c, err)
					case done.First == 0:
						t.Errorf("%+v: no entry", c)
					}
					mu.Lock()
					history = append(history, porcupine.Operation{ClientId: caller, Input: c, Output: o, Call: int64(call), Return: int64(time.Since(start))})
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if got := porcupine.CheckOperationsTimeout(slots(), history, time.Minute); got != porcupine.Ok {
			t.Fatalf("round %d: the history of %d commands is %v", round, len(history), got)
		}
		whole(t, m, 1)
	})
}

// The model must be able to fail: a history with two winners is none.
func TestTheModelRefusesTwoWinners(t *testing.T) {
	h := []porcupine.Operation{
		{ClientId: 0, Input: command{slot: "a", by: "0", key: "x"}, Output: told{ok: true}, Call: 0, Return: 10},
		{ClientId: 1, Input: command{slot: "a", by: "1", key: "y"}, Output: told{ok: true}, Call: 5, Return: 15},
	}
	if porcupine.CheckOperations(slots(), h) {
		t.Fatal("two winners passed")
	}
}
