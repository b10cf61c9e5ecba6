package critical

import (
	"strings"
	"sync"
)

// spellings lists, for each unit that limits know (UCUM, case-sensitive code),
// the other ways in which senders and people write it. Case and spaces are
// folded before the look-up, so only real differences stand here.
var spellings = map[string][]string{
	"mmol/L":           {"mmoll", "mmol/litre", "mmol/liter", "millimol/l", "mmol.l-1"},
	"umol/L":           {"µmol/l", "μmol/l", "umoll", "mcmol/l", "micromol/l"},
	"nmol/L":           {"nmoll"},
	"pmol/L":           {"pmoll"},
	"meq/L":            {"meql", "mval/l"},
	"mg/dL":            {"mgdl", "mg/100ml", "milligramsperdeciliter"},
	"mg/L":             {"mgl"},
	"g/dL":             {"gm/dl", "gdl", "g/100ml", "gms/dl"},
	"g/L":              {"gm/l"},
	"ug/dL":            {"µg/dl", "μg/dl", "mcg/dl"},
	"ug/L":             {"µg/l", "μg/l", "mcg/l"},
	"ug/mL":            {"µg/ml", "μg/ml", "mcg/ml"},
	"ng/mL":            {"ngml"},
	"ng/dL":            {"ngdl"},
	"ng/L":             {"ngl"},
	"pg/mL":            {"pgml"},
	"mm[Hg]":           {"mmhg", "torr"},
	"kPa":              {},
	"[pH]":             {"ph", "phunits"},
	"%":                {"percent", "pct"},
	"{INR}":            {"inr", "[inr]"},
	"s":                {"sec", "secs", "second", "seconds"},
	"U/L":              {"iu/l", "[iu]/l", "units/l"},
	"[iU]/mL":          {"iu/ml", "u/ml", "units/ml", "internationalunitpermilliliter"},
	"10*3/uL":          {"10^3/ul", "x10*3/ul", "x10^3/ul", "x10e3/ul", "10e3/ul", "k/ul", "k/mcl", "thou/ul", "10*3/mm3", "10^3/mm3", "k/mm3", "k/cumm", "10*3/µl", "10^3/µl", "x10^3/µl", "10*3/μl", "10^3/μl", "k/µl", "k/μl"},
	"10*9/L":           {"10^9/l", "x10*9/l", "x10^9/l", "x10e9/l", "10e9/l", "×10⁹/l", "10⁹/l", "×10^9/l", "bil/l", "giga/l", "gpt/l", "/nl", "10e9/litre"},
	"10*6/uL":          {"10^6/ul", "x10*6/ul", "x10^6/ul", "x10e6/ul", "10e6/ul", "m/ul", "mil/ul", "m/mcl"},
	"10*12/L":          {"10^12/l", "x10*12/l", "x10^12/l", "x10e12/l", "10e12/l", "tril/l", "×10¹²/l", "tpt/l", "/pl"},
	"/uL":              {"cells/ul", "/mcl", "cells/mcl", "/µl", "/μl", "/mm3", "cells/mm3", "/cumm"},
	"mosm/kg":          {"mosmol/kg", "mosm/kgh2o", "mosmol/kgh2o", "mosmo/kg"},
	"mmol/kg":          {},
	"fL":               {},
	"pg":               {},
	"mL/min":           {"mlmin"},
	"mL/min/{1.73_m2}": {"ml/min/1.73m2", "ml/min/1.73"},
	"kU/L":             {"ku/l"},
	"mU/L":             {"miu/l", "m[iu]/l", "uiu/ml", "µiu/ml"},
	"mg/mmol":          {},
	"L/L":              {"l/l"},
	"Cel":              {"degc", "°c", "celsius"},
}

var byspelling = sync.OnceValue(func() map[string]string {
	m := make(map[string]string)
	for code, others := range spellings {
		m[squeeze(code)] = code
		for _, o := range others {
			m[squeeze(o)] = code
		}
	}
	return m
})

