package app

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-909bec58/readback/vault"
)

// checkpointKeyFile stands beside the ledger that it signs.
const checkpointKeyFile = "checkpoint.key"

// keys returns the site's keys: from --key-file, or from the files under --data. What is missing is made.
func keys(c Config) (vault.Keys, error) {
	if c.KeyFile == "" {
		if err := makeDir(c.Data); err != nil {
			return vault.Keys{}, err
		}
		k, _, err := vault.LoadOrMakeKeys(c.Data)
		if err != nil {
			return vault.Keys{}, err
		}
		k.Checkpoint, _, err = vault.LoadOrMakeKey(filepath.Join(c.Data, checkpointKeyFile))
		return k, err
	}
	k, err := vault.LoadKeyFile(c.KeyFile)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if k, err = vault.MakeKeys(); err != nil {
		return k, err
	}
	if err = vault.WriteKeyFile(c.KeyFile, k); errors.Is(err, fs.ErrExist) {
		return vault.LoadKeyFile(c.KeyFile) // another node was first
	}
	return k, err
}

// checkpointKey returns the key that signs the site's checkpoints, without making one.
func checkpointKey(c Config) (ed25519.PrivateKey, error) {
	if c.KeyFile != "" {
		k, err := vault.LoadKeyFile(c.KeyFile)
		return k.Checkpoint, err
	}
	path := filepath.Join(c.Data, checkpointKeyFile)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%w: %s is not there: give the directory of a ledger with --data, or its keys with --key-file", ErrConfig, path)
	}
	k, _, err := vault.LoadOrMakeKey(path)
	return k, err
}

// makeDir makes the directory if it is not there, and returns when its name is on disk: what is kept in it is worth no
// more than that.
func makeDir(dir string) error {
	var made []string // the parents of what has to be made, the deepest first
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		made = append(made, filepath.Dir(at))
	}
	err := os.MkdirAll(dir, 0o700)
	for _, parent := range made {
		err = errors.Join(err, syncDir(parent))
	}
	if err != nil {
		return fmt.Errorf("%w: --data %s cannot be made: %w: give a directory that this user may write to", ErrConfig, dir, err)
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
