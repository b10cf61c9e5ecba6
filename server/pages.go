package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// page is one file of the web app, as it is sent and packed, with what it is asked for again by.
type page struct {
	plain, packed []byte
	kind, tag     string
	part          bool // of a page: no document, which a browser could show by itself
}

// remarks are the comments of our own modules and style sheets: lines of them, and what stands between /* and */. They are
// for who reads the source; a ward's radio need not carry them. Libraries come as they were published.
var remarks = regexp.MustCompile(`(?m)^[ \t]*//.*\n|(?s:/\*.*?\*/)[ \t]*\n?`)

// ofDocuments are headers that browsers heed in documents and workers alone; repeated with each part of a page they were a
// third of what a phone loads.
var ofDocuments = []string{"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy"}

// pagesOf reads the web app's files once. They are packed once too, since a ward's radio is slow and they are the same
// for everybody.
func pagesOf(files fs.FS) (map[string]page, error) {
	out := map[string]page{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		p := page{kind: mime.TypeByExtension(path.Ext(name))}
		if p.plain, err = fs.ReadFile(files, name); err != nil {
			return err
		}
		switch path.Ext(name) { // not every machine's table has them
		case ".webmanifest":
			p.kind = "application/manifest+json"
		case ".mjs", ".js":
			p.kind, p.part = "text/javascript; charset=utf-8", name != "worker.js" // a worker has a policy of its own
		case ".css":
			p.part = true
		}
		if path.Ext(name) == ".js" || path.Ext(name) == ".css" {
			p.plain = remarks.ReplaceAll(p.plain, nil)
		}
		sum := sha256.Sum256(p.plain)
		p.tag = base64.RawURLEncoding.EncodeToString(sum[:12])
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(p.plain); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if b.Len() < len(p.plain) {
			p.packed = b.Bytes()
		}
		out[name] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("server: web app: %w", err)
	}
	return out, nil
}

// static serves the web app. Its files hold nothing of anybody and may be kept, but must be asked for again: a browser
// that has the same is told so by the file's tag.
func static(pages map[string]page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		p, ok := pages[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h.Set("Content-Type", p.kind)
		if path.Ext(name) == ".svg" {
			h.Set("Cache-Control", "max-age=3600") // the mark, which each new head would ask for again
		}
		if p.part {
			for _, name := range ofDocuments {
				h.Del(name)
			}
		}
		h.Add("Vary", "Accept-Encoding")
		text, tag := p.plain, p.tag
		if p.packed != nil && packs(r.Header.Get("Accept-Encoding")) {
			text, tag = p.packed, tag+"-z"
			h.Set("Content-Encoding", "gzip")
		}
		h.Set("ETag", `"`+tag+`"`)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
	})
}

// packs tells whether a client takes gzip (RFC 9110 §12.5.3).
func packs(accept string) bool {
	for one := range strings.SplitSeq(accept, ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(one), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			switch strings.ReplaceAll(q, " ", "") {
			case "q=0", "q=0.0", "q=0.00", "q=0.000":
				return false
			}
			return true
		}
	}
	return false
}
