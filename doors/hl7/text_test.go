package hl7_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"github.com/seed-909bec58/readback/doors/hl7"
)

func TestEscapesAreReadAndUnknownOnesStay(t *testing.T) {
	for raw, want := range map[string]string{
		`a\F\b\S\c\T\d\R\e\E\f`:                   `a|b^c&d~e\f`,
		`\H\7.28\N\ low`:                          "7.28 low",
		`one\.br\two\.sp\three`:                   "one\ntwo\nthree",
		`one\.sp2\two\.sk3\x`:                     "one\n\ntwo   x",
		`\.in+4\\.ti-2\\.fi\\.nf\left\.ce\middle`: "left\nmiddle",
		`line\X0D\\X0A\next`:                      "line\r\nnext",
		`\XC3A9\`:                                 "é",
		`\xC3A9\`:                                 `\xC3A9\`,
		`\XC3\`:                                   `\XC3\`,
		`\XG1\`:                                   `\XG1\`,
		`\C2842\plain`:                            "plain",
		`\M2442\`:                                 `\M2442\`,
		`\Zown\ text`:                             `\Zown\ text`,
		`\.sp99999999999999999999\`:               `\.sp99999999999999999999\`,
		`C:\dir\name \T\ more`:                    `C:\dir\name & more`,
		`a lone \ stays`:                          `a lone \ stays`,
		`ends in \`:                               `ends in \`,
		`\\`:                                      `\\`,
		`\\\T\`:                                   `\\&`,
		`\P\`:                                     `\P\`,
		`plain`:                                   "plain",
	} {
		m := parse(t, "MSH|^~\\&|A||||||||||||||||UNICODE UTF-8\rNTE|1||"+raw)
		if got := m.At("NTE-3").Text(); got != want {
			t.Errorf("%s reads %q, want %q", raw, got, want)
		}
		if got := m.At("NTE-3").Raw(); got != raw {
			t.Errorf("%s is raw %q", raw, got)
		}
	}
	if got := parse(t, "MSH|^~\\&#|A\rNTE|a\\P\\b").At("NTE-1").Text(); got != "a#b" {
		t.Errorf("an escaped truncation character reads %q, want a#b", got)
	}
}

func TestQuotedTextReadsBackEqual(t *testing.T) {
	for _, text := range []string{"", "plain", `|^~\&#`, "two\nlines", "a\r\nb", "\x00\x0b\x1c", `""`, `"quoted"`, "Zoë 8 €", `\X0D\`, `\.br\`} {
		for _, header := range []string{`MSH|^~\&`, `MSH|^~\&#`, "MSH#*!`@", `MSH^~|\&`} {
			sep := header[3:4]
			d := parse(t, header+sep).Delims()
			m := parse(t, header+sep+strings.Repeat(sep, 15)+"UTF-8\rNTE"+sep+d.Quote(text)+sep+"x")
			for _, f := range []hl7.Field{m.At("NTE-1"), m.At("NTE-1[1]"), m.At("NTE-1.1"), m.At("NTE-1.1.1")} {
				if got := f.Text(); got != text || f.Null() {
					t.Errorf("%s: %q reads back %q", header, text, got)
				}
			}
			if m.At("NTE-2").Text() != "x" {
				t.Errorf("%s: %q spills into the next field", header, text)
			}
		}
	}
}

