package chaos

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seed-909bec58/readback/ledger"
)

// Command is one read-back, as often as it was sent under its key, or a look at what the ledger says of the call.
type Command struct {
	Call  string
	Key   string
	Right bool // what was typed is what was told
	Look  bool // instead of all but Call
}

// Answer is what was answered to a command.
type Answer struct {
	Code string     // of the problem: "mismatch" or "closed"; empty when the read-back won
	Seq  ledger.Seq // of the read-back that won; of a look 0 if none did
}

// History is what was asked and answered, and when. It is safe for concurrent use.
type History struct {
	mu    sync.Mutex
	begin time.Time
	ops   []porcupine.Operation
}

// NewHistory returns an empty history.
func NewHistory() *History { return &History{begin: time.Now()} }

// Now is the time of the history.
func (h *History) Now() time.Duration { return time.Since(h.begin) }

// Add notes what a client sent first at a time, and was answered now.
func (h *History) Add(client int, asked time.Duration, c Command, a Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: c, Output: a, Call: int64(asked), Return: int64(h.Now())})
}

// Len is how many answers there are.
func (h *History) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.ops)
}

// Check tells whether all of it could have come from one ledger that did one command after another: the first right
// read-back of a call wins and stays, each later one hears that the call is closed, a wrong one changes nothing, and a
// command that is sent again hears its first answer. It names the first call for which there is no such order.
func (h *History) Check(within time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	end := time.Now().Add(within)
	for _, ops := range byCall(h.ops) {
		if got := porcupine.CheckOperationsTimeout(model, ops, time.Until(end)); got != porcupine.Ok {
			var out strings.Builder
			fmt.Fprintf(&out, "chaos: no order of these answers is possible (%s):", got)
			for _, op := range ops {
				fmt.Fprintf(&out, "\n  client %d, %v to %v: %+v: %+v", op.ClientId, time.Duration(op.Call), time.Duration(op.Return), op.Input, op.Output)
			}
			return errors.New(out.String())
		}
	}
	return nil
}

func byCall(ops []porcupine.Operation) map[string][]porcupine.Operation {
	out := map[string][]porcupine.Operation{}
	for _, op := range ops {
		c, _ := op.Input.(Command)
		out[c.Call] = append(out[c.Call], op)
	}
	return out
}

// call is what the model knows of one call.
type call struct {
	won      ledger.Seq
	answered map[string]Answer // by key
}

// model is one call.
var model = porcupine.Model{
	Init: func() any { return call{} },
	Step: func(state, input, output any) (bool, any) {
		s, _ := state.(call)
		c, _ := input.(Command)
		a, _ := output.(Answer)
		if c.Look {
			return a.Seq == s.won, s
		}
		if first, again := s.answered[c.Key]; again {
			return a == first, s
		}
		next := call{won: s.won, answered: maps.Clone(s.answered)}
		if next.answered == nil {
			next.answered = map[string]Answer{}
		}
		next.answered[c.Key] = a
		switch {
		case s.won != 0:
			return a.Code == "closed", next
		case !c.Right:
			return a.Code == "mismatch", next
		}
		next.won = a.Seq
		return a.Code == "" && a.Seq > 0, next
	},
	Equal: func(a, b any) bool {
		x, _ := a.(call)
		y, _ := b.(call)
		return x.won == y.won && maps.Equal(x.answered, y.answered)
	},
}
