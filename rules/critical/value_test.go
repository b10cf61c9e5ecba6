package critical_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/rules/critical"
)

var comma = critical.Locale{Comma: true}

func TestEqualValuesAreTheSameNumberWithTheSameComparator(t *testing.T) {
	for _, c := range []struct {
		a, b string
		in   critical.Locale
		want bool
	}{
		{"7.1", "7.10", critical.Locale{}, true},
		{"7.1", "7,1", comma, true},
		{"7.1", "07.1", critical.Locale{}, true},
		{"7.1", "1.7", critical.Locale{}, false},
		{"7.1", "71", critical.Locale{}, false},
		{">8.0", ">8", critical.Locale{}, true},
		{">8.0", "> 8.0", critical.Locale{}, true},
		{">8.0", "8.0", critical.Locale{}, false},
		{">8.0", ">=8.0", critical.Locale{}, false},
		{"<=5", "≤5", critical.Locale{}, true},
		{"-10", "−10", critical.Locale{}, true},
		{"-10", "10", critical.Locale{}, false},
		{"0.2", ".2", critical.Locale{}, true},
		{"1000", "1e3", critical.Locale{}, true},
	} {
		a, err := critical.Parse(c.a, critical.Locale{})
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := critical.ParseTyped(c.b, c.in)
		if err != nil {
			t.Errorf("%q: %v", c.b, err)
		} else if a.Equal(b) != c.want {
			t.Errorf("%q equal to %q: %v, want %v", c.a, c.b, !c.want, c.want)
		}
	}
}

func TestAThousandsSeparatorIsRefusedAndNeverGuessed(t *testing.T) {
	for _, c := range []struct {
		text string
		in   critical.Locale
	}{
		{"1,234", critical.Locale{}},
		{"1,2", critical.Locale{}},
		{"1,234.5", critical.Locale{}},
		{"1 234", critical.Locale{}},
		{"1'234", critical.Locale{}},
		{"1_234", critical.Locale{}},
		{"1\u00a0234", critical.Locale{}},
		{"1,234,567", critical.Locale{}},
		{"1.234", comma},
		{"12.345", comma},
		{"1.234,5", comma},
		{"1.234.567", comma},
		{"1 234,5", comma},
		{"1,234,567", comma},
	} {
		if v, u, err := critical.ParseTyped(c.text, c.in); !errors.Is(err, critical.ErrSeparator) {
			t.Errorf("typed %q (comma %v) gives %v %q, %v, want ErrSeparator", c.text, c.in.Comma, v, u, err)
		}
		if v, err := critical.Parse(c.text, c.in); !errors.Is(err, critical.ErrSeparator) {
			t.Errorf("sent %q (comma %v) gives %v, %v, want ErrSeparator", c.text, c.in.Comma, v, err)
		}
	}
	for text, want := range map[string]string{"1,234": "1.234", "7.1": "7.1", "12.3456": "12.3456", "1234.567": "1234.567", ",5": "0.5"} {
		if v, _, err := critical.ParseTyped(text, comma); err != nil || v.Num.String() != want {
			t.Errorf("with a decimal comma %q is %v, %v, want %s", text, v, err, want)
		}
	}
}

func TestATypedUnitIsSplitOff(t *testing.T) {
	for text, want := range map[string][2]string{
		"7.1 mmol/L": {"7.1", "mmol/L"}, "7.1mmol/l": {"7.1", "mmol/l"}, "7.10": {"7.1", ""}, "12 %": {"12", "%"},
		"40 10*3/uL": {"40", "10*3/uL"}, "40 x10^9/L": {"40", "x10^9/L"}, ">8.0 INR": {"8", "INR"}, "65 mm Hg": {"65", "mm Hg"}, "5 eq": {"5", "eq"},
	} {
		v, unit, err := critical.ParseTyped(text, critical.Locale{})
		if err != nil || v.Num.String() != want[0] || unit != want[1] {
			t.Errorf("%q: %v %q, %v; want %v", text, v.Num, unit, err, want)
		}
	}
	for _, text := range []string{"", "NaN", "seven", "7.1.", "7.1-", "7-8", "7 8", "<>7", "7<8", "mmol/L", "< ", "1e99"} {
		if v, unit, err := critical.ParseTyped(text, critical.Locale{}); !errors.Is(err, critical.ErrUnreadable) {
			t.Errorf("%q: %v %q, %v; want ErrUnreadable", text, v, unit, err)
		}
	}
}

