package hl7_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// seeds are our own messages and those that broke others.
func seeds(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/*.hl7")
	if err != nil || len(names) == 0 {
		t.Fatal("no messages in testdata", err)
	}
	all := [][]byte{
		[]byte("MSH|0001\rOBR|||||||||||||||||||||||||||10"), []byte("MSH|"), []byte("MSH|^~\\&"), []byte("\xff\xfeM\x00S\x00H\x00|\x00"),
		[]byte("MSH^~|\\&^\rOBX^^^^^a~b|c"), []byte("MSH|^~\\&\rNTE|\\X"), []byte("MSH|^~\\&|||||||||||||||ISO IR87\r\x1b$B\x21"),
	}
	for _, name := range names {
		all = append(all, file(t, name))
	}
	return all
}

func FuzzParse(f *testing.F) {
	for _, raw := range seeds(f) {
		f.Add(raw)
	}
	if os.Getenv("READBACK_CORPUS") != "" {
		for _, s := range corpus(f) {
			f.Add(s.Raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		kept := bytes.Clone(raw)
		parts := hl7.Split(raw)
		if !bytes.Equal(bytes.Join(parts, nil), raw) {
			t.Fatal("the parts are not the whole")
		}
		for _, part := range parts {
			m, err := hl7.Parse(part)
			if err != nil {
				continue
			}
			if !bytes.Equal(m.Raw(), part) {
				t.Fatal("the raw bytes are not kept")
			}
			checkGroups(t, m)
			usualFields(m)
			checkRoundTrip(t, m)
			if reply := m.Reply(hl7.Kept, "kept", "R-1", noon); reply != nil {
				a, err := hl7.ParseAnswer(reply)
				if err != nil || a.Outcome() != hl7.Kept {
					t.Fatalf("the reply %q reads %+v, %v", reply, a, err)
				}
			}
		}
		if !bytes.Equal(raw, kept) {
			t.Fatal("the input was changed")
		}
	})
}

// checkRoundTrip demands that each text, quoted and parsed again, is equal.
func checkRoundTrip(t *testing.T, m *hl7.Message) {
	t.Helper()
	leaves := 0
	for seg := range m.All() {
		for n := 1; n <= min(seg.Len(), 40); n++ {
			for f := range seg.Field(n).Repetitions() {
				for c := 1; c <= 12 && leaves < 300; c++ {
					leaf := f.Component(c).Subcomponent(1)
					if leaf.Empty() {
						continue
					}
					leaves++
					checkLeaf(t, leaf.Text())
				}
			}
		}
	}
}

func checkLeaf(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("%q is not UTF-8", text)
	}
	d := hl7.Delims{Field: '|', Component: '^', Repetition: '~', Escape: '\\', Subcomponent: '&'}
	again, err := hl7.Parse([]byte("MSH|^~\\&|||||||||||||||UNICODE UTF-8\rNTE|" + strings.Repeat("x^y&", 1) + d.Quote(text) + "|z"))
	if err != nil {
		t.Fatal(err)
	}
	if got := again.At("NTE-1.2.2").Text(); got != text || again.At("NTE-2").Text() != "z" {
		t.Fatalf("%q reads back %q", text, got)
	}
}

func TestTextsOfThePublicMessagesReadBackEqual(t *testing.T) {
	for _, s := range corpus(t) {
		checkRoundTrip(t, parse(t, string(s.Raw)))
	}
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"20260302081530.1234+0100", "2026", "196203520", "20261025023000"} {
		f.Add(s)
	}
	site, err := time.LoadLocation("America/New_York")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := hl7.ParseTime(s, site)
		if err != nil || got.Year() < 1 || got.Year() > 9998 {
			return
		}
		again, err := hl7.ParseTime(got.UTC().Format("20060102150405.000000000-0700"), nil)
		if err != nil || !again.Equal(got.Time) {
			t.Fatalf("%q = %v, again %v, %v", s, got, again, err)
		}
	})
}

func FuzzFrames(f *testing.F) {
	for _, c := range faults {
		f.Add([]byte(c.stream))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 512
		got, garbage := frames(t, bytes.NewReader(stream), limit)
		slowly, also := frames(t, iotest.OneByteReader(bytes.NewReader(stream)), limit)
		if diff := cmp.Diff(got, slowly); diff != "" || garbage != also {
			t.Fatalf("the reads decide what is found (-at once +byte by byte):\n%s", diff)
		}
		var size int
		for _, frame := range got {
			_, data, _ := strings.Cut(frame, " ")
			if len(data) > limit {
				t.Fatalf("a frame of %d bytes passes the limit of %d", len(data), limit)
			}
			size += len(data)
		}
		if size > len(stream) {
			t.Fatalf("%d bytes came out of %d", size, len(stream))
		}
		// A proper frame after anything that has ended is found whole.
		after := append(append(bytes.Clone(stream), "\x1c\r"...), "\x0bMSH|^~\\&|last\x1c\r"...)
		all, _ := frames(t, bytes.NewReader(after), limit)
		if len(all) == 0 || all[len(all)-1] != "whole MSH|^~\\&|last" {
			t.Fatalf("the message after is lost: %q", all)
		}
	})
}
