package ledger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
)

// leafOf is a leaf as encoding/json sees it.
type leafOf struct {
	Seq   ledger.Seq      `json:"seq"`
	At    string          `json:"at"`
	Site  string          `json:"site"`
	By    string          `json:"by"`
	Via   string          `json:"via"`
	Key   string          `json:"key"`
	Kind  string          `json:"kind"`
	V     int             `json:"v"`
	About []string        `json:"about"`
	To    []string        `json:"to"`
	Body  json.RawMessage `json:"body"`
	Seals [][]byte        `json:"seals"`
}

func FuzzDecodeTakesOnlyTheOneForm(f *testing.F) {
	for seq := range ledger.Seq(6) {
		f.Add(ledgertest.Make(seq+1, ledgertest.NewClock().Now()).Leaf)
	}
	f.Add([]byte(`{"seq":1,"at":"2026-03-01T12:00:00.000000Z","site":"h1","by":"clock","via":"","kind":"a.b","v":1,"about":[],"to":["\u0001\"\\"],"body":{}}`))
	f.Add([]byte(`{"seq":1,"at":"2026-03-01T12:00:00.000000Z","site":"h1","by":"clock","via":"","kind":"a.b","v":1,"about":[],"to":[],"body":{"a":"}"}}`))
	f.Add([]byte(`{"seq":01,"at":"2026-03-01T12:00:00.000000Z","site":"h1","by":"clock","via":"","kind":"a.b","v":1,"about":null,"to":[],"body":{"a":1}} `))
	f.Fuzz(func(t *testing.T, leaf []byte) {
		e, err := ledger.Decode(leaf)
		if err != nil {
			if !errors.Is(err, ledger.ErrLeaf) {
				t.Errorf("error %v, want ErrLeaf", err)
			}
			return
		}
		var w leafOf
		if err := json.Unmarshal(leaf, &w); err != nil {
			t.Fatalf("taken, and no JSON: %v", err)
		}
		if w.Seq != e.Seq || w.At != e.At.Format(ledger.TimeLayout) || w.Site != e.Site || w.By != e.By || w.Via != e.Via || w.Key != e.Key ||
			w.Kind != e.Kind || w.V != e.V || !slices.Equal(w.About, e.About) || !slices.Equal(w.To, e.To) || !bytes.Equal(w.Body, e.Body) || len(w.Seals) != len(e.Seals) {
			t.Fatalf("read as %+v, encoding/json reads %+v", e, w)
		}
		for i := range w.Seals {
			if !bytes.Equal(w.Seals[i], e.Seals[i][:]) {
				t.Fatalf("seal %d differs from what encoding/json reads", i)
			}
		}
		again := e
		again.Enclosures, again.Leaf = nil, nil
		if len(e.Seals) > 0 {
			return // Encode makes seals from enclosures, which a leaf has not
		}
		if err := again.Encode(); err != nil {
			t.Fatalf("Encode of what was decoded: %v", err)
		}
		if !bytes.Equal(again.Leaf, leaf) {
			t.Fatalf("encoded again as %s", again.Leaf)
		}
	})
}

