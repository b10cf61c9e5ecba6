package pgtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Standby starts a copy of the server that follows it, and returns when the server's commits wait for it.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	home, err := own("readback-pg")
	if err != nil {
		t.Fatal(err)
	}
	standby := &Server{bin: s.bin, Dir: filepath.Join(home, "data")}
	err = run(s.bin, "pg_basebackup", "-h", "127.0.0.1", "-p", strconv.Itoa(s.Port), "-U", "postgres", "-D", standby.Dir, "-X", "stream", "-c", "fast", "--no-sync")
	if err != nil {
		t.Fatal(errors.Join(err, os.RemoveAll(home)))
	}
	standby.endWith(t)
	if err := os.WriteFile(filepath.Join(standby.Dir, "standby.signal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err = standby.launch(fmt.Sprintf("primary_conninfo = 'host=127.0.0.1 port=%d user=postgres application_name=second'", s.Port), "hot_standby = on", "wal_retrieve_retry_interval = '500ms'")
	if err != nil {
		t.Fatal(err)
	}
	Exec(t, s.URL("postgres"), "ALTER SYSTEM SET synchronous_standby_names = 'second'")
	Exec(t, s.URL("postgres"), "SELECT pg_reload_conf()")
	Exec(t, s.URL("postgres"), `DO $$ BEGIN
		FOR i IN 1..600 LOOP
			IF EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming') THEN RETURN; END IF;
			PERFORM pg_sleep(0.05);
		END LOOP;
		RAISE EXCEPTION 'the standby does not follow';
	END $$`)
	return standby
}

// Promote makes a standby a primary.
func (s *Server) Promote() error {
	return run(s.bin, "pg_ctl", "promote", "-w", "-s", "-t", "60", "-D", s.Dir)
}

// Tablespace makes a tablespace in a directory, such as a small file system, and lets the server write there.
func (s *Server) Tablespace(t testing.TB, name, dir string) {
	t.Helper()
	if c := credential(); c != nil {
		if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chown(dir, int(c.Uid), int(c.Gid))); err != nil {
			t.Fatal(err)
		}
	}
	Exec(t, s.URL("postgres"), fmt.Sprintf("CREATE TABLESPACE %s LOCATION '%s'", name, dir))
}
