package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/seed-909bec58/readback/ledger"
)

// lockTries is how often a wait for the head's lock is begun again after lock_timeout.
const lockTries = 2

// appendTries is how often an append that another node's fence or a passing moment refused is sent again.
const appendTries = 4

// appendSQL moves the head if it is where the caller says and the times are ledger time, and inserts what then
// follows. ahead and the two bounds say in SQL what ledger.Head.Admit says in Go: $6 is the first entry's time, $7 whether
// it records a step of the clock, $8 the last time that lies after the one before it.
var appendSQL = fmt.Sprintf(`
WITH clock AS MATERIALIZED (SELECT coalesce($9::timestamptz, ledger.wall()) AS wall),
h AS (
	UPDATE ledger.head AS t SET seq = t.seq + cardinality($10::bytea[]), at = $4, root = $5, ahead = %[1]s
	FROM clock
	WHERE t.site = $1 AND t.seq = $2 AND t.fence = $3
	AND $6::timestamptz >= wall + (%[1]s) * interval '1 microsecond' - interval '%[2]d microseconds'
	AND ($8::timestamptz IS NULL OR $8 <= wall + (%[1]s) * interval '1 microsecond' + interval '%[2]d microseconds')
	RETURNING ahead, coalesce($9, ledger.wall()) AS wall
), e AS (
	INSERT INTO ledger.entry (site, seq, leaf)
	SELECT $1, $2 + u.n, u.leaf FROM h, unnest($10) WITH ORDINALITY AS u (leaf, n)
), a AS (
	INSERT INTO ledger.about (site, subject, seq)
	SELECT $1, u.subject, u.seq FROM h, unnest($11::bigint[], $12::text[]) AS u (seq, subject)
), c AS (
	INSERT INTO ledger.enclosure (site, seq, n, salt, data)
	SELECT $1, u.seq, u.n, u.salt, u.data FROM h, unnest($13::bigint[], $14::smallint[], $15::bytea[], $16::bytea[]) AS u (seq, n, salt, data)
), t AS (
	INSERT INTO ledger.tile (site, level, n, data)
	SELECT $1, u.level, u.n, u.data FROM h, unnest($17::smallint[], $18::bigint[], $19::bytea[]) AS u (level, n, data)
)
SELECT ahead, wall FROM h`,
	`CASE WHEN $7 THEN greatest(0, (extract(epoch FROM $6 - wall) * 1000000)::bigint) ELSE t.ahead END`,
	ledger.Tolerance.Microseconds())

// batch is what one append sends.
type batch struct {
	next     ledger.Head
	edge     *ledger.Edge
	first    time.Time
	stepped  bool
	jump     *time.Time
	leaves   [][]byte
	aboutSeq []int64
	subjects []string
	encSeq   []int64
	encN     []int16
	salts    [][]byte
	data     [][]byte
	levels   []int16
	ns       []int64
	tiles    [][]byte
}

// Append implements ledger.Store.
func (s *Store) Append(ctx context.Context, head ledger.Seq, entries []ledger.Entry) (ledger.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return ledger.Answer{}, err
	}
	if len(entries) == 0 || s.edge == nil || head != s.known.Seq {
		if ans, err := s.look(ctx, head); err != nil || len(entries) == 0 {
			return ans, err
		}
	}
	var ans ledger.Answer
	for range appendTries {
		if b, ok := s.batch(entries); ok {
			ans, done, err := s.write(ctx, b)
			if done || err != nil {
				return ans, err
			}
		}
		// The head is elsewhere, or the time is: ask, and refuse with what is so now.
		var err error
		if ans, err = s.look(ctx, head); err != nil {
			return ans, err
		}
		if _, err := s.known.Admit(ans.Clock.Add(-s.known.Ahead), entries); err != nil {
			return ans, err
		}
		for i := range entries {
			if entries[i].Site != s.site {
				return ans, fmt.Errorf("%w: entry of site %q in the ledger of %q", ledger.ErrSite, entries[i].Site, s.site)
			}
		}
	}
	return ans, fmt.Errorf("%w: refused %d times", ledger.ErrTime, appendTries)
}

