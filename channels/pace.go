package channels

import (
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// One connection may ask for mostAsked at once, and again as much in mostAsked times askedEvery.
const (
	mostAsked  = 100
	askedEvery = 50 * time.Millisecond
)

// paced refuses a command of a connection that asked for too much. What costs nothing is never refused. It is the
// reader's.
func (c *conn) paced(do string) error {
	cost := 1
	if c.hub.cfg.Cost != nil {
		cost = c.hub.cfg.Cost(do)
	}
	if cost == 0 {
		return nil
	}
	now := time.Now()
	full := c.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(time.Duration(cost) * askedEvery)
	if wait := full.Sub(now) - mostAsked*askedEvery; wait > 0 {
		c.hub.stats.Paced.Add(1)
		seconds := int((wait + time.Second - 1) / time.Second)
		return &wire.Refusal{
			Err: wire.ErrSlowDown, Facts: map[string]any{"seconds": seconds}, Say: "This connection asked for too much at once.",
			Do: fmt.Sprintf("Wait %d s, then try again. What answers a critical call is never held up.", seconds),
		}
	}
	c.full = full
	if do == wire.DoFollow && c.hub.cfg.Pace != nil {
		return c.hub.cfg.Pace(c.asks.Subject, cost)
	}
	return nil
}
