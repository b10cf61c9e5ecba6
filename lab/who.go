package lab

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// Would is a call that might open: who would get it, is asked.
type Would struct {
	Unit, Service, Tier string
	Patient             string    // "patient/…": where and under whom the patient is now counts
	Ordering, Attending string    // senders' staff codes
	At                  time.Time // when it would open
}

// Who tells whom a call would ask, one after another, until the desk is asked for good, and why: by the very rules by
// which a real one climbs, and the rosters as they are published now. Who is on duty is asked for the time of each step.
func (s *State) Who(w Would, now time.Time) wire.Who {
	place := s.Place(w.Patient, w.Unit)
	if w.Ordering != "" {
		place.Ordering = w.Ordering
	}
	if w.Attending != "" {
		place.Attending = w.Attending
	}
	if w.Service != "" {
		place.Service = w.Service
	}
	if w.Tier == "" {
		w.Tier = critical.Tiers[0]
	}
	found := s.Roster.Find(place, w.Tier, w.At)
	l := found.Ladder
	out := wire.Who{
		Now: now, At: w.At, Unit: place.Unit, Service: s.Roster.ServiceOf(place), Tier: w.Tier, Listed: s.Roster.Listed(place.Unit, w.At),
		Ladder: wire.WhoLadder{
			Unit: l.Unit, Service: l.Service, Tier: l.Tier, CatchAll: l.CatchAll(), Why: found.Why,
			Desk: l.Desk, Director: l.Director, Breach: l.Breach,
		},
		Steps: []wire.WhoStep{},
	}
	for _, ev := range climbed(Steps(l), w, func(t time.Time) critical.Resolve {
		return func(a critical.Ask) ([]string, string) {
			return s.Roster.Resolve(asked(a.Step), place, t)
		}
	}) {
		out.Steps = append(out.Steps, s.whoStep(ev, w.At))
	}
	return out
}

// fired is what one step of a climb would record, and when.
type fired struct {
	critical.Event
	at time.Time
}

// climbed lets a call open on an empty board, and nobody answer it, until the last step of its ladder fires.
func climbed(steps []critical.Step, w Would, resolve func(time.Time) critical.Resolve) []fired {
	const call = "call/would/1"
	var board critical.Board
	var out []fired
	seq := int64(0)
	apply := func(ev critical.Event, at time.Time) {
		seq++
		board = board.Apply(ev, critical.Mark{Seq: seq, At: at, By: Clock.By})
	}
	apply(&critical.Opened{Call: call, Ref: "AAAAAA", Unit: w.Unit, Tier: w.Tier, Version: 1, Steps: steps}, w.At)
	at := w.At
	for range 2 * (len(steps) + 1) { // more than there can be
		for _, ev := range board.Fire(call, at, resolve(at)) {
			apply(ev, at)
			out = append(out, fired{ev, at})
		}
		c, ok := board.Calls.Get(call)
		if !ok || c.Next >= len(c.Steps) || !c.NextAt.After(at) {
			break
		}
		if last := len(c.Steps) - 1; len(c.Called) > 0 && c.Called[len(c.Called)-1].Step >= last {
			break
		}
		at = c.NextAt
	}
	return out
}

func (s *State) whoStep(f fired, opened time.Time) wire.WhoStep {
	step := wire.WhoStep{At: f.at, After: int(f.at.Sub(opened) / time.Second), To: []wire.WhoPerson{}}
	switch ev := f.Event.(type) {
	case *critical.Called:
		step.Ask, step.Why, step.Desk, step.Wait = ev.Ask, ev.Why, ev.Desk, int(ev.Due.Sub(f.at)/time.Second)
		for _, id := range ev.To {
			step.To = append(step.To, s.whoPerson(id, f.at))
		}
	case *critical.Escalated:
		step.Ask, step.Why, step.Skipped = ev.Ask, ev.Why, true
	}
	step.Name = s.askName(step.Ask)
	return step
}

func (s *State) whoPerson(id string, at time.Time) wire.WhoPerson {
	p := wire.WhoPerson{Name: s.Name(id)}
	if who := s.Roster.Get(id); who != nil {
		p.Role, p.Receives = string(who.Role), s.Roster.MayReceive(who)
	}
	for _, post := range s.Roster.PostsOf(id, at) {
		p.Posts = append(p.Posts, s.Roster.PostName(post))
	}
	return p
}

// asked is a call's step as the roster is asked: the rank stands after a plus.
func asked(step critical.Step) roster.Step {
	return roster.ParseAsk(step.Ask)
}

// askName is how a step's question is read.
func (s *State) askName(ask string) string {
	step := roster.ParseAsk(ask)
	name, ok := askNames[step.Ask]
	if !ok {
		name = s.Roster.PostName(step.Ask)
	}
	if step.Rank > 0 && slices.Contains([]string{roster.AskUnit, roster.AskService, roster.AskHouse}, step.Ask) || strings.HasPrefix(step.Ask, "post/") {
		name += ", " + roster.RankName(step.Rank)
	}
	return name
}

var askNames = map[string]string{
	roster.AskClinician: "Ordering or attending clinician", roster.AskOrdering: "Ordering clinician", roster.AskAttending: "Attending clinician",
	roster.AskUnit: "Who covers the unit", roster.AskService: "The service's call", roster.AskChief: "Chief", roster.AskHouse: "House supervisor",
	roster.AskSupervisor: "Laboratory supervisor", roster.AskDirector: "Laboratory director", roster.AskDesk: "Laboratory desk",
}
