package main_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A refusal that has no German would stand in English among German words, at the worst moment.
func TestEveryProblemAndEveryEntryOfACallHasGerman(t *testing.T) {
	german := ""
	for _, chapter := range []string{"de.js", "lab.de.js", "board.de.js"} {
		words, err := os.ReadFile("static/app/words/" + chapter)
		if err != nil {
			t.Fatal(err)
		}
		german += string(words)
	}
	for file, form := range map[string]*regexp.Regexp{
		"wire/table.go":         regexp.MustCompile(`(?m)^\t\{[\w.]+, "([\w-]+)", http`),
		"docs/ledger-format.md": regexp.MustCompile("`critical\\.([\\w-]+)`"),
		"audit/fields.go":       regexp.MustCompile(`(?m)^\t\{"([\w-]+)", "`),
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		what := map[string]string{"wire/table.go": "problem ", "docs/ledger-format.md": "fact ", "audit/fields.go": "field "}[file]
		found := form.FindAllSubmatch(text, -1)
		if len(found) < 15 {
			t.Errorf("%s: only %d were found", file, len(found))
		}
		for _, m := range found {
			if word := what + string(m[1]); !strings.Contains(german, `"`+word+`": "`) {
				t.Errorf("static/app/words/de.js has no %q", word)
			}
		}
	}
}
