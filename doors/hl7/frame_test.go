package hl7_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// frames reads a stream to its end and writes a line for each frame.
func frames(t testing.TB, src io.Reader, limit int) (found []string, garbage int64) {
	t.Helper()
	r := hl7.NewReader(src, limit)
	for {
		f, err := r.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("the stream ends with %v", err)
			}
			return found, r.Garbage()
		}
		found = append(found, f.Kind.String()+" "+string(f.Data))
	}
}

// faults are streams as they really occur.
var faults = []struct {
	name, stream string
	want         []string
	garbage      int64
}{
	{"nothing", "", nil, 0},
	{"one frame", "\x0bMSH|1\r\x1c\r", []string{"whole MSH|1\r"}, 0},
	{"an empty frame", "\x0b\x1c\r", []string{"whole "}, 0},
	{"glued frames", "\x0bMSH|1\x1c\r\x0bMSH|2\x1c\r\x0bMSH|3\x1c\r", []string{"whole MSH|1", "whole MSH|2", "whole MSH|3"}, 0},
	{"zeroes between frames", "\x00\x00\x0bMSH|1\x1c\r\x00\x00\x00\x0bMSH|2\x1c\r\x00", []string{"whole MSH|1", "whole MSH|2"}, 6},
	{"log text before the start", "12:00 sending\r\n\x0bMSH|1\x1c\r", []string{"whole MSH|1"}, 15},
	{"log text that quotes a header", "sending MSH|^~\\&|LAB\n\x0bMSH|1\x1c\r", []string{"loose sending MSH|^~\\&|LAB", "whole MSH|1"}, 21},
	{"line feed after the end", "\x0bMSH|1\x1c\r\n\x0bMSH|2\x1c\r\n", []string{"whole MSH|1", "whole MSH|2"}, 2},
	{"0x1C in the data", "\x0bMSH|a\x1cb\x1c\x1c\r", []string{"whole MSH|a\x1cb\x1c"}, 0},
	{"0x1C and line feed in the data", "\x0bMSH|a\x1c\nb\x1c\r", []string{"whole MSH|a\x1c\nb"}, 0},
	{"0x0B in the data", "\x0bMSH|a\x0bb\x1c\r", []string{"whole MSH|a\x0bb"}, 0},
	{"start written twice", "\x0b\x0bMSH|1\x1c\r", []string{"whole MSH|1"}, 0},
	{"end without 0x0D", "\x0bMSH|1\x1c\x0bMSH|2\x1c\x0bMSH|3\x1c", []string{"whole MSH|1", "whole MSH|2", "whole MSH|3"}, 0},
	{"line feed in place of 0x0D", "\x0bMSH|1\x1c\n\x0bMSH|2\x1c\n", []string{"whole MSH|1", "whole MSH|2"}, 0},
	{"zero in place of 0x0D", "\x0bMSH|1\x1c\x00\x0bMSH|2\x1c\x00", []string{"whole MSH|1", "whole MSH|2"}, 0},
	{"no end block", "\x0bMSH|1\r\x0bMSH|2\x1c\r", []string{"cut MSH|1\r", "whole MSH|2"}, 0},
	{"no end block before a batch", "\x0bMSH|1\r\x0bFHS|2\r\x0bBHS|3\x1c\r", []string{"cut MSH|1\r", "cut FHS|2\r", "whole BHS|3"}, 0},
	{"stream ends in a frame", "\x0bMSH|1\rPID", []string{"cut MSH|1\rPID"}, 0},
	{"stream ends after a start", "\x0bMSH|1\x1c\r\x0b", []string{"whole MSH|1"}, 0},
	{"line feed in place of 0x0B", "\nMSH|^~\\&|1\rPID\x1c\r\nMSH|^~\\&|2\x1c\r", []string{"loose \nMSH|^~\\&|1\rPID", "loose \nMSH|^~\\&|2"}, 30},
	{"an answer without frame", "MSH|^~\\&|1\rMSA|AA|7\r", []string{"loose MSH|^~\\&|1\rMSA|AA|7"}, 20},
	{"no MLLP at all", "GET / HTTP/1.1\r\n\r\n", nil, 18},
	{"end marks only", "\x1c\r\x1c\r\r\n", nil, 6},
	{"too long", "\x0b" + strings.Repeat("x", 101) + "\x1c\r\x0bMSH|2\x1c\r", []string{"long " + strings.Repeat("x", 100), "whole MSH|2"}, 0},
	{"just short enough", "\x0b" + strings.Repeat("x", 100) + "\x1c\r", []string{"whole " + strings.Repeat("x", 100)}, 0},
	{"far too long", "\x0b" + strings.Repeat("x", 9000) + "\x1c\r\x0bMSH|2\x1c\r", []string{"long " + strings.Repeat("x", 100), "whole MSH|2"}, 0},
	{"too long and without end", "\x0b" + strings.Repeat("x", 300) + "\x0bMSH|2\x1c\r", []string{"long " + strings.Repeat("x", 100), "whole MSH|2"}, 0},
	{"stream ends in a frame too long", "\x0b" + strings.Repeat("x", 300), []string{"long " + strings.Repeat("x", 100)}, 0},
	{"much garbage before a frame", strings.Repeat("y", 999) + "\x0bMSH|1\x1c\r", []string{"whole MSH|1"}, 999},
}

