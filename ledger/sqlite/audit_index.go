package sqlite

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/seed-909bec58/readback/ledger"
)

// indexAudit compares the index in the file with what the entries say.
type indexAudit struct {
	cover

	said, kept *bag
	begun      []pair // what the run after the whole ones holds, once it is written
}

func newIndexAudit(c cover) (*indexAudit, error) {
	if c.length < 1 || c.runs < 0 {
		return nil, fmt.Errorf("%w: the index is said to have %d runs of %d entries", ledger.ErrDamaged, c.runs, c.length)
	}
	said, kept, err := newBags()
	return &indexAudit{cover: c, said: said, kept: kept}, err
}

// entry takes the next entry.
func (a *indexAudit) entry(e *ledger.Entry) {
	run := a.of(e.Seq)
	if run > a.runs {
		return
	}
	var ps []pair
	for _, subject := range e.About {
		ps = append(ps, pair{keyOf(subject), e.Seq})
	}
	slices.SortFunc(ps, pair.compare)
	ps = slices.Compact(ps) // two subjects may share a key
	if run == a.runs {
		a.begun = append(a.begun, ps...)
		return
	}
	for _, p := range ps {
		a.said.add(row{run, p})
	}
}

// check looks at the file, after all entries.
func (a *indexAudit) check(ctx context.Context, q querier, entries int64) error {
	if a.runs*a.length > entries {
		return fmt.Errorf("%w: the index is said to cover %d runs of %d entries, of %d", ledger.ErrDamaged, a.runs, a.length, entries)
	}
	var put int
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM about WHERE run = ?", a.runs).Scan(&put); err != nil {
		return err
	}
	if put > len(a.begun) || put > 0 && entries < (a.runs+1)*a.length {
		return fmt.Errorf("%w: the index has %d rows of a run that is not whole", ledger.ErrDamaged, put)
	}
	slices.SortFunc(a.begun, pair.compare)
	for _, p := range a.begun[:put] {
		a.said.add(row{a.runs, p})
	}
	err := each(ctx, q, "SELECT run, subject, seq FROM about", func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan(&r.run, &r.key, &r.seq); err != nil {
			return err
		}
		a.kept.add(r)
		return nil
	})
	if err == nil && *a.said != *a.kept {
		err = fmt.Errorf("%w: the index of subjects (%d rows) is not what the entries say (%d)", ledger.ErrDamaged, a.kept.count, a.said.count)
	}
	return err
}

// bag compares two sets that come in different orders without holding either: it sums keyed hashes of the members. The
// key is drawn for each audit, so that nobody can prepare sets that differ and have one sum.
type bag struct {
	key   [32]byte
	count int64
	sum   [4]uint64
}

// newBags returns two empty bags with one key.
func newBags() (a, b *bag, err error) {
	a = &bag{}
	if _, err := rand.Read(a.key[:]); err != nil {
		return nil, nil, err
	}
	return a, &bag{key: a.key}, nil
}

func (b *bag) add(r row) {
	buf := make([]byte, 0, 56)
	buf = append(buf, b.key[:]...)
	for _, n := range [3]int64{r.run, r.key, int64(r.seq)} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(n))
	}
	h := sha256.Sum256(buf)
	for i := range b.sum {
		b.sum[i] += binary.BigEndian.Uint64(h[8*i:])
	}
	b.count++
}
