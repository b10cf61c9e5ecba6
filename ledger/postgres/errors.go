package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/seed-909bec58/readback/ledger"
)

// SQLSTATEs, PostgreSQL 15 appendix A.
const (
	codeLockTimeout  = "55P03"
	codeDiskFull     = "53100"
	codeReadOnly     = "25006"
	codeRecovering   = "55000" // "recovery is in progress"
	codeStarting     = "57P03"
	codeCrowded      = "53300"
	codeBadPassword  = "28P01"
	codeBadUser      = "28000"
	codeNoDatabase   = "3D000"
	codeNoPrivilege  = "42501"
	codeNoTable      = "42P01"
	codeNoSchema     = "3F000"
	codeBadJSON      = "22P02"
	codeBadBytes     = "22021"
	codeIntegrity    = "23000"
	codeUniqueExists = "23505"
)

// told returns the error as callers should see it: a sentinel where one fits, and what to do where somebody can.
// With what it returns, nothing was written.
func (s *Store) told(err error) error {
	if err == nil {
		return nil
	}
	switch code(err) {
	case codeDiskFull:
		return fmt.Errorf("%w: %w", ledger.ErrFull, err)
	case codeReadOnly, codeRecovering:
		return fmt.Errorf("%w: %w", ledger.ErrStandby, err)
	case codeBadPassword, codeBadUser:
		return fmt.Errorf("postgres: user %q was not let in; check user and password in the URL, and pg_hba.conf: %w", s.config.User, err)
	case codeNoDatabase:
		return fmt.Errorf("postgres: there is no database %q; make it first (createdb %[1]s): %w", s.config.Database, err)
	case codeNoPrivilege:
		return fmt.Errorf("postgres: the role %q lacks a right; the schema's owner must grant it: %w", s.config.User, err)
	case codeNoTable, codeNoSchema:
		return fmt.Errorf("%w: its tables are gone: %w", ledger.ErrSite, err)
	}
	if away(err) {
		return fmt.Errorf("%w: it does not answer; start the database, or mend the way to it: postgres: %w", ledger.ErrStandby, err)
	}
	return fmt.Errorf("postgres: %w", err)
}

// away tells whether the error means that the database cannot be reached or is being stopped or started, which may be
// over soon.
func away(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false // the caller's own doing
	}
	if c := code(err); c != "" {
		return strings.HasPrefix(c, "57P") || strings.HasPrefix(c, "08") || c == codeCrowded
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// refused tells whether the database has said that a statement has failed, so that it did not commit. A session that is
// being ended says so at any point, also after the commit: that is no such answer.
func refused(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.SeverityUnlocalized == "ERROR" && !strings.HasPrefix(e.Code, "57P")
}
