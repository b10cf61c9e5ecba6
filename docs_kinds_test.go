package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// The rooms that name kinds, in the order of the page.
var roomsOfKinds = []string{"wire", "rules/critical", "rules/patient", "rules/roster", "rules/equipment", "rules/session"}

func TestLedgerFormatHasEachKindAsTheCodeHasIt(t *testing.T) {
	s := sources{types: map[string]source{}, words: map[string][]string{}}
	for _, dir := range roomsOfKinds {
		s.read(t, dir)
	}
	p := page{sources: s}
	for _, dir := range roomsOfKinds {
		for _, kind := range s.kinds[dir] {
			p.kind(t, kind)
		}
	}
	if p.kinds < 20 {
		t.Errorf("%d kinds were found", p.kinds)
	}
	p.WriteString("## Shapes within bodies and enclosures\n\n")
	for i := 0; i < len(p.shapes); i++ { // it grows while it is written
		p.shape(p.shapes[i])
	}
	generated(t, "docs/ledger-format.md", "kinds", p.String())
}

// sources is what the source says of types, by "package.Name".
type sources struct {
	types map[string]source
	words map[string][]string // the constants of a named string type
	kinds map[string][]string // by folder
}

type source struct {
	doc    string
	fields map[string]string
}

// read reads a room's files.
func (s *sources) read(t *testing.T, dir string) {
	t.Helper()
	if s.kinds == nil {
		s.kinds = map[string][]string{}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", dir, len(files), err)
	}
	pkg := path.Base(dir)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "Kind" && d.Recv != nil && len(d.Body.List) == 1 {
					word := d.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.BasicLit).Value
					kind, err := strconv.Unquote(word)
					if err != nil {
						t.Fatal(err)
					}
					s.kinds[dir] = append(s.kinds[dir], kind)
				}
			case *ast.GenDecl:
				s.declared(pkg, d)
			}
		}
	}
}

func (s *sources) declared(pkg string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			of, ok := spec.Type.(*ast.Ident)
			if d.Tok != token.CONST || !ok || len(spec.Values) != 1 {
				continue
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s.words[pkg+"."+of.Name] = append(s.words[pkg+"."+of.Name], strings.Trim(lit.Value, `"`))
			}
		case *ast.TypeSpec:
			doc := spec.Doc
			if doc == nil {
				doc = d.Doc
			}
			one := source{doc: line(doc), fields: map[string]string{}}
			if st, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					said := line(f.Comment)
					if said == "" {
						said = line(f.Doc)
					}
					for _, name := range f.Names {
						one.fields[name.Name] = said
					}
				}
			}
			s.types[pkg+"."+spec.Name.Name] = one
		}
	}
}

func line(g *ast.CommentGroup) string { return strings.Join(strings.Fields(g.Text()), " ") }

// page is the generated part of the page.
type page struct {
	strings.Builder
	sources
	kinds  int
	shapes []reflect.Type
}

func (p *page) printf(format string, args ...any) { fmt.Fprintf(&p.Builder, format, args...) }

func (p *page) kind(t *testing.T, kind string) {
	t.Helper()
	ev := wire.New(kind)
	if ev == nil {
		t.Errorf("%s: wire does not know the kind", kind)
		return
	}
	p.kinds++
	typ := reflect.TypeOf(ev).Elem()
	p.printf("### `%s`\n\n%s\n\n| part | field | type | what |\n|---|---|---|---|\n", kind, p.types[name(typ)].doc)
	p.rows("body", typ)
	if sealed := ev.Enclosure(); sealed != nil {
		p.rows("enclosure", reflect.TypeOf(sealed).Elem())
	}
	p.WriteString("\n")
}

func (p *page) shape(typ reflect.Type) {
	p.printf("### %s\n\n%s\n\n| field | type | what |\n|---|---|---|\n", name(typ), p.types[name(typ)].doc)
	p.rows("", typ)
	p.WriteString("\n")
}

// rows writes one row for each field, embedded ones among them.
func (p *page) rows(part string, typ reflect.Type) {
	for f := range typ.Fields() {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case tag == "-" || !f.IsExported():
			continue
		case f.Anonymous && tag == "":
			p.rows(part, f.Type)
			continue
		}
		cells := []string{"`" + tag + "`", p.typeOf(f.Type), p.types[name(typ)].fields[f.Name]}
		if strings.Contains(options, "omit") {
			cells[1] += ", optional"
		}
		if part != "" {
			cells = slices.Insert(cells, 0, part)
		}
		p.printf("| %s |\n", strings.ReplaceAll(strings.Join(cells, " | "), "|  |", "| |"))
	}
}

// typeOf names a type as JSON has it.
func (p *page) typeOf(typ reflect.Type) string {
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return "time"
	case typ == reflect.TypeFor[[]byte]():
		return "base64"
	case name(typ) == "critical.Decimal":
		return "decimal"
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return p.typeOf(typ.Elem())
	case reflect.Slice:
		return "array of " + p.typeOf(typ.Elem())
	case reflect.Map:
		return "object of " + p.typeOf(typ.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Struct:
		if !slices.Contains(p.shapes, typ) {
			p.shapes = append(p.shapes, typ)
		}
		return fmt.Sprintf("[%s](#%s)", name(typ), strings.ToLower(strings.ReplaceAll(name(typ), ".", "")))
	default:
		if words := p.words[name(typ)]; len(words) > 0 {
			return "`" + strings.Join(words, "` `") + "`"
		}
		return typ.Kind().String()
	}
}

// name is a type's "package.Name".
func name(typ reflect.Type) string { return path.Base(typ.PkgPath()) + "." + typ.Name() }
