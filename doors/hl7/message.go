package hl7

import (
	"errors"
	"iter"
	"slices"
	"strings"
)

// ErrNoHeader means that the bytes hold no MSH segment, so there is no message: keep them, and tell somebody.
var ErrNoHeader = errors.New("hl7: no MSH segment")

// ErrTooLong means that a frame or message is longer than the limit; it can never be taken, so do not try again.
var ErrTooLong = errors.New("hl7: longer than allowed")

// MaxMessage is the length in bytes beyond which Parse refuses.
const MaxMessage = 256 << 20

// Doubt names something about a whole message that the parser had to decide for itself.
type Doubt string

// The doubts that a Message can carry.
const (
	// DoubtCharset: MSH-18 is unknown or contradicted by the bytes; Charset tells how they were read.
	DoubtCharset Doubt = "charset"
	// DoubtDelims: MSH-2 was broken and has been mended.
	DoubtDelims Doubt = "delimiters"
	// DoubtHeader: the header did not begin a line.
	DoubtHeader Doubt = "header"
	// DoubtStray: there are lines that are no segments.
	DoubtStray Doubt = "stray-lines"
	// DoubtMore: further messages follow which this one does not hold; Split finds them.
	DoubtMore Doubt = "more-messages"
)

// Message is one HL7 message: its bytes as they came, and where its segments and fields lie. It is read-only.
type Message struct {
	raw     []byte
	text    string
	delims  Delims
	charset charset
	doubts  []Doubt
	header  int
	lines   []line
	ends    []int32
}

// line is one line of the text; its fields end at ends[fields:fields of the next line].
type line struct {
	start, end, fields int32
	named              bool
}

// Parse reads the first message in raw; Split parts several. It keeps raw, which must not be changed afterwards.
// The one thing it demands is a header: ErrNoHeader without, ErrTooLong beyond MaxMessage. It costs one pass over the
// bytes and about five allocations; components, repetitions and escapes are read when asked for.
func Parse(raw []byte) (*Message, error) {
	if len(raw) > MaxMessage {
		return nil, ErrTooLong
	}
	m := &Message{raw: raw}
	wide, isWide := wideSet(raw)
	if isWide {
		m.charset = wide
		m.text = wide.decode(raw)
	}
	at, atLine := 0, false
	if isWide {
		at, atLine = findHeader(m.text)
	} else {
		at, atLine = findHeader(raw)
	}
	if at < 0 {
		return nil, ErrNoHeader
	}
	if !isWide {
		var doubt Doubt
		m.charset, doubt = chooseCharset(statedCharset(raw[at:]), raw)
		m.doubt(doubt)
		m.text = m.charset.decode(raw)
		if m.charset.enc != nil {
			// Decoding may have moved the header.
			if at, atLine = findHeader(m.text); at < 0 {
				return nil, ErrNoHeader
			}
		}
	}
	if !atLine {
		m.doubt(DoubtHeader)
	}
	var intact bool
	m.delims, intact = readDelims(m.text[at+3], upToAny(m.text[at+4:], m.text[at+3]))
	if !intact {
		m.doubt(DoubtDelims)
	}
	m.index(at)
	return m, nil
}

func (m *Message) doubt(d Doubt) {
	if d != "" && !slices.Contains(m.doubts, d) {
		m.doubts = append(m.doubts, d)
	}
}

// index finds lines and fields; at is where the header stands.
func (m *Message) index(at int) {
	text, sep := m.text, m.delims.Field
	m.lines = make([]line, 0, 1+strings.Count(text, "\r")+strings.Count(text, "\n"))
	m.ends = make([]int32, 0, cap(m.lines)+strings.Count(text, string(rune(sep))))
	m.header = -1
	for start := 0; start < len(text); {
		if start < at && at <= start+lineLength(text[start:]) {
			// A header in the middle of a line: what stands before it is a line of its own.
			m.addLine(start, at)
			start = at
			continue
		}
		end := start + lineLength(text[start:])
		if start > at && isHeader(text[skipBlank(text, start, end):end]) {
			m.doubt(DoubtMore)
			break
		}
		m.addLine(start, end)
		start = end + 1
	}
}

// addLine takes the line text[start:end], unless it is blank.
func (m *Message) addLine(start, end int) {
	start = skipBlank(m.text, start, end)
	if start == end {
		return
	}
	s, sep := m.text[start:end], m.delims.Field
	named := isName(s, sep)
	if named && m.header < 0 && s[:3] == "MSH" {
		m.header = len(m.lines)
	}
	if !named {
		m.doubt(DoubtStray)
	}
	m.lines = append(m.lines, line{int32(start), int32(end), int32(len(m.ends)), named})
	if !named {
		m.ends = append(m.ends, int32(end))
		return
	}
	for i := range len(s) {
		if s[i] == sep {
			m.ends = append(m.ends, int32(start+i))
		}
	}
	m.ends = append(m.ends, int32(end))
}

// Raw returns the bytes as they came; do not change them.
func (m *Message) Raw() []byte { return m.raw }

// Delims returns the characters that divide the message.
func (m *Message) Delims() Delims { return m.delims }

// Charset names the character set in which the bytes were read, such as "ASCII", "UTF-8" or "ISO-8859-1".
func (m *Message) Charset() string { return m.charset.name }

// Doubts returns what the parser had to decide for itself, nil for a clean message.
func (m *Message) Doubts() []Doubt { return slices.Clone(m.doubts) }

// Doubtful reports whether d is among the doubts.
func (m *Message) Doubtful(d Doubt) bool { return slices.Contains(m.doubts, d) }

// MSH returns the header.
func (m *Message) MSH() Segment {
	if len(m.lines) == 0 {
		return Segment{}
	}
	return Segment{m, m.header}
}

// Type returns MSH-9's message code and trigger event, such as "ORU" and "R01".
func (m *Message) Type() (code, event string) {
	f := m.MSH().Field(9)
	return strings.TrimSpace(f.Component(1).Text()), strings.TrimSpace(f.Component(2).Text())
}

// ControlID returns MSH-10.
func (m *Message) ControlID() string { return m.MSH().Field(10).Text() }

// Version returns MSH-12, as sent.
func (m *Message) Version() string { return m.MSH().Field(12).Component(1).Text() }

// All yields every line in order, stray lines and envelope segments included.
func (m *Message) All() iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		for i := range m.lines {
			if !yield(Segment{m, i}) {
				return
			}
		}
	}
}

// Segments yields the segments of that name in order.
func (m *Message) Segments(name string) iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		for i := range m.lines {
			if s := (Segment{m, i}); s.Name() == name && !yield(s) {
				return
			}
		}
	}
}

// First returns the first segment of that name; it does not exist if there is none.
func (m *Message) First(name string) Segment {
	for s := range m.Segments(name) {
		return s
	}
	return Segment{}
}

// Stray yields the lines that are no segments.
func (m *Message) Stray() iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		for i, l := range m.lines {
			if !l.named && !yield(Segment{m, i}) {
				return
			}
		}
	}
}
