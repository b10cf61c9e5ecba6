package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seed-909bec58/readback/ledger"
)

// headColumns are what scanHead reads; $2 is a test's clock.
const headColumns = "seq, at, root, ahead, fence, coalesce($2::timestamptz, ledger.wall())"

const headSQL = "SELECT " + headColumns + " FROM ledger.head WHERE site = $1"

// rows is what a head can be asked of.
type rows interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// scanHead asks for the head, and the clock with it.
func (s *Store) scanHead(ctx context.Context, c rows, sql string) (head ledger.Head, fence int64, wall time.Time, err error) {
	return scanned(c.QueryRow(ctx, sql, s.site, s.now()))
}

func scanned(row pgx.Row) (head ledger.Head, fence int64, wall time.Time, err error) {
	var at *time.Time
	var root []byte
	var ahead int64
	err = row.Scan(&head.Seq, &at, &root, &ahead, &fence, &wall)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return head, 0, wall, fmt.Errorf("%w: the site's head is gone", ledger.ErrDamaged)
	case err != nil:
		return head, 0, wall, err
	case len(root) != len(head.Root):
		return head, 0, wall, fmt.Errorf("%w: the head's root has %d bytes", ledger.ErrDamaged, len(root))
	}
	if at != nil {
		head.At = at.UTC()
	}
	head.Root, head.Ahead = ledger.Hash(root), time.Duration(ahead)*time.Microsecond
	return head, fence, wall.UTC(), nil
}

// look learns where the ledger ends, and returns ErrMoved with what the caller missed if that is not at head.
// It asks on the writing connection, so that nothing is confirmed that an append in flight could still change.
func (s *Store) look(ctx context.Context, head ledger.Seq) (ledger.Answer, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var b pgx.Batch
	var row ledger.Head
	var wall time.Time
	var missed []ledger.Entry
	b.Queue(headSQL, s.site, s.now()).QueryRow(func(r pgx.Row) (err error) {
		row, s.fence, wall, err = scanned(r)
		return err
	})
	b.Queue(readSQL, s.site, int64(head), ledger.MaxRead).Query(func(r pgx.Rows) (err error) {
		missed, err = collect(r)
		return err
	})
	if err := s.w.SendBatch(ctx, &b).Close(); err != nil {
		return ledger.Answer{}, s.told(err)
	}
	for len(missed) > 0 && missed[len(missed)-1].Seq > row.Seq { // appended between the two queries
		missed = missed[:len(missed)-1]
	}
	if err := s.advance(ctx, row, missed); err != nil {
		return ledger.Answer{}, err
	}
	ans := ledger.Answer{Clock: row.Clock(wall)}
	switch {
	case head == row.Seq:
		return ans, nil
	case head > row.Seq:
		return ledger.Answer{}, fmt.Errorf("%w: it ends at %d, entry %d was known: a failover or a restored backup lost entries", ledger.ErrDamaged, row.Seq, head)
	}
	ans.Missed = missed
	return ans, ledger.ErrMoved
}

// advance takes the edge on to a head that was read, over the leaves between, and compares the roots.
// missed are entries at hand; they may begin and end anywhere. s.mu is held.
func (s *Store) advance(ctx context.Context, to ledger.Head, missed []ledger.Entry) error {
	if s.edge == nil {
		edge, err := ledger.OpenEdge(int64(to.Seq),
			func(level int, n int64) ([]byte, error) { return s.kept(ctx, s.w, level, n) },
			func(after ledger.Seq, limit int) ([]ledger.Entry, error) { return s.leaves(ctx, after, limit) })
		if err != nil {
			return s.damaged(err)
		}
		s.edge = edge
		return s.agree(edge, to)
	}
	if to.Seq < s.known.Seq {
		return fmt.Errorf("%w: it ends at %d, entry %d was known: a failover or a restored backup lost entries", ledger.ErrDamaged, to.Seq, s.known.Seq)
	}
	edge := s.edge
	if edge.Size() < int64(to.Seq) {
		edge = edge.Clone()
	}
	for edge.Size() < int64(to.Seq) {
		for len(missed) > 0 && int64(missed[0].Seq) <= edge.Size() {
			missed = missed[1:]
		}
		if len(missed) == 0 || int64(missed[0].Seq) != edge.Size()+1 {
			var err error
			if missed, err = s.leaves(ctx, ledger.Seq(edge.Size()), int(min(int64(to.Seq)-edge.Size(), ledger.MaxRead))); err != nil {
				return s.damaged(err)
			}
		}
		if len(missed) == 0 || int64(missed[0].Seq) != edge.Size()+1 {
			return fmt.Errorf("%w: entry %d is missing", ledger.ErrDamaged, edge.Size()+1)
		}
		edge.Add(missed[0].LeafHash())
	}
	return s.agree(edge, to)
}

func (s *Store) agree(edge *ledger.Edge, head ledger.Head) error {
	if edge.Size() != int64(head.Seq) || edge.Root() != head.Root {
		return fmt.Errorf("%w: the root kept for %d entries is not what they give", ledger.ErrDamaged, head.Seq)
	}
	s.edge, s.known = edge, head
	return nil
}

// leaves reads the leaves after a place on the writing connection, without their enclosures.
func (s *Store) leaves(ctx context.Context, after ledger.Seq, limit int) ([]ledger.Entry, error) {
	r, err := s.w.Query(ctx, "SELECT seq, leaf FROM ledger.entry WHERE site = $1 AND seq > $2 ORDER BY seq LIMIT $3", s.site, int64(after), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(r, func(r pgx.CollectableRow) (e ledger.Entry, err error) {
		return e, r.Scan(&e.Seq, &e.Leaf)
	})
}

func (s *Store) damaged(err error) error {
	if errors.Is(err, ledger.ErrDamaged) {
		return err
	}
	return s.told(err)
}
