package e2e_test

import (
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/seed-909bec58/readback/e2e/faultfs"
	"github.com/seed-909bec58/readback/internal/need"
)

// faultyDisk mounts a disk that can fail for a test.
func faultyDisk(t testing.TB) (*faultfs.Disk, string) {
	t.Helper()
	need.FUSE(t)
	disk, dir := faultfs.New(), t.TempDir()
	if err := disk.Mount(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return disk, dir
}

// cutAfter cuts the disk's power before the operation after n more, and closes the channel that it returns then.
func cutAfter(disk *faultfs.Disk, n int) <-chan struct{} {
	cut := make(chan struct{})
	var once sync.Once
	last := disk.Ops() + n
	disk.Fault(func(faultfs.Op) syscall.Errno {
		if disk.Ops() > last {
			once.Do(func() {
				disk.PowerOff()
				close(cut)
			})
		}
		return 0
	})
	return cut
}

func TestPowerLossAtAnyStepOfTheDiskLosesNothingAcknowledged(t *testing.T) {
	const seed, perDisk = 17, 50
	r := rand.New(rand.NewPCG(seed, seed))
	rounds := need.Count(20, 1000)
	for first := 0; first < rounds; first += perDisk {
		disk, mounted := faultyDisk(t)
		dir := mounted + "/data"
		n := serve(t, "--data", dir)
		furnish(t, n, 2)
		l := newLoad(t)
		var lost faultfs.Loss
		for round := first; round < min(rounds, first+perDisk); round++ {
			lost = lost.Plus(l.powerLoss(t, disk, n, round%4 != 0, r))
			verified(t, "--data", dir)
			if round%5 == 4 { // at a step of the start too
				cutAfter(disk, r.IntN(60))
				h, _ := tryStart(t, "serve", "--http", strings.TrimPrefix(n.HTTP, "http://"), "--mllp", n.MLLP, "--data", dir)
				h.kill() // it ended without power, or is ready
				lost = lost.Plus(lose(t, disk, r))
				verified(t, "--data", dir)
			}
			if t.Failed() {
				t.Fatalf("in round %d of seed %d", round, seed)
			}
			n = n.again(t, "--data", dir)
		}
		l.calm(t, n)
		if code := n.stop(t); code != 0 {
			t.Errorf("after the last restart it stops with %d", code)
		}
		verified(t, "--data", dir)
		s := tellDir(t, dir)
		s.holds(t, l)
		messages, readBacks, _ := l.counts()
		t.Logf("%d losses of power (%+v): %d messages and %d read-backs acknowledged, %d entries", min(rounds, first+perDisk)-first, lost, messages, readBacks, s.entries)
		if lost.Lost == 0 || lost.Torn == 0 {
			t.Errorf("of what was not synced nothing was lost or torn: %+v", lost)
		}
	}
}

// powerLoss loads a node, and lets the power go at some step of the disk.
func (l *load) powerLoss(t testing.TB, disk *faultfs.Disk, n *node, busy bool, r *rand.Rand) faultfs.Loss {
	t.Helper()
	l.until(t, n, busy, func() {
		<-cutAfter(disk, r.IntN(400))
		n.kill()
	})
	return lose(t, disk, r)
}

func lose(t testing.TB, disk *faultfs.Disk, r *rand.Rand) faultfs.Loss {
	t.Helper()
	lost, err := disk.PowerLoss(r)
	if err != nil {
		t.Fatal(err)
	}
	return lost
}

// The log that a killed process leaves is carried into the file and emptied at the next start. Losing power right then
// leaves the emptied log or the whole one; half of it would take the ledger back to what it was between two commits.
func TestPowerLossRightAfterTheLogWasEmptiedLosesNothing(t *testing.T) {
	const seed = 53
	r := rand.New(rand.NewPCG(seed, seed))
	disk, mounted := faultyDisk(t)
	dir := mounted + "/data"
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	l := newLoad(t)
	emptied := 0
	for round := range need.Count(5, 100) {
		l.until(t, n, true, n.kill)
		cut := int64(1 + r.IntN(3))
		var past atomic.Int64 // operations since the log was emptied
		disk.Fault(func(op faultfs.Op) syscall.Errno {
			switch {
			case past.Load() > 0:
				if past.Add(1) > cut {
					disk.PowerOff()
				}
			case op == faultfs.Op{Kind: "truncate", Name: "ledger.db-wal"}:
				past.Store(1)
			}
			return 0
		})
		h, _ := tryStart(t, "serve", "--http", strings.TrimPrefix(n.HTTP, "http://"), "--mllp", n.MLLP, "--data", dir)
		h.kill() // it ended without power
		if past.Load() > 0 {
			emptied++
		}
		lost := lose(t, disk, r)
		verified(t, "--data", dir)
		if t.Failed() {
			t.Fatalf("in round %d of seed %d, after %+v", round, seed, lost)
		}
		n = n.again(t, "--data", dir)
	}
	if emptied == 0 {
		t.Error("the log was never emptied: this shows nothing")
	}
	l.calm(t, n)
	n.stop(t)
	verified(t, "--data", dir)
	tellDir(t, dir).holds(t, l)
}
