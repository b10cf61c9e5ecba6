package ledger_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/ledger"
)

// stored is a tree as tlog itself keeps it.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = s[x]
	}
	return out, nil
}

// grown is an edge that grew leaf by leaf, with what a store would hold of it.
type grown struct {
	edge   ledger.Edge
	tiles  map[[2]int64][]byte
	leaves []ledger.Entry
	stored stored
}

func (g *grown) add(t *rapid.T, n int) {
	for range n {
		e := ledger.Entry{Leaf: binary.BigEndian.AppendUint64(nil, uint64(len(g.leaves)))}
		hs, err := tlog.StoredHashes(int64(len(g.leaves)), e.Leaf, g.stored)
		if err != nil {
			t.Fatal(err)
		}
		g.stored = append(g.stored, hs...)
		g.leaves = append(g.leaves, e)
		for _, full := range g.edge.Add(e.LeafHash()) {
			g.tiles[[2]int64{int64(full.Level), full.N}] = full.Data
		}
	}
}

func (g *grown) reopened() (*ledger.Edge, error) {
	return ledger.OpenEdge(g.edge.Size(),
		func(level int, n int64) ([]byte, error) { return g.tiles[[2]int64{int64(level), n}], nil },
		func(after ledger.Seq, limit int) ([]ledger.Entry, error) {
			return g.leaves[after:min(len(g.leaves), int(after)+limit)], nil
		})
}

func TestEdgeIsThatOfTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &grown{tiles: map[[2]int64][]byte{}}
		for _, n := range rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(250, 260), rapid.IntRange(0, 1500)), 1, 4).Draw(t, "grow") {
			before := g.edge.Clone()
			root := before.Root()
			g.add(t, n)
			want, err := tlog.TreeHash(g.edge.Size(), g.stored)
			if err != nil {
				t.Fatal(err)
			}
			if g.edge.Root() != want {
				t.Fatalf("the root over %d leaves differs from the oracle's", g.edge.Size())
			}
			if before.Root() != root {
				t.Fatal("a clone changed with its original")
			}
			again, err := g.reopened()
			if err != nil {
				t.Fatal(err)
			}
			if again.Root() != want || again.Size() != g.edge.Size() {
				t.Fatalf("the edge over %d leaves is another one when it is opened again", g.edge.Size())
			}
			for level := range 3 {
				if string(again.Partial(level)) != string(g.edge.Partial(level)) {
					t.Fatalf("the last tile of level %d over %d leaves is another one when it is opened again", level, g.edge.Size())
				}
			}
			g.edge = *again // and it goes on from there
		}
	})
}

func TestEdgeIsNotOpenedOverMissingPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &grown{tiles: map[[2]int64][]byte{}}
		g.add(t, rapid.IntRange(257, 1500).Draw(t, "leaves"))
		n := rapid.Int64Range(0, g.edge.Size()/ledger.TileWidth-1).Draw(t, "tile")
		tile := g.tiles[[2]int64{0, n}]
		g.tiles[[2]int64{0, n}] = tile[:rapid.IntRange(0, len(tile)-1).Draw(t, "left")]
		if _, err := g.reopened(); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("a tile was cut: %v, want ErrDamaged", err)
		}
	})
}
