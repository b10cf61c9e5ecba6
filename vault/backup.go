package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Backup copies the SQLite file of a vault, as it is at one instant, to a new file, while it may be written to. The
// caller has imported the driver "sqlite". Error: fs.ErrNotExist if there is no vault.
func Backup(ctx context.Context, from, to string) (err error) {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("vault: backup: %w", err)
	}
	abs, err := filepath.Abs(from)
	if err != nil {
		return fmt.Errorf("vault: backup: %w", err)
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: "mode=ro&_pragma=busy_timeout(5000)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return fmt.Errorf("vault: backup: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return fmt.Errorf("vault: backup: %w", err)
	}
	if err := os.Chmod(to, 0o600); err != nil {
		return fmt.Errorf("vault: backup: %w", err)
	}
	return nil
}
