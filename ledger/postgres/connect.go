package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// answerTime is how long an append waits for its answer before the connection counts as lost.
const answerTime = 10 * time.Second

// settings are those of every session. Those that bound a wait keep one stalled node from holding up the others.
var settings = map[string]string{
	"lock_timeout":                        "2s",
	"idle_in_transaction_session_timeout": "2s",
	"statement_timeout":                   "30s",
	"tcp_keepalives_idle":                 "2",
	"tcp_keepalives_interval":             "1",
	"tcp_keepalives_count":                "3",
	"plan_cache_mode":                     "force_generic_plan", // all go by key
	"jit":                                 "off",
	"timezone":                            "UTC",
	"client_encoding":                     "UTF8",
}

func configured(cfg *pgx.ConnConfig, site, node string) {
	maps.Copy(cfg.RuntimeParams, settings)
	name := "readback " + site + " " + node
	cfg.RuntimeParams["application_name"] = name[:min(len(name), 63)]
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 5 * time.Second
	}
}

// keep makes a session's commits wait for the disk, and for the synchronous standby if there is one, where the
// database's settings would let them not.
func keep(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false)
		WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`)
	return err
}

var errNoCancel = errors.New("a writing connection sends no cancel request")

// writer opens a connection that never sends a cancel request, whatever becomes of it.
func (s *Store) writer(ctx context.Context) (*pgx.Conn, error) {
	cfg := s.config.Copy()
	dial := cfg.DialFunc
	var open atomic.Bool
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if open.Load() {
			return nil, errNoCancel
		}
		return dial(ctx, network, addr)
	}
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, s.told(err)
	}
	open.Store(true)
	if err := keep(ctx, c); err != nil {
		drop(c)
		return nil, s.told(err)
	}
	return c, nil
}

// drop closes a connection without waiting for a server that may be gone.
func drop(c *pgx.Conn) {
	if c == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx) // there is nothing to do about it
}

// bounded returns a context for what must not be given up once it was sent, but must not wait for ever either.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(context.WithoutCancel(ctx), answerTime, fmt.Errorf("no answer within %v", answerTime))
}
