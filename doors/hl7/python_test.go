package hl7_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/internal/need"
)

// differences are where python-hl7 reads a public message otherwise than we do, by the number of the message, and why.
var differences = map[string]string{
	"077": "MSH-2 lacks its first character: python-hl7 divides components at ~, we mend the delimiters; blanks as in 079",
	"079": "python-hl7 takes away the blanks at a message's end, we keep what was sent",
	"083": "as 079",
}

// pythonReading is what python-hl7 makes of a message.
type pythonReading struct {
	Refused string
	Fields  [][4]any
}

// TestAnotherParserReadsTheSameFields compares PID-3, OBR-3 and OBX-3, 5, 8 and 11 of every segment of every public
// message with what python-hl7 reads.
func TestAnotherParserReadsTheSameFields(t *testing.T) {
	samples := corpus(t)
	dir := filepath.Join(need.Corpus(t), "hl7")
	var names bytes.Buffer
	for _, s := range samples {
		path, err := filepath.Abs(filepath.Join(dir, s.File))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&names, path)
	}
	python := exec.CommandContext(t.Context(), need.PythonHL7(t), "testdata/fields.py")
	python.Stdin = &names
	said, err := python.Output()
	if err != nil {
		t.Fatal(err)
	}
	read := json.NewDecoder(bytes.NewReader(said))
	compared, other := 0, map[string]bool{}
	for _, s := range samples {
		var theirs pythonReading
		if err := read.Decode(&theirs); err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, f := range theirs.Fields {
			want = append(want, fmt.Sprintf("%v-%v %v, first %v", f[0], f[1], f[2], f[3]))
		}
		for _, part := range hl7.Split(s.Raw) {
			got = append(got, comparedFields(parse(t, string(part)))...)
		}
		compared += len(got)
		number, _, _ := strings.Cut(s.File, "_")
		diff := cmp.Diff(want, got)
		if theirs.Refused != "" {
			diff = "refused: " + theirs.Refused
		}
		if diff == "" {
			continue
		}
		other[number] = true
		if differences[number] == "" {
			t.Errorf("%s (-python-hl7 +ours):\n%s", s.File, diff)
		}
	}
	for number, why := range differences {
		if !other[number] {
			t.Errorf("%s is read alike by both now: it was said to differ because %s", number, why)
		}
	}
	t.Logf("%d fields of %d messages compared, %d messages read differently", compared, len(samples), len(other))
	if compared < 5000 {
		t.Errorf("only %d fields were compared", compared)
	}
}

// comparedFields are the fields compared, as sent.
func comparedFields(m *hl7.Message) (out []string) {
	for s := range m.All() {
		for _, n := range map[string][]int{"PID": {3}, "OBR": {3}, "OBX": {3, 5, 8, 11}}[s.Name()] {
			out = append(out, fmt.Sprintf("%s-%d %s, first %s", s.Name(), n, s.Field(n).Raw(), s.Field(n).Subcomponent(1).Raw()))
		}
	}
	return out
}

func TestAClientOfOthersIsAnswered(t *testing.T) {
	python := need.PythonHL7(t)
	h := staffed(t)
	_, port, err := net.SplitHostPort(h.listen(t))
	if err != nil {
		t.Fatal(err)
	}
	client := exec.CommandContext(t.Context(), python, "testdata/client.py", port)
	client.Stdin = strings.NewReader(kalium("P-1", anna, "1", "7.1", "F"))
	said, err := client.Output()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(said), "MSA|AA|P-1\n"); n != 2 {
		t.Errorf("it heard %q, want AA twice", said)
	}
	h.only(t)
	if got := h.door.Senders()[0]; got.Filed != 1 || got.Repeats != 1 || got.Garbage != 0 {
		t.Errorf("it was taken as %+v", got)
	}
}
