package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// colleague is a clinician whom the demonstration plays.
type colleague struct {
	login    string
	sleeps   int // percent of calls that find the colleague asleep
	mistypes int // percent of the others that are read back wrongly first
	passes   int // percent of the others that are passed on
	phones   int // percent of those that are not: the colleague asks to be telephoned
	takes    int // percent of the rest that are taken before they are read back
}

// answer is how a colleague answers a call, drawn when it rings.
type answer struct{ sleeps, mistypes, passes, phones, takes bool }

// draw takes the same number of chances whatever comes out.
func (w colleague) draw(r *rand.Rand) answer {
	is := func(percent int) bool { return r.IntN(100) < percent }
	return answer{is(w.sleeps), is(w.mistypes), is(w.passes), is(w.phones), is(w.takes)}
}

// colleagues leaves Dr Lee to whoever tries the demonstration. Dr Okafor, behind her, always sleeps until long after the
// desk was told, so that a call which nobody answers can be watched climbing and still ends.
var colleagues = []colleague{
	{"novak", 15, 25, 15, 10, 40},
	{"silva", 10, 15, 10, 15, 30},
	{"haddad", 20, 20, 15, 15, 40},
	{"jensen", 10, 10, 10, 10, 30},
	{"okafor", 100, 0, 0, 0, 0},
}

// asleep is how long one who sleeps needs to wake, in paces: longer than a ladder.
const asleep = 100

// work signs in, and answers whatever rings the colleague, until ctx ends.
func (w colleague) work(ctx context.Context, c Config, stream uint64) error {
	cl, err := c.insist(ctx, w.login)
	if err != nil {
		return err
	}
	d := &duty{colleague: w, config: c, client: cl, r: chance(c.Seed, stream), met: map[string]bool{}}
	defer d.all.Wait()
	for e, err := range cl.Follow(ctx, client.Now) {
		if err != nil {
			return fmt.Errorf("%s: %w", w.login, err)
		}
		if e.Start != nil {
			for _, call := range e.Start.Calls {
				if call.May.Called {
					d.ring(ctx, call.ID, call.Ref, call.Version)
				}
			}
			continue
		}
		ev, err := e.Event()
		if err != nil {
			continue // a kind of a later version rings nobody here
		}
		if ev, ok := ev.(*critical.Called); ok && ev.Call != "" {
			for _, to := range ev.To {
				if to == "person/"+w.login {
					d.ring(ctx, ev.Call, ev.Ref, ev.Version)
				}
			}
		}
	}
	return nil
}

// insist signs in, again and again while nobody answers. Error: the refusal of a login that is not ours.
func (c Config) insist(ctx context.Context, login string) (*client.Client, error) {
	for {
		cl, err := c.as(ctx, login)
		var p *wire.Problem
		if err == nil || errors.As(err, &p) && p.Code == "wrong-sign-in" || !wait(ctx, c.Pace) {
			return cl, err
		}
	}
}

// duty is a colleague at work.
type duty struct {
	colleague
	config Config
	client *client.Client
	r      *rand.Rand
	met    map[string]bool // calls, with their versions
	all    sync.WaitGroup
}

// ring lets the colleague answer a version of a call, once. What becomes of it is drawn here, in the order of calls.
func (d *duty) ring(ctx context.Context, call, ref string, version int) {
	name := fmt.Sprint(call, " ", version)
	if d.met[name] {
		return
	}
	d.met[name] = true
	delay := time.Duration((1 + 3*d.r.Float64()) * float64(d.config.Pace))
	how := d.draw(d.r)
	if how.sleeps {
		delay += asleep * d.config.Pace
	}
	d.all.Go(func() {
		if how.sleeps && wait(ctx, min(d.config.Pace/2, time.Second)) { // after the line that it rang
			d.config.Log(fmt.Sprintf("%s is asleep and does not hear call %s", nameOf("person/"+d.login), ref))
		}
		if wait(ctx, delay) {
			d.answer(ctx, call, how)
		}
	})
}

