package roster_test

import (
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
)

func ExampleBook_Resolve() {
	book := house()
	place := roster.Place{Unit: "ICU-2", Attending: "c-kim"}
	for _, step := range book.Ladder(place, "", t0).Steps {
		people, why := book.Resolve(step, place, t0)
		fmt.Println(step.Ask, people, why)
	}
	// Output:
	// attending [person/kim] attending clinician, on duty at ICU-2 resident
	// unit [person/lee] covers the unit: first call of ICU-2 resident
	// unit [person/kim] covers the unit: second call of ICU-2 resident
	// desk [person/tech] on duty at the desk
}

func ExampleSheet() {
	s := roster.Sheet{Zone: time.UTC, People: []roster.Person{{ID: "person/lee", Login: "lee"}}}
	s.Read("december.csv", []byte("post,person,from,to\nicu,lee,2026-12-01 07:00,2026-12-01 19:00\nicu,moon,2026-12-01 19:00,2026-12-02 07:00\n"))
	s.Period()
	fmt.Println(s.Roster.Shifts[0].ID, s.Roster.From.Format(time.RFC3339))
	fmt.Println(s.Faults)
	// Output:
	// shift/icu-20261201t0700-1 2026-12-01T07:00:00Z
	// roster: december.csv line 3, person: nobody here is "moon"; write a login, staff code or full name, or admit the person first
}

func ExampleBook_Find() {
	book := house()
	fmt.Println(book.Find(roster.Place{Unit: "MOON"}, "critical", t0).Why)
	// Output: the catch-all, as nobody listed the unit MOON
}
