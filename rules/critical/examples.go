package critical

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"slices"
	"sync"
)

// examples are the facts of published lists, restated, each set with the
// address where its list can be read. Numbers are written as text, since they
// are decimals. What a list says that a set cannot say yet (the first specimen
// only, exemptions) stands in the row's note, and the row calls more, not less.
//
//go:embed examples/*.json
var examples embed.FS

var exampleSets = sync.OnceValue(func() []Set {
	own := arup
	read("examples/arup-findings.json", &own.Findings)
	out := []Set{own}
	names, err := fs.Glob(examples, "examples/*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		if name == "examples/arup-findings.json" {
			continue
		}
		var s Set
		read(name, &s)
		out = append(out, s)
	}
	return out
})

func read(name string, v any) {
	text, err := examples.ReadFile(name)
	if err != nil {
		panic(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		panic(name + ": " + err.Error()) // a misprint in an embedded file
	}
}

// ExampleSets are the sourced example sets, ARUP's first, none of them in
// force by itself. The caller may change what it gets.
func ExampleSets() []Set {
	out := slices.Clone(exampleSets())
	for i := range out {
		out[i].Rows, out[i].Findings = slices.Clone(out[i].Rows), slices.Clone(out[i].Findings)
	}
	return out
}
