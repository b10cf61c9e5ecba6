package roster

import (
	"slices"
	"strings"
	"time"
)

// The questions of a step beside "post/…".
const (
	AskClinician  = "clinician"  // ordering and attending clinician, whoever of them is on duty
	AskAttending  = "attending"  // the attending clinician, if on duty
	AskOrdering   = "ordering"   // the ordering clinician, if on duty
	AskUnit       = "unit"       // who covers the unit
	AskService    = "service"    // the service's call
	AskChief      = "chief"      // the chief of the unit's posts, else of the service's
	AskHouse      = "house"      // the house supervisor
	AskSupervisor = "supervisor" // the laboratory's supervisors
	AskDirector   = "director"   // its directors
	AskDesk       = "desk"       // its desk, which is never empty
)

// Asks lists every question of a step beside "post/…", in the usual order of a ladder.
func Asks() []string {
	return []string{
		AskClinician, AskOrdering, AskAttending, AskUnit, AskService, AskChief, AskHouse, AskSupervisor, AskDirector, AskDesk,
	}
}

// Resolve answers a step at an instant: whom it asks, and why. Nobody is an
// answer too, and the reason says why nobody; the step is then skipped at
// once. The desk is answered by whoever the laboratory has: its post, the
// post's chief, supervisors, technicians, directors.
func (b Book) Resolve(step Step, at Place, now time.Time) (people []string, why string) {
	switch step.Ask {
	case AskClinician:
		return b.either(b.coded(AskOrdering, at.Ordering, now))(b.coded(AskAttending, at.Attending, now))
	case AskAttending:
		return b.coded(step.Ask, at.Attending, now)
	case AskOrdering:
		return b.coded(step.Ask, at.Ordering, now)
	case AskUnit:
		return b.unit(at.Unit, step.Rank, now)
	case AskService:
		return b.onService(b.ServiceOf(at), step.Rank, now)
	case AskChief:
		return b.chiefs(at, now)
	case AskHouse:
		return b.post(House, step.Rank, now)
	case AskSupervisor:
		return b.role(Supervisor, now)
	case AskDirector:
		return b.role(Director, now)
	case AskDesk:
		return b.desk(now)
	}
	if strings.HasPrefix(step.Ask, "post/") {
		return b.post(step.Ask, step.Rank, now)
	}
	return nil, "nobody knows whom " + step.Ask + " means"
}

// either joins two answers: whoever was found, with the reasons of those; if
// nobody was, both reasons.
func (Book) either(people []string, why string) func([]string, string) ([]string, string) {
	return func(more []string, also string) ([]string, string) {
		switch {
		case len(people) == 0 && len(more) == 0 && why != also:
			return nil, why + "; " + also
		case len(people) == 0:
			return more, also
		case len(more) == 0:
			return people, why
		}
		return joined(people, more), why + "; " + also
	}
}

