package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// childDir names the directory to which this program, started again by a test, writes until it is killed.
const childDir = "READBACK_TEST_LEDGER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := writeForEver(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// writeForEver appends, signs and reads, and tells on standard output each place that was acknowledged or seen.
func writeForEver(ctx context.Context, dir string) error {
	s, err := sqlite.Open(ctx, dir, sqlite.Options{Site: ledgertest.Site, Wall: ledgertest.NewClock().Now, Reserve: 1 << 20, Run: shortRun})
	if err != nil {
		return err
	}
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	tell := func(what string, seq ledger.Seq) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(what, seq)
	}
	tell("open", head.Seq)
	failed := make(chan error, 1) // the first error ends the program
	go func() {
		for {
			h, err := s.Head(ctx)
			if err != nil {
				failed <- err
				return
			}
			tell("seen", h.Seq)
		}
	}()
	go func() {
		w, err := signer(ctx, s)
		for err == nil {
			var n ledger.Note
			if n, err = w.Sign(ctx); err == nil {
				tell("signed", ledger.Seq(n.Size))
			}
		}
		failed <- err
	}()
	go func() {
		for seq := head.Seq; ; {
			batch := ledgertest.Batch(seq, ledgertest.NewClock().Now(), 1+rand.IntN(60))
			if _, err := s.Append(ctx, seq, batch); err != nil {
				failed <- err
				return
			}
			seq += ledger.Seq(len(batch))
			tell("acked", seq)
		}
	}()
	return <-failed
}

func signer(ctx context.Context, s ledger.Store) (*ledger.Witness, error) {
	return ledger.NewWitness(ctx, s, ledgertest.NewSigner(&testing.T{}, 1))
}

// child starts this program again as a writer to dir.
func child(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner, *strings.Builder) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out), &said
}

func TestNothingAcknowledgedSeenOrSignedIsLostByAKill(t *testing.T) {
	const seed = 5
	r := rand.New(rand.NewPCG(seed, seed))
	dir := t.TempDir()
	for round := range need.Count(25, 2000) {
		if round%20 == 0 {
			dir = t.TempDir() // so that kills while the ledger is made are among them, and verifying stays short
		}
		cmd, lines, said := child(t, dir)
		moment := time.NewTimer(time.Duration(r.IntN(120)) * time.Millisecond)
		killed := make(chan error, 1) // the goroutine ends whether or not it is heard
		go func() {
			<-moment.C
			killed <- cmd.Process.Kill()
		}()
		told := map[string]ledger.Seq{}
		for lines.Scan() {
			var what string
			var seq ledger.Seq
			if n, _ := fmt.Sscan(lines.Text(), &what, &seq); n == 2 { // the last line may be cut
				told[what] = max(told[what], seq)
			}
		}
		if err := errors.Join(lines.Err(), <-killed); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if said.Len() > 0 {
			t.Fatalf("round %d: the child says: %s", round, said)
		}
		s := open(t, dir)
		h, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for what, seq := range told {
			if h.Seq < seq {
				t.Errorf("round %d of seed %d: %d was %s, the ledger ends at %d", round, seed, seq, what, h.Seq)
			}
		}
		verify(t, s, int64(h.Seq))
		n, err := s.LastCheckpoint(t.Context())
		if err != nil || ledger.Seq(n.Size) < told["signed"] {
			t.Errorf("round %d of seed %d: %d was signed, the last checkpoint kept is of %d, %v", round, seed, told["signed"], n.Size, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSecondProcessIsRefusedWithThePIDOfTheFirst(t *testing.T) {
	dir := t.TempDir()
	cmd, lines, _ := child(t, dir)
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}()
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "open") {
		t.Fatalf("the child says %q, %v", lines.Text(), lines.Err())
	}
	go func() {
		for lines.Scan() { // so that it never waits for a reader; it ends with the child
			continue
		}
	}()
	_, err := sqlite.Open(t.Context(), dir, sqlite.Options{Site: ledgertest.Site})
	if !errors.Is(err, ledger.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", cmd.Process.Pid)) {
		t.Errorf("second process: %v, want ErrInUse and %d", err, cmd.Process.Pid)
	}
	s, err := sqlite.OpenReadOnly(t.Context(), dir, ledgertest.Site)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for range 3 {
		if _, err := ledger.Verify(t.Context(), s, ledgertest.NewSigner(t, 1).Public(), nil); err != nil {
			t.Errorf("verify beside the running process: %v", err)
		}
	}
}