// squeeze folds case and spaces away.
func squeeze(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

// Canonical is the UCUM code of a unit as written, or "" for one we do not
// know. Case and spaces do not count.
func Canonical(written string) string { return byspelling()[squeeze(written)] }

// scales gives the exact factor from one unit to another that holds for every analyte.
var scales = []struct {
	from, to string
	by       Ratio
}{
	{"umol/L", "mmol/L", Ratio{1, 1000}},
	{"nmol/L", "umol/L", Ratio{1, 1000}},
	{"nmol/L", "mmol/L", Ratio{1, 1000000}},
	{"pmol/L", "nmol/L", Ratio{1, 1000}},
	{"mg/L", "mg/dL", Ratio{1, 10}},
	{"mg/dL", "g/L", Ratio{1, 100}},
	{"mg/L", "g/L", Ratio{1, 1000}},
	{"g/L", "g/dL", Ratio{1, 10}},
	{"mg/dL", "g/dL", Ratio{1, 1000}},
	{"ug/mL", "mg/L", Ratio{1, 1}},
	{"ug/L", "ug/dL", Ratio{1, 10}},
	{"ug/L", "ng/mL", Ratio{1, 1}},
	{"ug/L", "mg/L", Ratio{1, 1000}},
	{"ug/dL", "mg/dL", Ratio{1, 1000}},
	{"ng/mL", "ug/mL", Ratio{1, 1000}},
	{"ng/mL", "ug/dL", Ratio{1, 10}},
	{"ng/L", "ng/mL", Ratio{1, 1000}},
	{"ng/L", "ng/dL", Ratio{1, 10}},
	{"ng/dL", "ng/mL", Ratio{1, 100}},
	{"pg/mL", "ng/L", Ratio{1, 1}},
	{"pg/mL", "ng/mL", Ratio{1, 1000}},
	{"10*3/uL", "10*9/L", Ratio{1, 1}},
	{"/uL", "10*3/uL", Ratio{1, 1000}},
	{"/uL", "10*9/L", Ratio{1, 1000}},
	{"10*6/uL", "10*12/L", Ratio{1, 1}},
	{"L/L", "%", Ratio{100, 1}},
	// 1 mm[Hg] is 133.322387415 Pa by definition of the millimetre of mercury (UCUM, m[Hg] = 133.3220 kPa).
	{"kPa", "mm[Hg]", Ratio{1000000, 133322}},
}

// valence is how many equivalents a mole has, by LOINC code of the analyte.
var valence = map[string]int64{
	"2951-2": 1, "2947-0": 1, // sodium
	"2823-3": 1, "6298-4": 1, // potassium
	"2075-0": 1, "2069-3": 1, // chloride
	"1963-8": 1, "1959-6": 1, "2028-9": 1, // bicarbonate, carbon dioxide
	"1994-3": 2, "2000-8": 2, // calcium
	"2601-3": 2, "19123-9": 2, // magnesium
}

// Factor is the exact factor by which a number in one unit is multiplied to
// stand in the other, for one analyte. It serves limits only: what is read
// back is the sent value in the sent unit.
func Factor(from, to, loinc string) (Ratio, bool) {
	if from == to {
		return Ratio{1, 1}, from != ""
	}
	for _, s := range scales {
		switch {
		case s.from == from && s.to == to:
			return s.by, true
		case s.from == to && s.to == from:
			return Ratio{s.by.Den, s.by.Num}, true
		}
	}
	if n, ok := valence[loinc]; ok {
		switch {
		case from == "meq/L" && to == "mmol/L":
			return Ratio{1, n}, true
		case from == "mmol/L" && to == "meq/L":
			return Ratio{n, 1}, true
		}
	}
	if r, ok := molarFactor(from, to, loinc); ok {
		return r, true
	}
	// 1 meq/L of an ion against its mass: by way of the mole.
	if n, ok := valence[loinc]; ok && from == "meq/L" {
		if r, ok := molarFactor("mmol/L", to, loinc); ok {
			return Ratio{r.Num, r.Den * n}, true
		}
	}
	return Ratio{}, false
}

// Shown is how a unit is written for people, next to a number: "mmHg" for
// mm[Hg], nothing for a pH or an INR.
func Shown(code string) string {
	switch code {
	case "[pH]", "{INR}":
		return ""
	case "mm[Hg]":
		return "mmHg"
	case "10*3/uL":
		return "×10³/µL"
	case "10*6/uL":
		return "×10⁶/µL"
	case "10*9/L":
		return "×10⁹/L"
	case "10*12/L":
		return "×10¹²/L"
	case "[iU]/mL":
		return "IU/mL"
	case "Cel":
		return "°C"
	}
	for _, micro := range []string{"ug", "umol", "uL"} {
		if rest, ok := strings.CutPrefix(code, micro); ok {
			code = "µ" + micro[1:] + rest
		}
	}
	return strings.Replace(code, "/uL", "/µL", 1)
}
