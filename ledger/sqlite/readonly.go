package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// OpenReadOnly opens the ledger in a directory beside the process that writes to it, or without one. It takes no lock
// and its writing methods return ErrStandby. An empty site means whichever the ledger is of.
func OpenReadOnly(ctx context.Context, dir, site string) (*Store, error) {
	path := filepath.Join(dir, File)
	s := &Store{dir: dir, wall: time.Now, readOnly: true, turn: make(chan struct{}, 1)}
	err := func() error {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: there is no %s: name the directory that serve was given", ledger.ErrSite, File)
		}
		if err != nil {
			return err
		}
		if info.Size() == 0 {
			return fmt.Errorf("%w: %s is empty: it was cut off; restore the newest backup into another directory", ledger.ErrDamaged, File)
		}
		s.immutable = !logged(path) // without a log nobody has it open; immutable makes no log either
		if s.immutable {
			s.readers, err = pool(dsn(path, "ro", reading, "immutable"), 2, false)
		} else {
			s.readers, err = pool(dsn(path, "ro", reading), 2, false)
		}
		if err != nil {
			return err
		}
		if s.site, err = identify(ctx, s.readers, File, site); err != nil {
			return err
		}
		if s.immutable {
			if err := whole(ctx, s.readers, path); err != nil {
				return err
			}
		}
		return s.queries.prepare(ctx, s.readers)
	}()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ledger in %s: %w", dir, readFault(err)), s.Close())
	}
	return s, nil
}

// logged tells whether the database has a write-ahead log, as it has while a process uses it, and after a kill.
func logged(path string) bool {
	_, err := os.Stat(path + "-wal")
	return err == nil
}
