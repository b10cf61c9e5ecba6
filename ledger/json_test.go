package ledger

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzObjectIsWhatEncodingJSONTakes(f *testing.F) {
	for _, s := range []string{
		`{}`, `{ }`, `{"a":1}`, `{"a":-0.5e+10,"b":[1,2 , 3],"c":{"d":null}}`, `{"a":"\u00fc\n\"\\\/"}`, `{"a":true,"b":false}`, `{"a":01}`, `{"a":1.}`,
		`{"a":.5}`, `{"a":1e}`, `{"a":-}`, `{"a":"\x"}`, `{"a":"\u00g0"}`, "{\"a\":\"\x01\"}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":[1,]}`, `{"a":[}`,
		`{"a":tru}`, `{"a":1]`, `{a:1}`, `{"a":1}}`, `[]`, `"a"`, `{"a" : [ ] }`, "{\"a\":\"\x7f\xff\"}", `{"a":"`, `{"a":"\`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Count(s, "{")+strings.Count(s, "[") > maxDepth {
			return
		}
		want := strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") && json.Valid([]byte(s))
		if got := objectEnd([]byte(s)) == len(s) && s != ""; got != want {
			t.Errorf("%q is an object: %v, encoding/json says %v", s, got, want)
		}
	})
}

func TestBodyTooDeepIsNoObject(t *testing.T) {
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	if b := nested(maxDepth); objectEnd([]byte(b)) != len(b) {
		t.Errorf("a body of depth %d was refused", maxDepth)
	}
	if objectEnd([]byte(nested(maxDepth+1))) != -1 {
		t.Errorf("a body of depth %d was taken", maxDepth+1)
	}
}
