package critical

// molar is the mass of a mole of what a test measures, in thousandths of g/mol,
// by LOINC code: from the standard atomic weights (IUPAC 2021) and the formula.
// Urea nitrogen has the two nitrogen atoms of a mole of urea, phosphate its
// phosphorus, haemoglobin one of its four chains (IFCC: 16,114.5 g/mol).
var molar = map[string]int64{
	"2345-7": 180156, "14749-6": 180156, "2342-4": 180156, // glucose
	"17861-6": 40078, "2000-8": 40078, "1994-3": 40078, // calcium
	"19123-9": 24305, "2601-3": 24305, // magnesium
	"2777-1": 30974, "14879-1": 30974, // phosphate, as phosphorus
	"2160-0": 113120, "14682-9": 113120, // creatinine
	"1975-2": 584673, "14631-6": 584673, // bilirubin
	"3094-0":  28014,                   // urea nitrogen
	"22664-7": 60056,                   // urea
	"3084-1":  168112,                  // urate
	"2498-4":  55845, "14798-3": 55845, // iron
	"10535-3": 780949, "14698-5": 780949, // digoxin
	"3024-7":  776874,   // thyroxine, free
	"14675-3": 362466,   // cortisol
	"3298-7":  151165,   // paracetamol
	"4024-6":  138122,   // salicylate
	"4049-3":  180167,   // theophylline
	"3968-5":  252273,   // phenytoin
	"3432-2":  236274,   // carbamazepine
	"5640-8":  46069,    // ethanol
	"5693-7":  32042,    // methanol
	"5646-5":  62068,    // ethylene glycol
	"16362-6": 17031,    // ammonia
	"14334-7": 6940,     // lithium
	"718-7":   16114500, // haemoglobin
}

// masses and moles give what one of a unit is in mg/L and in mmol/L.
var (
	masses = map[string]Ratio{
		"g/dL": {10000, 1}, "g/L": {1000, 1}, "mg/dL": {10, 1}, "mg/L": {1, 1}, "ug/mL": {1, 1}, "ug/dL": {1, 100},
		"ug/L": {1, 1000}, "ng/mL": {1, 1000}, "ng/dL": {1, 100000}, "ng/L": {1, 1000000}, "pg/mL": {1, 1000000},
	}
	moles = map[string]Ratio{"mmol/L": {1, 1}, "umol/L": {1, 1000}, "nmol/L": {1, 1000000}, "pmol/L": {1, 1000000000}}
)

// molarFactor is the factor between a mass and a mole for one analyte; not ok
// if the units are no such pair, or its mass is not known.
func molarFactor(from, to, loinc string) (Ratio, bool) {
	m, ok := molar[loinc]
	if !ok {
		return Ratio{}, false
	}
	if mass, ok := masses[from]; ok {
		if mole, ok := moles[to]; ok {
			return Ratio{mass.Num * mole.Den * 1000, mass.Den * mole.Num * m}, true
		}
	}
	if mole, ok := moles[from]; ok {
		if mass, ok := masses[to]; ok {
			return Ratio{mass.Den * mole.Num * m, mass.Num * mole.Den * 1000}, true
		}
	}
	return Ratio{}, false
}
