package lab

import (
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/table"
)

// bounds remembers the next bound of the roster, which costs a look at every person and post, while neither the roster has
// changed nor time has come so far: Keep asks at each growth of the ledger. It belongs to one goroutine.
type bounds struct {
	known bool
	of    bounded   // what was asked
	from  time.Time // the instant for which it was
	at    time.Time // what it said
	ok    bool
}

// bounded is what of a roster has bounds. Books are values: who has the same tables has the same bounds.
type bounded struct {
	people  table.Map[string, *roster.Person]
	shifts  table.Map[string, []roster.Shift]
	longest table.Map[string, time.Duration]
	covers  *roster.Covered // the first one: a longer list may begin with the same
	count   int
}

func boundedOf(b roster.Book) bounded {
	of := bounded{people: b.People, shifts: b.Shifts, longest: b.Longest, count: len(b.Covers)}
	if of.count > 0 {
		of.covers = &b.Covers[0]
	}
	return of
}

// next is roster.Book.Next.
func (x *bounds) next(b roster.Book, now time.Time) (time.Time, bool) {
	if of := boundedOf(b); !x.known || x.of != of || now.Before(x.from) || x.ok && !now.Before(x.at) {
		x.known, x.of, x.from = true, of, now
		x.at, x.ok = b.Next(now)
	}
	return x.at, x.ok
}
