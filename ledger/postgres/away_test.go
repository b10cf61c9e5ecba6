package postgres_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

func TestNothingIsSeenThatTheSynchronousStandbyLacks(t *testing.T) {
	first := pgtest.Start(t)
	url := first.Database(t)
	second := first.Standby(t)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	other := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n2"})
	mustPut(t, s, "n1/first", 0)
	mustPut(t, other, "n2/second", 1)
	if err := second.Stop("immediate"); err != nil {
		t.Fatal(err)
	}

	if err := put(t, s, "n1/third", 2); !errors.Is(err, ledger.ErrDoubt) {
		t.Fatalf("append while the standby is away: %v, want ErrDoubt", err)
	}
	if es, err := s.Read(t.Context(), 2, 10); err == nil {
		t.Errorf("%d entries were read while one is in doubt", len(es))
	}
	if es, err := other.Read(t.Context(), 2, 10); err != nil || len(es) != 0 {
		t.Errorf("the other node sees %d entries that the standby lacks, %v", len(es), err)
	}

	if err := second.Run(); err != nil {
		t.Fatal(err)
	}
	var es []ledger.Entry
	err := errors.New("not asked")
	for err != nil { // each asks for a lock that is given when the standby has caught up
		es, err = s.Read(t.Context(), 2, 10)
	}
	if len(es) != 1 || es[0].Via != "n1/third" {
		t.Errorf("after the standby came back: %d entries, %v; want the one that waited", len(es), err)
	}
	mustPut(t, other, "n2/fourth", 3)
	sound(t, s, 4)
}

func TestFullDiskWritesNothingAndGoesOnWhenThereIsRoom(t *testing.T) {
	dir := need.Tmpfs(t, 24<<20)
	server := pgtest.Start(t)
	server.Tablespace(t, "small", dir)
	pgtest.Exec(t, server.URL("postgres"), "CREATE DATABASE small TABLESPACE small")
	url := server.URL("small")
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	pgtest.Exec(t, url, "CREATE TABLE ballast (b bytea); ALTER TABLE ballast ALTER b SET STORAGE EXTERNAL; INSERT INTO ballast SELECT decode(repeat('00', 1 << 20), 'hex') FROM generate_series(1, 4)")
	r := rand.New(rand.NewPCG(5, 5))
	var head ledger.Seq
	var err error
	for err == nil {
		var a ledger.Answer
		if a, err = s.Append(t.Context(), head, nil); err != nil {
			t.Fatal(err)
		}
		batch := ledgertest.Batch(head, a.Clock, 8)
		for i := range batch {
			batch[i].Body = bytes.Replace(batch[i].Body, []byte(`"note":"`), []byte(`"note":"`+noise(r, 1<<14)), 1)
			if err := batch[i].Encode(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err = s.Append(t.Context(), head, batch); err == nil {
			head += 8
		}
		if errors.Is(err, ledger.ErrTime) {
			err = nil
		}
	}
	if !errors.Is(err, ledger.ErrFull) {
		t.Fatalf("after %d entries: %v, want ErrFull", head, err)
	}
	sound(t, s, int64(head))
	pgtest.Exec(t, url, "DROP TABLE ballast")
	mustPut(t, s, "n1/again", head)
	sound(t, s, int64(head)+1)
}

// noise returns n characters that cannot be compressed much.
func noise(r *rand.Rand, n int) string {
	b := make([]byte, 0, n)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, r.Uint64())
	}
	return base64.StdEncoding.EncodeToString(b)[:n]
}
