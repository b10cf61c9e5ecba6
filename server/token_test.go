package server_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/server"
)

var (
	noon   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	keyA   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("a"), 32))
	keyB   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("b"), 32))
	keyC   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("c"), 32))
	enc    = base64.RawURLEncoding
	grant  = server.Grant{Issuer: "main", Audience: "readback", Subject: "machine/lis-1", From: noon, Until: noon.Add(time.Hour)}
	header = fmt.Sprintf(`{"alg":"EdDSA","typ":"readback+jwt","kid":%q}`, server.KeyID(public(keyA)))
	claims = fmt.Sprintf(`{"iss":"main","sub":"machine/lis-1","aud":"readback","jti":"t1","iat":%d,"nbf":%d,"exp":%d}`,
		noon.Unix(), noon.Unix(), noon.Add(time.Hour).Unix())
)

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// desk is a Tokens whose clock and revocations the test sets.
type desk struct {
	*server.Tokens
	now     time.Time
	revoked func(id, subject string, issued time.Time) bool
	asked   int
}

func newDesk(t testing.TB, keys ...ed25519.PublicKey) *desk {
	t.Helper()
	d := &desk{now: noon.Add(time.Minute), revoked: func(string, string, time.Time) bool { return false }}
	tokens, err := server.NewTokens(server.TokenConfig{
		Issuer: "main", Audience: "readback", Keys: keys,
		Now: func() time.Time { return d.now },
		Revoked: func(id, subject string, issued time.Time) bool {
			d.asked++
			return d.revoked(id, subject, issued)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Tokens = tokens
	return d
}

// signed puts a signature by keyA under any header and claims.
func signed(header, claims string) string {
	text := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(claims))
	return text + "." + enc.EncodeToString(ed25519.Sign(keyA, []byte(text)))
}

func mint(t testing.TB, key ed25519.PrivateKey, g server.Grant) string {
	t.Helper()
	text, _, err := server.Mint(rand.Reader, key, g)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMintedTokenIsVerified(t *testing.T) {
	d := newDesk(t, public(keyA))
	text, want, err := server.Mint(rand.Reader, keyA, grant)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second from memory
		got, err := d.Verify(text)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Error(err, d)
		}
	}
	if want.Subject != grant.Subject || !want.Until.Equal(grant.Until) || len(want.ID) != 22 {
		t.Errorf("minted %+v", want)
	}
	if _, err := d.Verify(signed(header, claims)); err != nil {
		t.Error("the form of the bad tokens is not good itself: ", err)
	}
}

// TestKeyIDIsTheThumbprint has the example of RFC 8037 appendix A.3.
func TestKeyIDIsTheThumbprint(t *testing.T) {
	k, err := enc.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if err != nil {
		t.Fatal(err)
	}
	if got := server.KeyID(k); got != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
		t.Error(got)
	}
}

func TestClockMayBeOffByTheSkewOnly(t *testing.T) {
	text := mint(t, keyA, grant)
	for _, c := range []struct {
		at   time.Duration
		want error
	}{
		{-server.TokenSkew, nil},
		{-server.TokenSkew - time.Second, server.ErrToken},
		{0, nil},
		{time.Hour + server.TokenSkew - time.Second, nil},
		{time.Hour + server.TokenSkew, server.ErrTokenExpired},
	} {
		warm, cold := newDesk(t, public(keyA)), newDesk(t, public(keyA))
		if _, err := warm.Verify(text); err != nil {
			t.Fatal(err)
		}
		warm.now, cold.now = noon.Add(c.at), noon.Add(c.at)
		_, errWarm := warm.Verify(text)
		_, errCold := cold.Verify(text)
		if !errors.Is(errWarm, c.want) || !errors.Is(errCold, c.want) {
			t.Errorf("at %v: from memory %v, new %v, want %v", c.at, errWarm, errCold, c.want)
		}
	}
	if server.TokenSkew > time.Minute {
		t.Error("skew above 60 s")
	}
}

func TestRevocationIsAskedEachTime(t *testing.T) {
	d := newDesk(t, public(keyA))
	text, want, err := server.Mint(rand.Reader, keyA, grant)
	if err != nil {
		t.Fatal(err)
	}
	gone := false
	d.revoked = func(id, subject string, issued time.Time) bool {
		if id != want.ID || subject != want.Subject || !issued.Equal(want.Issued) {
			t.Errorf("asked about %q, %q, %v", id, subject, issued)
		}
		return gone
	}
	for _, gone = range []bool{false, true, false, true} {
		_, err := d.Verify(text)
		if errors.Is(err, server.ErrTokenRevoked) != gone || errors.Is(err, server.ErrToken) != gone {
			t.Errorf("revoked %v: %v", gone, err)
		}
	}
	if d.asked != 4 {
		t.Errorf("asked %d times", d.asked)
	}
}

