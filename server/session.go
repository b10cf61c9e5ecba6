package server

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/vault"
	"github.com/seed-909bec58/readback/wire"
)

// A cookie holds 256 random bits. The ledger knows only their digest, as the session's name: whoever holds the cookie
// can be found by any node, and nobody who reads the ledger can make it.
const (
	cookieSecure = "__Host-readback"
	cookieLocal  = "readback" // over plain HTTP on loopback, where browsers refuse the other one
	deviceSuffix = "-device"  // of the cookie of a device, which stays when nobody is signed in
	cookieBytes  = 32
)

// crockford is the alphabet of our ids.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// sessionID returns the ledger's name of the session that a cookie's value opens.
func sessionID(value string) string {
	sum := sha256.Sum256([]byte("readback session\x00" + value))
	return "session/" + crockford.EncodeToString(sum[:20])
}

func cookieName(secure bool) string {
	if secure {
		return cookieSecure
	}
	return cookieLocal
}

func deviceCookie(secure bool) string { return cookieName(secure) + deviceSuffix }

// setCookie sets a cookie for a time, or with a negative one takes it away.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, life time.Duration, secure bool) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // without Secure only over plain HTTP on loopback
		Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second),
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// newSecret returns what a new cookie holds.
func (s *Server) newSecret() (string, error) {
	value := make([]byte, cookieBytes)
	if _, err := io.ReadFull(s.Rand, value); err != nil {
		return "", fmt.Errorf("server: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(value), nil
}

// viewer tells who asks: by a bearer token, else by the session's cookie, else by the device's.
func (s *Server) viewer(r *http.Request) (lab.Viewer, error) {
	if h := r.Header.Values("Authorization"); len(h) > 0 {
		text := Bearer(h[0])
		if len(h) > 1 || text == "" {
			return lab.Viewer{}, wire.ErrToken
		}
		t, err := s.tokens.Verify(text)
		if err != nil {
			return lab.Viewer{}, err
		}
		return lab.Viewer{Subject: t.Subject, Session: tokenSession(t.ID)}, nil
	}
	st, now, secure := s.Lab.State(), s.Lab.Now(), s.from(r).secure
	for _, name := range []string{cookieName(secure), deviceCookie(secure)} {
		c, err := r.Cookie(name)
		if err != nil {
			continue
		}
		in, ok := st.Sessions.Valid(sessionID(c.Value), now)
		if !ok {
			continue
		}
		v := lab.Viewer{Subject: in.Subject, Session: in.Session}
		if st.Signed(v, now) && !v.Machine() {
			return v, nil
		}
	}
	return lab.Viewer{}, wire.ErrSignIn
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	var b wire.SignInBody
	if err := body(w, r, wire.MaxMessage, &b); err != nil {
		s.fail(w, r, err)
		return
	}
	s.stats.signIns.Add(1)
	person, err := s.checkPassword(r, b)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := s.open(w, r, person, b.Device); err != nil {
		s.fail(w, r, err)
	}
}

// checkPassword tells whose login and password these are. Unknown, disabled and not admitted people are all wrong.
func (s *Server) checkPassword(r *http.Request, b wire.SignInBody) (person string, err error) {
	account, err := vault.LoginKey(b.Login)
	if err != nil {
		account = "\x00" // what can be nobody's login has one budget
	}
	try := vault.Attempt{Account: account, Address: s.from(r).client}
	if wait := s.limiter.Begin(time.Now(), try); wait > 0 {
		s.stats.limited.Add(1)
		s.refused.note(refusal{account: account, means: "password", limited: true, from: try.Address})
		seconds := int((wait + time.Second - 1) / time.Second)
		return "", &wire.Refusal{
			Err: wire.ErrSlowDown, Facts: map[string]any{"seconds": seconds},
			Say: "There were too many wrong sign-ins.", Do: fmt.Sprintf("Wait %d seconds, then try again.", seconds),
		}
	}
	person, err = s.Vault.CheckPassword(r.Context(), b.Login, b.Password)
	if err == nil && !s.Lab.State().Roster.Get(person).Valid(s.Lab.Now()) {
		err = vault.ErrWrong
	}
	if errors.Is(err, vault.ErrWrong) {
		s.stats.wrong.Add(1)
		s.refused.note(refusal{account: account, means: "password", from: try.Address})
		return "", wire.ErrWrongSignIn
	}
	if err != nil {
		return "", err
	}
	s.limiter.Succeeded(time.Now(), try)
	return person, nil
}

// open opens a session for a person and answers with its cookie. What the browser holds of an earlier one is replaced by
// it, whoever's it was; a device of the same person stays, and the session stands on it.
func (s *Server) open(w http.ResponseWriter, r *http.Request, person string, device bool) error {
	secret, err := s.newSecret()
	if err != nil {
		return err
	}
	secure := s.from(r).secure
	v := lab.Viewer{Subject: person, Session: sessionID(secret)}
	name, life := cookieName(secure), SessionLife
	if device {
		name, life = deviceCookie(secure), DeviceLife
	}
	held := s.held(r, secure)
	_, err = s.Lab.Record(r.Context(), v.Actor(), lab.Key{}, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if !st.Roster.Get(person).Valid(now) {
			return nil, wire.ErrWrongSignIn
		}
		in := &session.Opened{Session: v.Session, Subject: person, Means: "password", Device: device, Until: wire.Micro(now.Add(life))}
		evs := []lab.Event{in}
		for _, id := range held {
			switch old, ok := st.Sessions.Valid(id, now); {
			case !ok:
			case old.Device && old.Subject == person && !device:
				in.On = id
			default:
				evs = append(evs, &session.Ended{Session: id, Subject: old.Subject, Why: "replaced"})
			}
		}
		return evs, nil
	})
	if err != nil {
		return err
	}
	s.setCookie(w, name, secret, life, secure)
	s.me(w, r, v)
	return nil
}

// held returns the names of the sessions whose cookies a request brings.
func (s *Server) held(r *http.Request, secure bool) []string {
	var out []string
	for _, name := range []string{cookieName(secure), deviceCookie(secure)} {
		if c, err := r.Cookie(name); err == nil {
			out = append(out, sessionID(c.Value))
		}
	}
	return out
}

// signOut ends the session and the device, and has the browser forget what it kept of our pages.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	secure := s.from(r).secure
	for _, id := range s.held(r, secure) {
		if err := s.end(r, id); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	s.setCookie(w, cookieName(secure), "", -time.Second, secure)
	s.setCookie(w, deviceCookie(secure), "", -time.Second, secure)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	s.say(w, http.StatusOK, struct{}{})
}

// end records that a session is over; one that is not open is over already.
func (s *Server) end(r *http.Request, id string) error {
	in, ok := s.Lab.State().Sessions.Valid(id, s.Lab.Now())
	if !ok {
		return nil
	}
	v := lab.Viewer{Subject: in.Subject, Session: id}
	_, err := s.Lab.Record(r.Context(), v.Actor(), lab.Key{}, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if _, ok := st.Sessions.Valid(id, now); !ok {
			return nil, nil
		}
		return []lab.Event{&session.Ended{Session: id, Subject: in.Subject, Why: "signed-out"}}, nil
	})
	return err
}