func FuzzWhatIsEncodedIsDecoded(f *testing.F) {
	f.Add(int64(1), int64(1772366400000000), "h1", "person/p1", "n1/s1", "", "call.opened", "call/1", "patient/2", `{"a":1}`, []byte("data"))
	f.Add(int64(2), int64(-1), "h\x80", "\"\\\x00\u2028", "", "k", "a.b", "x", "x", `{"a":{"b":"}\""}}`, []byte{})
	f.Fuzz(func(t *testing.T, seq, at int64, site, by, via, key, kind, about, to, body string, data []byte) {
		e := ledger.Entry{
			Seq: ledger.Seq(seq), At: time.UnixMicro(at), Site: site, By: by, Via: via, Key: key, Kind: kind, V: 1,
			About: []string{about, to, about}, To: []string{to}, Body: json.RawMessage(body),
			Enclosures: []ledger.Enclosure{{Salt: make([]byte, ledger.SaltSize), Data: data}},
		}
		if err := e.Encode(); err != nil {
			if !errors.Is(err, ledger.ErrLeaf) {
				t.Errorf("error %v, want ErrLeaf", err)
			}
			return
		}
		d, err := ledger.Decode(e.Leaf)
		if err != nil {
			t.Fatalf("%s: %v", e.Leaf, err)
		}
		if !json.Valid(e.Leaf) || !utf8.Valid(e.Leaf) {
			t.Errorf("the leaf is no JSON: %q", e.Leaf)
		}
		if d.Seq != e.Seq || !d.At.Equal(e.At) || d.Site != e.Site || d.By != e.By || d.Via != e.Via || d.Key != e.Key || d.Kind != e.Kind ||
			!slices.Equal(d.About, e.About) || !slices.Equal(d.To, e.To) || !bytes.Equal(d.Body, e.Body) || !slices.Equal(d.Seals, e.Seals) {
			t.Fatalf("decoded %+v, want %+v", d, e)
		}
	})
}

func TestWhatCannotStandInALeafIsRefused(t *testing.T) {
	at := ledgertest.NewClock().Now()
	for what, bend := range map[string]func(*ledger.Entry){
		"no place":              func(e *ledger.Entry) { e.Seq = 0 },
		"a place beyond 2⁵³":    func(e *ledger.Entry) { e.Seq = 1 << 53 },
		"a year of five digits": func(e *ledger.Entry) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"no site":               func(e *ledger.Entry) { e.Site = "" },
		"no author":             func(e *ledger.Entry) { e.By = "" },
		"no kind":               func(e *ledger.Entry) { e.Kind = "" },
		"no version":            func(e *ledger.Entry) { e.V = 0 },
		"five subjects":         func(e *ledger.Entry) { e.About = []string{"a", "b", "c", "d", "e"} },
		"no body":               func(e *ledger.Entry) { e.Body = nil },
		"a list as body":        func(e *ledger.Entry) { e.Body = []byte(`[1]`) },
		"half a body":           func(e *ledger.Entry) { e.Body = []byte(`{"a":}`) },
		"two bodies":            func(e *ledger.Entry) { e.Body = []byte(`{} {}`) },
		"space after the body":  func(e *ledger.Entry) { e.Body = []byte("{}\n") },
		"a body in Latin-1":     func(e *ledger.Entry) { e.Body = []byte("{\"a\":\"\xfc\"}") },
		"a salt cut short":      func(e *ledger.Entry) { e.Enclosures[0].Salt = e.Enclosures[0].Salt[:15] },
		"an erased enclosure":   func(e *ledger.Entry) { e.Enclosures[0] = ledger.Enclosure{Erased: true} },
	} {
		e := ledgertest.Make(1, at)
		bend(&e)
		if err := e.Encode(); !errors.Is(err, ledger.ErrLeaf) {
			t.Errorf("%s: %v, want ErrLeaf", what, err)
		}
	}
}

func TestAnyChangedByteOfALeafChangesItsHashOrIsRefused(t *testing.T) {
	e := ledgertest.Make(2, ledgertest.NewClock().Now())
	for i := range e.Leaf {
		for bit := range 8 {
			leaf := bytes.Clone(e.Leaf)
			leaf[i] ^= 1 << bit
			d, err := ledger.Decode(leaf)
			if err == nil && d.LeafHash() == e.LeafHash() {
				t.Fatalf("byte %d can change unseen", i)
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	e := ledgertest.Make(2, ledgertest.NewClock().Now())
	e.Body = append(append([]byte(`{"text":"`), bytes.Repeat([]byte("a b, "), 60)...), `"}`...)
	if err := e.Encode(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(e.Leaf)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ledger.Decode(e.Leaf); err != nil {
			b.Fatal(err)
		}
	}
}
