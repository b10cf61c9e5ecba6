package ledgertest

import (
	"errors"
	"math/rand/v2"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/seed-909bec58/readback/ledger"
)

// oracle is the tree as tlog itself keeps it.
type oracle struct {
	n      int64
	stored []tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (o *oracle) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = o.stored[x]
	}
	return out, nil
}

func (o *oracle) add(t *testing.T, leaf []byte) {
	t.Helper()
	hs, err := tlog.StoredHashes(o.n, leaf, o)
	if err != nil {
		t.Fatal(err)
	}
	o.n++
	o.stored = append(o.stored, hs...)
}

func (o *oracle) root(t *testing.T) tlog.Hash {
	t.Helper()
	h, err := tlog.TreeHash(o.n, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func testOracle(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	var o oracle
	for _, size := range []int64{1, 2, 255, 256, 257, 511, 512, 513, 65535, 65536, 65537} {
		for o.n < size {
			batch := Batch(ledger.Seq(o.n), c.Now(), int(min(size-o.n, 1024)))
			if _, err := s.Append(t.Context(), ledger.Seq(o.n), batch); err != nil {
				t.Fatal(err)
			}
			for _, e := range batch {
				o.add(t, e.Leaf)
			}
		}
		if h := headOf(t, s); h.Root != o.root(t) {
			t.Fatalf("root over %d entries differs from the oracle's", size)
		}
		for level := 0; level == 0 || size>>(ledger.TileHeight*level) > 0; level++ {
			compareTiles(t, s, &o, level)
		}
		if p.Volatile || size < 255 {
			continue
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, p, c)
	}
}

// compareTiles compares the level's tiles with the oracle's hashes: the newest six, and one in 40 of the others.
func compareTiles(t *testing.T, s ledger.Store, o *oracle, level int) {
	t.Helper()
	nodes := o.n >> (ledger.TileHeight * level)
	last := nodes / ledger.TileWidth
	for n := range last + 1 {
		if n < last-5 && n%40 != 0 {
			continue
		}
		data, err := s.Tile(t.Context(), level, n)
		if err != nil {
			t.Fatal(err)
		}
		width := min(nodes-n*ledger.TileWidth, ledger.TileWidth)
		if int64(len(data)) != width*tlog.HashSize {
			t.Fatalf("tile %d of level %d over %d entries has %d bytes, want %d hashes", n, level, o.n, len(data), width)
		}
		for i := range width {
			if tlog.Hash(data[i*tlog.HashSize:][:tlog.HashSize]) != o.stored[tlog.StoredHashIndex(level*ledger.TileHeight, n*ledger.TileWidth+i)] {
				t.Fatalf("hash %d of tile %d of level %d over %d entries differs from the oracle's", i, n, level, o.n)
			}
		}
	}
	if _, err := s.Tile(t.Context(), level, last+1); err == nil {
		t.Errorf("tile %d of level %d over %d entries is beyond the end, and there", last+1, level, o.n)
	}
}

func testProofs(t *testing.T, p Place) {
	c := NewClock()
	s := open(t, p, c)
	signer := NewSigner(t, 1)
	w, err := ledger.NewWitness(t.Context(), s, signer)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Sign(t.Context()); err != nil || n != (ledger.Note{}) {
		t.Errorf("checkpoint of an empty ledger: %+v, %v", n, err)
	}
	var points []ledger.Checkpoint
	var notes []ledger.Note
	for _, n := range []int{1, 1, 100, 153, 1, 1, 300, 1700, 2300} {
		fill(t, s, c, n)
		note, err := w.Sign(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		point, err := ledger.OpenCheckpoint(note.Signed, signer.Public())
		if err != nil {
			t.Fatal(err)
		}
		points, notes = append(points, point), append(notes, note)
	}
	for i, older := range points {
		for _, newer := range points[i:] {
			proof, err := ledger.Consistency(t.Context(), s, older, newer)
			if err != nil {
				t.Fatalf("%d to %d: %v", older.Size, newer.Size, err)
			}
			if err := ledger.CheckConsistency(older, newer, proof); err != nil {
				t.Errorf("%d to %d: %v", older.Size, newer.Size, err)
			}
			forged := older
			forged.Root[7]++
			if err := ledger.CheckConsistency(forged, newer, proof); !errors.Is(err, ledger.ErrDamaged) {
				t.Errorf("%d to %d, with another history: %v, want ErrDamaged", older.Size, newer.Size, err)
			}
		}
	}
	r := rand.New(rand.NewPCG(2, 2))
	for i, point := range points {
		for _, seq := range []ledger.Seq{1, ledger.Seq(point.Size), 1 + ledger.Seq(r.Int64N(point.Size)), 1 + ledger.Seq(r.Int64N(point.Size))} {
			receipt, err := ledger.NewReceipt(t.Context(), s, seq, notes[i].Signed, signer.Public())
			if err != nil {
				t.Fatal(err)
			}
			e, at, err := receipt.Check(signer.Public())
			if err != nil || e.Seq != seq || at != point {
				t.Errorf("receipt of %d under %d: entry %d, %+v, %v", seq, point.Size, e.Seq, at, err)
			}
		}
		if _, err := ledger.NewReceipt(t.Context(), s, ledger.Seq(point.Size)+1, notes[i].Signed, signer.Public()); !errors.Is(err, ledger.ErrReceipt) {
			t.Errorf("receipt of the entry after %d: %v, want ErrReceipt", point.Size, err)
		}
	}
	if v := verify(t, s, points[len(points)-1].Size); v.Signed != v.Entries {
		t.Errorf("verified checkpoints up to %d, want %d", v.Signed, v.Entries)
	}
	if again, err := ledger.NewWitness(t.Context(), s, signer); err != nil {
		t.Error(err)
	} else if n, err := again.Sign(t.Context()); err != nil || n != notes[len(notes)-1] {
		t.Errorf("signing the same head again: %+v, %v; want %+v", n, err, notes[len(notes)-1])
	}
}
