package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

func TestAFullFrameHoldsTheLeafByteForByte(t *testing.T) {
	for _, body := range []string{`{}`, `{"enclosure":[1]}`, `{"a":",\"enclosure\":[","b":{"c":[{"enclosure":[]}]}}`, `{"a":"\\"}`, `{"a":"\\\""}`} {
		for _, enclosures := range [][]ledger.Enclosure{nil, {{Salt: make([]byte, 16), Data: []byte(`{"x":",\"enclosure\":[]}"}`)}}, {{Salt: make([]byte, 16), Data: []byte(`"gone"`)}, {Salt: make([]byte, 16), Data: []byte(`[]`)}}} {
			e := ledger.Entry{
				Seq: 121, At: time.Now(), Site: "main", By: "person/a", Via: `n1,"enclosure":[`, Kind: "critical.seen", V: 1,
				About: []string{"call/a"}, To: []string{"lab"}, Body: []byte(body), Enclosures: enclosures,
			}
			if err := e.Encode(); err != nil {
				t.Fatal(err)
			}
			if len(enclosures) == 2 {
				e.Enclosures[0] = ledger.Enclosure{Erased: true}
			}
			text := wire.FullFrame(118, &e)
			if !json.Valid(text) {
				t.Fatalf("no JSON: %s", text)
			}
			leaf, ok := wire.Leaf(text)
			if !ok || !bytes.Equal(leaf, e.Leaf) {
				t.Errorf("of %s came %s", text, leaf)
			}
			var f wire.Frame
			if err := json.Unmarshal(text, &f); err != nil || f.Prev != 118 || f.Seq != 121 || len(f.Enclosure) != len(enclosures) {
				t.Error(f, err)
			}
		}
	}
	for _, text := range []string{``, `{}`, `{"beat":{}}`, `{"prev":1}`, `{"prev":1,"seq":2}`, `{"prev":`} {
		if leaf, ok := wire.Leaf([]byte(text)); ok {
			t.Errorf("%s holds the leaf %s", text, leaf)
		}
	}
}