func joined(people, more []string) []string {
	out := slices.Clip(people)
	for _, p := range more {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// PostName is how a post is called.
func (b Book) PostName(id string) string {
	if p, ok := b.Posts.Get(id); ok && p.Name != "" {
		return p.Name
	}
	return id
}

// PersonName is how a person is called.
func (b Book) PersonName(id string) string {
	if p := b.Get(id); p != nil && p.Name != "" {
		return p.Name
	}
	return id
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
	posts := b.PostsOf(p.ID, now)
	if len(posts) == 0 {
		return nil, "the " + ask + " clinician is not on duty"
	}
	return []string{p.ID}, ask + " clinician, on duty at " + b.PostName(posts[0])
}

// unit answers with who covers a unit, at each of its posts.
func (b Book) unit(unit string, rank int, now time.Time) ([]string, string) {
	if unit == "" {
		return nil, "no unit is known"
	}
	posts := b.covering(unit)
	if len(posts) == 0 {
		return nil, "no post covers the unit " + unit
	}
	people, why := b.anyOf(posts, rank, now)
	if len(people) > 0 {
		return people, "covers the unit: " + why
	}
	return nil, "nobody covers the unit: " + why
}

// onService answers with a service's call, at each of its posts.
func (b Book) onService(service string, rank int, now time.Time) ([]string, string) {
	if service == "" {
		return nil, "no service is known"
	}
	posts := b.serving(service)
	if len(posts) == 0 {
		return nil, "no post is the call of the service " + service
	}
	people, why := b.anyOf(posts, rank, now)
	if len(people) > 0 {
		return people, "on call for the service: " + why
	}
	return nil, "nobody is on call for the service: " + why
}

// anyOf asks each of some posts; if nobody is found, the reasons are those
// why nobody.
func (b Book) anyOf(posts []string, rank int, now time.Time) (people []string, why string) {
	var whys, nots []string
	for _, id := range posts {
		some, why := b.post(id, rank, now)
		if len(some) == 0 {
			nots = append(nots, why)
			continue
		}
		people, whys = joined(people, some), append(whys, why)
	}
	if len(people) == 0 {
		whys = nots
	}
	return people, strings.Join(whys, "; ")
}

// covering is the posts that cover a unit, ascending. The desk covers none.
func (b Book) covering(unit string) []string {
	return b.those(func(p *Post) bool { return p.Unit == unit })
}

// serving is the posts that are a service's call, ascending.
func (b Book) serving(service string) []string {
	return b.those(func(p *Post) bool { return p.Unit == "" && p.Service == service })
}

func (b Book) those(fit func(*Post) bool) []string {
	var out []string
	for id, p := range b.Posts.All() {
		if id != Desk && !p.Closed && fit(p) {
			out = append(out, id)
		}
	}
	return out
}

// ServiceOf is the service of a place: its own, or that to which its unit belongs.
func (b Book) ServiceOf(at Place) string {
	if at.Service != "" || at.Unit == "" {
		return at.Service
	}
	for _, id := range b.covering(at.Unit) {
		if p, _ := b.Posts.Get(id); p.Service != "" {
			return p.Service
		}
	}
	return ""
}

// Listed tells whether anybody listed a unit: a post covers it, or a ladder
// of an instant names it.
func (b Book) Listed(unit string, now time.Time) bool {
	return len(b.covering(unit)) > 0 ||
		slices.ContainsFunc(b.plan(now).Ladders, func(l Ladder) bool { return unit != "" && l.Unit == unit })
}

// post answers with a post's first call (or the next one that is staffed
// from a rank on), else its chief.
func (b Book) post(post string, rank int, now time.Time) ([]string, string) {
	switch p, ok := b.Posts.Get(post); {
	case !ok:
		return nil, "no post is called " + post
	case p.Closed:
		return nil, b.PostName(post) + " was given up"
	}
	duty := b.OnDuty(post, now)
	at := slices.IndexFunc(duty, func(o OnCall) bool { return o.Rank >= rank })
	if at < 0 {
		if len(duty) > 0 {
			return nil, "nobody stands behind the calls before at " + b.PostName(post)
		}
		if chief, why := b.chief(post, now); len(chief) > 0 {
			return chief, why + ", where nobody is on duty"
		}
		return nil, "nobody is on duty at " + b.PostName(post)
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

// chief answers with a post's chief: a person whose badge allows the post, or
// who is on duty at the post that stands behind it.
func (b Book) chief(post string, now time.Time) (people []string, why string) {
	p, ok := b.Posts.Get(post)
	switch {
	case !ok || p.Chief == "":
		return nil, b.PostName(post) + " has no chief"
	case !strings.HasPrefix(p.Chief, "post/"):
		if !b.Get(p.Chief).May(post, now) {
			return nil, "the badge of the chief of " + b.PostName(post) + " does not allow it"
		}
		return []string{p.Chief}, "chief of " + b.PostName(post)
	}
	for _, o := range b.OnDuty(p.Chief, now) {
		people = append(people, o.Person)
	}
	if len(people) == 0 {
		return nil, "nobody is at " + b.PostName(p.Chief) + ", which stands behind " + b.PostName(post)
	}
	return people, "at " + b.PostName(p.Chief) + ", which stands behind " + b.PostName(post)
}

// chiefs answers with the chiefs of the posts that cover a place's unit, else
// of those of its service.
func (b Book) chiefs(at Place, now time.Time) ([]string, string) {
	why := ""
	for _, posts := range [][]string{b.covering(at.Unit), b.serving(b.ServiceOf(at))} {
		var people, whys []string
		for _, id := range posts {
			some, because := b.chief(id, now)
			if len(some) == 0 {
				why = because
				continue
			}
			people, whys = joined(people, some), append(whys, because)
		}
		if len(people) > 0 {
			return people, strings.Join(whys, "; ")
		}
	}
	if why == "" {
		why = "no post of the unit or its service has a chief"
	}
	return nil, why
}

// role answers with those of a role who are on duty, else with all of them.
func (b Book) role(r Role, now time.Time) ([]string, string) {
	all := b.With(r, now)
	var duty []string
	for _, id := range all {
		if len(b.PostsOf(id, now)) > 0 {
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
	if chief, why := b.chief(Desk, now); len(chief) > 0 {
		return chief, why + ", where nobody is on duty"
	}
	for _, r := range []Role{Supervisor, Technician, Director} {
		if people, why := b.role(r, now); len(people) > 0 {
			return people, why + "; nobody is on duty at the desk"
		}
	}
	return nil, "the laboratory has nobody with a valid badge"
}
