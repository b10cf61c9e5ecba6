// Package patient knows who a patient is, where, under whom, and which
// factors are known: as hospitals' messages tell it, told apart from what a
// message merely leaves out.
//
// The room's state is a Book, a value: Apply makes a new one and leaves the
// old one as it was. Everything here is safe for concurrent use as long as
// nobody changes what a Patient points to.
package patient

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Patient is one patient's record. What a Book hands out is not changed by
// anybody; to change it, record an event.
type Patient struct {
	ID string `json:"id"` // "patient/…", a random handle
	Identity
	Place
	Present bool                       `json:"present,omitempty"` // not known to have left
	Stay    bool                       `json:"stay,omitempty"`    // the hospital itself said where (ADT), and will say when they leave
	Factors table.Map[string, *Factor] `json:"factors,omitzero"`  // by code; missing is unknown
	Version int64                      `json:"version,omitempty"` // Seq of the entry that last said who this is; 0 before
	Seq     int64                      `json:"seq,omitempty"`     // Seq of the newest entry folded
}

// Factor is what is known of one factor, and since when.
type Factor struct {
	Has    Has    `json:"has"`
	Source string `json:"source,omitempty"`
	By     string `json:"by"`
	Seq    int64  `json:"seq"`

	Since time.Time `json:"since,omitzero"` // when it was noted
	Until time.Time `json:"until,omitzero"` // when it is unknown again; zero: it does not end
}

// At is what is known of the factor at a time.
func (f *Factor) At(now time.Time) Has {
	if f == nil || !f.Until.IsZero() && !now.Before(f.Until) {
		return Unknown
	}
	return f.Has
}

// Note is the factor as it is said again, of another record of the patient or
// of one that the laboratory had no more in mind.
func (f *Factor) Note(code string) Note {
	return Note{Factor: code, Has: f.Has, Source: f.Source, Until: f.Until, By: f.By, Since: f.Since}
}

// Book is every patient that the laboratory has in mind. The zero value is
// empty.
type Book struct {
	Patients table.Map[string, *Patient] `json:"patients"`
	Alias    table.Map[string, string]   `json:"alias"` // a merged record's handle → its survivor's; never a chain

	// Listed has an entry for each number of each record: the number as Plain
	// writes it, a zero byte, and the record's handle.
	Listed table.Map[string, bool] `json:"listed,omitzero"`
}

// Handle is the handle that stands for id: the survivor's if id was merged.
// Events are recorded under it, so that whoever recalls the survivor reads
// them.
func (b Book) Handle(id string) string {
	if to, ok := b.Alias.Get(id); ok {
		return to
	}
	return id
}

// Merged gives the handles that were merged into a patient's, or into that of
// the survivor, as far as the book has them. It costs O(number of merged handles).
func (b Book) Merged(id string) []string {
	var out []string
	id = b.Handle(id)
	for loser, survivor := range b.Alias.All() {
		if survivor == id {
			out = append(out, loser)
		}
	}
	return out
}

// Get is the record of a patient, or of the survivor if it was merged; nil if
// the book has none: then recall Handle(id), and ask again if that handle is
// another one afterwards.
func (b Book) Get(id string) *Patient {
	p, _ := b.Patients.Get(b.Handle(id))
	return p
}

// Has is what is known of a patient's factor: Unknown unless it was noted.
func (b Book) Has(id, factor string) Has {
	if p := b.Get(id); p != nil {
		if f, ok := p.Factors.Get(factor); ok {
			return f.Has
		}
	}
	return Unknown
}

// Without is the book without a patient's record and without the handles
// that were merged into it. The lab drops so who left and has nothing open;
// the ledger still has it all. It costs O(number of merged handles).
func (b Book) Without(id string) Book {
	id = b.Handle(id)
	for loser, survivor := range b.Alias.All() {
		if survivor == id {
			b.Alias = b.Alias.Without(loser)
		}
	}
	return b.without(id)
}

// Apply folds an event into the book. Entries may be read again (Recall): one
// that is older than what a record has folded, or is about a handle that was
// merged into another, changes nothing.
func (b Book) Apply(ev Event, m Mark) Book {
	switch ev := ev.(type) {
	case *Identified:
		return b.put(ev.Patient, m, func(p *Patient) {
			p.Present = p.Present || p.Seq == 0
			p.Identity = ev.Who
			p.Version = m.Seq
		})
	case *Moved:
		return b.put(ev.Patient, m, func(p *Patient) {
			p.Place = ev.Place()
			p.Present = true
			p.Stay = p.Stay || ev.Occurred != nil
		})
	case *Left:
		return b.put(ev.Patient, m, func(p *Patient) { p.Present, p.Stay = false, false })
	case *FactorNoted:
		return b.put(ev.Patient, m, func(p *Patient) {
			n := ev.Note
			noted := &Factor{Has: n.Has, Source: n.Source, By: m.By, Seq: m.Seq, Since: m.At.UTC(), Until: n.Until}
			if n.By != "" {
				noted.By, noted.Since = n.By, n.Since
			}
			p.Factors = p.Factors.With(n.Factor, noted)
		})
	case *Merged:
		return b.merge(ev, m)
	}
	return b
}

// put changes a copy of the patient's record, or of an empty one.
func (b Book) put(id string, m Mark, change func(*Patient)) Book {
	next := Patient{ID: id}
	if p, ok := b.Patients.Get(id); ok {
		if m.Seq < p.Seq {
			return b
		}
		next = *p
	} else if b.Handle(id) != id {
		return b
	}
	change(&next)
	next.Seq = m.Seq
	return b.with(&next)
}

// Invariants tells which of a book's invariants is broken, or nil: a record
// stands under its own handle; a merged handle has no record and leads to no
// other merged one. It names handles only.
func Invariants(b Book) error {
	for id, p := range b.Patients.All() {
		if p == nil || p.ID != id {
			return fmt.Errorf("patient: the record under %s is another one's", id)
		}
		if p.Version > p.Seq {
			return fmt.Errorf("patient: %s has version %d after entry %d", id, p.Version, p.Seq)
		}
		for _, n := range p.Numbers {
			if plain := Plain(n.Value); plain != "" && !listed(b, plain, id) {
				return fmt.Errorf("patient: %s is not found by a number that it has", id)
			}
		}
	}
	for key := range b.Listed.All() {
		plain, id, _ := strings.Cut(key, "\x00")
		p, ok := b.Patients.Get(id)
		if !ok || !slices.ContainsFunc(p.Numbers, func(n Number) bool { return Plain(n.Value) == plain }) {
			return fmt.Errorf("patient: %s is found by a number that it has not", id)
		}
	}
	for loser, survivor := range b.Alias.All() {
		if _, ok := b.Patients.Get(loser); ok {
			return fmt.Errorf("patient: %s was merged and has a record", loser)
		}
		if _, ok := b.Alias.Get(survivor); ok {
			return fmt.Errorf("patient: %s was merged into %s, which was merged too", loser, survivor)
		}
	}
	return nil
}
