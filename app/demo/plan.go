package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

// days is for how many days Furnish publishes the roster.
const days = 14

// The waits of the demonstration's ladders, in seconds. They are far shorter than a hospital's, where the defaults of
// package roster are usual, so that one can watch a call climb.
const (
	stepWait      = 60
	deskRepeat    = 120
	directorAfter = 300
	breachAfter   = 600
)

// first is the post that is asked for patients of units which nobody covers: that of Dr Lee, so that a message of one's
// own rings whoever tries the demonstration. A post of its own for it would want people of its own.
const first = "post/icu-2"

// watch is who is on first and second call of a post, by day and by night.
type watch struct {
	post       roster.Post
	day, night []string
}

// watches is the roster of any day. Dr Lee never sleeps, so that whoever tries the demonstration is on call.
var watches = []watch{
	{roster.Post{ID: first, Name: "ICU-2 on call", Unit: icu, Chief: "person/okafor"}, []string{"lee", "okafor"}, []string{"lee", "okafor"}},
	{roster.Post{ID: "post/med-4", Name: "MED-4 on call", Unit: ward}, []string{"novak", "silva"}, []string{"silva", "novak"}},
	{roster.Post{ID: "post/ed", Name: "ED on call", Unit: ed}, []string{"haddad", "jensen"}, []string{"jensen", "haddad"}},
	{roster.Post{ID: roster.Desk, Name: "Laboratory desk"}, []string{desk}, []string{night}},
}

// ladders asks a unit's first call, its second, and the desk. For units that nobody listed, as in a message of one's
// own, it asks the attending clinician and those of ICU-2 before the desk.
func ladders() []roster.Ladder {
	ladder := func(unit string, steps ...roster.Step) roster.Ladder {
		for i := range steps {
			steps[i].Wait = stepWait
		}
		return roster.Ladder{Unit: unit, Steps: steps, Desk: deskRepeat, Director: directorAfter, Breach: breachAfter}
	}
	last := roster.Step{Ask: "desk"}
	out := []roster.Ladder{ladder(roster.Any, roster.Step{Ask: "attending"}, roster.Step{Ask: first}, roster.Step{Ask: first, Rank: 1}, last)}
	for _, u := range units {
		out = append(out, ladder(u, roster.Step{Ask: "unit"}, roster.Step{Ask: "unit", Rank: 1}, last))
	}
	return out
}

// plan is the roster around the clock from the change of shift before now, in the days of a zone.
func plan(now time.Time, zone *time.Location) roster.Published {
	local := now.In(zone)
	at := func(half int) time.Time { // the halves begin at 8 and 20 o'clock of the day before now's
		return time.Date(local.Year(), local.Month(), local.Day()-1+half/2, 8+12*(half%2), 0, 0, 0, zone)
	}
	half := 0
	for at(half+1).Compare(now) <= 0 {
		half++
	}
	last := half + 2*days
	p := roster.Published{From: at(half).UTC(), To: at(last).UTC(), Ladders: ladders()}
	for _, w := range watches {
		p.Posts = append(p.Posts, w.post)
		for h := half; h < last; h++ {
			people, name := w.day, "day"
			if h%2 == 1 {
				people, name = w.night, "night"
			}
			for rank, login := range people {
				p.Shifts = append(p.Shifts, roster.Shift{
					ID:   fmt.Sprintf("shift/%s-%s-%s-%d", strings.TrimPrefix(w.post.ID, "post/"), at(h).Format("20060102"), name, rank+1),
					Post: w.post.ID, Person: "person/" + login, Rank: rank, From: at(h).UTC(), To: at(h + 1).UTC(),
				})
			}
		}
	}
	return p
}
