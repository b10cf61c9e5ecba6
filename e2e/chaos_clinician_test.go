package e2e_test

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/e2e/chaos"
	"github.com/seed-909bec58/readback/wire"
)

// clinician reads calls back as a person does who has every node's address: rivals at the same calls, a wrong value now
// and then, and the same command twice. What was not answered is asked again under its key, until it is.
type clinician struct {
	id      int
	client  *client.Client
	history *chaos.History
	load    *load // whose calls they are, and who keeps the read-backs that won
	random  *rand.Rand
}

// at is a person's client of all nodes of a cluster, of which one is asked first.
func (c *cluster) clientOf(t testing.TB, login string, first int) *client.Client {
	t.Helper()
	var nodes []string
	for i := range c.nodes {
		nodes = append(nodes, "http://"+c.nodes[(first+i)%len(c.nodes)].http.Addr())
	}
	out, err := client.Dial(t.Context(), nodes[0], client.Credentials{Login: login, Password: passwordOf(login)},
		client.Others(nodes[1:]...), client.HTTP(&http.Client{Timeout: answerWithin, Transport: &http.Transport{}}))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// work reads back until quit is closed, and ends with the answer to the last command.
func (p *clinician) work(ctx context.Context, quit <-chan struct{}) {
	for ctx.Err() == nil {
		select {
		case <-quit:
			return
		default:
		}
		if !p.one(ctx) {
			holdsWithin(ctx, turns(5))
		}
	}
}

// one reads one call back. False: there was nothing to do.
func (p *clinician) one(ctx context.Context) bool {
	all, err := p.client.Calls(ctx, 0)
	if err != nil {
		return false
	}
	var mine []wire.Call
	for _, call := range all.Calls {
		if call.May.Why == "not-fresh" {
			_ = p.client.SignIn(ctx) // the next round sees whether it helped
			return false
		}
		if call.May.ReadBack && !unheard(call) {
			mine = append(mine, call)
		}
	}
	if len(mine) == 0 {
		return false
	}
	call := mine[p.random.IntN(min(2, len(mine)))] // the oldest ones, so that both meet there
	body := answer(call)
	right := p.random.IntN(10) > 0
	if !right {
		for id := range body.Values {
			body.Values[id] = "1.7"
		}
	}
	c := chaos.Command{Call: call.ID, Key: client.NewKey(), Right: right}
	for range 1 + p.random.IntN(4)/3 {
		p.ask(ctx, c, body)
	}
	return true
}

// unheard is every eighth call: nobody reads it back, so that its ladder is climbed to the end.
func unheard(call wire.Call) bool {
	h := fnv.New32()
	_, _ = h.Write([]byte(call.ID)) // never fails
	return h.Sum32()%8 == 0
}

// ask sends a command until it is answered.
func (p *clinician) ask(ctx context.Context, c chaos.Command, body wire.ReadBackBody) {
	asked := p.history.Now()
	for ctx.Err() == nil {
		var out wire.ReadBack
		err := p.client.Do(ctx, wire.DoReadBack, c.Key, body, &out)
		refused, _ := errors.AsType[*wire.Problem](err)
		switch {
		case err == nil:
			p.history.Add(p.id, asked, c, chaos.Answer{Seq: out.Seq})
			p.load.mu.Lock()
			p.load.answered[body.Call] = out
			p.load.mu.Unlock()
			return
		case refused != nil && slices.Contains([]string{"mismatch", "closed"}, refused.Code):
			p.history.Add(p.id, asked, c, chaos.Answer{Code: refused.Code})
			return
		case refused != nil && refused.Code == "not-yours":
			_ = p.client.SignIn(ctx) // the next round sees whether it helped
		}
		p.load.problem(ctx, p.client, err)
		holdsWithin(ctx, turns(5))
	}
	p.load.t.Errorf("a read-back of %s was never answered", c.Call)
}
