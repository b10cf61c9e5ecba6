package critical

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Bounds of a Decimal.
const (
	MaxDigits   = 40 // digits from the first that is not 0, trailing noughts counted
	MaxExponent = 30 // of the power of ten, to either side
)

// Errors of a number that cannot be read. Each says what was wrong, so that a
// person can be told what to write instead; none of them repeats the text.
var (
	// ErrUnreadable says that a text is not one decimal number. Show it to a person.
	ErrUnreadable = errors.New("critical: not a number")
	// ErrSeparator says that a text has a thousands separator, or a point or
	// comma that may be one. Ask for the number without it; it is never guessed.
	ErrSeparator = fmt.Errorf("%w: write it without thousands separator and with the decimal mark used here", ErrUnreadable)
	// ErrRange says that a number has more than MaxDigits digits or an exponent past MaxExponent.
	ErrRange = fmt.Errorf("%w: too many digits", ErrUnreadable)
)

// Decimal is an exact decimal number: an integer coefficient and a power of
// ten, never a float. It is kept canonical, so two Decimals are equal with ==
// exactly if they are the same number. The zero value is 0.
type Decimal struct {
	neg    bool
	digits string // no leading or trailing noughts; empty for 0
	exp    int    // value is digits × 10^exp
}

// Num reads a decimal number with a point, such as "-7.25", "+.5" or "1e-3".
// Errors: ErrUnreadable, ErrSeparator, ErrRange.
func Num(text string) (Decimal, error) {
	d, rest, err := scan(text, Locale{})
	if err == nil && rest != "" {
		err = ErrUnreadable
		if strings.ContainsAny(rest[:1], ",.'_ \u00a0") && rest != "." {
			err = ErrSeparator
		}
	}
	if err != nil {
		return Decimal{}, err
	}
	return d, nil
}

// canonical builds the canonical Decimal of sign, written digits and power of ten.
func canonical(neg bool, digits string, exp int) (Decimal, error) {
	digits = strings.TrimLeft(digits, "0")
	if len(digits) > MaxDigits || exp > MaxExponent || exp < -MaxExponent {
		return Decimal{}, ErrRange
	}
	whole := len(digits)
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return Decimal{}, nil
	}
	if exp += whole - len(digits); len(digits)+exp > MaxDigits {
		return Decimal{}, ErrRange
	}
	return Decimal{neg: neg, digits: digits, exp: exp}, nil
}

// Sign is -1, 0 or +1.
func (d Decimal) Sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.neg:
		return -1
	}
	return 1
}

// Compare is -1, 0 or +1 as d is less than, equal to or greater than o. It is exact.
func (d Decimal) Compare(o Decimal) int {
	if a, b := d.Sign(), o.Sign(); a != b || a == 0 {
		return sign(a - b)
	}
	c := sign(len(d.digits) + d.exp - len(o.digits) - o.exp)
	if c == 0 {
		c = strings.Compare(d.digits, o.digits)
	}
	if d.neg {
		return -c
	}
	return c
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// String is the number in plain notation with a point, without superfluous noughts.
func (d Decimal) String() string {
	if d.digits == "" {
		return "0"
	}
	s := d.digits
	switch point := len(s) + d.exp; {
	case d.exp >= 0:
		s += strings.Repeat("0", d.exp)
	case point > 0:
		s = s[:point] + "." + s[point:]
	default:
		s = "0." + strings.Repeat("0", -point) + s
	}
	if d.neg {
		return "-" + s
	}
	return s
}

// MarshalJSON writes the number as a string, since a JSON number may pass through a float.
func (d Decimal) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a string or the digits of a number token, which are
// taken as decimals and never pass through a float.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	s := string(text)
	if strings.HasPrefix(s, `"`) {
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
	}
	n, err := Num(s)
	if err != nil {
		return err
	}
	*d = n
	return nil
}

// Ratio is an exact fraction; Den is not 0.
type Ratio struct{ Num, Den int64 }

// compareScaled compares d × r with o, exactly.
func (d Decimal) compareScaled(r Ratio, o Decimal) int {
	if r.Num == r.Den {
		return d.Compare(o)
	}
	low := min(d.exp, o.exp)
	a, b := d.integer(low), o.integer(low)
	return a.Mul(a, big.NewInt(r.Num)).Cmp(b.Mul(b, big.NewInt(r.Den)))
}

// integer is d / 10^low, which is whole when low is at most d's exponent.
func (d Decimal) integer(low int) *big.Int {
	n := new(big.Int)
	if d.digits == "" {
		return n
	}
	n.SetString(d.digits, 10)
	n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.exp-low)), nil))
	if d.neg {
		n.Neg(n)
	}
	return n
}

// scan reads a number at the start of text and gives back what follows it.
func scan(text string, in Locale) (d Decimal, rest string, err error) {
	s := text
	neg := false
	for _, p := range []string{"-", "\u2212", "+"} {
		if r, ok := strings.CutPrefix(s, p); ok {
			s, neg = r, p != "+"
			break
		}
	}
	whole, s := lead(s)
	mark, frac := "", ""
	if len(s) > 1 && (s[0] == '.' || s[0] == ',') && digit(s[1]) {
		mark = s[:1]
		frac, s = lead(s[1:])
	}
	switch {
	case whole == "" && frac == "":
		return Decimal{}, text, ErrUnreadable
	case mark == "," && !in.Comma:
		return Decimal{}, text, ErrSeparator
	case mark == "." && in.Comma && len(frac) == 3 && len(whole) >= 1 && len(whole) <= 3:
		return Decimal{}, text, ErrSeparator // 1.234 may be 1234 where people write a comma
	}
	exp := 0
	if len(s) > 1 && (s[0] == 'e' || s[0] == 'E') {
		e := s[1:]
		up := strings.TrimLeft(e, "+-")
		if n, r := lead(up); n != "" && len(e)-len(up) <= 1 {
			if len(n) > 4 {
				return Decimal{}, text, ErrRange
			}
			exp, _ = strconv.Atoi(n)
			if e[0] == '-' {
				exp = -exp
			}
			s = r
		}
	}
	d, err = canonical(neg, whole+frac, exp-len(frac))
	return d, s, err
}

func lead(s string) (digits, rest string) {
	i := 0
	for i < len(s) && digit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
