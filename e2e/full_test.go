package e2e_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

// fillUp leaves no room on the file system of a directory, but for what is reserved there.
func fillUp(t testing.TB, dir string) (ballast string) {
	t.Helper()
	ballast = filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 64<<10)
	for len(block) > 0 && err == nil {
		if _, err = f.Write(block); errors.Is(err, syscall.ENOSPC) {
			block, err = block[:len(block)/2], nil
		}
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return ballast
}

func TestFullDiskRefusesMessagesAndStillReadsBack(t *testing.T) {
	root := need.Tmpfs(t, 128<<20)
	dir := filepath.Join(root, "data")
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	for _, id := range []string{"E0001", "E0002"} {
		mustSend(t, n.MLLP, potassium(id))
	}
	doctor := signIn(t, n.HTTP, lee)
	ballast := fillUp(t, root)

	acked, last := []string{"E0001", "E0002"}, ""
	until(t, "a message is refused", func() bool {
		last = fmt.Sprintf("F%04d", len(acked))
		a, err := send(t.Context(), n.MLLP, potassium(last))
		if err != nil {
			t.Fatal(err)
		}
		if a.Code == "AA" {
			acked = append(acked, last)
		}
		return a.Code == "AE"
	})
	if a, err := send(t.Context(), n.MLLP, potassium("F9999")); err != nil || a.Code != "AE" {
		t.Errorf("the next message is answered %+v, %v; want AE", a, err)
	}
	if _, ready := n.get(t, "/readyz"); !strings.Contains(ready, `"full":true`) {
		t.Errorf("the status of a full disk: %s", ready)
	}
	if _, metrics := n.get(t, "/metrics"); !strings.Contains(metrics, "readback_ledger_full 1") {
		t.Error("the metrics do not say that the disk is full")
	}
	// Who was not signed in before must be able to, or nobody could read back after a while.
	late := signIn(t, n.HTTP, lee)
	for i, c := range []string{"E0001", "E0002"} {
		who := doctor
		if i == 1 {
			who = late
		}
		call, ok := callOf(t, who, c)
		if !ok {
			t.Fatalf("call %s is not there", c)
		}
		if _, err := who.ReadBack(t.Context(), answer(call)); err != nil {
			t.Errorf("a read-back on a full disk: %v", err)
		}
	}
	if v := run(t, "verify", "--data", dir); v.code != 0 {
		t.Errorf("verify on a full disk: %s", v.errs)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	until(t, "messages are taken again", func() bool {
		a, err := send(t.Context(), n.MLLP, potassium(last))
		return err == nil && a.Code == "AA"
	})
	acked = append(acked, last)
	until(t, "the status says that there is room", func() bool {
		_, ready := n.get(t, "/readyz")
		return strings.Contains(ready, `"full":false`)
	})
	if code := n.stop(t); code != 0 {
		t.Errorf("stop: %d", code)
	}
	verified(t, "--data", dir)
	s := tellDir(t, dir)
	for _, id := range acked {
		if s.filed[id] != 1 {
			t.Errorf("message %s was acknowledged; the ledger has it %d times", id, s.filed[id])
		}
	}
	if s.filed["F9999"] != 0 {
		t.Error("a message that was refused stands in the ledger")
	}
}

func TestRestartOnAFullDiskStillReadsBack(t *testing.T) {
	root := need.Tmpfs(t, 128<<20)
	dir := filepath.Join(root, "data")
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	mustSend(t, n.MLLP, potassium("R0001"))
	fillUp(t, root)
	n.kill()
	n = n.again(t, "--data", dir)
	who := signIn(t, n.HTTP, lee)
	call, ok := callOf(t, who, "R0001")
	if !ok {
		t.Fatal("the call is gone")
	}
	if _, err := who.ReadBack(t.Context(), answer(call)); err != nil {
		t.Errorf("a read-back on a full disk after a restart: %v", err)
	}
	n.stop(t)
	verified(t, "--data", dir)
}
