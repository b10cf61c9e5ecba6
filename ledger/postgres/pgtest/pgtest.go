// Package pgtest runs PostgreSQL servers for tests: real ones, from the system's programs, each with its own directory,
// unix socket and TCP port on the loopback. It knows how to stop, crash, copy and promote them.
//
// A package's TestMain calls Main, so that the cluster is made once and the server behind Database serves all tests:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
// PostgreSQL refuses to run as root: tests that do start it as the user postgres, or nobody. Without the programs the
// tests are skipped, see package need. All functions are safe for concurrent use, a Server's methods are not.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/seed-909bec58/readback/internal/need"
)

// Server is a running PostgreSQL.
type Server struct {
	Dir  string // its data directory
	Port int

	bin     string
	running bool
}

var process struct {
	main   bool
	serial atomic.Int64

	making   sync.Mutex
	template string // a cluster that was never started

	sharing sync.Mutex
	shared  *Server
}

// Main runs a package's tests, then stops the server behind Database and removes the cluster that was copied.
func Main(m *testing.M) int {
	process.main = true
	code := m.Run()
	process.sharing.Lock()
	defer process.sharing.Unlock()
	if process.shared != nil {
		if err := process.shared.remove(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	_ = os.RemoveAll(process.template) // a left-over in the temporary directory is no failure
	return code
}

// Database returns the URL of a new, empty database on a server that all tests of the process share. The database is
// dropped when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	need.Postgres(t)
	process.sharing.Lock()
	if process.shared == nil {
		if !process.main {
			process.sharing.Unlock()
			t.Fatal("pgtest.Main was not called by TestMain")
		}
		s, err := start(t)
		if err != nil {
			process.sharing.Unlock()
			t.Fatal(err)
		}
		process.shared = s
	}
	s := process.shared
	process.sharing.Unlock()
	return s.Database(t)
}

// Start starts a server for one test. settings are lines of postgresql.conf.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s, err := start(t, settings...)
	if err != nil {
		t.Fatal(err)
	}
	s.endWith(t)
	return s
}

func (s *Server) endWith(t testing.TB) {
	t.Helper()
	t.Cleanup(func() {
		if err := s.remove(); err != nil {
			t.Error(err)
		}
	})
}

func start(t testing.TB, settings ...string) (*Server, error) {
	t.Helper()
	s := &Server{bin: need.Postgres(t)}
	home, err := own("readback-pg")
	if err != nil {
		return nil, err
	}
	s.Dir = filepath.Join(home, "data")
	if err := s.initialise(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(home))
	}
	if err := s.launch(settings...); err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

// initialise makes the cluster's directory: a copy of the process's cluster where there is a Main to remove that.
func (s *Server) initialise() error {
	fresh := func(dir string) error {
		return run(s.bin, "initdb", "-D", dir, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--data-checksums")
	}
	process.making.Lock()
	defer process.making.Unlock()
	if !process.main {
		return fresh(s.Dir)
	}
	if process.template == "" {
		dir, err := own("readback-pg-template")
		if err != nil {
			return err
		}
		if err := fresh(filepath.Join(dir, "data")); err != nil {
			return errors.Join(err, os.RemoveAll(dir))
		}
		process.template = dir
	}
	return run("", "cp", "-a", filepath.Join(process.template, "data"), s.Dir)
}

// launch writes the settings that a new directory needs and starts the server.
func (s *Server) launch(settings ...string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return err
	}
	conf := fmt.Sprintf("listen_addresses = '127.0.0.1'\nport = %d\nunix_socket_directories = '%s'\nmax_connections = 100\nshared_buffers = '64MB'\nmax_wal_senders = 4\n",
		s.Port, filepath.Dir(s.Dir))
	conf += strings.Join(settings, "\n") + "\n"
	if err := add(filepath.Join(s.Dir, "postgresql.conf"), conf); err != nil {
		return err
	}
	// A role named locked must give its password; all others are trusted.
	hba := "local all all trust\nhost all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n"
	if err := os.WriteFile(filepath.Join(s.Dir, "pg_hba.conf"), []byte(hba), 0o600); err != nil {
		return err
	}
	return s.Run()
}

// Run starts the server again after Stop, or after it crashed.
func (s *Server) Run() error {
	err := run(s.bin, "pg_ctl", "start", "-w", "-s", "-t", "60", "-D", s.Dir, "-l", filepath.Join(filepath.Dir(s.Dir), "log"))
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(filepath.Dir(s.Dir), "log")) // what there is of it
		return fmt.Errorf("%w\n%s", err, log)
	}
	s.running = true
	return nil
}

// Stop stops the server. mode is that of pg_ctl: "smart", "fast", or "immediate", which is a crash.
func (s *Server) Stop(mode string) error {
	if !s.running {
		return nil
	}
	s.running = false
	return run(s.bin, "pg_ctl", "stop", "-w", "-s", "-t", "60", "-m", mode, "-D", s.Dir)
}

// Restart stops the server as Stop does and runs it again.
func (s *Server) Restart(mode string) error {
	if err := s.Stop(mode); err != nil {
		return err
	}
	return s.Run()
}

func (s *Server) remove() error {
	return errors.Join(s.Stop("immediate"), os.RemoveAll(filepath.Dir(s.Dir)))
}

// URL returns the URL of a database, over TCP, as its superuser.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.Port, database)
}

// Database makes an empty database, which goes when the test ends, and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", process.serial.Add(1))
	Exec(t, s.URL("postgres"), "CREATE DATABASE "+name)
	t.Cleanup(func() {
		if s == process.shared { // any other goes with all it has
			Exec(t, s.URL("postgres"), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		}
	})
	return s.URL(name)
}

// Exec runs SQL without parameters on a connection of its own.
func Exec(t testing.TB, url, sql string) {
	t.Helper()
	if err := TryExec(t, url, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// TryExec is Exec for what may fail.
func TryExec(t testing.TB, url, sql string) error {
	t.Helper()
	c := Connect(t, url)
	ctx := context.WithoutCancel(t.Context()) // it may run in a cleanup
	_, err := c.Exec(ctx, sql)
	return errors.Join(err, c.Close(ctx))
}

// Connect opens a plain connection.
func Connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.WithoutCancel(t.Context()), url)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// own makes a temporary directory that belongs to whom the server runs as.
func own(name string) (string, error) {
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		return "", err
	}
	if c := credential(); c != nil {
		return dir, os.Chown(dir, int(c.Uid), int(c.Gid))
	}
	return dir, nil
}

// credential is the user as whom the programs run; nil for this process's own.
func credential() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

func run(bin, name string, args ...string) error {
	cmd := exec.Command(filepath.Join(bin, name), args...)
	if bin == "" {
		cmd = exec.Command(name, args...)
	}
	cmd.Dir = os.TempDir()
	if c := credential(); c != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c}
	}
	// A file, not a pipe: the server inherits it, and a pipe would be waited for until the server ends.
	out, err := os.CreateTemp("", "readback-pg-out")
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(out.Close(), os.Remove(out.Name())) }() // a left-over is no failure
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name()) // what there is of it
		return fmt.Errorf("%s: %w\n%s", name, err, said)
	}
	return nil
}

func add(file, text string) (err error) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.WriteString(text)
	return err
}
