package deploy_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v3"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/internal/need"
)

// settings are the environment variables and flags that the program has, as its own help says.
func settings(t *testing.T) (env, flags []string) {
	t.Helper()
	var out strings.Builder
	if code := app.Main([]string{"serve", "--help"}, strings.NewReader(""), &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	env = regexp.MustCompile(`READBACK_[A-Z_]+`).FindAllString(out.String(), -1)
	flags = regexp.MustCompile(`--[a-z-]+`).FindAllString(out.String(), -1)
	if len(env) < 15 || len(flags) < 15 {
		t.Fatalf("the help names %v and %v", env, flags)
	}
	return env, flags
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEachSettingOfTheFilesIsOneThatTheProgramHas(t *testing.T) {
	env, flags := settings(t)
	for _, name := range []string{"compose.yaml", "haproxy.cfg", "readback.service", "readback.env", "README.md", "../Dockerfile"} {
		text := read(t, name)
		for _, v := range regexp.MustCompile(`READBACK_[A-Z_]+`).FindAllString(text, -1) {
			if !slices.Contains(env, v) {
				t.Errorf("%s sets %s, which the program does not know", name, v)
			}
		}
		for _, line := range regexp.MustCompile(`readback serve[^\n\x60]*`).FindAllString(text, -1) {
			for _, f := range regexp.MustCompile(`--[a-z-]+`).FindAllString(line, -1) {
				if !slices.Contains(flags, f) && f != "--help" {
					t.Errorf("%s gives serve %s, which it does not have", name, f)
				}
			}
		}
	}
}

// composition is what is looked at of compose.yaml.
type composition struct {
	Services map[string]struct {
		Environment map[string]string
		Volumes     []string
		ReadOnly    bool     `yaml:"read_only"`
		CapDrop     []string `yaml:"cap_drop"`
		Networks    []string
		DependsOn   any `yaml:"depends_on"`
	}
	Networks map[string]any
	Volumes  map[string]any
}

func TestTheCompositionHoldsTogether(t *testing.T) {
	var c composition
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	for name, s := range c.Services {
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if _, named := c.Volumes[from]; named || from == "./site.pem" { // the certificate is the operator's
				continue
			}
			if _, err := os.Stat(from); err != nil {
				t.Errorf("%s mounts %s: %v", name, from, err)
			}
		}
		for _, n := range s.Networks {
			if _, ok := c.Networks[n]; !ok {
				t.Errorf("%s is in the network %s, which is not there", name, n)
			}
		}
	}
	names := map[string]bool{}
	for _, node := range []string{"n1", "n2"} {
		s, ok := c.Services[node]
		if !ok || !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") {
			t.Errorf("%s is not there, may write or has rights: %+v", node, s)
		}
		for _, must := range []string{"READBACK_POSTGRES", "READBACK_REDIS", "READBACK_KEY_FILE", "READBACK_BEHIND", "READBACK_LEAVE"} {
			if s.Environment[must] == "" {
				t.Errorf("%s lacks %s", node, must)
			}
		}
		if names[s.Environment["READBACK_NODE"]] {
			t.Errorf("two nodes are called %q", s.Environment["READBACK_NODE"])
		}
		names[s.Environment["READBACK_NODE"]] = true
		for _, port := range []string{":8080", ":2575"} {
			if !strings.Contains(read(t, "haproxy.cfg"), "server "+node+" "+node+port) {
				t.Errorf("the balancer does not know %s%s", node, port)
			}
		}
	}
	lb := read(t, "haproxy.cfg")
	if strings.Count(lb, "httpchk GET /readyz") != 2 || !strings.Contains(lb, "timeout tunnel") || !strings.Contains(lb, "del-header X-Forwarded-For") {
		t.Error("the balancer does not ask /readyz, ends websockets, or believes what clients say of themselves")
	}
}

func TestTheBalancersProgramTakesItsFile(t *testing.T) {
	haproxy := need.Program(t, "haproxy", "Debian: haproxy")
	text := strings.ReplaceAll(read(t, "haproxy.cfg"), " ssl crt /usr/local/etc/haproxy/site.pem alpn http/1.1", "")
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.CommandContext(t.Context(), haproxy, "-c", "-f", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestSystemdTakesTheUnitAndFindsItWellShut(t *testing.T) {
	analyze := need.Program(t, "systemd-analyze", "Debian: systemd")
	program, err := os.Executable() // any program: verify asks only whether it is one
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(read(t, "readback.service"), "/usr/local/bin/readback", program)
	text = strings.ReplaceAll(text, "User=readback\nGroup=readback\n", "User=daemon\n")
	unit := filepath.Join(t.TempDir(), "readback.service")
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", unit).CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, "readback.service") {
			t.Error("systemd says:", line)
		}
	}
	said, err = exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit).CombinedOutput()
	if err != nil {
		t.Errorf("the unit is more open than 2.0 of 10: %v\n%s", err, said)
	}
}

func TestTheShellsOfTheDatabaseAreReadable(t *testing.T) {
	for _, name := range []string{"postgres/primary.sh", "postgres/standby.sh"} {
		if said, err := exec.CommandContext(t.Context(), "sh", "-n", name).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
}
