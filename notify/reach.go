package notify

import (
	"context"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/lab"
)

// ReceiptWithin is how long after a rung a screen may take to confirm it, and how long a person whose last connection
// ended may take to come back, as a page that is loaded again does.
const ReceiptWithin = 5 * time.Second

// doubt is a person of whom it must be looked whether a rung reached them.
type doubt struct {
	at      time.Time
	person  string
	call    string // empty: every open call that calls the person
	attempt int
}

// doubts are in the order of their time, since each waits for ReceiptWithin.
type doubts struct {
	mu   sync.Mutex
	all  []doubt
	more chan struct{} // size 1: there are some
}

func (d *doubts) add(one doubt) {
	one.at = time.Now().Add(ReceiptWithin)
	d.mu.Lock()
	d.all = append(d.all, one)
	d.mu.Unlock()
	select {
	case d.more <- struct{}{}:
	default:
	}
}

// due takes those whose time has come, and says how long the next one waits; 0: there is none.
func (d *doubts) due(now time.Time) (out []doubt, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for n < len(d.all) && !d.all[n].at.After(now) {
		n++
	}
	out, d.all = d.all[:n:n], d.all[n:]
	if len(d.all) > 0 {
		wait = d.all[0].at.Sub(now)
	}
	return out, wait
}

// Gone hears that a person's last connection to this node has ended. It does not block.
func (f *Follower) Gone(person string) { f.doubts.add(doubt{person: person}) }

// watch looks at the doubts until ctx ends.
func (f *Follower) watch(ctx context.Context) {
	for {
		due, wait := f.doubts.due(time.Now())
		for _, d := range due {
			f.settle(ctx, d)
		}
		var next <-chan time.Time
		if wait > 0 {
			next = time.After(wait)
		}
		select {
		case <-next:
		case <-f.doubts.more:
		case <-ctx.Done():
			return
		}
	}
}

// settle records that a person was missed, if they were. A receipt is an entry, so that one that another node took
// counts here; that somebody is connected elsewhere this node does not know, and rather says too much.
func (f *Follower) settle(ctx context.Context, d doubt) {
	why := "no-receipt"
	if d.call == "" {
		if why = "gone"; f.cfg.Connected(d.person) > 0 {
			return
		}
	}
	decide := func(s *lab.State, _ time.Time) ([]lab.Event, error) {
		calls := []string{d.call}
		if d.call == "" {
			calls = calls[:0]
			for id, c := range s.Critical.Calls.All() {
				if c.WasCalled(d.person) {
					calls = append(calls, id)
				}
			}
		}
		var out []lab.Event
		for _, id := range calls {
			for _, ev := range s.Critical.Miss(id, d.attempt, d.person, why) {
				out = append(out, ev)
			}
		}
		return out, nil
	}
	if evs, _ := decide(f.cfg.Lab.State(), time.Time{}); len(evs) == 0 {
		return // mostly so: the writer need not be asked
	}
	done, err := f.cfg.Lab.Record(ctx, lab.Actor{By: "machine/notify"}, lab.Key{}, decide)
	if err != nil {
		if ctx.Err() == nil {
			f.cfg.Log.Error("a person whom nothing reached was not recorded", "error", err)
		}
		return
	}
	f.missed.Add(int64(len(done.Events)))
}
