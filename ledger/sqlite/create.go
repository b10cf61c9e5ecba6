package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-909bec58/readback/ledger"
)

// create makes the file of an empty ledger beside its place and moves it there whole, so that a file in that place is
// never half made, and an empty one was cut off. It has its log from the start: a process killed while it goes over to
// one would leave a journal that nobody who only reads can roll back.
func create(ctx context.Context, dir, site string, run int64) error {
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path + "-wal"); err == nil {
		return fmt.Errorf("%w: %s is missing beside its log: put it back, or restore the newest backup into another directory", ledger.ErrDamaged, File)
	}
	made := filepath.Join(dir, "ledger.new")
	if err := removeAll(made, made+"-journal", made+"-wal", made+"-shm"); err != nil {
		return err
	}
	f, err := os.OpenFile(made, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // patient data: SQLite gives its log the same mode
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, err := pool(dsn(made, "rwc", []string{"synchronous(FULL)"}), 1, false)
	if err != nil {
		return err
	}
	err = func() error {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }() // the pool's Close tells
		if err := migrate(ctx, conn); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, "INSERT INTO meta (one, site) VALUES (1, ?)", site); err != nil {
			return err
		}
		empty := ledger.Head{Root: new(ledger.Edge).Root()}
		_, err = conn.ExecContext(ctx, "INSERT INTO head (one, seq, at, root, ahead, run, runs, sum) VALUES (1, 0, 0, ?, 0, ?, 0, ?)",
			empty.Root[:], run, headSum(empty, cover{length: run}))
		return err
	}()
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if db, err = pool(dsn(made, "rw", writing), 1, true); err != nil {
		return err
	}
	if err := errors.Join(db.PingContext(ctx), db.Close()); err != nil { // gives it its log
		return err
	}
	return place(made, path)
}

// place moves a file that was made whole to its place.
func place(made, path string) error {
	if err := sync1(made); err != nil {
		return err
	}
	if err := os.Rename(made, path); err != nil {
		return err
	}
	return sync1(filepath.Dir(path))
}

// sync1 waits until a file or directory is on disk.
func sync1(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// probe looks whether the file is the site's ledger, and changes nothing.
func probe(ctx context.Context, path, site string) error {
	db, err := pool(dsn(path, "ro", []string{"busy_timeout(2000)", "query_only(ON)"}), 1, false)
	if err != nil {
		return err
	}
	_, err = identify(ctx, db, File, site)
	return errors.Join(err, db.Close())
}
