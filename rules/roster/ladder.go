package roster

import (
	"slices"
	"strings"
	"time"
)

// Any stands in a ladder for every unit, service or tier; so does an empty
// service or tier.
const Any = "*"

// The defaults of a ladder, in seconds.
const (
	DefaultWait     = 600  // for each step
	DefaultDesk     = 300  // the desk's task beside the ladder, and its repeat
	DefaultDirector = 1800 // the director is told
	DefaultBreach   = 3600 // the call is late for the record
)

// Ladder is whom a call asks, one after another.
type Ladder struct {
	Unit     string `json:"unit"`              // a unit's code, or "*"
	Service  string `json:"service,omitempty"` // of the laboratory
	Tier     string `json:"tier,omitempty"`
	Steps    []Step `json:"steps"`              // the last one asks the desk
	Desk     int    `json:"desk,omitempty"`     // s after opening the desk's task stands beside, and its repeat
	Director int    `json:"director,omitempty"` // s after opening a director is told
	Breach   int    `json:"breach,omitempty"`   // s after opening the call is late
}

// Step is one rung: a question that is answered when it fires.
type Step struct {
	Ask  string `json:"ask"`            // "attending", "ordering", "unit", "supervisor", "director", "desk" or "post/…"
	Rank int    `json:"rank,omitempty"` // of unit and post: ask this call (0 first) or the next one that is staffed
	Wait int    `json:"wait,omitempty"` // s until the next step fires
}

// Place is what of a call its ladder and people depend on.
type Place struct {
	Unit      string // the patient's unit, by code
	Service   string // of the laboratory
	Attending string // the sender's staff codes
	Ordering  string
}

// Ladder is the ladder of a call that opens at an instant: of the newest
// roster for it (of the last one published, when none reaches so far) the
// most specific, where unit counts before service and service before tier.
// It is complete, with defaults filled in, and never without steps: a house
// that has published nothing calls the desk.
func (b Book) Ladder(at Place, tier string, now time.Time) Ladder {
	best, specific := Ladder{Unit: Any, Steps: []Step{{Ask: "desk"}}}, -1
	for _, l := range b.plan(now).Ladders {
		s := 0
		for _, c := range [...]struct {
			has, asked string
			weight     int
		}{{l.Unit, at.Unit, 4}, {l.Service, at.Service, 2}, {l.Tier, tier, 1}} {
			switch c.has {
			case Any, "":
			case c.asked:
				s += c.weight
			default:
				s -= 8
			}
		}
		if s > specific && len(l.Steps) > 0 {
			best, specific = l, s
		}
	}
	return best.filled()
}

func (b Book) plan(now time.Time) Plan {
	for _, p := range slices.Backward(b.Plans) {
		if !now.Before(p.From) && now.Before(p.To) {
			return p
		}
	}
	if n := len(b.Plans); n > 0 {
		return b.Plans[n-1]
	}
	return Plan{}
}

func (l Ladder) filled() Ladder {
	l.Steps = slices.Clone(l.Steps)
	for i := range l.Steps {
		if l.Steps[i].Wait <= 0 {
			l.Steps[i].Wait = DefaultWait
		}
	}
	for _, f := range [...]struct {
		at   *int
		with int
	}{{&l.Desk, DefaultDesk}, {&l.Director, DefaultDirector}, {&l.Breach, DefaultBreach}} {
		if *f.at <= 0 {
			*f.at = f.with
		}
	}
	return l
}

// settle copies ladders, so that they are equal however they were encoded.
func settle(ladders []Ladder) []Ladder {
	out := append([]Ladder(nil), ladders...)
	for i := range out {
		out[i].Steps = append([]Step(nil), out[i].Steps...)
	}
	return out
}

// Resolve answers a step at an instant: whom it asks, and why. Nobody is an
// answer too, and the reason says why nobody; the step is then skipped at
// once. The desk is answered by whoever the laboratory has: its post, the
// post's chief, supervisors, technicians, directors.
func (b Book) Resolve(step Step, at Place, now time.Time) (people []string, why string) {
	switch step.Ask {
	case "attending":
		return b.coded(step.Ask, at.Attending, now)
	case "ordering":
		return b.coded(step.Ask, at.Ordering, now)
	case "unit":
		return b.unit(at.Unit, step.Rank, now)
	case "supervisor":
		return b.role(Supervisor, now)
	case "director":
		return b.role(Director, now)
	case "desk":
		return b.desk(now)
	}
	if strings.HasPrefix(step.Ask, "post/") {
		return b.post(step.Ask, step.Rank, now)
	}
	return nil, "nobody knows whom " + step.Ask + " means"
}

