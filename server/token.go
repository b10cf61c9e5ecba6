package server

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ErrToken says that a bearer token is refused. The reason that wraps it is for the log; the client hears only that
// it must get another token. It never holds a part of the token.
var ErrToken = errors.New("token refused")

// ErrTokenExpired is the ErrToken of a good token whose time is over, and ErrTokenRevoked of one taken back.
var (
	ErrTokenExpired = fmt.Errorf("%w: its time is over", ErrToken)
	ErrTokenRevoked = fmt.Errorf("%w: it was revoked", ErrToken)
)

// Bounds of a token. A program's clock may be off by TokenSkew either way.
const (
	LongestToken = 8 * 1024 // bytes
	TokenSkew    = 30 * time.Second
	TokenLife    = 366 * 24 * time.Hour // the longest one, from iat to exp

	tokenType   = "readback+jwt"
	tokenCached = 4096 // verified tokens kept
)

// Token is what a verified token says.
type Token struct {
	ID      string    // jti, by which it is revoked
	Subject string    // "machine/ID"; people sign in with a password
	Issued  time.Time // iat, UTC, whole seconds like the others
	From    time.Time // nbf
	Until   time.Time // exp
}

// TokenConfig is what Tokens needs to know.
type TokenConfig struct {
	Issuer   string              // iss, exactly
	Audience string              // aud, exactly
	Keys     []ed25519.PublicKey // one, or two while one takes over from the other
	Now      func() time.Time
	// Revoked is asked at each use, also for a token verified before. It must be quick.
	Revoked func(id, subject string, issued time.Time) bool
}

// Tokens verifies the bearer tokens of programs. A token is an EdDSA-signed JWT (RFC 7519, RFC 8037) whose header has
// exactly alg, typ and kid, and whose claims are exactly iss, sub, aud, jti, iat, nbf and exp, each once and of one
// type. Anything more is refused before the signature is looked at, so crit, jku, jwk, x5u, zip and what comes after
// them have no way in. It is safe for concurrent use.
type Tokens struct {
	conf   TokenConfig
	parser *jwt.Parser

	mu       sync.Mutex
	keys     map[string]ed25519.PublicKey // by KeyID; guarded by mu, replaced and never changed
	verified map[[sha256.Size]byte]Token  // by the digest, so that no token lies in memory; guarded by mu
}

// NewTokens checks the configuration: one or two different keys, and everything else given.
func NewTokens(c TokenConfig) (*Tokens, error) {
	if c.Issuer == "" || c.Audience == "" || c.Now == nil || c.Revoked == nil {
		return nil, errors.New("server: tokens need an issuer, an audience, a clock and a word on revocation")
	}
	t := &Tokens{
		conf: c,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
			jwt.WithStrictDecoding(),
			jwt.WithExpirationRequired(),
			jwt.WithNotBeforeRequired(),
			jwt.WithIssuedAt(),
			jwt.WithIssuer(c.Issuer),
			jwt.WithAudience(c.Audience),
			jwt.WithLeeway(TokenSkew),
			jwt.WithTimeFunc(c.Now),
		),
	}
	if err := t.SetKeys(c.Keys); err != nil {
		return nil, err
	}
	return t, nil
}

