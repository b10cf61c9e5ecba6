//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/seed-909bec58/readback/ledger"
)

// lock takes the directory for this process until the file is closed. Error: ErrInUse, with the process that has it.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the directory must be writable: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }() // nothing was written
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock: %w", err)
		}
		pid, _ := io.ReadAll(io.LimitReader(f, 32)) // without it the refusal says less
		return nil, fmt.Errorf("%w: process %s writes to %s: stop it first, or name another directory", ledger.ErrInUse, strings.TrimSpace(string(pid)), dir)
	}
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid()) // who holds the lock is for people; a full disk must not stop a restart
	}
	return f, nil
}
