package static_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/static"
)

// files are all files of the web app, by name.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := fs.WalkDir(static.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[name], err = fs.ReadFile(static.Files, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestIndexStandsAtTheRoot(t *testing.T) {
	index := files(t)["index.html"]
	if !bytes.Contains(index, []byte(`<script type="module" src="main.js">`)) {
		t.Error("index.html is not at the root, or does not load main.js")
	}
}

// embed leaves files of such names out without a word.
func TestNoNameBeginsWithUnderscoreOrDot(t *testing.T) {
	for name := range files(t) {
		for part := range strings.SplitSeq(name, "/") {
			if strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") {
				t.Errorf("%s: %s begins with _ or .", name, part)
			}
		}
	}
}

// forbidden is what the content policy refuses, or the house does not want, in files of some endings.
var forbidden = []struct {
	what, in string
	match    *regexp.Regexp
}{
	{"an inline script", ".html", regexp.MustCompile(`(?i)<script(?:\s+(?:type="(?:[^"i]|i[^"m])[^"]*"|async|defer))*\s*>`)}, // but the import map
	{"an inline style", ".html .svg", regexp.MustCompile(`(?i)<style|\sstyle\s*=`)},
	{"an event attribute", ".html .svg", regexp.MustCompile(`(?i)\son[a-z]+\s*=`)},
	{"an inline style, set as an attribute", ".js", regexp.MustCompile(`setAttribute\(\s*["'` + "`" + `]style|[{,]\s*style:`)},
	{"markup made from text", ".js", regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function`)},
	{"storage in the browser", ".js", regexp.MustCompile(`localStorage|sessionStorage|indexedDB|document\.cookie|caches\.`)},
	{"an address outside", ".html .css .js .svg", regexp.MustCompile(`(?i)(?:https?:|wss?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+|@import|data:`)},
}

// namespace is how SVG is named; nobody asks for it.
const namespace = "http://www.w3.org/2000/svg"

func TestNothingInlineNothingStoredNothingFromOutside(t *testing.T) {
	for name, text := range files(t) {
		if strings.HasPrefix(name, "vendor/") {
			continue // compared with what was published, below
		}
		kept := strings.ReplaceAll(string(text), namespace, "")
		for _, f := range forbidden {
			if !strings.Contains(" "+f.in+" ", " "+path.Ext(name)+" ") {
				continue
			}
			if found := f.match.FindString(kept); found != "" {
				t.Errorf("%s: %s: %q", name, f.what, found)
			}
		}
	}
}

func TestTheRulesFindWhatTheyForbid(t *testing.T) {
	for what, example := range map[string]string{
		"an inline script":                     `<script>alert(1)</script>`,
		"an inline style":                      `<p style="color:red">`,
		"an event attribute":                   `<p onclick="go()">`,
		"an inline style, set as an attribute": `h("p", { style: "color:red" })`,
		"markup made from text":                `el.innerHTML = text`,
		"storage in the browser":               `localStorage.setItem("a", "b")`,
		"an address outside":                   `src="https://cdn.example.org/x.js"`,
	} {
		found := false
		for _, f := range forbidden {
			found = found || f.what == what && f.match.MatchString(example)
		}
		if !found {
			t.Errorf("%s passes: %s", what, example)
		}
	}
}

var (
	imported = regexp.MustCompile(`(?m)^import (?:\{ (.*) \}|\* as \w+|\w+) from "([^"]+)";$`)
	lazily   = regexp.MustCompile(`import\("\./([^"]+)"\)`)
	mapped   = regexp.MustCompile(`"([^"]+)":"/(vendor/[^"]+)"`)
)

