package hl7

import (
	"bytes"
	"strings"
)

// lineLength is the number of bytes before the first CR or LF.
func lineLength(s string) int {
	for i := range len(s) {
		if s[i] == '\r' || s[i] == '\n' {
			return i
		}
	}
	return len(s)
}

// isBlank says which bytes before a segment's name mean nothing: blanks, MLLP's marks and other control characters.
func isBlank(c byte) bool { return c <= ' ' }

// skipBlank returns where the line text[start:end] begins to say something; a byte order mark says nothing.
func skipBlank[T string | []byte](text T, start, end int) int {
	for start < end {
		switch {
		case isBlank(text[start]):
			start++
		case end-start >= 3 && text[start] == 0xef && text[start+1] == 0xbb && text[start+2] == 0xbf:
			start += 3
		default:
			return start
		}
	}
	return end
}

// isName reports whether a line begins with a segment's name: a capital and two capitals or digits, then the separator
// or the end.
func isName(s string, sep byte) bool {
	if len(s) < 3 || len(s) > 3 && s[3] != sep {
		return false
	}
	for i := range 3 {
		c := s[i]
		if (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// isHeader reports whether s begins with "MSH" and a character that can divide fields.
func isHeader[T string | []byte](s T) bool {
	return len(s) > 3 && s[0] == 'M' && s[1] == 'S' && s[2] == 'H' && isDelim(s[3])
}

// findHeader returns where the first header stands, -1 without one. A header that begins a line is preferred; one
// within a line counts only with delimiters that make sense.
func findHeader[T string | []byte](text T) (at int, atLine bool) {
	within := -1
	for i := 0; i+3 < len(text); {
		n := bytes.Index([]byte(text[i:min(len(text), i+searchStep)]), []byte("MSH"))
		if n < 0 {
			i += searchStep - 2
			continue
		}
		i += n
		if isHeader(text[i:]) {
			if beginsLine(text, i) {
				return i, true
			}
			if within < 0 && i+8 < len(text) && distinct(text[i+3], string(text[i+4:i+8])) {
				within = i
			}
		}
		i += 3
	}
	return within, false
}

// searchStep bounds what findHeader looks at in one go.
const searchStep = 1 << 12

// beginsLine reports whether only blanks stand between the line's start and i.
func beginsLine[T string | []byte](text T, i int) bool {
	for i > 0 {
		switch c := text[i-1]; {
		case c == '\r' || c == '\n':
			return true
		case isBlank(c):
			i--
		case i >= 3 && c == 0xbf && text[i-2] == 0xbb && text[i-3] == 0xef:
			i -= 3
		default:
			return false
		}
	}
	return true
}

// upToAny returns s before the first sep or line end.
func upToAny(s string, sep byte) string {
	for i := range len(s) {
		if s[i] == sep || s[i] == '\r' || s[i] == '\n' {
			return s[:i]
		}
	}
	return s
}

// statedCharset finds the first repetition of MSH-18 in a header that is not yet decoded.
func statedCharset(header []byte) string {
	sep := header[3]
	if end := bytes.IndexAny(header, "\r\n"); end >= 0 {
		header = header[:end]
	}
	fields := bytes.SplitN(header, []byte{sep}, 19)
	if len(fields) < 18 {
		return ""
	}
	stated := fields[17]
	d, _ := readDelims(sep, string(fields[1]))
	if i := bytes.IndexByte(stated, d.Repetition); i >= 0 {
		stated = stated[:i]
	}
	return strings.TrimSpace(string(bytes.Trim(stated, "\x1c\x00")))
}
