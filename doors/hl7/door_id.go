package hl7

import (
	"strings"

	"github.com/seed-909bec58/readback/lab"
)

// ids is the site's key, under which what the outside names becomes an id: always the same one, and without the key
// nobody can try which number it stands for.
type ids []byte

// of returns the id of a kind ("patient") for the parts that name it outside.
func (k ids) of(kind string, parts ...string) string { return lab.IDs(k).Of(kind, parts...) }

// messageID is made of MSH-3, MSH-4, MSH-10 and the bytes: another content under the same control id is another message.
func (d *Door) messageID(m *Message, raw []byte) string {
	msh := m.MSH()
	return d.ids.of("message", msh.Field(3).Raw(), msh.Field(4).Raw(), msh.Field(10).Raw(), string(raw))
}

// Sender returns the code under which a message's sender is known here: MSH-3 and MSH-4 in lower case, joined by a dot.
// Code maps are kept under it, and the sender's actor is "machine/hl7-" and this code.
func (m *Message) Sender() string {
	name := func(f Field) string {
		for n := 1; n <= 2; n++ {
			if s := first(f.Component(n)); s != "" {
				return s
			}
		}
		return ""
	}
	return senderCode(name(m.MSH().Field(3)), name(m.MSH().Field(4)))
}

func senderCode(app, facility string) string {
	switch app, facility = safe(app), safe(facility); {
	case app == "" && facility == "":
		return "unnamed"
	case facility == "":
		return app
	case app == "":
		return "." + facility
	}
	return app + "." + facility
}

// safe keeps letters, digits and dashes of a name, at most 40.
func safe(name string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 40 {
			break
		}
	}
	return strings.TrimRight(b.String(), "-")
}

// first is the text of a field's first component's first subcomponent, without blanks around it.
func first(f Field) string { return strings.TrimSpace(f.Subcomponent(1).Text()) }

// code is a text as a code of a body: one too long to be one is none.
func code(s string) string {
	if s = strings.TrimSpace(s); len(s) > 64 {
		return ""
	}
	return s
}
