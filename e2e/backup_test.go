package e2e_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func listen(t testing.TB, at string) (net.Listener, error) {
	t.Helper()
	return new(net.ListenConfig).Listen(t.Context(), "tcp", at)
}

func TestBackupWhileServingIsRestoredWholeAndGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	l := newLoad(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.run(ctx, n, 2) }()
	until(t, "there is something to keep", func() bool {
		messages, readBacks, _ := l.counts()
		return messages > 30 && readBacks > 3
	})
	l.mu.Lock()
	before := append([]string(nil), l.acked...)
	l.mu.Unlock()
	file := filepath.Join(t.TempDir(), "backup.tar")
	made := run(t, "backup", "--data", dir, file)
	cancel()
	<-done
	if made.code != 0 {
		t.Fatalf("backup while serving: %s", made.errs)
	}
	n.stop(t)

	restored := filepath.Join(t.TempDir(), "restored")
	if r := run(t, "restore", "--data", restored, file); r.code != 0 {
		t.Fatalf("restore: %s", r.errs)
	}
	verified(t, "--data", restored)
	s := tellDir(t, restored)
	for _, id := range before {
		if s.filed[id] != 1 {
			t.Errorf("message %s was acknowledged before the backup; the restored ledger has it %d times", id, s.filed[id])
		}
	}
	n = serve(t, "--data", restored)
	mustSend(t, n.MLLP, potassium("K0001"))
	if _, ok := callOf(t, signIn(t, n.HTTP, lee), "K0001"); !ok {
		t.Error("what is restored does not go on")
	}
	n.stop(t)
	verified(t, "--data", restored)

	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, restored, []string{"backup", "--data", restored, file}, "new file")
	refuses(t, restored, []string{"restore", "--data", restored, file}, "empty or new directory")
	damaged := filepath.Join(t.TempDir(), "damaged.tar")
	for what, b := range map[string][]byte{
		"nothing": nil, "half of it": whole[:len(whole)/2], "all but its end": whole[:len(whole)-3000], "its beginning": whole[:100],
		"a byte changed": append(append(append([]byte(nil), whole[:len(whole)/3]...), whole[len(whole)/3]^1), whole[len(whole)/3+1:]...),
		"another file":   []byte(strings.Repeat("no backup ", 1000)),
	} {
		if err := os.WriteFile(damaged, b, 0o600); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "to")
		if r := run(t, "restore", "--data", to, damaged); r.code != 1 || !strings.Contains(r.errs, "backup") {
			t.Errorf("restore of %s: %d, %s", what, r.code, r.errs)
		}
		if es, err := os.ReadDir(filepath.Dir(to)); err != nil || len(es) != 0 {
			t.Errorf("restore of %s leaves %v, %v", what, es, err)
		}
	}
	if now, err := os.ReadFile(file); err != nil || len(now) != len(whole) {
		t.Errorf("the backup itself has %d bytes now, %v", len(now), err)
	}
}
