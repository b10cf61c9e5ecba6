package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// CheckPerson tells whether a person may be admitted or changed so: nil, or
// CheckError. Login and staff codes must be nobody else's.
func (b Book) CheckPerson(p *Person) error {
	var f CheckError
	if len(p.ID) < 8 || !strings.HasPrefix(p.ID, "person/") {
		f.add("id", fmt.Sprintf("%q is no person", p.ID), "give an id that begins with person/")
	}
	if strings.TrimSpace(p.Name) == "" {
		f.add("name", "it is empty", "give the name that colleagues read")
	}
	if !slices.Contains(Roles(), p.Role) {
		f.add("role", fmt.Sprintf("%q is no role", p.Role), "use technician, clinician, supervisor, director, administrator or clerk")
	}
	if o := b.ByLogin(p.Login); o != nil && o.ID != p.ID {
		f.add("login", "another person has it", "choose another login")
	}
	for i, c := range p.Codes {
		if o := b.ByCode(c); c == "" || o != nil && o.ID != p.ID {
			f.add(fmt.Sprintf("codes[%d]", i), "it is empty or another person's", "give each staff code to one person")
		}
	}
	if !p.Until.IsZero() && !p.From.Before(p.Until) {
		f.add("until", "the badge ends before it begins", "give an end later than from")
	}
	return f.err()
}

// CheckCover tells whether a cover may be recorded: nil, or CheckError. Who goes
// must hold the post somewhere in that time, and who comes must be allowed
// there and not hold it already.
func (b Book) CheckCover(c *Covered) error {
	var f CheckError
	if _, ok := b.Posts.Get(c.Post); !ok {
		f.add("post", fmt.Sprintf("%q is not known", c.Post), "name a post of the roster")
	}
	if !c.From.Before(c.To) {
		f.add("to", "the cover ends before it begins", "give an end later than from")
		return f
	}
	if c.Out == c.In {
		f.add("in", "a person cannot cover for the same person", "name who comes")
		return f
	}
	f.badge(b, "in", c.In, c.Post, c.From, c.To)
	goes := false
	for _, at := range b.bounds(c.Post, utc(c.From), utc(c.To)) {
		for h := range b.holders(c.Post, at) {
			goes = goes || h.person == c.Out && (c.Shift == "" || c.Shift == h.shift.ID)
			if h.person == c.In {
				f.add("in", c.In+" is on duty there already at "+at.Format(time.RFC3339), "name somebody else, or another time")
				return f
			}
		}
	}
	if !goes {
		f.add("out", c.Out+" is not on duty there in that time", "name who is, or another time")
	}
	return f.err()
}