func TestTextIsReadInTheCharacterSetThatTheSenderUsed(t *testing.T) {
	const body = "\rPID|1||1||Müßigbrodt^Zoë"
	header := func(set string) string { return `MSH|^~\&|LAB||||||ORU^R01|1|P|2.5||||||` + set }
	latin1, _ := charmap.ISO8859_1.NewEncoder().String(body)
	cyrillic, _ := charmap.ISO8859_5.NewEncoder().String("\rPID|1||1||Иванова^Анна")
	kanji, _ := japanese.ISO2022JP.NewEncoder().String("\rPID|1||1||山田^花子")
	sjis, _ := japanese.ShiftJIS.NewEncoder().String("\rPID|1||1||表示^ソ")
	wide := func(order unicode.Endianness, bom unicode.BOMPolicy) string {
		s, _ := unicode.UTF16(order, bom).NewEncoder().String(header("UNICODE UTF-16") + body)
		return s
	}
	for _, c := range []struct {
		name, raw, charset, family, given string
		doubt                             bool
	}{
		{"UTF-8 as stated", header("UNICODE UTF-8") + body, "UTF-8", "Müßigbrodt", "Zoë", false},
		{"Latin-1 as stated", header("8859/1") + latin1, "ISO-8859-1", "Müßigbrodt", "Zoë", false},
		{"Latin-1 in another spelling", header("ISO-8859-1") + latin1, "ISO-8859-1", "Müßigbrodt", "Zoë", false},
		{"first repetition counts", header("8859/1~UNICODE UTF-8") + latin1, "ISO-8859-1", "Müßigbrodt", "Zoë", false},
		{"Cyrillic", header("8859/5") + cyrillic, "ISO-8859-5", "Иванова", "Анна", false},
		{"Kanji by escape sequences", header("ISO IR87") + kanji, "ISO-2022-JP", "山田", "花子", false},
		{"Kanji with delimiters as second bytes", header("ISO IR14") + sjis, "Shift_JIS", "表示", "ソ", false},
		{"nothing stated, UTF-8", header("") + body, "UTF-8", "Müßigbrodt", "Zoë", true},
		{"nothing stated, Latin-1", header("") + latin1, "windows-1252", "Müßigbrodt", "Zoë", true},
		{"ASCII stated, Latin-1 sent", header("ASCII") + latin1, "windows-1252", "Müßigbrodt", "Zoë", true},
		{"UTF-8 stated, Latin-1 sent", header("UNICODE UTF-8") + latin1, "windows-1252", "Müßigbrodt", "Zoë", true},
		{"Latin-1 stated, UTF-8 sent", header("8859/1") + body, "UTF-8", "Müßigbrodt", "Zoë", true},
		{"unknown set, UTF-8 sent", header("wrong") + body, "UTF-8", "Müßigbrodt", "Zoë", true},
		{"unknown set, Latin-1 sent", header("wrong") + latin1, "windows-1252", "Müßigbrodt", "Zoë", true},
		{"UTF-16 big endian with mark", wide(unicode.BigEndian, unicode.UseBOM), "UTF-16", "Müßigbrodt", "Zoë", false},
		{"UTF-16 little endian with mark", wide(unicode.LittleEndian, unicode.UseBOM), "UTF-16", "Müßigbrodt", "Zoë", false},
		{"UTF-16 big endian", wide(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16BE", "Müßigbrodt", "Zoë", false},
		{"UTF-16 little endian", wide(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16LE", "Müßigbrodt", "Zoë", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse(t, c.raw)
			if m.Charset() != c.charset || m.Doubtful(hl7.DoubtCharset) != c.doubt {
				t.Errorf("read as %s, doubt %v; want %s, %v", m.Charset(), m.Doubts(), c.charset, c.doubt)
			}
			if got := m.At("PID-5.1").Text(); got != c.family {
				t.Errorf("PID-5.1 = %q, want %q", got, c.family)
			}
			if got := m.At("PID-5.2").Text(); got != c.given {
				t.Errorf("PID-5.2 = %q, want %q", got, c.given)
			}
			if string(m.Raw()) != c.raw {
				t.Error("the raw bytes changed")
			}
		})
	}
}

func TestABatchInUTF16IsSplit(t *testing.T) {
	batch := string(file(t, "testdata/batch.hl7"))
	for _, order := range []unicode.Endianness{unicode.BigEndian, unicode.LittleEndian} {
		for _, bom := range []unicode.BOMPolicy{unicode.UseBOM, unicode.IgnoreBOM} {
			wide, err := unicode.UTF16(order, bom).NewEncoder().String(batch)
			if err != nil {
				t.Fatal(err)
			}
			parts := hl7.Split([]byte(wide))
			if len(parts) != 3 {
				t.Fatalf("%v, %v: %d messages, want 3", order, bom, len(parts))
			}
			for i, want := range []string{"2.9", "3.1", "2.4"} {
				if got := parse(t, string(parts[i])).At("OBX-5").Text(); got != want {
					t.Errorf("%v, %v: message %d has %q, want %q", order, bom, i, got, want)
				}
			}
		}
	}
}

func TestOurLatin1FixturesRead(t *testing.T) {
	m := fixture(t, "latin1.hl7")
	if got := m.At("NTE-3").Text(); got != "Prüfung wiederholt, Größe geprüft" {
		t.Errorf("NTE-3 = %q", got)
	}
	m = fixture(t, "latin1_unstated.hl7")
	if got := m.At("OBX-5").Text(); got != "8 €" || m.Charset() != "windows-1252" {
		t.Errorf("OBX-5 = %q in %s", got, m.Charset())
	}
}

func TestPublicUTF8NamesReadTheSameInLatin1(t *testing.T) {
	found := 0
	for _, s := range corpus(t) {
		if !strings.HasPrefix(s.File, "055_") && !strings.HasPrefix(s.File, "056_") {
			continue
		}
		found++
		latin1, err := charmap.ISO8859_1.NewEncoder().Bytes(s.Raw)
		if err != nil {
			t.Fatal(err)
		}
		want, got := parse(t, string(s.Raw)), parse(t, string(latin1))
		if got.Charset() != "windows-1252" {
			t.Errorf("%s: read as %s", s.File, got.Charset())
		}
		for seg := range want.All() {
			for other := range got.All() {
				if other.Position() == seg.Position() && other.Line() != seg.Line() {
					t.Errorf("%s: line %d differs", s.File, seg.Position())
				}
			}
		}
	}
	if found != 2 {
		t.Fatalf("%d of the two messages found", found)
	}
}
