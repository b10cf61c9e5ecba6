package roster

import (
	"fmt"
	"time"
)

// Invariants tells which of a book's invariants is broken at an instant, or
// nil: records stand under their own ids; shifts are in order, end after
// they begin and have their own ids; nobody is on duty without a badge that
// allows the post, or twice at one post; every call has a ladder that ends.
func Invariants(b Book, now time.Time) error {
	for id, p := range b.People.All() {
		if p == nil || p.ID != id || p.Login != "" && b.ByLogin(p.Login) == nil {
			return fmt.Errorf("roster: the record under %s is not found by its id and login", id)
		}
	}
	ids := map[string]bool{}
	for post, shifts := range b.Shifts.All() {
		for i, s := range shifts {
			if s.Post != post || ids[s.ID] || !s.From.Before(s.To) || i > 0 && s.From.Before(shifts[i-1].From) {
				return fmt.Errorf("roster: %s does not fit into %s", s.ID, post)
			}
			ids[s.ID] = true
		}
		met := map[string]bool{}
		for _, o := range b.OnDuty(post, now) {
			if met[o.Person] || o.Why == "" || !b.Get(o.Person).May(post, now) {
				return fmt.Errorf("roster: %s is wrongly on duty at %s", o.Person, post)
			}
			met[o.Person] = true
		}
	}
	for _, p := range b.Plans {
		for _, l := range p.Ladders {
			if len(l.Steps) == 0 || l.Steps[len(l.Steps)-1].Ask != "desk" {
				return fmt.Errorf("roster: the ladder of unit %s does not end at the desk", l.Unit)
			}
		}
	}
	return nil
}
