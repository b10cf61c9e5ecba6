package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/sqlite"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// alarms is how many critical results a second come in while lateness is measured.
const alarms = 50

// climbs is how long a call takes up its ladder.
const climbs = 5 * time.Second

// latePart has calls climb their ladders, two seconds a step, while results keep coming and 5,000 screens follow; then it
// kills the node and starts it again.
func (b *bench) latePart() (err error) {
	dir, err := b.dirFor("late")
	if err != nil {
		return err
	}
	if err := copyDir(dir, b.house.dir); err != nil {
		return err
	}
	err = inLab(b.ctx, dir, func(l *lab.Lab) error {
		return record(b.ctx, l, b.house.sue.id, b.house.published(l.Now().Truncate(time.Microsecond), 2))
	})
	if err != nil {
		return err
	}
	n, err := b.serve(dir)
	if err != nil {
		return err
	}
	defer func() { n.end(&err) }()
	people := append(slices.Clone(b.house.docs), b.house.techs...)
	all, err := connect(b.ctx, slices.Concat(b.house.techs[:b.n(100, 5)], people[:b.n(4900, 50)]), nil, n.addr())
	if err != nil {
		return err
	}
	defer func() { all.close() }()
	first, from := 0, ledger.Seq(0)
	err = b.thrice(fmt.Sprintf("%d screens, %d critical results a second", len(all), alarms), func() error {
		sent, err := b.alarm(n, first, 3*b.opt.span)
		first += sent
		if err != nil {
			return err
		}
		time.Sleep(climbs)
		took, head, err := rungs(b.ctx, dir, from, time.Time{})
		from = head
		if err == nil && len(took) == 0 {
			err = errNoRung
		}
		if err != nil {
			return err
		}
		b.book.put("late/p999", quantile(took, 0.999).Seconds(), 0)
		b.book.put("late/most", quantile(took, 1).Seconds(), 0)
		return nil
	})
	if err != nil {
		return err
	}
	if err := all.broken(); err != nil {
		return err
	}
	if err := n.healthy(); err != nil {
		return err
	}
	return b.thrice("kill -9", func() error {
		sent, err := b.alarm(n, first, b.opt.span)
		first += sent
		if err != nil {
			return err
		}
		killed := time.Now()
		n.kill()
		next, err := b.serve(dir)
		if err != nil {
			return err
		}
		n = next
		time.Sleep(climbs) // what fell due meanwhile is recorded at once, and what follows in the next turns
		took, _, err := rungs(b.ctx, dir, 0, killed)
		if err == nil && len(took) == 0 {
			err = errNoRung
		}
		if err != nil {
			return err
		}
		b.book.put("late/kill", quantile(took, 1).Seconds(), 0)
		return nil
	})
}

var errNoRung = errors.New("no rung fell due: the figure says nothing")

// alarm sends critical results by a schedule over four connections.
func (b *bench) alarm(n *node, first int, during time.Duration) (int, error) {
	const senders = 4
	var to []*hl7.Client
	for range senders {
		c, err := hl7.Dial(b.ctx, n.MLLP, nil)
		if err != nil {
			return 0, err //nolint:wrapcheck // it says what failed
		}
		defer c.Close() //nolint:errcheck // answered, or failed already
		to = append(to, c)
	}
	sent, err := openLoop(b.ctx, alarms, during, senders, func(w, i int, _ time.Time) error {
		return mustSend(b, to[w], potassium(fmt.Sprintf("L%07d", first+i), "7.1"))
	})
	return len(sent), err
}

// rungs reads from the ledger how late each rung was: between when the rung before it said that it is due and when it
// stands there. Only those count that stand after a place and were recorded, or due, after a time.
func rungs(ctx context.Context, dir string, after ledger.Seq, since time.Time) ([]time.Duration, ledger.Seq, error) {
	s, err := sqlite.OpenReadOnly(ctx, dir, "")
	if err != nil {
		return nil, after, err //nolint:wrapcheck // it says what is wrong
	}
	defer s.Close() //nolint:errcheck // only read
	return rungsIn(ctx, s, after, since)
}

func rungsIn(ctx context.Context, s ledger.Store, after ledger.Seq, since time.Time) ([]time.Duration, ledger.Seq, error) {
	due := map[string]time.Time{}
	var out []time.Duration
	for at := ledger.Seq(0); ; {
		es, err := s.Read(ctx, at, ledger.MaxRead)
		if err != nil || len(es) == 0 {
			return out, at, err //nolint:wrapcheck // the store's own words
		}
		for i := range es {
			at = es[i].Seq
			switch {
			case es[i].Kind == "critical.closed":
				delete(due, es[i].About[0])
			case es[i].Kind != "critical.called" || !strings.HasPrefix(es[i].About[0], "call/"):
			default:
				ev, err := wire.Decode(&es[i])
				c, ok := ev.(*critical.Called)
				if err != nil || !ok {
					return nil, at, fmt.Errorf("entry %d: %w", at, err)
				}
				if c.Beside {
					continue
				}
				// One that fires before its time was not due: its people had changed, or it passed on.
				if was, ok := due[c.Call]; ok && at > after && !es[i].At.Before(was) && es[i].At.After(since) {
					out = append(out, es[i].At.Sub(was))
				}
				due[c.Call] = c.Due
			}
		}
	}
}
