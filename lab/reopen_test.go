package lab_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
)

func TestASnapshotGivesTheSameStateAsTheLedger(t *testing.T) {
	m := ledger.NewMem("main", nil)
	file := filepath.Join(t.TempDir(), "snapshot")
	with := func(c *lab.Config) { c.Snapshot = file }
	l := open(t, m, "n1", with)
	key := lab.NewKey("p", "k", nil)
	d, _ := take("a", "a")
	first, err := l.Record(t.Context(), lab.Clock, key, d)
	if err != nil {
		t.Fatal(err)
	}
	story(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	folded := open(t, m, "n2")
	started := open(t, m, "n3", with, func(c *lab.Config) {
		c.Progress = func(int64, int64) { t.Error("a valid snapshot at the head leaves nothing to fold") }
	})
	same(t, folded.State(), started.State())
	same(t, l.State(), started.State())
	again, err := started.Record(t.Context(), lab.Clock, key, d)
	if err != nil || again.First != first.First || !again.Repeat {
		t.Fatalf("the key was forgotten: %+v, %v", again, err)
	}
}

func TestADamagedOrForeignSnapshotIsLeftAside(t *testing.T) {
	file := filepath.Join(t.TempDir(), "snapshot")
	with := func(c *lab.Config) { c.Snapshot = file }
	other := open(t, ledger.NewMem("main", nil), "n1", with)
	story(t, other)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	m := ledger.NewMem("main", nil)
	l := open(t, m, "n1")
	story(t, l)
	same(t, l.State(), open(t, m, "n2", with).State())
	flipByte(t, file)
	same(t, l.State(), open(t, m, "n3", with).State())
}

func TestANodeThatMeetsANewerKindFollowsButDecidesNothing(t *testing.T) {
	m := ledger.NewMem("main", nil)
	l := open(t, m, "n1")
	head, _ := m.Head(t.Context())
	e := ledger.Entry{Seq: head.Seq + 1, At: ledger.Micro(time.Now()), Site: "main", By: "clock", Via: "n9", Kind: "future.happened", V: 1, To: []string{"lab"}, Body: []byte(`{}`)}
	if err := e.Encode(); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Append(t.Context(), head.Seq, []ledger.Entry{e}); err != nil {
		t.Fatal(err)
	}
	d, _ := take("a", "a")
	if _, err := l.Record(t.Context(), lab.Clock, lab.Key{}, d); !errors.Is(err, ledger.ErrNewer) {
		t.Fatalf("err = %v", err)
	}
	if !errors.Is(l.Ready(), ledger.ErrNewer) {
		t.Fatal("it says that it is ready")
	}
	for got, err := range l.Follow(t.Context(), head.Seq) {
		if err != nil || got.Kind != "future.happened" {
			t.Fatalf("%v, %v", got.Kind, err)
		}
		break
	}
}

func TestAnotherSitesLedgerIsRefused(t *testing.T) {
	m := ledger.NewMem("main", nil)
	open(t, m, "n1", func(c *lab.Config) { c.Public = "main/ledger+1+a" })
	for _, edit := range []func(*lab.Config){
		func(c *lab.Config) { c.Site = "other" },
		func(c *lab.Config) { c.Public = "main/ledger+2+b" },
	} {
		cfg := lab.Config{Store: m, Site: "main", Node: "n2", Public: "main/ledger+1+a"}
		edit(&cfg)
		if _, err := lab.Open(t.Context(), cfg); !errors.Is(err, ledger.ErrSite) {
			t.Errorf("err = %v", err)
		}
	}
}
