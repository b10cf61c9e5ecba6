package e2e_test

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// stopped makes a laboratory with one call in a new directory, and stops its server.
func stopped(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	mustSend(t, n.MLLP, potassium("B0001"))
	if code := n.stop(t); code != 0 {
		t.Fatalf("stop: %d", code)
	}
	return dir
}

// held is a digest of what a directory holds: the ledger's content, and every other file byte for byte but for what any
// look at it may touch.
func held(t testing.TB, dir string) string {
	t.Helper()
	h := sha256.New()
	es, err := os.ReadDir(dir)
	if err != nil {
		return err.Error()
	}
	for _, e := range es {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.Name() == "lock" || e.Name() == "reserve" || e.Name() == "snapshot" || strings.HasSuffix(e.Name(), "-shm") || strings.HasSuffix(e.Name(), "-wal"):
		case e.Name() == "ledger.db":
			digest, err := logical(path)
			fmt.Fprintln(h, digest, err)
		default:
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(h, "%s %x\n", e.Name(), sha256.Sum256(b))
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// refuses checks that a verb ends with an error that says all the words, and that the directory is as before.
func refuses(t *testing.T, dir string, args []string, words ...string) {
	t.Helper()
	refusesAs(t, nil, dir, args, words...)
}

func refusesAs(t *testing.T, env []string, dir string, args []string, words ...string) {
	t.Helper()
	before := held(t, dir)
	got := runWith(t, env, "", args...)
	if got.code == 0 {
		t.Errorf("%v: ends well and says %s", args, got.out)
	}
	for _, word := range words {
		if !strings.Contains(got.errs, word) {
			t.Errorf("%v: says nothing of %q: %s", args, word, got.errs)
		}
	}
	for _, never := range []string{"panic", "goroutine ", passwordOf(lee)} {
		if strings.Contains(got.errs+got.out, never) {
			t.Errorf("%v: says %q: %s", args, never, got.errs)
		}
	}
	if after := held(t, dir); after != before {
		t.Errorf("%v: the directory is not as it was", args)
	}
}

// serving are the arguments of a serve on free ports.
func serving(dir string, more ...string) []string {
	return append([]string{"serve", "--json", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--data", dir}, more...)
}

func TestBadStartsAreRefusedAndChangeNothing(t *testing.T) {
	dir := stopped(t)
	busy := free(t)
	l, err := listen(t, busy)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	notKeys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(notKeys, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{serving(dir, "--http", "0.0.0.0:0"), []string{"--http", "unencrypted", "--tls-cert"}},
		{serving(dir, "--http", busy), []string{"--http", busy, "in use"}},
		{serving(dir, "--mllp", busy), []string{"--mllp", busy, "in use"}},
		{serving(dir, "--http", "nonsense"), []string{"--http", "nonsense"}},
		{serving(dir, "--frobnicate"), []string{"--frobnicate"}},
		{serving(dir, "--zone", "Europe/Atlantis"), []string{"--zone", "Europe/Berlin"}},
		{serving(dir, "--site", "a/b"), []string{"--site"}},
		{serving(dir, "--node", "a b"), []string{"--node"}},
		{serving(dir, "--behind", "everywhere"), []string{"--behind", "10.0.0.0/8"}},
		{serving(dir, "--tls-cert", "x.pem"), []string{"--tls-cert", "--tls-key"}},
		{serving(dir, "--key-file", notKeys), []string{notKeys}},
		{serving(dir, "--site", "elsewhere"), []string{"site", "elsewhere", "main"}},
		{serving(dir, "--redis", "redis://[nonsense"), []string{"redis"}},
		{serving(dir, "--postgres", "postgres://127.0.0.1:1/x?sslmode=disable", "--key-file", filepath.Join(t.TempDir(), "k")), []string{"127.0.0.1"}},
		{[]string{"verify", "--data", dir, "--site", "elsewhere"}, []string{"elsewhere"}},
		{[]string{"verify", "--data", filepath.Join(dir, "not-there")}, []string{"--data"}},
		{[]string{"receipt", "99999", "--data", dir}, []string{"99999"}},
		{[]string{"receipt", "ZZZZZZ", "--data", dir}, []string{"ZZZZZZ"}},
		{[]string{"check-receipt", filepath.Join(dir, "not-there")}, []string{"not-there"}},
		{[]string{"check-receipt", filepath.Join(dir, "checkpoint.key")}, []string{"receipt"}},
		{[]string{"backup", "--data", dir, filepath.Join(dir, "checkpoint.key")}, []string{"checkpoint.key", "new file"}},
		{[]string{"restore", "--data", dir, filepath.Join(dir, "ledger.db")}, []string{"empty"}},
		{[]string{"calls", "--data", dir, "--login", lee}, []string{"--server"}},
		{[]string{"user", "add", "x", "--data", filepath.Join(dir, "none"), "--name", "X", "--role", "clerk"}, []string{"holds no laboratory"}},
		{[]string{"user", "add", "x", "--data", dir, "--name", "X", "--role", "king"}, []string{"king"}},
		{[]string{"frobnicate"}, []string{"frobnicate"}},
	} {
		refuses(t, dir, c.args, c.words...)
	}
	verified(t, "--data", dir)
}

func TestAnotherSitesFilesAreRefused(t *testing.T) {
	ours, theirs := stopped(t), stopped(t)
	for _, name := range []string{"checkpoint.key", "ledger.db"} {
		exchange(t, filepath.Join(ours, name), filepath.Join(theirs, name))
		refuses(t, ours, serving(ours), "not the site's ledger", "key")
		refuses(t, ours, []string{"verify", "--data", ours}, "key")
		exchange(t, filepath.Join(ours, name), filepath.Join(theirs, name))
	}
	verified(t, "--data", ours)
}

func exchange(t testing.TB, a, b string) {
	t.Helper()
	if err := errors.Join(os.Rename(a, a+".x"), os.Rename(b, a), os.Rename(a+".x", b)); err != nil {
		t.Fatal(err)
	}
}

func TestSecondProcessIsRefusedWithThePIDOfTheFirst(t *testing.T) {
	dir := t.TempDir()
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	second := run(t, serving(dir)...)
	if pid := fmt.Sprint(n.cmd.Process.Pid); second.code != 1 || !strings.Contains(second.errs, pid) || !strings.Contains(second.errs, "stop it first") {
		t.Errorf("a second process: %d, %s; want it refused with %s", second.code, second.errs, pid)
	}
	mustSend(t, n.MLLP, potassium("B0002"))
	wrong := runWith(t, []string{"READBACK_PASSWORD=wrong horse"}, "", "calls", "--data", dir, "--login", lee)
	if wrong.code != 1 || !strings.Contains(wrong.errs, "password") || strings.Contains(wrong.errs, "wrong horse") {
		t.Errorf("a wrong password: %d, %s", wrong.code, wrong.errs)
	}
	nobody := runWith(t, as(admin), "", "user", "add", "late", "--data", dir, "--name", "L", "--role", "clerk")
	if nobody.code != 1 || !strings.Contains(nobody.errs, "READBACK_NEW_PASSWORD") && !strings.Contains(nobody.errs, "password") {
		t.Errorf("a person without a password: %d, %s", nobody.code, nobody.errs)
	}
	unknown := runWith(t, as(lee), "", "read-back", "ZZZZZZ", "--data", dir)
	if unknown.code != 1 || !strings.Contains(unknown.errs, "no such") {
		t.Errorf("a read-back of nothing: %d, %s", unknown.code, unknown.errs)
	}
	added := runWith(t, append(as(admin), "READBACK_NEW_PASSWORD="+passwordOf("late")), "", "user", "add", "late", "--data", dir, "--name", "L", "--role", "clerk")
	if added.code != 0 {
		t.Errorf("user add over the running server: %s", added.errs)
	}
	signIn(t, n.HTTP, "late")
}

func TestOtherFormatsAreRefused(t *testing.T) {
	for format, words := range map[int][]string{99: {"format", "99", "newer"}, 0: {"format"}} {
		dir := stopped(t)
		db, err := sql.Open("sqlite", filepath.Join(dir, "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", format))
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		refuses(t, dir, []string{"verify", "--data", dir}, words...)
		refuses(t, dir, serving(dir))
	}
}

func TestReadOnlyDirectoryIsRefusedForWritingAndCanBeVerified(t *testing.T) {
	root := need.Tmpfs(t, 128<<20)
	dir := filepath.Join(root, "data")
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	n.stop(t)
	if said, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,ro", root).CombinedOutput(); err != nil {
		t.Fatalf("mount -o remount,ro: %v: %s", err, said)
	}
	refuses(t, dir, serving(dir), "read-only")
	verified(t, "--data", dir)
}

func TestStandbyIsRefused(t *testing.T) {
	need.Postgres(t)
	pg := pgtest.Start(t)
	url := pg.Database(t)
	keys := filepath.Join(t.TempDir(), "keys")
	n := serve(t, "--postgres", url, "--key-file", keys, "--data", t.TempDir())
	n.stop(t)
	standby := pg.Standby(t)
	dir := t.TempDir()
	refuses(t, dir, serving(dir, "--postgres", standby.URL(url[strings.LastIndex(url, "/")+1:strings.Index(url, "?")]), "--key-file", keys), "standby", "primary")
}

func TestCutOffLedgerIsRefused(t *testing.T) {
	dir := stopped(t)
	path := filepath.Join(dir, "ledger.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 10, 4096, len(whole) / 2, len(whole) - 1} {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		refuses(t, dir, []string{"verify", "--data", dir})
		refuses(t, dir, serving(dir))
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	verified(t, "--data", dir)
}
