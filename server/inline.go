package server

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

var importMap = regexp.MustCompile(`(?is)<script\b[^>]*\btype\s*=\s*["']?importmap["']?[^>]*>(.*?)</script\s*>`)

// importMaps returns the hashes, as a content security policy names them, of the import maps that stand inline in a web
// app's pages: a browser takes no import map from a file, and by policy nothing inline but what is named. Sorted, each
// once. The pages are our own, so that a pattern is enough to find them.
func importMaps(files fs.FS) ([]string, error) {
	var out []string
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		page, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		// What a browser hashes is the text after its reading of line ends (HTML, 13.2.3.5).
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(page))
		for _, m := range importMap.FindAllStringSubmatch(text, -1) {
			sum := sha256.Sum256([]byte(m[1]))
			out = append(out, "sha256-"+base64.StdEncoding.EncodeToString(sum[:]))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("server: web app: %w", err)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
