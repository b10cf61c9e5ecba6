package hl7

import "bytes"

// Split parts what may hold several messages, such as a batch or a file, before each header that begins a line. The
// parts are slices of raw and together are raw: a batch's envelope (FHS, BHS) is in the first part, its trailers (BTS,
// FTS) in the last. Without a second header there is one part.
func Split(raw []byte) [][]byte {
	unit := 1
	first, cr, lf := []byte("MSH"), []byte("\r"), []byte("\n")
	if set, ok := wideSet(raw); ok {
		unit = 2
		wide := func(s string) []byte {
			b := set.encode(s)
			return b[len(b)-2*len(s):]
		}
		first, cr, lf = wide("MSH"), wide("\r"), wide("\n")
	}
	var parts [][]byte
	begun, from := false, 0
	for i := 0; i+len(first) <= len(raw); {
		n := bytes.Index(raw[i:], first)
		if n < 0 {
			break
		}
		at := i + n
		i = at + len(first)
		if at%unit != 0 || !isHeader(narrow(raw[at:], unit)) || !opensLine(raw[:at], unit, cr, lf) {
			continue
		}
		if begun {
			parts = append(parts, raw[from:at:at])
			from = at
		}
		begun = true
	}
	return append(parts, raw[from:])
}

// narrow gives the first four characters, each of unit bytes, as bytes.
func narrow(b []byte, unit int) []byte {
	if unit == 1 {
		return b
	}
	out := make([]byte, 0, 4)
	for ; len(b) >= 2 && len(out) < 4; b = b[2:] {
		out = append(out, b[0]|b[1])
	}
	return out
}

// opensLine reports whether what follows before begins a line.
func opensLine(before []byte, unit int, cr, lf []byte) bool {
	if unit == 1 {
		return beginsLine(before, len(before))
	}
	return len(before) <= 2 || bytes.HasSuffix(before, cr) || bytes.HasSuffix(before, lf)
}
