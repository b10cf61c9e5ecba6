package redis

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	redis "github.com/redis/go-redis/v9"
)

// Times of presence: a node says each tellEvery who is connected to it, and what it said is forgotten after keptFor.
const (
	tellEvery = 2 * time.Second
	keptFor   = 10 * time.Second
)

// Node is what one node says of itself.
type Node struct {
	Node    string         `json:"node"`
	People  map[string]int `json:"people"` // connections by person or machine
	Screens int            `json:"screens"`
}

// Presence tells the nodes of a site who is connected to which of them. It is a convenience for people who look, never
// truth: nothing is decided by it, and without Redis it is only not there. It holds ids of staff and counts, and nothing
// of a patient. Presence is safe for concurrent use.
type Presence struct {
	key, node string // key is the set of the site's nodes; {…} keeps all that is the site's in one slot of a cluster
	client    redis.UniversalClient
	here      func() map[string]int
	state     state
	stop      context.CancelFunc
	done      sync.WaitGroup

	mu  sync.Mutex
	all []Node
	at  time.Time // when all was asked for; zero: never
}

// Told says of whom a Presence is and what it tells.
type Told struct {
	Site   string
	Ledger string // what tells two sites of one name apart: the public key of the site's checkpoints
	Node   string // two nodes of one name hide each other
	Here   func() map[string]int
	Log    *slog.Logger
}

// Tell tells at the Redis that address names who is here, and hears who is elsewhere, until Close.
func Tell(ctx context.Context, address string, t Told) (*Presence, error) {
	client, err := dial(address)
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Presence{
		key: presenceKey(t.Site, t.Ledger), node: t.Node, client: client, here: t.Here, stop: stop, state: state{log: t.Log},
	}
	p.done.Go(func() { p.run(run) })
	return p, nil
}

func presenceKey(site, ledger string) string {
	return "readback/nodes/{" + site + " " + short(ledger) + "}"
}

// short is enough of a public key to tell it from another, and not so much that a key's name grows long.
func short(key string) string { return key[max(0, len(key)-16):] }

// Nodes returns what each node last said, by name, and whether that is of the last seconds; false: it is not known.
func (p *Presence) Nodes() ([]Node, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() || time.Since(p.at) > keptFor {
		return nil, false
	}
	return p.all, true
}

// Connected returns on how many connections to any node a person is, and whether that is known.
func (p *Presence) Connected(person string) (int, bool) {
	all, ok := p.Nodes()
	n := 0
	for _, node := range all {
		n += node.People[person]
	}
	return n, ok
}

// Fault says what is wrong, or nil.
func (p *Presence) Fault() *Fault { return p.state.fault() }

// Close stops telling, and takes back what was told if Redis answers.
func (p *Presence) Close() error {
	p.stop()
	p.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = p.client.Pipelined(ctx, func(tx redis.Pipeliner) error { // else it is forgotten by itself
		tx.Del(ctx, p.key+p.node)
		tx.SRem(ctx, p.key, p.node)
		return nil
	})
	return p.client.Close() //nolint:wrapcheck // its own words
}

func (p *Presence) run(ctx context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		one, cancel := context.WithTimeout(ctx, patience)
		err := p.tell(one)
		if err == nil {
			err = p.hear(one)
		}
		cancel()
		if ctx.Err() != nil {
			return
		}
		p.state.tell("presence", err)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *Presence) tell(ctx context.Context) error {
	n := Node{Node: p.node, People: p.here()}
	for _, c := range n.People {
		n.Screens += c
	}
	text, err := json.Marshal(n)
	if err != nil {
		panic(err) // strings and numbers can be encoded
	}
	_, err = p.client.Pipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Set(ctx, p.key+p.node, text, keptFor)
		tx.SAdd(ctx, p.key, p.node)
		tx.Expire(ctx, p.key, 10*keptFor)
		return nil
	})
	return err //nolint:wrapcheck // put in words by faultOf
}

func (p *Presence) hear(ctx context.Context) error {
	asked := time.Now()
	names, err := p.client.SMembers(ctx, p.key).Result()
	if err != nil {
		return err //nolint:wrapcheck // put in words by faultOf
	}
	slices.Sort(names)
	var all []Node
	if len(names) > 0 {
		keys := make([]string, len(names))
		for i, name := range names {
			keys[i] = p.key + name
		}
		said, err := p.client.MGet(ctx, keys...).Result()
		if err != nil {
			return err //nolint:wrapcheck // put in words by faultOf
		}
		for i, text := range said {
			if n, ok := nodeOf(text, names[i]); ok {
				all = append(all, n)
				continue
			}
			if names[i] != p.node {
				p.client.SRem(ctx, p.key, names[i]) // it is gone; if not, it says so again
			}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all, p.at = all, asked
	return nil
}

// mostHeard bounds what a node believes of others: Redis is no place of ours.
const mostHeard = 100_000

func nodeOf(text any, name string) (n Node, ok bool) {
	s, ok := text.(string)
	if !ok || json.Unmarshal([]byte(s), &n) != nil || n.Node != name || len(n.People) > mostHeard {
		return Node{}, false
	}
	maps.DeleteFunc(n.People, func(_ string, c int) bool { return c < 0 })
	return n, true
}
