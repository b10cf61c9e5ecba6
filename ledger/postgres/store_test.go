package postgres_test

import (
	"os"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestStoreIsALedger(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledgertest.Place {
		url := pgtest.Database(t)
		return ledgertest.Place{
			Open: func(t *testing.T, wall func() time.Time) ledger.Store {
				return open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1", Wall: wall})
			},
			SQL:     func(t *testing.T, statement string) error { return pgtest.TryExec(t, url, statement) },
			Refused: refused,
			Tamper:  tamper(url),
		}
	})
}

// open opens a ledger and closes it when the test ends; it may be closed before.
func open(t testing.TB, url string, o postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var refused = []string{
	"UPDATE ledger.entry SET leaf = '{}' WHERE seq = 1",
	"UPDATE ledger.entry SET seq = 3 WHERE seq = 1",
	"DELETE FROM ledger.entry WHERE seq = 2",
	"DELETE FROM ledger.entry WHERE false",
	"TRUNCATE ledger.entry",
	"TRUNCATE ledger.entry CASCADE",
	"SET session_replication_role = replica; DELETE FROM ledger.entry WHERE seq = 2",
	"WITH gone AS (DELETE FROM ledger.entry RETURNING seq) SELECT count(*) FROM gone",
	"INSERT INTO ledger.entry (site, seq, leaf) VALUES ('h1', 1, '{}') ON CONFLICT (site, seq) DO UPDATE SET leaf = excluded.leaf",
	"INSERT INTO ledger.entry (site, seq, leaf) VALUES ('h1', 1, '{}')",
	"UPDATE ledger.about SET subject = 'call/0' WHERE seq = 1",
	"DELETE FROM ledger.about",
	"TRUNCATE ledger.about",
	"UPDATE ledger.tile SET n = 1",
	"DELETE FROM ledger.tile",
	"TRUNCATE ledger.tile",
	"UPDATE ledger.enclosure SET data = '{}' WHERE seq = 1",
	"UPDATE ledger.enclosure SET salt = NULL WHERE seq = 1",
	"UPDATE ledger.enclosure SET seq = 2, salt = NULL, data = NULL WHERE seq = 1",
	"UPDATE ledger.enclosure SET site = 'h2', salt = NULL, data = NULL WHERE seq = 1",
	"DELETE FROM ledger.enclosure WHERE seq = 1",
	"TRUNCATE ledger.enclosure",
}
