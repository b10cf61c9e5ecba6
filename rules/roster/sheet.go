package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Sheet reads rosters as people write them: tables of shifts, posts and
// ladders (CSV), or one object (JSON). People are named by id, login, staff
// code or full name; posts by id, what follows post/, or name. Wall times are
// read in Zone; without one they are refused.
//
// A Sheet reads several files into one roster. It never stops at a fault: all
// are kept, each with its file and line.
type Sheet struct {
	Zone    *time.Location // of wall times; nil: each time needs its own
	LabZone string         // what the laboratory's zone is called, for advice
	People  []Person
	Posts   []Post // that are known already

	Roster Published  // what was read
	Faults CheckError // what could not be

	posts, shifts, ladders []string        // where each was read
	ids                    map[string]bool // of shifts
}

// Most of a file that is read.
const (
	SheetBytes = 16 << 20
	SheetRows  = 100_000
)

// Read reads a file: JSON if it begins with a brace, else CSV whose first line
// names the columns.
func (s *Sheet) Read(name string, text []byte) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case len(text) > SheetBytes:
		s.Faults.add(name, fmt.Sprintf("it is larger than %d MiB", SheetBytes>>20), "split it by period")
	case !utf8.Valid(text):
		s.Faults.add(name, "it is not UTF-8", "save it as CSV in UTF-8")
	case len(bytes.TrimSpace(text)) == 0:
		s.Faults.add(name, "it is empty", "give a table whose first line names the columns")
	case bytes.TrimSpace(text)[0] == '{':
		s.json(name, text)
	default:
		s.csv(name, text)
	}
}

// Where names file and line of a field of Roster, as a check of it names
// fields: "shifts[3].person" is "may.csv line 5, person".
func (s *Sheet) Where(field string) string {
	for list, at := range map[string][]string{"posts": s.posts, "shifts": s.shifts, "ladders": s.ladders} {
		rest, ok := strings.CutPrefix(field, list+"[")
		if !ok {
			continue
		}
		index, rest, _ := strings.Cut(rest, "]")
		if n := number(index, -1); n >= 0 && n < len(at) {
			return strings.TrimSuffix(at[n]+", "+strings.TrimPrefix(rest, "."), ", ")
		}
	}
	return field
}

// tables are the columns of each table: those that it must have come first.
var tables = []struct {
	what    string
	must    []string
	may     []string
	read    func(*Sheet, row)
	example string
}{
	{"shifts", []string{"post", "person", "from", "to"}, []string{"date", "call", "zone", "id"}, (*Sheet).shiftRow, "post,person,call,from,to"},
	{"posts", []string{"post", "name"}, []string{"unit", "service", "chief", "part", "closed"}, (*Sheet).postRow, "post,name,unit,service,chief,part"},
	{"ladders", []string{"unit", "ask"}, []string{"service", "tier", "call", "wait", "desk", "director", "breach"}, (*Sheet).ladderRow, "unit,service,tier,ask,call,wait"},
}

// row is one line of a table.
type row struct {
	file string
	line int // 0: the file says it
	cell map[string]string
}

func (r row) at() string {
	if r.line == 0 { // of an object
		return r.file
	}
	return fmt.Sprintf("%s line %d", r.file, r.line)
}

func (s *Sheet) fault(r row, column, what, remedy string) {
	s.Faults.add(r.at()+", "+column, what, remedy)
}

func (s *Sheet) csv(name string, text []byte) {
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.Comment, in.FieldsPerRecord, in.TrimLeadingSpace = separator(text), '#', -1, true
	head, err := in.Read()
	if err != nil {
		s.torn(name, err)
		return
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
	}
	read, ok := s.table(name, head)
	if !ok {
		return
	}
	for n := 0; ; n++ {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			s.torn(name, err)
			return
		}
		line, _ := in.FieldPos(0)
		r := row{file: name, line: line, cell: map[string]string{}}
		switch {
		case n == SheetRows:
			s.fault(r, "the table", fmt.Sprintf("it has more than %d lines", SheetRows), "split it by period")
			return
		case len(cells) > len(head):
			s.fault(r, "the line", "it has more cells than the first line has columns", "put texts that hold the separator in quotes")
			continue
		}
		for i, c := range cells {
			r.cell[head[i]] = strings.TrimSpace(c)
		}
		if !blank(r.cell) {
			read(s, r)
		}
	}
}

func blank(cells map[string]string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// torn says where a table cannot be read further.
func (s *Sheet) torn(name string, err error) {
	at := name
	if p := new(csv.ParseError); errors.As(err, &p) {
		at, err = fmt.Sprintf("%s line %d", name, p.Line), p.Err
	}
	s.Faults.add(at, "the table cannot be read: "+err.Error(), "check the quotes, and save it as CSV")
}

// separator is what stands between the columns of the first line.
func separator(text []byte) rune {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	for _, c := range []rune{';', '\t'} {
		if bytes.ContainsRune(first, c) {
			return c
		}
	}
	return ','
}

// table tells by the columns what a table holds.
func (s *Sheet) table(name string, head []string) (func(*Sheet, row), bool) {
	best := -1
	for i, t := range tables {
		if !slices.ContainsFunc(t.must, func(c string) bool { return !slices.Contains(head, c) }) {
			best = i
			break
		}
	}
	if best < 0 {
		var all []string
		for _, t := range tables {
			all = append(all, t.what+" ("+t.example+")")
		}
		s.Faults.add(name+" line 1", "the first line does not name the columns of a table", "begin with the columns of "+strings.Join(all, ", or "))
		return nil, false
	}
	t := tables[best]
	for i, c := range head {
		switch {
		case slices.Index(head, c) != i:
			s.Faults.add(name+" line 1", fmt.Sprintf("the column %q is there twice", c), "keep one of them")
			return nil, false
		case !slices.Contains(t.must, c) && !slices.Contains(t.may, c):
			s.Faults.add(name+" line 1", fmt.Sprintf("a table of %s has no column %q", t.what, c), "use "+strings.Join(append(slices.Clone(t.must), t.may...), ", "))
			return nil, false
		}
	}
	return t.read, true
}
