package postgres_test

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
	"golang.org/x/sys/unix"
)

// TestStalledHolder is not a test of its own: it is the process that another test stops while it holds the head.
func TestStalledHolder(t *testing.T) {
	url := os.Getenv("READBACK_TEST_HOLD")
	if url == "" {
		return // not a skip: nothing is left out
	}
	c := pgtest.Connect(t, url)
	for _, sql := range []string{"SET idle_in_transaction_session_timeout = 0", "BEGIN", "UPDATE ledger.head SET fence = fence + 1"} {
		if _, err := c.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Kill(os.Getpid(), unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// The signal stops all threads, but not at once: nothing more is sent before the parent says so.
	if _, err := io.ReadAll(os.Stdin); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), "UPDATE ledger.head SET seq = seq + 100"); err == nil {
		t.Error("HOLDER WROTE")
	}
	if _, err := c.Exec(t.Context(), "COMMIT"); err == nil {
		t.Error("HOLDER COMMITTED")
	}
}

func TestStoppedNodeThatHoldsTheHeadIsPassedBy(t *testing.T) {
	url := pgtest.Database(t)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	mustPut(t, s, "n1/first", 0)

	holder := exec.Command(os.Args[0], "-test.run", "^TestStalledHolder$")
	holder.Env = append(os.Environ(), "READBACK_TEST_HOLD="+url)
	var out strings.Builder
	holder.Stdout, holder.Stderr = &out, &out
	waiting, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(holder.Process.Pid, &status, unix.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the holder did not stop: %v, %v\n%s", status, err, out.String())
	}
	began := time.Now()
	mustPut(t, s, "n1/second", 1)
	t.Logf("waited %v", time.Since(began))
	if err := holder.Process.Signal(unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := waiting.Close(); err != nil {
		t.Error(err)
	}
	if err := holder.Wait(); err != nil {
		t.Errorf("the holder: %v\n%s", err, out.String())
	}
	sound(t, s, 2)
}

func TestTurnOfAStoppedNodeIsGivenOn(t *testing.T) {
	url := pgtest.Database(t)
	a := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	b := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n2"})
	late, err := a.Turn(t.Context()) // and nothing more is heard of it
	if err != nil {
		t.Fatal(err)
	}
	release, err := b.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var holds bool
	c := pgtest.Connect(t, url)
	if err := c.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND a.application_name LIKE '% n2')").Scan(&holds); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !holds {
		t.Error("the second node went without the turn, which was free")
	}
	release()
	late()
	again, err := a.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again()
}
