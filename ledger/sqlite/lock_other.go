//go:build !unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// lock refuses: without flock a second process could write to the directory.
func lock(string) (*os.File, error) {
	return nil, fmt.Errorf("the ledger in SQLite needs flock: %w", errors.ErrUnsupported)
}