// SetKeys replaces the keys that are honoured: one, or two while one takes over from the other. What was verified
// before is verified again.
func (t *Tokens) SetKeys(keys []ed25519.PublicKey) error {
	if len(keys) < 1 || len(keys) > 2 {
		return fmt.Errorf("server: tokens need one key or two, not %d", len(keys))
	}
	byID := make(map[string]ed25519.PublicKey, len(keys))
	for _, k := range keys {
		if len(k) != ed25519.PublicKeySize {
			return fmt.Errorf("server: a token key has %d bytes, not %d", len(k), ed25519.PublicKeySize)
		}
		byID[KeyID(k)] = k
	}
	if len(byID) != len(keys) {
		return errors.New("server: the two token keys are the same")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys, t.verified = byID, make(map[[sha256.Size]byte]Token)
	return nil
}

// KeyID is the kid of a key: its thumbprint (RFC 7638 with RFC 8037 appendix A.3).
func KeyID(k ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(k) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Verify says whose token this is, or ErrToken. Cost: a digest and Revoked for one verified before; else a signature.
func (t *Tokens) Verify(token string) (Token, error) {
	if len(token) > LongestToken {
		return Token{}, refuse("it has %d bytes, the most is %d", len(token), LongestToken)
	}
	now, digest := t.conf.Now(), sha256.Sum256([]byte(token))
	t.mu.Lock()
	got, cached := t.verified[digest]
	keys := t.keys
	t.mu.Unlock()
	if !cached {
		var err error
		if got, err = t.verify(token, keys); err != nil {
			return Token{}, err
		}
	}
	switch {
	case !now.Before(got.Until.Add(TokenSkew)):
		return Token{}, fmt.Errorf("server: %w", ErrTokenExpired)
	case now.Before(got.From.Add(-TokenSkew)): // also for a cached one, should the clock be set back
		return Token{}, refuse("its time has not come")
	case t.conf.Revoked(got.ID, got.Subject, got.Issued):
		return Token{}, fmt.Errorf("server: %w", ErrTokenRevoked)
	}
	if !cached {
		t.keep(digest, got, keys, now)
	}
	return got, nil
}

// keep remembers a verified token. Expired ones make room first, then any: the loss is one signature.
func (t *Tokens) keep(digest [sha256.Size]byte, got Token, keys map[string]ed25519.PublicKey, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !sameKeys(keys, t.keys) { // replaced meanwhile
		return
	}
	if len(t.verified) >= tokenCached {
		for d, old := range t.verified {
			if !now.Before(old.Until.Add(TokenSkew)) {
				delete(t.verified, d)
			}
		}
		for d := range t.verified {
			if len(t.verified) < tokenCached {
				break
			}
			delete(t.verified, d)
		}
	}
	t.verified[digest] = got
}

func sameKeys(a, b map[string]ed25519.PublicKey) bool {
	for id := range a {
		if _, ok := b[id]; !ok {
			return false
		}
	}
	return len(a) == len(b)
}

// verify reads the token twice: strictly by readToken, then by the library, which checks the signature and the claims.
func (t *Tokens) verify(token string, keys map[string]ed25519.PublicKey) (Token, error) {
	kid, got, err := readToken(token)
	if err != nil {
		return Token{}, err
	}
	key, ok := keys[kid]
	if !ok {
		return Token{}, refuse("its key is unknown")
	}
	var claims jwt.RegisteredClaims
	_, err = t.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return key, nil })
	if err != nil {
		// A token that is only too old is the commonest refusal, and the one that its owner can mend.
		if errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidIssuer) &&
			!errors.Is(err, jwt.ErrTokenInvalidAudience) && !errors.Is(err, jwt.ErrTokenUsedBeforeIssued) {
			return Token{}, fmt.Errorf("server: %w", ErrTokenExpired)
		}
		return Token{}, refuse("%v", err)
	}
	return got, nil
}

func refuse(format string, a ...any) error {
	return fmt.Errorf("server: %w: %s", ErrToken, fmt.Sprintf(format, a...))
}

// Grant is what a new token is to say.
type Grant struct {
	Issuer   string
	Audience string
	Subject  string // "machine/ID"
	From     time.Time
	Until    time.Time // at most TokenLife after From; both are cut to whole seconds
}

// Mint makes a token, issued at g.From, with a random id of 128 bits read from rand. It refuses what Verify would.
func Mint(rand io.Reader, key ed25519.PrivateKey, g Grant) (string, Token, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(rand, id); err != nil {
		return "", Token{}, fmt.Errorf("server: %w", err)
	}
	if len(key) != ed25519.PrivateKeySize || g.Issuer == "" || g.Audience == "" {
		return "", Token{}, errors.New("server: a token needs a key, an issuer and an audience")
	}
	made := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": g.Issuer, "sub": g.Subject, "aud": g.Audience, "jti": base64.RawURLEncoding.EncodeToString(id),
		"iat": g.From.Unix(), "nbf": g.From.Unix(), "exp": g.Until.Unix(),
	})
	made.Header["typ"] = tokenType
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return "", Token{}, errors.New("server: a token's key is Ed25519")
	}
	made.Header["kid"] = KeyID(public)
	text, err := made.SignedString(key)
	if err != nil {
		return "", Token{}, fmt.Errorf("server: %w", err)
	}
	if len(text) > LongestToken {
		return "", Token{}, refuse("it would have %d bytes, the most is %d", len(text), LongestToken)
	}
	_, got, err := readToken(text)
	if err != nil {
		return "", Token{}, err
	}
	return text, got, nil
}

// Bearer is the token in an Authorization header, or "" when it holds none (RFC 6750 §2.1).
func Bearer(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(token, " ")
}
