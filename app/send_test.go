package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/app"
)

func TestMessagesOfFilesAreSentAndTheirAnswersTold(t *testing.T) {
	r, err := serving(t, func(*app.Config) {})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	second := strings.Replace(result, "|1|P|", "|2|P|", 1)
	two := put("two.hl7", "\x0b"+result+"\x1c\r\x0b"+second+"\x1c\r")
	quiet := put("quiet.hl7", strings.Replace(result, "|1|P|2.5", "|3|P|2.5|||NE|NE", 1))
	none := put("none.txt", "no message")
	for _, c := range []struct {
		name string
		args []string
		in   string
		code int
		want string
	}{
		{"two in a file", []string{two}, "", 0, "AA two.hl7 1 1 \nAA two.hl7 2 2 \n"},
		{"standard input", []string{"-"}, strings.ReplaceAll(result, "\r", "\n"), 0, "AA - 1 1 \n"},
		{"no answer asked for", []string{quiet, two}, "", 0, "-- quiet.hl7 1  \nAA two.hl7 1 1 \nAA two.hl7 2 2 \n"},
		{"JSON", []string{"--json", quiet}, "", 0, `{"file":"quiet.hl7","n":1}` + "\n"},
		{"no message, refused", []string{none}, "", 1, "AR none.txt 1  no HL7 message\n"},
	} {
		var out, errs bytes.Buffer
		code := app.Main(append([]string{"send", "--mllp", r.MLLP}, c.args...), strings.NewReader(c.in), &out, &errs)
		if diff := cmp.Diff(c.want, strings.ReplaceAll(out.String(), dir+"/", "")); diff != "" || code != c.code {
			t.Errorf("%s: exit %d (%s), output (-want +got):\n%s", c.name, code, errs.String(), diff)
		}
	}
	if n := len(r.HL7.Senders()); n == 0 {
		t.Error("nobody was heard")
	}
}

func TestSendSpeaksTLSWithTheCertificateGiven(t *testing.T) {
	cert, key, _ := files(t, "readback")
	shown, shownKey, _ := files(t, "lis")
	r, err := serving(t, func(c *app.Config) { c.MLLPCert, c.MLLPKey, c.MLLPCA = cert, key, shown })
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]int{
		"--ca " + cert + " --cert " + shown + " --key " + shownKey: 0,
		"--ca " + cert:     1,
		"--cert " + shown:  1,
		"--ca nowhere.pem": 1,
		"--wait 1s":        1,
	} {
		var out, errs bytes.Buffer
		code := app.Main(append([]string{"send", "--mllp", r.MLLP, "-"}, strings.Fields(args)...), strings.NewReader(result), &out, &errs)
		if code != want {
			t.Errorf("send %s: exit %d, %s%s", args, code, out.String(), errs.String())
		}
	}
}
