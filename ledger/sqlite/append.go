package sqlite

import (
	"context"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/seed-909bec58/readback/ledger"
)

// Append implements ledger.Store. One transaction holds the entries, their enclosures, the tiles that they complete, the
// head, and rows of the index for entries before them.
func (s *Store) Append(ctx context.Context, head ledger.Seq, entries []ledger.Entry) (ledger.Answer, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return ledger.Answer{}, err
	}
	old := s.state.Load()
	wall := s.wall()
	answer := ledger.Answer{Clock: old.head.Clock(wall)}
	if head != old.head.Seq {
		missed, err := s.Read(ctx, head, ledger.MaxRead)
		if err != nil {
			return answer, err
		}
		answer.Missed = missed
		return answer, ledger.ErrMoved
	}
	next, err := old.head.Admit(wall, entries)
	if err != nil || len(entries) == 0 {
		return answer, err
	}
	edge := old.edge.Clone() // so that the old one stands if the append fails
	var tiles []ledger.Tile
	for i := range entries {
		if entries[i].Site != s.site {
			return answer, fmt.Errorf("%w: entry of site %q in the ledger of %q", ledger.ErrSite, entries[i].Site, s.site)
		}
		tiles = append(tiles, edge.Add(entries[i].LeafHash())...)
	}
	next.Root = edge.Root()
	rows, c, put := s.index.due(len(entries))
	err = s.write(ctx, func(ctx context.Context) error { return s.insert.all(ctx, entries, tiles, rows, next, c) })
	if err != nil {
		return answer, err
	}
	s.index.forward(c.runs, put, entries)
	s.state.Store(&state{head: next, edge: edge})
	answer.Clock = next.Clock(wall)
	return answer, nil
}

// usable returns why nothing can be written, if so.
func (s *Store) usable() error {
	switch {
	case s.closed:
		return ledger.ErrClosed
	case s.readOnly:
		return ledger.ErrStandby
	}
	return s.broken
}

// write runs f in a transaction and returns when it is on disk. It is not interrupted by ctx, so that its outcome is
// always known. With an error nothing was written, unless it is ErrBroken. The caller holds s.mu.
func (s *Store) write(ctx context.Context, f func(ctx context.Context) error) error {
	ctx = context.WithoutCancel(ctx)
	err := exec(ctx, s.insert.begin)
	if err == nil {
		err = f(ctx)
	}
	if err == nil {
		err = exec(ctx, s.insert.commit)
	}
	if err == nil {
		return nil
	}
	_ = exec(ctx, s.insert.rollback) // SQLite may have rolled back already; the head tells
	err = fault(err)
	if errors.Is(err, ledger.ErrFull) {
		s.free()
		_ = s.carry(ctx) // what is in the log twice makes room for the last entries; if it fails they go on into the log
	}
	if !errors.Is(err, ledger.ErrBroken) && s.state.Load() != nil {
		if head, _, again := readHead(ctx, s.conn); again != nil || head != s.state.Load().head {
			err = fmt.Errorf("%w: the head is unknown after: %w", ledger.ErrBroken, errors.Join(err, again))
		}
	}
	if errors.Is(err, ledger.ErrBroken) {
		s.free() // where the disk is full too, the restart needs it
		s.broken = err
	}
	return err
}

// Signed implements ledger.Store.
func (s *Store) Signed(ctx context.Context, c ledger.Note) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context) error { return exec(ctx, s.insert.note, c.Size, c.Signed) })
}

// Erase implements ledger.Store. What is erased is overwritten in the file, and leaves the log with the next checkpoint
// of it that no reader holds up: at once as a rule, at Close at the latest.
func (s *Store) Erase(ctx context.Context, seqs []ledger.Seq) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	err := s.write(ctx, func(ctx context.Context) error {
		for _, seq := range seqs {
			if err := exec(ctx, s.insert.erase, int64(seq)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.carry(context.WithoutCancel(ctx))
}

// carry moves the log into the file and empties it, unless a reader or a full disk is in the way.
func (s *Store) carry(ctx context.Context) error {
	for _, text := range []string{"PRAGMA busy_timeout = 0", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA busy_timeout = 2000"} {
		if _, err := s.conn.ExecContext(ctx, text); err != nil && codeOf(err)&0xff != sqlite3.SQLITE_BUSY && !isFull(err) {
			return fault(err)
		}
	}
	return nil
}
