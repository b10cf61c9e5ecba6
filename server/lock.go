package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

// unlockFor is how long after a sign-in a device's connection can be made the person's.
const unlockFor = 30 * time.Second

// lock is POST /api/do/lock: the signed-in session is over, and a device's takes its place, with a cookie of its own.
// The session's connections go on as the device's.
func (s *Server) lock(w http.ResponseWriter, r *http.Request, v lab.Viewer) {
	var b struct{}
	if err := body(w, r, wire.MaxMessage, &b); err != nil {
		s.fail(w, r, err)
		return
	}
	q := &asked{ctx: r.Context(), Viewer: v, bare: true}
	st, now := s.Lab.State(), s.Lab.Now()
	if err := q.allowed(st, now); err != nil {
		s.fail(w, r, err)
		return
	}
	if v.Machine() {
		s.fail(w, r, wire.ErrDevice)
		return
	}
	if st.Bare(v) { // it is locked
		s.me(w, r, v)
		return
	}
	secure := s.from(r).secure
	secret := ""
	if c, err := r.Cookie(deviceCookie(secure)); err == nil {
		if in, ok := st.Sessions.Valid(sessionID(c.Value), now); ok && in.Device && in.Subject == v.Subject {
			secret = c.Value // the one under which this session was opened, or one that was signed in as a device
		}
	}
	if secret == "" {
		var err error
		if secret, err = s.newSecret(); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	device := lab.Viewer{Subject: v.Subject, Session: sessionID(secret)}
	_, err := s.record(q, lab.Key{}, func(_ *lab.State, now time.Time) ([]lab.Event, error) {
		return []lab.Event{&session.Locked{
			Session: v.Session, Device: device.Session, Subject: v.Subject, Until: wire.Micro(now.Add(DeviceLife)),
		}}, nil
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.setCookie(w, deviceCookie(secure), secret, DeviceLife, secure)
	s.setCookie(w, cookieName(secure), "", -time.Second, secure)
	s.me(w, r, device)
}

// doLock answers lock over a websocket.
func (s *Server) doLock(*asked) (any, error) {
	return nil, wire.Bad("do", "A session cannot be locked over a websocket, which brings no cookie.", "POST it to /api/do/lock.")
}

// unlockTicket is what turns a device's connection into one of the session that was just opened on it. Without it a copy
// of a locked screen's cookie, taken by whoever sat before it, would wait elsewhere for its person to sign in.
func (s *Server) unlockTicket(id string, now time.Time) string {
	until := strconv.FormatInt(now.Add(unlockFor).Unix(), 10)
	return until + "." + id + "." + s.unlockMAC(until, id)
}

func (s *Server) unlockMAC(until, id string) string {
	m := hmac.New(sha256.New, s.Secret)
	m.Write([]byte("unlock\x00" + until + "\x00" + id))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// unlock returns as whom a device's connection goes on.
func (s *Server) unlock(device lab.Viewer, ticket string) (lab.Viewer, error) {
	refused := &wire.Refusal{Err: wire.ErrSignIn, Field: "unlock", Say: "This does not unlock the connection.", Do: "Sign in, or connect again."}
	until, rest, _ := strings.Cut(ticket, ".")
	id, mac, ok := strings.Cut(rest, ".")
	if !ok || !hmac.Equal([]byte(mac), []byte(s.unlockMAC(until, id))) {
		return device, refused
	}
	st, now := s.Lab.State(), s.Lab.Now()
	seconds, err := strconv.ParseInt(until, 10, 64)
	if err != nil || now.Unix() > seconds {
		return device, refused
	}
	device = st.Present(device, now)
	in, ok := st.Sessions.Valid(id, now)
	if !ok || in.Subject != device.Subject || in.On != device.Session {
		return device, refused
	}
	return lab.Viewer{Subject: in.Subject, Session: in.Session}, nil
}

// doUnlock answers unlock over HTTP.
func (s *Server) doUnlock(*asked) (any, error) {
	return nil, wire.Bad("do", "Only a websocket is unlocked.", "Send it over the device's websocket.")
}
