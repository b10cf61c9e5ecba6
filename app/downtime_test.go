package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/wire"
)

func TestTheDowntimePageHoldsEachOpenCallWhole(t *testing.T) {
	h := hospital.Open(t, nil)
	h.Fill(t)
	c := h.Potassium(t, 1)
	page, err := app.Downtime(h.State(), "main", "n1", h.Now())
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		c.Ref, "Weber, Anna", "1960-10-02", "4711-0815", "V-99", hospital.Value + " mmol/L", "Potassium", c.Results[0].Told.Why[:8], "Dr Mina Lee",
		"Please read back", "full name", "Laboratory desk", "Tom Tech", h.Now().In(zone).Format("Monday 2 January 2006"),
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(string(page), "<script") || strings.Contains(string(page), "http://") {
		t.Error("the page asks for more than itself")
	}
}

func TestANameThatIsMarkupIsShownAsIs(t *testing.T) {
	h := hospital.Open(t, nil)
	h.Fill(t)
	h.Potassium(t, 1)
	st := *h.State()
	for id, c := range st.Critical.Calls.All() {
		c.Who.Name = `<img src=x onerror="alert(1)">`
		st.Critical.Calls = st.Critical.Calls.With(id, c)
	}
	page, err := app.Downtime(&st, "main", "n1", h.Now())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(page), "<img") || !strings.Contains(string(page), "&lt;img") {
		t.Error("a patient's name became markup")
	}
}

func TestTheDowntimeFileIsWrittenForItsOwnerAndTheLastGoodOneStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	out := filepath.Join(t.TempDir(), "paper")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(out, "calls.html")
	r, err := serving(t, func(c *app.Config) { c.Data, c.Downtime = dir, file })
	if err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool { _, err := os.Stat(file); return err == nil })
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(out, ".*")); len(left) > 0 {
		t.Errorf("halves stay: %q", left)
	}
	if _, err := os.Stat(filepath.Join(dir, "downtime.html")); err == nil {
		t.Error("it is in the data directory too")
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if app.WriteDowntime(r, wire.ErrBehind) {
		t.Error("a node that may be behind its ledger wrote the file")
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != string(good) {
		t.Errorf("the last good file did not stay: %v", err)
	}
}

func TestADowntimeFileThatIsNotWantedIsRemoved(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "downtime.html")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := serving(t, func(c *app.Config) { c.Data, c.Downtime = dir, "off" }); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("an old page stays, and nobody would keep it up to date")
	}
}

// wait lets something come about.
func wait(t *testing.T, is func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("it did not come about")
		}
	}
}
