package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/seed-909bec58/readback"

// rooms are the house's rules about imports (ARCHITECTURE.md). A package of the module is written ./rules/critical, the
// standard library's as they are, all others with their host. A package that matches of, and not but, imports nothing
// that matches deny, unless it matches allow or is of the same room. deep: through other packages neither.
var rooms = []struct {
	rule, of, but, deny, allow string
	deep                       bool
}{
	{rule: "rules import the standard library and rules/table", of: `^\./rules/`, deny: `^\.|^[^/]+\.`, allow: `^\./rules/table$`},
	{rule: "rules do no I/O and draw no randomness", of: `^\./rules/`, deny: `^(net|os|log|database|crypto/rand|math/rand)(/|$)`},
	{rule: "doors and followers never import one another", of: `^\./(doors|channels|notify|audit)(/|$)`, deny: `^\./(doors|channels|notify|audit)(/|$)`, deep: true},
	{rule: "audit stands on lab, wire, ledger and rules", of: `^\./audit(/|$)`, deny: `^\./`, allow: `^\./(lab|wire|ledger|rules/.*)$`, deep: true},
	{rule: "what is not asked how long calls took does not know audit", of: `^\./`, but: `^\./(audit|server|app)(/|$)`, deny: `^\./audit(/|$)`},
	{rule: "drivers only under ledger", of: `^\.`, but: `^\./ledger/`, deny: `/pgx/|^modernc\.org/|/go-redis/`},
	{rule: "database/sql only in ledger, audit, vault, and app that opens them", of: `^\.`, but: `^\./(ledger|audit|vault|app)(/|$)`, deny: `^database/sql`},
	{rule: "gorilla only in channels and client", of: `^\.`, but: `^\./(channels|client|bench|e2e)(/|$)`, deny: `/gorilla/`},
	{rule: "golang-jwt only in server", of: `^\.`, but: `^\./server(/|$)`, deny: `/golang-jwt/`},
	{rule: "only app imports server", of: `^\.`, but: `^\./app(/|$)`, deny: `^\./server(/|$)`},
	{rule: "only main imports app", of: `^\./`, deny: `^\./app(/|$)`},
	{rule: "ledger knows nothing of laboratories", of: `^\./ledger(/|$)`, deny: `^\./`, allow: `^\./internal/need$`, deep: true},
	{rule: "wire stands on ledger and rules", of: `^\./wire(/|$)`, deny: `^\./`, allow: `^\./(ledger|rules/.*)$`, deep: true},
	{rule: "lab stands on wire, ledger and rules", of: `^\./lab(/|$)`, deny: `^\./`, allow: `^\./(wire|ledger|rules/.*)$`, deep: true},
	{rule: "client stands on wire and what wire stands on", of: `^\./client(/|$)`, deny: `^\./`, allow: `^\./(wire|ledger|rules/.*)$`, deep: true},
}

func TestHouseKeepsItsImportRules(t *testing.T) {
	imports := listed(t)
	met := 0
	for _, r := range rooms {
		of, deny, allow := regexp.MustCompile(r.of), regexp.MustCompile(r.deny), regexp.MustCompile(or(r.allow))
		but := regexp.MustCompile(or(r.but))
		for pkg, p := range imports {
			if !of.MatchString(pkg) || but.MatchString(pkg) {
				continue
			}
			list := p.Imports
			if r.deep {
				list = p.Deps
			}
			for _, path := range list {
				met++
				path = short(path)
				if deny.MatchString(path) && !allow.MatchString(path) && room(path) != room(pkg) {
					t.Errorf("%s imports %s: %s", pkg, path, r.rule)
				}
			}
		}
	}
	if met == 0 {
		t.Error("no import was looked at")
	}
}

type listing struct {
	ImportPath    string
	Imports, Deps []string
}

// listed asks the go command for every package of the module, without its tests, by its short path.
func listed(t *testing.T) map[string]listing {
	t.Helper()
	// The go command runs outside the test: walking the tree tells the test cache what this result rests on.
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]listing{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listing
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[short(p.ImportPath)] = p
	}
}

// short writes a package of the module as a path from its root.
func short(path string) string {
	if rest, ours := strings.CutPrefix(path, module); ours {
		return "." + rest
	}
	return path
}

// room is the first part of a short path, and the second too in rules and doors, where each folder is a room.
func room(path string) string {
	parts := strings.Split(path, "/")
	n := 2
	if len(parts) > 2 && (parts[1] == "rules" || parts[1] == "doors") {
		n = 3
	}
	return strings.Join(parts[:min(n, len(parts))], "/")
}

// or returns pattern, or one that nothing matches when there is none.
func or(pattern string) string {
	if pattern == "" {
		return `\z.`
	}
	return pattern
}
