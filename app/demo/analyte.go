package demo

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// sender is MSH-3 and MSH-4 of the demonstration's laboratory system, and senderCode the name under which a Readback
// knows it. public is that of the sample message of a blood gas which libraries for HL7 ship as an example.
const (
	sender     = "DEMOLIS|DEMO"
	senderCode = "demolis.demo"
	public     = "labgl1"
)

// span is the values from least to most, both included, in units of the last decimal.
type span struct{ least, most int }

func (s span) draw(r *rand.Rand) int { return s.least + r.IntN(s.most-s.least+1) }

// analyte is a test of the laboratory system, with values as they are found.
type analyte struct {
	code, name, loinc, unit string // the system's own code; the unit as it writes it
	decimals                int
	usual                   span // its reference range
	low, high               span // values that no limit set would leave uncalled; empty: none
}

// panels are ordered as one specimen. The values are typical of adults; the critical ones lie past ARUP's example limits.
var panels = []panel{
	{"BMP", "Basic metabolic panel", []analyte{
		{"NA", "Sodium", "2951-2", "mmol/L", 0, span{135, 145}, span{106, 117}, span{163, 171}},
		{"K", "Potassium", "2823-3", "mmol/L", 1, span{35, 51}, span{22, 28}, span{63, 76}},
		{"CL", "Chloride", "2075-0", "mmol/L", 0, span{98, 107}, span{}, span{}},
		{"CREA", "Creatinine", "2160-0", "mg/dL", 2, span{60, 120}, span{}, span{}},
		{"GLU", "Glucose", "2345-7", "mg/dL", 0, span{70, 99}, span{31, 52}, span{462, 740}},
		{"CA", "Calcium", "17861-6", "mg/dL", 1, span{86, 102}, span{48, 58}, span{132, 151}},
	}},
	{"CBC", "Blood count", []analyte{
		{"HGB", "Hemoglobin", "718-7", "g/dL", 1, span{120, 165}, span{48, 68}, span{}},
		{"WBC", "Leukocytes", "6690-2", "10*3/uL", 1, span{40, 110}, span{5, 17}, span{421, 880}},
		{"PLT", "Platelets", "777-3", "10*3/uL", 0, span{150, 400}, span{5, 18}, span{}},
	}},
	{"COAG", "Coagulation", []analyte{
		{"INR", "INR", "6301-6", "", 1, span{9, 12}, span{}, span{54, 91}},
		{"APTT", "aPTT", "14979-9", "s", 0, span{25, 37}, span{}, span{91, 140}},
	}},
	{"BGA", "Blood gas, arterial", []analyte{
		{"PH", "pH, arterial", "2744-1", "", 2, span{735, 745}, span{698, 721}, span{762, 771}},
		{"PCO2", "pCO2, arterial", "2019-8", "mmHg", 0, span{35, 45}, span{}, span{64, 88}},
		{"PO2", "pO2, arterial", "2703-7", "mmHg", 0, span{80, 100}, span{27, 38}, span{}},
	}},
	{"TNI", "Troponin I", []analyte{
		{"TNI", "Troponin I", "10839-9", "ng/mL", 2, span{0, 4}, span{}, span{45, 960}},
	}},
}

// culture is found in words.
var culture = panel{"BCUL", "Blood culture", []analyte{{code: "BCUL", name: "Blood culture", loinc: "600-7"}}}

type panel struct {
	code, name string
	tests      []analyte
}

// callable tells whether a test of the panel can be critical.
func (a analyte) callable() bool { return a.low != span{} || a.high != span{} }

// finding is one value of a test.
type finding struct {
	analyte
	value  int
	words  string // instead of a value
	status string // HL7 table 0085; "": that of the message
	flag   string // HL7 table 0078
}

// find draws a value.
func (a analyte) find(r *rand.Rand, critically bool) finding {
	f := finding{analyte: a}
	switch {
	case !critically && r.IntN(8) > 0:
		f.value = a.usual.draw(r)
	case !critically: // a little off, and no more
		f.value, f.flag = a.usual.most, "H"
		if by := (a.usual.most - a.usual.least) / 10; by > 0 {
			f.value += 1 + r.IntN(by)
		} else {
			f.flag = ""
		}
	case a.high == span{} || a.low != span{} && r.IntN(2) == 0:
		f.value, f.flag = a.low.draw(r), "LL"
	default:
		f.value, f.flag = a.high.draw(r), "HH"
	}
	return f
}

// text is the value as it is sent; HL7's null of one that was taken back.
func (f finding) text() string {
	switch {
	case f.status == deleted:
		return `""`
	case f.words != "":
		return f.words
	}
	return f.write(f.value)
}

func (f finding) reference() string {
	if f.usual == (span{}) {
		return ""
	}
	return f.write(f.usual.least) + "-" + f.write(f.usual.most)
}

func (a analyte) write(n int) string {
	s := strconv.Itoa(n)
	if a.decimals == 0 {
		return s
	}
	for len(s) <= a.decimals {
		s = "0" + s
	}
	return s[:len(s)-a.decimals] + "." + s[len(s)-a.decimals:]
}

// unwritten is the unit of a test for which the system writes none.
var unwritten = map[string]string{"6301-6": "{INR}", "2744-1": "[pH]"}

// mappings is what the codes of the demonstration's system mean, and those of the public sample's blood gas that an
// example limit is for. The other codes of that sample are left for the desk to ask about.
func mappings() []wire.MapBody {
	var out []wire.MapBody
	for _, p := range append(slices.Clip(panels), culture) {
		for _, a := range p.tests {
			out = append(out, wire.MapBody{Sender: senderCode, System: "L", Code: a.code, Test: critical.Test{LOINC: a.loinc, Label: a.name, Unit: unwritten[a.loinc]}})
		}
	}
	for _, m := range []struct{ code, loinc, label, unit string }{
		{"1001449", "2744-1", "pH, arterial", "[pH]"},
		{"1001420", "2019-8", "pCO2, arterial", ""},
		{"1001960", "2703-7", "pO2, arterial", ""},
		{"1001935", "718-7", "Hemoglobin", ""},
		{"1001910", "8310-5", "Patient temperature", "Cel"},
		{"1001912", "3150-0", "Inhaled oxygen", "%"},
		{"1001060", "1960-4", "Bicarbonate, arterial", ""},
		{"1001930", "1925-7", "Base excess, arterial", ""},
		{"1001980", "2708-6", "Oxygen saturation, arterial", ""},
		{"1001940", "2026-3", "Carbon dioxide, arterial", ""},
	} {
		out = append(out, wire.MapBody{Sender: public, Code: m.code, Test: critical.Test{LOINC: m.loinc, Label: m.label, Unit: m.unit}})
	}
	return out
}
