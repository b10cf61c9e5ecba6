package faultfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/seed-909bec58/readback/e2e/faultfs"
	"github.com/seed-909bec58/readback/internal/need"
)

// mount mounts a new disk for a test.
func mount(t *testing.T) (*faultfs.Disk, string) {
	t.Helper()
	need.FUSE(t)
	d, dir := faultfs.New(), t.TempDir()
	if err := d.Mount(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return d, dir
}

// put writes a file, and syncs it and its name if asked to.
func put(t *testing.T, path string, data []byte, synced bool) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(data, 0)
	if synced {
		err = errors.Join(err, f.Sync(), syncDir(filepath.Dir(path)))
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func lose(t *testing.T, d *faultfs.Disk, r *rand.Rand) faultfs.Loss {
	t.Helper()
	l, err := d.PowerLoss(r)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestSyncedBytesStayAndUnsyncedOnesVanishOrTear(t *testing.T) {
	const seed, pages = 3, 64
	r := rand.New(rand.NewPCG(seed, seed))
	d, dir := mount(t)
	old, fresh := bytes.Repeat([]byte("old."), 1024*pages), bytes.Repeat([]byte("new!"), 1024*pages)
	put(t, filepath.Join(dir, "synced"), old, true)
	put(t, filepath.Join(dir, "over"), old, true)
	put(t, filepath.Join(dir, "over"), fresh, false)
	put(t, filepath.Join(dir, "later"), fresh, false)
	if got, err := os.ReadFile(filepath.Join(dir, "over")); err != nil || !bytes.Equal(got, fresh) {
		t.Fatalf("before the loss a program reads %.8q, %v; want what it wrote", got, err)
	}
	l := lose(t, d, r)
	if got, err := os.ReadFile(filepath.Join(dir, "synced")); err != nil || !bytes.Equal(got, old) {
		t.Errorf("synced bytes after the loss: %.8q, %v", got, err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "over"))
	if err != nil || len(got) != len(old) {
		t.Fatalf("overwritten file after the loss: %d bytes, %v", len(got), err)
	}
	kept := bytes.Count(got, []byte("new!"))
	if l.Lost == 0 || l.Kept == 0 || l.Torn == 0 || kept == 0 || kept == 1024*pages {
		t.Errorf("loss %+v, %d of %d new words survive: want lost, kept and torn pages", l, kept, 1024*pages)
	}
	mixed := 0
	for at := 0; at < len(got); at += 512 {
		sector := got[at : at+512]
		switch n := bytes.Count(sector, []byte("new!")); {
		case n != 0 && n != 128:
			t.Fatalf("sector %d is torn within", at/512)
		case at%4096 != 0 && (n == 0) != (bytes.Count(got[at-512:at], []byte("new!")) == 0):
			mixed++
		}
	}
	if mixed == 0 {
		t.Error("no page is torn at a sector's border")
	}
}

func TestTruncationHappensOrDoesNot(t *testing.T) {
	const pages = 16
	old := bytes.Repeat([]byte("old."), 1024*pages)
	gone, stayed := 0, 0
	for seed := range uint64(20) {
		d, dir := mount(t)
		path := filepath.Join(dir, "log")
		put(t, path, old, true)
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		lose(t, d, rand.New(rand.NewPCG(seed, 1)))
		got, err := os.ReadFile(path)
		switch {
		case err == nil && len(got) == 0:
			gone++
		case err == nil && bytes.Equal(got, old):
			stayed++
		default:
			t.Fatalf("seed %d: %d bytes of %d, and not as they were, %v", seed, len(got), len(old), err)
		}
	}
	if gone == 0 || stayed == 0 {
		t.Errorf("%d truncations happened and %d did not, want some of both", gone, stayed)
	}
}

func TestNamesAreSureOnlyAfterASyncOfTheirDirectory(t *testing.T) {
	gone, stayed := 0, 0
	for seed := range uint64(40) {
		d, dir := mount(t)
		put(t, filepath.Join(dir, "a"), []byte("one"), true)
		put(t, filepath.Join(dir, "b"), []byte("two"), true)
		if err := os.Rename(filepath.Join(dir, "b"), filepath.Join(dir, "a")); err != nil {
			t.Fatal(err)
		}
		lose(t, d, rand.New(rand.NewPCG(seed, 1)))
		a, err := os.ReadFile(filepath.Join(dir, "a"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = os.Stat(filepath.Join(dir, "b"))
		switch {
		case string(a) == "two" && errors.Is(err, os.ErrNotExist):
			stayed++
		case string(a) == "one" && err == nil:
			gone++
		default:
			t.Fatalf("seed %d: half a rename: a holds %q, b: %v", seed, a, err)
		}
		if err := os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "c")); err != nil {
			t.Fatal(err)
		}
		if err := syncDir(dir); err != nil {
			t.Fatal(err)
		}
		lose(t, d, rand.New(rand.NewPCG(seed, 2)))
		if _, err := os.Stat(filepath.Join(dir, "c")); err != nil {
			t.Fatalf("seed %d: a synced name: %v", seed, err)
		}
	}
	if gone == 0 || stayed == 0 {
		t.Errorf("%d renames were lost and %d stayed, want some of both", gone, stayed)
	}
}

func TestFailedSyncLosesWhatItShouldHaveKept(t *testing.T) {
	d, dir := mount(t)
	path := filepath.Join(dir, "f")
	put(t, path, []byte("old"), true)
	d.Fault(func(op faultfs.Op) syscall.Errno {
		if op.Kind == "fsync" && op.Name == "f" {
			return syscall.EIO
		}
		return 0
	})
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("new"), 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Errorf("sync: %v, want EIO", err)
	}
	d.Fault(nil)
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Errorf("the second sync: %v, want none: it has nothing to do", err)
	}
	lose(t, d, rand.New(rand.NewPCG(1, 1)))
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("after the loss: %q, %v; want what the last good sync kept", got, err)
	}
}

