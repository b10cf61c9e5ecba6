package vault_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/vault"
)

// light is work that keeps the tests quick; TestDefaultWork has the real one.
var light = vault.Work{Memory: 64, Passes: 1, Lanes: 1}

// clock is a time that the test moves.
type clock struct{ micro atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.micro.Store(time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMicro(c.micro.Load()).UTC() }
func (c *clock) forward(d time.Duration) { c.micro.Add(d.Microseconds()) }

// place is a database of one sort. Each call of fresh gives an empty one.
type place struct {
	dialect vault.Dialect
	fresh   func(t *testing.T) *sql.DB
}

func (p place) open(t *testing.T) (*vault.Vault, *clock) {
	t.Helper()
	c := newClock()
	v, err := vault.Open(t.Context(), p.fresh(t), vault.Config{Dialect: p.dialect, Site: "main", Now: c.now, Work: light})
	if err != nil {
		t.Fatal(err)
	}
	return v, c
}

func openSQLite(t *testing.T, path string) *sql.DB {
	t.Helper()
	dsn, err := vault.SQLiteFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return openDB(t, "sqlite", dsn)
}

func openDB(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// everywhere runs a test on SQLite, and on PostgreSQL where it is installed.
func everywhere(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("SQLite", func(t *testing.T) {
		test(t, place{vault.SQLite, func(t *testing.T) *sql.DB {
			return openSQLite(t, filepath.Join(t.TempDir(), "vault.db"))
		}})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dir := postgres(t)
		n := 0
		test(t, place{vault.PostgreSQL, func(t *testing.T) *sql.DB {
			n++
			name := fmt.Sprintf("%s%d", "fresh", n)
			admin := openDB(t, "pgx", "host="+dir+" user=postgres dbname=postgres")
			if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
				t.Fatal(err)
			}
			return openDB(t, "pgx", "host="+dir+" user=postgres dbname="+name)
		}})
	})
}

// postgres starts a server for this test and returns the directory of its socket.
func postgres(t *testing.T) (dir string) {
	t.Helper()
	bin := need.Postgres(t)
	dir, err := os.MkdirTemp("", "vaultpg") //nolint:usetesting // the parents of t.TempDir are closed to the server's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	as := serverUser(t, dir)
	data := filepath.Join(dir, "data")
	run(t, as, dir, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
	run(t, as, dir, filepath.Join(bin, "pg_ctl"), "-D", data, "-w", "-l", filepath.Join(dir, "log"), "start",
		"-o", "-c listen_addresses='' -c unix_socket_directories="+dir)
	t.Cleanup(func() {
		run(t, as, dir, filepath.Join(bin, "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
	})
	return dir
}

// serverUser is nil unless the test runs as root, as whom PostgreSQL refuses to run; then dir is given to it.
func serverUser(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			t.Fatal(err)
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func run(t *testing.T, as *syscall.SysProcAttr, dir, program string, args ...string) {
	t.Helper()
	c := exec.Command(program, args...) // not t.Context: it has ended when the server is stopped
	c.SysProcAttr, c.Dir = as, dir
	log, err := os.Create(filepath.Join(t.TempDir(), "out")) // a file: the server keeps it open, a pipe would never end
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c.Stdout, c.Stderr = log, log
	if err := c.Run(); err != nil {
		out, _ := os.ReadFile(log.Name())
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func benchVault(b *testing.B, dsn string) *vault.Vault {
	b.Helper()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	v, err := vault.Open(b.Context(), db, vault.Config{Dialect: vault.SQLite, Site: "main"})
	if err != nil {
		b.Fatal(err)
	}
	if err := v.SetPassword(b.Context(), "dr-lee", "lee", good); err != nil {
		b.Fatal(err)
	}
	return v
}
