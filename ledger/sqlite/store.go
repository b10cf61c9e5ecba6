package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// File is the name of the database in the ledger's directory.
const File = "ledger.db"

// Options say how a ledger is opened.
type Options struct {
	Site    string           // whose ledger it is, or becomes if the directory has none
	Wall    func() time.Time // the store's clock; nil means the process's
	Reserve int64            // size of the reserve file in bytes; 0 means ReserveSize, less than 0 none
	Run     int64            // entries in a run of the index, of a ledger that is made; 0 means RunLength
}

// Store is a ledger in an SQLite file.
type Store struct {
	dir, site string
	wall      func() time.Time
	reserve   int64
	run       int64
	readOnly  bool
	immutable bool // read without a log: true only while nobody writes
	lockFile  *os.File
	turn      chan struct{}

	readers *sql.DB
	queries queries
	index   index
	state   atomic.Pointer[state] // what is on disk; nil in a read-only store until it is needed

	mu     sync.Mutex // held while writing
	writer *sql.DB
	conn   *sql.Conn
	insert inserts
	broken error
	closed bool
}

// state is the ledger's head and the edge that belongs to it; neither changes.
type state struct {
	head ledger.Head
	edge *ledger.Edge
}

// Open opens the ledger in a directory for this process alone, and makes it if there is none.
//
// Errors: ErrInUse, ErrSite, ErrDamaged, ErrBroken if the file system does not give what synchronous=FULL needs, or one
// of the system's own; each says what to do.
func Open(ctx context.Context, dir string, opts Options) (*Store, error) {
	if opts.Site == "" {
		return nil, fmt.Errorf("%w: no site was named", ledger.ErrSite)
	}
	if opts.Wall == nil {
		opts.Wall = time.Now
	}
	if opts.Run == 0 {
		opts.Run = RunLength
	}
	if opts.Reserve == 0 {
		opts.Reserve = ReserveSize
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	held, err := lock(dir)
	if err != nil {
		return nil, fmt.Errorf("ledger in %s: %w", dir, err)
	}
	s := &Store{
		dir: dir, site: opts.Site, wall: opts.Wall, reserve: opts.Reserve, run: opts.Run, lockFile: held, turn: make(chan struct{}, 1),
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger in %s: %w", dir, fault(err)), s.Close())
	}
	if err := s.Reserve(ctx); err != nil && !errors.Is(err, ledger.ErrFull) { // a full disk must not stop a restart
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	path := filepath.Join(s.dir, File)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(ctx, s.dir, s.site, s.run); err != nil {
			return err
		}
	case err != nil:
		return err
	case info.Size() == 0:
		return fmt.Errorf("%w: %s is empty: it was cut off; restore the newest backup into another directory", ledger.ErrDamaged, File)
	}
	if err := probe(ctx, path, s.site); err != nil {
		return err
	}
	if s.writer, err = pool(dsn(path, "rw", writing), 1, true); err != nil {
		return err
	}
	if s.conn, err = s.writer.Conn(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.conn); err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	// With mode=ro beside it in one process, SQLite leaves the log behind at Close; query_only refuses writes as well.
	if s.readers, err = pool(dsn(path, "rw", reading), 4, true); err != nil {
		return err
	}
	if err := s.queries.prepare(ctx, s.readers); err != nil {
		return err
	}
	if err := s.insert.prepare(ctx, s.conn); err != nil {
		return err
	}
	st, err := s.load(ctx)
	if err != nil {
		return err
	}
	s.state.Store(st)
	return s.catchUp(ctx)
}

// settle carries what a killed process left in the log into the file, and looks whether the file has all its pages.
func (s *Store) settle(ctx context.Context) error {
	var busy, logged, carried int64
	err := s.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &carried)
	if isFull(err) || err == nil && busy != 0 {
		return nil // the log stays: nothing is lost
	}
	if err != nil {
		return err
	}
	return whole(ctx, s.conn, filepath.Join(s.dir, File))
}

// whole returns ErrDamaged if a file without a log is shorter than its pages.
func whole(ctx context.Context, q querier, path string) error {
	var pages, size int64
	if err := q.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return err
	}
	if err := q.QueryRowContext(ctx, "PRAGMA page_size").Scan(&size); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() < pages*size {
		return fmt.Errorf("%w: %s was cut off: it has %d of %d bytes; restore the newest backup into another directory", ledger.ErrDamaged, File, info.Size(), pages*size)
	}
	return nil
}

// load reads the head on disk and makes the edge that belongs to it. Error: ErrDamaged if they do not agree.
func (s *Store) load(ctx context.Context) (*state, error) {
	head, _, err := readHead(ctx, s.readers)
	if err != nil {
		return nil, err
	}
	edge, err := ledger.OpenEdge(int64(head.Seq),
		func(level int, n int64) ([]byte, error) { return s.queries.fullTile(ctx, level, n) },
		func(after ledger.Seq, limit int) ([]ledger.Entry, error) { return s.Read(ctx, after, limit) })
	if err != nil {
		return nil, err
	}
	if edge.Root() != head.Root {
		return nil, fmt.Errorf("%w: the root over %d entries is not the one kept", ledger.ErrDamaged, head.Seq)
	}
	return &state{head: head, edge: edge}, nil
}

// Site returns whose ledger it is.
func (s *Store) Site() string { return s.site }

// Shared implements ledger.Store: only one process writes to a directory.
func (s *Store) Shared() bool { return false }

// Turn implements ledger.Store.
func (s *Store) Turn(ctx context.Context) (func(), error) {
	if s.readOnly {
		return nil, ledger.ErrStandby
	}
	select {
	case s.turn <- struct{}{}:
		return sync.OnceFunc(func() { <-s.turn }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close implements ledger.Store. It may be called more than once.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.queries.statements.close(), s.readers.Close())
	}
	if s.conn != nil {
		errs = append(errs, s.insert.statements.close(), s.conn.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.lockFile != nil {
		errs = append(errs, s.lockFile.Close()) // last: with it the directory is free
	}
	return errors.Join(errs...)
}
