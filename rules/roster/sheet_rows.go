package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Sheet) shiftRow(r row) {
	c := r.cell
	before := len(s.Faults)
	zone, ok := s.zone(r, c["zone"])
	if !ok {
		return
	}
	sh := Shift{ID: c["id"], Post: s.postID(c["post"]), Person: s.person(r, "person", c["person"]), Rank: s.rank(r)}
	if c["post"] == "" {
		s.fault(r, "post", "it is empty", "name a post")
	}
	from, to := c["from"], c["to"]
	if date := c["date"]; date != "" {
		from, to = date+" "+from, nextDay(date, c["from"], to)
	}
	sh.From = s.instant(r, "from", from, zone, false)
	sh.To = s.instant(r, "to", to, zone, true)
	if len(s.Faults) == before {
		s.addShift(sh, r.at())
	}
}

// addShift takes a shift over, and names it by its post, start and call where
// it has no name: read again, it has the same one.
func (s *Sheet) addShift(sh Shift, at string) {
	if sh.ID == "" {
		name := fmt.Sprintf("shift/%s-%s-%d", strings.TrimPrefix(sh.Post, "post/"), sh.From.UTC().Format("20060102t1504"), sh.Rank+1)
		sh.ID = name
		for n := 2; s.ids[sh.ID]; n++ {
			sh.ID = fmt.Sprintf("%s-%d", name, n)
		}
	} else if !strings.HasPrefix(sh.ID, "shift/") {
		sh.ID = "shift/" + sh.ID
	}
	if s.ids == nil {
		s.ids = map[string]bool{}
	}
	s.ids[sh.ID] = true
	s.Roster.Shifts, s.shifts = append(s.Roster.Shifts, sh), append(s.shifts, at)
}

// nextDay is the end of a shift of a date: on the next day, unless it is later
// on the clock than the start.
func nextDay(date, from, to string) string {
	if to > from {
		return date + " " + to
	}
	day, err := time.Parse("2006-01-02", date)
	if err != nil {
		return date + " " + to
	}
	return day.AddDate(0, 0, 1).Format("2006-01-02") + " " + to
}

func (s *Sheet) postRow(r row) {
	c := r.cell
	p := Post{ID: s.postID(c["post"]), Name: c["name"], Unit: c["unit"], Service: c["service"], Part: s.yes(r, "part"), Closed: s.yes(r, "closed")}
	if chief := c["chief"]; strings.HasPrefix(chief, "post/") {
		p.Chief = chief
	} else if chief != "" {
		p.Chief = s.person(r, "chief", chief)
	}
	s.Roster.Posts, s.posts = append(s.Roster.Posts, p), append(s.posts, r.at())
}

// ladderRow is one step: lines of the same unit, service and tier that follow
// one another are one ladder.
func (s *Sheet) ladderRow(r row) {
	c := r.cell
	l := Ladder{Unit: c["unit"], Service: c["service"], Tier: c["tier"]}
	n := len(s.Roster.Ladders) - 1
	if n < 0 || s.Roster.Ladders[n].name() != l.name() {
		s.Roster.Ladders, s.ladders = append(s.Roster.Ladders, l), append(s.ladders, r.at())
		n++
	}
	into := &s.Roster.Ladders[n]
	ask := c["ask"]
	if strings.HasPrefix(ask, "post/") {
		ask = s.postID(ask)
	}
	into.Steps = append(into.Steps, Step{Ask: ask, Rank: s.rank(r), Wait: s.seconds(r, "wait")})
	for _, f := range [...]struct {
		at     *int
		column string
	}{{&into.Desk, "desk"}, {&into.Director, "director"}, {&into.Breach, "breach"}} {
		if v := s.seconds(r, f.column); v != 0 {
			*f.at = v
		}
	}
}

// zone is that of a line's wall times.
func (s *Sheet) zone(r row, name string) (*time.Location, bool) {
	if name == "" {
		return s.Zone, true
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		s.fault(r, "zone", fmt.Sprintf("%q is no zone", name), "name one as Europe/Berlin")
		return nil, false
	}
	return zone, true
}

