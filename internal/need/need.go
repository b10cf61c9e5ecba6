// Package need knows what the fuller tests need beyond Go: PostgreSQL, Redis, FUSE, a small file system, the corpus, a
// browser and what drives it.
//
// A test asks for what it needs in its first line. Where that is missing the test is skipped and says how to get it,
// so that `go test ./...` passes on a machine with only Go. Where the environment variable READBACK_REQUIRE lists its
// word (a comma-separated list of postgres, redis, fuse, tmpfs, root, namespaces, corpus, chromium, node, python3-hl7, or the name of a
// Program) the test fails instead:
// `make check` lists them all, so that nothing that should have run is skipped there unseen.
//
// Nothing here starts a service. PostgreSQL refuses to run as root: a test that runs as root starts initdb and postgres
// as another user (postgres or nobody, by syscall.Credential) and gives that user the data directory first.
//
// All functions are safe for concurrent use.
package need

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Postgres returns the directory that holds initdb, pg_ctl and postgres of PostgreSQL 15, or of the newest one that is
// installed when 15 is not. READBACK_PG_BIN names another directory. Its word is postgres.
func Postgres(t testing.TB) string {
	t.Helper()
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err) // the pattern is malformed: a bug
	}
	slices.SortFunc(installed, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(b, a)) })
	dirs := append([]string{os.Getenv("READBACK_PG_BIN"), "/usr/lib/postgresql/15/bin"}, installed...)
	if found, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(found))
	}
	for _, dir := range dirs {
		if dir != "" && runs(dir, "initdb") && runs(dir, "pg_ctl") && runs(dir, "postgres") {
			return dir
		}
	}
	missing(t, "postgres", "PostgreSQL 15 or newer (Debian: postgresql; elsewhere set READBACK_PG_BIN to its programs)")
	return ""
}

// Redis returns the path of a redis-server program. READBACK_REDIS_SERVER names another one. Its word is redis.
func Redis(t testing.TB) string {
	t.Helper()
	name := os.Getenv("READBACK_REDIS_SERVER")
	if name == "" {
		name = "redis-server"
	}
	found, err := exec.LookPath(name)
	if err != nil {
		missing(t, "redis", "Redis 7 (Debian: redis-server; elsewhere set READBACK_REDIS_SERVER to the program)")
	}
	return found
}

// FUSE returns when this process may mount a FUSE file system of its own: it has tried. Its word is fuse.
func FUSE(t testing.TB) {
	t.Helper()
	if err := tryFUSE(t.TempDir()); err != nil {
		missing(t, "fuse", "Linux, /dev/fuse and the right to mount it: "+err.Error())
	}
}

// Tmpfs mounts an empty tmpfs of size bytes for this test and returns its directory; it is unmounted when the test
// ends. Its word is tmpfs.
func Tmpfs(t testing.TB, size int64) string {
	t.Helper()
	dir := t.TempDir()
	if err := mountTmpfs(dir, size); err != nil {
		missing(t, "tmpfs", "Linux and the right to mount a tmpfs: "+err.Error())
	}
	t.Cleanup(func() {
		if err := unmount(dir); err != nil {
			t.Errorf("unmount tmpfs: %v", err)
		}
	})
	return dir
}

// Root returns when this process runs as root. Its word is root.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		missing(t, "root", "to run as root")
	}
}

// Corpus returns the directory with the public HL7 messages (hl7/index.json), FHIR examples (fhir/) and limits
// (limits/): READBACK_CORPUS, or else a folder named shared beside the repository. The corpus is read in place and
// never copied into the project. Its word is corpus.
func Corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("READBACK_CORPUS")
	if dir == "" {
		dir = filepath.Join(moduleRoot(t), "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "hl7", "index.json")); err != nil {
		missing(t, "corpus", "the corpus of public messages (set READBACK_CORPUS to the directory that holds hl7/index.json)")
	}
	return dir
}

// Long skips a test that only make long runs.
func Long(t testing.TB) {
	t.Helper()
	if os.Getenv("READBACK_LONG") == "" {
		t.Skip("runs with READBACK_LONG=1, in make long")
	}
}

// Count returns how often a test repeats what it repeats: check, or long when READBACK_LONG is set, as in `make long`.
func Count(check, long int) int {
	if os.Getenv("READBACK_LONG") != "" {
		return long
	}
	return check
}

// missing ends the test: it fails when word is required, and is skipped otherwise.
func missing(t testing.TB, word, what string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("READBACK_REQUIRE"), ","), word) {
		t.Fatalf("required by READBACK_REQUIRE: needs %s", what)
	}
	t.Skipf("skipped: needs %s", what)
}

// runs tells whether dir holds an executable file of that name.
func runs(dir, name string) bool {
	_, err := exec.LookPath(filepath.Join(dir, name))
	return err == nil
}

// moduleRoot returns the nearest directory above the test that holds go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = up
	}
}
