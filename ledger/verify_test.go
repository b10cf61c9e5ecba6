package ledger_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
)

// bent is a store that answers otherwise than it was told.
type bent struct {
	ledger.Store

	entry func(*ledger.Entry)
	head  func(*ledger.Head)
	tile  func([]byte)
	note  func(*ledger.Note)
}

func (b bent) Read(ctx context.Context, after ledger.Seq, limit int) ([]ledger.Entry, error) {
	es, err := b.Store.Read(ctx, after, limit)
	for i := range es {
		if es[i].Seq == 200 && b.entry != nil {
			b.entry(&es[i])
		}
	}
	return es, err
}

func (b bent) Head(ctx context.Context) (ledger.Head, error) {
	h, err := b.Store.Head(ctx)
	if b.head != nil {
		b.head(&h)
	}
	return h, err
}

func (b bent) Tile(ctx context.Context, level int, n int64) ([]byte, error) {
	data, err := b.Store.Tile(ctx, level, n)
	if b.tile != nil {
		data = append([]byte(nil), data...)
		b.tile(data)
	}
	return data, err
}

func (b bent) Checkpoints(ctx context.Context, after int64, limit int) ([]ledger.Note, error) {
	ns, err := b.Store.Checkpoints(ctx, after, limit)
	for i := range ns {
		if b.note != nil {
			b.note(&ns[i])
		}
	}
	return ns, err
}

func TestVerifyFindsWhatIsNotAsItWasWritten(t *testing.T) {
	m, note := ledgerOf(t, 300)
	public := ledgertest.NewSigner(t, 1).Public()
	foreign, err := ledgertest.NewSigner(t, 2).Sign(300, ledger.Hash{})
	if err != nil {
		t.Fatal(err)
	}
	for what, b := range map[string]bent{
		"a leaf that is no entry":     {entry: func(e *ledger.Entry) { e.Leaf = []byte("{}") }},
		"another entry":               {entry: func(e *ledger.Entry) { *e = ledgertest.MakeBy("n2/s2", 200, e.At) }},
		"an entry of another place":   {entry: func(e *ledger.Entry) { *e = ledgertest.Make(201, e.At) }},
		"a time that falls":           {entry: func(e *ledger.Entry) { *e = ledgertest.Make(200, e.At.Add(-1e9)) }},
		"a missing enclosure":         {entry: func(e *ledger.Entry) { e.Enclosures = e.Enclosures[:1] }},
		"one enclosure more":          {entry: func(e *ledger.Entry) { e.Enclosures = append(e.Enclosures, ledger.Enclosure{Erased: true}) }},
		"changed data":                {entry: func(e *ledger.Entry) { e.Enclosures[1].Data = []byte(`"other"`) }},
		"salt moved into the data":    {entry: func(e *ledger.Entry) { moved(&e.Enclosures[0]) }},
		"a shorter head":              {head: func(h *ledger.Head) { h.Seq = 299 }},
		"a longer head":               {head: func(h *ledger.Head) { h.Seq = 301 }},
		"another root":                {head: func(h *ledger.Head) { h.Root[3]++ }},
		"another time of the head":    {head: func(h *ledger.Head) { h.At = h.At.Add(1e6) }},
		"a changed tile":              {tile: func(b []byte) { b[77]++ }},
		"a checkpoint of another key": {note: func(n *ledger.Note) { n.Signed = foreign }},
		"a checkpoint of another size": {note: func(n *ledger.Note) {
			n.Size = 299
		}},
	} {
		b.Store = m
		if v, err := ledger.Verify(t.Context(), b, public, nil); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("%s: %+v, %v; want ErrDamaged", what, v, err)
		}
	}
	var told int64
	v, err := ledger.Verify(t.Context(), m, public, func(done, all int64) {
		if all != 300 || done < told {
			t.Errorf("progress %d of %d after %d", done, all, told)
		}
		told = done
	})
	if err != nil || v.Entries != 300 || v.Signed != note.Size || told != 300 {
		t.Errorf("as it was written: %+v, %v, progress to %d", v, err, told)
	}
}

// moved moves a byte from the end of the salt to the front of the data: their joined bytes stay.
func moved(c *ledger.Enclosure) {
	last := len(c.Salt) - 1
	*c = ledger.Enclosure{Salt: c.Salt[:last], Data: append([]byte{c.Salt[last]}, c.Data...)}
}

func TestWitnessSignsNothingOverADamagedLedger(t *testing.T) {
	c := ledgertest.NewClock()
	m := ledger.NewMem(ledgertest.Site, c.Now)
	b := bent{Store: m}
	w, err := ledger.NewWitness(t.Context(), &b, ledgertest.NewSigner(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Append(t.Context(), 0, ledgertest.Batch(0, c.Now(), 300)); err != nil {
		t.Fatal(err)
	}
	b.entry = func(e *ledger.Entry) { *e = ledgertest.MakeBy("n2/s2", 200, e.At) }
	if n, err := w.Sign(t.Context()); !errors.Is(err, ledger.ErrDamaged) || n != (ledger.Note{}) {
		t.Errorf("signed %+v, %v; want ErrDamaged", n, err)
	}
	if n, err := m.LastCheckpoint(t.Context()); err != nil || n != (ledger.Note{}) {
		t.Errorf("kept %+v, %v; want no checkpoint", n, err)
	}
	b.entry = nil
	if n, err := w.Sign(t.Context()); err != nil || n.Size != 300 {
		t.Errorf("once it is as it was written: %+v, %v", n, err)
	}
}
