package e2e_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/seed-909bec58/readback/e2e/faultfs"
)

// The proof over power losses is worth what it would find: on a disk that says "synced" and keeps nothing, it must fail.
func TestDiskThatLiesIsFoundOut(t *testing.T) {
	const seed = 23
	r := rand.New(rand.NewPCG(seed, seed))
	for round := range 20 {
		disk, mounted := faultyDisk(t)
		dir := mounted + "/data"
		n := serve(t, "--data", dir)
		furnish(t, n, 600)
		l := newLoad(t)
		disk.Lie()
		l.powerLoss(t, disk, n, true, r)
		if v := run(t, "verify", "--data", dir); v.code != 0 {
			t.Logf("found in round %d: %s", round, v.errs)
			return
		}
		kept := tellDir(t, dir)
		for _, id := range l.acked {
			if kept.filed[id] == 0 {
				t.Logf("found in round %d: message %s was acknowledged and is not in the ledger", round, id)
				return
			}
		}
	}
	t.Error("20 losses of power on a disk that keeps nothing, and nothing is missing")
}

func TestFailedSyncEndsTheProcessAndNothingMoreIsAcknowledged(t *testing.T) {
	const seed = 29
	r := rand.New(rand.NewPCG(seed, seed))
	for _, file := range []string{"ledger.db-wal", "ledger.db-wal", "ledger.db-wal", "vault.db-wal"} {
		disk, mounted := faultyDisk(t)
		dir := mounted + "/data"
		n := serve(t, "--data", dir)
		furnish(t, n, 600)
		l := newLoad(t)
		if file == "vault.db-wal" { // nothing but a new person writes there
			failSyncs(disk, file, 0)
			root := signIn(t, n.HTTP, admin)
			if _, err := root.Admit(t.Context(), person("late"), passwordOf("late")); err == nil {
				t.Error("a person whose password is not on disk was admitted")
			}
			disk.Fault(nil)
			continue
		}
		ctx, cancel := context.WithCancel(t.Context())
		failed := failSyncs(disk, file, r.IntN(40))
		go func() {
			<-n.exited
			cancel()
		}()
		l.run(ctx, n, 2)
		cancel()
		if code := n.wait(t); code == 0 || !failed.Load() || !strings.Contains(n.said.String(), "the disk did not keep what was written") {
			t.Errorf("after EIO of a sync the process ended with %d and says: %s", code, tail(n.said.String(), 600))
		}
		lose(t, disk, r)
		verified(t, "--data", dir)
		n = n.again(t, "--data", dir)
		l.calm(t, n)
		n.stop(t)
		tellDir(t, dir).holds(t, l)
	}
}

// failSyncs makes all syncs of a file but the first ones fail with EIO, and says whether one did.
func failSyncs(disk *faultfs.Disk, file string, but int) *atomic.Bool {
	var failed atomic.Bool
	var seen atomic.Int64
	disk.Fault(func(op faultfs.Op) syscall.Errno {
		if op.Kind == "fsync" && op.Name == file && int(seen.Add(1)) > but {
			failed.Store(true)
			return syscall.EIO
		}
		return 0
	})
	return &failed
}

func TestFlippedBitsOnTheDiskAreFoundOrChangeNothing(t *testing.T) {
	const seed = 31
	r := rand.New(rand.NewPCG(seed, seed))
	disk, mounted := faultyDisk(t)
	dir := mounted + "/data"
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	mustSend(t, n.MLLP, potassium("F0001"))
	if code := n.stop(t); code != 0 {
		t.Fatalf("stop: %d", code)
	}
	want := verified(t, "--data", dir)
	info, err := os.Stat(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for range 30 {
		bit := r.Int64N(info.Size() * 8)
		if err := disk.Flip("data/ledger.db", bit); err != nil {
			t.Fatal(err)
		}
		switch v := run(t, "verify", "--data", dir); {
		case v.code != 0:
			found++
		case v.out != want:
			t.Errorf("bit %d is flipped, and verify says %q without an error", bit, v.out)
		}
		if err := disk.Flip("data/ledger.db", bit); err != nil {
			t.Fatal(err)
		}
	}
	if found == 0 {
		t.Error("no flipped bit was found")
	}
	if got := verified(t, "--data", dir); got != want {
		t.Errorf("with all bits flipped back: %q, want %q", got, want)
	}
}
