package main_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// ordinary are the programs that README may use beside go, make and readback itself.
var ordinary = []string{"cd", "curl", "docker", "git", "nc", "psql", "sha256sum", "xxd"}

func TestREADMEHasTheTwoCommandsOfAFreshMachine(t *testing.T) {
	lines := commands(t, "README.md")
	for _, want := range []string{"go run . demo", "go test ./..."} {
		if lines != nil && !slices.Contains(lines, want) {
			t.Errorf("README.md has no line %q in its sh blocks", want)
		}
	}
}

func TestEachCommandInTheDocumentsExists(t *testing.T) {
	var binary string
	help := map[string]string{}
	for _, file := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"} {
		for _, line := range commands(t, file) {
			words := strings.Fields(line)
			for len(words) > 0 && strings.Contains(words[0], "=") { // FUZZTIME=5m make fuzz
				words = words[1:]
			}
			words = beforeShell(words)
			switch {
			case len(words) == 0 || slices.Contains(ordinary, words[0]):
			case words[0] == "make":
				for _, target := range words[1:] {
					if !strings.Contains(target, "=") && !strings.Contains(makefile(t), "\n"+target+": ") {
						t.Errorf("%s: %q: make has no %s", file, line, target)
					}
				}
			case words[0] == "readback", strings.HasPrefix(line, "go run . "):
				if binary == "" {
					binary = build(t)
				}
				said := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(strings.Join(words, " "), "go run ."), "readback"))
				checkVerb(t, binary, help, file, line, said)
			case words[0] == "go":
				if !slices.Contains([]string{"build", "install", "run", "test", "vet", "version"}, words[1]) {
					t.Errorf("%s: %q: no such go command", file, line)
				}
			default:
				t.Errorf("%s: %q: who knows %q? Add it to ordinary, or correct the line", file, line, words[0])
			}
		}
	}
}

// checkVerb asks readback for the help of the verb in words, and looks for each of their flags in it.
func checkVerb(t *testing.T, binary string, help map[string]string, file, line string, words []string) {
	t.Helper()
	var verb []string
	for _, word := range words {
		if !regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(word) || len(verb) == 2 {
			break
		}
		verb = append(verb, word)
	}
	asked := len(verb)
	// The second word is a verb's verb (user add) or what the verb is given (calls open).
	for ; len(verb) > 0 || len(words) > 0 && strings.HasPrefix(words[0], "-"); verb = verb[:max(0, len(verb)-1)] {
		name := strings.Join(verb, " ")
		if _, known := help[name]; !known {
			if out, err := exec.CommandContext(t.Context(), binary, append(slices.Clone(verb), "--help")...).CombinedOutput(); err == nil {
				help[name] = string(out)
			}
		}
		if text, known := help[name]; known && (len(verb) == asked || !strings.Contains(text, "<command>")) {
			for _, word := range words {
				if flag, _, _ := strings.Cut(word, "="); strings.HasPrefix(flag, "--") && !strings.Contains(text, flag) {
					t.Errorf("%s: %q: %s does not know %s", file, line, name, flag)
				}
			}
			return
		}
		if len(verb) == 0 {
			break
		}
	}
	t.Errorf("%s: %q: readback does not know it", file, line)
}

// beforeShell cuts words where the shell takes over.
func beforeShell(words []string) []string {
	if i := slices.IndexFunc(words, func(w string) bool { return strings.ContainsAny(w, "|&;<>") }); i >= 0 {
		return words[:i]
	}
	return words
}

// commands returns the command lines in the sh blocks of a document: nil when there is no such document.
func commands(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.SplitSeq(strings.ReplaceAll(block[1], "\\\n", " "), "\n") {
			line, _, _ = strings.Cut(line, " #")
			line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
			if line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// makefile returns the text of the Makefile.
func makefile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// build builds the program as the README's reader would.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "readback")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("go build: %v\n%s", err, stderr.String())
	}
	return binary
}

func TestEachLinkInTheDocumentsLeadsSomewhere(t *testing.T) {
	files, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`).FindAllStringSubmatch(string(text), -1) {
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(link[1]))); err != nil {
				t.Errorf("%s links to %s, which is not there", file, link[1])
			}
		}
	}
	if links == 0 {
		t.Error("no link was looked at")
	}
}
