package server_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/server"
)

type vector struct{ name, token string }

// with replaces a part of a text that must be there.
func with(t testing.TB, text, old, instead string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("%q is not in %q", old, text)
	}
	return strings.Replace(text, old, instead, 1)
}

func hmacToken(header string, key []byte) string {
	text := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(claims))
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return text + "." + enc.EncodeToString(m.Sum(nil))
}

func badHeaders(t testing.TB) (all []vector) {
	t.Helper()
	add := func(name, h string) { all = append(all, vector{"header: " + name, signed(h, claims)}) }
	for _, alg := range []string{
		"none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS256", "PS256", "ES256",
		"eddsa", "EDDSA", "Ed25519", "Ed448", "EdDSA ", "EdDSA\\u0000", "dir",
	} {
		add("alg "+alg, with(t, header, `"alg":"EdDSA"`, `"alg":"`+alg+`"`))
	}
	for name, more := range map[string]string{
		"crit unknown": `"crit":["exp"],`, "crit empty": `"crit":[],`, "crit b64": `"crit":["b64"],"b64":false,`,
		"jku": `"jku":"https://evil.example/keys",`, "x5u": `"x5u":"https://evil.example/c",`, "x5c": `"x5c":["MIIB"],`,
		"jwk": `"jwk":{"kty":"OKP","crv":"Ed25519","x":"` + enc.EncodeToString(public(keyC)) + `"},`,
		"zip": `"zip":"DEF",`, "cty": `"cty":"JWT",`, "x5t": `"x5t":"AAAA",`, "unknown member": `"foo":"bar",`,
		"alg twice": `"alg":"none",`, "typ twice": `"typ":"readback+jwt",`, "kid twice": `"kid":"x",`,
		"alg twice by escape": `"\u0061lg":"none",`, "alg in another case": `"ALG":"none",`,
		"null member": `"foo":null,`, "empty name": `"":"",`,
	} {
		add(name, "{"+more+header[1:])
		add(name+" last", header[:len(header)-1]+","+strings.TrimSuffix(more, ",")+"}")
	}
	kid := fmt.Sprintf(`"kid":%q`, server.KeyID(public(keyA)))
	for _, other := range []string{
		`"kid":"../../dev/null"`, `"kid":""`, `"kid":null`, `"kid":7`, `"kid":["a"]`, `"kid":{}`, `"kid":"' OR 1=1 --"`,
		`"kid":"` + server.KeyID(public(keyB)) + `"`, `"kid":"` + strings.Repeat("a", 65) + `"`, `"kid":"http://evil.example"`,
	} {
		add(other, with(t, header, kid, other))
	}
	for _, typ := range []string{`"JWT"`, `""`, `"READBACK+JWT"`, `"application/readback+jwt"`, `null`, `1`, `["readback+jwt"]`} {
		add("typ "+typ, with(t, header, `"readback+jwt"`, typ))
	}
	add("no typ", with(t, header, `"typ":"readback+jwt",`, ""))
	add("no alg", with(t, header, `"alg":"EdDSA",`, ""))
	add("no kid", with(t, header, ","+kid, ""))
	for _, h := range []string{
		"", "null", "[]", "{}", `"EdDSA"`, header + "{}", header + " x", header[:len(header)-1],
		"\ufeff" + header, strings.Repeat(`{"a":`, 1000), strings.Repeat("[", 3000), with(t, header, "EdDSA", "Ed\xffDSA"),
	} {
		add(fmt.Sprintf("%.20q", h), h)
	}
	return all
}