// A browser says only when it runs a module that a name in it is missing.
func TestEveryImportIsThereAndEveryModuleIsUsed(t *testing.T) {
	all := files(t)
	libraries := map[string]string{}
	used := map[string]bool{"main.js": true, "worker.js": true}
	for _, m := range mapped.FindAllStringSubmatch(string(all["index.html"]), -1) {
		libraries[m[1]], used[m[2]] = m[2], true
	}
	for name, text := range all {
		if path.Ext(name) != ".js" {
			continue
		}
		if got, want := len(imported.FindAll(text, -1)), bytes.Count(text, []byte("\nimport "))+strings.Count(string(text[:7]), "import "); got != want {
			t.Errorf("%s: %d of %d imports are of the form that this test reads", name, got, want)
		}
		for _, m := range lazily.FindAllSubmatch(text, -1) {
			if used[string(m[1])] = true; all[string(m[1])] == nil {
				t.Errorf("%s imports %s, which is not there", name, m[1])
			}
		}
		for _, m := range imported.FindAllSubmatch(text, -1) {
			from, own := strings.CutPrefix(string(m[2]), "./")
			if !own {
				from = libraries[from]
			}
			used[from] = true
			if all[from] == nil {
				t.Errorf("%s imports %s, which is not there", name, m[2])
			}
			for what := range strings.SplitSeq(string(m[1]), ", ") {
				if own && what != "" && !regexp.MustCompile(`(?m)^export (?:(?:async )?(?:function|const|class) |\{ )`+what+`\b`).Match(all[from]) {
					t.Errorf("%s imports %s, which %s does not export", name, what, from)
				}
				if what != "" && len(regexp.MustCompile(`\b`+what+`\b`).FindAll(text, 2)) < 2 {
					t.Errorf("%s imports %s and does not use it", name, what)
				}
			}
		}
	}
	for name := range all {
		if ext := path.Ext(name); (ext == ".js" || ext == ".mjs") && !used[name] {
			t.Errorf("%s is imported by nobody", name)
		}
	}
}

// Nobody changes a library by hand: its README has the hash of what was published.
func TestTheLibrariesAreWhatTheirReadmeSays(t *testing.T) {
	all := files(t)
	row := regexp.MustCompile(`(?m)^\| ([\w-]+\.mjs) \| \S+ \| [\d.]+ \| \S+ \| ([0-9a-f]{64}) \|$`)
	noted := map[string]string{}
	for _, m := range row.FindAllSubmatch(all["vendor/README.md"], -1) {
		noted["vendor/"+string(m[1])] = string(m[2])
	}
	for name, text := range all {
		if path.Ext(name) != ".mjs" {
			continue
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != noted[name] {
			t.Errorf("%s is not what its README notes: run make vendor", name)
		}
		delete(noted, name)
	}
	if len(noted) > 0 {
		t.Errorf("noted, but not there: %v", noted)
	}
}

var (
	sentences = []*regexp.Regexp{
		regexp.MustCompile(`\b(?:t|lock)\(\s*"([^"]*)"`),
		regexp.MustCompile(`\bt\([^()"]*\?\s*"([^"]*)"\s*:\s*"([^"]*)"`),
		regexp.MustCompile(`\bcount\([^"]+?,\s*"([^"]*)",\s*"([^"]*)"`),
	}
	translated = regexp.MustCompile(`(?:"([^"]*)"|\b(\w+)): "`)
)

// A sentence that has no German is shown in English among German ones.
func TestEverySentenceHasGerman(t *testing.T) {
	all := files(t)
	german := map[string]bool{}
	for name, text := range all {
		if !strings.HasPrefix(name, "words/") {
			continue
		}
		for _, m := range translated.FindAllSubmatch(text, -1) {
			german[string(m[1])+string(m[2])] = true
		}
	}
	n := 0
	for name, text := range all {
		if path.Ext(name) != ".js" || strings.HasPrefix(name, "words/") {
			continue
		}
		for _, form := range sentences {
			for _, m := range form.FindAllSubmatch(text, -1) {
				for _, sentence := range m[1:] {
					if n++; len(sentence) > 0 && !german[string(sentence)] {
						t.Errorf("%s: words/ has no German for %q", name, sentence)
					}
				}
			}
		}
	}
	if n < 400 {
		t.Errorf("only %d sentences were found", n)
	}
}
