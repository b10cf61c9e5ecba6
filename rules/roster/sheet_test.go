package roster_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/roster"
)

const (
	postsTable  = "post,name,unit,service,chief,part\ndesk,Laboratory desk,,,,\nicu,ICU-2 resident,ICU-2,intensive,,no\nhem,Haematology on call,,hematology,lee,yes\n"
	shiftsTable = "\ufeffpost;person;call;from;to\n# December\nicu;lee;1;2026-12-01 19:00;2026-12-02 07:00\n\nICU-2 resident;KIM;2;2026-12-01 19:00;2026-12-02 07:00\ndesk;c-tech;;2026-12-01 00:00;2026-12-01 24:00\n"
	stepsTable  = "unit,service,tier,ask,call,wait,desk,director,breach\n*,,,clinician,,600,300,1800,3600\n*,,,unit,,,,,\n*,,,desk,,,,,\nICU-2,,critical,unit,1,300,,,\nICU-2,,critical,post/icu,2,300,,,\nICU-2,,critical,desk,,,,,\n"
)

func sheet(t testing.TB, zoneName string, files ...string) *roster.Sheet {
	t.Helper()
	s := &roster.Sheet{LabZone: "Europe/Berlin"}
	if zoneName != "" {
		s.Zone = zone(t, zoneName)
	}
	for _, ev := range staff() {
		s.People = append(s.People, ev.(*roster.Admitted).Person)
	}
	for i, text := range files {
		s.Read([]string{"a.csv", "b.csv", "c.csv"}[i], []byte(text))
	}
	s.Period()
	return s
}

func TestARosterIsReadFromTables(t *testing.T) {
	s := sheet(t, "Europe/Berlin", postsTable, shiftsTable, stepsTable)
	if len(s.Faults) > 0 {
		t.Fatal(s.Faults)
	}
	at := func(text string) time.Time {
		return roster.Instant(wall(t, text), zone(t, "Europe/Berlin"), false).UTC()
	}
	night := func(id, who string, rank int) roster.Shift {
		return roster.Shift{ID: "shift/icu-20261201t1800-" + id, Post: "post/icu", Person: "person/" + who, Rank: rank, From: at("2026-12-01 19:00"), To: at("2026-12-02 07:00")}
	}
	want := roster.Published{
		From: at("2026-12-01 00:00"), To: at("2026-12-02 07:00"),
		Posts: []roster.Post{
			{ID: "post/desk", Name: "Laboratory desk"},
			{ID: "post/icu", Name: "ICU-2 resident", Unit: "ICU-2", Service: "intensive"},
			{ID: "post/hem", Name: "Haematology on call", Service: "hematology", Chief: "person/lee", Part: true},
		},
		Shifts: []roster.Shift{
			night("1", "lee", 0), night("2", "kim", 1),
			{ID: "shift/desk-20261130t2300-1", Post: "post/desk", Person: "person/tech", From: at("2026-12-01 00:00"), To: at("2026-12-02 00:00")},
		},
		Ladders: []roster.Ladder{
			{Unit: "*", Desk: 300, Director: 1800, Breach: 3600, Steps: []roster.Step{{Ask: "clinician", Wait: 600}, {Ask: "unit"}, {Ask: "desk"}}},
			{Unit: "ICU-2", Tier: "critical", Steps: []roster.Step{{Ask: "unit", Wait: 300}, {Ask: "post/icu", Rank: 1, Wait: 300}, {Ask: "desk"}}},
		},
	}
	if d := cmp.Diff(want, s.Roster); d != "" {
		t.Error(d)
	}
	for field, want := range map[string]string{
		"shifts[1].person": "b.csv line 5, person", "ladders[1].steps[0].ask": "c.csv line 5, steps[0].ask", "posts[2]": "a.csv line 4", "to": "to",
	} {
		if got := s.Where(field); got != want {
			t.Errorf("%s is at %q, want %q", field, got, want)
		}
	}
	again := sheet(t, "Europe/Berlin", postsTable, shiftsTable, stepsTable)
	if d := cmp.Diff(s.Roster, again.Roster); d != "" {
		t.Errorf("read again it is another one: %s", d)
	}
}

func TestARosterIsReadFromAnObjectAndFromDatesWithHours(t *testing.T) {
	s := sheet(t, "", `{"zone":"America/Chicago","to":"2026-11-02 00:00","posts":[{"id":"icu","name":"ICU"}],
		"shifts":[{"post":"ICU","person":"lee","rank":1,"from":"2026-10-31 19:00","to":"2026-11-01 07:00"}],"ladders":[{"unit":"*","steps":[{"ask":"desk"}]}]}`,
		"post,person,date,from,to,zone\nicu,kim,2026-10-31,19:00,07:00,America/Chicago\nicu,kim,2026-11-02,07:00,19:00,America/Chicago\n")
	if len(s.Faults) > 0 {
		t.Fatal(s.Faults)
	}
	var hours []float64
	for _, x := range s.Roster.Shifts {
		hours = append(hours, x.To.Sub(x.From).Hours())
	}
	if d := cmp.Diff([]float64{13, 13, 12}, hours); d != "" { // the clock goes back in that night
		t.Error(d)
	}
	if got := s.Roster.To.Format(time.RFC3339); got != "2026-11-02T06:00:00Z" || s.Roster.Shifts[0].Rank != 1 {
		t.Errorf("%s, %+v", got, s.Roster.Shifts[0])
	}
}

