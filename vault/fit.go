package vault

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrUnfit says that a login, password or PIN cannot be taken. It always comes as an [*UnfitError] with the reason.
var ErrUnfit = errors.New("cannot be used")

// UnfitError is the reason why a secret or a login was refused. It never holds what was typed.
type UnfitError struct {
	What   string // "login", "password" or "PIN"
	Reason string // a word for programs: "too-short", "too-long", "common", "like-login", "not-text", "not-digits"
	Why    string // a sentence for people
}

// Error gives what was refused and the sentence.
func (e *UnfitError) Error() string { return fmt.Sprintf("vault: %s %v: %s", e.What, ErrUnfit, e.Why) }

// Unwrap is ErrUnfit.
func (e *UnfitError) Unwrap() error { return ErrUnfit }

// Lengths in characters after normalization (NFC), both ends included.
const (
	ShortestPassword = 8
	LongestPassword  = 128
	ShortestPIN      = 4
	LongestPIN       = 12
	LongestLogin     = 64
)

// LoginKey folds a login to the form in which logins are compared: NFKC, without case, without blanks around it.
// A limit on sign-ins should count by it too. It refuses, with ErrUnfit, an empty or overlong login and one with
// blanks or unprintable characters inside.
func LoginKey(login string) (string, error) {
	unfit := func(reason, why string) (string, error) {
		return "", &UnfitError{What: "login", Reason: reason, Why: why}
	}
	if !utf8.ValidString(login) {
		return unfit("not-text", "it is not valid UTF-8.")
	}
	if len(login) > 16*LongestLogin {
		return unfit("too-long", fmt.Sprintf("it has more than %d characters.", LongestLogin))
	}
	key := strings.TrimSpace(fold(login))
	switch n := utf8.RuneCountInString(key); {
	case n == 0:
		return unfit("too-short", "it is empty.")
	case n > LongestLogin:
		return unfit("too-long", fmt.Sprintf("it has more than %d characters.", LongestLogin))
	}
	for _, r := range key {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return unfit("not-text", "it has a blank or an unprintable character inside.")
		}
	}
	return key, nil
}

// fold takes away case and compatibility forms. It goes rune by rune, by the least of those that differ in case only;
// x/text/cases.Fold swaps the two cases of Cherokee, so that folding twice is not folding once.
func fold(s string) string {
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return unicode.ToLower(least)
	}, norm.NFKC.String(s)))
}

// typed brings a typed password to the bytes that are hashed: NFC, whole, any character allowed.
func typed(password string) ([]byte, error) {
	unfit := func(reason, why string) ([]byte, error) {
		return nil, &UnfitError{What: "password", Reason: reason, Why: why}
	}
	if !utf8.ValidString(password) {
		return unfit("not-text", "it is not valid UTF-8.")
	}
	tooLong := fmt.Sprintf("it has more than %d characters.", LongestPassword)
	if len(password) > 16*LongestPassword { // decomposed characters are longer; this only spares the work
		return unfit("too-long", tooLong)
	}
	nfc := norm.NFC.String(password)
	switch n := utf8.RuneCountInString(nfc); {
	case n < ShortestPassword:
		return unfit("too-short", fmt.Sprintf("it needs at least %d characters.", ShortestPassword))
	case n > LongestPassword:
		return unfit("too-long", tooLong)
	}
	return []byte(nfc), nil
}

// fitPassword is typed for a new password: it also refuses what would be guessed first.
func fitPassword(site, login, password string) ([]byte, error) {
	secret, err := typed(password)
	if err != nil {
		return nil, err
	}
	if reason, why := guess(fold(site), strings.TrimSpace(fold(login)), fold(password)); reason != "" {
		return nil, &UnfitError{What: "password", Reason: reason, Why: why}
	}
	return secret, nil
}

// fitPIN refuses what is not 4 to 12 digits, and the PINs that are tried first.
func fitPIN(pin string) ([]byte, error) {
	unfit := func(reason, why string) ([]byte, error) {
		return nil, &UnfitError{What: "PIN", Reason: reason, Why: why}
	}
	secret, err := typedPIN(pin)
	if err != nil {
		return nil, err
	}
	switch pin {
	case "1212", "1004", "2000", "6969", "1122", "1313", "2001", "1010", "2580", "0852", "112233", "121212", "123123":
		return unfit("common", "it is among the commonest PINs, which are tried first.")
	}
	step := int(pin[1]) - int(pin[0])
	for i := 2; i < len(pin); i++ {
		if int(pin[i])-int(pin[i-1]) != step {
			return secret, nil
		}
	}
	if step >= -1 && step <= 1 {
		return unfit("common", "it is one digit repeated, or digits in a row.")
	}
	return secret, nil
}

func typedPIN(pin string) ([]byte, error) {
	if n := utf8.RuneCountInString(pin); n < ShortestPIN || n > LongestPIN {
		reason := "too-short"
		if n > LongestPIN {
			reason = "too-long"
		}
		return nil, &UnfitError{
			What: "PIN", Reason: reason,
			Why: fmt.Sprintf("it needs %d to %d digits.", ShortestPIN, LongestPIN),
		}
	}
	for _, r := range pin {
		if r < '0' || r > '9' {
			return nil, &UnfitError{What: "PIN", Reason: "not-digits", Why: "it has something else than the digits 0 to 9."}
		}
	}
	return []byte(pin), nil
}
