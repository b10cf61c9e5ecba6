package critical

import (
	"fmt"
	"strings"
	"unicode"
)

// Cmp is the comparator before a number: "" for an exact one, or < <= > >=.
type Cmp string

// The comparators.
const (
	Exact   Cmp = ""
	Less    Cmp = "<"
	AtMost  Cmp = "<="
	Greater Cmp = ">"
	AtLeast Cmp = ">="
)

// Locale is how numbers are written somewhere. The zero value has a decimal point.
type Locale struct {
	// Comma: the decimal mark is a comma. A point is read as one too, unless
	// it may be a thousands separator (1.234), which is refused.
	Comma bool `json:"comma,omitempty"`
}

// Value is a numeric result. Sent is shown and read back; Cmp and Num are what it means.
type Value struct {
	Sent string
	Cmp  Cmp
	Num  Decimal
}

// Equal tells whether both mean the same: same comparator, same number
// (7.1 is 7.10; >8.0 is not 8.0). How they were written does not count.
func (v Value) Equal(o Value) bool { return v.Cmp == o.Cmp && v.Num == o.Num }

// Parse reads a result as sent (HL7 v2.5.1, data type NM, with an optional
// comparator) in the sender's locale. Errors: ErrUnreadable, ErrSeparator, ErrRange.
func Parse(text string, in Locale) (Value, error) {
	c, n, rest, err := split(text, in)
	if err == nil && rest != "" {
		err = remnant(rest)
	}
	if err != nil {
		return Value{}, err
	}
	return Value{Sent: strings.TrimSpace(text), Cmp: c, Num: n}, nil
}

// ParseSN reads a structured numeric (HL7 v2.5.1, data type SN) from its components:
// comparator, first number, separator or suffix, second number. Ratios, ranges
// and suffixes are not one number: ErrUnreadable.
func ParseSN(parts []string, in Locale) (Value, error) {
	var p [4]string
	for i, s := range parts {
		s = strings.TrimSpace(s)
		switch {
		case i < len(p):
			p[i] = s
		case s != "":
			return Value{}, ErrUnreadable
		}
	}
	if p[2] != "" || p[3] != "" {
		return Value{}, ErrUnreadable
	}
	if p[0] == "=" {
		p[0] = ""
	}
	if p[0] != "" {
		if _, rest := comparator(p[0]); rest != "" {
			return Value{}, ErrUnreadable
		}
	}
	return Parse(p[0]+p[1], in)
}

// ParseTyped reads what a person typed in a read-back: a number in the
// person's locale, a comparator if there is one, and a unit if one was typed.
// Errors: ErrUnreadable, ErrSeparator, ErrRange.
func ParseTyped(text string, in Locale) (v Value, unit string, err error) {
	c, n, rest, err := split(text, in)
	if err != nil {
		return Value{}, "", err
	}
	if unit = strings.TrimSpace(rest); unit != "" {
		// What follows a number is a unit only if it cannot be more of the number.
		if r := []rune(unit)[0]; strings.ContainsRune(".,'’_+-\u2212<>=", r) || unicode.IsDigit(r) && Canonical(unit) == "" {
			return Value{}, "", remnant(rest)
		}
	}
	return Value{Sent: strings.TrimSpace(text), Cmp: c, Num: n}, unit, nil
}

func split(text string, in Locale) (Cmp, Decimal, string, error) {
	c, s := comparator(strings.TrimSpace(text))
	d, rest, err := scan(strings.TrimLeft(s, " \t"), in)
	return c, d, rest, err
}

func comparator(s string) (Cmp, string) {
	for _, p := range []struct {
		text string
		cmp  Cmp
	}{{"<=", AtMost}, {">=", AtLeast}, {"≤", AtMost}, {"≥", AtLeast}, {"<", Less}, {">", Greater}} {
		if r, ok := strings.CutPrefix(s, p.text); ok {
			return p.cmp, r
		}
	}
	return Exact, s
}

// remnant names what is wrong with a text that goes on after a number.
func remnant(rest string) error {
	r := []rune(strings.TrimSpace(rest))
	if len(r) > 1 && (strings.ContainsRune(".,'’_", r[0]) && unicode.IsDigit(r[1]) || unicode.IsDigit(r[0])) {
		return ErrSeparator
	}
	return fmt.Errorf("%w: something follows the number", ErrUnreadable)
}

// Tail is what of an identifier is read back: its last four letters or
// digits, all of them if it is shorter, in upper case.
func Tail(identifier string) string {
	r := []rune(fold(identifier))
	return string(r[max(0, len(r)-4):])
}

// fold keeps letters and digits, in upper case, so that grouping does not count.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}
