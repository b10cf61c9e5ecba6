package sqlite

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/seed-909bec58/readback/ledger"
)

// codeOf returns SQLite's extended result code, 0 if err is none of its errors.
func codeOf(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || codeOf(err)&0xff == sqlite3.SQLITE_FULL
}

// fault says what an error of SQLite means for the caller.
func fault(err error) error {
	code := codeOf(err)
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ledger.ErrFull, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w: keep the files and restore the newest backup into another directory", ledger.ErrDamaged, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%w: %w", ledger.ErrBroken, err)
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", ledger.ErrStandby, err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return fmt.Errorf("%w: check that the directory and its files belong to this user", err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: another program holds the database: close it", err)
	}
	return err
}

// readFault is fault for what only reads: an I/O error there loses nothing.
func readFault(err error) error {
	if codeOf(err)&0xff == sqlite3.SQLITE_IOERR {
		return err
	}
	return fault(err)
}
