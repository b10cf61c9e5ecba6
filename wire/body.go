package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Read reads a JSON object that a client sent into v, strictly: valid UTF-8, nothing after it, no unknown field, no
// field twice, at most MaxNesting deep, every field of its type. An empty text is an empty object. The error is a
// Refusal that names the field, never what stood in it.
func Read(text []byte, v any) error {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	if !utf8.Valid(text) {
		return Bad("", "The request is not valid UTF-8.", "Send JSON in UTF-8.")
	}
	if err := form(text); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return Bad(wrong.Field, fmt.Sprintf("The field %q must be %s.", wrong.Field, kindOf(wrong)), "Correct it.")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return Bad(name, fmt.Sprintf("The field %q is not known here.", name), "Leave it out, or check its spelling.")
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return Bad("", "A time is not written as RFC 3339 has it, with its zone.", "Write it so: 2026-11-22T08:00:00+01:00, or 2026-11-22T07:00:00Z.")
	}
	return Bad("", "A field cannot be read.", "Check times (RFC 3339) and numbers.")
}

func kindOf(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	case "slice", "array":
		return "a list"
	case "struct", "map":
		return "an object"
	}
	return "a whole number in range"
}

// form checks what encoding/json lets pass: nesting, doubled fields, what stands after the object.
func form(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	type level struct {
		keys map[string]bool // nil in a list
		name string          // of the field in hand
		key  bool            // a key comes next
	}
	var open []level
	path := func() string {
		var names []string
		for _, l := range open {
			if l.name != "" {
				names = append(names, l.name)
			}
		}
		return strings.Join(names, ".")
	}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return nil
		}
		if err != nil {
			return Bad(path(), "The request is not valid JSON.", "Check quotes, commas and brackets.")
		}
		if n := len(open); n > 0 && open[n-1].key {
			if name, ok := t.(string); ok {
				l := &open[n-1]
				if l.keys[name] {
					l.name = name
					return Bad(path(), fmt.Sprintf("The field %q is there twice.", name), "Give it once.")
				}
				l.keys[name], l.name, l.key = true, name, false
				continue
			}
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			l := level{}
			if t == json.Delim('{') {
				l.keys, l.key = map[string]bool{}, true
			} else if len(open) == 0 {
				return Bad("", "The request must be an object.", "Send a JSON object.")
			}
			if open = append(open, l); len(open) > MaxNesting {
				return Bad(path(), fmt.Sprintf("The request is nested more than %d deep.", MaxNesting), "Send it flatter.")
			}
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if len(open) == 0 {
				return Bad("", "The request must be an object.", "Send a JSON object.")
			}
		}
		if n := len(open); n > 0 && open[n-1].keys != nil {
			open[n-1].key = true
		}
		if len(open) == 0 {
			if d.More() || len(bytes.TrimSpace(text[d.InputOffset():])) > 0 {
				return Bad("", "Something follows the object.", "Send one JSON object.")
			}
			return nil
		}
	}
}
