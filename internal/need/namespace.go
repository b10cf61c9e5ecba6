package need

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Namespaces returns when this process may give a child mounts and a network of its own: it has tried. Who is not root
// gets them by a user namespace. Its word is namespaces.
func Namespaces(t testing.TB) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"--mount", "--net", "mount", "--bind", dir, dir}
	if os.Geteuid() != 0 {
		args = append([]string{"--user", "--map-root-user"}, args...)
	}
	said, err := exec.CommandContext(t.Context(), "unshare", args...).CombinedOutput() //nolint:gosec // the arguments are ours
	if err != nil {
		missing(t, "namespaces", fmt.Sprintf("Linux and the right to make mount and network namespaces: %v %s", err, said))
	}
}

// Program returns the path of a program by its name, which is its word too; from is where it comes from.
func Program(t testing.TB, name, from string) string {
	t.Helper()
	found, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, name+" ("+from+")")
	}
	return found
}
