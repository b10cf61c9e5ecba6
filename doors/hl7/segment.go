package hl7

// Segment is one line of a message. The zero Segment does not exist: it has no name and only empty fields.
type Segment struct {
	m *Message
	i int
}

// Exists reports whether the message has the segment.
func (s Segment) Exists() bool { return s.m != nil }

// Name returns the segment's name, such as "OBX"; it is empty for a stray line.
func (s Segment) Name() string {
	if s.m == nil || !s.m.lines[s.i].named {
		return ""
	}
	at := s.m.lines[s.i].start
	return s.m.text[at : at+3]
}

// Line returns the whole line as sent, in UTF-8, without its end.
func (s Segment) Line() string {
	if s.m == nil {
		return ""
	}
	l := s.m.lines[s.i]
	return s.m.text[l.start:l.end]
}

// Position returns the segment's place among the message's lines, from 0; -1 if it does not exist.
func (s Segment) Position() int {
	if s.m == nil {
		return -1
	}
	return s.i
}

// Len returns the number of the last field that is there; for MSH, whose separator counts as MSH-1, as HL7 numbers them.
func (s Segment) Len() int {
	if s.Name() == "" {
		return 0
	}
	n := s.count() - 1
	if s.isHead() && n > 0 {
		n++
	}
	return n
}

// count returns how many texts between separators the line has, its name included.
func (s Segment) count() int {
	last := int32(len(s.m.ends))
	if s.i+1 < len(s.m.lines) {
		last = s.m.lines[s.i+1].fields
	}
	return int(last - s.m.lines[s.i].fields)
}

// isHead reports whether the segment defines delimiters, so that its first field is the separator.
func (s Segment) isHead() bool {
	switch s.Name() {
	case "MSH", "FHS", "BHS":
		return true
	}
	return false
}

// Field returns field n as HL7 numbers them: OBX-5 is Field(5), MSH-10 is Field(10). Field 0 is the name. A field that
// is not there is empty.
func (s Segment) Field(n int) Field {
	if n < 0 || s.Name() == "" {
		return Field{}
	}
	if n > 0 && s.isHead() {
		switch n--; n {
		case 0:
			if s.count() < 2 {
				return Field{}
			}
			return Field{raw: string(rune(s.m.delims.Field)), m: s.m, depth: opaque}
		case 1:
			f := s.part(1)
			f.depth = opaque
			return f
		}
	}
	return s.part(n)
}

// part returns the n-th text between separators.
func (s Segment) part(n int) Field {
	if n >= s.count() {
		return Field{m: s.m}
	}
	l := s.m.lines[s.i]
	start := l.start
	if n > 0 {
		start = s.m.ends[int(l.fields)+n-1] + 1
	}
	return Field{raw: s.m.text[start:s.m.ends[int(l.fields)+n]], m: s.m}
}

// Text returns the unescaped text of a field, or of the component and subcomponent of its first repetition:
// Text(3), Text(3, 1), Text(3, 4, 2).
func (s Segment) Text(field int, path ...int) string {
	f := s.Field(field)
	if len(path) > 0 {
		f = f.Component(path[0])
	}
	if len(path) > 1 {
		f = f.Subcomponent(path[1])
	}
	return f.Text()
}
