package hl7

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quote writes text so that it can stand in any field, component or subcomponent divided by d, and so that
// [Field.Text] gives it back. A line feed becomes a line break (\.br\), other control characters hexadecimal.
func (d Delims) Quote(text string) string {
	if text == null {
		return string(d.Escape) + "X22" + string(d.Escape) + `"`
	}
	plain := func(c byte) bool { return c >= ' ' && !d.has(c) }
	i := 0
	for i < len(text) && plain(text[i]) {
		i++
	}
	if i == len(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16)
	b.WriteString(text[:i])
	for ; i < len(text); i++ {
		c := text[i]
		if plain(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte(d.Escape)
		switch c {
		case 0:
			b.WriteString("X00")
		case d.Field:
			b.WriteByte('F')
		case d.Component:
			b.WriteByte('S')
		case d.Subcomponent:
			b.WriteByte('T')
		case d.Repetition:
			b.WriteByte('R')
		case d.Escape:
			b.WriteByte('E')
		case d.Truncation:
			b.WriteByte('P')
		case '\n':
			if d.has('.') {
				b.WriteString("X0A")
			} else {
				b.WriteString(".br")
			}
		default:
			b.WriteByte('X')
			b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
		b.WriteByte(d.Escape)
	}
	return b.String()
}

// has reports whether c is one of the delimiters.
func (d Delims) has(c byte) bool {
	return c == d.Field || c == d.Component || c == d.Repetition || c == d.Escape || c == d.Subcomponent ||
		c == d.Truncation && c != 0
}

// unescape replaces the escape sequences of HL7 v2.5.1 §2.7; those it does not know stay as they are.
func (m *Message) unescape(s string) string {
	esc := m.delims.Escape
	i := strings.IndexByte(s, esc)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		end := strings.IndexByte(s[1:], esc)
		if end < 0 {
			break
		}
		if text, ok := m.meaning(s[1 : 1+end]); ok {
			b.WriteString(text)
			s = s[end+2:]
		} else {
			b.WriteByte(esc)
			s = s[1:]
		}
		i = strings.IndexByte(s, esc)
	}
	b.WriteString(s)
	return b.String()
}

// meaning gives the text that an escape sequence stands for.
func (m *Message) meaning(seq string) (string, bool) {
	switch seq {
	case "F":
		return string(rune(m.delims.Field)), true
	case "S":
		return string(rune(m.delims.Component)), true
	case "T":
		return string(rune(m.delims.Subcomponent)), true
	case "R":
		return string(rune(m.delims.Repetition)), true
	case "E":
		return string(rune(m.delims.Escape)), true
	case "P":
		if m.delims.Truncation != 0 {
			return string(rune(m.delims.Truncation)), true
		}
		return "", false
	case "H", "N", ".fi", ".nf":
		return "", true
	case ".br", ".ce":
		return "\n", true
	case "C2842", "C284A", "C2D41":
		// Switches to ASCII, to JIS X 0201 and to Latin-1: what follows is read so already.
		return "", true
	}
	if len(seq) < 2 {
		return "", false
	}
	switch {
	case seq[0] == 'X':
		return m.hexadecimal(seq[1:])
	case len(seq) >= 3 && seq[0] == '.':
		return layout(seq[1:3], seq[3:])
	}
	// \Z..\ is the sender's own, \M..\ and other \C..\ need a character set that is not there.
	return "", false
}

// hexadecimal reads \Xdddd..\ as bytes in the message's character set.
func (m *Message) hexadecimal(digits string) (string, bool) {
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return "", false
	}
	if m.charset.enc != nil && !m.charset.wide {
		if text, err := m.charset.enc.NewDecoder().Bytes(raw); err == nil {
			raw = text
		}
	}
	return string(raw), utf8.Valid(raw)
}

// layout gives the meaning of the formatting commands that take a number: lines and blanks to skip, indents.
func layout(command, number string) (string, bool) {
	n := 1
	if number != "" {
		var err error
		if n, err = strconv.Atoi(number); err != nil {
			return "", false
		}
	}
	n = min(max(n, 0), 80)
	switch command {
	case "sp":
		return strings.Repeat("\n", n), true
	case "sk":
		return strings.Repeat(" ", n), true
	case "in", "ti":
		return "", true
	}
	return "", false
}
