package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/server"
)

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"GET /", "GET /index.html", "GET /nothing", "GET /api/me", "GET /api/nothing", "POST /api/sign-in", "POST /api/do/calls", "GET /ws", "GET /healthz", "GET /readyz", "GET /metrics", "GET /api/receipt/1", "POST /api/setup"} {
		method, path, _ := strings.Cut(path, " ")
		res, _ := h.request(t, method, path, "{}")
		csp := res.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "script-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: CSP %q", path, csp)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
		static := path == "/" || path == "/index.html" || path == "/nothing"
		if cache := res.Header.Get("Cache-Control"); !static && cache != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, cache)
		}
	}
}

func TestOtherOriginsAreRefused(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Origins = []string{"https://readback.example"} })
	cookie := h.cookie(t, "lee")
	host := strings.TrimPrefix(h.url, "http://")
	ws := []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol", "readback.v1", "Cookie", cookie}
	for _, c := range []struct {
		origin string
		ok     bool
	}{
		{h.url, true},
		{strings.ToUpper(h.url), true},
		{"https://readback.example", true},
		{"", false},
		{"null", false},
		{"file://", false},
		{"https://" + host, false},
		{"http://evil.example", false},
		{"http://" + host + ".evil.example", false},
		{"http://" + host + "/", false},
		{"http://user@" + host, false},
		{"http://127.0.0.1", false},
		{"http://localhost:1", false},
		{"https://readback.example.evil.example", false},
		{"https://readback.example:444", false},
		{"https://READBACK.example/", false},
		{"http://readback.example", false},
		{"https://xn--readback-x.example", false},
		{h.url + " " + h.url, false},
	} {
		headers := ws
		if c.origin != "" {
			headers = append(slices.Clip(headers), "Origin", c.origin)
		}
		res, text := h.request(t, http.MethodGet, "/ws", "", headers...)
		if ok := res.StatusCode == http.StatusSwitchingProtocols; ok != c.ok {
			t.Errorf("origin %q: %s %s", c.origin, res.Status, text)
		}
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	cookie := h.cookie(t, "lee")
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"our page", []string{"Sec-Fetch-Site", "same-origin", "Origin", h.url}, http.StatusOK},
		{"no browser", nil, http.StatusOK},
		{"another site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, http.StatusForbidden},
		{"a sister site", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://x.readback.example"}, http.StatusForbidden},
		{"an old browser elsewhere", []string{"Origin", "https://evil.example"}, http.StatusForbidden},
		{"a sandboxed frame", []string{"Origin", "null"}, http.StatusForbidden},
		{"a form", []string{"Content-Type", "application/x-www-form-urlencoded"}, http.StatusBadRequest},
		{"plain text", []string{"Content-Type", "text/plain"}, http.StatusBadRequest},
		{"another host's name", []string{"Host", "evil.example"}, http.StatusForbidden},
	} {
		res, text := h.request(t, http.MethodPost, "/api/do/calls", "{}", append(c.headers, "Cookie", cookie)...)
		if res.StatusCode != c.status {
			t.Errorf("%s: %s %s", c.name, res.Status, text)
		}
	}
}

func TestUnencryptedRequestsFromElsewhereAreRefused(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) { d.Behind = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	for _, c := range []struct {
		name, peer, host string
		headers          []string
		status           int
	}{
		{"loopback", "127.0.0.1:5", "localhost:8080", nil, http.StatusUnauthorized},
		{"loopback of six", "[::1]:5", "[::1]:8080", nil, http.StatusUnauthorized},
		{"loopback under another name", "127.0.0.1:5", "readback.example", nil, http.StatusForbidden},
		{"the ward", "192.0.2.7:5", "readback.example", nil, http.StatusForbidden},
		{"the ward, claiming TLS", "192.0.2.7:5", "readback.example", []string{"X-Forwarded-Proto", "https"}, http.StatusForbidden},
		{"our proxy with TLS", "10.1.2.3:5", "readback.example", []string{"X-Forwarded-Proto", "https", "X-Forwarded-For", "192.0.2.7"}, http.StatusUnauthorized},
		{"our proxy without TLS", "10.1.2.3:5", "readback.example", []string{"X-Forwarded-Proto", "http"}, http.StatusForbidden},
		{"our proxy, silent", "10.1.2.3:5", "readback.example", nil, http.StatusForbidden},
		{"our proxy, metrics", "10.1.2.3:5", "readback.example", []string{"X-Forwarded-Proto", "https", "X-Forwarded-For", "127.0.0.1"}, http.StatusUnauthorized},
	} {
		path := "/api/me"
		if strings.Contains(c.name, "metrics") {
			path = "/metrics"
		}
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr, r.Host = c.peer, c.host
		for i := 0; i < len(c.headers); i += 2 {
			r.Header.Set(c.headers[i], c.headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestAPlainAddressForOthersIsNotOpened(t *testing.T) {
	for _, c := range []struct {
		in server.Listening
		ok bool
	}{
		{server.Listening{Addr: "127.0.0.1:0"}, true},
		{server.Listening{Addr: "localhost:0"}, true},
		{server.Listening{Addr: "0.0.0.0:0"}, false},
		{server.Listening{Addr: ":0"}, false},
		{server.Listening{Addr: "0.0.0.0:0", Behind: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, true},
		{server.Listening{Addr: "127.0.0.1:0", CertFile: "missing.pem", KeyFile: "missing.pem"}, false},
	} {
		l, err := c.in.Listen(t.Context())
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.in, err)
		}
		if err == nil {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		} else if c.in.CertFile == "" && !strings.Contains(err.Error(), "--behind") {
			t.Errorf("the refusal does not say what to do: %v", err)
		}
	}
}

func TestABodyIsReadStrictly(t *testing.T) {
	h := newHouse(t)
	cookie := h.cookie(t, "lee")
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for _, c := range []struct{ name, body, field, code string }{
		{"unknown field", `{"call":"x","version":1,"vlues":{}}`, "vlues", "bad-request"},
		{"wrong type", `{"call":"x","version":"1"}`, "version", "bad-request"},
		{"twice", `{"call":"x","call":"y"}`, "call", "bad-request"},
		{"deep", `{"values":` + deep + `}`, "values.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", "bad-request"},
		{"list", `[]`, "", "bad-request"},
		{"two", `{} {}`, "", "bad-request"},
		{"cut", `{"call":"x"`, "call", "bad-request"},
		{"not UTF-8", "{\"call\":\"\xff\"}", "", "bad-request"},
		{"long", `{"call":"` + strings.Repeat("x", 70_000) + `"}`, "", "too-large"},
	} {
		res, text := h.request(t, http.MethodPost, "/api/do/read-back", c.body, "Cookie", cookie)
		p := problem(t, text)
		if res.StatusCode == http.StatusOK || p.Code != c.code || p.Field != c.field || p.Say == "" || p.Do == "" {
			t.Errorf("%s: %s %+v", c.name, res.Status, p)
		}
	}
	if res, text := h.request(t, http.MethodPost, "/api/do/fly", "{}", "Cookie", cookie); res.StatusCode != http.StatusNotFound || problem(t, text).Code != "no-such-command" {
		t.Error(res.Status, text)
	}
}

func TestHealth(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if res, text := h.request(t, http.MethodGet, path, ""); res.StatusCode != http.StatusOK {
			t.Error(path, res.Status, text)
		}
	}
	h.Potassium(t, 1)
	res, text := h.request(t, http.MethodGet, "/metrics", "")
	if res.StatusCode != http.StatusOK || !strings.Contains(text, "\nreadback_calls_open 1\n") {
		t.Error(res.Status, text)
	}
}
