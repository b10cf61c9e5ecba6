package hl7_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// outline writes the groups of a message a line each, indented by depth.
func outline(m *hl7.Message) string {
	var b strings.Builder
	notes := func(indent string, notes, others, stray []hl7.Segment) {
		for _, n := range notes {
			fmt.Fprintf(&b, "%snote %s\n", indent, n.Text(3))
		}
		for _, n := range others {
			fmt.Fprintf(&b, "%s%s\n", indent, n.Name())
		}
		for _, n := range stray {
			fmt.Fprintf(&b, "%sstray %s\n", indent, n.Line())
		}
	}
	for p := range m.Patients() {
		fmt.Fprintf(&b, "patient %s in %s\n", p.PID.Text(3, 1), p.PV1.Text(3, 1))
		notes("  ", p.Notes, p.Others, p.Stray)
		for _, o := range p.Orders {
			fmt.Fprintf(&b, "  order %s of %s", o.OBR.Text(3), o.ORC.Text(3))
			for _, s := range o.Specimens {
				fmt.Fprintf(&b, " on %s", s.Text(2))
			}
			if o.Orphan() {
				b.WriteString(" orphan")
			}
			b.WriteString("\n")
			notes("    ", o.Notes, o.Others, o.Stray)
			for _, x := range o.Observations {
				fmt.Fprintf(&b, "    %s = %s", x.OBX.Text(3, 1), x.OBX.Text(5))
				if x.Specimen.Exists() {
					fmt.Fprintf(&b, " about %s", x.Specimen.Text(2))
				}
				b.WriteString("\n")
				notes("      ", x.Notes, x.Others, x.Stray)
			}
		}
	}
	return b.String()
}

func TestPatientsOfOneMessageAreKeptApart(t *testing.T) {
	want := `patient A-1 in 3WEST
  note for the first patient
  order F-1 of 
    2823-3 = 4.1
    2951-2 = 139
      note for the sodium
  order F-2 of F-2
    note for the order
    note for the panel
    2345-7 = 5.5
patient B-2 in 
  order F-3 of 
    2823-3 = 7.7
      ZLB
`
	if diff := cmp.Diff(want, outline(fixture(t, "two_patients.hl7"))); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestSpecimensThatStandFirstBelongToTheOrdersAfterThem(t *testing.T) {
	want := `patient A-1 in 
  order  of  on S-1 orphan
    SAC
    HEM = none about S-1
  order F-11 of F-11 on S-1
    2823-3 = 4.4
  order F-12 of F-12 on S-1
    2951-2 = 140
  order F-13 of  on S-2
    718-7 = 6.6
`
	if diff := cmp.Diff(want, outline(fixture(t, "specimen_first.hl7"))); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestSpecimensAfterTheObservationsBelongToTheirOrder(t *testing.T) {
	m := parse(t, "MSH|^~\\&|L||||||ORU^R01\rPID|1||A\rOBR|1||F-1\rOBX|1|NM|K||4\rSPM|1|S-1\rOBX|2|ST|HEM||none\r"+
		"OBR|2||F-2\rOBX|1|NM|NA||140\rSPM|1|S-2\rSPM|2|S-3\r")
	want := `patient A in 
  order F-1 of  on S-1
    K = 4
    HEM = none about S-1
  order F-2 of  on S-2 on S-3
    NA = 140
`
	if diff := cmp.Diff(want, outline(m)); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestObservationsWithoutAnOrderAreReportedAsSuch(t *testing.T) {
	want := `patient A-1 in 
  order  of  orphan
    2823-3 = 6.9
  order F-21 of 
    2951-2 = 140
`
	if diff := cmp.Diff(want, outline(fixture(t, "orphan.hl7"))); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestAnObservationBrokenByLineEndsShowsItsStrayLines(t *testing.T) {
	want := `patient A-1 in 
  order F-31 of 
    600-7 = Gram negative rods
      stray seen in both bottles||||||F
    2823-3 = 4.0
`
	if diff := cmp.Diff(want, outline(fixture(t, "torn.hl7"))); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestOddOrdersOfSegmentsLoseNothing(t *testing.T) {
	const head = "MSH|^~\\&|L||||||ORU^R01\r"
	for raw, want := range map[string]string{
		// No patient at all.
		"OBR|1||F-1\rOBX|1|NM|K||4": "patient  in \n  order F-1 of \n    K = 4\n",
		// The visit before the patient.
		"PV1|1|I|ICU\rPID|1||A\rOBR|1||F-1": "patient A in ICU\n  order F-1 of \n",
		// A second visit.
		"PID|1||A\rPV1|1|I|ICU\rPV1|2|I|ER": "patient A in ICU\n  PV1\n",
		// Orders without OBR, as for drugs.
		"PID|1||A\rORC|1||D-1\rRXO|x\rORC|2||D-2\rOBX|1|NM|K||4": "patient A in \n  order  of D-1\n    RXO\n  order  of D-2 orphan\n    K = 4\n",
		// The ORC between its OBR and the observations.
		"PID|1||A\rOBR|1||F-1\rORC|1||F-1\rNTE|1||n\rOBX|1|NM|K||4": "patient A in \n  order F-1 of F-1\n    note n\n    K = 4\n",
		// Only the second order has an ORC.
		"PID|1||A\rOBR|1||F-1\rORC|1||F-2\rOBR|2||F-2": "patient A in \n  order F-1 of \n  order F-2 of F-2\n",
		// Segments between the observations that are the order's.
		"PID|1||A\rOBR|1||F-1\rTQ1|1\rOBX|1|NM|K||4\rPRT|1\rCTI|1": "patient A in \n  order F-1 of \n    TQ1\n    CTI\n    K = 4\n      PRT\n",
		// An order at the end that has only its ORC.
		"PID|1||A\rORC|1||D-1\rNTE|1||n\rPID|2||B\rORC|1||D-2": "patient A in \n  order  of D-1\n    note n\npatient B in \n  order  of D-2\n",
		// A merge.
		"EVN|A40\rPID|1||A\rMRG|B": "patient A in \n",
		// An answer.
		"MSA|AA|1": "",
	} {
		if diff := cmp.Diff(want, outline(parse(t, head+raw))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", raw, diff)
		}
	}
}

func TestPatientsCanBeLeftEarly(t *testing.T) {
	for p := range fixture(t, "two_patients.hl7").Patients() {
		if got := p.PID.Text(3, 1); got != "A-1" {
			t.Errorf("the first patient is %s", got)
		}
		break
	}
}
