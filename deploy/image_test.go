package deploy_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// image is what the Dockerfile makes, unpacked.
type image struct {
	Root    string // the folder that is / in the container
	User    int
	Env     []string
	Volumes []string
	Health  []string
	Start   []string
}

// buildImage does what the Dockerfile says, without an engine. An instruction that it does not know fails the test.
func buildImage(t *testing.T) image {
	t.Helper()
	img := image{Root: filepath.Join(t.TempDir(), "root")}
	src, out := filepath.Join(t.TempDir(), "src"), t.TempDir()
	if err := os.Mkdir(img.Root, 0o755); err != nil {
		t.Fatal(err)
	}
	final := false
	for line := range strings.Lines(read(t, "../Dockerfile")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "", "#", "WORKDIR", "EXPOSE":
		case "FROM":
			final = rest == "scratch"
		case "COPY":
			if final {
				img.copyIn(t, rest, out)
			} else if rest == ". ." {
				copySource(t, src)
			}
		case "RUN":
			if final {
				t.Fatalf("nothing can be run in an image from scratch: %s", line)
			}
			if rest != "go mod download" { // what it fetches is here: this test was built from it
				run(t, src, strings.ReplaceAll(rest, "/out", out))
			}
		case "ENV":
			img.Env = append(img.Env, strings.Fields(rest)...)
		case "USER":
			img.User = number(t, strings.Split(rest, ":")[0])
		case "VOLUME":
			img.Volumes = strings.Fields(rest)
		case "HEALTHCHECK":
			_, rest, _ = strings.Cut(rest, " CMD ")
			img.Health = words(t, rest)
		case "ENTRYPOINT", "CMD":
			img.Start = append(img.Start, words(t, rest)...)
		default:
			t.Fatalf("this test does not know %s", word)
		}
	}
	return img
}

// number reads a user as the engine must be able to without a list of names.
func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil || n == 0 {
		t.Fatalf("the user is %q, want a number that is not root's", s)
	}
	return n
}

// words reads the form of a command that needs no shell.
func words(t *testing.T, s string) []string {
	t.Helper()
	var list []string
	if err := json.Unmarshal([]byte(s), &list); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return list
}

func run(t *testing.T, dir, command string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", command)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return regexp.MustCompile(`^(READBACK_\w+|CGO_ENABLED|GOFLAGS|GOOS|GOARCH)=`).MatchString(v)
	})
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, said)
	}
}

// copySource makes dir the context of the build: the project without what .dockerignore names.
func copySource(t *testing.T, dir string) {
	t.Helper()
	ignored := strings.Fields(read(t, "../.dockerignore"))
	err := filepath.WalkDir("..", func(from string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(from, ".."+string(filepath.Separator)))
		for _, pattern := range ignored {
			at := rel
			if every, ok := strings.CutPrefix(pattern, "**/"); ok {
				pattern, at = every, path.Base(rel)
			}
			if hit, err := path.Match(pattern, at); err != nil || !hit {
				continue
			}
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !d.Type().IsRegular() {
			return nil
		}
		return copyFile(from, filepath.Join(dir, rel))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, b, info.Mode().Perm())
}

// copyIn does one COPY of the last stage. Only root can give files away; for others they are the container's user's.
func (img image) copyIn(t *testing.T, rest, out string) {
	t.Helper()
	owner := ""
	from, files := "..", []string(nil)
	for w := range strings.FieldsSeq(rest) {
		switch {
		case w == "--from=build":
			from = out
		case strings.HasPrefix(w, "--chown="):
			owner = strings.TrimPrefix(w, "--chown=")
		case strings.HasPrefix(w, "--"):
			t.Fatalf("this test does not know COPY %s", w)
		default:
			files = append(files, w)
		}
	}
	last := len(files) - 1
	for _, f := range files[:last] {
		to := filepath.Join(img.Root, files[last])
		if strings.HasSuffix(files[last], "/") {
			to = filepath.Join(to, filepath.Base(f))
		}
		f = filepath.Join(from, strings.TrimPrefix(f, "/out"))
		info, err := os.Stat(f)
		if err == nil && info.IsDir() {
			err = os.MkdirAll(to, 0o755)
		} else if err == nil {
			err = copyFile(f, to)
		}
		if err == nil && owner != "" && os.Geteuid() == 0 {
			uid, gid, _ := strings.Cut(owner, ":")
			err = os.Chown(to, number(t, uid), number(t, gid))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
