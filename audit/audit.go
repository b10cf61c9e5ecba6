package audit

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
)

// File is the name of the tables' file in the data directory.
const File = "audit.db"

// Config is what an Audit is made of. Lab and DB must be there.
type Config struct {
	Lab *lab.Lab
	// DB is a database of the driver "sqlite" (see SQLiteFile and SQLiteMemory), for this Audit alone. Who opened it
	// closes it, after Run has returned.
	DB  *sql.DB
	Log *slog.Logger // nil: discards
	// Progress is told how many entries of how many were read while the tables are made; nil is fine.
	Progress func(done, all int64)
}

// Audit keeps the tables.
type Audit struct {
	cfg Config

	step  sync.Mutex // held while the tables are written
	place place      // under step; as it is in the tables
	read  atomic.Pointer[place]
	why   atomic.Pointer[string] // why it does not go on; nil: it does
	anew  chan struct{}          // size 1: Run is told that there is everything to read again
}

// SQLiteFile returns the data source name of tables in a file, which is made for its owner alone if it is missing.
// What they hold can be read again from the ledger, so it is not synced at each commit.
func SQLiteFile(path string) (dsn string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite gives its -wal and -shm the same mode
	if err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)"}}
	return (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String(), nil
}

// SQLiteMemory is the data source name of tables in memory, for nodes without a directory of their own. The database
// must have one connection at most, and that one for ever: another would see other tables.
const SQLiteMemory = ":memory:"

// Open returns the Audit over a database. Tables of another version, of another ledger or of a ledger that is not what it
// was are thrown away and made again by Run. The error is the database's own: where its file is damaged, remove it.
func Open(ctx context.Context, cfg Config) (*Audit, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	a := &Audit{cfg: cfg, anew: make(chan struct{}, 1)}
	p, ok, err := readPlace(ctx, cfg.DB)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if ok && p.seq > 0 {
		if ok, err = a.ours(ctx, p); err != nil {
			return nil, err
		}
		if !ok {
			cfg.Log.Warn("the tables of notification times are of another ledger; they are made again", "seq", p.seq)
		}
	}
	if !ok {
		if p, err = makeAnew(ctx, cfg.DB, cfg.Lab.Site()); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
	}
	a.settle(p)
	return a, nil
}

// ours tells whether the ledger has the very entry up to which the tables were made.
func (a *Audit) ours(ctx context.Context, p place) (bool, error) {
	if p.site != a.cfg.Lab.Site() || p.seq > int64(a.cfg.Lab.State().Seq) {
		return false, nil
	}
	e, err := a.earlier(ctx, p.seq)
	if err != nil {
		return false, err
	}
	leaf := e.LeafHash()
	return bytes.Equal(leaf[:], p.leaf), nil
}

// earlier returns an entry that was read before.
func (a *Audit) earlier(ctx context.Context, seq int64) (ledger.Entry, error) {
	es, err := a.cfg.Lab.Store().Read(ctx, ledger.Seq(seq-1), 1)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("audit: %w", err)
	}
	if len(es) != 1 {
		return ledger.Entry{}, fmt.Errorf("audit: %w: entry %d is missing", ledger.ErrDamaged, seq)
	}
	return es[0], nil
}

func (a *Audit) settle(p place) {
	a.place = p
	a.read.Store(&p)
}

// Place returns up to where the tables count the ledger, and why they do not go on, or nothing.
func (a *Audit) Place() (seq ledger.Seq, why string) {
	if w := a.why.Load(); w != nil {
		why = *w
	}
	return ledger.Seq(a.read.Load().seq), why
}

// How long Run waits after a failure, and while the disk is full: its tables must not eat what calls need.
const pause = 2 * time.Second

// Run follows the ledger until ctx ends.
func (a *Audit) Run(ctx context.Context) {
	start := a.read.Load().seq
	for ctx.Err() == nil {
		n, grown, err := a.Step(ctx)
		wait := time.Duration(0)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errMoved):
			wait, grown = pause, nil
		case err != nil:
			a.fails(err)
			wait, grown = pause, nil
		case a.cfg.Lab.Full():
			wait, grown = pause, nil
		case n > 0:
			a.why.Store(nil)
			a.progress(start)
			continue
		default:
			a.why.Store(nil)
			start = a.read.Load().seq
		}
		if !a.sleep(ctx, grown, wait) {
			return
		}
	}
}

