package demo

import "fmt"

// patient is somebody who does not exist.
type patient struct {
	number              string // MR
	family, given, born string
	sex                 string
}

var (
	families = []string{
		"Abara", "Bergström", "Castell", "Dumont", "Eriksen", "Farkas", "Galanis", "Hoang", "Ivanova", "Jurić", "Kowal", "Lindqvist",
		"Moreau", "Nakata", "Oyelaran", "Petrescu", "Quintero", "Rahimi", "Sørli", "Takacs", "Ueda", "Varga", "Winterbourne", "Yilmaz",
	}
	women = []string{"Alma", "Beatrix", "Chiara", "Dalia", "Edith", "Farida", "Greta", "Hanne", "Imani", "Jolana"}
	men   = []string{"Anton", "Bruno", "Cyril", "Dario", "Emil", "Faisal", "Gustav", "Henrik", "Idris", "Jonas"}
)

// beds is how many patients are in the hospital at the beginning, and pool how many there are.
const (
	beds = 12
	pool = 24
)

// patients draws a seed's patients. No two end in the same four digits, which are read back.
func patients(seed int64) []patient {
	r := chance(seed, streamPatients)
	out := make([]patient, pool)
	surnames, tails := r.Perm(len(families)), r.Perm(9000)
	for i := range out {
		p := patient{
			number: fmt.Sprintf("%04d%04d", 1000+r.IntN(9000), 1000+tails[i]),
			family: families[surnames[i]], sex: "F", given: women[r.IntN(len(women))],
			born: fmt.Sprintf("%04d%02d%02d", 1936+r.IntN(64), 1+r.IntN(12), 1+r.IntN(28)),
		}
		if r.IntN(2) == 0 {
			p.sex, p.given = "M", men[r.IntN(len(men))]
		}
		out[i] = p
	}
	return out
}
