package lab

import (
	"sync"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// stepLimit is how far the store's clock may be from the carried time before that counts as a step.
const stepLimit = 2 * time.Second

// clock is ledger time: each answer of the store sets it, and the process's monotonic clock carries it on.
type clock struct {
	mu   sync.Mutex
	base time.Time // ledger time at mono
	mono time.Time // process time with a monotonic reading
	step *step     // a step that waits to be recorded
}

// step is one step of the store's clock, as the last answer told it.
type step struct {
	by    time.Duration
	start bool      // it was found when the process started
	clock time.Time // the answer
	mono  time.Time // process time at the answer
}

// now returns what the store's answer would be now.
func (s *step) now() time.Time { return s.clock.Add(time.Since(s.mono)) }

// at returns ledger time, never before floor, the last entry's time.
func (c *clock) at(floor time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.base.IsZero() {
		return floor
	}
	if now := ledger.Micro(c.base.Add(time.Since(c.mono))); now.After(floor) {
		return now
	}
	return floor
}

// heard takes the clock of an answer. A difference of more than stepLimit is a step: it waits to be recorded, and until
// then the carried time goes on. It returns the difference.
func (c *clock) heard(answer time.Time) time.Duration {
	if answer.IsZero() {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.base.IsZero() {
		c.base, c.mono = answer, time.Now()
		return 0
	}
	off := answer.Sub(c.base.Add(time.Since(c.mono)))
	if off > stepLimit || off < -stepLimit {
		c.step = &step{by: off, start: c.step != nil && c.step.start, clock: answer, mono: time.Now()}
		return off
	}
	c.step = nil // it came back by itself, or was recorded
	c.base, c.mono = answer, time.Now()
	return off
}

// stepAtStart notes that the clock stood before the ledger's last entry when the process started.
func (c *clock) stepAtStart(last, answer time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.mono = last, time.Now()
	c.step = &step{by: answer.Sub(last), start: true, clock: answer, mono: c.mono}
}

// stepped returns the step that waits to be recorded, if any.
func (c *clock) stepped() *step {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.step
}

// believe sets ledger time to t, an answer after a step was recorded, by this node or another. A step that waited is
// part of it: recorded twice it would move ledger time twice.
func (c *clock) believe(t time.Time) {
	if t.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.mono, c.step = t, time.Now(), nil
}
