package hl7_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// fixture parses one of our own messages.
func fixture(t testing.TB, name string) *hl7.Message {
	t.Helper()
	return parse(t, string(file(t, filepath.Join("testdata", name))))
}

func parse(t testing.TB, raw string) *hl7.Message {
	t.Helper()
	m, err := hl7.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFieldsHaveTheNumbersThatHL7GivesThem(t *testing.T) {
	m := fixture(t, "potassium.hl7")
	for path, want := range map[string]string{
		"MSH-0": "MSH", "MSH-1": "|", "MSH-2": `^~\&`, "MSH-3": "LABCORE", "MSH-9.2": "R01", "MSH-10": "NL-100001",
		"MSH-12": "2.5.1", "PID-3": "4711008^^^NORDSTADT^MR~F1190422^^^CITY^PI", "PID-3.1": "4711008",
		"PID-3[2].1": "F1190422", "PID-3[2].4": "CITY", "PID-3[3].1": "", "PID-5.2": "Jonas", "PV1-3.1": "3WEST",
		"OBX-5": "7.1", "OBX[2]-5": "138", "OBX[3]-5": "", "OBX-8.1": "HH", "OBX-8.2": "Critical high",
		"OBX-3.1": "2823-3", "OBX-3.1.1": "2823-3", "OBX-3.1.2": "", "OBR-22": "20260302081400+0100", "OBX-99": "",
		"NTE-3": "Not hemolyzed\nrepeated & confirmed", "ZZZ-1": "", "OBX": "", "OBX-x": "", "PID-3[0]": "",
		"PID-3.0": "", "PID-3.1.1.1": "", "OBX[-1]-5": "",
	} {
		if got := m.At(path).Text(); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if n := m.First("OBX").Len(); n != 15 {
		t.Errorf("OBX has %d fields, want 15", n)
	}
	if n := m.MSH().Len(); n != 12 {
		t.Errorf("MSH has %d fields, want 12", n)
	}
	if d := m.Doubts(); d != nil {
		t.Errorf("a clean message has doubts %v", d)
	}
}

func TestAMessageSpeaksItsOwnDelimiters(t *testing.T) {
	m := fixture(t, "own_delims.hl7")
	for path, want := range map[string]string{
		"MSH-1": "#", "MSH-2": "*!`@", "MSH-9.2": "R01", "PID-3.1.1": "4711010", "PID-3.4.1": "NORDSTADT",
		"PID-3.4.2": "1.2.3", "PID-5.1": "O@Neil", "OBX-5.1": ">", "OBX-5.2": "500", "OBX-8[2]": "A",
		"NTE-3": `a#b*c!d` + "`e | ^ ~ \\ &",
	} {
		if got := m.At(path).Text(); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
}

func TestBrokenDelimitersAreMendedAndReported(t *testing.T) {
	usual := hl7.Delims{Field: '|', Component: '^', Repetition: '~', Escape: '\\', Subcomponent: '&'}
	truncating := usual
	truncating.Truncation = '#'
	odd := hl7.Delims{Field: '^', Component: '~', Repetition: '|', Escape: '\\', Subcomponent: '&'}
	for _, c := range []struct {
		header string
		want   hl7.Delims
		intact bool
	}{
		{`MSH|^~\&|A`, usual, true},
		{`MSH|^~\&#|A`, truncating, true},
		{`MSH^~|\&^A`, odd, true},
		{`MSH|^~\\&|A`, usual, false},
		{`MSH|*!\\@|A`, hl7.Delims{Field: '|', Component: '*', Repetition: '!', Escape: '\\', Subcomponent: '@'}, false},
		{`MSH|~\&|A`, usual, false},
		{`MSH|^~&|A`, usual, false},
		{`MSH||A`, usual, false},
		{`MSH|`, usual, false},
		{`MSH|^~\&`, usual, true},
		{`MSH|0001`, usual, false},
		{`MSH|^~\&|`, usual, true},
		{`MSH|^^^^|A`, usual, false},
		{`MSH|^~\&#$%|A`, usual, false},
		{`MSH|*|A`, hl7.Delims{Field: '|', Component: '*', Repetition: '~', Escape: '\\', Subcomponent: '&'}, false},
		{`MSH~|~A`, hl7.Delims{Field: '~', Component: '|', Repetition: '!', Escape: '\\', Subcomponent: '&'}, false},
	} {
		m := parse(t, c.header)
		if got := m.Delims(); got != c.want {
			t.Errorf("%s: delimiters %q, want %q", c.header, got, c.want)
		}
		if intact := !m.Doubtful(hl7.DoubtDelims); intact != c.intact {
			t.Errorf("%s: intact %v, want %v", c.header, intact, c.intact)
		}
	}
}

func TestLineEndsOfAnyKindEndSegments(t *testing.T) {
	for _, raw := range []string{
		"MSH|^~\\&|A\rPID|1\rOBX|1", "MSH|^~\\&|A\nPID|1\nOBX|1\n", "MSH|^~\\&|A\r\nPID|1\r\nOBX|1\r\n",
		"\n\r\n MSH|^~\\&|A\n\rPID|1\r\r\n\n  OBX|1\r\n\x1c\r", "\x0bMSH|^~\\&|A\r\x00PID|1\n\tOBX|1\x0d\x1c\x0d",
		"\ufeffMSH|^~\\&|A\rPID|1\rOBX|1", "MSH|^~\\&|A\rPID\rOBX",
	} {
		m := parse(t, raw)
		var names []string
		for s := range m.All() {
			names = append(names, s.Name())
		}
		if diff := cmp.Diff([]string{"MSH", "PID", "OBX"}, names); diff != "" {
			t.Errorf("%q: segments (-want +got):\n%s", raw, diff)
		}
	}
}

func TestLinesThatAreNoSegmentsAreKept(t *testing.T) {
	m := parse(t, "log: sending\rMSH|^~\\&|A\r# comment\rPID|1\robx|lower\rZLB|own|x\rOBXX|2\r")
	var names, stray []string
	for s := range m.All() {
		names = append(names, s.Name())
	}
	for s := range m.Stray() {
		stray = append(stray, s.Line())
		if s.Name() != "" || s.Len() != 0 || !s.Field(1).Empty() {
			t.Errorf("stray line %q passes for a segment", s.Line())
		}
	}
	if diff := cmp.Diff([]string{"", "MSH", "", "PID", "", "ZLB", ""}, names); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"log: sending", "# comment", "obx|lower", "OBXX|2"}, stray); diff != "" {
		t.Errorf("stray lines (-want +got):\n%s", diff)
	}
	if got := m.First("ZLB").Text(2); got != "x" {
		t.Errorf("ZLB-2 = %q, want x", got)
	}
	if !m.Doubtful(hl7.DoubtStray) {
		t.Error("stray lines are no doubt")
	}
}

func TestAHeaderWithinALineIsFound(t *testing.T) {
	m := parse(t, "2026-03-02 12:00 INFO MSH|^~\\&|LABCORE\rPID|1\r")
	if got := m.At("MSH-3").Text(); got != "LABCORE" || !m.Doubtful(hl7.DoubtHeader) {
		t.Errorf("MSH-3 = %q, doubts %v", got, m.Doubts())
	}
}

func TestBytesWithoutHeaderAreNoMessage(t *testing.T) {
	for _, raw := range []string{"", "\r\n", "PID|1\rOBX|1", "MSH", "MSHX|^~", "xMSH|", "msh|^~\\&|", "GET / HTTP/1.1\r\n\r\n", "MSH\r|^~\\&|"} {
		if m, err := hl7.Parse([]byte(raw)); !errors.Is(err, hl7.ErrNoHeader) {
			t.Errorf("%q: %v, %v, want ErrNoHeader", raw, m, err)
		}
	}
}

func TestTheMessageThatBrokeAnotherParserParses(t *testing.T) {
	m := parse(t, "MSH|0001\rOBR|||||||||||||||||||||||||||10")
	if got := m.At("OBR-27").Text(); got != "10" {
		t.Errorf("OBR-27 = %q, want 10", got)
	}
}

func TestNullIsNotEmpty(t *testing.T) {
	f := fixture(t, "lactate_corrected.hl7").At("OBX-8")
	if !f.Null() || f.Empty() || f.Text() != "" || f.Raw() != `""` {
		t.Errorf("OBX-8: null %v, empty %v, text %q", f.Null(), f.Empty(), f.Text())
	}
	f = fixture(t, "lactate_preliminary.hl7").At("OBX-9")
	if f.Null() || !f.Empty() {
		t.Errorf("OBX-9: null %v, empty %v", f.Null(), f.Empty())
	}
	if f := parse(t, "MSH|^~\\&|A\rPID|\"\"^B~\"\"\r").At("PID-1"); !f.Component(1).Null() || f.Component(2).Null() || !f.Repetition(2).Null() {
		t.Error("a component or repetition that is null does not say so")
	}
}

func TestValuesComeAsSentWhateverTheirType(t *testing.T) {
	m := fixture(t, "no_type_lf.hl7")
	for path, want := range map[string]string{
		"OBX-2": "", "OBX-5": "71", "OBX[2]-5": "37.0~37.1", "OBX[2]-5[2]": "37.1", "OBX[2]-5.1": "37.0", "OBX[2]-5[2].1.1": "37.1", "OBX[3]-5": ">8.0", "OBX[3]-6": "",
		"OBX[3]-8[1]": "HH", "OBX[3]-8[2]": "A",
	} {
		if got := m.At(path).Text(); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if n := m.At("OBX[2]-5").Count(); n != 2 {
		t.Errorf("OBX-5 repeats %d times, want 2", n)
	}
}

func TestSplitPartsABatchAndLosesNothing(t *testing.T) {
	raw := file(t, "testdata/batch.hl7")
	parts := hl7.Split(raw)
	if len(parts) != 3 {
		t.Fatalf("%d messages, want 3", len(parts))
	}
	var joined strings.Builder
	var values []string
	for _, part := range parts {
		joined.Write(part)
		m := parse(t, string(part))
		values = append(values, m.ControlID()+" "+m.At("OBX-5").Text())
	}
	if diff := cmp.Diff([]string{"NL-200000 2.9", "NL-200001 3.1", "NL-200002 2.4"}, values); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if joined.String() != string(raw) {
		t.Error("the parts are not the whole")
	}
	whole := parse(t, string(raw))
	if !whole.Doubtful(hl7.DoubtMore) || whole.ControlID() != "NL-200000" || whole.At("OBX[2]-5").Text() != "" {
		t.Error("Parse of a whole batch is not its first message with a doubt")
	}
	if got := hl7.Split(nil); len(got) != 1 || len(got[0]) != 0 {
		t.Errorf("Split(nil) = %q", got)
	}
}
