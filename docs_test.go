package main_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is generated into the documents")

// generated compares what stands between a page's two marks with what the code gives; with -update it writes that there.
func generated(t *testing.T, file, mark, want string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start, end := fmt.Sprintf("<!-- generated: %s -->\n", mark), fmt.Sprintf("<!-- end of %s -->\n", mark)
	before, rest, ok := strings.Cut(string(b), start)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for %s", file, mark)
	}
	want = strings.TrimRight(want, "\n") + "\n"
	if old == want {
		return
	}
	if !*update {
		t.Errorf("%s: what is between the marks of %s is not what the code gives; go test . -update writes it", file, mark)
		return
	}
	if err := os.WriteFile(file, []byte(before+start+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// named is one test as docs/promises.md names it: `lab.TestX`, `vault.TestX/Y` or `ledger/ledgertest.Run/Z`.
var named = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+|Run)(?:/([A-Za-z0-9]+))?`")

func TestEachTestThatThePromisesNameExists(t *testing.T) {
	b, err := os.ReadFile("docs/promises.md")
	if err != nil {
		t.Fatal(err)
	}
	all := named.FindAllStringSubmatch(string(b), -1)
	if len(all) < 30 {
		t.Errorf("docs/promises.md names %d tests", len(all))
	}
	text := map[string]string{}
	for _, m := range all {
		dir, test, sub := m[1], m[2], m[3]
		if _, read := text[dir]; !read {
			files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if b, err := os.ReadFile(file); err == nil && (strings.HasSuffix(file, "_test.go") || dir == "ledger/ledgertest") {
					text[dir] += string(b)
				}
			}
		}
		if !strings.Contains(text[dir], "func "+test+"(") {
			t.Errorf("%s: there is no such test in %s", test, dir)
		}
		if sub != "" && !strings.Contains(text[dir], `"`+sub+`"`) {
			t.Errorf("%s has no part %s in %s", test, sub, dir)
		}
	}
	for n := range 9 {
		if !strings.Contains(string(b), fmt.Sprintf("## P%d ", n+1)) {
			t.Errorf("docs/promises.md has no P%d", n+1)
		}
	}
}

func TestOperatingNamesEverySettingAndFigure(t *testing.T) {
	page, err := os.ReadFile("docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for file, words := range map[string]*regexp.Regexp{
		"app/config.go":    regexp.MustCompile(`name:"([a-z-]+)"|env:"([A-Z_]+)"`),
		"server/health.go": regexp.MustCompile(`put\("([a-z_]+)"`),
	} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := words.FindAllStringSubmatch(string(b), -1)
		if len(found) == 0 {
			t.Errorf("nothing was found in %s", file)
		}
		for _, m := range found {
			word := strings.Join(m[1:], "")
			switch {
			case file == "server/health.go":
				word = "`readback_" + word + "`"
			case strings.ToLower(word) == word:
				word = "`--" + word + "`"
			default:
				word = "`" + word + "`"
			}
			if !strings.Contains(string(page), word) {
				t.Errorf("docs/operating.md does not name %s of %s", word, file)
			}
		}
	}
}

func TestOperatingNamesEachVerb(t *testing.T) {
	page, err := os.ReadFile("docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), build(t), "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	verbs := regexp.MustCompile(`(?m)^  ([a-z][a-z-]+)(?: ([a-z]+))?  `).FindAllStringSubmatch(string(out), -1)
	if len(verbs) < 10 {
		t.Errorf("the help lists %d verbs", len(verbs))
	}
	for _, v := range verbs {
		if verb := strings.TrimSpace("readback " + v[1] + " " + v[2]); !strings.Contains(string(page), "`"+verb) {
			t.Errorf("docs/operating.md does not say what %s is for", verb)
		}
	}
}
