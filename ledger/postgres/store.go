package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/seed-909bec58/readback/ledger"
)

// Options says whose ledger is opened.
type Options struct {
	Site string // whose ledger; it stands in every key
	Node string // this node's name, shown in pg_stat_activity
	Key  string // the public form of the site's checkpoint key; empty is not compared

	// Wall stands in for the database's clock where a test or a rehearsal must set the time; nil for a laboratory.
	Wall func() time.Time
}

// Store keeps one site's ledger. It implements ledger.Store.
type Store struct {
	site   string
	node   string
	config *pgx.ConnConfig
	pool   *pgxpool.Pool    // reads
	wall   func() time.Time // a test's clock; nil is the database's

	doubt atomic.Bool // an append's outcome is not known

	mu     sync.Mutex // appends, one at a time; guards what follows
	w      *pgx.Conn  // the writing connection; nil where a new one must first raise the fence
	fence  int64
	known  ledger.Head  // the head as this store last saw it
	edge   *ledger.Edge // the tree's edge at known; nil until it is needed
	closed bool

	turns turns
}

var _ ledger.Store = (*Store)(nil)

// Open opens a site's ledger in the database that url names, as pgx and libpq read it, and makes what is not there yet.
// Errors: ErrStandby, ErrSite (another key, a newer schema, a database that cannot keep a ledger), or what keeps the
// node from the database, with a remedy.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	if o.Site == "" || strings.ContainsRune(o.Site, 0) {
		return nil, fmt.Errorf("%w: a site has a name", ledger.ErrSite)
	}
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w: give postgres://user:password@host:port/database", err) // pgx takes the password out
	}
	configured(pc.ConnConfig, o.Site, o.Node)
	if !strings.Contains(url, "pool_max_conns") {
		pc.MaxConns = 6
	}
	pc.AfterConnect = keep
	s := &Store{site: o.Site, node: o.Node, config: pc.ConnConfig.Copy(), wall: o.Wall}
	if err := s.prepare(ctx, o.Key); err != nil {
		return nil, err
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, pc); err != nil {
		return nil, s.told(err)
	}
	return s, nil
}

// prepare makes the database ready for the site.
func (s *Store) prepare(ctx context.Context, key string) error {
	c, err := s.writer(ctx)
	if err != nil {
		return err
	}
	defer drop(c)
	if err := fits(ctx, c); err != nil {
		return s.told(err)
	}
	if err := migrate(ctx, c); err != nil {
		return s.told(err)
	}
	empty := new(ledger.Edge).Root()
	if _, err := c.Exec(ctx, "INSERT INTO ledger.head (site, root) VALUES ($1, $2) ON CONFLICT DO NOTHING", s.site, empty[:]); err != nil {
		return s.told(err)
	}
	if key == "" {
		return nil
	}
	if _, err := c.Exec(ctx, "INSERT INTO ledger.meta (site, name, value) VALUES ($1, 'key', $2) ON CONFLICT DO NOTHING", s.site, key); err != nil {
		return s.told(err)
	}
	var kept string
	if err := c.QueryRow(ctx, "SELECT value FROM ledger.meta WHERE site = $1 AND name = 'key'", s.site).Scan(&kept); err != nil {
		return s.told(err)
	}
	if kept != key {
		return fmt.Errorf("%w: the ledger of %q was made with the key %s, this node has %s; give it the site's key file, or, if this is another laboratory of this name, another --site", ledger.ErrSite, s.site, kept, key)
	}
	return nil
}

// DB opens another access to the same database, for tables beside the ledger's. The caller closes it.
func (s *Store) DB(context.Context) (*sql.DB, error) {
	return stdlib.OpenDB(*s.config.Copy(), stdlib.OptionAfterConnect(keep)), nil
}

// Shared implements ledger.Store: other nodes may append too.
func (s *Store) Shared() bool { return true }

// Reserve implements ledger.Store: the database's disk is not ours to hold free.
func (s *Store) Reserve(context.Context) error { return nil }

// Close implements ledger.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	drop(s.w)
	s.w = nil
	s.turns.close()
	s.pool.Close()
	return nil
}

// ready returns when there is a writing connection and no append is in doubt. s.mu is held.
func (s *Store) ready(ctx context.Context) error {
	if s.closed {
		return ledger.ErrClosed
	}
	if s.w != nil && !s.w.IsClosed() {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := s.writer(ctx)
	if err != nil {
		return err
	}
	fence, head, err := s.raise(ctx, c)
	if err != nil {
		drop(c)
		return s.told(fmt.Errorf("raising the fence: %w", err))
	}
	s.w, s.fence = c, fence
	if err := s.advance(ctx, head, nil); err != nil {
		drop(c)
		s.w = nil
		return err
	}
	s.doubt.Store(false)
	return nil
}

// raise shuts out whatever was sent on an older connection and not executed yet, and returns the head that then is.
// It waits for an append that is being executed. Being a commit itself, it returns only when all that it saw is where
// the database's settings want it, on a synchronous standby too.
func (s *Store) raise(ctx context.Context, c *pgx.Conn) (fence int64, head ledger.Head, err error) {
	for try := 0; ; try++ {
		head, fence, _, err = s.scanHead(ctx, c, "UPDATE ledger.head SET fence = fence + 1 WHERE site = $1 RETURNING "+headColumns)
		if code(err) != codeLockTimeout || try == lockTries {
			return fence, head, err
		}
		if err := s.clear(ctx, c); err != nil {
			return 0, head, err
		}
	}
}

// clear ends sessions that hold a lock on a head while the server waits for their next byte: nodes that stopped, or
// that died with half a statement sent. Those of roles that we may not end are left.
func (s *Store) clear(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
		JOIN pg_locks l ON l.pid = a.pid AND l.relation = 'ledger.head'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
		WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND a.usename = current_user
		AND a.pid <> pg_backend_pid() AND a.wait_event = 'ClientRead' AND a.xact_start < clock_timestamp() - interval '1.5 seconds'`)
	return err
}

// settled returns when no append of this store is in doubt, so that what is read then stays so.
func (s *Store) settled(ctx context.Context) error {
	if !s.doubt.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ready(ctx)
}

// readTries is how often a read is tried when connections turn out to be dead: once for each that may lie in the pool.
const readTries = 8

// read runs a query that changes nothing, again where the connection was lost.
func (s *Store) read(ctx context.Context, f func(c *pgxpool.Conn) error) error {
	var err error
	for range readTries {
		if err = s.settled(ctx); err != nil {
			return err
		}
		err = s.pool.AcquireFunc(ctx, f)
		if err == nil || ctx.Err() != nil || errors.Is(err, ledger.ErrDamaged) || refused(err) {
			break
		}
		if strings.Contains(err.Error(), "closed pool") {
			return ledger.ErrClosed
		}
	}
	if err == nil || errors.Is(err, ledger.ErrDamaged) {
		return err
	}
	return s.told(err)
}
