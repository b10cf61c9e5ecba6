package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-909bec58/readback/ledger"
)

// ReserveSize is how much disk is kept for the last entries of a full one, unless Options say otherwise.
const ReserveSize = 64 << 20

func (s *Store) reservePath() string { return filepath.Join(s.dir, "reserve") }

// Reserve implements ledger.Store.
func (s *Store) Reserve(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readOnly || s.reserve <= 0 {
		return nil
	}
	if info, err := os.Stat(s.reservePath()); err == nil && info.Size() == s.reserve {
		return nil
	}
	part := s.reservePath() + ".part" // so that a kill leaves no reserve that is smaller than it seems
	err := allocate(part, s.reserve)
	if err == nil {
		err = os.Rename(part, s.reservePath())
	}
	if err != nil {
		_ = os.Remove(part) // what it holds is needed more elsewhere
		if isFull(err) {
			return fmt.Errorf("%w: no room for the reserve of %d MiB: free some in %s", ledger.ErrFull, s.reserve>>20, s.dir)
		}
		return fmt.Errorf("reserve: %w", err)
	}
	return nil
}

// free gives the reserve back to the disk. It fails silently where there is nothing to free: the caller is already
// telling that the disk is full.
func (s *Store) free() {
	if err := os.Remove(s.reservePath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
}

// writeZeros fills a file for systems that cannot allocate.
func writeZeros(f *os.File, size int64) error {
	zeros := make([]byte, 1<<20)
	for done := int64(0); done < size; {
		n, err := f.Write(zeros[:min(size-done, int64(len(zeros)))])
		if err != nil {
			return err
		}
		done += int64(n)
	}
	return nil
}

// allocate makes a file of that size whose blocks are its own.
func allocate(path string, size int64) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := fallocate(f, size); !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return writeZeros(f, size)
}