// coded answers for a clinician that the sender named.
func (b Book) coded(ask, code string, now time.Time) ([]string, string) {
	if code == "" {
		return nil, "no " + ask + " clinician was sent"
	}
	p := b.ByCode(code)
	switch {
	case p == nil:
		return nil, "the " + ask + " clinician's code is nobody's here"
	case !p.Valid(now):
		return nil, "the " + ask + " clinician's badge is not valid"
	}
	posts := b.posts(p.ID, now)
	if len(posts) == 0 {
		return nil, "the " + ask + " clinician is not on duty"
	}
	return []string{p.ID}, ask + " clinician, on duty at " + posts[0]
}

// unit answers with who covers a unit, at each of its posts.
func (b Book) unit(unit string, rank int, now time.Time) ([]string, string) {
	if unit == "" {
		return nil, "no unit is known"
	}
	var people, whys []string
	found := false
	for id, p := range b.Posts.All() {
		if p.Unit != unit || id == Desk {
			continue
		}
		found = true
		some, why := b.post(id, rank, now)
		if len(some) > 0 {
			whys = append(whys, why)
		}
		for _, person := range some {
			if !slices.Contains(people, person) {
				people = append(people, person)
			}
		}
	}
	switch {
	case !found:
		return nil, "no post covers the unit"
	case len(people) == 0:
		return nil, "nobody is on duty at a post of the unit"
	}
	return people, "covers the unit: " + strings.Join(whys, "; ")
}

// post answers with a post's first call (or the next one that is staffed
// from a rank on), else its chief.
func (b Book) post(post string, rank int, now time.Time) ([]string, string) {
	if _, ok := b.Posts.Get(post); !ok {
		return nil, "no post is called " + post
	}
	duty := b.OnDuty(post, now)
	at := slices.IndexFunc(duty, func(o OnCall) bool { return o.Rank >= rank })
	if at < 0 {
		if len(duty) > 0 {
			return nil, "nobody stands behind the calls before at " + post
		}
		if chief := b.chief(post, now); chief != "" {
			return []string{chief}, "chief of " + post + ", where nobody is on duty"
		}
		return nil, "nobody is on duty at " + post
	}
	first := duty[at]
	people := []string{first.Person}
	for _, o := range duty[at+1:] {
		if o.Rank == first.Rank {
			people = append(people, o.Person)
		}
	}
	why := first.Why
	if first.Rank > rank {
		why += ", as the call before has nobody"
	}
	return people, why
}

func (b Book) chief(post string, now time.Time) string {
	if p, ok := b.Posts.Get(post); ok && b.Get(p.Chief).Valid(now) {
		return p.Chief
	}
	return ""
}

// role answers with those of a role who are on duty, else with all of them.
func (b Book) role(r Role, now time.Time) ([]string, string) {
	all := b.With(r, now)
	var duty []string
	for _, id := range all {
		if len(b.posts(id, now)) > 0 {
			duty = append(duty, id)
		}
	}
	switch {
	case len(duty) > 0:
		return duty, string(r) + " on duty"
	case len(all) > 0:
		return all, "every " + string(r) + ", as none is on duty"
	}
	return nil, "no " + string(r) + " has a valid badge"
}

func (b Book) desk(now time.Time) ([]string, string) {
	var people []string
	for _, o := range b.OnDuty(Desk, now) {
		people = append(people, o.Person)
	}
	if len(people) > 0 {
		return people, "on duty at the desk"
	}
	if chief := b.chief(Desk, now); chief != "" {
		return []string{chief}, "chief of the desk, where nobody is on duty"
	}
	for _, r := range []Role{Supervisor, Technician, Director} {
		if people, why := b.role(r, now); len(people) > 0 {
			return people, why + "; nobody is on duty at the desk"
		}
	}
	return nil, "the laboratory has nobody with a valid badge"
}
