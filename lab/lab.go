package lab

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// Config is what a Lab is made of.
type Config struct {
	Store ledger.Store
	Bell  ledger.Bell // nil: rings only within this Lab
	Site  string
	Zone  string // IANA; stands in the ledger's first entry
	Node  string // this node's name, for Entry.Via
	// Public is the public half of the checkpoint key; it must be the one that stands in the ledger's first entry.
	Public string
	// Snapshot is a file to start from and to write to now and then; empty: none.
	Snapshot string
	Log      *slog.Logger // nil: discards
	Rand     io.Reader    // nil: crypto/rand
	// Progress is told how many entries of how many were folded at start; nil is fine.
	Progress func(done, all int64)
}

// Lab is the laboratory.
type Lab struct {
	cfg  Config
	via  string
	asks chan *ask
	stop context.CancelFunc
	done sync.WaitGroup

	now    clock
	state  atomic.Pointer[State] // committed
	tail   tail
	keys   *keys // the writer's
	fault  atomic.Pointer[error]
	full   atomic.Bool
	newer  atomic.Bool
	saved  ledger.Seq    // the writer's: the last snapshot's place
	saving atomic.Bool   // a snapshot is being written
	ended  chan struct{} // closed when the writer is done
	broken chan struct{} // closed when the ledger cannot be written any more
	stats  Stats
}

// Stats counts what the lab did since it started.
type Stats struct {
	Batches, Entries, Asks, Lost, Doubts, Turns, Recalls atomic.Int64
	// ClockOff is how far the store's clock was from the expected time at the last answer, in microseconds.
	ClockOff atomic.Int64
	// Late is the greatest lateness of anything that Keep recorded, in microseconds.
	Late atomic.Int64
}

// Open returns the laboratory that a store tells of; an empty ledger is opened with its first entry.
// Errors: ledger.ErrSite for another site's ledger or another key, ErrDamaged, or the store's own.
func Open(ctx context.Context, cfg Config) (*Lab, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Zone == "" {
		cfg.Zone = "UTC"
	}
	boot := make([]byte, 5)
	if _, err := io.ReadFull(cfg.Rand, boot); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	l := &Lab{
		cfg:  cfg,
		via:  cfg.Node + "." + base32.HexEncoding.EncodeToString(boot),
		asks: make(chan *ask, maxBatch), // one batch may wait while one is written
		keys: newKeys(),

		ended:  make(chan struct{}),
		broken: make(chan struct{}),
	}
	s, err := l.load(ctx)
	if err != nil {
		return nil, err
	}
	l.state.Store(s)
	l.tail.start(s.Seq)
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.done.Go(func() { l.write(run) })
	return l, nil
}

// open checks that the ledger is this site's, and writes its first entry if it is empty.
func (l *Lab) open(ctx context.Context) error {
	for {
		s := l.state.Load()
		if s.Seq > 0 {
			return l.ours(ctx, s)
		}
		ans, err := l.cfg.Store.Append(ctx, 0, nil)
		if err != nil && !errors.Is(err, ledger.ErrMoved) {
			return fmt.Errorf("lab: open the ledger: %w", err)
		}
		l.now.heard(ans.Clock)
		if err == nil {
			first := &wire.Opened{Site: l.cfg.Site, Zone: l.cfg.Zone, Format: wire.Format, Key: l.cfg.Public}
			var e ledger.Entry
			if e, err = l.entry(s, first, Actor{By: "clock"}, Key{}, l.now.at(s.At)); err != nil {
				return err
			}
			_, err = l.cfg.Store.Append(ctx, 0, []ledger.Entry{e})
			if err != nil && !errors.Is(err, ledger.ErrMoved) && !errors.Is(err, ledger.ErrDoubt) && !errors.Is(err, ledger.ErrTime) {
				return fmt.Errorf("lab: open the ledger: %w", err)
			}
		}
		if err := l.catchUp(ctx); err != nil {
			return err
		}
	}
}

// ours refuses a ledger that another site or another key opened.
func (l *Lab) ours(ctx context.Context, s *State) error {
	es, err := l.cfg.Store.Read(ctx, 0, 1)
	if err != nil {
		return fmt.Errorf("lab: first entry: %w", err)
	}
	if len(es) == 0 {
		return fmt.Errorf("%w: entry 1 is missing", ledger.ErrDamaged)
	}
	ev, err := wire.Decode(&es[0])
	if err != nil {
		return fmt.Errorf("lab: first entry: %w", err)
	}
	first, ok := ev.(*wire.Opened)
	switch {
	case !ok:
		return fmt.Errorf("%w: its first entry is %s", ledger.ErrSite, es[0].Kind)
	case first.Site != l.cfg.Site:
		return fmt.Errorf("%w: it is of site %q, this is %q: give the right --site, or another --data or database", ledger.ErrSite, first.Site, l.cfg.Site)
	case l.cfg.Public != "" && first.Key != l.cfg.Public:
		return fmt.Errorf("%w: it was opened with the checkpoint key %q, this is %q: give the key with which it was made (--key-file)", ledger.ErrSite, first.Key, l.cfg.Public)
	}
	if ans, err := l.cfg.Store.Append(ctx, s.Seq, nil); err == nil || errors.Is(err, ledger.ErrMoved) {
		l.now.heard(ans.Clock)
		if !ans.Clock.IsZero() && ans.Clock.Sub(s.At) < -stepLimit {
			l.now.stepAtStart(s.At, ans.Clock)
		}
	}
	return nil
}

// State returns the laboratory as it is on disk. It never changes; ask again for a newer one.
func (l *Lab) State() *State { return l.state.Load() }

// Now returns ledger time: the store's clock, carried on by this process.
func (l *Lab) Now() time.Time { return l.now.at(l.State().At) }

// Store returns the ledger's store, for proofs.
func (l *Lab) Store() ledger.Store { return l.cfg.Store }

// Site returns the site's name.
func (l *Lab) Site() string { return l.cfg.Site }

// Node returns this node's name.
func (l *Lab) Node() string { return l.cfg.Node }

// Stats returns the lab's counters.
func (l *Lab) Stats() *Stats { return &l.stats }

// Full reports whether the ledger's disk is full, so that only what the ladders need is written.
func (l *Lab) Full() bool { return l.full.Load() }

// Ready returns nil if the lab can decide: it is not broken, and it understands its whole ledger.
func (l *Lab) Ready() error {
	if f := l.fault.Load(); f != nil {
		return *f
	}
	if l.newer.Load() {
		return ledger.ErrNewer
	}
	return nil
}

// Close lets what was taken finish, writes a snapshot, and ends the writer. It does not close the store.
func (l *Lab) Close() error {
	l.stop()
	l.done.Wait()
	return l.saveSnapshot()
}
