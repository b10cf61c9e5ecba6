package server_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

// audited is a house whose notification times are kept.
func audited(t *testing.T) (*house, *audit.Audit) {
	t.Helper()
	db, err := sql.Open("sqlite", audit.SQLiteMemory)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	var a *audit.Audit
	h := newHouse(t, func(d *server.Deps) {
		if a, err = audit.Open(t.Context(), audit.Config{Lab: d.Lab, DB: db}); err != nil {
			t.Fatal(err)
		}
		d.Audit = a
	})
	return h, a
}

// counted lets the tables catch up with the ledger.
func counted(t *testing.T, a *audit.Audit) {
	t.Helper()
	for {
		n, _, err := a.Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func TestTimesStoryAndStatusHoldNothingOfThePatient(t *testing.T) {
	h, a := audited(t)
	c := h.Potassium(t, 1)
	readBackAs(t, h, c.ID, c.Version, c.Results[0].ID)
	counted(t, a)
	sue := h.as(t, "sue")
	times, err := sue.Times(t.Context(), wire.TimesBody{By: "unit,analyte", Missed: 500})
	if err != nil {
		t.Fatal(err)
	}
	if times.All.Calls != 1 || times.All.ReadBack != 1 || len(times.Rows) != 1 || times.Rows[0].Key[0] != "ICU-2" || times.Rows[0].Name[1] != "Potassium" {
		t.Errorf("times: %+v", times)
	}
	table, err := sue.TimesCSV(t.Context(), wire.TimesBody{By: "unit"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(table), "\r\n"); got != 3 {
		t.Errorf("the table has %d lines, with head and all calls: %q", got, table)
	}
	story, err := sue.Story(t.Context(), c.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if story.Standing != "closed" || story.Method != "read-back" || len(story.Facts) < 5 {
		t.Errorf("story: %+v", story)
	}
	if _, err := h.as(t, "root").RebuildTimes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again, err := sue.Times(t.Context(), wire.TimesBody{}); err != nil || again.All.Calls != 0 || again.Behind == 0 {
		t.Errorf("tables that are made again: %+v, %v", again.All, err)
	}
	counted(t, a) // the sign-ins too
	status, err := sue.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !status.Ready || status.Ledger.Head < 5 || status.Audit == nil || status.Audit.Behind != 0 {
		t.Errorf("status: %+v", status)
	}
	all, err := json.Marshal([]any{times, story, status, string(table)})
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range append(hospital.Canaries, hospital.Tail) {
		if strings.Contains(string(all), canary) {
			t.Errorf("%q is in what auditors read", canary)
		}
	}
}

func TestTimesAreForThoseWhoAnswerForThem(t *testing.T) {
	h, _ := audited(t)
	for login, want := range map[string][3]string{ // times, story, status
		"lee": {"not-yours", "not-yours", "not-yours"}, "tech": {"not-yours", "unknown-call", ""},
		"sue": {"", "unknown-call", ""}, "chief": {"", "unknown-call", ""}, "root": {"", "unknown-call", ""},
	} {
		who := h.as(t, login)
		_, times := who.Times(t.Context(), wire.TimesBody{})
		_, table := who.TimesCSV(t.Context(), wire.TimesBody{})
		_, story := who.Story(t.Context(), "ZZZZZZ")
		_, status := who.Status(t.Context())
		got := [3]string{codeOf(times), codeOf(story), codeOf(status)}
		if got != want || codeOf(table) != want[0] {
			t.Errorf("%s gets %v and for the table %q, expected %v", login, got, codeOf(table), want)
		}
	}
}

func TestTimesRefuseAPeriodThatCannotBe(t *testing.T) {
	h, _ := audited(t)
	sue := h.as(t, "sue")
	for field, b := range map[string]wire.TimesBody{
		"from": {From: "2026-10-02", To: "2026-10-01"}, "to": {To: "yesterday"}, "by": {By: "unit,tier,hour"}, "missed": {Missed: 501},
	} {
		_, err := sue.Times(t.Context(), b)
		p, ok := errors.AsType[*wire.Problem](err)
		if !ok || p.Code != "bad-request" || p.Field != field || p.Do == "" {
			t.Errorf("%+v: %v", b, err)
		}
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if p, ok := errors.AsType[*wire.Problem](err); ok {
		return p.Code
	}
	return err.Error()
}

func readBackAs(t *testing.T, h *house, call string, version int, result string) {
	t.Helper()
	lee := h.as(t, "lee")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := lee.ReadBack(ctx, wire.ReadBackBody{Call: call, Version: version, Values: map[string]string{result: hospital.Value}, Tail: hospital.Tail}); err != nil {
		t.Fatal(err)
	}
}
