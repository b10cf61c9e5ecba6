package server_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/seed-909bec58/readback/server"
)

func TestThePagesComePackedAndAreKnownAgain(t *testing.T) {
	text := strings.Repeat("export const a = 1;\n", 50)
	h := newHouse(t, func(d *server.Deps) {
		d.Static = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "a.js": {Data: []byte(text)}, "app.webmanifest": {Data: []byte("{}")}}
	})
	for _, c := range []struct {
		accept string
		packed bool
	}{
		{"gzip, deflate, br", true},
		{"br;q=1, GZIP;q=0.5", true},
		{"gzip;q=0", false},
		{"identity", false},
	} {
		res, body := h.request(t, http.MethodGet, "/a.js", "", "Accept-Encoding", c.accept)
		if packed := res.Header.Get("Content-Encoding") == "gzip"; packed != c.packed {
			t.Errorf("%q: packed %v", c.accept, packed)
		}
		if c.packed {
			z, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			body = string(b)
		}
		if body != text {
			t.Errorf("%q: another text came", c.accept)
		}
		if again, _ := h.request(t, http.MethodGet, "/a.js", "", "Accept-Encoding", c.accept, "If-None-Match", res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%q: asked again: %s", c.accept, again.Status)
		}
	}
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/a.js": "text/javascript; charset=utf-8", "/app.webmanifest": "application/manifest+json"} {
		if res, _ := h.request(t, http.MethodGet, path, ""); res.Header.Get("Content-Type") != kind {
			t.Errorf("%s is %q", path, res.Header.Get("Content-Type"))
		}
	}
	if res, _ := h.request(t, http.MethodGet, "/../server.key", ""); res.StatusCode == http.StatusOK {
		t.Error("a path leads out of the app")
	}
}

func TestCommentsAndHeadersOfDocumentsAreNotSentWithThePartsOfAPage(t *testing.T) {
	h := newHouse(t, func(d *server.Deps) {
		d.Static = fstest.MapFS{
			"index.html": {Data: []byte("<!doctype html>")},
			"worker.js":  {Data: []byte("self.a = 1;\n")},
			"a.css":      {Data: []byte("/* why */\nb { color: red; }\n")},
			"a.js": {Data: []byte("// What it is.\n\n/** A type. @param {string} a */\nexport const f = (/** @type {any} */ a) => `${a} // kept`;\n" +
				"const at = `//${a}`; // its end stays\n  // a line\n/**\n * long\n */\nf(\"a // b\");\n")},
		}
	})
	for path, want := range map[string]string{
		"/a.js":  "\nexport const f = (a) => `${a} // kept`;\nconst at = `//${a}`; // its end stays\nf(\"a // b\");\n",
		"/a.css": "b { color: red; }\n",
	} {
		res, body := h.request(t, http.MethodGet, path, "")
		if body != want {
			t.Errorf("%s is sent as %q", path, body)
		}
		if res.Header.Get("Content-Security-Policy") != "" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s has headers %v", path, res.Header)
		}
	}
	for _, path := range []string{"/", "/worker.js"} {
		if res, _ := h.request(t, http.MethodGet, path, ""); res.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no policy", path)
		}
	}
}
