package app_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/wire"
)

// A sender's text must not be able to wipe a line, or turn 7.9 into 9.7 for who reads it.
func TestWhatSendersWroteDoesNotSteerTheTerminal(t *testing.T) {
	var out bytes.Buffer
	app.PrintCall(&out, wire.Call{
		Ref: "7QK2M9", Tier: "immediate", Unit: "ICU\x1b]0;owned\a", Standing: "open",
		Results: []wire.Result{{Label: "Kalium\r\x1b[2KNothing", Value: "\u202e9.7", Unit: "mmol/L\n7QK2M8\u009b"}},
	}, time.Now())
	for _, bad := range []string{"\x1b", "\r", "\a", "\u202e", "\u009b"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q reached the terminal: %q", bad, out.String())
		}
	}
	if strings.Count(out.String(), "\n") != 1 || !strings.Contains(out.String(), "Kalium\ufffd") {
		t.Errorf("the call is printed as %q", out.String())
	}
}
