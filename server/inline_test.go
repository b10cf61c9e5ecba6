package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/seed-909bec58/readback/server"
)

func TestThePolicyNamesTheImportMapsOfThePagesAndNothingElseInline(t *testing.T) {
	const one, two = "\n{\"imports\":{\"preact\":\"./vendor/preact.js\"}}\n", `{"imports":{}}`
	h := newHouse(t, func(d *server.Deps) {
		d.Static = fstest.MapFS{
			// A browser hashes what it reads, where every line ends in one character.
			"index.html":    {Data: []byte("<!doctype html><script type=\"importmap\">" + strings.ReplaceAll(one, "\n", "\r\n") + "</script>\n<script>alert(1)</script>")},
			"sub/page.html": {Data: []byte(`<SCRIPT nonce="" type=importmap>` + two + `</SCRIPT><script type="module">go()</script>`)},
			"not.js":        {Data: []byte(`<script type="importmap">{}</script>`)},
		}
	})
	res, _ := h.request(t, http.MethodGet, "/", "")
	_, rest, _ := strings.Cut(res.Header.Get("Content-Security-Policy"), "script-src ")
	scripts, _, _ := strings.Cut(rest, ";")
	for _, text := range []string{one, two} {
		sum := sha256.Sum256([]byte(text))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(scripts, hash) {
			t.Errorf("the policy does not name %s: %s", hash, scripts)
		}
	}
	if words := strings.Fields(scripts); len(words) != 3 || words[0] != "'self'" {
		t.Errorf("scripts are taken from %s", scripts)
	}
}
