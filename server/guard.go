package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/wire"
)

// guard stands before every route: it refuses what comes unencrypted from elsewhere, from other origins, or under a
// foreign name, and sets the headers that every answer has.
func (s *Server) guard(next http.Handler) http.Handler {
	csp := "default-src 'none'; script-src 'self'" + quoted(s.Scripts) + "; style-src 'self'; img-src 'self'; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.stats.requests.Add(1)
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		from := s.from(r)
		if from.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		switch {
		case !from.secure && (!from.peer.IsLoopback() || !localName(r.Host)):
			s.fail(w, r, wire.ErrInsecure)
		case s.cross.Check(r) != nil:
			s.fail(w, r, wire.ErrOrigin)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func quoted(hashes []string) string {
	var b strings.Builder
	for _, h := range hashes {
		b.WriteString(" '" + h + "'")
	}
	return b.String()
}

// origin is where a request comes from.
type origin struct {
	peer   netip.Addr // who is connected
	client netip.Addr // the client, as a proxy of ours tells
	secure bool       // TLS up to us, or up to a proxy of ours
}

// from tells where a request comes from. X-Forwarded-* counts only from proxies of ours, and only its last hop that is
// none of them.
func (s *Server) from(r *http.Request) origin {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return origin{}
	}
	o := origin{peer: at.Addr().Unmap(), secure: r.TLS != nil}
	o.client = o.peer
	if !s.ours(o.peer) {
		return o
	}
	protos := r.Header.Values("X-Forwarded-Proto")
	o.secure = o.secure || len(protos) == 1 && protos[0] == "https"
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if o.client = a.Unmap(); !s.ours(o.client) {
			break
		}
	}
	return o
}

func (s *Server) ours(a netip.Addr) bool {
	for _, p := range s.Behind {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// localName tells whether a Host header names this machine itself: without encryption another name may be a trick that
// makes a browser take us for somebody else.
func localName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// ownOrigin tells whether a websocket's Origin is ours: one of the list, or exactly the address that was asked.
func (s *Server) ownOrigin(r *http.Request) bool {
	all := r.Header.Values("Origin")
	if len(all) != 1 {
		return false
	}
	if s.origins[all[0]] {
		return true
	}
	scheme := "http"
	if s.from(r).secure {
		scheme = "https"
	}
	return r.Host != "" && strings.EqualFold(all[0], scheme+"://"+r.Host)
}
