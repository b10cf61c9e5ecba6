package e2e_test

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// with returns a database's URL for somebody else.
func with(t *testing.T, at, user, password string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(user, password)
	return u.String()
}

func TestANodeThatCannotServeSaysWhyAndWhatToDoAtItsStart(t *testing.T) {
	need.Postgres(t)
	pg := pgtest.Start(t)
	dir := t.TempDir()
	keys := func(name string) string { return filepath.Join(dir, name) }
	own := pg.Database(t)
	first := serve(t, "--postgres", own, "--node", "n1", "--key-file", keys("site"), "--data", keys("n1"))
	standby := pg.Standby(t)
	newer, newerVault, empty := pg.Database(t), pg.Database(t), pg.Database(t)
	for _, at := range []string{newer, newerVault} {
		n := serve(t, "--postgres", at, "--key-file", keys("site"), "--data", keys("other"))
		if code := n.stop(t); code != 0 {
			t.Fatal("stop:", code)
		}
	}
	pgtest.Exec(t, newer, "INSERT INTO ledger.step (version) VALUES (99)")
	pgtest.Exec(t, newerVault, "INSERT INTO vault.step (number, name) SELECT n, 'future' FROM generate_series(90, 99) AS n")
	pgtest.Exec(t, pg.URL("postgres"), "CREATE ROLE locked LOGIN PASSWORD 'right'; CREATE ROLE everyday LOGIN")
	pgtest.Exec(t, pg.URL("postgres"), "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
	readOnly := pg.Database(t)
	u, err := url.Parse(readOnly)
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, readOnly, "ALTER DATABASE "+strings.TrimPrefix(u.Path, "/")+" SET default_transaction_read_only = on")
	u.Host = free(t)
	nobody := u.String()
	db, err := url.Parse(own)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		at, keys string
		extra    []string
		says     []string
	}{
		"a wrong password":             {at: with(t, own, "locked", "canary-secret"), says: []string{`"locked" was not let in`, "check user and password"}},
		"no such database":             {at: pg.URL("nowhere"), says: []string{`no database "nowhere"`, "createdb nowhere"}},
		"a read-only standby":          {at: standby.URL(strings.TrimPrefix(db.Path, "/")), says: []string{"it is a standby", "name the primary", "target_session_attrs=read-write"}},
		"a read-only database":         {at: readOnly, says: []string{"it is read-only", "default_transaction_read_only"}},
		"a newer schema":               {at: newer, says: []string{"schema 99", "run the newer program"}},
		"a newer vault":                {at: newerVault, says: []string{"start the newer version"}},
		"a schema that must be raised": {at: with(t, empty, "everyday", ""), says: []string{"may not change the schema", "start once as its owner"}},
		"another encoding":             {at: pg.URL("ascii"), says: []string{"SQL_ASCII", "ENCODING 'UTF8'"}},
		"nobody there":                 {at: nobody, says: []string{"does not answer", "start the database"}},
		"an address of no sort":        {at: "postgres://user:canary-secret@host:port/db", says: []string{"postgres://user:password@host:port/database"}},
		"another key":                  {at: own, keys: "of-another", says: []string{"was made with the key", "key file"}},
		"another site of its name":     {at: own, keys: "of-another", extra: []string{"--node", "n1"}, says: []string{`ledger of "main"`, "another laboratory of this name"}},
		"an unreadable Redis":          {at: own, extra: []string{"--redis", "rediss//canary-secret@host"}, says: []string{"redis://", "redis+sentinel://"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.keys == "" {
				c.keys = "site"
			}
			args := append([]string{"serve", "--http", "127.0.0.1:0", "--mllp", "", "--node", "n2", "--postgres", c.at, "--key-file", keys(c.keys), "--data", t.TempDir()}, c.extra...)
			n, err := tryStart(t, args...)
			if err == nil || n.code != 1 {
				t.Fatalf("it started, or ended with %d: %v", n.code, err)
			}
			last := n.said.String()
			for _, want := range c.says {
				if !strings.Contains(last, want) {
					t.Errorf("it does not say %q: %s", want, last)
				}
			}
			if strings.Contains(last, "canary") {
				t.Errorf("it shows a password: %s", last)
			}
		})
	}
	if code, text := first.get(t, "/readyz"); code != 200 {
		t.Errorf("the node that was there first: %d %s", code, text)
	}
}

func TestANodeServesBesideARedisThatCannotBeUsedAndSaysWhatToDo(t *testing.T) {
	c := newPair(t)
	n := serve(t, "--postgres", c.url, "--redis", "redis://nobody:canary-secret@"+c.redis.at, "--key-file", c.keys(), "--data", filepath.Join(c.dir, "n1"))
	furnish(t, n, stepWait)
	root := signIn(t, n.HTTP, admin)
	until(t, "the status says what is wrong with Redis", func() bool {
		st, err := root.Status(t.Context())
		return err == nil && st.Nodes != nil && !st.Nodes.Bell && !st.Nodes.Known && st.Nodes.Why != "" && st.Nodes.Do != ""
	})
	if code, text := n.get(t, "/readyz"); code != 200 || !strings.Contains(text, `"bell":"silent"`) {
		t.Errorf("/readyz: %d %s", code, text)
	}
	if strings.Contains(n.said.String(), "canary") || !strings.Contains(n.said.String(), "redis does not do what it should") {
		t.Errorf("the log: %s", n.said)
	}
}
