package hl7_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"github.com/seed-909bec58/readback/rules/critical"
)

// However a message is written, the ledger's enclosure holds the bytes that came, its name is read as far as it can be,
// and what had to be decided is said.
func TestBytesAreKeptAsTheyCameHoweverTheyAreWritten(t *testing.T) {
	named := func(set, name string) string {
		return strings.Replace(strings.Replace(kalium("1", anna, "1", "7.1", "F"), "Weber^Anna", name, 1), "|P|2.5.1\r", "|P|2.5.1||||||"+set+"\r", 1)
	}
	encoded := func(text string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	latin1 := func(s string) string { return encoded(charmap.ISO8859_1.NewEncoder().String(s)) }
	for name, c := range map[string]struct {
		raw, who string
		doubts   []string
	}{
		"plain":                   {named("", "Weber^Anna"), "Weber, Anna", nil},
		"UTF-8 as stated":         {named("UNICODE UTF-8", "Müßig^Zoë"), "Müßig, Zoë", nil},
		"Latin-1 as stated":       {latin1(named("8859/1", "Müßig^Zoë")), "Müßig, Zoë", nil},
		"Latin-1 unstated":        {latin1(named("", "Müßig^Zoë")), "Müßig, Zoë", []string{"charset"}},
		"an unknown set":          {latin1(named("EBCDIC-7", "Müßig^Zoë")), "Müßig, Zoë", []string{"charset"}},
		"another than stated":     {latin1(named("UNICODE UTF-8", "Müßig^Zoë")), "Müßig, Zoë", []string{"charset"}},
		"UTF-16 with a mark":      {encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(named("UNICODE UTF-16", "Müßig^Zoë"))), "Müßig, Zoë", nil},
		"UTF-16 without":          {encoded(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(named("UNICODE UTF-16", "Müßig^Zoë"))), "Müßig, Zoë", nil},
		"Shift JIS":               {encoded(japanese.ShiftJIS.NewEncoder().String(named("ISO IR14", "表示^ソ"))), "表示, ソ", nil},
		"bytes of no set":         {named("UNICODE UTF-8", "M\xff\xfe\x81^Z"), "Mÿþ\ufffd, Z", []string{"charset"}},
		"an odd field separator":  {strings.NewReplacer("|", "#", "^", "*").Replace(kalium("1", anna, "1", "7.1", "F")), "Weber, Anna", nil},
		"an escape written twice": {strings.Replace(kalium("1", anna, "1", "7.1", "F"), `^~\&`, `^~\\&`, 1), "Weber, Anna", []string{"delimiters"}},
		"line feeds and junk":     {strings.ReplaceAll(kalium("1", anna, "1", "7.1", "F"), "\r", "\n") + "junk\n", "Weber, Anna", []string{"stray-lines"}},
	} {
		h := staffed(t)
		if code := h.send(t, []byte(c.raw)); code != "AA" {
			t.Fatalf("%s: answered %s", name, code)
		}
		filed := events[*critical.Filed](t, h)
		if len(filed) != 1 {
			t.Fatalf("%s: %d messages are filed", name, len(filed))
		}
		if sha256.Sum256(filed[0].Sealed.Raw) != sha256.Sum256([]byte(c.raw)) {
			t.Errorf("%s: what is kept is not what was sent", name)
		}
		if diff := cmp.Diff(c.doubts, filed[0].Doubts); diff != "" {
			t.Errorf("%s: doubts (-want +got):\n%s", name, diff)
		}
		if call := h.only(t); call.Who.Name != c.who {
			t.Errorf("%s: the call is for %q, want %q", name, call.Who.Name, c.who)
		}
		doubtful := h.door.Senders()[0].Doubtful
		if want := int64(min(len(c.doubts), 1)); doubtful != want {
			t.Errorf("%s: %d doubtful messages, want %d", name, doubtful, want)
		}
	}
}
