package app_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

const herons = "seven grey herons"

// staffed is a running node with an administrator, a supervisor, two clinicians and a technician.
func staffed(t *testing.T) (dir string, root *client.Client) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	r, stop := started(t, dir, nil)
	t.Cleanup(stop)
	_, token, _ := strings.Cut(r.Server.SetupLink(r.HTTP), "#setup=")
	body, err := json.Marshal(wire.SetupBody{Token: token, Login: "root", Name: "Ruth Root", Password: herons + " of root"})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.HTTP+"/api/setup", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	res.Body.Close()
	if root, err = client.Dial(t.Context(), r.HTTP, client.Credentials{Login: "root", Password: herons + " of root"}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []roster.Person{
		{ID: "person/sue", Login: "sue", Name: "Sue Super", Role: roster.Supervisor},
		{ID: "person/lee", Login: "lee", Name: "Dr Mina Lee", Role: roster.Clinician, Receives: true},
		{ID: "person/kim", Login: "kim", Name: "Dr Kim Roe", Role: roster.Clinician, Receives: true},
		{ID: "person/tech", Login: "tech", Name: "Tom Tech", Role: roster.Technician, Codes: []string{"T1"}},
	} {
		if _, err := root.Admit(t.Context(), p, herons+" of "+p.Login); err != nil {
			t.Fatal(err)
		}
	}
	return dir, root
}

