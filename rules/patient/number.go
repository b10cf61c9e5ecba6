package patient

import (
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/rules/table"
)

// Plain is a number without what people group it by, in capitals: two numbers
// that are written differently and mean the same have one. It is empty for
// what has nothing but signs.
func Plain(number string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '/':
			return -1
		}
		return r
	}, number))
}

// With is the records that have a number, however it is grouped: by any
// assigner, or by the one given. It costs O(log n) and a look at each of them.
func (b Book) With(number, assigner string) []*Patient {
	plain := Plain(number)
	if plain == "" {
		return nil
	}
	var out []*Patient
	for key := range b.Listed.From(plain + "\x00") {
		found, id, _ := strings.Cut(key, "\x00")
		if found != plain {
			break
		}
		p, ok := b.Patients.Get(id)
		if ok && slices.ContainsFunc(p.Numbers, func(n Number) bool {
			return Plain(n.Value) == plain && (assigner == "" || strings.EqualFold(n.Assigner, assigner))
		}) {
			out = append(out, p)
		}
	}
	return out
}

func listed(b Book, plain, id string) bool {
	_, ok := b.Listed.Get(plain + "\x00" + id)
	return ok
}

// with is the book with a record in place of the one under its handle.
func (b Book) with(p *Patient) Book {
	old, ok := b.Patients.Get(p.ID)
	b.Patients = b.Patients.With(p.ID, p)
	if ok && slices.Equal(old.Numbers, p.Numbers) {
		return b
	}
	if ok {
		b.Listed = unlisted(b, old)
	}
	for _, n := range p.Numbers {
		if plain := Plain(n.Value); plain != "" {
			b.Listed = b.Listed.With(plain+"\x00"+p.ID, true)
		}
	}
	return b
}

// without is the book without a record.
func (b Book) without(id string) Book {
	if p, ok := b.Patients.Get(id); ok {
		b.Listed = unlisted(b, p)
		b.Patients = b.Patients.Without(id)
	}
	return b
}

func unlisted(b Book, p *Patient) (left table.Map[string, bool]) {
	left = b.Listed
	for _, n := range p.Numbers {
		left = left.Without(Plain(n.Value) + "\x00" + p.ID)
	}
	return left
}
