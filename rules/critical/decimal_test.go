package critical_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/rules/critical"
)

func num(t testing.TB, s string) critical.Decimal {
	t.Helper()
	d, err := critical.Num(s)
	if err != nil {
		t.Fatalf("Num(%q): %v", s, err)
	}
	return d
}

func TestNumbersAreReadExactly(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "0.000": "0", "7.10": "7.1", "007": "7", ".5": "0.5", "-.2": "-0.2", "+3": "3", "−1.5": "-1.5",
		"1e3": "1000", "1.5E-3": "0.0015", "100": "100", "12.340e1": "123.4",
		"1234567890123456789012345678901234567890": "1234567890123456789012345678901234567890",
		"0.1000000000000000055511151231257":        "", "1e31": "", "1e-31": "", "1e99999999999": "",
		"12345678901234567890123456789012345678901": "", "1234567890123456789012345678901e30": "",
	} {
		d, err := critical.Num(in)
		switch {
		case want == "" && !errors.Is(err, critical.ErrRange):
			t.Errorf("Num(%q) = %v, %v, want ErrRange", in, d, err)
		case want != "" && (err != nil || d.String() != want):
			t.Errorf("Num(%q) = %v, %v, want %s", in, d, err, want)
		}
	}
}

func TestWhatIsNoNumberIsRefused(t *testing.T) {
	for _, in := range []string{
		"", " ", "NaN", "Inf", "-", "+", ".", "5.", "e5", "1e", "--1", "+-1", "0x10", "1/2", "٣", "１", "*", "5 6", "1e+-3", "3-4", "1..2",
		"1,234", "1,2", "1.2.3", "1 234", "1'234", "1_234", "1,234,567",
	} {
		if d, err := critical.Num(in); !errors.Is(err, critical.ErrUnreadable) {
			t.Errorf("Num(%q) = %v, %v, want ErrUnreadable", in, d, err)
		}
	}
}

func TestDecimalsCompareAsNumbers(t *testing.T) {
	order := []string{"-1e30", "-100", "-10.01", "-10", "-0.1", "-0.01", "0", "1e-30", "0.01", "0.1", "0.11", "1", "1.9", "2", "9", "10", "10.0000001", "99", "100", "1e30"}
	for i, a := range order {
		for j, b := range order {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := num(t, a).Compare(num(t, b)); got != want {
				t.Errorf("%s against %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestANumberTokenNeverPassesThroughAFloat(t *testing.T) {
	var d critical.Decimal
	if err := json.Unmarshal([]byte("0.1234567890123456789012345"), &d); err != nil || d.String() != "0.1234567890123456789012345" {
		t.Fatalf("got %v, %v", d, err)
	}
	if err := json.Unmarshal([]byte(`"1,5"`), &d); !errors.Is(err, critical.ErrSeparator) {
		t.Fatalf("a comma in a limit file gives %v", err)
	}
}

// FuzzDecimal holds Num, Compare and String to math/big.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"7.25", "-0.001", "1e-30", "1234567890123456789012345678901234567890", "1,5", "00.10e1", "+.5"} {
		f.Add(s, "7.250")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, err := critical.Num(a)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(strings.Replace(a, "\u2212", "-", 1))
		if !ok {
			t.Fatalf("read %q, which is no number", a)
		}
		again, err := critical.Num(x.String())
		if err != nil || again != x {
			t.Fatalf("%q prints as %q, read again as %v, %v", a, x, again, err)
		}
		if back, _ := new(big.Rat).SetString(x.String()); back.Cmp(exact) != 0 {
			t.Fatalf("%q is kept as %s", a, x)
		}
		y, err := critical.Num(b)
		if err != nil {
			return
		}
		other, _ := new(big.Rat).SetString(strings.Replace(b, "\u2212", "-", 1))
		if got, want := x.Compare(y), exact.Cmp(other); got != want {
			t.Fatalf("%q against %q: %d, want %d", a, b, got, want)
		}
		if (x == y) != (exact.Cmp(other) == 0) {
			t.Fatalf("%q == %q is %v", a, b, x == y)
		}
	})
}
