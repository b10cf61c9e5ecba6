package vault_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/vault"
)

func sqlitePlace(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), openSQLite(t, filepath.Join(t.TempDir(), "vault.db")),
		vault.Config{Dialect: vault.SQLite, Site: "main", Work: light})
	must(t, err)
	return v
}

// reason is the word of an UnfitError, or "" when there was no error.
func reason(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var unfit *vault.UnfitError
	if !errors.As(err, &unfit) || !errors.Is(err, vault.ErrUnfit) || !strings.HasSuffix(unfit.Why, ".") {
		t.Fatalf("no reason: %v", err)
	}
	return unfit.Reason
}

func TestUnfitPasswordsAreRefusedWithTheReason(t *testing.T) {
	v := sqlitePlace(t)
	for _, c := range []struct{ password, want string }{
		{"", "too-short"},
		{"1234567", "too-short"},
		{"ÄÖÜäöüß", "too-short"},
		{"u\u0308u\u0308u\u0308u\u0308", "too-short"},
		{"x7!pQ2zé", ""},
		{strings.Repeat("grey duck", 14) + "xy", ""},
		{strings.Repeat("grey duck", 14) + "xyz", "too-long"},
		{strings.Repeat("é", 64) + strings.Repeat("e\u0301", 64), "common"}, // é 128 times
		{strings.Repeat("éäôûñ", 25), ""},
		{strings.Repeat("ée", 64), "common"},
		{strings.Repeat("x", 1<<20), "too-long"},
		{"password", "common"},
		{"PassWord", "common"},
		{"12345678", "common"},
		{"ｐａｓｓｗｏｒｄ", "common"},
		{"trustno1", "common"},
		{"Readback123", "common"},
		{"        ", "common"},
		{"zzzzzzzzzz", "common"},
		{"jane.doe-2", "like-login"},
		{"JANE.DOE-2", "like-login"},
		{"jane.doe-2jane.doe-2", "like-login"},
		{"\xff\xfe\xfd12345", "not-text"},
		{"passwords are dull", ""},
		{"only lower case letters", ""},
		{"tab\tand\x00nul", ""},
	} {
		err := v.SetPassword(t.Context(), "jane", "Jane.Doe-2", c.password)
		if got := reason(t, err); got != c.want {
			t.Errorf("%.40q: %q, want %q", c.password, got, c.want)
		}
		if len(c.password) > 6 && c.password != "password" && err != nil && strings.Contains(err.Error(), c.password) {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func TestUnfitPINsAreRefusedWithTheReason(t *testing.T) {
	v := sqlitePlace(t)
	must(t, v.SetPassword(t.Context(), "jane", "jane", good))
	for _, c := range []struct{ pin, want string }{
		{"", "too-short"},
		{"728", "too-short"},
		{"7281", ""},
		{"728194", ""},
		{"918273645501", ""},
		{"9182736455012", "too-long"},
		{"72a1", "not-digits"},
		{"7281 ", "not-digits"},
		{"７２８１", "not-digits"},
		{"-728", "not-digits"},
		{"\xff\xff\xff\xff", "not-digits"},
		{"0000", "common"},
		{"777777", "common"},
		{"1234", "common"},
		{"987654", "common"},
		{"2580", "common"},
		{"1235", ""},
		{"1357", ""},
		{"1224", ""},
	} {
		if got := reason(t, v.SetPIN(t.Context(), "jane", c.pin)); got != c.want {
			t.Errorf("%q: %q, want %q", c.pin, got, c.want)
		}
	}
}

func TestLoginKey(t *testing.T) {
	for _, c := range []struct{ login, key, want string }{
		{"Lee", "lee", ""},
		{" lee\n", "lee", ""},
		{"dr.lee@lab+1", "dr.lee@lab+1", ""},
		{"ＬＥＥ", "lee", ""},
		{"Straße", "straße", ""},
		{"STRAẞE", "straße", ""},
		{"ΣΑΣ", "σασ", ""},
		{"σας", "σασ", ""},
		{"\u212aim", "kim", ""},
		{"Zu\u0308rich", "zürich", ""},
		{"李医生", "李医生", ""},
		{"ﬁ", "fi", ""},
		{"", "", "too-short"},
		{" \t", "", "too-short"},
		{strings.Repeat("a", 64), strings.Repeat("a", 64), ""},
		{strings.Repeat("a", 65), "", "too-long"},
		{strings.Repeat("a", 1<<20), "", "too-long"},
		{"a b", "", "not-text"},
		{"a\x00b", "", "not-text"},
		{"a\u200bb", "", "not-text"},
		{"a\u202eb", "", "not-text"},
		{"a\nb", "", "not-text"},
		{"\xff", "", "not-text"},
		{"a\u00a0b", "", "not-text"},
	} {
		key, err := vault.LoginKey(c.login)
		if got := reason(t, err); key != c.key || got != c.want {
			t.Errorf("%.40q: %q %q, want %q %q", c.login, key, got, c.key, c.want)
		}
	}
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	for r := range rune(unicode.MaxRune) {
		key, err := vault.LoginKey("a" + string(r))
		if err != nil {
			continue
		}
		if again, err := vault.LoginKey(key); err != nil || again != key {
			t.Errorf("%U: %q, then %q, %v", r, key, again, err)
		}
	}
}

func FuzzLoginKey(f *testing.F) {
	for _, s := range []string{"Lee", "İstanbul", "ﬁﬂ", "ᾳ", "a\u0345\u0301", "ǅ", "ẞ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, login string) {
		key, err := vault.LoginKey(login)
		if err != nil {
			reason(t, err)
			return
		}
		if again, err := vault.LoginKey(key); err != nil || again != key {
			t.Fatalf("the key %q of %q has the key %q, %v", key, login, again, err)
		}
		if other, err := vault.LoginKey(norm.NFD.String(login)); err == nil && other != key {
			t.Fatalf("%q has the keys %q and %q", login, key, other)
		}
	})
}

// TestOnlyTheSamePasswordOpens sets and checks passwords of any characters.
func TestOnlyTheSamePasswordOpens(t *testing.T) {
	v := sqlitePlace(t)
	text := rapid.StringOfN(rapid.Rune(), 8, 40, -1)
	rapid.Check(t, func(r *rapid.T) {
		set, tried := text.Draw(r, "set"), text.Draw(r, "tried")
		if err := v.SetPassword(t.Context(), "jane", "jane", set); err != nil {
			reason(t, err)
			return
		}
		if _, err := v.CheckPassword(t.Context(), "jane", norm.NFD.String(set)); err != nil {
			r.Fatalf("the same password: %v", err)
		}
		_, err := v.CheckPassword(t.Context(), "jane", tried)
		if same := norm.NFC.String(set) == norm.NFC.String(tried); same != (err == nil) {
			r.Fatalf("same %v, %v", same, err)
		}
	})
}
