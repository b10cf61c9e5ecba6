package critical

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Coding is a code as a sender writes it, with the system it says it is from.
type Coding struct {
	System string `json:"system,omitempty"` // such as "LN"; often empty
	Code   string `json:"code"`
}

// Test is what we know of a sender's code.
type Test struct {
	LOINC    string `json:"loinc"`
	Label    string `json:"label"`              // our own short label
	Unit     string `json:"unit,omitempty"`     // UCUM, when the sender writes none
	Specimen string `json:"specimen,omitempty"` // as in the limit rows
}

// Resolve finds the test that a sender means by the first of its codings that
// is mapped: for that sender, else for all senders (sender ""). A code that
// is LOINC by its system and check digit needs no mapping.
func (b Board) Resolve(sender string, as []Coding) (Test, bool) {
	for _, c := range as {
		if c.Code == "" {
			continue
		}
		for _, k := range []string{codeKey(sender, c), codeKey(sender, Coding{Code: c.Code}), codeKey("", c), codeKey("", Coding{Code: c.Code})} {
			if t, ok := b.Codes.Get(k); ok {
				return t, true
			}
		}
	}
	for _, c := range as {
		switch strings.ToUpper(c.System) {
		case "LN", "LOINC", "2.16.840.1.113883.6.1":
			if LOINC(c.Code) {
				return Test{LOINC: c.Code, Label: label(c.Code)}, true
			}
		}
	}
	return Test{}, false
}

func codeKey(sender string, c Coding) string {
	return strings.Join([]string{sender, strings.ToUpper(c.System), c.Code}, "\x1f")
}

// codeWork is the subject of the work item for a code that nobody mapped: one
// for each sender and code, however many results wait for it.
func codeWork(sender string, c Coding) string {
	sum := sha256.Sum256([]byte(codeKey(sender, c)))
	return "code/" + hex.EncodeToString(sum[:10])
}

// label is our short label for a LOINC code, or the code.
func label(loinc string) string {
	for _, s := range exampleSets() {
		for _, r := range s.Rows {
			if r.LOINC == loinc {
				return r.Analyte
			}
		}
		for _, f := range s.Findings {
			if slices.Contains(f.LOINC, loinc) {
				return f.Group
			}
		}
	}
	return loinc
}
