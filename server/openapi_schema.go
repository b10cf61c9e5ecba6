package server

import (
	"encoding/json"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

// object is a JSON object of the description.
type object map[string]any

// schemas makes JSON Schemas (2020-12, as OpenAPI 3.1 takes them) of Go types as encoding/json writes and wire.Read reads
// them. A type has two: what we answer may have further fields one day, what is sent to us may not.
type schemas struct{ named map[string]any }

// ref returns the schema of a type; a struct's stands among the named ones.
func (s *schemas) ref(t reflect.Type, sent bool) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return object{}
	case reflect.TypeFor[critical.Decimal]():
		return object{"type": "string", "pattern": `^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$`}
	}
	switch t.Kind() { //nolint:exhaustive // what wire does not use
	case reflect.Pointer:
		return s.ref(t.Elem(), sent)
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.ref(t.Elem(), sent)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.ref(t.Elem(), sent)}
	case reflect.Struct:
		return s.structure(t, sent)
	}
	return object{} // an interface: anything
}

// structure returns a reference to a struct's schema.
func (s *schemas) structure(t reflect.Type, sent bool) object {
	name := nameOf(t)
	if sent {
		name += ".sent"
	}
	if t.Name() == "" {
		return s.fields(t, sent)
	}
	if _, ok := s.named[name]; !ok {
		s.named[name] = nil // it may hold itself
		s.named[name] = s.fields(t, sent)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// nameOf is a type's name: those of wire by themselves, others with their room.
func nameOf(t reflect.Type) string {
	if room := path.Base(t.PkgPath()); room != "wire" {
		return room + "." + t.Name()
	}
	return t.Name()
}

func (s *schemas) fields(t reflect.Type, sent bool) object {
	properties, required := object{}, []string{}
	s.into(properties, &required, t, sent)
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if sent {
		out["additionalProperties"] = false
	}
	return out
}

// into adds a struct's fields, embedded ones among them. What we answer without omitting it is always there; what is
// sent to us is missed, with its name, by the rule that needs it.
func (s *schemas) into(properties object, required *[]string, t reflect.Type, sent bool) {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
			continue
		case f.Anonymous && name == "":
			s.into(properties, required, f.Type, sent)
			continue
		}
		schema := s.ref(f.Type, sent)
		optional := strings.Contains(options, "omit")
		if kind := f.Type.Kind(); !optional && (kind == reflect.Slice || kind == reflect.Map || kind == reflect.Pointer) {
			schema = object{"anyOf": []any{schema, object{"type": "null"}}} // as encoding/json writes what is nil
		}
		properties[name] = schema
		if !optional && !sent {
			*required = append(*required, name)
		}
	}
}
