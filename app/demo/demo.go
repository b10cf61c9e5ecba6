// Package demo is a small hospital from a seed: staff, a roster, limits and code maps; a laboratory system that feeds
// results and a patient administration that admits, moves and discharges; and colleagues who answer, mistype and sleep.
//
// It speaks MLLP and HTTP to a running Readback as strangers do, and knows nothing of what goes on inside. The same seed
// gives the same patients, results and order. Nothing here is about a real person, and its passwords are in this source:
// never let it furnish a laboratory that is in use.
package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

// DefaultPace is the mean time between messages when Config has none.
const DefaultPace = 6 * time.Second

// Config says which Readback is to be a hospital, and how.
type Config struct {
	HTTP  string         // "http://127.0.0.1:8080"
	MLLP  string         // "127.0.0.1:2575"
	Setup string         // the link that admits the first administrator, or its token; empty: people are there already
	Seed  int64          // same seed, same hospital
	Pace  time.Duration  // mean time between messages; 0: DefaultPace
	For   time.Duration  // how long Run feeds; 0: until its context ends
	Zone  *time.Location // in which shifts change at 8 and 20 o'clock; nil: UTC
	Log   func(string)   // told a line for each event, one after another; never about a patient; nil: nobody
}

// filled is c with its defaults, whose Log may be called from anywhere.
func (c Config) filled() Config {
	if c.Pace <= 0 {
		c.Pace = DefaultPace
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	log := c.Log
	if log == nil {
		log = func(string) {}
	}
	var one sync.Mutex
	c.Log = func(line string) {
		one.Lock()
		defer one.Unlock()
		log(line)
	}
	return c
}

// The streams of chance: each thing that chooses has its own, so that one never moves another.
const (
	streamPatients uint64 = iota + 1
	streamScript
	streamPace
	streamBench
	streamColleague // and further ones: one for each colleague
)

// chance returns a stream of a seed.
func chance(seed int64, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), stream)) //nolint:gosec // it must repeat itself
}

// Run feeds a furnished Readback until For or ctx is over, which is no error. The first message that may open a call
// follows the admissions after a third of the pace. What the network does is borne: Run tries again until it may stop.
// A colleague who was disabled or got another password is missed, and Run goes on. Error: the desk's sign-in is refused,
// which means that this Readback was not furnished by Furnish.
func Run(ctx context.Context, c Config) error {
	c = c.filled()
	var cancel context.CancelFunc
	if c.For > 0 {
		ctx, cancel = context.WithTimeout(ctx, c.For)
	} else {
		ctx, cancel = context.WithCancel(ctx)
	}
	defer cancel()
	var all sync.WaitGroup
	var once sync.Once
	var first error
	start := func(work func() error) {
		all.Go(func() {
			err := work()
			if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
				return
			}
			once.Do(func() { first = err })
			cancel()
		})
	}
	c.Log(fmt.Sprintf("in this demonstration each step of a ladder waits %d s, in a hospital rather %d; nobody plays %s: her calls are yours",
		stepWait, roster.DefaultWait, nameOf("person/lee")))
	start(func() error { return feed(ctx, c) })
	start(func() error { return narrate(ctx, c) })
	for i, login := range []string{desk, night} {
		start(func() error {
			if err := bench(ctx, c, login, streamBench+uint64(i)<<32); err != nil && ctx.Err() == nil {
				c.Log(nameOf("person/"+login) + " cannot work any more, and nobody stands in: " + err.Error())
			}
			return nil
		})
	}
	for i, w := range colleagues {
		start(func() error {
			if err := w.work(ctx, c, streamColleague+uint64(i)); err != nil && ctx.Err() == nil {
				c.Log(nameOf("person/"+w.login) + " cannot work any more, and nobody stands in: " + err.Error())
			}
			return nil
		})
	}
	all.Wait()
	if first != nil {
		return fmt.Errorf("demo: %w", first)
	}
	return nil
}

// reach is how long one request or message may take.
const reach = 30 * time.Second

// wait waits for d, or until ctx ends, which it tells.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