func TestReadNamesTheFieldAndNotWhatStoodInIt(t *testing.T) {
	nested := func(n int) string { return strings.Repeat(`{"values":`, n) + "1" + strings.Repeat("}", n) }
	for _, c := range []struct{ text, field string }{
		{`{"call":5}`, "call"},
		{`{"version":1.5}`, "version"},
		{`{"version":99999999999999999999}`, "version"},
		{`{"values":[]}`, "values"},
		{`{"kall":"secret"}`, "kall"},
		{`{"tail":"secret","tail":"secret"}`, "tail"},
		{`{"values":{"r":"secret","r":"secret"}}`, "values.r"},
		{`"secret"`, ""},
		{`null`, ""},
		{`[{}]`, ""},
		{`{} secret`, ""},
		{`{"call":"secret`, "call"},
		{`{"call" "secret"}`, "call"},
		{`{"call":"` + "\xff" + `"}`, ""},
		{nested(33), strings.Repeat("values.", 31) + "values"},
	} {
		err := wire.Read([]byte(c.text), new(wire.ReadBackBody))
		p, status, ok := wire.ProblemOf(err)
		if !ok || status != 400 || p.Code != "bad-request" || p.Field != c.field || p.Do == "" || strings.Contains(p.Error(), "secret") {
			t.Errorf("%s: %+v", c.text, p)
		}
	}
	for _, text := range []string{``, ` `, `{}`, `{"call":"x","values":{"r":"1"}} `, "\n{}\n"} {
		if err := wire.Read([]byte(text), new(wire.ReadBackBody)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	var whole map[string]any
	if err := wire.Read([]byte(nested(32)), &whole); err != nil {
		t.Error("32 deep is not too deep:", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"call":"x","version":1,"values":{"r":"7.1"},"tail":"0815"}`))
	f.Add([]byte(`{"values":{"r":{}}}`))
	f.Add([]byte(`{"a":[{"b":1},{"b":1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b wire.ReadBackBody
		if wire.Read(text, &b) != nil {
			return
		}
		again, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var c wire.ReadBackBody
		if err := wire.Read(again, &c); err != nil || fmt.Sprint(b) != fmt.Sprint(c) {
			t.Errorf("%q was read as %+v, and that as %+v: %v", text, b, c, err)
		}
	})
}

func TestEveryRefusalSaysWhatToDo(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   string
		status int
		field  string
	}{
		{fmt.Errorf("room: %w", critical.ErrClosed), "closed", 409, ""},
		{&critical.StaleError{Version: 3}, "stale", 409, ""},
		{&critical.MayNotError{Reason: "role"}, "not-yours", 403, ""},
		{&critical.TypedError{Field: "identifier", Err: critical.ErrMissing}, "missing", 400, "tail"},
		{&critical.TypedError{Field: "value of result/7", Err: critical.ErrSeparator}, "separator", 400, "values.result/7"},
		{&critical.TypedError{Field: "value of result/7", Err: critical.ErrUnreadable}, "unreadable", 400, "values.result/7"},
		{&critical.TypedError{Field: "value of result/7", Err: critical.ErrRange}, "too-many-digits", 400, "values.result/7"},
		{critical.ErrUnidentified, "unidentified", 409, ""},
		{roster.CheckError{{Field: "shifts[0].person", What: "it is nobody", Remedy: "name somebody"}}, "faults", 422, "shifts[0].person"},
		{&critical.FaultsError{Faults: []critical.Fault{{Fault: "f", Remedy: "r"}}}, "limits-faulty", 422, ""},
		{fmt.Errorf("store: %w", ledger.ErrFull), "full", 507, ""},
		{&wire.Refusal{Err: wire.ErrNotFound, Field: "x", Say: "No.", Do: "Go."}, "not-found", 404, "x"},
		{&wire.Problem{Code: "closed", Say: "Said before.", Do: "Nothing."}, "closed", 409, ""},
	} {
		p, status, ok := wire.ProblemOf(c.err)
		if !ok || p.Code != c.code || status != c.status || p.Field != c.field || p.Say == "" || p.Do == "" {
			t.Errorf("%v: %d %+v", c.err, status, p)
		}
	}
	p, status, ok := wire.ProblemOf(errors.New("a table is missing"))
	if ok || status != 500 || p.Code != "internal" || strings.Contains(p.Error(), "table") {
		t.Errorf("an unknown error crosses the line as %+v", p)
	}
}

func TestAProblemOnTheLineIsItsSentinelToWhoReceivesIt(t *testing.T) {
	sent, _, _ := wire.ProblemOf(fmt.Errorf("calls: %w", wire.ErrSlowDown))
	line, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	var got wire.Problem
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(&got, wire.ErrSlowDown) || errors.Is(&got, wire.ErrSignIn) {
		t.Errorf("%s is slow-down: %t, signed-out: %t", line, errors.Is(&got, wire.ErrSlowDown), errors.Is(&got, wire.ErrSignIn))
	}
}

func TestTheProtocolPageHasTheTableOfProblems(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| ([0-9]{3}) \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		said[m[1]] = m[2] + " " + m[3]
	}
	delete(said, "internal")
	for code, want := range wire.Rows() {
		if said[code] != want {
			t.Errorf("the page says of %s %q, the table %q", code, said[code], want)
		}
		delete(said, code)
	}
	for code := range said {
		t.Errorf("the page has %s, which is not in the table", code)
	}
}

func TestLocale(t *testing.T) {
	for tag, comma := range map[string]bool{
		"de": true, "de-DE": true, "de_AT": true, "de-CH": false, "fr-FR": true, "en": false, "en-GB": false, "es-MX": false, "es-ES": true,
		"pt-BR": true, "ja": false, "zh-Hans-CN": false, "": false, "tlh": false, "sr-Latn-RS": true, "e s": false,
	} {
		if got := wire.LocaleOf(tag); got.Comma != comma {
			t.Errorf("%q has a comma: %v", tag, got.Comma)
		}
	}
}
