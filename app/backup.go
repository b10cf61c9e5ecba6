package app

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/sqlite"
	"github.com/seed-909bec58/readback/vault"
)

// errBackup is returned for a file that is no whole backup, or a place that cannot take one.
var errBackup = errors.New("the backup cannot be used")

// manifest is a backup's first file: what the others must be.
type manifest struct {
	Type    string            `json:"type"` // backupType
	Site    string            `json:"site"`
	Entries int64             `json:"entries"`
	Root    string            `json:"root"` // base64, over the entries
	Files   map[string]string `json:"files"`
}

const (
	backupType   = "readback-backup/1"
	manifestFile = "manifest.json"
	vaultFile    = "vault.db"
	restoredFile = "restored" // left by restore: the ledger's next start begins a new epoch
)

type backupCmd struct {
	Data string `name:"data" env:"READBACK_DATA" default:"readback-data" placeholder:"DIR" help:"Directory that serve was given."`
	File string `arg:"" help:"New file to write. It holds keys and patient data: keep it as safe as the directory itself."`
}

// Run writes the backup: the ledger as it is at one instant, then the vault, then the keys.
func (c backupCmd) Run(ctx context.Context, s streams) (err error) {
	store, err := sqlite.OpenReadOnly(ctx, c.Data, "")
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // only read
	out, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w: name a new file in a directory that this user may write to", errBackup, err)
	}
	whole := false
	defer func() {
		err = errors.Join(err, out.Close())
		if !whole {
			_ = os.Remove(c.File) // half a backup is none
		}
	}()
	work, err := os.MkdirTemp(filepath.Dir(c.File), ".readback-backup-*")
	if err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // a scratch directory
	bar := newProgress(s.err, "backup")
	m, err := c.collect(ctx, store, work, bar)
	bar.done()
	if err != nil {
		return err
	}
	if err := writeTar(out, work, m); err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	if err := out.Sync(); err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	whole = true
	if err := noteBackup(c.Data, m.Entries); err != nil {
		fmt.Fprintln(s.err, "readback: the backup is whole, but that it was made could not be noted:", err)
	}
	_, err = fmt.Fprintf(s.out, "%s holds %d entries of %s, root %s\n", c.File, m.Entries, m.Site, m.Root)
	return err
}

// collect copies everything into a directory and says what it is.
func (c backupCmd) collect(ctx context.Context, store *sqlite.Store, work string, bar *progress) (manifest, error) {
	m := manifest{Type: backupType, Site: store.Site(), Files: map[string]string{}}
	if err := store.Backup(ctx, filepath.Join(work, sqlite.File), bar.show); err != nil {
		return m, err
	}
	copied, err := sqlite.OpenReadOnly(ctx, work, m.Site)
	if err != nil {
		return m, err
	}
	head, err := copied.Head(ctx)
	if err = errors.Join(err, copied.Close()); err != nil {
		return m, err
	}
	m.Entries, m.Root = int64(head.Seq), base64.StdEncoding.EncodeToString(head.Root[:])
	if err := vault.Backup(ctx, filepath.Join(c.Data, vaultFile), filepath.Join(work, vaultFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	for _, name := range []string{checkpointKeyFile, vault.SessionKeyFile, vault.SiteSecretFile} {
		b, err := os.ReadFile(filepath.Join(c.Data, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // kept in a key file elsewhere
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(work, name), b, 0o600)
		}
		if err != nil {
			return m, fmt.Errorf("%w: %w", errBackup, err)
		}
	}
	es, err := os.ReadDir(work)
	if err != nil {
		return m, fmt.Errorf("%w: %w", errBackup, err)
	}
	for _, e := range es {
		sum, err := hashFile(filepath.Join(work, e.Name()))
		if err != nil {
			return m, err
		}
		m.Files[e.Name()] = sum
	}
	return m, nil
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errBackup, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%w: %w", errBackup, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func writeTar(out io.Writer, dir string, m manifest) error {
	w := tar.NewWriter(out)
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: manifestFile, Mode: 0o600, Size: int64(len(b))}); err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err == nil {
			err = w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size()})
		}
		if err == nil {
			_, err = io.Copy(w, f)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return w.Close()
}

type restoreCmd struct {
	File string `arg:"" help:"The backup."`
	Data string `name:"data" env:"READBACK_DATA" default:"readback-data" placeholder:"DIR" help:"Empty or new directory to restore into."`
}

