package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// errUnwell is returned by doctor when a promise does not hold here.
var errUnwell = errors.New("not all is well; see above")

type doctorCmd struct {
	Where
}

// finding is one line of doctor's report.
type finding struct {
	ok   bool
	what string
	do   string
	note bool // worth knowing; no promise depends on it
}

// Run looks at the disk or the cluster, the files and the clock, and says what does not hold and what to do.
func (c doctorCmd) Run(ctx context.Context, s streams) error {
	var fs []finding
	if c.Postgres != "" {
		fs = append(fs, c.cluster(ctx)...)
	} else {
		fs = append(fs, c.disk(ctx)...)
	}
	fs = append(fs, clockFinding())
	bad := 0
	for _, f := range fs {
		mark := "ok  "
		switch {
		case !f.ok && f.note:
			mark = "note"
		case !f.ok:
			mark = "BAD "
			bad++
		}
		if _, err := fmt.Fprintln(s.out, mark, f.what); err != nil {
			return err
		}
		if !f.ok && f.do != "" {
			if _, err := fmt.Fprintln(s.out, "     →", f.do); err != nil {
				return err
			}
		}
	}
	if bad > 0 {
		return errUnwell
	}
	return nil
}

// disk says whether P1 (acknowledged means on disk) holds for --data.
func (c doctorCmd) disk(ctx context.Context) []finding {
	if _, err := os.Stat(c.Data); err != nil {
		return []finding{{what: fmt.Sprintf("--data %s: %v", c.Data, err), do: "give the directory of a ledger, or start serve once to make one"}}
	}
	var out []finding
	add := func(ok bool, what, do string) { out = append(out, finding{ok: ok, what: what, do: do}) }

	store, err := sqlite.OpenReadOnly(ctx, c.Data, c.Site)
	if err != nil {
		add(false, err.Error(), "run readback verify for where it is damaged, or restore a backup")
	} else {
		head, err := store.Head(ctx)
		add(err == nil, fmt.Sprintf("the ledger of %s has %d entries", store.Site(), head.Seq), "run readback verify")
		_ = store.Close()
	}
	out = append(out, diskFindings(c.Data)...)
	for _, name := range []string{checkpointKeyFile, "session.key", "site.key", sqlite.File, vaultFile} {
		info, err := os.Stat(filepath.Join(c.Data, name))
		if err != nil {
			continue
		}
		add(info.Mode().Perm()&0o077 == 0, fmt.Sprintf("%s is for its owner alone (%o)", name, info.Mode().Perm()), "chmod 600 "+name)
	}
	return out
}

// diskFindings says of a ledger's directory whether a synced write is on disk, and whether there is room.
func diskFindings(dir string) []finding {
	var out []finding
	add := func(ok bool, what, do string) { out = append(out, finding{ok: ok, what: what, do: do}) }
	took, err := syncProbe(dir)
	switch {
	case err != nil:
		add(false, "a file could not be written and synced in "+dir+": "+err.Error(), "make room, or give the directory to this user")
	case took < 20*time.Microsecond:
		add(false, fmt.Sprintf("P1: a write is on disk after %v: no disk is so fast; it is memory, or something answers before the disk does", took),
			"use a disk that keeps what it acknowledged when power fails (no tmpfs, no write cache without battery)")
	default:
		add(true, fmt.Sprintf("P1: acknowledged means on disk: synchronous=FULL, and a synced write takes %v here", took.Round(time.Microsecond)), "")
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err == nil {
		free := int64(st.Bavail) * int64(st.Bsize) // the types differ between systems
		add(free > 1<<30, fmt.Sprintf("%.1f GiB are free", float64(free)/(1<<30)), "make room: below 64 MiB only calls and read-backs are written")
		add(st.Type != 0x01021994 && st.Type != 0x858458f6, "the file system is not in memory", "a power loss takes the whole ledger: use a disk")
	}
	return out
}

// syncProbe returns the median of what it takes to append 4 KB to a file and have it synced.
func syncProbe(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a scratch file
	defer f.Close()
	const n = 21
	took := make([]time.Duration, 0, n)
	block := make([]byte, 4096)
	for range n {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		start := time.Now()
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[n/2], nil
}

// cluster says whether P1 holds for the PostgreSQL cluster.
func (c doctorCmd) cluster(ctx context.Context) []finding {
	site := c.Site
	if site == "" {
		site = "main"
	}
	store, err := postgres.Open(ctx, c.Postgres, postgres.Options{Site: site, Node: "doctor"})
	if err != nil {
		return []finding{{what: err.Error()}}
	}
	defer store.Close() //nolint:errcheck // only read
	return clusterFindings(ctx, store)
}

// clusterFindings says whether P1 holds for the cluster of an open store.
func clusterFindings(ctx context.Context, store *postgres.Store) []finding {
	r, err := store.Durability(ctx)
	if err != nil {
		return []finding{{what: err.Error(), do: "see whether the database answers"}}
	}
	out := []finding{{ok: true, what: "PostgreSQL " + r.Version + " answers"}}
	for _, why := range r.Broken() {
		out = append(out, finding{what: "P1: " + why, do: "set it in postgresql.conf and restart the database"})
	}
	for _, why := range r.Single() {
		out = append(out, finding{what: "P1 holds on one machine only: " + why, do: "attach a standby and name it in synchronous_standby_names", note: true})
	}
	if len(r.Broken())+len(r.Single()) == 0 {
		out = append(out, finding{ok: true, what: "P1: acknowledged means on disk, on the second node too"})
	}
	return out
}
