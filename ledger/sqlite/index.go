package sqlite

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/seed-909bec58/readback/ledger"
)

// RunLength is how many entries a run of the index of subjects covers. A longer run means fewer places to look in, and
// more entries to read again at a start.
const RunLength = 65536

// rowsAnEntry is how many rows of a run are written with each entry appended, once the run is whole: twice what an
// entry adds at most, so that the index never falls behind.
const rowsAnEntry = 8

// keyOf returns what the index holds of a subject. Subjects may share a key: who looks one up compares the leaves.
func keyOf(subject string) int64 {
	sum := sha256.Sum256([]byte(subject))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// pair says that an entry is about a subject.
type pair struct {
	key int64
	seq ledger.Seq
}

func (p pair) compare(q pair) int {
	return cmp.Or(cmp.Compare(p.key, q.key), cmp.Compare(p.seq, q.seq))
}

// cover says what of the index is in the file.
type cover struct {
	length int64 // entries in a run
	runs   int64 // runs that are whole
}

// of returns the run that an entry is in.
func (c cover) of(seq ledger.Seq) int64 { return (int64(seq) - 1) / c.length }

// index finds the entries about a subject. Rows in the order of their keys would each fall on another page of the file;
// so what is about the newest entries is known in memory, by their leaves, and written to the file in sorted runs, each
// right after the last one. Run n covers the entries n×length+1 to (n+1)×length.
//
// It is safe for concurrent use.
type index struct {
	mu sync.RWMutex
	cover

	seq    ledger.Seq
	fresh  []*freshRun // runs that are not, the oldest first
	sorted []pair      // of the oldest, once it is whole
	put    int         // how many of sorted are in the file
}

// freshRun is a run in memory, in the order of its entries.
type freshRun struct {
	pairs []pair
	prev  []int32         // the place of the pair before with the same key, or -1
	last  map[int64]int32 // key → the place of its newest pair
}

// add makes the index know an entry, the one after seq.
func (x *index) add(e *ledger.Entry) {
	run := x.of(e.Seq) - x.runs
	for int64(len(x.fresh)) <= run {
		x.fresh = append(x.fresh, &freshRun{last: map[int64]int32{}})
	}
	f := x.fresh[run]
	for _, subject := range e.About {
		key := keyOf(subject)
		before, ok := f.last[key]
		if !ok {
			before = -1
		}
		f.last[key] = int32(len(f.pairs))
		f.pairs, f.prev = append(f.pairs, pair{key, e.Seq}), append(f.prev, before)
	}
	x.seq = e.Seq
}

// lookUp returns the places in memory of entries with a key, up to one, in order, and how many runs are in the file.
func (x *index) lookUp(key int64, upTo ledger.Seq) (seqs []ledger.Seq, runs int64) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, f := range slices.Backward(x.fresh) {
		at, ok := f.last[key]
		for ; ok && at >= 0; at = f.prev[at] {
			if seq := f.pairs[at].seq; seq <= upTo {
				seqs = append(seqs, seq)
			}
		}
	}
	slices.Reverse(seqs)
	return seqs, x.runs
}

// known returns up to which entry the index is made.
func (x *index) known() ledger.Seq {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.seq
}

// row is one row of the index in the file.
type row struct {
	run int64
	pair
}

// due returns what is to be written with some entries: rows in order, and what forward is to be told once they are on
// disk. Only the writer calls it.
func (x *index) due(entries int) (rows []row, c cover, put int) {
	c, put = x.cover, x.put
	sorted := x.sorted
	for budget := entries * rowsAnEntry; budget > 0 && int64(x.seq) >= (c.runs+1)*c.length; {
		if sorted == nil {
			sorted = x.sort(c.runs - x.runs)
			if c.runs == x.runs {
				x.sorted = sorted
			}
		}
		n := min(budget, len(sorted)-put)
		for _, p := range sorted[put : put+n] {
			rows = append(rows, row{c.runs, p})
		}
		budget, put = budget-n, put+n
		if put == len(sorted) {
			c.runs, put, sorted = c.runs+1, 0, nil
		}
	}
	return rows, c, put
}

// sort returns a run in memory in the order of the file.
func (x *index) sort(n int64) []pair {
	sorted := slices.Clone(x.fresh[n].pairs)
	slices.SortFunc(sorted, pair.compare)
	return slices.Compact(sorted) // two subjects of one entry may share a key
}

// forward takes over what is on disk now: the rows that due gave, and the entries.
func (x *index) forward(runs int64, put int, entries []ledger.Entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range entries {
		x.add(&entries[i])
	}
	x.drop(runs)
	x.put = put
}

// drop forgets the runs that are in the file now.
func (x *index) drop(runs int64) {
	if done := runs - x.runs; done > 0 {
		x.fresh = slices.Delete(x.fresh, 0, int(min(done, int64(len(x.fresh)))))
		x.runs, x.sorted, x.put = runs, nil, 0
	}
}

// catchUp reads the entries that the index does not know yet, as of one instant.
func (s *Store) catchUp(ctx context.Context) error {
	x := &s.index
	x.mu.Lock()
	defer x.mu.Unlock()
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return readFault(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	head, c, err := readHead(ctx, tx)
	if err != nil {
		return readFault(err)
	}
	if c.length < 1 || c.runs < x.runs || c.runs*c.length > int64(head.Seq) {
		return fmt.Errorf("%w: the index is said to cover %d runs of %d entries, of %d", ledger.ErrDamaged, c.runs, c.length, head.Seq)
	}
	x.length = c.length
	x.drop(c.runs)
	x.seq = max(x.seq, ledger.Seq(c.runs*c.length))
	err = each(ctx, tx, fmt.Sprintf("SELECT seq, leaf FROM entry WHERE seq > %d ORDER BY seq", x.seq), func(rows *sql.Rows) error {
		e, err := scanLeaf(rows)
		if err == nil && e.Seq != x.seq+1 {
			err = fmt.Errorf("%w: entry %d is missing", ledger.ErrDamaged, x.seq+1)
		}
		if err == nil {
			x.add(&e)
		}
		return err
	})
	if err != nil {
		return readFault(err)
	}
	return readFault(tx.QueryRowContext(ctx, "SELECT count(*) FROM about WHERE run = ?", c.runs).Scan(&x.put))
}

// seqsAbout returns the places of the entries whose index rows have the subject's key, up to one, in order.
func (s *Store) seqsAbout(ctx context.Context, subject string, upTo ledger.Seq) ([]ledger.Seq, error) {
	if upTo > s.index.known() {
		if err := s.refresh(ctx); err != nil {
			return nil, err
		}
	}
	key := keyOf(subject)
	fresh, runs := s.index.lookUp(key, upTo)
	if runs == 0 {
		return fresh, nil
	}
	var out []ledger.Seq
	rows, err := s.queries.about.QueryContext(ctx, runs, key, int64(upTo))
	if err != nil {
		return nil, readFault(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		var seq ledger.Seq
		if err := rows.Scan(&seq); err != nil {
			return nil, readFault(err)
		}
		out = append(out, seq)
	}
	return append(out, fresh...), readFault(rows.Err())
}

// refresh makes the index know what is on disk.
func (s *Store) refresh(ctx context.Context) error {
	if s.readOnly {
		return s.catchUp(ctx)
	}
	s.mu.Lock() // an append that is on disk already adds to the index before it ends
	defer s.mu.Unlock()
	return nil
}
