package roster

import (
	"fmt"
	"slices"
	"strings"
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
	if p.Profession != "" && !code(p.Profession) {
		f.add("profession", fmt.Sprintf("%q is no code", p.Profession), "write small letters and hyphens, as physician or nurse")
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

// CheckReceiving tells whether professions may be those that receive
// read-backs: nil, or CheckError.
func CheckReceiving(professions []string) error {
	var f CheckError
	if len(professions) == 0 {
		f.add("professions", "there is none", "give at least one: somebody must receive critical results")
	}
	for i, p := range professions {
		if !code(p) || slices.Index(professions, p) != i {
			f.add(fmt.Sprintf("professions[%d]", i), fmt.Sprintf("%q is no code, or there twice", p), "write small letters and hyphens, as physician or nurse")
		}
	}
	return f.err()
}

// code tells whether a text is one of small letters and hyphens.
func code(text string) bool {
	return text != "" && len(text) <= 40 && strings.IndexFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' }) < 0
}
