package need_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

// outcome is a test that only remembers how it was ended.
type outcome struct {
	testing.TB

	said string
}

type ended struct{}

func (o *outcome) Helper() {}

func (o *outcome) Skipf(format string, _ ...any) {
	o.said = "skipped " + format
	panic(ended{})
}

func (o *outcome) Fatalf(format string, _ ...any) {
	o.said = "failed " + format
	panic(ended{})
}

func ask(t *testing.T, thing func(testing.TB)) (said string) {
	t.Helper()
	o := &outcome{TB: t}
	defer func() {
		said = o.said
		if r := recover(); r != nil && r != any(ended{}) {
			panic(r)
		}
	}()
	thing(o)
	return o.said
}

func TestWhatIsMissingSkipsUnlessItIsRequired(t *testing.T) {
	nowhere := t.TempDir()
	t.Setenv("READBACK_CORPUS", nowhere)
	t.Setenv("READBACK_REDIS_SERVER", filepath.Join(nowhere, "redis-server"))
	t.Setenv("READBACK_CHROMIUM", filepath.Join(nowhere, "chromium"))
	t.Setenv("READBACK_PYTHON", filepath.Join(nowhere, "python3"))
	t.Setenv("PATH", nowhere)

	for word, thing := range map[string]func(testing.TB){
		"corpus": func(t testing.TB) { t.Helper(); need.Corpus(t) },
		"redis":  func(t testing.TB) { t.Helper(); need.Redis(t) },

		"chromium":    func(t testing.TB) { t.Helper(); need.Chromium(t) },
		"python3-hl7": func(t testing.TB) { t.Helper(); need.PythonHL7(t) },
		"namespaces":  func(t testing.TB) { t.Helper(); need.Namespaces(t) },
	} {
		t.Setenv("READBACK_REQUIRE", "")
		if got := ask(t, thing); !strings.HasPrefix(got, "skipped") {
			t.Errorf("%s missing and not required: %q, want a skip", word, got)
		}
		t.Setenv("READBACK_REQUIRE", "other,"+word)
		if got := ask(t, thing); !strings.HasPrefix(got, "failed") {
			t.Errorf("%s missing and required: %q, want a failure", word, got)
		}
	}
}

func TestProgramsThatAreFoundCanBeRun(t *testing.T) {
	for _, path := range []string{filepath.Join(need.Postgres(t), "postgres"), need.Redis(t)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&0o111 == 0 {
			t.Errorf("%s: mode %v, want an executable file", path, info.Mode())
		}
	}
}

func TestTmpfsIsFullAtItsSize(t *testing.T) {
	dir := need.Tmpfs(t, 64<<10)
	if err := os.WriteFile(filepath.Join(dir, "fits"), make([]byte, 32<<10), 0o600); err != nil {
		t.Errorf("half of it: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "does-not-fit"), make([]byte, 128<<10), 0o600); err == nil {
		t.Error("twice its size could be written")
	}
}

func TestFUSEIsTriedAndLeavesNothingMounted(t *testing.T) {
	need.FUSE(t)
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), t.Name()) {
		t.Error("the probe is still mounted")
	}
}

func TestCountIsTheLongOneOnlyWhenAsked(t *testing.T) {
	t.Setenv("READBACK_LONG", "")
	if got := need.Count(25, 2000); got != 25 {
		t.Errorf("Count = %d, want 25", got)
	}
	t.Setenv("READBACK_LONG", "1")
	if got := need.Count(25, 2000); got != 2000 {
		t.Errorf("Count in a long run = %d, want 2000", got)
	}
}
