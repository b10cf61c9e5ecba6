package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// The patience of the bench, in paces: so long it leaves a call to whoever tries the demonstration, and so long one who
// asked to be telephoned waits.
const (
	unhurried = 12
	hurried   = 2
)

// bench plays a technician: confirms results that are held, and telephones when a call comes to the desk while it is the
// technician's.
func bench(ctx context.Context, c Config, login string, stream uint64) error {
	cl, err := c.insist(ctx, login)
	if err != nil {
		return err
	}
	d := &duty{colleague: colleague{login: login}, config: c, client: cl, r: chance(c.Seed, stream), met: map[string]bool{}}
	defer d.all.Wait()
	for e, err := range cl.Follow(ctx, client.Now) {
		if err != nil {
			return fmt.Errorf("%s: %w", login, err)
		}
		if e.Start != nil {
			continue // what came to the desk before is left to whoever looks
		}
		ev, err := e.Event()
		if err != nil {
			continue // a kind of a later version
		}
		switch ev := ev.(type) {
		case *critical.Held:
			if c.atDesk(time.Now()) == login {
				d.confirm(ctx, ev.Call)
			}
		case *critical.Called:
			for _, to := range ev.To {
				if ev.Call != "" && ev.Desk && to == "person/"+login {
					d.telephone(ctx, ev.Call, ev.For)
				}
			}
		}
	}
	return nil
}

// atDesk is the login of who has the desk at a time, as in watches.
func (c Config) atDesk(at time.Time) string {
	if h := at.In(c.Zone).Hour(); h >= 8 && h < 20 {
		return desk
	}
	return night
}

// confirm says after a look that a held result is right.
func (d *duty) confirm(ctx context.Context, call string) {
	delay := time.Duration((2 + 2*d.r.Float64()) * float64(d.config.Pace))
	d.all.Go(func() {
		if wait(ctx, delay) {
			_, _ = d.client.ConfirmHeld(ctx, call) // whoever looks may have been faster; at the deadline it is called all the same
		}
	})
}

// telephone telephones about a call after a while, to whom asked for it or to a nurse of the unit. Nobody may answer at
// first. It does so once for each call, however often the desk is told.
func (d *duty) telephone(ctx context.Context, call, to string) {
	if d.met[call] {
		return
	}
	d.met[call] = true
	paces, fails := unhurried, d.r.IntN(100) < 30
	if to != "" {
		paces = hurried
	}
	d.all.Go(func() {
		for wait(ctx, time.Duration(paces)*d.config.Pace) {
			err := d.speak(ctx, call, to, fails)
			var p *wire.Problem
			if err == nil && !fails || errors.As(err, &p) && p.Code != "stale" && p.Code != "taken" {
				return
			}
			fails, paces = false, 2
		}
	})
}

// speak is one telephone call: nobody answers, or the receiver repeats what is on the screen.
func (d *duty) speak(ctx context.Context, id, to string, fails bool) error {
	near, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	call, err := d.client.Call(near, id)
	if err != nil || call.Standing != string(critical.IsOpen) {
		return err
	}
	n, err := d.client.TelephoneBegin(near, wire.TelephoneBody{Call: call.ID, Version: call.Version, To: to, At: "ext. 4711"})
	if err != nil {
		return err
	}
	wait(ctx, d.config.Pace)
	if fails {
		_, err = d.client.TelephoneFailed(near, wire.TelephoneFailedBody{Call: call.ID, Attempt: n, Difficulty: "no-answer"})
		return err
	}
	receiver := wire.Receiver{Name: "Helen Foster", Role: "nurse", Known: critical.KnownSpoken}
	if to != "" {
		receiver = wire.Receiver{Person: to, Role: "physician", Known: critical.KnownRoster}
	}
	said := typed(call, false)
	_, err = d.client.Telephone(near, wire.HeardBody{
		Call: call.ID, Version: call.Version, Attempt: n, Receiver: receiver, Values: said.Values, Tail: said.Tail, Entered: said.Entered, Locale: said.Locale,
	})
	return err
}
