// Package redis rings the bell between the nodes of a site through Redis. It knows channels and connections; it holds
// no truth: with Redis lost, nodes find new entries by asking the ledger now and then, a second later.
//
// A message says only whose ledger grew and how far, {"site":"h1","head":42}, never what was written.
package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	redis "github.com/redis/go-redis/v9"
	"github.com/seed-909bec58/readback/ledger"
)

// Channel returns the name of the channel of a site. (go-redis 9.20.1 to 9.22 hang on names of at most six characters.)
func Channel(site string) string { return "readback/bell/" + site }

// ping is how often a silent subscription is tried.
const ping = 3 * time.Second

type message struct {
	Site string     `json:"site"`
	Head ledger.Seq `json:"head"`
}

// Bell is the bell of a site. It implements ledger.Bell and is safe for concurrent use.
type Bell struct {
	site   string
	client redis.UniversalClient
	log    *slog.Logger
	rings  chan struct{} // size 1: rings that nobody has looked at are one
	news   chan struct{} // size 1: there is a head to publish
	head   atomic.Int64  // the highest that was rung
	up     atomic.Bool
	state  state
	stop   context.CancelFunc
	done   sync.WaitGroup

	mu    sync.Mutex
	heard chan struct{} // closes when the next ring of the site is heard
}

var _ ledger.Bell = (*Bell)(nil)

// Open returns the bell of a site at the Redis that address names (redis://, redis+sentinel://, redis+cluster://). Redis may be down, or refuse us: the bell
// is silent until it comes, and Fault says why. An error says that the address cannot be read.
func Open(ctx context.Context, address, site string, log *slog.Logger) (*Bell, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, err := dial(address)
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	b := &Bell{
		site: site, client: client, log: log, stop: stop,
		rings: make(chan struct{}, 1), news: make(chan struct{}, 1), heard: make(chan struct{}),
	}
	b.state.log = log
	b.done.Go(func() { b.publish(run) })
	b.done.Go(func() { b.listen(run) })
	return b, nil
}

// Up reports whether the bell is subscribed.
func (b *Bell) Up() bool { return b.up.Load() }

// Ring implements ledger.Bell. Rings that come faster than Redis takes them are one, of the highest head.
func (b *Bell) Ring(head ledger.Seq) {
	for {
		old := b.head.Load()
		if int64(head) <= old {
			return
		}
		if b.head.CompareAndSwap(old, int64(head)) {
			break
		}
	}
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// Rings implements ledger.Bell.
func (b *Bell) Rings() <-chan struct{} { return b.rings }

// Close implements ledger.Bell.
func (b *Bell) Close() error {
	b.stop()
	b.done.Wait()
	if err := b.client.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

func (b *Bell) publish(ctx context.Context) {
	told := ledger.Seq(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.news:
		}
		head := ledger.Seq(b.head.Load())
		if head <= told {
			continue // it was read with the news before
		}
		text, err := json.Marshal(message{Site: b.site, Head: head})
		if err != nil {
			panic(err) // a string and a number can be encoded
		}
		ask, cancel := context.WithTimeout(ctx, patience)
		// What is lost is found by asking the ledger.
		err = b.client.Publish(ask, Channel(b.site), text).Err()
		if err == nil {
			told = head
		}
		if ctx.Err() == nil {
			b.state.tell("ring", err)
		}
		cancel()
	}
}

// listen keeps a subscription, and makes a new one when it is lost, after 50 ms and then up to 2 s.
func (b *Bell) listen(ctx context.Context) {
	const least, most = 50 * time.Millisecond, 2 * time.Second
	wait := least
	for ctx.Err() == nil {
		heard, err := b.hear(ctx)
		b.up.Store(false)
		if ctx.Err() == nil {
			b.state.tell("listen", err)
		}
		b.ring()
		if heard {
			wait = least
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
		case <-t.C:
		}
		wait = min(2*wait, most)
	}
}

// hear rings until its subscription is lost. heard tells whether there was one.
func (b *Bell) hear(ctx context.Context) (heard bool, err error) {
	sub := b.client.Subscribe(ctx, Channel(b.site))
	defer func() { err = errors.Join(err, sub.Close()) }()
	// A blocked read does not look at ctx.
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })()
	silent := false
	for {
		got, err := sub.ReceiveTimeout(ctx, ping)
		var late interface{ Timeout() bool }
		switch {
		case ctx.Err() != nil:
			return heard, ctx.Err()
		case err == nil:
			silent = false
		case !silent && errors.As(err, &late) && late.Timeout():
			silent = true
			if err := sub.Ping(ctx); err != nil {
				return heard, err
			}
			continue
		default:
			return heard, err
		}
		switch got := got.(type) {
		case *redis.Subscription:
			heard = true
			b.state.tell("listen", b.writable(ctx))
			b.up.Store(true)
			b.ring() // what was rung before was not heard
		case *redis.Message:
			var m message
			if err := json.Unmarshal([]byte(got.Payload), &m); err == nil && m.Site == b.site {
				b.note()
				b.ring()
			}
		}
	}
}

func (b *Bell) ring() {
	select {
	case b.rings <- struct{}{}:
	default:
	}
}
