package critical

// The facts of this list are ARUP's, restated; see arup.Address. It is an
// example: no set is in force until a laboratory director approves one.
var arup = Set{
	ID:      "limits/arup-2019",
	Name:    "ARUP CORP-APPEND-0104A",
	Source:  "ARUP Critical Values List CORP-APPEND-0104A rev 34 (Apr 2019)",
	Address: "https://info.5y1.org/append-to-a-list_1_3bce24.html",
	Version: "rev 34",
	Rows: []Row{
		arupRow("2744-1", "pH arterial", "[pH]", "arterial blood", bound("7.25", true), bound("7.6", true), symbolLost),
		arupRow("2019-8", "pCO2 arterial", "mm[Hg]", "arterial blood", bound("20", true), bound("60", true), symbolLost),
		arupRow("2703-7", "pO2 arterial", "mm[Hg]", "arterial blood", bound("40", true), nil, symbolLost),
		arupRow("2028-9", "Carbon dioxide, total", "mmol/L", "serum/plasma", bound("10", false), bound("40", false), ""),
		arupRow("1975-2", "Bilirubin, total", "mg/dL", "serum/plasma", nil, bound("15", false), ""),
		arupRow("1994-3", "Calcium, ionized", "mmol/L", "whole blood", bound("0.78", true), bound("1.58", true), symbolLost),
		arupRow("17861-6", "Calcium, total", "mg/dL", "serum/plasma", bound("6.0", false), bound("13.0", false), ""),
		arupRow("2345-7", "Glucose", "mg/dL", "serum/plasma", bound("55", false), bound("450", false), "rev 26 (2017) had < 40: a list changes between versions, so versions must be kept"),
		arupRow("2498-4", "Iron", "ug/dL", "serum/plasma", nil, bound("500", false), ""),
		arupRow("19123-9", "Magnesium", "mg/dL", "serum/plasma", bound("1.0", false), bound("9.0", false), ""),
		arupRow("2777-1", "Phosphate", "mg/dL", "serum/plasma", bound("1.0", false), bound("9.0", false), ""),
		arupRow("2823-3", "Potassium", "mmol/L", "serum/plasma", bound("3.0", false), bound("6.1", false), ""),
		arupRow("2951-2", "Sodium", "mmol/L", "serum/plasma", bound("120", false), bound("160", false), ""),
		arupRow("10839-9", "Troponin I", "ng/mL", "serum/plasma", nil, bound("0.3", true), symbolLost),
		arupRow("6301-6", "INR", "{INR}", "citrated plasma", nil, bound("5.0", true), symbolLost),
		arupRow("14979-9", "aPTT", "s", "citrated plasma", nil, bound("85", true), symbolLost),
		arupRow("5902-2", "Prothrombin time", "s", "citrated plasma", nil, bound("44.0", true), symbolLost),
		arupRow("3255-7", "Fibrinogen", "mg/dL", "citrated plasma", bound("100", false), nil, ""),
		arupRow("4544-3", "Hematocrit", "%", "whole blood", bound("21", true), bound("65", true), symbolLost),
		arupRow("718-7", "Hemoglobin", "g/dL", "whole blood", bound("7.0", true), bound("21.0", false), symbolLost),
		arupRow("777-3", "Platelets", "10*3/uL", "whole blood", bound("20", true), bound("1000", true), symbolLost),
		arupRow("6690-2", "Leukocytes", "10*3/uL", "whole blood", bound("2.0", true), bound("40", true), symbolLost),
	},
}

const symbolLost = "symbol <=/>= lost in the source copy where marked inclusive; values as printed"

func arupRow(loinc, analyte, unit, specimen string, low, high *Bound, note string) Row {
	return Row{LOINC: loinc, Analyte: analyte, Unit: unit, Specimen: specimen, Low: low, High: high, Tier: "critical", Note: note}
}

func bound(text string, inclusive bool) *Bound {
	n, err := Num(text)
	if err != nil {
		panic(err) // a misprint in the table above
	}
	return &Bound{Value: n, Inclusive: inclusive}
}