// Run restores a backup, verifies it whole, and leaves a mark so that the next start begins a new epoch.
func (c restoreCmd) Run(ctx context.Context, s streams) error {
	in, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	defer in.Close()
	if es, err := os.ReadDir(c.Data); err == nil && len(es) > 0 {
		return fmt.Errorf("%w: --data %s holds %s: name an empty or new directory", errBackup, c.Data, es[0].Name())
	}
	parent, name := filepath.Split(filepath.Clean(c.Data))
	if parent == "" {
		parent = "."
	}
	work, err := os.MkdirTemp(parent, "."+name+".restoring-*")
	if err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // gone after the rename
	m, err := readTar(in, work)
	if err != nil {
		return err
	}
	bar := newProgress(s.err, "verify")
	v, err := verifyRestored(ctx, work, m, bar)
	bar.done()
	if err != nil {
		return err
	}
	mark, err := json.Marshal(map[string]any{"size": v.Entries, "root": base64.StdEncoding.EncodeToString(v.Root[:])})
	if err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	if err := writeFile(filepath.Join(work, restoredFile), mark); err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	if err := syncDir(work); err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	if err := os.Remove(c.Data); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	if err := os.Rename(work, c.Data); err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	if err := syncDir(parent); err != nil {
		return fmt.Errorf("%w: %w", errBackup, err)
	}
	_, err = fmt.Fprintf(s.out, "%s holds %d entries of %s, verified; what happened after the backup is not in it\n", c.Data, v.Entries, m.Site)
	return err
}

// writeFile writes a new file and returns when its bytes are on disk.
func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// readTar unpacks a backup and compares each file with the manifest.
func readTar(in io.Reader, dir string) (manifest, error) {
	r := tar.NewReader(in)
	h, err := r.Next()
	if err != nil || h.Name != manifestFile || h.Size > 1<<20 {
		return manifest{}, fmt.Errorf("%w: it does not begin with a manifest: it is no backup of Readback, or cut off", errBackup)
	}
	var m manifest
	if err := json.NewDecoder(r).Decode(&m); err != nil || m.Type != backupType {
		return m, fmt.Errorf("%w: its manifest cannot be read, or is of another version (%q)", errBackup, m.Type)
	}
	seen := map[string]bool{}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, fmt.Errorf("%w: it is cut off or damaged: %w", errBackup, err)
		}
		want, ok := m.Files[h.Name]
		if !ok || seen[h.Name] || strings.ContainsAny(h.Name, `/\`) {
			return m, fmt.Errorf("%w: it holds %q, which its manifest does not list", errBackup, h.Name)
		}
		seen[h.Name] = true
		f, err := os.OpenFile(filepath.Join(dir, h.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a name with a slash was refused above
		if err != nil {
			return m, fmt.Errorf("%w: %w", errBackup, err)
		}
		sum := sha256.New()
		_, err = io.Copy(io.MultiWriter(f, sum), r) //nolint:gosec // its size is the archive's own; the disk bounds it
		if err == nil {
			err = f.Sync()
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return m, fmt.Errorf("%w: %s: %w", errBackup, h.Name, err)
		}
		if hex.EncodeToString(sum.Sum(nil)) != want {
			return m, fmt.Errorf("%w: %s is not what was backed up", errBackup, h.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if !seen[name] {
			return m, fmt.Errorf("%w: %s is missing: it is cut off", errBackup, name)
		}
	}
	return m, nil
}

// verifyRestored proves the unpacked ledger and compares it with the manifest.
func verifyRestored(ctx context.Context, dir string, m manifest, bar *progress) (ledger.Verified, error) {
	store, err := sqlite.OpenReadOnly(ctx, dir, m.Site)
	if err != nil {
		return ledger.Verified{}, err
	}
	defer store.Close() //nolint:errcheck // only read
	public := ""
	if _, ok := m.Files[checkpointKeyFile]; ok {
		key, err := checkpointKey(Config{Data: dir, Site: m.Site})
		if err != nil {
			return ledger.Verified{}, err
		}
		signer, err := ledger.NewSigner(m.Site, key)
		if err != nil {
			return ledger.Verified{}, err
		}
		public = signer.Public()
	} else if public, err = openedWith(ctx, store); err != nil {
		return ledger.Verified{}, err
	}
	v, err := ledger.Verify(ctx, store, public, bar.show)
	if err != nil {
		return v, err
	}
	if v.Entries != m.Entries || base64.StdEncoding.EncodeToString(v.Root[:]) != m.Root {
		return v, fmt.Errorf("%w: the ledger in it has %d entries and another root than its manifest says", errBackup, v.Entries)
	}
	return v, nil
}
