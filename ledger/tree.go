package ledger

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// TileHeight is the height of a tile: 2⁸ = TileWidth hashes.
const (
	TileHeight = 8
	TileWidth  = 1 << TileHeight
)

// Tile is one full tile: the hashes of TileWidth neighbouring nodes of a level, 32 bytes each.
type Tile struct {
	Level int
	N     int64
	Data  []byte
}

// Edge is the right edge of the tree: what it takes to append a leaf and to know the root, at most 255 hashes a level
// of tiles. It is not safe for concurrent use.
type Edge struct {
	n      int64
	levels [][]Hash // levels[l]: the nodes of the last, incomplete tile of level l
	peaks  []Hash   // the roots of the whole subtrees that n leaves make, one for each bit of n, largest first
}

// Size returns how many leaves the tree has.
func (e *Edge) Size() int64 { return e.n }

// Add appends a leaf's hash and returns the tiles that it completes, lowest level first. It hashes once a leaf, taken
// over many.
func (e *Edge) Add(leaf Hash) []Tile {
	h, level, height := leaf, 0, 0
	var full []Tile
	for n := e.n; ; n, height = n>>1, height+1 {
		if height == level*TileHeight {
			if level == len(e.levels) {
				e.levels = append(e.levels, make([]Hash, 0, TileWidth))
			}
			e.levels[level] = append(e.levels[level], h)
			if len(e.levels[level]) == TileWidth {
				full = append(full, Tile{Level: level, N: e.n >> (TileHeight * (level + 1)), Data: packed(e.levels[level])})
				e.levels[level] = e.levels[level][:0:0]
			}
			level++
		}
		if n&1 == 0 {
			break
		}
		last := len(e.peaks) - 1
		h, e.peaks = tlog.NodeHash(e.peaks[last], h), e.peaks[:last]
	}
	e.peaks = append(e.peaks, h)
	e.n++
	return full
}

// Root returns the tree's root (RFC 6962 §2.1). O(log n).
func (e *Edge) Root() Hash {
	if e.n == 0 {
		h, err := tlog.TreeHash(0, nil)
		if err != nil {
			panic(err) // an empty tree reads nothing
		}
		return h
	}
	last := len(e.peaks) - 1
	h := e.peaks[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(e.peaks[i], h)
	}
	return h
}

// Partial returns the hashes of the last, incomplete tile of a level, 32 bytes each.
func (e *Edge) Partial(level int) []byte {
	if level >= len(e.levels) {
		return nil
	}
	return packed(e.levels[level])
}

// Clone returns a copy that shares nothing with e.
func (e *Edge) Clone() *Edge {
	c := &Edge{n: e.n, levels: make([][]Hash, len(e.levels)), peaks: append(make([]Hash, 0, len(e.peaks)+1), e.peaks...)}
	for l, nodes := range e.levels {
		c.levels[l] = append(make([]Hash, 0, TileWidth), nodes...)
	}
	return c
}

// OpenEdge makes the edge of a tree of size leaves from what a store holds: its full tiles, and the leaves after the
// last full one. It reads at most 255 tiles a level and 255 leaves.
func OpenEdge(size int64, tile func(level int, n int64) ([]byte, error), leaves func(after Seq, limit int) ([]Entry, error)) (*Edge, error) {
	e := &Edge{n: size}
	for l := 0; size>>(TileHeight*l) > 0; l++ {
		count := size >> (TileHeight * l)
		nodes := make([]Hash, 0, TileWidth)
		first := count &^ (TileWidth - 1)
		if l == 0 {
			es, err := leaves(Seq(first), int(count-first))
			if err != nil {
				return nil, err
			}
			for i := range es {
				nodes = append(nodes, es[i].LeafHash())
			}
		} else {
			for n := first; n < count; n++ {
				data, err := tile(l-1, n)
				if err != nil {
					return nil, err
				}
				hs, err := unpacked(data)
				if err != nil || len(hs) != TileWidth {
					return nil, fmt.Errorf("%w: tile %d of level %d is not whole", ErrDamaged, n, l-1)
				}
				nodes = append(nodes, rootOf(hs))
			}
		}
		if int64(len(nodes)) != count-first {
			return nil, fmt.Errorf("%w: %d of %d nodes of level %d are there", ErrDamaged, len(nodes), count-first, l)
		}
		e.levels = append(e.levels, nodes)
	}
	for _, nodes := range slices.Backward(e.levels) {
		for width := TileWidth / 2; width > 0; width /= 2 {
			if len(nodes) >= width {
				e.peaks, nodes = append(e.peaks, rootOf(nodes[:width])), nodes[width:]
			}
		}
	}
	return e, nil
}

// rootOf returns the root over neighbouring nodes of one level.
func rootOf(nodes []Hash) Hash {
	if len(nodes) == 1 {
		return nodes[0]
	}
	k := 1
	for k*2 < len(nodes) {
		k *= 2
	}
	return tlog.NodeHash(rootOf(nodes[:k]), rootOf(nodes[k:]))
}

func packed(hs []Hash) []byte {
	b := make([]byte, 0, len(hs)*len(Hash{}))
	for _, h := range hs {
		b = append(b, h[:]...)
	}
	return b
}

func unpacked(b []byte) ([]Hash, error) {
	if len(b)%len(Hash{}) != 0 {
		return nil, fmt.Errorf("%w: a tile of %d bytes", ErrDamaged, len(b))
	}
	hs := make([]Hash, 0, len(b)/len(Hash{}))
	for ; len(b) > 0; b = b[len(Hash{}):] {
		hs = append(hs, Hash(b[:len(Hash{})]))
	}
	return hs, nil
}

// tiles reads a store's tiles as tlog wants them.
type tiles struct {
	ctx   context.Context //nolint:containedctx // tlog.TileReader has no context; the value lives for one call
	store Store
}

func (t tiles) Height() int { return TileHeight }

func (t tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(want))
	for i, w := range want {
		data, err := t.store.Tile(t.ctx, w.L, w.N)
		if err != nil {
			return nil, err
		}
		if len(data) < w.W*len(Hash{}) {
			return nil, fmt.Errorf("%w: tile %d of level %d is short", ErrDamaged, w.N, w.L)
		}
		out[i] = data[:w.W*len(Hash{})]
	}
	return out, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// hashes returns a reader of the tree's hashes that checks what it reads against the tree.
func hashes(ctx context.Context, s Store, tree tlog.Tree) tlog.HashReader {
	return tlog.TileHashReader(tree, tiles{ctx: ctx, store: s})
}