func (a *Audit) progress(start int64) {
	if head, seq := int64(a.cfg.Lab.State().Seq), a.read.Load().seq; a.cfg.Progress != nil && head-start > ledger.MaxRead {
		a.cfg.Progress(seq, head)
	}
}

func (a *Audit) fails(err error) {
	why := err.Error()
	if before := a.why.Swap(&why); before == nil || *before != why {
		a.cfg.Log.Error("notification times are not counted", "error", err)
	}
}

// sleep waits for a channel to close, for a time if it is not 0, for Rebuild or for ctx, and tells whether to go on.
func (a *Audit) sleep(ctx context.Context, grown <-chan struct{}, wait time.Duration) bool {
	var over <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-grown:
	case <-over:
	case <-a.anew:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// Step counts the entries that follow, at most ledger.MaxRead, and returns how many there were and a channel that closes
// when there are more. Rows and place are one transaction. While the ledger's disk is full it counts none.
func (a *Audit) Step(ctx context.Context) (n int, grown <-chan struct{}, err error) {
	a.step.Lock()
	defer a.step.Unlock()
	if a.cfg.Lab.Full() {
		return 0, nil, nil
	}
	es, grown, err := a.cfg.Lab.After(ctx, ledger.Seq(a.place.seq))
	if err != nil || len(es) == 0 {
		return 0, grown, err
	}
	p, err := a.write(ctx, es)
	if err != nil {
		return 0, grown, errors.Join(err, a.heal(ctx))
	}
	a.settle(p)
	return len(es), grown, nil
}

// heal makes tables that are gone anew: those in memory go with their connection.
func (a *Audit) heal(ctx context.Context) error {
	if _, ok, err := readPlace(ctx, a.cfg.DB); ok || err != nil {
		return nil // what the tables cannot be read for is told already
	}
	p, err := makeAnew(ctx, a.cfg.DB, a.cfg.Lab.Site())
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	a.settle(p)
	select {
	case a.anew <- struct{}{}:
	default: // told already
	}
	return nil
}

func (a *Audit) write(ctx context.Context, es []ledger.Entry) (place, error) {
	tx, err := a.cfg.DB.BeginTx(ctx, nil)
	if err != nil {
		return place{}, fmt.Errorf("audit: %w", err)
	}
	defer tx.Rollback()
	if err := a.claim(ctx, tx); err != nil {
		return place{}, err
	}
	w := &work{
		ctx: ctx, tx: tx, place: a.place, calls: map[string]*call{}, people: map[string]int{}, labels: map[string]string{},
		earlier: func(seq int64) (ledger.Entry, error) { return a.earlier(ctx, seq) },
	}
	for i := range es {
		if err := fold(w, &es[i]); err != nil {
			return place{}, err
		}
	}
	last := es[len(es)-1]
	leaf := last.LeafHash()
	w.place.seq, w.place.at, w.place.leaf = int64(last.Seq), micro(last.At), leaf[:]
	if err := w.save(); err != nil {
		return place{}, fmt.Errorf("audit: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return place{}, fmt.Errorf("audit: %w", err)
	}
	return w.place, nil
}

// claim takes the tables for a transaction, if they are still as this Audit knows them: another process may have been
// given the same directory. If they are not, the place is read again, and the next step goes on from there.
func (a *Audit) claim(ctx context.Context, tx *sql.Tx) error {
	res, err := tx.ExecContext(ctx, `UPDATE place SET seq = seq WHERE seq = ?`, a.place.seq)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	p := place{site: a.place.site}
	if err := tx.QueryRowContext(ctx, `SELECT zone, seq, leaf, at FROM place`).Scan(&p.zone, &p.seq, &p.leaf, &p.at); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	a.settle(p)
	return errMoved
}

// errMoved says that another process counts into the same tables. It is no fault: the next step goes on from there.
var errMoved = errors.New("audit: another process counts into the same tables")

// Rebuild throws the tables away; Run reads the whole ledger again.
func (a *Audit) Rebuild(ctx context.Context) error {
	a.step.Lock()
	defer a.step.Unlock()
	p, err := makeAnew(ctx, a.cfg.DB, a.cfg.Lab.Site())
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	a.settle(p)
	select {
	case a.anew <- struct{}{}:
	default: // told already
	}
	return nil
}
