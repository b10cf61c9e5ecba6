package hl7

import "strings"

// Delims are the characters that divide a message (HL7 v2.5.1 §2.5.4): Field is MSH-1, the others are MSH-2 in this order.
// Truncation (v2.7) is zero where the sender gave none.
type Delims struct {
	Field, Component, Repetition, Escape, Subcomponent, Truncation byte
}

// usual are the delimiters that HL7 recommends.
var usual = Delims{Field: '|', Component: '^', Repetition: '~', Escape: '\\', Subcomponent: '&'}

// encoding returns MSH-2 as this package writes it.
func (d Delims) encoding() string {
	s := string([]byte{d.Component, d.Repetition, d.Escape, d.Subcomponent})
	if d.Truncation != 0 {
		s += string(rune(d.Truncation))
	}
	return s
}

// isDelim reports whether c can divide anything: a printable ASCII character that is neither letter, digit nor space,
// or a tab.
func isDelim(c byte) bool {
	switch {
	case c == '\t':
		return true
	case c <= ' ' || c >= 0x7f:
		return false
	case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', c == '"':
		return false
	}
	return true
}

// readDelims makes sense of MSH-1 and MSH-2. It reports false where MSH-2 had to be mended: an escape written twice
// (`^~\\&`), characters left out (`~\&`), or none that could divide anything.
func readDelims(field byte, enc string) (Delims, bool) {
	intact := true
	if s := squeeze(enc); s != enc {
		enc, intact = s, false
	}
	if !distinct(field, enc) || len(enc) > 5 {
		return fill(field, ""), false
	}
	if len(enc) >= 4 {
		d := Delims{Field: field, Component: enc[0], Repetition: enc[1], Escape: enc[2], Subcomponent: enc[3]}
		if len(enc) == 5 {
			d.Truncation = enc[4]
		}
		return d, intact
	}
	if inOrder(enc, usual.encoding()) {
		return fill(field, ""), false
	}
	return fill(field, enc), false
}

// squeeze writes characters that stand twice in a row once.
func squeeze(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] == s[i-1] {
			return squeeze(s[:i] + s[i+1:])
		}
		if i > 8 {
			break
		}
	}
	return s
}

// distinct reports whether enc holds different characters that can divide, none of them the field separator.
func distinct(field byte, enc string) bool {
	for i := range len(enc) {
		if !isDelim(enc[i]) || enc[i] == field || i > 5 || strings.IndexByte(enc[:i], enc[i]) >= 0 {
			return false
		}
	}
	return true
}

// inOrder reports whether part is whole with some characters left out.
func inOrder(part, whole string) bool {
	for i := range len(part) {
		at := strings.IndexByte(whole, part[i])
		if at < 0 {
			return false
		}
		whole = whole[at+1:]
	}
	return true
}

// fill takes the characters given and completes them by the usual ones, or by | where a usual one is taken.
func fill(field byte, given string) Delims {
	b := []byte(given)
	taken := func(c byte) bool { return c == field || strings.IndexByte(string(b), c) >= 0 }
	spare := "|!$%"
	for i := len(b); i < 4; i++ {
		c := usual.encoding()[i]
		for j := 0; taken(c); j++ {
			c = spare[j]
		}
		b = append(b, c)
	}
	return Delims{Field: field, Component: b[0], Repetition: b[1], Escape: b[2], Subcomponent: b[3]}
}
