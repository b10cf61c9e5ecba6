package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/wire"
)

// load is what a laboratory system and a clinician do, all the time, over restarts: potassiums are sent over MLLP, and
// each call is read back over HTTP. What was not acknowledged is sent again: the message byte for byte, the command with
// its key. Its methods are safe for concurrent use.
type load struct {
	t testing.TB

	mu       sync.Mutex
	serial   int
	waiting  []message                 // sent, perhaps, and not acknowledged
	acked    []string                  // control ids answered AA
	refused  int                       // answers other than AA
	answered map[string]wire.ReadBack  // by call
	held     *command                  // a read-back that was sent, perhaps, and not answered
	problems map[string]int            // by code
	people   map[string]*client.Client // by login and address
}

type message struct {
	id  string
	raw []byte
}

type command struct {
	key  string
	body wire.ReadBackBody
}

func newLoad(t testing.TB) *load {
	t.Helper()
	return &load{t: t, answered: map[string]wire.ReadBack{}, problems: map[string]int{}, people: map[string]*client.Client{}}
}

// run loads a node until ctx ends, and returns when all is quiet.
func (l *load) run(ctx context.Context, n *node, senders int) {
	var all sync.WaitGroup
	for range senders {
		all.Go(func() { l.send(ctx, n) })
	}
	all.Go(func() { l.readBack(ctx, n) })
	all.Wait()
}

// next returns a message that waits, else a new one.
func (l *load) next() message {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 {
		m := l.waiting[0]
		l.waiting = l.waiting[1:]
		return m
	}
	l.serial++
	id := fmt.Sprintf("M%06d", l.serial)
	return message{id: id, raw: potassium(id)}
}

// send sends to one node as fast as it answers.
func (l *load) send(ctx context.Context, n *node) { l.sendTo(ctx, 0, n.MLLP) }

// sendTo sends, with a rest after each message, to the first of several addresses that answers, and to the next one when
// that does not.
func (l *load) sendTo(ctx context.Context, rest int, addresses ...string) {
	for try := 0; ctx.Err() == nil; try++ {
		c, err := hl7.Dial(ctx, addresses[try%len(addresses)], nil)
		if err != nil {
			holdsWithin(ctx, turns(2))
			continue
		}
		for err == nil && ctx.Err() == nil {
			m := l.next()
			var ack []byte
			var a hl7.Answer
			ask, cancel := context.WithTimeout(ctx, answerWithin)
			if ack, err = c.Send(ask, m.raw); err == nil {
				a, err = hl7.ParseAnswer(ack)
			}
			cancel()
			l.mu.Lock()
			switch {
			case err == nil && a.Code == "AA":
				l.acked = append(l.acked, m.id)
			default:
				l.waiting = append(l.waiting, m)
				if err == nil {
					l.refused++
					err = errors.New("refused") // a sender that is refused waits and dials again
				}
			}
			l.mu.Unlock()
			holdsWithin(ctx, turns(rest))
		}
		_ = c.Close() // in doubt, or done
		holdsWithin(ctx, turns(2))
	}
}

// answerWithin is how long a client waits for one answer before it asks again, perhaps elsewhere.
const answerWithin = 15 * time.Second

// turns is a condition that holds when it is asked the n-th time: a short wait.
func turns(n int) func() bool {
	return func() bool { n--; return n < 0 }
}

// person returns the session of somebody, which outlives restarts.
func (l *load) person(ctx context.Context, at, login string) *client.Client {
	l.mu.Lock()
	c := l.people[login+at]
	l.mu.Unlock()
	if c == nil {
		var err error
		if c, err = client.Dial(ctx, at, client.Credentials{Login: login, Password: passwordOf(login)}); err != nil {
			return nil
		}
		l.mu.Lock()
		l.people[login+at] = c
		l.mu.Unlock()
	}
	return c
}

func (l *load) readBack(ctx context.Context, n *node) {
	for ctx.Err() == nil {
		c := l.person(ctx, n.HTTP, lee)
		if c == nil || !l.readBackOne(ctx, c) {
			holdsWithin(ctx, turns(2))
		}
	}
}

// readBackOne reads one call back, that of before if there was no answer. False: there was nothing to do.
func (l *load) readBackOne(ctx context.Context, c *client.Client) bool {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	if held == nil {
		all, err := c.Calls(ctx, 0)
		if err != nil {
			l.problem(ctx, c, err)
			return false
		}
		i := slices.IndexFunc(all.Calls, func(call wire.Call) bool { return call.May.ReadBack })
		if i < 0 {
			if len(all.Calls) > 0 && all.Calls[0].May.Why == "not-fresh" {
				_ = c.SignIn(ctx) // the next round sees whether it helped
			}
			return false
		}
		held = &command{key: client.NewKey(), body: answer(all.Calls[i])}
		l.mu.Lock()
		l.held = held
		l.mu.Unlock()
	}
	var out wire.ReadBack
	err := c.Do(ctx, wire.DoReadBack, held.key, held.body, &out)
	if err != nil {
		l.problem(ctx, c, err)
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answered[held.body.Call], l.held = out, nil
	return true
}

// problem notes a refusal. One that contradicts what a client may rely on fails the test.
func (l *load) problem(ctx context.Context, c *client.Client, err error) {
	p, ok := errors.AsType[*wire.Problem](err)
	if !ok || ctx.Err() != nil {
		return
	}
	l.mu.Lock()
	l.problems[p.Code]++
	l.mu.Unlock()
	switch p.Code {
	case "not-yours": // its sign-in may not be fresh any more
		_ = c.SignIn(ctx) // the next round sees whether it helped
	case "closed", "mismatch", "stale", "key-reused", "wrong-sign-in", "internal":
		l.t.Errorf("a read-back was refused: %s %s", p.Code, p.Say)
	}
}

// counts returns how many messages and read-backs were acknowledged so far, and how many messages refused.
func (l *load) counts() (messages, readBacks, refused int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked), len(l.answered), l.refused
}