// batch makes what is sent for entries after s.known; false where they cannot be admitted whatever the clock says.
func (s *Store) batch(entries []ledger.Entry) (*batch, bool) {
	b := &batch{next: s.known, edge: s.edge.Clone(), first: entries[0].At, stepped: entries[0].Kind == ledger.KindClockStepped}
	for i := range entries {
		e := &entries[i]
		if e.Seq != b.next.Seq+1 || len(e.Leaf) == 0 || e.At.Before(b.next.At) || e.Site != s.site {
			return nil, false
		}
		if e.At.After(b.next.At) {
			b.jump = &e.At
		}
		b.next.Seq, b.next.At = e.Seq, e.At
		b.leaves = append(b.leaves, e.Leaf)
		for n, subject := range e.About {
			if !slices.Contains(e.About[:n], subject) {
				b.aboutSeq, b.subjects = append(b.aboutSeq, int64(e.Seq)), append(b.subjects, subject)
			}
		}
		for n, c := range e.Enclosures {
			b.encSeq, b.encN = append(b.encSeq, int64(e.Seq)), append(b.encN, int16(n))
			salt, data := c.Salt, c.Data
			if c.Erased {
				salt, data = nil, nil
			} else if salt == nil || data == nil {
				salt, data = append([]byte{}, salt...), append([]byte{}, data...)
			}
			b.salts, b.data = append(b.salts, salt), append(b.data, data)
		}
		for _, t := range b.edge.Add(e.LeafHash()) {
			b.levels, b.ns, b.tiles = append(b.levels, int16(t.Level)), append(b.ns, t.N), append(b.tiles, t.Data)
		}
	}
	b.next.Root = b.edge.Root()
	return b, true
}

// write sends a batch. done is false with a nil error where the head or the time is not as the batch says.
func (s *Store) write(ctx context.Context, b *batch) (ans ledger.Answer, done bool, err error) {
	for try := 0; ; try++ {
		if err := ctx.Err(); err != nil {
			return ledger.Answer{}, false, err
		}
		var ahead int64
		var wall time.Time
		err := s.send(ctx, b, &ahead, &wall)
		switch {
		case err == nil:
			b.next.Ahead = time.Duration(ahead) * time.Microsecond
			s.known, s.edge = b.next, b.edge
			return ledger.Answer{Clock: s.known.Clock(wall)}, true, nil
		case errors.Is(err, pgx.ErrNoRows):
			return ledger.Answer{}, false, nil
		case code(err) == codeLockTimeout && try < lockTries:
			if err := s.clear(ctx, s.w); err != nil {
				return ledger.Answer{}, false, s.told(err)
			}
		case code(err) == codeUniqueExists:
			return ledger.Answer{}, false, fmt.Errorf("%w: rows stand beyond the head: %w", ledger.ErrDamaged, err)
		case refused(err):
			return ledger.Answer{}, false, s.told(err)
		case pgconn.SafeToRetry(err):
			drop(s.w)
			s.w = nil
			return ledger.Answer{}, false, s.told(err)
		default:
			drop(s.w)
			s.w = nil
			s.doubt.Store(true)
			return ledger.Answer{}, false, fmt.Errorf("%w: %w", ledger.ErrDoubt, err)
		}
	}
}

func (s *Store) send(ctx context.Context, b *batch, ahead *int64, wall *time.Time) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return s.w.QueryRow(ctx, appendSQL, s.site, int64(s.known.Seq), s.fence, b.next.At, b.next.Root[:], b.first, b.stepped, b.jump, s.now(),
		b.leaves, b.aboutSeq, b.subjects, b.encSeq, b.encN, b.salts, b.data, b.levels, b.ns, b.tiles).Scan(ahead, wall)
}

// now returns the time that stands in for the database's in a test; nil outside tests.
func (s *Store) now() *time.Time {
	if s.wall == nil {
		return nil
	}
	t := ledger.Micro(s.wall())
	return &t
}
