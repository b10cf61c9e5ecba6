package roster

import (
	"slices"
	"time"
)

// Role is what a person is to the laboratory.
type Role string

// The roles. Technicians, supervisors and directors are the laboratory's.
const (
	Technician    Role = "technician"
	Clinician     Role = "clinician"
	Supervisor    Role = "supervisor"
	Director      Role = "director"
	Administrator Role = "administrator"
	Clerk         Role = "clerk"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{Technician, Clinician, Supervisor, Director, Administrator, Clerk}
}

// OfLab tells whether the role is the laboratory's own.
func (r Role) OfLab() bool { return r == Technician || r == Supervisor || r == Director }

// Person is one of the staff, with the badge: the window in which it is
// valid, and the posts that it allows.
type Person struct {
	ID       string    `json:"id"` // "person/…"
	Login    string    `json:"login,omitempty"`
	Name     string    `json:"name"`
	Title    string    `json:"title,omitempty"`
	Role     Role      `json:"role"`
	Receives bool      `json:"receives,omitempty"` // may receive a read-back, where no profession is given
	Units    []string  `json:"units,omitempty"`    // codes of the units whose channel is heard
	Sections []string  `json:"sections,omitempty"` // of the laboratory
	Codes    []string  `json:"codes,omitempty"`    // the person's staff codes in senders' messages
	From     time.Time `json:"from,omitzero"`      // the badge is valid from; zero: always was
	Until    time.Time `json:"until,omitzero"`     // and until, not included; zero: for ever
	Posts    []string  `json:"posts,omitempty"`    // posts that the badge allows; none: all
	Disabled bool      `json:"disabled,omitempty"`

	// Profession is what a clinician is, as a code: "physician", "nurse". The
	// site says which of them receive read-backs; see Book.MayReceive.
	Profession string `json:"profession,omitempty"`
}

// Professions that may receive a read-back where the site says nothing else.
func Professions() []string { return []string{"physician", "nurse", "midwife", "pharmacist"} }

// Receivers is the professions that may receive a read-back here.
func (b Book) Receivers() []string {
	if b.Receiving == nil {
		return Professions()
	}
	return b.Receiving
}

// MayReceive tells whether a person may receive a read-back: by profession,
// else as was said of the person. The badge is asked apart.
func (b Book) MayReceive(p *Person) bool {
	if p == nil || p.Profession == "" {
		return p != nil && p.Receives
	}
	return slices.Contains(b.Receivers(), p.Profession)
}

// Valid tells whether the person's badge is valid at an instant.
func (p *Person) Valid(now time.Time) bool {
	return p != nil && !p.Disabled && !now.Before(p.From) && (p.Until.IsZero() || now.Before(p.Until))
}

// May tells whether the badge allows a post at an instant.
func (p *Person) May(post string, now time.Time) bool {
	return p.Valid(now) && (len(p.Posts) == 0 || slices.Contains(p.Posts, post))
}

// from is when the badge begins; of nobody never.
func (p *Person) from() time.Time {
	if p == nil {
		return time.Time{}
	}
	return p.From
}

// settled is p as it is kept: equal however it was encoded, sharing nothing.
func (p Person) settled() *Person {
	p.From, p.Until = utc(p.From), utc(p.Until)
	for _, list := range []*[]string{&p.Units, &p.Sections, &p.Codes, &p.Posts} {
		*list = append([]string(nil), *list...)
	}
	return &p
}

func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Get is a person by id; nil if there is none.
func (b Book) Get(id string) *Person {
	p, _ := b.People.Get(id)
	return p
}

// ByLogin is the person with a login, disabled or not; nil if there is none.
func (b Book) ByLogin(login string) *Person {
	id, _ := b.Logins.Get(login)
	return b.Get(id)
}

// ByCode is the person whose staff code a sender wrote; nil if nobody here
// has it.
func (b Book) ByCode(code string) *Person {
	id, _ := b.Codes.Get(code)
	return b.Get(id)
}

// With is every person of a role whose badge is valid at an instant, ascending by id.
// It costs O(people).
func (b Book) With(role Role, now time.Time) []string {
	var out []string
	for id, p := range b.People.All() {
		if p.Role == role && p.Valid(now) {
			out = append(out, id)
		}
	}
	return out
}

// know puts a person into the book and its indexes.
func (b Book) know(p Person) Book {
	next := p.settled()
	if old := b.Get(p.ID); old != nil {
		next.Disabled = next.Disabled || old.Disabled
		if b.ByLogin(old.Login) == old {
			b.Logins = b.Logins.Without(old.Login)
		}
		for _, c := range old.Codes {
			if b.ByCode(c) == old {
				b.Codes = b.Codes.Without(c)
			}
		}
	}
	if next.Login != "" {
		b.Logins = b.Logins.With(next.Login, next.ID)
	}
	for _, c := range next.Codes {
		b.Codes = b.Codes.With(c, next.ID)
	}
	b.People = b.People.With(next.ID, next)
	return b
}