func badClaims(t testing.TB) (all []vector) {
	t.Helper()
	add := func(name, c string) { all = append(all, vector{"claims: " + name, signed(header, c)}) }
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(claims), &m); err != nil {
		t.Fatal(err)
	}
	edit := func(name, value string) string {
		m := maps.Clone(m)
		m[name] = json.RawMessage(value)
		if value == "" {
			delete(m, name)
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for name := range m {
		for _, value := range []string{"", "null", `""`, "true", "[]", "{}", "-1", `["main","readback"]`, `{"a":1}`} {
			add(name+" = "+value, edit(name, value))
		}
		add(name+" twice", "{"+`"`+name+`":`+string(m[name])+","+claims[1:])
		add(name+" in another case", "{"+`"`+strings.ToUpper(name)+`":`+string(m[name])+","+claims[1:])
	}
	at := func(d time.Duration) string { return fmt.Sprint(noon.Add(d).Unix()) }
	for _, name := range []string{"exp", "nbf", "iat"} {
		for _, value := range []string{
			`"` + at(time.Hour) + `"`, at(time.Hour) + ".5", at(time.Hour) + ".0", "1e300", "1.9e9",
			"99999999999999999999", "253402300800",
		} {
			add(name+" = "+value, edit(name, value))
		}
	}
	for _, c := range []vector{
		{"expired", edit("exp", at(30*time.Second))},
		{"expired long ago", with(t, strings.ReplaceAll(claims, at(0), "1"), at(time.Hour), "100")},
		{"not yet", edit("nbf", at(2*time.Minute))},
		{"issued in the future", strings.ReplaceAll(claims, at(0), at(2*time.Minute))},
		{"good before it was issued", edit("nbf", at(-time.Minute))},
		{"never good", edit("exp", at(0))},
		{"lasts too long", edit("exp", at(server.TokenLife+time.Second))},
		{"issuer of another site", edit("iss", `"other"`)},
		{"issuer longer", edit("iss", `"main "`)},
		{"audience other", edit("aud", `"other"`)},
		{"audience in a list", edit("aud", `["readback"]`)},
		{"audience case", edit("aud", `"Readback"`)},
		{"a person", edit("sub", `"person/dr-lee"`)},
		{"the clock", edit("sub", `"clock"`)},
		{"a machine without id", edit("sub", `"machine/"`)},
		{"a path", edit("sub", `"machine/../person/x"`)},
		{"line end in sub", edit("sub", `"machine/a\nb"`)},
		{"NUL in sub", edit("sub", `"machine/a\u0000"`)},
		{"long sub", edit("sub", `"machine/`+strings.Repeat("a", 65)+`"`)},
		{"jti with a blank", edit("jti", `"a b"`)},
		{"long jti", edit("jti", `"`+strings.Repeat("a", 65)+`"`)},
		{"unknown claim", edit("admin", "true")},
		{"unknown text claim", edit("role", `"admin"`)},
		{"object follows", claims + claims},
		{"bad UTF-8", with(t, claims, "main", "ma\xffin")},
		{"no object", `"x"`},
		{"cut", claims[:40]},
	} {
		add(c.name, c.token)
	}
	return all
}

func badForms(t testing.TB) []vector {
	t.Helper()
	good := signed(header, claims)
	part := strings.Split(good, ".")
	join := func(p ...string) string { return strings.Join(p, ".") }
	sign := func(k ed25519.PrivateKey) string {
		return enc.EncodeToString(ed25519.Sign(k, []byte(part[0]+"."+part[1])))
	}
	hs := with(t, header, "EdDSA", "HS256")
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	made := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"sub": "machine/x"})
	made.Header["kid"] = server.KeyID(public(keyA))
	rsToken, err := made.SignedString(rs)
	if err != nil {
		t.Fatal(err)
	}
	none := enc.EncodeToString([]byte(with(t, header, "EdDSA", "none")))
	sig, err := enc.DecodeString(part[2])
	if err != nil {
		t.Fatal(err)
	}
	return []vector{
		{"empty", ""},
		{"one part", part[0]},
		{"two parts", join(part[0], part[1])},
		{"dots", ".."},
		{"four parts", good + "."},
		{"five parts", join(good, "a", "b")},
		{"no signature", join(part[0], part[1], "")},
		{"no claims", join(part[0], "", part[2])},
		{"no header", join("", part[1], part[2])},
		{"none without signature", join(none, part[1], "")},
		{"none with signature", join(none, part[1], part[2])},
		{"signed by another key", join(part[0], part[1], sign(keyB))},
		{"signature of 63 bytes", join(part[0], part[1], enc.EncodeToString(sig[:63]))},
		{"signature of 65 bytes", join(part[0], part[1], enc.EncodeToString(append(bytes.Clone(sig), 0)))},
		{"signature of zeros", join(part[0], part[1], enc.EncodeToString(make([]byte, 64)))},
		{"other claims under the signature", join(part[0], strings.Split(signed(header, with(t, claims, "lis-1", "lis-2")), ".")[1], part[2])},
		{"padding", good + "=="},
		{"blank before", " " + good},
		{"blank after", good + " "},
		{"line end after", good + "\n"},
		{"line end inside", join(part[0], part[1][:9]+"\n"+part[1][9:], part[2])},
		{"carriage return inside", join(part[0], part[1], part[2][:9]+"\r"+part[2][9:])},
		{"standard base64", join(part[0], part[1], base64.RawStdEncoding.EncodeToString(bytes.Repeat([]byte{0xfb}, 64)))},
		{"spare bits set", good[:len(good)-1] + next(good[len(good)-1])},
		{"with its scheme", "Bearer " + good},
		{"NUL", good + "\x00"},
		{"percent", strings.Replace(good, ".", "%2e", 1)},
		{"HS256 with the public key", hmacToken(hs, public(keyA))},
		{"HS256 with an empty key", hmacToken(hs, nil)},
		{"HS256 with the kid", hmacToken(hs, []byte(server.KeyID(public(keyA))))},
		{"EdDSA said, HMAC made", hmacToken(header, public(keyA))},
		{"RS256", rsToken},
		{"larger than 8 KiB", signed(header, with(t, claims, `"t1"`, `"`+strings.Repeat("a", 8<<10)+`"`))},
		{"blanks up to 8 KiB and over", signed(header, claims+strings.Repeat(" ", 8<<10))},
		{"100 MB of header", strings.Repeat("A", 100<<20) + "." + part[1] + "." + part[2]},
		{"JSON serialization", `{"payload":"` + part[1] + `","protected":"` + part[0] + `","signature":"` + part[2] + `"}`},
		{"encrypted", join(part[0], part[1], part[2], part[1], part[2])},
	}
}

