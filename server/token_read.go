package server

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

const (
	latestTime = 253402300799 // the last second of the year 9999
	longestID  = 64
	machine    = "machine/"
)

// readToken reads what a token says and refuses everything that is not exactly the form of Tokens. It checks no
// signature, no key and no time of day.
func readToken(token string) (kid string, t Token, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", t, refuse("it has %d parts, not 3", len(parts))
	}
	var raw [3][]byte
	for i, part := range parts {
		// Asked here, because base64 passes over line ends.
		if part == "" || strings.ContainsFunc(part, notBase64URL) {
			return "", t, refuse("part %d is not base64url", i+1)
		}
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return "", t, refuse("part %d is not base64url", i+1)
		}
	}
	if len(raw[2]) != ed25519.SignatureSize {
		return "", t, refuse("its signature has %d bytes, not %d", len(raw[2]), ed25519.SignatureSize)
	}
	head, err := members(raw[0], "alg", "typ", "kid")
	if err != nil {
		return "", t, refuse("header: %v", err)
	}
	kid, err = readHeader(head)
	if err != nil {
		return "", t, refuse("header: %v", err)
	}
	claims, err := members(raw[1], "iss", "sub", "aud", "jti", "iat", "nbf", "exp")
	if err != nil {
		return "", t, refuse("claims: %v", err)
	}
	if t, err = readClaims(claims); err != nil {
		return "", Token{}, refuse("claims: %v", err)
	}
	return kid, t, nil
}

func readHeader(m map[string]any) (kid string, err error) {
	kid, _ = m["kid"].(string)
	switch {
	case m["alg"] != jwt.SigningMethodEdDSA.Alg():
		return "", errors.New("alg is not EdDSA")
	case m["typ"] != tokenType:
		return "", errors.New("typ is not " + tokenType)
	case !word(kid):
		return "", errors.New("kid is no thumbprint")
	}
	return kid, nil
}

func readClaims(m map[string]any) (t Token, err error) {
	for _, name := range []string{"iss", "aud"} {
		if s, ok := m[name].(string); !ok || s == "" {
			return t, errors.New(name + " is not a text")
		}
	}
	t.ID, _ = m["jti"].(string)
	t.Subject, _ = m["sub"].(string)
	if !word(t.ID) {
		return t, errors.New("jti is not 1 to 64 letters, digits, _ and -")
	}
	id, ok := strings.CutPrefix(t.Subject, machine)
	if !ok || !word(strings.ReplaceAll(id, ".", "-")) {
		return t, errors.New("sub is not machine/ID")
	}
	for _, c := range []struct {
		name string
		into *time.Time
	}{{"iat", &t.Issued}, {"nbf", &t.From}, {"exp", &t.Until}} {
		n, _ := m[c.name].(json.Number)
		seconds, err := strconv.ParseInt(n.String(), 10, 64) // refuses fractions and exponents
		if err != nil || seconds < 0 || seconds > latestTime {
			return t, errors.New(c.name + " is not whole seconds since 1970")
		}
		*c.into = time.Unix(seconds, 0).UTC()
	}
	switch {
	case t.From.Before(t.Issued):
		return t, errors.New("it is good before it was issued")
	case !t.From.Before(t.Until):
		return t, errors.New("it is never good")
	case t.Until.Sub(t.Issued) > TokenLife:
		return t, errors.New("it lasts longer than a token may")
	}
	return t, nil
}

// members reads a flat JSON object that has each of the names exactly once and no other. json.Unmarshal would take
// the last of two equal names, and names in any case.
func members(b []byte, names ...string) (map[string]any, error) {
	if !utf8.Valid(b) {
		return nil, errors.New("not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	got := make(map[string]any, len(names))
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("not a JSON object")
		}
		if !wanted[name] {
			return nil, errors.New("a member is unknown or stands there twice")
		}
		delete(wanted, name)
		value, _ := dec.Token() // nil when there is none
		switch value.(type) {
		case string, json.Number:
			got[name] = value
		default:
			return nil, errors.New(name + " is neither a text nor a number")
		}
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return nil, errors.New("not a JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	if len(wanted) > 0 {
		return nil, errors.New("a member is missing")
	}
	return got, nil
}

// word says whether s is 1 to 64 characters of base64url.
func word(s string) bool {
	return s != "" && len(s) <= longestID && !strings.ContainsFunc(s, notBase64URL)
}

func notBase64URL(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}
