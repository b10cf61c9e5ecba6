package hl7_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/internal/need"
)

// sample is one file of the corpus of public messages.
type sample struct {
	File     string   `json:"file"`
	Type     string   `json:"type"`
	Features []string `json:"features"`
	Raw      []byte   `json:"-"`
}

func (s sample) has(feature string) bool { return slices.Contains(s.Features, feature) }

// corpus reads the public messages, which are not part of this repository.
func corpus(t testing.TB) []sample {
	t.Helper()
	dir := need.Corpus(t)
	index, err := os.ReadFile(filepath.Join(dir, "hl7", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	if err := json.Unmarshal(index, &samples); err != nil {
		t.Fatal(err)
	}
	for i := range samples {
		samples[i].Raw = file(t, filepath.Join(dir, "hl7", samples[i].File))
	}
	if len(samples) < 188 {
		t.Fatalf("the corpus has %d messages, want 188", len(samples))
	}
	return samples
}

func file(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var (
	lineEnd   = regexp.MustCompile("[\r\n]+")
	segmentID = regexp.MustCompile(`^[ \t]*([A-Z][A-Z0-9]{2})(?:$|([^A-Za-z0-9 ]))`)
)

// naiveCounts counts segment names as somebody would with a text editor.
func naiveCounts(raw []byte) map[string]int {
	counts := make(map[string]int)
	for _, line := range lineEnd.Split(string(raw), -1) {
		if m := segmentID.FindStringSubmatch(line); m != nil {
			counts[m[1]]++
		} else if strings.TrimSpace(line) != "" {
			counts[""]++
		}
	}
	return counts
}

func TestEveryPublicMessageParsesWithAllItsSegments(t *testing.T) {
	messages := 0
	for _, s := range corpus(t) {
		t.Run(s.File, func(t *testing.T) {
			got := make(map[string]int)
			var joined []byte
			for _, raw := range hl7.Split(s.Raw) {
				joined = append(joined, raw...)
				m, err := hl7.Parse(raw)
				if err != nil {
					t.Fatal(err)
				}
				messages++
				if string(m.Raw()) != string(raw) {
					t.Error("the raw bytes changed")
				}
				for seg := range m.All() {
					got[seg.Name()]++
				}
				if m.Doubtful(hl7.DoubtMore) || m.Doubtful(hl7.DoubtHeader) {
					t.Errorf("doubts %v in a message that Split parted", m.Doubts())
				}
				checkGroups(t, m)
			}
			if string(joined) != string(s.Raw) {
				t.Error("the parts are not the whole")
			}
			for name, n := range naiveCounts(s.Raw) {
				if got[name] != n {
					t.Errorf("%d segments %q, want %d", got[name], name, n)
				}
			}
		})
	}
	if messages < 188 {
		t.Errorf("%d messages, want at least 188", messages)
	}
}

// checkGroups demands that each segment which makes a result stands in exactly one group.
func checkGroups(t *testing.T, m *hl7.Message) {
	t.Helper()
	seen := make(map[int]int)
	put := func(segments ...hl7.Segment) {
		for _, s := range segments {
			if s.Exists() {
				seen[s.Position()]++
			}
		}
	}
	specimens := make(map[int]bool)
	for p := range m.Patients() {
		put(p.PID, p.PV1, p.MRG)
		put(p.Notes...)
		put(p.Others...)
		put(p.Stray...)
		for _, o := range p.Orders {
			put(o.ORC, o.OBR)
			put(o.Notes...)
			put(o.Others...)
			put(o.Stray...)
			for _, s := range o.Specimens {
				specimens[s.Position()] = true
			}
			for _, x := range o.Observations {
				put(x.OBX)
				put(x.Notes...)
				put(x.Others...)
				put(x.Stray...)
			}
		}
	}
	for s := range m.All() {
		n := seen[s.Position()]
		switch s.Name() {
		case "PID", "PV1", "MRG", "ORC", "OBR", "OBX", "NTE":
			if n != 1 {
				t.Errorf("%s at line %d stands in %d groups", s.Name(), s.Position(), n)
			}
		case "SPM":
			if !specimens[s.Position()] {
				t.Errorf("SPM at line %d stands in no order", s.Position())
			}
		default:
			if n > 1 {
				t.Errorf("%q at line %d stands in %d groups", s.Name(), s.Position(), n)
			}
		}
	}
}

func TestPublicMessagesSayWhatTheirIndexSays(t *testing.T) {
	for _, s := range corpus(t) {
		t.Run(s.File, func(t *testing.T) {
			m, err := hl7.Parse(s.Raw)
			if err != nil {
				t.Fatal(err)
			}
			checks := map[string]bool{
				"no-control-id":                   m.ControlID() == "",
				"no-version":                      m.Version() == "",
				"no-msg-time":                     m.MSH().Field(7).Empty(),
				"charset=wrong":                   m.Doubtful(hl7.DoubtCharset),
				"charset=x~y":                     m.Doubtful(hl7.DoubtCharset),
				"charset=8859/1":                  m.At("MSH-18").Text() == "8859/1",
				"non-ascii-utf8":                  m.Charset() == "UTF-8",
				`odd-delimiters:|^~\\&`:           m.Doubtful(hl7.DoubtDelims) && m.Delims().Subcomponent == '&',
				`odd-delimiters:|~\&|P`:           m.Doubtful(hl7.DoubtDelims) && m.Delims().Component == '^',
				`odd-delimiters:^~|\&^`:           m.Delims() == hl7.Delims{'^', '~', '|', '\\', '&', 0},
				"odd-delimiters:|^~`&|":           m.Delims().Escape == '`',
				"MSH15=AL":                        m.At("MSH-15").Text() == "AL",
				"MSH16=NE":                        m.At("MSH-16").Text() == "NE",
				"multi-PID":                       patients(m) == 2,
				"no-PV1":                          !m.First("PV1").Exists(),
				"batch":                           m.First("FHS").Exists() && m.First("BHS").Exists(),
				"SPM":                             m.First("SPM").Exists(),
				"value-without-type":              m.At("OBX-2").Empty() && m.At("OBX-5").Text() == "Sample Value",
				"NM-with-text:60~120":             anyOBX(m, func(x hl7.Segment) bool { return x.Field(5).Count() == 2 && x.Field(5).Repetition(2).Text() == "120" }),
				"NM-with-text:37.0~37.1":          anyOBX(m, func(x hl7.Segment) bool { return x.Field(5).Repetition(1).Text() == "37.0" }),
				"NM-with-text:01I":                anyOBX(m, func(x hl7.Segment) bool { return x.Text(5) == "01I" }),
				"SN:^182":                         anyOBX(m, func(x hl7.Segment) bool { return x.Text(5, 1) == "" && x.Text(5, 2) == "182" }),
				"SN:=^1^:^8192":                   anyOBX(m, func(x hl7.Segment) bool { return x.Text(5, 3) == ":" && x.Text(5, 4) == "8192" }),
				"SN:+^2^-^4":                      anyOBX(m, func(x hl7.Segment) bool { return x.Text(5, 4) == "4" }),
				"flags=AA:1":                      anyOBX(m, func(x hl7.Segment) bool { return x.Text(8) == "AA" }),
				"flags=A:1,L:8,LL:1":              anyOBX(m, func(x hl7.Segment) bool { return x.Text(8) == "LL" && x.Text(5) == "7.20" }),
				"flags=A^Abnormal^HL70078:1":      anyOBX(m, func(x hl7.Segment) bool { return x.Text(8, 1) == "A" && x.Text(8, 3) == "HL70078" }),
				"refrange-with-underscore 70_105": anyOBX(m, func(x hl7.Segment) bool { return x.Text(7) == "70_105" }),
				"unknown-OBX2 FN":                 anyOBX(m, func(x hl7.Segment) bool { return x.Text(2) == "FN" }),
				"bad-birthdate 196203520":         badTime(m.At("PID-7")),
				"status=W:2":                      anyOBX(m, func(x hl7.Segment) bool { return x.Text(11) == "W" }),
			}
			for feature, ok := range checks {
				if s.has(feature) && !ok {
					t.Errorf("the index says %s, the parser does not (doubts %v)", feature, m.Doubts())
				}
			}
			stray := 0
			for range m.Stray() {
				stray++
			}
			if s.has("lines-not-segments=1") && stray == 0 {
				t.Error("the index says lines-not-segments, the parser has none")
			}
		})
	}
}

func patients(m *hl7.Message) (n int) {
	for range m.Patients() {
		n++
	}
	return n
}

func anyOBX(m *hl7.Message, ok func(hl7.Segment) bool) bool {
	for x := range m.Segments("OBX") {
		if ok(x) {
			return true
		}
	}
	return false
}

func badTime(f hl7.Field) bool {
	_, err := f.Time(nil)
	return err != nil
}

// usualFields touches what filing a result needs, and returns how much it read.
func usualFields(m *hl7.Message) (n int) {
	code, event := m.Type()
	msh := m.MSH()
	n += len(code) + len(event) + len(m.ControlID()) + len(msh.Text(3, 1)) + len(msh.Text(4, 1)) + len(msh.Text(7))
	for p := range m.Patients() {
		for id := range p.PID.Field(3).Repetitions() {
			n += len(id.Component(1).Text()) + len(id.Component(4).Subcomponent(1).Text())
		}
		n += len(p.PID.Text(5, 1)) + len(p.PID.Text(5, 2)) + len(p.PID.Text(7)) + len(p.PID.Text(8))
		n += len(p.PV1.Text(2)) + len(p.PV1.Text(3, 1)) + len(p.PV1.Text(7, 1))
		for _, o := range p.Orders {
			n += len(o.OBR.Text(2, 1)) + len(o.OBR.Text(3, 1)) + len(o.OBR.Text(4, 1)) + len(o.OBR.Text(16, 1))
			n += len(o.OBR.Text(22)) + len(o.OBR.Text(25)) + len(o.ORC.Text(12, 1))
			for _, x := range o.Observations {
				n += len(x.OBX.Text(2)) + len(x.OBX.Text(3, 1)) + len(x.OBX.Text(3, 3)) + len(x.OBX.Text(4))
				n += len(x.OBX.Text(5)) + len(x.OBX.Text(6, 1)) + len(x.OBX.Text(7)) + len(x.OBX.Text(8, 1))
				n += len(x.OBX.Text(11)) + len(x.OBX.Text(14)) + len(x.Notes)
			}
		}
	}
	return n
}

// BenchmarkParse reads the public messages one after another, on one core, with the fields that filing needs.
func BenchmarkParse(b *testing.B) {
	samples := corpus(b)
	bytes := 0
	for _, s := range samples {
		bytes += len(s.Raw)
	}
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	read := 0
	for b.Loop() {
		for _, s := range samples {
			m, err := hl7.Parse(s.Raw)
			if err != nil {
				b.Fatal(err)
			}
			read += usualFields(m)
		}
	}
	if read == 0 {
		b.Fatal("nothing was read")
	}
	b.ReportMetric(float64(b.N*len(samples))/b.Elapsed().Seconds(), "messages/s")
}
