package vault

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrLoose says that others on this machine could read a secret file. The message has the command that mends it;
// a key that others have read is better replaced.
var ErrLoose = errors.New("file can be read by others")

// ErrKeyFile says that a key file is not what it should be: cut short, of another sort, or empty of randomness.
// Restore it from the backup; a new key makes what the old one signed worthless.
var ErrKeyFile = errors.New("key file cannot be used")

// SecretSize is the length of a site secret in bytes.
const SecretSize = 32

const (
	keyBlock    = "PRIVATE KEY" // PKCS #8, as openssl writes it
	secretBlock = "READBACK SITE SECRET"
	largestFile = 64 * 1024
)

// LoadOrMakeKey reads an Ed25519 key (PKCS #8 in PEM), or makes it when the file is missing; made tells which. The
// file appears whole and on disk, or not at all; of several processes that make it at once, all return the same key.
// A file that others can read is ErrLoose, another content ErrKeyFile.
func LoadOrMakeKey(path string) (key ed25519.PrivateKey, made bool, err error) {
	b, made, err := loadOrMake(path, func() ([]byte, error) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: der}), nil
	})
	if err != nil {
		return nil, false, err
	}
	der, err := onlyBlock(path, b, keyBlock)
	if err != nil {
		return nil, false, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, false, fmt.Errorf("vault: %s: %w: it holds no Ed25519 key", path, ErrKeyFile)
	}
	if !random(key.Seed()) {
		return nil, false, fmt.Errorf("vault: %s: %w: the key is one byte repeated", path, ErrKeyFile)
	}
	return key, made, nil
}

// LoadOrMakeSecret is LoadOrMakeKey for the 32 random bytes under which the site's outside numbers become ids.
func LoadOrMakeSecret(path string) (secret []byte, made bool, err error) {
	b, made, err := loadOrMake(path, func() ([]byte, error) {
		secret := make([]byte, SecretSize)
		if _, err := rand.Read(secret); err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: secretBlock, Bytes: secret}), nil
	})
	if err != nil {
		return nil, false, err
	}
	secret, err = onlyBlock(path, b, secretBlock)
	if err != nil {
		return nil, false, err
	}
	if len(secret) != SecretSize || !random(secret) {
		return nil, false, fmt.Errorf("vault: %s: %w: it needs %d random bytes", path, ErrKeyFile, SecretSize)
	}
	return secret, made, nil
}

// random refuses what no generator gave: all bytes alike.
func random(b []byte) bool { return len(b) > 0 && !bytes.Equal(b, bytes.Repeat(b[:1], len(b))) }

// onlyBlock is the content of the one PEM block that the file may have.
func onlyBlock(path string, b []byte, sort string) ([]byte, error) {
	block, rest := pem.Decode(b)
	switch {
	case block == nil:
		return nil, fmt.Errorf("vault: %s: %w: it is cut short or no PEM file", path, ErrKeyFile)
	case block.Type != sort:
		return nil, fmt.Errorf("vault: %s: %w: it holds a %q, expected a %q", path, ErrKeyFile, block.Type, sort)
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, fmt.Errorf("vault: %s: %w: something follows its first block", path, ErrKeyFile)
	}
	return block.Bytes, nil
}

func loadOrMake(path string, fresh func() ([]byte, error)) (b []byte, made bool, err error) {
	b, err = readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, false, err
	}
	text, err := fresh()
	if err != nil {
		return nil, false, fmt.Errorf("vault: %w", err)
	}
	err = writeSecret(path, text)
	switch {
	case errors.Is(err, fs.ErrExist): // another process was first
		b, err = readSecret(path)
		return b, false, err
	case err != nil:
		return nil, false, err
	}
	b, err = readSecret(path)
	return b, true, err
}

// readSecret reads a small regular file that only its owner can read.
func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	defer f.Close()
	if err := checkMode(f); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if len(b) > largestFile {
		return nil, fmt.Errorf("vault: %s: %w: it is larger than %d bytes", path, ErrKeyFile, largestFile)
	}
	return b, nil
}

// checkMode asks the open file, so that it cannot be changed for another one in between.
func checkMode(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w: it is no regular file", f.Name(), ErrKeyFile)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s: %w (mode %04o): run chmod 600 %s, and consider whether someone has read it",
			f.Name(), ErrLoose, mode, f.Name())
	}
	return nil
}

// writeSecret makes the file, whole and on disk or not at all, and never over another one (fs.ErrExist). A link and
// not a rename, since a rename would replace what another process has just made.
func writeSecret(path string, text []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() {
		err = errors.Join(err, os.Remove(f.Name()))
		if err == nil {
			err = syncDir(dir)
		}
		if err != nil {
			err = fmt.Errorf("vault: %w", err)
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