// answer answers a call: reads it back, wrongly first if it is to be so, or passes it on, or asks to be telephoned.
func (d *duty) answer(ctx context.Context, call string, how answer) {
	wrong := how.mistypes && !how.sleeps
	for ctx.Err() == nil {
		over, err := d.before(ctx, call, how)
		if over {
			return
		}
		if err == nil {
			err = d.readBack(ctx, call, wrong)
		}
		how.passes, how.phones, how.takes = false, false, false // once is enough
		var p *wire.Problem
		switch {
		case err == nil:
			return
		case !errors.As(err, &p):
			// The network's: it may be better soon.
		case p.Code == "mismatch":
			wrong = false
		case p.Code == "stale", p.Code == "crowded", p.Code == "standby", p.Code == "in-doubt", p.Code == "moved-on":
			// It is worth another try.
		default:
			return // somebody else has it, or it is not this colleague's any more
		}
		wait(ctx, d.config.Pace)
	}
}

// before does what comes before a read-back, and tells whether that is all.
func (d *duty) before(ctx context.Context, id string, how answer) (over bool, err error) {
	if how.sleeps || !how.passes && !how.phones && !how.takes {
		return false, nil
	}
	near, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	call, err := d.client.Call(near, id)
	if err != nil || call.Standing != string(critical.IsOpen) {
		return err == nil, err
	}
	switch {
	case how.passes && call.May.PassOn:
		_, err = d.client.PassOn(near, wire.PassOnBody{Call: call.ID, Version: call.Version, Reason: "busy"})
		return err == nil, err
	case how.phones && call.May.CallMe:
		_, err = d.client.Take(near, wire.TakeBody{Call: call.ID, Version: call.Version, How: "call-me", At: "ext. 4711"})
		return err == nil, err
	case how.takes && call.May.Take:
		if _, err = d.client.Take(near, wire.TakeBody{Call: call.ID, Version: call.Version, How: "mine"}); err == nil {
			wait(ctx, 2*d.config.Pace)
		}
	}
	return false, err
}

// readBack looks at a call and reads it back as it stands.
func (d *duty) readBack(ctx context.Context, id string, wrong bool) error {
	ctx, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	if fresh := d.client.Me().Me.Fresh; !fresh.IsZero() && time.Now().After(fresh.Add(-time.Minute)) {
		if err := d.client.SignIn(ctx); err != nil {
			return err
		}
	}
	call, err := d.client.Call(ctx, id)
	if err != nil || call.Standing != string(critical.IsOpen) || !call.Patient.Identified {
		return err
	}
	if _, err := d.client.Seen(ctx, call.ID, call.Version); err != nil {
		return err
	}
	_, err = d.client.ReadBack(ctx, typed(call, wrong))
	return err
}

// typed is what somebody types who reads a call back, or who slips in the last digit of its first value.
func typed(call wire.Call, wrong bool) wire.ReadBackBody {
	b := wire.ReadBackBody{Call: call.ID, Version: call.Version, Values: map[string]string{}, Entered: "keyed", Locale: "en-GB"}
	if len(call.Patient.Identifiers) > 0 {
		b.Tail = critical.Tail(call.Patient.Identifiers[0])
	}
	for _, r := range call.Results {
		switch b.Values[r.ID] = r.Value; {
		case r.Outcome == string(critical.Withdrawn):
			b.Values[r.ID] = "withdrawn"
		case wrong && len(r.Words) > 0:
			b.Values[r.ID], wrong = strings.Join(r.Words[1:], " ")+" not", false
		case len(r.Words) > 0:
			b.Values[r.ID] = strings.Join(r.Words, " ")
		case len(r.Choose) > 0: // the very text, as sent
		case wrong:
			b.Values[r.ID], wrong = slip(r.Value), false
		}
	}
	return b
}

// slip is a value with another last digit.
func slip(value string) string {
	i := strings.LastIndexAny(value, "0123456789")
	if i < 0 {
		return value + "1"
	}
	return value[:i] + string('0'+(value[i]-'0'+1)%10) + value[i+1:]
}