func TestStructuredNumericsAreReadOrRefused(t *testing.T) {
	for parts, want := range map[string]string{
		"|182": "182", ">|8.0": ">8", "=|31": "31", "<=|5||": "<=5", "|101.2": "101.2", ">| 8": ">8",
		"=|1|:|8192": "", "+|2|-|4": "", "|100|+": "", "<>|4": "", "": "", "|": "", "|1|||x": "", ">|": "", ">|>8": "",
	} {
		v, err := critical.ParseSN(strings.Split(parts, "|"), critical.Locale{})
		got := string(v.Cmp) + v.Num.String()
		switch {
		case want == "" && !errors.Is(err, critical.ErrUnreadable):
			t.Errorf("%q: %v, %v, want ErrUnreadable", parts, v, err)
		case want != "" && (err != nil || got != want):
			t.Errorf("%q: %s, %v, want %s", parts, got, err, want)
		}
	}
}

func TestUnitsAreKnownByTheirSpellings(t *testing.T) {
	for code, spellings := range map[string][]string{
		"mmol/L":  {"mmol/L", "MMOL/L", "mmol / l", "MMOLL"},
		"meq/L":   {"mEq/L", "MEQ/L"},
		"umol/L":  {"umol/l", "µmol/L", "μmol/L", "UMOLL"},
		"g/dL":    {"gm/dl", "G/DL"},
		"mm[Hg]":  {"mmHg", "mm Hg", "MMHG", "mm[Hg]"},
		"10*3/uL": {"K/uL", "x10^3/uL", "10*3/uL", "10^3/µL"},
		"10*9/L":  {"x10*9/L", "10^9/L"},
		"[pH]":    {"pH", "[pH]"}, "{INR}": {"INR", "{INR}"}, "s": {"SEC", "s"}, "": {"", "mg%", "nonsense", "G"},
	} {
		for _, s := range spellings {
			if got := critical.Canonical(s); got != code {
				t.Errorf("Canonical(%q) = %q, want %q", s, got, code)
			}
		}
	}
}

func TestFactorsGoBothWaysAndAreExact(t *testing.T) {
	for _, c := range []struct {
		from, to, loinc string
		want            critical.Ratio
		ok              bool
	}{
		{"mmol/L", "mmol/L", "2823-3", critical.Ratio{Num: 1, Den: 1}, true},
		{"g/L", "g/dL", "718-7", critical.Ratio{Num: 1, Den: 10}, true},
		{"g/dL", "g/L", "718-7", critical.Ratio{Num: 10, Den: 1}, true},
		{"meq/L", "mmol/L", "2823-3", critical.Ratio{Num: 1, Den: 1}, true},
		{"meq/L", "mmol/L", "1994-3", critical.Ratio{Num: 1, Den: 2}, true},
		{"meq/L", "mmol/L", "2345-7", critical.Ratio{}, false},
		{"mg/dL", "mmol/L", "2345-7", critical.Ratio{Num: 10000, Den: 180156}, true},
		{"mg/dL", "mmol/L", "14927-8", critical.Ratio{}, false},
		{"", "", "2744-1", critical.Ratio{Num: 1, Den: 1}, false},
	} {
		if got, ok := critical.Factor(c.from, c.to, c.loinc); ok != c.ok || ok && got != c.want {
			t.Errorf("%s to %s for %s: %v %v, want %v %v", c.from, c.to, c.loinc, got, ok, c.want, c.ok)
		}
	}
}

func TestTheTailIsTheLastFourLettersOrDigits(t *testing.T) {
	for id, want := range map[string]string{"6610 4827": "4827", "T12345": "2345", "12-345-6": "3456", "402": "402", "ab1c": "AB1C", "": "", "--": "", "Ärzte-7é": "TE7É"} {
		if got := critical.Tail(id); got != want {
			t.Errorf("Tail(%q) = %q, want %q", id, got, want)
		}
	}
}

// FuzzTyped: whatever is typed is read, or refused without a guess.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{"7.1 mmol/L", "1,234", "1.234", ">= 8", "7e3/uL", "−1", "5 10*9/L", "\xff7", "7\u00a0000"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, withComma bool) {
		in := critical.Locale{Comma: withComma}
		v, unit, err := critical.ParseTyped(text, in)
		if err != nil {
			if !errors.Is(err, critical.ErrUnreadable) {
				t.Fatalf("%q: %v is no error of a typed value", text, err)
			}
			return
		}
		if !strings.Contains(text, v.Sent) {
			t.Fatalf("%q is kept as %q", text, v.Sent)
		}
		if s, err := critical.Parse(text, in); err == nil && (!s.Equal(v) || unit != "") {
			t.Fatalf("%q is sent as %v and typed as %v %q", text, s, v, unit)
		}
		if w, _, err := critical.ParseTyped(string(v.Cmp)+v.Num.String(), critical.Locale{}); err != nil || !w.Equal(v) {
			t.Fatalf("%q means %v%v, which is read as %v, %v", text, v.Cmp, v.Num, w, err)
		}
		digits := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.TrimSuffix(v.Sent, unit))
		if digits == "" {
			t.Fatalf("a number without a digit in %q", text)
		}
	})
}
