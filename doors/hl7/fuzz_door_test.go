package hl7_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// FuzzDoor hands bytes to the door of a laboratory. Each message of them must be kept byte for byte, filed with all its
// results or in quarantine, and answered as it asks; and nothing may fail.
func FuzzDoor(f *testing.F) {
	for _, raw := range seeds(f) {
		f.Add(raw)
	}
	for _, m := range []string{
		kalium("1", anna, "1", "7.1", "F"), adt("A40", "2", anna, "MRG|4711009"), adt("A02", "3", anna, inWard),
		own("OUL^R22", "3", anna, "SPM|1|^S", "OBR|1", "OBX|1|SN|K||>^8"), own("ORM^O01", "6", anna, "ORC|NW|1", "OBR|1||||||||||||||||C-lee"),
		kalium("4", anna, "1", "7.1", "F") + kalium("5", bertram, "1", "7.1", "W"), own("ORU^R01", "7", anna, "OBR|1||F", "OBX|1|NM|2823-3^K^LN||\"\""),
	} {
		f.Add([]byte(m))
	}
	if os.Getenv("READBACK_CORPUS") != "" {
		for _, s := range corpus(f) {
			f.Add(s.Raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		h := staffed(t)
		kept := bytes.Clone(raw)
		after := h.State().Seq
		reply := h.door.Handle(t.Context(), hl7.Peer{Host: "fuzz"}, raw)
		if !bytes.Equal(raw, kept) {
			t.Fatal("the input was changed")
		}
		wantFuzzKept(t, h, after, raw)
		if s := h.logs.String(); strings.Contains(s, "this program failed") || strings.Contains(s, "not kept") {
			t.Fatal(s)
		}
		if reply == nil {
			return
		}
		if a, err := hl7.ParseAnswer(reply); err != nil || a.Outcome() == hl7.NotNow {
			t.Fatalf("answered %q", reply)
		}
	})
}

// wantFuzzKept checks what was recorded after a place against what was sent.
func wantFuzzKept(t *testing.T, h *house, after ledger.Seq, raw []byte) {
	t.Helper()
	var reported, filed int
	got := map[string]int{}
	for {
		es, err := h.Store().Read(t.Context(), after, ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			break
		}
		for i := range es {
			after = es[i].Seq
			ev, err := wire.Decode(&es[i])
			if err != nil {
				t.Fatal(err)
			}
			switch ev := ev.(type) {
			case *critical.Reported:
				reported++
			case *critical.Filed:
				got[string(ev.Sealed.Raw)]++
				filed += ev.Results
			case *critical.Quarantined:
				got[string(ev.Sealed.Raw)]++
			}
		}
	}
	if reported != filed {
		t.Errorf("%d results are filed, %d were told", reported, filed)
	}
	told := 0
	for _, part := range hl7.Split(raw) {
		if n := got[string(part)]; n > 1 {
			t.Errorf("one message was kept %d times", n)
		}
		m, err := hl7.Parse(part)
		if code := ""; err == nil && got[string(part)] == 1 {
			if code, _ = m.Type(); code == "ORU" || code == "OUL" {
				told += count(m, "OBX")
			}
		}
	}
	if reported > told && told > 0 {
		t.Errorf("%d results of %d OBX", reported, told)
	}
}

func count(m *hl7.Message, name string) (n int) {
	for range m.Segments(name) {
		n++
	}
	return n
}

// FuzzEscapes quotes any text for any delimiters and reads any escapes.
func FuzzEscapes(f *testing.F) {
	for _, s := range []string{`\X0D\`, `\.sp3\`, `a\F\b`, `\E\X41\E\`, `\\`, `\XC3A9\`, `\M2442\`, `\.in+99999999999\`, "\x00\x1c"} {
		f.Add(s, `|^~\&#`)
		f.Add(s, "#*!`@")
		f.Add(s, "\t^~\\&")
	}
	f.Fuzz(func(t *testing.T, text, delims string) {
		if len(delims) < 5 || len(delims) > 6 || strings.ContainsAny(delims, "\r\n") {
			return
		}
		header := "MSH" + delims + delims[:1] + strings.Repeat(delims[:1], 15) + "UNICODE UTF-8"
		m, err := hl7.Parse([]byte(header + "\rNTE" + delims[:1] + strings.NewReplacer("\r", "", "\n", "").Replace(text)))
		if err != nil {
			return
		}
		for s := range m.All() {
			if got := s.Text(1); utf8.ValidString(text) && !utf8.ValidString(got) {
				t.Fatalf("%q reads %q", s.Line(), got)
			}
		}
		if !utf8.ValidString(text) || m.Doubtful(hl7.DoubtDelims) {
			return
		}
		d := m.Delims()
		again, err := hl7.Parse([]byte(header + "\rNTE" + delims[:1] + d.Quote(text) + delims[:1] + "z"))
		if err != nil {
			t.Fatal(err)
		}
		if got := again.First("NTE").Text(1, 1, 1); again.Charset() != "windows-1252" && got != text {
			t.Fatalf("%q with %q reads back %q", text, delims, got)
		}
	})
}
