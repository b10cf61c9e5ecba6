package hl7

import (
	"iter"
	"strings"
)

// null is what a sender writes to say that a value is to be deleted (HL7 v2.5.1 §2.5.3).
const null = `""`

// Field is a field, one repetition of it, a component or a subcomponent. The zero Field is empty.
type Field struct {
	raw   string
	m     *Message
	depth depth
}

// depth says what a Field can still be parted into.
type depth uint8

const (
	field depth = iota
	repetition
	component
	subcomponent
	opaque
)

// Raw returns the text as sent, with delimiters and escapes, in UTF-8.
func (f Field) Raw() string { return f.raw }

// Empty reports whether nothing was sent; HL7 null is something.
func (f Field) Empty() bool { return f.raw == "" }

// Null reports whether HL7 null (`""`) was sent: the value is to be deleted.
func (f Field) Null() bool { return f.raw == null && f.depth != opaque }

// Text returns the text with escape sequences replaced, empty for HL7 null. A field's delimiters stay as they are, so
// that free text with an unescaped ^ is whole; ask a Component or Subcomponent for its own text. It allocates only where
// there are escapes.
func (f Field) Text() string {
	switch {
	case f.m == nil || f.depth == opaque:
		return f.raw
	case f.Null():
		return ""
	}
	return f.m.unescape(f.raw)
}

// Count returns the number of repetitions, 0 for an empty field.
func (f Field) Count() int {
	switch {
	case f.raw == "":
		return 0
	case f.m == nil || f.depth != field:
		return 1
	}
	return 1 + strings.Count(f.raw, string(rune(f.m.delims.Repetition)))
}

// Repetition returns repetition n, from 1.
func (f Field) Repetition(n int) Field { return f.nth(n, repetition) }

// Repetitions yields each repetition in order.
func (f Field) Repetitions() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for n := range f.Count() {
			if !yield(f.Repetition(n + 1)) {
				return
			}
		}
	}
}

// Component returns component n, from 1, of the field's first repetition or of this repetition.
func (f Field) Component(n int) Field {
	if f.depth == field {
		f = f.Repetition(1)
	}
	return f.nth(n, component)
}

// Subcomponent returns subcomponent n, from 1, of the first component or of this component.
func (f Field) Subcomponent(n int) Field {
	if f.depth < component {
		f = f.Component(1)
	}
	return f.nth(n, subcomponent)
}

// nth parts f one depth further; what is not divided any more is its own first part.
func (f Field) nth(n int, to depth) Field {
	if n < 1 || f.m == nil {
		return Field{m: f.m, depth: to}
	}
	if f.depth >= to {
		if n == 1 {
			return f
		}
		return Field{m: f.m, depth: f.depth}
	}
	var sep byte
	switch to {
	case repetition:
		sep = f.m.delims.Repetition
	case component:
		sep = f.m.delims.Component
	default:
		sep = f.m.delims.Subcomponent
	}
	s := f.raw
	for ; n > 1; n-- {
		i := strings.IndexByte(s, sep)
		if i < 0 {
			return Field{m: f.m, depth: to}
		}
		s = s[i+1:]
	}
	if i := strings.IndexByte(s, sep); i >= 0 {
		s = s[:i]
	}
	return Field{raw: s, m: f.m, depth: to}
}
