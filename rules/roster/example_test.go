package roster_test

import (
	"fmt"

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
