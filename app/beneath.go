package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/wire"
)

// beneath is what a node knows of what it stands on. What costs a sync or a question to the database is looked at once
// a minute at most, however often the status is asked for.
type beneath struct {
	mu    sync.Mutex
	at    time.Time
	found []wire.Finding
}

const lookEach = time.Minute

// status fills in what the server does not know: version, disk, database, senders, files.
func (r *Readback) status(ctx context.Context, st *wire.Status) {
	st.Version, st.Since = version(), r.began
	st.Promise = append(st.Promise, r.promise(ctx)...)
	if r.cfg.Data != "" {
		st.Disk = diskStatus(r.cfg.Data)
		st.Backup = backupStatus(r.cfg.Data, int64(st.Ledger.Head))
	}
	st.Downtime = r.downtime.status()
	st.Nodes = r.nodes.status(r.Lab.Store().Shared())
	for _, s := range r.HL7.Senders() {
		st.Senders = append(st.Senders, wire.SenderStatus{
			Name: s.Name, Peer: s.Peer, Since: s.Since, Last: s.Last, Filed: s.Filed, Quarantined: s.Quarantined, Repeats: s.Repeats,
			Failed: s.Failed, Doubtful: s.Doubtful, Refused: s.Refused, Broken: s.Loose + s.Cut + s.Long, ByHour: s.ByHour, Open: s.Connections,
			Waiting: s.Waiting, Waits: s.Waits.Seconds(),
		})
	}
}

// promise says whether acknowledged means on disk here, as doctor does.
func (r *Readback) promise(ctx context.Context) []wire.Finding {
	r.beneath.mu.Lock()
	defer r.beneath.mu.Unlock()
	if !r.beneath.at.IsZero() && time.Since(r.beneath.at) < lookEach {
		return r.beneath.found
	}
	var found []finding
	if store, ok := r.Lab.Store().(*postgres.Store); ok {
		found = clusterFindings(ctx, store)
	} else if r.cfg.Data != "" {
		found = diskFindings(r.cfg.Data)
	}
	found = append(found, clockFinding())
	out := make([]wire.Finding, 0, len(found))
	for _, f := range found {
		out = append(out, wire.Finding{OK: f.ok, Note: f.note, What: f.what, Do: f.do})
	}
	if ctx.Err() == nil {
		r.beneath.at, r.beneath.found = time.Now(), out
	}
	return out
}

func diskStatus(dir string) *wire.DiskStatus {
	var on syscall.Statfs_t
	if err := syscall.Statfs(dir, &on); err != nil {
		return nil
	}
	out := &wire.DiskStatus{
		Free: int64(on.Bavail) * int64(on.Bsize), // the types differ between systems
		Size: int64(on.Blocks) * int64(on.Bsize), // the types differ between systems
	}
	if info, err := os.Stat(filepath.Join(dir, "reserve")); err == nil {
		out.Reserve = info.Size()
	}
	return out
}

// backedUpFile says in the data directory when the last backup of it was made, and of how many entries.
const backedUpFile = "backed-up"

type backedUp struct {
	At      time.Time `json:"at"`
	Entries int64     `json:"entries"`
}

// noteBackup leaves that a backup was made; a directory that this user may only read keeps none.
func noteBackup(dir string, entries int64) error {
	b, err := json.Marshal(backedUp{At: time.Now().UTC().Truncate(time.Second), Entries: entries})
	if err != nil {
		return err
	}
	err = replaceFile(filepath.Join(dir, backedUpFile), b)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

func backupStatus(dir string, head int64) *wire.BackupStatus {
	b, err := os.ReadFile(filepath.Join(dir, backedUpFile))
	var mark backedUp
	if err != nil || json.Unmarshal(b, &mark) != nil || mark.At.IsZero() {
		return nil // none is known of
	}
	return &wire.BackupStatus{At: mark.At, Entries: mark.Entries, Missing: max(0, head-mark.Entries)}
}

// replaceFile puts bytes in a file's place, for its owner alone, whole or not at all: who reads it finds the one before
// or this one.
func replaceFile(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // half a file is none
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}
