package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seed-909bec58/readback/ledger"
)

const readSQL = `SELECT e.seq, e.leaf, c.n, c.salt, c.data
	FROM (SELECT seq, leaf FROM ledger.entry WHERE site = $1 AND seq > $2 ORDER BY seq LIMIT $3) e
	LEFT JOIN ledger.enclosure c ON c.site = $1 AND c.seq = e.seq ORDER BY e.seq, c.n`

const aboutSQL = `SELECT e.seq, e.leaf, c.n, c.salt, c.data
	FROM ledger.about a JOIN ledger.entry e ON e.site = a.site AND e.seq = a.seq
	LEFT JOIN ledger.enclosure c ON c.site = a.site AND c.seq = a.seq
	WHERE a.site = $1 AND a.subject = $2 AND a.seq <= $3 ORDER BY a.seq, c.n`

// Read implements ledger.Store.
func (s *Store) Read(ctx context.Context, after ledger.Seq, limit int) ([]ledger.Entry, error) {
	return s.entries(ctx, readSQL, s.site, int64(after), max(0, min(limit, ledger.MaxRead)))
}

// About implements ledger.Store.
func (s *Store) About(ctx context.Context, subject string, upTo ledger.Seq) ([]ledger.Entry, error) {
	return s.entries(ctx, aboutSQL, s.site, subject, int64(upTo))
}

func (s *Store) entries(ctx context.Context, sql string, args ...any) (es []ledger.Entry, err error) {
	err = s.read(ctx, func(c *pgxpool.Conn) error {
		r, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		es, err = collect(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return es, nil
}

// collect reads entries with their enclosures: a row for each enclosure, or one for an entry without.
func collect(r pgx.Rows) ([]ledger.Entry, error) {
	defer r.Close()
	var es []ledger.Entry
	for r.Next() {
		var seq ledger.Seq
		var leaf, salt, data []byte
		var n *int16
		if err := r.Scan(&seq, &leaf, &n, &salt, &data); err != nil {
			return nil, err
		}
		if len(es) == 0 || es[len(es)-1].Seq != seq {
			e, err := ledger.Decode(leaf)
			if err != nil || e.Seq != seq {
				return nil, fmt.Errorf("%w: what stands in place %d is not its entry: %w", ledger.ErrDamaged, seq, errors.Join(err))
			}
			es = append(es, e)
		}
		if n == nil {
			continue
		}
		e := &es[len(es)-1]
		if int(*n) != len(e.Enclosures) {
			return nil, fmt.Errorf("%w: entry %d lacks enclosure %d", ledger.ErrDamaged, seq, len(e.Enclosures)+1)
		}
		e.Enclosures = append(e.Enclosures, ledger.Enclosure{Salt: salt, Data: data, Erased: salt == nil && data == nil})
	}
	return es, r.Err()
}

// Head implements ledger.Store.
func (s *Store) Head(ctx context.Context) (head ledger.Head, err error) {
	err = s.read(ctx, func(c *pgxpool.Conn) (err error) {
		head, _, _, err = s.scanHead(ctx, c, headSQL)
		return err
	})
	return head, err
}

// Tile implements ledger.Store.
func (s *Store) Tile(ctx context.Context, level int, n int64) ([]byte, error) {
	for range 2 { // the second time if the tile was completed meanwhile
		var data []byte
		err := s.read(ctx, func(c *pgxpool.Conn) (err error) {
			data, err = s.kept(ctx, c, level, n)
			return err
		})
		if err != nil || data != nil {
			return data, err
		}
		part, whole, err := s.partial(ctx, level, n)
		if err != nil || !whole {
			return part, err
		}
	}
	return nil, fmt.Errorf("%w: tile %d of level %d is missing", ledger.ErrDamaged, n, level)
}

// kept reads a full tile; nil if there is none.
func (s *Store) kept(ctx context.Context, c rows, level int, n int64) (data []byte, err error) {
	err = c.QueryRow(ctx, "SELECT data FROM ledger.tile WHERE site = $1 AND level = $2 AND n = $3", s.site, level, n).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return data, err
}

// partial returns what there is of a level's last tile, from the edge; whole says that the tile is not the last one.
func (s *Store) partial(ctx context.Context, level int, n int64) (data []byte, whole bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return nil, false, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	head, fence, _, err := s.scanHead(ctx, s.w, headSQL)
	if err != nil {
		return nil, false, s.damaged(err)
	}
	s.fence = fence
	if err := s.advance(ctx, head, nil); err != nil {
		return nil, false, err
	}
	switch last := s.edge.Size() >> (ledger.TileHeight * (level + 1)); {
	case n > last || n < 0 || level < 0:
		return nil, false, fmt.Errorf("%w: no tile %d of level %d", ledger.ErrDamaged, n, level)
	case n < last:
		return nil, true, nil
	}
	return s.edge.Partial(level), false, nil
}
