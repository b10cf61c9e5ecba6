package roster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// written is a roster as one object. Times are written as in a table.
type written struct {
	Zone    string         `json:"zone"` // of wall times
	From    string         `json:"from"` // of the period; else the first shift's start
	To      string         `json:"to"`   // else the last shift's end
	Posts   []Post         `json:"posts"`
	Shifts  []writtenShift `json:"shifts"`
	Ladders []Ladder       `json:"ladders"`
}

type writtenShift struct {
	ID     string `json:"id"`
	Post   string `json:"post"`
	Person string `json:"person"`
	Rank   int    `json:"rank"`
	From   string `json:"from"`
	To     string `json:"to"`
}

func (s *Sheet) json(name string, text []byte) {
	var w written
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&w)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		at := d.InputOffset()
		if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = wrong.Offset
		}
		line := 1 + bytes.Count(text[:min(len(text), int(at))], []byte("\n"))
		s.Faults.add(fmt.Sprintf("%s line %d", name, line), "the object cannot be read: "+strings.TrimPrefix(err.Error(), "json: "), "check it against the fields zone, from, to, posts, shifts and ladders")
		return
	}
	at := func(list string, i int) row { return row{file: fmt.Sprintf("%s %s[%d]", name, list, i)} }
	zone, ok := s.zone(row{file: name}, w.Zone)
	if !ok {
		return
	}
	for i, p := range w.Posts {
		r := at("posts", i)
		p.ID = s.postID(p.ID)
		if p.Chief != "" && !strings.HasPrefix(p.Chief, "post/") {
			p.Chief = s.person(r, "chief", p.Chief)
		}
		s.Roster.Posts, s.posts = append(s.Roster.Posts, p), append(s.posts, r.at())
	}
	for i, x := range w.Shifts {
		r, before := at("shifts", i), len(s.Faults)
		sh := Shift{ID: x.ID, Post: s.postID(x.Post), Person: s.person(r, "person", x.Person), Rank: x.Rank}
		sh.From, sh.To = s.instant(r, "from", x.From, zone, false), s.instant(r, "to", x.To, zone, true)
		if len(s.Faults) == before {
			s.addShift(sh, r.at())
		}
	}
	for i, l := range w.Ladders {
		s.Roster.Ladders, s.ladders = append(s.Roster.Ladders, l), append(s.ladders, at("ladders", i).at())
	}
	for _, f := range [...]struct {
		at    *time.Time
		name  string
		text  string
		isEnd bool
	}{{&s.Roster.From, "from", w.From, false}, {&s.Roster.To, "to", w.To, true}} {
		if f.text != "" {
			*f.at = s.instant(row{file: name}, f.name, f.text, zone, f.isEnd)
		}
	}
}

// Period sets the roster's period where none was read: from the first shift's
// start to the last one's end.
func (s *Sheet) Period() {
	p := &s.Roster
	first, last := p.From.IsZero(), p.To.IsZero()
	for i := range p.Shifts {
		sh := &p.Shifts[i]
		if first && (p.From.IsZero() || sh.From.Before(p.From)) {
			p.From = sh.From
		}
		if last && sh.To.After(p.To) {
			p.To = sh.To
		}
	}
}
