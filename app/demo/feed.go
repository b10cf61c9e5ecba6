package demo

import (
	"context"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// mostFirst is how long the first critical result waits at most after the admissions.
const mostFirst = 3 * time.Second

// feed sends the script over MLLP. The pace has a stream of its own: what is sent does not depend on it.
func feed(ctx context.Context, c Config) error {
	line := &line{addr: c.MLLP, pace: c.Pace, log: c.Log}
	defer line.close()
	r := chance(c.Seed, streamPace)
	start := time.Now().In(c.Zone)
	var raw []byte
	for m := range script(c.Seed) {
		pause := time.Duration((0.4 + 1.2*r.Float64()) * float64(c.Pace))
		switch {
		case m.n <= beds:
			pause = 0
		case m.n == beds+1:
			pause = min(c.Pace/3, mostFirst)
		}
		if !wait(ctx, pause) {
			return nil
		}
		if !m.again {
			raw = m.render(start, time.Now().In(c.Zone))
		}
		c.Log(m.line())
		if !line.send(ctx, raw) {
			return nil
		}
	}
	return nil
}

// line is a connection to the MLLP port that is made again when it breaks.
type line struct {
	addr string
	pace time.Duration
	log  func(string)
	c    *hl7.Client
	down bool // said so
}

// send sends a message until it is acknowledged, or ctx ends, which it tells. One that will never be taken is let go.
func (l *line) send(ctx context.Context, raw []byte) bool {
	for ctx.Err() == nil {
		o, err := l.try(ctx, raw)
		switch {
		case err == nil && o != hl7.NotNow:
			if o == hl7.Never {
				l.log("the message was refused for good")
			}
			l.down = false
			return true
		case err == nil:
			l.log("the message could not be kept; it is sent again")
		default:
			l.close()
			if !l.down && ctx.Err() == nil {
				l.log("no answer at the MLLP port; trying again")
			}
			l.down = true
		}
		wait(ctx, max(l.pace/2, 100*time.Millisecond))
	}
	return false
}

func (l *line) try(ctx context.Context, raw []byte) (hl7.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	if l.c == nil {
		c, err := hl7.Dial(ctx, l.addr, nil)
		if err != nil {
			return 0, err
		}
		l.c = c
	}
	ack, err := l.c.Send(ctx, raw)
	if err != nil {
		return 0, err
	}
	a, err := hl7.ParseAnswer(ack)
	return a.Outcome(), err
}

func (l *line) close() {
	if l.c != nil {
		_ = l.c.Close() // nothing is lost: what was not acknowledged is sent again
		l.c = nil
	}
}
