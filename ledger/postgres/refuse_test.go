package postgres_test

import (
	"errors"
	"fmt"
	neturl "net/url"
	"strings"
	"sync"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// database returns the name of the database in a URL.
func database(t *testing.T, database string) string {
	t.Helper()
	u, err := neturl.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}

func TestOpenRefusesWhatIsNotItsLedger(t *testing.T) {
	url := pgtest.Database(t)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1", Key: "h1/ledger+1+a"})
	mustPut(t, s, "n1/first", 0)
	for what, o := range map[string]postgres.Options{
		"another key": {Site: ledgertest.Site, Key: "h1/ledger+2+b"},
		"no site":     {},
	} {
		if _, err := postgres.Open(t.Context(), url, o); !errors.Is(err, ledger.ErrSite) {
			t.Errorf("%s: %v, want ErrSite", what, err)
		}
	}
	pgtest.Exec(t, url, "INSERT INTO ledger.step (version) VALUES (99)")
	if _, err := postgres.Open(t.Context(), url, postgres.Options{Site: ledgertest.Site}); !errors.Is(err, ledger.ErrSite) || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("a newer schema: %v, want ErrSite and what to do", err)
	}
	if _, err := postgres.Open(t.Context(), strings.Replace(url, database(t, url), "nowhere", 1), postgres.Options{Site: "h1"}); err == nil || !strings.Contains(err.Error(), "createdb nowhere") {
		t.Errorf("no database: %v, want what to do", err)
	}
	name := database(t, url)
	pgtest.Exec(t, url, fmt.Sprintf("ALTER DATABASE %s SET default_transaction_read_only = on", name))
	if _, err := postgres.Open(t.Context(), url, postgres.Options{Site: "h3"}); !errors.Is(err, ledger.ErrStandby) {
		t.Errorf("a read-only database: %v, want ErrStandby", err)
	}
}

func TestWrongPasswordIsRefusedWithoutShowingIt(t *testing.T) {
	direct := pgtest.Database(t)
	pgtest.Exec(t, direct, "CREATE ROLE locked LOGIN PASSWORD 'right'")
	t.Cleanup(func() { pgtest.Exec(t, direct, "DROP ROLE locked") })
	u := strings.Replace(direct, "postgres@", "locked:canary-secret@", 1)
	_, err := postgres.Open(t.Context(), u, postgres.Options{Site: "h1"})
	if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "password") {
		t.Errorf("wrong password: %v", err)
	}
}

func TestSitesOfOneDatabaseDoNotSeeOneAnother(t *testing.T) {
	url := pgtest.Database(t)
	a := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	b := open(t, url, postgres.Options{Site: "h2", Node: "n1"})
	for head := range ledger.Seq(5) {
		mustPut(t, a, "n1/a", head)
	}
	if h, err := b.Head(t.Context()); err != nil || h.Seq != 0 {
		t.Errorf("the other site's head: %+v, %v", h, err)
	}
	if es, err := b.Read(t.Context(), 0, 10); err != nil || len(es) != 0 {
		t.Errorf("the other site reads %d entries, %v", len(es), err)
	}
	if es, err := b.About(t.Context(), "call/1", 10); err != nil || len(es) != 0 {
		t.Errorf("the other site finds %d entries, %v", len(es), err)
	}
	if err := put(t, b, "n1/b", 0); !errors.Is(err, ledger.ErrSite) {
		t.Errorf("an entry of h1 in the ledger of h2: %v, want ErrSite", err)
	}
	if err := b.Erase(t.Context(), []ledger.Seq{1, 2}); err != nil {
		t.Error(err)
	}
	if es, err := a.Read(t.Context(), 0, 1); err != nil || es[0].Enclosures[0].Erased {
		t.Errorf("erased by another site: %v", err)
	}
	release, err := a.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	other, err := b.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other()
	sound(t, a, 5)
}

func TestNodesThatStartTogetherMakeOneSchema(t *testing.T) {
	url := pgtest.Database(t)
	var wg sync.WaitGroup
	for n := range 6 {
		wg.Go(func() {
			s, err := postgres.Open(t.Context(), url, postgres.Options{Site: ledgertest.Site, Node: fmt.Sprintf("n%d", n), Key: "k"})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	mustPut(t, open(t, url, postgres.Options{Site: ledgertest.Site, Key: "k"}), "n1/first", 0)
}

func TestGrantedRoleAppendsAndCannotOpenTheGuards(t *testing.T) {
	direct := pgtest.Database(t)
	owner := open(t, direct, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	mustPut(t, owner, "n1/first", 0)
	role := "everyday_" + database(t, direct)
	pgtest.Exec(t, direct, "CREATE ROLE "+role+" LOGIN PASSWORD 'p'")
	t.Cleanup(func() { pgtest.Exec(t, direct, "DROP OWNED BY "+role+"; DROP ROLE "+role) })
	pgtest.Exec(t, direct, postgres.Grants(role))
	url := strings.Replace(direct, "postgres@", role+":p@", 1)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n2"})
	mustPut(t, s, "n2/second", 1)
	if err := s.Erase(t.Context(), []ledger.Seq{2}); err != nil {
		t.Error(err)
	}
	sound(t, s, 2)
	for _, sql := range append([]string{
		"ALTER TABLE ledger.entry DISABLE TRIGGER append_only",
		"DROP TABLE ledger.entry",
		"CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
		"CREATE OR REPLACE FUNCTION ledger.wall() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
		"DELETE FROM ledger.head",
	}, refused...) {
		if err := pgtest.TryExec(t, url, sql); err == nil {
			t.Errorf("allowed: %s", sql)
		}
	}
}

func TestAuditFindsGuardsThatAreOff(t *testing.T) {
	url := pgtest.Database(t)
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	mustPut(t, s, "n1/first", 0)
	for off, on := range map[string]string{
		"ALTER TABLE ledger.entry DISABLE TRIGGER append_only":    "ALTER TABLE ledger.entry ENABLE ALWAYS TRIGGER append_only",
		"ALTER TABLE ledger.tile ENABLE TRIGGER append_only":      "ALTER TABLE ledger.tile ENABLE ALWAYS TRIGGER append_only",
		"ALTER TABLE ledger.enclosure DISABLE TRIGGER only_erase": "ALTER TABLE ledger.enclosure ENABLE ALWAYS TRIGGER only_erase",
		"CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'": `CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'integrity_constraint_violation'; END $$`,
	} {
		if err := s.Audit(t.Context()); err != nil {
			t.Fatalf("before %s: %v", off, err)
		}
		pgtest.Exec(t, url, off)
		if err := s.Audit(t.Context()); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("after %s: %v, want ErrDamaged", off, err)
		}
		pgtest.Exec(t, url, on)
	}
}

func TestCommitsWaitForTheDiskWhateverTheDatabaseSays(t *testing.T) {
	url := pgtest.Database(t)
	pgtest.Exec(t, url, fmt.Sprintf("ALTER DATABASE %s SET synchronous_commit = off", database(t, url)))
	s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	r, err := s.Durability(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.SynchronousCommit != "on" || len(r.Broken()) != 0 {
		t.Errorf("%+v: %v", r, r.Broken())
	}
	db, err := s.DB(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // nothing was written
	var commit string
	if err := db.QueryRowContext(t.Context(), "SHOW synchronous_commit").Scan(&commit); err != nil || commit != "on" {
		t.Errorf("beside the ledger: %q, %v", commit, err)
	}
}
