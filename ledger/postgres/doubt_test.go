package postgres_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// put appends one entry at head as a node, at the ledger's time, again where that has gone on meanwhile.
func put(t *testing.T, s ledger.Store, via string, head ledger.Seq) error {
	t.Helper()
	a, err := s.Append(t.Context(), head, nil)
	if err != nil {
		return err
	}
	for range 5 {
		a, err = s.Append(t.Context(), head, []ledger.Entry{ledgertest.MakeBy(via, head+1, a.Clock)})
		if !errors.Is(err, ledger.ErrTime) {
			break
		}
	}
	return err
}

func mustPut(t *testing.T, s ledger.Store, via string, head ledger.Seq) {
	t.Helper()
	if err := put(t, s, via, head); err != nil {
		t.Fatal(err)
	}
}

// sound verifies a ledger and returns the nodes that wrote its entries.
func sound(t *testing.T, s ledger.Store, want int64) []string {
	t.Helper()
	v, err := ledger.Verify(t.Context(), s, ledgertest.NewSigner(t, 1).Public(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.Entries != want {
		t.Errorf("%d entries, want %d", v.Entries, want)
	}
	var by []string
	for len(by) < int(v.Entries) {
		es, err := s.Read(t.Context(), ledger.Seq(len(by)), ledger.MaxRead)
		if err != nil || len(es) == 0 {
			t.Fatalf("read: %d entries, %v", len(es), err)
		}
		for i := range es {
			by = append(by, es[i].Via)
		}
	}
	return by
}

// appending tells whether bytes on their way to the server hold an entry.
func appending(sent []byte) bool { return bytes.Contains(sent, []byte(`"kind":"test.written"`)) }

func TestStatementDelayedBeyondDoubtNeverCommits(t *testing.T) {
	direct := pgtest.Database(t)
	p, url := through(t, direct)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	mustPut(t, s, "n1/first", 0)

	p.withhold(func(sent []byte) int {
		if appending(sent) {
			return 0
		}
		return len(sent)
	})
	doubted := make(chan error, 1) // so that the goroutine ends even if the test fails
	go func() { doubted <- put(t, s, "n1/delayed", 1) }()
	x := <-p.held
	p.withhold(nil)
	p.cut(x)
	if err := <-doubted; !errors.Is(err, ledger.ErrDoubt) {
		t.Fatalf("append whose connection was lost: %v, want ErrDoubt", err)
	}

	es, err := s.Read(t.Context(), 1, 10) // the next answer settles it
	if err != nil || len(es) != 0 {
		t.Fatalf("after the doubt: %d entries, %v", len(es), err)
	}
	if err := p.release(x); err != nil {
		t.Fatal(err)
	}
	// The statement is with the server now and runs whenever it likes; it finds another fence.
	pgtest.Exec(t, direct, `DO $$ BEGIN
		FOR i IN 1..200 LOOP
			EXIT WHEN (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()) = 0;
			PERFORM pg_sleep(0.01);
		END LOOP;
		PERFORM pg_sleep(0.2);
	END $$`)
	if es, err := s.Read(t.Context(), 1, 10); err != nil || len(es) != 0 {
		t.Fatalf("the delayed statement was committed: %d entries, %v", len(es), err)
	}
	mustPut(t, s, "n1/second", 1)
	if by := sound(t, s, 2); by[1] != "n1/second" {
		t.Errorf("entries by %v", by)
	}
}

func TestAnswerLostAfterTheCommitIsSettledAsWritten(t *testing.T) {
	direct := pgtest.Database(t)
	p, url := through(t, direct)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	other := open(t, direct, postgres.Options{Site: ledgertest.Site, Node: "n2"})
	mustPut(t, s, "n1/first", 0)
	p.withhold(func(sent []byte) int {
		if appending(sent) {
			return -1
		}
		return len(sent)
	})
	doubted := make(chan error, 1) // so that the goroutine ends even if the test fails
	go func() { doubted <- put(t, s, "n1/second", 1) }()
	x := <-p.held
	p.withhold(nil)
	for head := ledger.Seq(0); head < 2; {
		h, err := other.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		head = h.Seq
	}
	p.cut(x)
	if err := <-doubted; !errors.Is(err, ledger.ErrDoubt) {
		t.Fatalf("append whose answer was lost: %v, want ErrDoubt", err)
	}
	es, err := s.Read(t.Context(), 1, 10)
	if err != nil || len(es) != 1 || es[0].Via != "n1/second" {
		t.Fatalf("after the doubt: %d entries, %v; want the one that was committed", len(es), err)
	}
	mustPut(t, other, "n2/third", 2)
	mustPut(t, s, "n1/fourth", 3)
	sound(t, s, 4)
}

func TestStatementTornOnItsWayHoldsNobodyUpForLong(t *testing.T) {
	direct := pgtest.Database(t)
	p, url := through(t, direct)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	other := open(t, direct, postgres.Options{Site: ledgertest.Site, Node: "n2"})
	mustPut(t, s, "n1/first", 0)

	const sync = 5 // the message that ends the implicit transaction
	p.withhold(func(sent []byte) int {
		if appending(sent) {
			return len(sent) - sync
		}
		return len(sent)
	})
	torn := make(chan error, 1) // so that the goroutine ends even if the test fails
	go func() { torn <- put(t, s, "n1/torn", 1) }()
	x := <-p.held
	p.withhold(nil)

	began := time.Now()
	mustPut(t, other, "n2/second", 1)
	t.Logf("the other node waited %v", time.Since(began))
	p.cut(x)
	if err := <-torn; !errors.Is(err, ledger.ErrDoubt) {
		t.Fatalf("torn append: %v, want ErrDoubt", err)
	}
	_ = p.release(x) // the server has closed it
	if by := sound(t, s, 2); by[1] != "n2/second" {
		t.Errorf("entries by %v", by)
	}
}
