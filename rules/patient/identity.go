package patient

import (
	"slices"
	"strings"
)

// Identity is who a patient is, as the senders write it.
type Identity struct {
	Numbers []Number `json:"numbers,omitempty"` // as listed; the first one is read back
	Name    string   `json:"name,omitempty"`    // as displayed
	Born    string   `json:"born,omitempty"`    // YYYY[-MM[-DD]], with the precision sent
	Sex     string   `json:"sex,omitempty"`     // administrative sex, as coded
}

// Number is one identifier of a patient.
type Number struct {
	Value    string `json:"value"`
	Kind     string `json:"kind,omitempty"`     // HL7 table 0203: "MR", "PI", …
	Assigner string `json:"assigner,omitempty"` // who gave it
}

// Over is the identity after a message told id and known was known before:
// what the message leaves empty stays. Numbers that it does not list stay
// behind those it lists, unless it gives another of the same kind by the
// same assigner. If it lists only known numbers, their order stays too:
// systems list them in different orders, and what a clinician reads back
// must not change with the sender.
func (id Identity) Over(known Identity) Identity {
	out := Identity{
		Name: or(id.Name, known.Name),
		Born: or(id.Born, known.Born),
		Sex:  or(id.Sex, known.Sex),
	}
	for _, n := range id.Numbers {
		if !slices.Contains(known.Numbers, n) {
			out.Numbers = slices.Clone(id.Numbers)
			break
		}
	}
	listed := len(out.Numbers)
	for _, n := range known.Numbers {
		if !slices.ContainsFunc(out.Numbers[:listed], n.replacedBy) {
			out.Numbers = append(out.Numbers, n)
		}
	}
	return out
}

// replacedBy tells whether m is n, or is given in n's place.
func (n Number) replacedBy(m Number) bool {
	return n == m || n.Kind == m.Kind && n.Assigner == m.Assigner
}

// Equal tells whether both say the same, in the same order.
func (id Identity) Equal(other Identity) bool {
	return slices.Equal(id.Numbers, other.Numbers) &&
		id.Name == other.Name && id.Born == other.Born && id.Sex == other.Sex
}

// Changed tells whether a message that says who p is makes a new Identified
// necessary: it says more than is known, or otherwise. Of a patient not yet
// known (nil) everything is news. The event holds id.Over(p.Identity).
func Changed(p *Patient, id Identity) bool {
	return p == nil || p.Version == 0 || !id.Over(p.Identity).Equal(p.Identity)
}

// ReadBackTail is what of a patient's first listed identifier is read back:
// its last four characters, or all of a shorter one; empty if there is none,
// and then typed read-back alone closes nothing.
func ReadBackTail(p *Patient) string {
	if p == nil || len(p.Numbers) == 0 {
		return ""
	}
	r := []rune(strings.TrimSpace(p.Numbers[0].Value))
	return string(r[max(0, len(r)-4):])
}

// Place is where a patient is, and under whom.
type Place struct {
	Unit      string `json:"unit,omitempty"` // the unit's code
	Room      string `json:"room,omitempty"`
	Bed       string `json:"bed,omitempty"`
	Class     string `json:"class,omitempty"`     // HL7 table 0004: "I", "O", "E", …
	Attending string `json:"attending,omitempty"` // the sender's staff code
	Ordering  string `json:"ordering,omitempty"`  // the sender's staff code
}

// Over is the place after a message told pl and known was known before:
// what the message leaves empty stays, but room and bed only in their unit.
func (pl Place) Over(known Place) Place {
	out := Place{
		Unit: or(pl.Unit, known.Unit), Room: pl.Room, Bed: pl.Bed,
		Class:     or(pl.Class, known.Class),
		Attending: or(pl.Attending, known.Attending),
		Ordering:  or(pl.Ordering, known.Ordering),
	}
	if out.Unit == known.Unit && pl.Room == "" && pl.Bed == "" {
		out.Room, out.Bed = known.Room, known.Bed
	}
	return out
}

// Moves tells whether a message that says where p is makes a new Moved
// necessary. The event is MovedTo(p.ID, pl.Over(p.Place)).
func Moves(p *Patient, pl Place) bool {
	return p == nil || !p.Present || pl.Over(p.Place) != p.Place
}

func or(told, known string) string {
	if told == "" {
		return known
	}
	return told
}
