package roster

import (
	"fmt"
	"slices"
	"time"
)

// Covered says that one person stands in for another at a post: it was
// accepted, and is in force in its time. One recorded later wins.
type Covered struct {
	ID    string    `json:"id,omitempty"` // "cover/…"
	Post  string    `json:"post"`
	Shift string    `json:"shift,omitempty"` // only in this shift
	Out   string    `json:"out"`
	In    string    `json:"in"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"` // not included
}

func (c *Covered) at(now time.Time) bool { return !now.Before(c.From) && now.Before(c.To) }

// CoverOffered asks for a cover. Until it is accepted the one who was to go
// stays on duty.
type CoverOffered struct{ Covered }

// CoverWithdrawn takes back a cover, or the offer of one. A cover in force
// ends then.
type CoverWithdrawn struct {
	ID   string `json:"id"`
	Post string `json:"post"`
	Out  string `json:"out"`
	In   string `json:"in"`
	Why  string `json:"why"` // a code: "declined", "withdrawn"
}

// Kind is "roster.covered".
func (*Covered) Kind() string { return "roster.covered" }

// Kind is "roster.cover-offered".
func (*CoverOffered) Kind() string { return "roster.cover-offered" }

// Kind is "roster.cover-withdrawn".
func (*CoverWithdrawn) Kind() string { return "roster.cover-withdrawn" }

// About is the post, who goes and who comes.
func (c *Covered) About() []string { return []string{c.Post, c.Out, c.In} }

// About is the post, who goes and who comes.
func (e *CoverWithdrawn) About() []string { return []string{e.Post, e.Out, e.In} }

// Enclosure is nil.
func (*Covered) Enclosure() any { return nil }

// Enclosure is nil.
func (*CoverWithdrawn) Enclosure() any { return nil }

// Offer is a cover that nobody accepted yet.
type Offer struct {
	Covered
	By string    `json:"by"` // who offered it
	At time.Time `json:"at"`
}

// Standing is how far a cover has come.
type Standing string

// The standings of a cover that was not withdrawn.
const (
	Offered  Standing = "offered"
	PastDue  Standing = "past-due" // its time has begun, and nobody accepted it
	Accepted Standing = "accepted"
	InForce  Standing = "in-force"
)

// Standing is how far the offer has come at an instant.
func (o *Offer) Standing(now time.Time) Standing {
	if now.Before(o.From) {
		return Offered
	}
	return PastDue
}

// Standing is how far the cover has come at an instant.
func (c *Covered) Standing(now time.Time) Standing {
	if now.Before(c.From) {
		return Accepted
	}
	return InForce
}

// Offered is an offer by its id.
func (b Book) Offered(id string) (Offer, bool) {
	i := slices.IndexFunc(b.Offers, func(o Offer) bool { return o.ID == id })
	if i < 0 || id == "" {
		return Offer{}, false
	}
	return b.Offers[i], true
}

// Cover is an accepted cover by its id.
func (b Book) Cover(id string) (Covered, bool) {
	i := slices.IndexFunc(b.Covers, func(c Covered) bool { return c.ID == id })
	if i < 0 || id == "" {
		return Covered{}, false
	}
	return b.Covers[i], true
}

func (b Book) covered(c Covered, m Mark) Book {
	c.From, c.To = utc(c.From), utc(c.To)
	b.Covers = append(slices.DeleteFunc(slices.Clone(b.Covers), func(o Covered) bool { return !o.To.After(m.At) }), c)
	return b.unoffered(c.ID, m)
}

func (b Book) offered(ev CoverOffered, m Mark) Book {
	c := ev.Covered
	c.From, c.To = utc(c.From), utc(c.To)
	b = b.unoffered(c.ID, m)
	b.Offers = append(slices.Clip(b.Offers), Offer{Covered: c, By: m.By, At: utc(m.At)})
	return b
}

// unoffered is without the offer of an id, and without those whose time is over.
func (b Book) unoffered(id string, m Mark) Book {
	b.Offers = slices.DeleteFunc(slices.Clone(b.Offers), func(o Offer) bool {
		return !o.To.After(m.At) || id != "" && o.ID == id
	})
	if len(b.Offers) == 0 {
		b.Offers = nil
	}
	return b
}

func (b Book) withdrawn(ev *CoverWithdrawn, m Mark) Book {
	b = b.unoffered(ev.ID, m)
	var covers []Covered
	for _, c := range b.Covers {
		if c.ID == ev.ID && ev.ID != "" {
			if !c.From.Before(m.At) {
				continue
			}
			c.To = utc(m.At)
		}
		if c.To.After(c.From) {
			covers = append(covers, c)
		}
	}
	b.Covers = covers
	return b
}

// CheckCover tells whether a cover may be offered or recorded at an instant:
// nil, or CheckError. It must not be for what is past; who goes must hold the
// post somewhere in that time, and who comes must be allowed there and not
// hold it already.
func (b Book) CheckCover(c *Covered, now time.Time) error {
	var f CheckError
	if p, ok := b.Posts.Get(c.Post); !ok || p.Closed {
		f.add("post", fmt.Sprintf("%q is not known", c.Post), "name a post of the roster")
	}
	shifts, _ := b.Shifts.Get(c.Post)
	if c.Shift != "" && !slices.ContainsFunc(shifts, func(s Shift) bool { return s.ID == c.Shift }) {
		f.add("shift", fmt.Sprintf("%q is no shift of that post", c.Shift), "name one of the roster, or leave it out")
	}
	switch {
	case !c.From.Before(c.To):
		f.add("to", "the cover ends before it begins", "give an end later than from")
	case !c.To.After(now):
		f.add("to", "the cover is over since "+c.To.Format(time.RFC3339)+", and who was on duty then cannot change any more", "give a time to come")
	case c.From.Before(now):
		f.add("from", "the cover begins in the past, and who was on duty then cannot change any more", "leave it out to begin now")
	case c.Out == c.In:
		f.add("in", "a person cannot cover for the same person", "name who comes")
	}
	if len(f) > 0 {
		return f
	}
	f.badge(b, "in", c.In, c.Post, c.From, c.To)
	goes := false
	for _, at := range b.bounds(c.Post, utc(c.From), utc(c.To)) {
		for h := range b.holders(c.Post, at) {
			goes = goes || h.is(c.Out) && (c.Shift == "" || c.Shift == h.shift.ID)
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