// instant reads a time: RFC 3339, or a wall time of a zone.
func (s *Sheet) instant(r row, column, text string, zone *time.Location, isEnd bool) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		wall, ok := wallTime(text)
		switch {
		case !ok:
			s.fault(r, column, fmt.Sprintf("%q is no time", text), "write it as 2026-12-01 07:00 or 2026-12-01T07:00:00+01:00")
			return time.Time{}
		case zone == nil:
			s.fault(r, column, fmt.Sprintf("the time %q has no zone", text), "say in which zone the file's times are (the laboratory's is "+s.LabZone+"), or write them as 2026-12-01T07:00:00+01:00")
			return time.Time{}
		}
		at = Instant(wall, zone, isEnd)
	}
	if y := at.UTC().Year(); y < 2000 || y > 2199 {
		s.fault(r, column, fmt.Sprintf("the year %d is none of a roster", y), "check the date")
		return time.Time{}
	}
	return at.UTC()
}

// wallTime reads what a clock on the wall shows; 24:00 is the end of a day.
func wallTime(text string) (time.Time, bool) {
	days := 0
	if strings.HasSuffix(text, " 24:00") || strings.HasSuffix(text, "T24:00") {
		text, days = text[:len(text)-len("24:00")]+"00:00", 1
	}
	for _, layout := range [...]string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if wall, err := time.Parse(layout, text); err == nil {
			return wall.AddDate(0, 0, days), true
		}
	}
	return time.Time{}, false
}

// person finds whom a cell names.
func (s *Sheet) person(r row, column, text string) string {
	if text == "" {
		s.fault(r, column, "it is empty", "name a person by login, staff code or full name")
		return ""
	}
	var found []string
	for i := range s.People {
		p := &s.People[i]
		if p.ID == text || p.Login == text || slices.Contains(p.Codes, text) {
			return p.ID
		}
		if p.Name == text && !p.Disabled {
			found = append(found, p.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0]
	case 0:
		s.fault(r, column, fmt.Sprintf("nobody here is %q", text), "write a login, staff code or full name, or admit the person first")
	default:
		s.fault(r, column, fmt.Sprintf("%d people are called %q", len(found), text), "write the login instead")
	}
	return ""
}

// postID finds the post that a cell names; one that nobody knows is taken for
// a new one's id.
func (s *Sheet) postID(text string) string {
	for _, posts := range [][]Post{s.Roster.Posts, s.Posts} {
		for i := range posts {
			if p := &posts[i]; p.ID == text || p.ID == "post/"+text || p.Name == text {
				return p.ID
			}
		}
	}
	if text == "" || strings.HasPrefix(text, "post/") {
		return text
	}
	return "post/" + text
}

// rank is that of a line's call: 1 is the first.
func (s *Sheet) rank(r row) int {
	text := r.cell["call"]
	if text == "" {
		return 0
	}
	n := number(text, 0)
	if n < 1 || n > 9 {
		s.fault(r, "call", fmt.Sprintf("%q is no call", text), "write 1 for the first call, 2 for the second")
		return 0
	}
	return n - 1
}

func (s *Sheet) seconds(r row, column string) int {
	text := r.cell[column]
	if text == "" {
		return 0
	}
	n := number(text, -1)
	if n < 0 || n > 24*3600 {
		s.fault(r, column, fmt.Sprintf("%q is no number of seconds up to a day", text), "write seconds, or leave it empty for the default")
		return 0
	}
	return n
}

func (s *Sheet) yes(r row, column string) bool {
	switch strings.ToLower(r.cell[column]) {
	case "", "no", "false", "0":
		return false
	case "yes", "true", "1", "x":
		return true
	}
	s.fault(r, column, fmt.Sprintf("%q is neither yes nor no", r.cell[column]), "write yes or no")
	return false
}

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return otherwise
	}
	return n
}
