package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/wire"
)

func TestPeopleAreListedChangedAndDisabled(t *testing.T) {
	dir, root := staffed(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"change", "lee", "--profession", "nurse", "--until", "2099-01-01 08:00", "--posts", "post/icu"}, "lee is changed"},
		{[]string{"list"}, "2099-01-01 08:00"},
		{[]string{"change", "Dr Mina Lee", "--until", "", "--posts", "", "--new-login", "mlee"}, "mlee is changed"},
		{[]string{"list"}, "mlee   Dr Mina Lee  clinician      nurse       always"},
		{[]string{"disable", "kim"}, "kim is disabled"},
		{[]string{"list", "--all"}, "disabled"},
	} {
		code, out, errs := verb(t, dir, "root", append([]string{"user"}, c.args...)...)
		if code != 0 || !strings.Contains(out, c.says) {
			t.Errorf("%v: %d\n%s%s", c.args, code, out, errs)
		}
	}
	for args, says := range map[string]string{
		"change lee --name X":           `nobody here is "lee"`,
		"change mlee --profession Dr.":  `"Dr." is no code`,
		"change mlee --role king":       `"king" is no role`,
		"change mlee --until yesterday": `"yesterday" is no time`,
		"disable root":                  "You cannot disable yourself",
	} {
		if code, out, errs := verb(t, dir, "root", append([]string{"user"}, strings.Fields(args)...)...); code != 1 || !strings.Contains(errs, says) {
			t.Errorf("%s: %d\n%s%s", args, code, out, errs)
		}
	}
	t.Setenv("READBACK_NEW_PASSWORD", "nine white storks")
	if code, out, errs := verb(t, dir, "root", "user", "password", "mlee"); code != 0 {
		t.Errorf("%s%s", out, errs)
	}
	if _, err := client.Dial(t.Context(), addressOf(t, dir), client.Credentials{Login: "mlee", Password: "nine white storks"}); err != nil {
		t.Error(err)
	}
	var p *wire.Problem
	if _, err := client.Dial(t.Context(), addressOf(t, dir), client.Credentials{Login: "kim", Password: herons + " of kim"}); !errors.As(err, &p) || p.Code != "wrong-sign-in" {
		t.Error("who is disabled signs in:", err)
	}
	_ = root
}
