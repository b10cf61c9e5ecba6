package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Chromium returns the path of a Chromium or Chrome program. READBACK_CHROMIUM names another one. Its word is chromium.
func Chromium(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if own := os.Getenv("READBACK_CHROMIUM"); own != "" {
		names = []string{own}
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	missing(t, "chromium", "Chromium (Debian: chromium; elsewhere set READBACK_CHROMIUM to the program)")
	return ""
}

// oldestNode is the first major version of Node.js that the browser tests run on: Debian 12 has it.
const oldestNode = 18

var installing sync.Mutex

// Node returns the path of Node.js 18 or newer, with the packages of dir's lockfile installed there: where they are
// missing, npm fetches them. Its word is node.
func Node(t testing.TB, dir string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node", "Node.js 18 or newer (Debian: nodejs and npm)")
	}
	version, err := exec.CommandContext(t.Context(), node, "--version").Output() //nolint:gosec // LookPath found it
	major, _, _ := strings.Cut(strings.TrimPrefix(string(version), "v"), ".")
	if n, wrong := strconv.Atoi(major); err != nil || wrong != nil || n < oldestNode {
		missing(t, "node", "Node.js 18 or newer; "+node+" is "+strings.TrimSpace(string(version)))
	}

	installing.Lock()
	defer installing.Unlock()
	// npm writes this file last.
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil {
		return node
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund")
	npm.Dir = dir
	if said, err := npm.CombinedOutput(); err != nil {
		missing(t, "node", "the packages of "+dir+", which npm ci does not install: "+err.Error()+"\n"+string(said))
	}
	return node
}