// verb runs a verb as somebody and returns the exit code and what it said.
func verb(t *testing.T, dir, login string, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Setenv("READBACK_PASSWORD", herons+" of "+login)
	var o, e bytes.Buffer
	code = app.Run(t.Context(), append(args, "--data", dir, "--login", login), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const (
	postsFile   = "post,name,unit,chief\ndesk,Laboratory desk,,\nicu,ICU-2 resident,ICU-2,\n"
	laddersFile = "unit,ask,call,wait\n*,unit,1,600\n*,unit,2,600\n*,desk,,\n"
)

// week is shifts of a week from tomorrow midnight on: ICU-2 by day and night, the desk always; night is who has the
// nights.
func week(night string) (text string, from time.Time) {
	y, m, d := time.Now().UTC().Date()
	first := time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
	var b strings.Builder
	b.WriteString("post,person,from,to\n")
	for i := range 7 {
		day := first.AddDate(0, 0, i)
		noon := day.Add(12 * time.Hour).Format("2006-01-02 15:04")
		from, to := day.Format("2006-01-02 15:04"), day.Format("2006-01-02")+" 24:00"
		b.WriteString("icu,lee," + from + "," + noon + "\n" + "icu," + night + "," + noon + "," + to + "\n" + "desk,T1," + from + "," + to + "\n")
	}
	return b.String(), first
}

func TestARosterIsImportedShownAndAskedFor(t *testing.T) {
	dir, _ := staffed(t)
	text, from := week("Dr Kim Roe")
	posts, shifts, ladders := write(t, "posts.csv", postsFile), write(t, "week.csv", text), write(t, "ladders.csv", laddersFile)
	files := []string{"roster", "import", posts, shifts, ladders}

	code, out, errs := verb(t, dir, "sue", files...)
	if code != 1 || !strings.Contains(out, `week.csv line 2, from: the time "`) || !strings.Contains(out, "the laboratory's is UTC") {
		t.Fatalf("without a zone: %d\n%s%s", code, out, errs)
	}
	files = append(files, "--zone", "UTC")
	code, out, errs = verb(t, dir, "sue", append(files, "--dry-run")...)
	if code != 0 || !strings.Contains(out, "21 added, 0 changed, 0 removed, 0 as they were; 0 faults") {
		t.Fatalf("dry: %d\n%s%s", code, out, errs)
	}
	if code, _, errs = verb(t, dir, "sue", files...); code != 1 || !strings.Contains(errs, "give --yes") {
		t.Fatalf("published without a yes: %d %s", code, errs)
	}
	if code, out, errs = verb(t, dir, "sue", append(files, "--yes")...); code != 0 || !strings.Contains(out, "published: entry") {
		t.Fatalf("%d\n%s%s", code, out, errs)
	}
	changed, _ := week("lee")
	code, out, errs = verb(t, dir, "sue", "roster", "import", write(t, "week.csv", changed), "--zone", "UTC", "--dry-run")
	if code != 0 || !strings.Contains(out, "0 added, 7 changed, 0 removed, 14 as they were") {
		t.Fatalf("changed: %d\n%s%s", code, out, errs)
	}
	at := from.Add(36 * time.Hour).Format(time.RFC3339)
	code, out, errs = verb(t, dir, "lee", "roster", "show", "--at", at)
	if code != 0 || !strings.Contains(out, "Dr Kim Roe") || !strings.Contains(out, "No roster is published from then on.") {
		t.Errorf("show: %d\n%s%s", code, out, errs)
	}
	code, out, errs = verb(t, dir, "lee", "who", "--unit", "ICU-2", "--at", at)
	if code != 0 || !strings.Contains(out, "Dr Kim Roe (clinician)") || !strings.Contains(out, "skipped: nobody") || !strings.Contains(out, "first call of ICU-2 resident") {
		t.Errorf("who: %d\n%s%s", code, out, errs)
	}
	code, out, errs = verb(t, dir, "lee", "who", "--unit", "MOON", "--at", at)
	if code != 0 || !strings.Contains(out, "The catch-all, as nobody listed the unit MOON.") {
		t.Errorf("who of an unknown unit: %d\n%s%s", code, out, errs)
	}
	when := func(h int) string { return from.Add(time.Duration(h) * time.Hour).Format(time.RFC3339) }
	code, out, errs = verb(t, dir, "lee", "roster", "cover", "icu", "--out", "Dr Mina Lee", "--in", "Dr Kim Roe", "--from", when(1), "--to", when(2))
	if code != 0 || !strings.HasPrefix(out, "offered as cover/") {
		t.Fatalf("cover: %d\n%s%s", code, out, errs)
	}
	id := strings.TrimSuffix(strings.Fields(out)[2], ":")
	if code, out, errs = verb(t, dir, "kim", "roster", "cover", "--accept", id); code != 0 {
		t.Errorf("accept: %d\n%s%s", code, out, errs)
	}
	if _, out, _ = verb(t, dir, "lee", "roster", "show"); !strings.Contains(out, "Dr Kim Roe for Dr Mina Lee") || !strings.Contains(out, "(accepted)") {
		t.Errorf("show does not tell of the cover:\n%s", out)
	}
}

func TestABadRosterIsRefusedWithLineAndRemedy(t *testing.T) {
	dir, _ := staffed(t)
	text, _ := week("kim")
	base := []string{"roster", "import", write(t, "posts.csv", postsFile)}
	for name, c := range map[string]struct {
		files []string
		says  string
	}{
		"a hole": {
			[]string{write(t, "week.csv", dropLine(text, 3)), write(t, "ladders.csv", laddersFile)}, "fault    shifts: nobody is at post/icu from",
		},
		"a hole at the desk":  {[]string{write(t, "week.csv", dropLine(text, 4)), write(t, "ladders.csv", laddersFile), "--holes"}, "nobody is at post/desk from"},
		"overlapping shifts":  {[]string{write(t, "week.csv", text+strings.Split(text, "\n")[1]+"\n"), write(t, "ladders.csv", laddersFile)}, "week.csv line 23, from: it overlaps"},
		"unknown person":      {[]string{write(t, "week.csv", strings.Replace(text, "icu,kim", "icu,moon", 1))}, `week.csv line 3, person: nobody here is "moon"`},
		"no ladder":           {[]string{write(t, "week.csv", text)}, "ladders: there is no catch-all"},
		"two alike":           {[]string{write(t, "week.csv", text), write(t, "ladders.csv", laddersFile+"ICU-2,unit,1,\nICU-2,desk,,\nicu-2,unit,1,\nicu-2,desk,,\n")}, "ladders.csv line 7, unit: another ladder has the same"},
		"a ladder of nobody":  {[]string{write(t, "week.csv", text), write(t, "ladders.csv", laddersFile+"MOON,unit,1,\nMOON,desk,,\n")}, "ladders.csv line 5, steps: the ladder has no people before the desk: step 1: there is no post for unit"},
		"a ladder of no desk": {[]string{write(t, "week.csv", text), write(t, "ladders.csv", "unit,ask\n*,unit\n")}, "ladders.csv line 2, steps[0].ask: the last step is not the desk"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := verb(t, dir, "sue", append(append(base, c.files...), "--zone", "UTC", "--yes")...)
			if code != 1 || !strings.Contains(out, c.says) || !strings.Contains(errs, "was not published") {
				t.Errorf("%d\n%s%s", code, out, errs)
			}
		})
	}
}

func dropLine(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(append(lines[:n-1:n-1], lines[n:]...), "\n")
}

// addressOf returns where the node that serves a directory listens.
func addressOf(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "serving.json"))
	if err != nil {
		t.Fatal(err)
	}
	var at struct{ HTTP string }
	if err := json.Unmarshal(b, &at); err != nil {
		t.Fatal(err)
	}
	return at.HTTP
}
