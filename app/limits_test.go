package app_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
)

// run gives a command line and returns what it wrote.
func run(t *testing.T, in string, args ...string) (out, errs string, exit int) {
	t.Helper()
	var o, e bytes.Buffer
	exit = app.Run(t.Context(), args, strings.NewReader(in), &o, &e)
	return o.String(), e.String(), exit
}

func TestASetIsImportedTriedApprovedAndAResultByHandIsCalled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	r, stop := started(t, dir, nil)
	defer stop()
	for login, role := range map[string]roster.Role{"sue": roster.Supervisor, "chief": roster.Director, "tom": roster.Technician} {
		p := roster.Person{ID: "person/" + login, Login: login, Name: login + " " + login, Role: role}
		if err := r.Vault.SetPassword(t.Context(), p.ID, login, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Lab.Record(context.Background(), lab.Actor{By: "machine/setup"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
			return []lab.Event{&roster.Admitted{Person: p}}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("READBACK_PASSWORD", "correct horse battery")
	t.Setenv("READBACK_SERVER", r.HTTP)
	file := filepath.Join(t.TempDir(), "set.json")
	potassium := `{"loinc":"2823-3","analyte":"Potassium","unit":"mmol/L","high":{"value":6.10},"tier":"critical"}`
	for _, c := range []struct {
		set  string
		args []string
		exit int
		says string
	}{
		{potassium + "," + potassium, []string{"limits", "import", "--check", file}, 1, "row 2 (2823-3): as specific as row 1 (2823-3)"},
		{strings.Replace(potassium, "6.10", "61", 1), []string{"limits", "import", "--check", file}, 0, "outside of what is ever seen"},
		{strings.Replace(potassium, `"unit"`, `"unti"`, 1), []string{"limits", "import", "--check", file}, 1, `"unti" is not known here`},
		{potassium, []string{"limits", "import", file, "--login", "tom"}, 1, "You may not do this."},
		{potassium, []string{"limits", "import", file, "--login", "sue"}, 0, "limits/x 1 is drafted: 1 row,"},
		{potassium, []string{"limits", "import", "arup-2019", "--login", "sue"}, 0, "limits/arup-2019 rev 34 is drafted: 22 rows"},
		{potassium, []string{"limits", "import", "nowhere.json"}, 1, "neither a file nor an example"},
		{potassium, []string{"limits", "try", "limits/x", "--version", "1", "--login", "sue"}, 0, "Of the last 0 results"},
		{potassium, []string{"limits", "approve", "limits/x", "1", "--login", "sue"}, 1, "You may not do this."},
		{potassium, []string{"limits", "approve", "limits/x", "1", "--login", "chief"}, 0, "is approved, entry"},
		{potassium, []string{"limits", "show", "--login", "tom"}, 0, "in force for all settings"},
		{potassium, []string{"limits", "show", "limits/x", "--login", "tom"}, 0, "> 6.1"},
		{potassium, []string{"report", "--patient", "4711", "--test", "2823-3", "--value", "7.1", "--measure", "mmol/L", "--login", "tom"}, 1, "Nobody here has this number."},
		{potassium, []string{"report", "--patient", "4711", "--name", "Weber, Anna", "--unit", "ICU-2", "--test", "2823-3", "--value", "7.1", "--measure", "mmol/L", "--try", "--login", "tom"}, 0, "critical, above 6.1 mmol/L"},
		{potassium, []string{"report", "--patient", "4711", "--name", "Weber, Anna", "--unit", "ICU-2", "--test", "K", "--value", "7.1", "--measure", "mM", "--accession", "1", "--login", "tom"}, 0, "waits for a person: code/"},
		{potassium, []string{"limits", "map", "K", "2823-3", "--login", "sue"}, 0, "1 result had waited, 0 of them called"},
		{potassium, []string{"limits", "unit", "mM", "mmol/L", "--login", "sue"}, 0, "1 result had waited, 1 of them called"},
		{potassium, []string{"report", "--patient", "4711", "--test", "2823-3", "--value", "7.2", "--measure", "mmol/L", "--login", "tom"}, 0, "critical, called as "},
		{potassium, []string{"limits", "retire", "limits/x", "1", "--login", "chief"}, 0, "is out of force"},
		{potassium, []string{"licenses"}, 0, "LOINC is copyright"},
	} {
		text := `{"id":"limits/x","name":"X","version":"1","source":"us","address":"","rows":[` + c.set + `]}`
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, exit := run(t, "", c.args...); exit != c.exit || !strings.Contains(out+errs, c.says) {
			t.Errorf("%q: exit %d, %q %q, want %d and %q", c.args, exit, out, errs, c.exit, c.says)
		}
	}
}

func TestTheNoticesOfLOINCAreOne(t *testing.T) {
	notice, err := os.ReadFile("../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	out, _, _ := run(t, "", "licenses")
	if i := strings.Index(string(notice), "This material contains content from LOINC"); i < 0 || !strings.Contains(out, strings.SplitN(string(notice)[i:], "\n\n", 2)[0]) {
		t.Errorf("%q is not what NOTICE says", out)
	}
}