func TestTwoKeysOverlap(t *testing.T) {
	d := newDesk(t, public(keyA))
	a, b := mint(t, keyA, grant), mint(t, keyB, grant)
	for _, c := range []struct {
		keys   []ed25519.PublicKey
		aGood  bool
		bGood  bool
		refuse bool
	}{
		{keys: []ed25519.PublicKey{public(keyA)}, aGood: true},
		{keys: []ed25519.PublicKey{public(keyB), public(keyA)}, aGood: true, bGood: true},
		{keys: []ed25519.PublicKey{public(keyB)}, bGood: true},
		{keys: nil, refuse: true, bGood: true},
		{keys: []ed25519.PublicKey{public(keyA), public(keyB), public(keyC)}, refuse: true, bGood: true},
		{keys: []ed25519.PublicKey{public(keyA), public(keyA)}, refuse: true, bGood: true},
		{keys: []ed25519.PublicKey{{}}, refuse: true, bGood: true},
		{keys: []ed25519.PublicKey{public(keyC)}},
	} {
		if err := d.SetKeys(c.keys); (err != nil) != c.refuse {
			t.Errorf("%d keys: %v", len(c.keys), err)
		}
		for range 2 {
			_, errA := d.Verify(a)
			_, errB := d.Verify(b)
			if (errA == nil) != c.aGood || (errB == nil) != c.bGood {
				t.Errorf("%d keys: a %v, b %v", len(c.keys), errA, errB)
			}
		}
	}
}

func TestManyTokensAreVerifiedInBoundedMemory(t *testing.T) {
	tokens, err := server.NewTokens(server.TokenConfig{
		Issuer: "main", Audience: "readback",
		Keys: []ed25519.PublicKey{public(keyA)}, Now: func() time.Time { return noon },
		Revoked: func(string, string, time.Time) bool { return false },
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1500 {
				text := mint(t, keyA, grant)
				for range 2 {
					if _, err := tokens.Verify(text); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if n := tokens.Cached(); n < 1000 || n > 4096 {
		t.Errorf("%d kept", n)
	}
}

func TestMintRefusesWhatVerifyWould(t *testing.T) {
	for name, spoil := range map[string]func(*server.Grant){
		"no issuer":     func(g *server.Grant) { g.Issuer = "" },
		"no audience":   func(g *server.Grant) { g.Audience = "" },
		"a person":      func(g *server.Grant) { g.Subject = "person/dr-lee" },
		"no time":       func(g *server.Grant) { g.Until = g.From },
		"too long":      func(g *server.Grant) { g.Until = g.From.Add(server.TokenLife + time.Second) },
		"no times":      func(g *server.Grant) { g.From, g.Until = time.Time{}, time.Time{} },
		"a huge issuer": func(g *server.Grant) { g.Issuer = strings.Repeat("a", 8<<10) },
	} {
		g := grant
		spoil(&g)
		if text, _, err := server.Mint(rand.Reader, keyA, g); err == nil || text != "" {
			t.Errorf("%s was minted", name)
		}
	}
	if _, _, err := server.Mint(rand.Reader, nil, grant); err == nil {
		t.Error("minted without a key")
	}
	if _, _, err := server.Mint(strings.NewReader("short"), keyA, grant); err == nil {
		t.Error("minted without randomness")
	}
}

func TestNewTokensWantsEverything(t *testing.T) {
	whole := server.TokenConfig{
		Issuer: "main", Audience: "readback", Keys: []ed25519.PublicKey{public(keyA)},
		Now: time.Now, Revoked: func(string, string, time.Time) bool { return false },
	}
	if _, err := server.NewTokens(whole); err != nil {
		t.Fatal(err)
	}
	for i, spoil := range []func(*server.TokenConfig){
		func(c *server.TokenConfig) { c.Issuer = "" }, func(c *server.TokenConfig) { c.Audience = "" },
		func(c *server.TokenConfig) { c.Keys = nil }, func(c *server.TokenConfig) { c.Now = nil },
		func(c *server.TokenConfig) { c.Revoked = nil },
	} {
		c := whole
		spoil(&c)
		if _, err := server.NewTokens(c); err == nil {
			t.Errorf("row %d was taken", i)
		}
	}
}

func TestBearerIsReadFromItsHeaderOnly(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer abc": "abc", "bearer abc": "abc", "BEARER  abc": "abc",
		"": "", "abc": "", "Basic abc": "", "Bearer": "", "Bearerabc": "", " Bearer abc": "",
	} {
		if got := server.Bearer(header); got != want {
			t.Errorf("%q: %q", header, got)
		}
	}
}

// TestOneChangedByteIsRefused changes a good token at one place.
func TestOneChangedByteIsRefused(t *testing.T) {
	d := newDesk(t, public(keyA))
	good := signed(header, claims)
	rapid.Check(t, func(r *rapid.T) {
		b := []byte(good)
		b[rapid.IntRange(0, len(b)-1).Draw(r, "place")] ^= rapid.ByteRange(1, 255).Draw(r, "change")
		if _, err := d.Verify(string(b)); !errors.Is(err, server.ErrToken) {
			r.Fatalf("taken: %v", err)
		}
	})
}