func TestOperationsFailAsTheTestWants(t *testing.T) {
	d, dir := mount(t)
	d.Fault(func(op faultfs.Op) syscall.Errno {
		if op == (faultfs.Op{Kind: "write", Name: "full"}) {
			return syscall.ENOSPC
		}
		return 0
	})
	if err := os.WriteFile(filepath.Join(dir, "full"), []byte("x"), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("write: %v, want ENOSPC", err)
	}
	put(t, filepath.Join(dir, "other"), []byte("x"), true)
	if err := d.Flip("other", 3); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "other")); err != nil || got[0] != 'x'^8 {
		t.Errorf("after a flip: %q, %v", got, err)
	}
	d.PowerOff()
	if err := os.WriteFile(filepath.Join(dir, "dark"), nil, 0o600); !errors.Is(err, syscall.EIO) {
		t.Errorf("without power: %v, want EIO", err)
	}
	lose(t, d, rand.New(rand.NewPCG(1, 1)))
	if err := os.WriteFile(filepath.Join(dir, "light"), nil, 0o600); err != nil {
		t.Errorf("with power again: %v", err)
	}
}

func TestFilesBehaveAsOnAnyDisk(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	_, dir := mount(t)
	plain := t.TempDir()
	var both []*os.File
	for _, where := range []string{dir, plain} {
		f, err := os.OpenFile(filepath.Join(where, "f"), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		both = append(both, f)
	}
	for n := range 400 {
		off, data := r.Int64N(40_000), bytes.Repeat([]byte{byte(n)}, 1+r.IntN(9000))
		cut := r.IntN(10) == 0
		for _, f := range both {
			var err error
			if cut {
				err = f.Truncate(off)
			} else {
				_, err = f.WriteAt(data, off)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		want, err1 := os.ReadFile(filepath.Join(plain, "f"))
		got, err2 := os.ReadFile(filepath.Join(dir, "f"))
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("step %d of seed %d: the files differ (%d and %d bytes), %v", n, seed, len(got), len(want), err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "d", "g"), []byte("deep"), true)
	if err := os.Remove(filepath.Join(dir, "d")); err == nil {
		t.Error("a directory that is not empty could be removed")
	}
	es, err := os.ReadDir(dir)
	if names := fmt.Sprint(es); err != nil || len(es) != 2 {
		t.Errorf("the directory lists %s, %v", names, err)
	}
}
