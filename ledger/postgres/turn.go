package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// turnLock is the first half of the advisory lock that is a site's turn; the other half is the site's hash.
const turnLock = 0x7475726e

// turnIdle ends a turn whose node has fallen silent.
const turnIdle = "3s"

// turnWait is how long a turn is waited for. Whoever waits longer goes without: a turn is a courtesy.
const turnWait = 5 * time.Second

// turns is the connection on which a store takes the site's turn, one caller at a time.
type turns struct {
	mu   sync.Mutex
	once sync.Once
	turn chan struct{} // holds a value while the turn is free in this process
	c    *pgx.Conn     // used by whoever has taken that value
	end  bool
}

func (t *turns) init() {
	t.once.Do(func() {
		t.turn = make(chan struct{}, 1)
		t.turn <- struct{}{}
	})
}

// Turn implements ledger.Store. A node that fell silent loses its turn after 3 s; a turn that does not come within 5 s
// is not waited for, and release then does nothing.
func (s *Store) Turn(ctx context.Context) (release func(), err error) {
	t := &s.turns
	t.init()
	wait, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	select {
	case <-t.turn:
	case <-wait.Done():
		return func() {}, ctx.Err()
	}
	for wait.Err() == nil {
		if err = s.takeTurn(wait); err == nil {
			return sync.OnceFunc(s.endTurn), nil
		}
		if code(err) != codeLockTimeout {
			break
		}
	}
	drop(t.c)
	t.c = nil
	t.turn <- struct{}{}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case wait.Err() != nil || code(err) == codeLockTimeout:
		return func() {}, nil
	}
	return nil, s.told(err)
}

func (s *Store) takeTurn(ctx context.Context) error {
	const sql = "SELECT pg_advisory_lock($1, hashtext($2))"
	t := &s.turns
	if t.c != nil {
		if _, err := t.c.Exec(ctx, sql, int32(turnLock), s.site); err == nil || code(err) == codeLockTimeout {
			return err
		}
		drop(t.c) // it fell idle, or the server was restarted
	}
	cfg := s.config.Copy()
	cfg.RuntimeParams["idle_session_timeout"] = turnIdle
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		t.c = nil
		return err
	}
	t.c = c
	_, err = c.Exec(ctx, sql, int32(turnLock), s.site)
	return err
}

func (s *Store) endTurn() {
	t := &s.turns
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := t.c.Exec(ctx, "SELECT pg_advisory_unlock($1, hashtext($2))", int32(turnLock), s.site); err != nil {
		drop(t.c) // the server gives the turn on
		t.c = nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.end {
		drop(t.c)
		t.c = nil
	}
	t.turn <- struct{}{}
}

// close ends the connection; a turn that is still out ends with its release.
func (t *turns) close() {
	t.init()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = true
	select {
	case <-t.turn:
		drop(t.c)
		t.c = nil
		t.turn <- struct{}{}
	default:
	}
}