func (s *Server) me(w http.ResponseWriter, r *http.Request, v lab.Viewer) {
	st, now := s.Lab.State(), s.Lab.Now()
	out := wire.SignedIn{Me: st.Me(v), Site: st.Site, Node: s.Lab.Node(), Zone: st.Zone}
	if !v.Machine() {
		var err error
		if out.PIN, err = s.Vault.HasPIN(r.Context(), v.Subject); err != nil {
			s.Log.Warn("it is not known whether a person has a PIN", "error", err)
		}
	}
	if in, ok := st.Sessions.Valid(v.Session, now); ok && in.On != "" && now.Sub(in.At) < unlockFor {
		out.Unlock = s.unlockTicket(v.Session, now)
	}
	s.say(w, http.StatusOK, out)
}

// ws makes a request a connection. A browser must come from our own origin; a program may come without one, by its
// token.
func (s *Server) ws(w http.ResponseWriter, r *http.Request) {
	program := len(r.Header.Values("Authorization")) > 0 && len(r.Header.Values("Origin")) == 0
	if !program && !s.ownOrigin(r) {
		s.fail(w, r, wire.ErrOrigin)
		return
	}
	v, err := s.viewer(r)
	if err == nil {
		err = s.cut()
	}
	if err == nil {
		err = s.paced(v.Subject, costs(wire.DoFollow))
	}
	if err == nil {
		err = s.hub.Serve(w, r, v)
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

// tokenSession returns the ledger's name of the session that a token opened when it was minted: while that is open, the
// token counts.
func tokenSession(id string) string {
	if strings.HasPrefix(id, "session/") {
		return id
	}
	sum := sha256.Sum256([]byte("readback token\x00" + id))
	return "session/" + crockford.EncodeToString(sum[:20])
}

func (s *Server) revoked(id, subject string, _ time.Time) bool {
	in, ok := s.Lab.State().Sessions.Valid(tokenSession(id), s.Lab.Now())
	return !ok || in.Subject != subject
}

// issuer names the site in tokens.
func issuer(l *lab.Lab) string { return "readback/" + l.Site() }
