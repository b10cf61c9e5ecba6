package app

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-909bec58/readback/audit"
)

// openAudit opens the tables of notification times: a file under --data, or in memory where there is no directory or it
// cannot be used. They are made from the ledger, so nothing that is wrong with them keeps a node from serving.
func (r *Readback) openAudit(ctx context.Context) error {
	if r.cfg.Data != "" {
		path := filepath.Join(r.cfg.Data, audit.File)
		err := r.openTables(ctx, path)
		if err == nil {
			return nil
		}
		r.log.Warn("the tables of notification times cannot be used; they are made again", "error", err)
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
				r.log.Warn("a file could not be removed", "error", err)
			}
		}
		if err = r.openTables(ctx, path); err == nil {
			return nil
		}
		r.log.Error("notification times are kept in memory until the next start", "error", err)
	}
	return r.openTables(ctx, "")
}

// openTables opens them in a file, or in memory without one.
func (r *Readback) openTables(ctx context.Context, path string) error {
	dsn := audit.SQLiteMemory
	if path != "" {
		if err := makeDir(filepath.Dir(path)); err != nil {
			return err
		}
		var err error
		if dsn, err = audit.SQLiteFile(path); err != nil {
			return err
		}
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	if path == "" {
		db.SetMaxOpenConns(1)
		db.SetConnMaxLifetime(0)
	}
	a, err := audit.Open(ctx, audit.Config{Lab: r.Lab, DB: db, Log: r.log, Progress: r.counted})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	r.closes = append(r.closes, db.Close)
	r.Audit = a
	return nil
}

// counted tells the log how far the tables are while they are made: at each 100,000 entries.
func (r *Readback) counted(done, all int64) {
	if done/100_000 != (done-1000)/100_000 {
		r.log.Info("notification times are counted", "done", done, "all", all)
	}
}