// next is the base64url letter whose last bit differs: the same bytes by a lenient decoder.
func next(c byte) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(letters[strings.IndexByte(letters, c)^1])
}

func TestBadTokensAreRefused(t *testing.T) {
	d := newDesk(t, public(keyA))
	if _, err := d.Verify(signed(header, claims)); err != nil {
		t.Fatal(err)
	}
	d.asked = 0
	all := append(append(badForms(t), badHeaders(t)...), badClaims(t)...)
	if len(all) < 60 {
		t.Errorf("only %d", len(all))
	}
	for _, v := range all {
		got, err := d.Verify(v.token)
		if !errors.Is(err, server.ErrToken) || got != (server.Token{}) {
			t.Errorf("%s: %+v, %v", v.name, got, err)
			continue
		}
		if expired := strings.HasPrefix(v.name, "claims: expired"); errors.Is(err, server.ErrTokenExpired) != expired {
			t.Errorf("%s: %v", v.name, err)
		}
		if part := strings.Split(v.token, "."); len(part) == 3 && len(part[2]) > 40 && strings.Contains(err.Error(), part[2][:20]) ||
			strings.ContainsAny(err.Error(), "\n\r\x00") || len(err.Error()) > 200 {
			t.Errorf("%s: the error repeats the token: %v", v.name, err)
		}
	}
	if d.asked != 0 {
		t.Errorf("revocation was asked for %d refused tokens", d.asked)
	}
	t.Logf("%d bad tokens", len(all))
}

// FuzzToken signs whatever it is given, so that the reading behind the signature is reached, and also hands it over
// unsigned. What is taken must be what encoding/json reads in it, and must say all that a token must.
func FuzzToken(f *testing.F) {
	f.Add(header, claims)
	for _, v := range append(badHeaders(f), badClaims(f)...) {
		if part := strings.Split(v.token, "."); len(part) == 3 {
			h, _ := enc.DecodeString(part[0])
			c, _ := enc.DecodeString(part[1])
			f.Add(string(h), string(c))
		}
	}
	d := newDesk(f, public(keyA))
	f.Fuzz(func(t *testing.T, header, claims string) {
		if _, err := d.Verify(header + "." + claims); err == nil {
			t.Fatal("taken without a signature")
		}
		got, err := d.Verify(signed(header, claims))
		if err != nil {
			if !errors.Is(err, server.ErrToken) || got != (server.Token{}) {
				t.Fatal(got, err)
			}
			return
		}
		var h struct{ Alg, Typ, Kid string }
		var c struct {
			Iss, Sub, Aud, Jti string
			Iat, Nbf, Exp      int64
		}
		if err := errors.Join(json.Unmarshal([]byte(header), &h), json.Unmarshal([]byte(claims), &c)); err != nil {
			t.Fatal(err)
		}
		want := server.Token{
			ID: c.Jti, Subject: c.Sub, Issued: time.Unix(c.Iat, 0).UTC(),
			From: time.Unix(c.Nbf, 0).UTC(), Until: time.Unix(c.Exp, 0).UTC(),
		}
		if diff := cmp.Diff(want, got); diff != "" || h.Alg != "EdDSA" || h.Typ != "readback+jwt" ||
			h.Kid != server.KeyID(public(keyA)) || c.Iss != "main" || c.Aud != "readback" ||
			got.Until.Before(d.now.Add(-time.Minute)) || !strings.HasPrefix(got.Subject, "machine/") || got.ID == "" {
			t.Fatalf("taken: %s %s %s", header, claims, diff)
		}
	})
}
