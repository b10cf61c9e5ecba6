package lab

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
)

// Administrators is the channel of all administrators.
const Administrators = "administrators"

// Audience returns the channels on which an event is heard, given the State before it: the laboratory hears all but
// sign-ins; of a call hear, too, the units where its patient was and is, and everyone who was called.
func Audience(s *State, ev Event) []string {
	switch ev := ev.(type) {
	case *session.Opened:
		return []string{ev.Subject}
	case *session.Ended:
		return []string{ev.Subject}
	case *session.Locked:
		return []string{ev.Subject}
	case *session.Renewed:
		return []string{ev.Subject}
	case *session.Refused:
		if ev.Subject == "" {
			return []string{Administrators}
		}
		return []string{ev.Subject, Administrators}
	case *roster.Admitted:
		return []string{"lab", ev.ID}
	case *roster.Changed:
		return []string{"lab", ev.ID}
	case *roster.Disabled:
		return []string{"lab", ev.ID}
	case *roster.DutyBegan:
		return []string{"lab", ev.Person, ev.Post}
	case *roster.Covered:
		return []string{"lab", ev.In, ev.Out, ev.Post}
	case *roster.GapFound:
		return []string{"lab", Administrators}
	case *roster.CoverOffered:
		return []string{"lab", ev.In, ev.Out, ev.Post}
	case *roster.CoverWithdrawn:
		return []string{"lab", ev.In, ev.Out, ev.Post}
	case *equipment.FeedOpened:
		return []string{ev.Feed.Owner, Administrators}
	case *critical.Opened:
		return heard([]string{ev.Unit, s.Place(ev.Patient, ev.Unit).Unit}, nil, nil)
	case *critical.Called:
		return s.callHeard(ev.Call, ev.To)
	case *critical.Noticed:
		return s.callHeard(ev.Call, ev.To)
	}
	if id := ev.About()[0]; strings.HasPrefix(id, "call/") {
		return s.callHeard(id, nil)
	}
	return []string{"lab"}
}

func (s *State) callHeard(id string, to []string) []string {
	c, ok := s.Critical.Calls.Get(id)
	if !ok {
		return heard(nil, nil, to)
	}
	return heard(s.units(c), c.Called, append(c.Told(), to...))
}

// units is where a call is told of: every unit where the patient was while it was open, which may look at what it was
// told, and the one where the patient is now.
func (s *State) units(c critical.Call) []string {
	out := c.Places()
	if c.Standing == critical.IsOpen {
		out = append(out, s.Place(c.Patient, c.At()).Unit)
	}
	return out
}

func heard(units []string, called []critical.Rung, to []string) []string {
	out := []string{"lab"}
	for _, unit := range units {
		if unit != "" && !slices.Contains(out, "unit/"+unit) {
			out = append(out, "unit/"+unit)
		}
	}
	for i := range called {
		to = append(slices.Clip(to), called[i].To...)
	}
	for _, person := range to {
		if !slices.Contains(out, person) {
			out = append(out, person)
		}
	}
	return out
}

// May tells whether a person who hears channels may see an entry for an audience.
func May(channels, to []string) bool {
	return slices.ContainsFunc(to, func(t string) bool { return slices.Contains(channels, t) })
}

// Channels returns what a person or machine hears at a time.
func (s *State) Channels(subject string, now time.Time) []string {
	out := s.Roster.Channels(subject, now)
	if p := s.Roster.Get(subject); p.Valid(now) && p.Role == roster.Administrator {
		out = append(out, Administrators)
	}
	return out
}
