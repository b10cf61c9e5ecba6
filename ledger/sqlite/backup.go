package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/seed-909bec58/readback/ledger"
)

// Backup writes the ledger as it is at one instant to a new file, while it may be written to. progress is told how many
// pages are done of how many; nil is fine. It returns when the file is on disk. Error: fs.ErrExist if there is a file of
// that name already.
func (s *Store) Backup(ctx context.Context, path string, progress func(done, all int64)) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backup: %s: %w: name a new file", path, fs.ErrExist)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("backup: %w", err)
	}
	err := s.copyPages(ctx, part, progress)
	if err == nil {
		err = sync1(part)
	}
	if err == nil {
		err = os.Link(part, path) // unlike a rename it replaces nothing
	}
	err = errors.Join(err, removeAll(part, part+"-journal"))
	if err == nil {
		err = sync1(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("backup: %w", readFault(err))
	}
	return nil
}

// backuper is what a connection of the driver can do beyond database/sql.
type backuper interface {
	NewBackup(destination string) (*sqlite.Backup, error)
}

// pagesAStep is how many pages are copied between two looks at ctx: 4 MiB.
const pagesAStep = 1024

func (s *Store) copyPages(ctx context.Context, to string, progress func(done, all int64)) error {
	conn, err := s.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	if _, _, err := readHead(ctx, tx); err != nil {
		return err // the read transaction begins here: all pages are of this instant
	}
	return conn.Raw(func(raw any) error {
		b, ok := raw.(backuper)
		if !ok {
			return errors.New("the driver makes no backups")
		}
		copying, err := b.NewBackup(dsn(to, "rwc", []string{"synchronous(FULL)"}))
		if err != nil {
			return err
		}
		for more := true; more && err == nil; {
			if more, err = copying.Step(pagesAStep); err == nil {
				err = ctx.Err()
			}
			if progress != nil && err == nil {
				all := int64(copying.PageCount())
				progress(all-int64(copying.Remaining()), all)
			}
		}
		return errors.Join(err, copying.Finish())
	})
}

func removeAll(paths ...string) error {
	var errs []error
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Restore makes a ledger in an empty or new directory from a backup, and returns when it is on disk. Run Verify on it
// before it is used. progress is told how many bytes are done of how many; nil is fine. Errors: ErrSite if the file is
// no ledger, or fs.ErrExist if the directory holds anything.
func Restore(ctx context.Context, backup, dir string, progress func(done, all int64)) error {
	if err := probe(ctx, backup, ""); err != nil {
		return fmt.Errorf("restore: %s: %w", backup, readFault(err))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	held, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if len(held) > 0 {
		return fmt.Errorf("restore: %s: %w: it holds %s; name an empty directory", dir, fs.ErrExist, held[0].Name())
	}
	path := filepath.Join(dir, File)
	part := path + ".part"
	err = copyFile(ctx, backup, part, progress)
	if err == nil {
		err = place(part, path) // it has its log: it is a copy of one that has
	}
	if err != nil {
		return errors.Join(fmt.Errorf("restore: %w", err), removeAll(part))
	}
	return nil
}

func copyFile(ctx context.Context, from, to string, progress func(done, all int64)) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read
	info, err := src.Stat()
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	buf := make([]byte, 4<<20)
	for done := int64(0); done < info.Size(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := src.ReadAt(buf[:min(info.Size()-done, int64(len(buf)))], done)
		if err != nil && int64(n) < min(info.Size()-done, int64(len(buf))) {
			return err
		}
		if _, err := dst.Write(buf[:n]); err != nil {
			return err
		}
		done += int64(n)
		if progress != nil {
			progress(done, info.Size())
		}
	}
	return dst.Sync()
}

var _ ledger.Store = (*Store)(nil)
