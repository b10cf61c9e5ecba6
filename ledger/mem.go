package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Mem is a Store in memory, for tests and rehearsals: what it acknowledges is lost with the process.
// Several labs may share one, as nodes do a database.
type Mem struct {
	site string
	wall func() time.Time
	turn chan struct{}

	mu      sync.Mutex
	entries []Entry
	about   map[string][]Seq
	head    Head
	edge    Edge
	tiles   map[[2]int64][]byte
	signed  map[int64]string
	closed  bool
}

// NewMem returns an empty ledger of a site. wall is the store's clock; nil means the process's.
func NewMem(site string, wall func() time.Time) *Mem {
	if wall == nil {
		wall = time.Now
	}
	return &Mem{
		head: Head{Root: new(Edge).Root()},
		site: site, wall: wall, turn: make(chan struct{}, 1),
		about: map[string][]Seq{}, tiles: map[[2]int64][]byte{}, signed: map[int64]string{},
	}
}

// Append implements Store.
func (m *Mem) Append(_ context.Context, head Seq, entries []Entry) (Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return Answer{}, ErrClosed
	}
	wall := m.wall()
	if head != m.head.Seq {
		return Answer{Clock: m.head.Clock(wall), Missed: m.read(head, MaxRead)}, ErrMoved
	}
	next, err := m.head.Admit(wall, entries)
	if err != nil {
		return Answer{Clock: m.head.Clock(wall)}, err
	}
	for i := range entries {
		e := entries[i]
		if e.Site != m.site {
			return Answer{Clock: m.head.Clock(wall)}, fmt.Errorf("%w: entry of site %q in the ledger of %q", ErrSite, e.Site, m.site)
		}
	}
	for _, e := range entries {
		e.Enclosures = slices.Clone(e.Enclosures)
		m.entries = append(m.entries, e)
		for _, a := range e.About {
			m.about[a] = append(m.about[a], e.Seq)
		}
		for _, t := range m.edge.Add(e.LeafHash()) {
			m.tiles[[2]int64{int64(t.Level), t.N}] = t.Data
		}
	}
	if len(entries) > 0 {
		next.Root = m.edge.Root()
		m.head = next
	}
	return Answer{Clock: m.head.Clock(wall)}, nil
}

// Read implements Store.
func (m *Mem) Read(_ context.Context, after Seq, limit int) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.read(after, limit), nil
}

func (m *Mem) read(after Seq, limit int) []Entry {
	if after < 0 || int(after) >= len(m.entries) {
		return nil
	}
	es := slices.Clone(m.entries[after:min(len(m.entries), int(after)+min(limit, MaxRead))])
	for i := range es {
		es[i].Enclosures = slices.Clone(es[i].Enclosures)
	}
	return es
}

// About implements Store.
func (m *Mem) About(_ context.Context, subject string, upTo Seq) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var es []Entry
	for _, seq := range m.about[subject] {
		if seq <= upTo {
			es = append(es, m.read(seq-1, 1)...)
		}
	}
	return es, nil
}

// Turn implements Store.
func (m *Mem) Turn(ctx context.Context) (func(), error) {
	select {
	case m.turn <- struct{}{}:
		return sync.OnceFunc(func() { <-m.turn }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Erase implements Store.
func (m *Mem) Erase(_ context.Context, seqs []Seq) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, seq := range seqs {
		if seq < 1 || int(seq) > len(m.entries) {
			continue
		}
		e := &m.entries[seq-1]
		for i := range e.Enclosures {
			e.Enclosures[i] = Enclosure{Erased: true}
		}
	}
	return nil
}

// Head implements Store.
func (m *Mem) Head(context.Context) (Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head, nil
}

// Tile implements Store.
func (m *Mem) Tile(_ context.Context, level int, n int64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tiles[[2]int64{int64(level), n}]; ok {
		return t, nil
	}
	if m.edge.Size()>>(TileHeight*(level+1)) != n {
		return nil, fmt.Errorf("%w: no tile %d of level %d", ErrDamaged, n, level)
	}
	return m.edge.Partial(level), nil
}

// Signed implements Store.
func (m *Mem) Signed(_ context.Context, c Note) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.signed[c.Size] = c.Signed
	return nil
}

// Checkpoints implements Store.
func (m *Mem) Checkpoints(_ context.Context, after int64, limit int) ([]Note, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Note
	for _, size := range slices.Sorted(maps.Keys(m.signed)) {
		if size > after && len(out) < limit {
			out = append(out, Note{Size: size, Signed: m.signed[size]})
		}
	}
	return out, nil
}

// LastCheckpoint implements Store.
func (m *Mem) LastCheckpoint(context.Context) (Note, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var last Note
	for size, signed := range m.signed {
		if size > last.Size {
			last = Note{Size: size, Signed: signed}
		}
	}
	return last, nil
}

// Audit implements Store.
func (m *Mem) Audit(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	about := map[string][]Seq{}
	for i := range m.entries {
		for _, a := range m.entries[i].About {
			about[a] = append(about[a], m.entries[i].Seq)
		}
	}
	if !maps.EqualFunc(about, m.about, slices.Equal[[]Seq]) {
		return fmt.Errorf("%w: the index of subjects is not what the entries say", ErrDamaged)
	}
	return nil
}

// Reserve implements Store.
func (m *Mem) Reserve(context.Context) error { return nil }

// Shared implements Store: several labs may append to one Mem.
func (m *Mem) Shared() bool { return true }

// Close implements Store.
func (m *Mem) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
