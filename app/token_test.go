package app_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/wire"
)

func TestTokensAreMadeListedAndTakenBackFromTheTerminal(t *testing.T) {
	const password = "correct horse battery"
	dir := filepath.Join(t.TempDir(), "data")
	r, stop := started(t, dir, nil)
	defer stop()
	if _, err := r.Server.First(t.Context(), "root", "Ruth Root", password); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (out string, code int) {
		var o, e bytes.Buffer
		args = append(args, "--data", dir, "--login", "root")
		code = app.Run(t.Context(), args, strings.NewReader(password+"\n"), &o, &e)
		t.Log(args, e.String())
		return o.String(), code
	}
	token, code := run("token", "mint", "board-1", "--days", "3")
	if code != 0 || strings.Count(token, "\n") != 1 {
		t.Fatalf("mint printed %q, code %d", token, code)
	}
	board, err := client.Dial(t.Context(), r.HTTP, client.Credentials{Token: strings.TrimSpace(token)})
	if err != nil || board.Me().Me.ID != "machine/board-1" {
		t.Fatal("the token does not open anything:", err)
	}
	listed, code := run("token", "list", "--json")
	var all wire.Tokens
	if err := json.Unmarshal([]byte(listed), &all); err != nil || code != 0 || len(all.Tokens) != 1 {
		t.Fatalf("list printed %q, code %d: %v", listed, code, err)
	}
	if out, code := run("token", "list"); code != 0 || !strings.Contains(out, "board-1") || strings.Contains(out, strings.TrimSpace(token)) {
		t.Errorf("list printed %q, code %d", out, code)
	}
	if _, code := run("token", "revoke", all.Tokens[0].ID); code != 0 {
		t.Error("revoke ended with", code)
	}
	if _, err := client.Dial(t.Context(), r.HTTP, client.Credentials{Token: strings.TrimSpace(token)}); err == nil {
		t.Error("the token is good after it was taken back")
	}
	if _, code := run("token", "revoke", all.Tokens[0].ID); code != 1 {
		t.Error("taken back twice ends with", code)
	}
	if _, code := run("token", "mint", "Board 1"); code != 1 {
		t.Error("a name that cannot be ends with", code)
	}
}
