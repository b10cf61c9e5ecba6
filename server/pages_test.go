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
	text := "export const a = 1;\n" + strings.Repeat("// the same again\n", 50)
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