func TestEveryFaultyStreamGivesItsMessagesAndCountsTheRest(t *testing.T) {
	ways := map[string]func(string) io.Reader{
		"at once":       func(s string) io.Reader { return strings.NewReader(s) },
		"byte by byte":  func(s string) io.Reader { return iotest.OneByteReader(strings.NewReader(s)) },
		"half by half":  func(s string) io.Reader { return iotest.HalfReader(strings.NewReader(s)) },
		"error at once": func(s string) io.Reader { return iotest.DataErrReader(strings.NewReader(s)) },
	}
	for _, c := range faults {
		for way, open := range ways {
			t.Run(c.name+", "+way, func(t *testing.T) {
				got, garbage := frames(t, open(c.stream), 100)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("frames (-want +got):\n%s", diff)
				}
				if garbage != c.garbage {
					t.Errorf("%d bytes of garbage, want %d", garbage, c.garbage)
				}
			})
		}
	}
}

func TestAHeaderAfterMuchGarbageIsNotLost(t *testing.T) {
	for n := range 250 {
		got, _ := frames(t, strings.NewReader(strings.Repeat("y", n)+"\nMSH|^~\\&|1\r\x1c\r"), 100)
		if len(got) != 1 || !strings.HasPrefix(got[0], "loose ") || !strings.HasSuffix(got[0], "MSH|^~\\&|1") {
			t.Errorf("after %d bytes: %q", n, got)
		}
	}
}

func TestADeadlineEndsAFrameWhoseEndBlockCame(t *testing.T) {
	for stream, want := range map[string][]string{
		"\x0bMSH|1\x1c":       {"whole MSH|1", "whole MSH|2"},
		"\x0bMSH|1\x1c\n":     {"whole MSH|1", "whole MSH|2"},
		"\nMSH|^~\\&|1\r":     {"loose \nMSH|^~\\&|1", "whole MSH|2"},
		"\x0bMSH|0\x1c\rwait": {"whole MSH|0"},
		"\x0bMSH|1\rPI":       {"cut MSH|1\rPI"},
	} {
		r := hl7.NewReader(&slow{parts: []string{stream, "\x0bMSH|2\x1c\r"}}, 0)
		var got []string
		for {
			f, err := r.Next()
			if err != nil {
				break
			}
			got = append(got, f.Kind.String()+" "+string(f.Data))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", stream, diff)
		}
	}
}

// slow gives its parts with a deadline exceeded after each.
type slow struct {
	parts []string
	given bool
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.parts) == 0 {
		return 0, io.EOF
	}
	if s.given {
		s.given, s.parts = false, s.parts[1:]
		return 0, os.ErrDeadlineExceeded
	}
	s.given = true
	return copy(p, s.parts[0]), nil
}

func TestFramesOfTheCorpusArriveAsSent(t *testing.T) {
	var stream bytes.Buffer
	samples := corpus(t)
	for _, s := range samples {
		if err := hl7.WriteFrame(&stream, s.Raw); err != nil {
			t.Fatalf("%s: %v", s.File, err)
		}
	}
	sent := stream.Bytes()
	for way, src := range map[string]io.Reader{
		"glued": bytes.NewReader(sent), "byte by byte": iotest.OneByteReader(bytes.NewReader(sent)),
	} {
		r := hl7.NewReader(src, 0)
		for _, s := range samples {
			f, err := r.Next()
			if err != nil || f.Kind != hl7.Whole || !bytes.Equal(f.Data, s.Raw) {
				t.Fatalf("%s, %s: %v, %v", way, s.File, f.Kind, err)
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) || r.Garbage() != 0 {
			t.Errorf("%s: the stream ends with %v and %d bytes of garbage", way, err, r.Garbage())
		}
	}
}

func TestWhatWouldBreakAFrameIsNotSent(t *testing.T) {
	for _, data := range []string{"MSH|\x1c\r", "MSH|\x1c", "\x0bMSH|"} {
		var b bytes.Buffer
		if err := hl7.WriteFrame(&b, []byte(data)); !errors.Is(err, hl7.ErrUnframeable) || b.Len() > 0 {
			t.Errorf("%q: %v, %d bytes written", data, err, b.Len())
		}
	}
}