func TestAFaultyLineIsNamedWithItsRemedyAndTheOthersAreRead(t *testing.T) {
	const head = "post,person,call,from,to\n"
	good := "icu,kim,1,2026-12-01T07:00:00Z,2026-12-01T19:00:00Z\n"
	for name, c := range map[string]struct{ text, field, what string }{
		"no zone":          {head + "icu,lee,1,2026-12-01 07:00,2026-12-01T19:00:00Z\n" + good, "a.csv line 2, from", "has no zone"},
		"unknown person":   {head + "icu,moon,1,2026-12-01T07:00:00Z,2026-12-01T19:00:00Z\n" + good, "a.csv line 2, person", `nobody here is "moon"`},
		"nobody":           {head + "icu,,1,2026-12-01T07:00:00Z,2026-12-01T19:00:00Z\n" + good, "a.csv line 2, person", "empty"},
		"no time":          {head + "icu,lee,1,tomorrow,2026-12-01T19:00:00Z\n" + good, "a.csv line 2, from", `"tomorrow" is no time`},
		"call 0":           {head + "icu,lee,0,2026-12-01T07:00:00Z,2026-12-01T19:00:00Z\n" + good, "a.csv line 2, call", "no call"},
		"too many cells":   {head + "icu,lee,1,2026-12-01T07:00:00Z,2026-12-01T19:00:00Z,x\n" + good, "a.csv line 2, the line", "more cells"},
		"torn quotes":      {head + good + "icu,\"lee,1\n", "a.csv line 3", "cannot be read"},
		"unknown column":   {"post,person,from,to,colour\n", "a.csv line 1", `no column "colour"`},
		"column twice":     {"post,person,from,to,from\n", "a.csv line 1", "twice"},
		"no table":         {"who,when\n", "a.csv line 1", "does not name the columns"},
		"not UTF-8":        {"post,person\xff", "a.csv", "not UTF-8"},
		"empty":            {" \n", "a.csv", "empty"},
		"unknown zone":     {"post,person,from,to,zone\nicu,lee,2026-12-01 07:00,2026-12-01 19:00,Moon/Base\n", "a.csv line 2, zone", "no zone"},
		"object torn":      {"{\"shifts\":[\n{]}", "a.csv line 2", "cannot be read"},
		"object's field":   {`{"shift":[]}`, "a.csv line 1", `unknown field "shift"`},
		"object's shift":   {`{"shifts":[{"post":"icu","person":"moon","from":"2026-12-01T07:00:00Z","to":"2026-12-01T19:00:00Z"}]}`, "a.csv shifts[0], person", "nobody here"},
		"wait of a day":    {"unit,ask,wait\n*,desk,100000\n", "a.csv line 2, wait", "up to a day"},
		"neither yes nor":  {"post,name,part\nicu,ICU,perhaps\n", "a.csv line 2, part", "neither"},
		"something behind": {`{} {}`, "a.csv line 1", "something follows"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sheet(t, "", c.text)
			if len(s.Faults) != 1 || s.Faults[0].Field != c.field || !strings.Contains(s.Faults[0].What, c.what) || s.Faults[0].Remedy == "" {
				t.Fatalf("%q", s.Faults)
			}
			if strings.Contains(c.text, good) && len(s.Roster.Shifts) != 1 {
				t.Errorf("%d shifts were read", len(s.Roster.Shifts))
			}
		})
	}
}

func FuzzSheetReadsAnythingOrSaysWhere(f *testing.F) {
	for _, text := range []string{postsTable, shiftsTable, stepsTable, `{"zone":"UTC","shifts":[{"post":"a","person":"lee","from":"2026-12-01 07:00","to":"2026-12-02 07:00"}]}`} {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, zoned bool) {
		name := ""
		if zoned {
			name = "America/Santiago"
		}
		s := sheet(t, name, text)
		for _, fault := range s.Faults {
			if !strings.HasPrefix(fault.Field, "a.csv") || fault.What == "" || fault.Remedy == "" {
				t.Errorf("%+v", fault)
			}
		}
		ids := map[string]bool{}
		for _, x := range s.Roster.Shifts {
			if x.From.IsZero() && x.To.IsZero() || !strings.HasPrefix(x.ID, "shift/") {
				t.Errorf("%+v", x)
			}
			ids[x.ID] = true
		}
		if err := house().Check(&s.Roster, false, t0); err == nil && len(ids) != len(s.Roster.Shifts) {
			t.Errorf("two shifts of one id were taken")
		}
	})
}
