package roster

import (
	"fmt"
	"strings"
	"time"
)

// reach finds a ladder that asks people of whom nobody is there in a period.
// One that asks nobody but the desk is as it should be.
func (f *CheckError) reach(b Book, field string, l Ladder, from, to time.Time) {
	var nots []string
	for i, s := range l.Steps {
		if s.Ask == AskDesk {
			continue
		}
		why := b.never(s, l, from, to)
		if why == "" {
			return
		}
		nots = append(nots, fmt.Sprintf("step %d: %s", i+1, why))
	}
	if len(nots) > 0 {
		f.add(field+"steps", "the ladder has no people before the desk: "+strings.Join(nots, "; "),
			"add posts and shifts for it, or let it ask the desk alone")
	}
}

// never says why a step of a ladder asks nobody in the whole of a period; it
// is empty if it may ask somebody.
func (b Book) never(s Step, l Ladder, from, to time.Time) string {
	var posts []string
	switch s.Ask {
	case AskClinician, AskAttending, AskOrdering:
		if b.Codes.Len() > 0 {
			return "" // whom a sender names is not known before
		}
		return "nobody has a staff code by which a sender could name them"
	case AskSupervisor, AskDirector:
		if people, why := b.role(Role(s.Ask), from); len(people) == 0 {
			return why
		}
		return ""
	case AskUnit:
		posts = b.those(func(p *Post) bool { return p.Unit != "" && (l.name()[0] == Any || p.Unit == l.Unit) })
	case AskService:
		posts = b.those(func(p *Post) bool {
			return p.Unit == "" && p.Service != "" && (l.name()[1] == Any || p.Service == l.Service)
		})
	case AskChief:
		posts = b.those(func(p *Post) bool { return p.Chief != "" })
	case AskHouse:
		posts = []string{House}
	default:
		posts = []string{s.Ask}
	}
	for _, post := range posts {
		if b.ever(post, s.Rank, from, to) {
			return ""
		}
	}
	switch {
	case len(posts) == 0:
		return "there is no post for " + s.Ask
	case s.Rank > 0:
		return fmt.Sprintf("nobody has the %s at %s", RankName(s.Rank), b.named(posts))
	}
	return "nobody is on duty at " + b.named(posts)
}

func (b Book) named(posts []string) string {
	names := make([]string, len(posts))
	for i, id := range posts {
		names[i] = b.PostName(id)
	}
	return strings.Join(names, ", ")
}

// ever tells whether a post answers at any instant of a period, from a rank on.
func (b Book) ever(post string, rank int, from, to time.Time) bool {
	for _, at := range b.bounds(post, from, to) {
		if people, _ := b.post(post, rank, at); len(people) > 0 {
			return true
		}
	}
	return false
}
