package lab

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// foldVersion rises when a fold gives another State for the same entries: an older snapshot is then left aside.
const foldVersion = 15

// snapshotEvery is how many entries lie between two snapshots of a running lab.
const snapshotEvery = 50_000

// snapshot is a State on disk: a way to start without folding the whole ledger, never the truth.
type snapshot struct {
	Format int       `json:"format"`
	Fold   int       `json:"fold"`
	Leaf   string    `json:"leaf"` // hash of the last entry folded, base64: ties it to this ledger
	State  *State    `json:"state"`
	Keys   []keptKey `json:"keys"`
}

type keptKey struct {
	Name    string     `json:"n"`
	Content string     `json:"c"`
	First   ledger.Seq `json:"f"`
	Last    ledger.Seq `json:"l"`
	At      time.Time  `json:"t"`
}

// encode returns the snapshot's bytes: the SHA-256 of what follows, a newline, JSON.
func (s snapshot) encode() ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("lab: snapshot: %w", err)
	}
	sum := sha256.Sum256(b)
	return append([]byte(base64.StdEncoding.EncodeToString(sum[:])+"\n"), b...), nil
}

func decodeSnapshot(b []byte) (snapshot, error) {
	sum, rest, ok := strings.Cut(string(b), "\n")
	want := sha256.Sum256([]byte(rest))
	if !ok || sum != base64.StdEncoding.EncodeToString(want[:]) {
		return snapshot{}, errors.New("it is damaged")
	}
	s := snapshot{State: &State{}}
	if err := json.Unmarshal([]byte(rest), &s); err != nil {
		return snapshot{}, fmt.Errorf("it cannot be read: %w", err)
	}
	if s.Format != wire.Format || s.Fold != foldVersion {
		return snapshot{}, errors.New("it is of another version")
	}
	return s, nil
}

// load returns the State at the ledger's head: from the snapshot if there is a valid one, and by folding what follows.
func (l *Lab) load(ctx context.Context) (*State, error) {
	s := l.fromSnapshot(ctx)
	head, err := l.cfg.Store.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("lab: head: %w", err)
	}
	for s.Seq < head.Seq {
		es, err := l.cfg.Store.Read(ctx, s.Seq, int(min(int64(head.Seq-s.Seq), ledger.MaxRead)))
		if err != nil {
			return nil, fmt.Errorf("lab: read: %w", err)
		}
		if len(es) == 0 {
			return nil, fmt.Errorf("%w: entry %d is missing", ledger.ErrDamaged, s.Seq+1)
		}
		for i := range es {
			if err := l.foldOne(s, &es[i]); err != nil {
				return nil, err
			}
			l.keys.note(es[i].Key, es[i].Seq, es[i].At)
		}
		if l.cfg.Progress != nil {
			l.cfg.Progress(int64(s.Seq), int64(head.Seq))
		}
	}
	l.saved = s.Seq
	return s, nil
}

// fromSnapshot returns the State that the snapshot holds, or the empty one if there is none that fits this ledger.
func (l *Lab) fromSnapshot(ctx context.Context) *State {
	if l.cfg.Snapshot == "" {
		return &State{}
	}
	b, err := os.ReadFile(l.cfg.Snapshot)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.cfg.Log.Warn("the snapshot is left aside", "error", err)
		}
		return &State{}
	}
	s, err := decodeSnapshot(b)
	if err == nil {
		err = l.fits(ctx, s)
	}
	if err != nil {
		l.cfg.Log.Warn("the snapshot is left aside; the ledger is folded instead", "error", err)
		return &State{}
	}
	for _, k := range s.Keys {
		l.keys.known[k.Name] = remembered{content: k.Content, first: k.First, last: k.Last}
		l.keys.order = append(l.keys.order, aged{name: k.Name, at: k.At})
	}
	return s.State
}

func (l *Lab) fits(ctx context.Context, s snapshot) error {
	if s.State.Seq == 0 {
		return nil
	}
	es, err := l.cfg.Store.Read(ctx, s.State.Seq-1, 1)
	if err != nil {
		return err
	}
	if len(es) != 1 {
		return errors.New("the ledger is shorter than it")
	}
	if h := es[0].LeafHash(); base64.StdEncoding.EncodeToString(h[:]) != s.Leaf {
		return errors.New("it is of another ledger")
	}
	return nil
}

// saveSnapshot writes the State to disk, after the writer ended.
func (l *Lab) saveSnapshot() error {
	snap := l.snapshot()
	if snap == nil {
		return nil
	}
	return l.put(*snap)
}

// snapshot returns what is to be written, or nil if there is nothing new. It belongs to the writer, whose keys it copies.
func (l *Lab) snapshot() *snapshot {
	s := l.State()
	if l.cfg.Snapshot == "" || s.Seq == l.saved || s.Seq == 0 || l.newer.Load() {
		return nil
	}
	snap := &snapshot{Format: wire.Format, Fold: foldVersion, State: s, Keys: make([]keptKey, 0, len(l.keys.order))}
	for _, k := range l.keys.order {
		r := l.keys.known[k.name]
		snap.Keys = append(snap.Keys, keptKey{Name: k.name, Content: r.content, First: r.first, Last: r.last, At: k.at})
	}
	l.saved = s.Seq
	return snap
}

// put writes a snapshot to disk. It may run beside the writer: a State never changes.
func (l *Lab) put(snap snapshot) error {
	es, err := l.cfg.Store.Read(context.Background(), snap.State.Seq-1, 1)
	if err == nil && len(es) != 1 {
		err = fmt.Errorf("%w: entry %d is missing", ledger.ErrDamaged, snap.State.Seq)
	}
	if err != nil {
		return fmt.Errorf("lab: snapshot: %w", err)
	}
	h := es[0].LeafHash()
	snap.Leaf = base64.StdEncoding.EncodeToString(h[:])
	b, err := snap.encode()
	if err != nil {
		return err
	}
	return replaceFile(l.cfg.Snapshot, b)
}

// replaceFile puts b in the place of a file, whole or not at all.
func replaceFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("lab: snapshot: %w", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone after the rename
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("lab: snapshot: %w", err)
	}
	return nil
}

// housekeep does, about once a second, what the writer has time for.
func (l *Lab) housekeep(ctx context.Context) {
	if l.Full() && l.cfg.Store.Reserve(ctx) == nil {
		l.full.Store(false)
		l.cfg.Log.Info("there is room on the ledger's disk again")
	}
	if l.State().Seq-l.saved < snapshotEvery || !l.saving.CompareAndSwap(false, true) {
		return
	}
	snap := l.snapshot()
	if snap == nil {
		l.saving.Store(false)
		return
	}
	l.done.Go(func() { // it takes a second where much is open, and rungs do not wait for it
		defer l.saving.Store(false)
		if err := l.put(*snap); err != nil {
			l.cfg.Log.Warn("no snapshot was written", "error", err)
		}
	})
}
