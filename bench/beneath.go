package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// errNone says that a program is not on this machine.
var errNone = errors.New("is not installed: give an address instead, or leave the part nodes out")

// beneath is PostgreSQL and Redis, started for this run unless their addresses were given.
type beneath struct {
	postgres, redis string // URLs
	ends            []func() error
}

func (x *beneath) end(err *error) {
	for _, end := range slices.Backward(x.ends) {
		*err = errors.Join(*err, end())
	}
}

func (b *bench) beneath() (_ *beneath, err error) {
	x := &beneath{postgres: b.opt.postgres, redis: b.opt.redis}
	defer func() {
		if err != nil {
			x.end(&err)
		}
	}()
	if x.postgres == "" {
		if err := x.startPostgres(b.ctx); err != nil {
			return x, fmt.Errorf("the server of PostgreSQL %w", err)
		}
	}
	if x.redis == "" {
		if err := x.startRedis(b); err != nil {
			return x, fmt.Errorf("the server of Redis %w", err)
		}
	}
	return x, nil
}

// freePort returns a port that nobody listens at.
func freePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err //nolint:wrapcheck // the system's own words
	}
	at, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(net.ErrClosed, l.Close())
	}
	return at.Port, l.Close() //nolint:wrapcheck // the system's own words
}

// startPostgres makes a cluster with the usual settings, which sync as those of a laboratory must.
func (x *beneath) startPostgres(ctx context.Context) error {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return errNone
	}
	bin := found[len(found)-1]
	as := unprivileged()
	home, err := os.MkdirTemp("", "readback-bench-pg-*")
	if err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	x.ends = append(x.ends, func() error { return os.RemoveAll(home) })
	if as != nil {
		if err := os.Chown(home, int(as.Uid), int(as.Gid)); err != nil {
			return err //nolint:wrapcheck // the system's own words
		}
	}
	run := func(name string, args ...string) error {
		cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = home, &syscall.SysProcAttr{Credential: as}
		said, err := os.CreateTemp("", "readback-bench-said-*") // a file: the server inherits it and would hold a pipe open
		if err != nil {
			return err //nolint:wrapcheck // the system's own words
		}
		defer func() { _ = errors.Join(said.Close(), os.Remove(said.Name())) }() // a left-over is no failure
		cmd.Stdout, cmd.Stderr = said, said
		if err := cmd.Run(); err != nil {
			text, _ := os.ReadFile(said.Name()) // what there is of it
			return fmt.Errorf("%s: %w: %s", name, err, text)
		}
		return nil
	}
	data := filepath.Join(home, "data")
	if err := run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"); err != nil {
		return err
	}
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	settings := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s -c max_connections=100", port, home)
	if err := run("pg_ctl", "start", "-w", "-s", "-D", data, "-l", filepath.Join(home, "log"), "-o", settings); err != nil {
		return err
	}
	x.ends = append(x.ends, func() error {
		ctx = context.WithoutCancel(ctx)
		return run("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", data)
	})
	x.postgres = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", port)
	return nil
}

// unprivileged is the user as whom PostgreSQL runs where this process is root, which it refuses; nil for this one's own.
func unprivileged() *syscall.Credential {
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

func (x *beneath) startRedis(b *bench) error {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return errNone
	}
	port, err := freePort(b.ctx)
	if err != nil {
		return err
	}
	cmd := exec.Command(program, "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--save", "", "--appendonly", "no", "--dir", b.home) //nolint:noctx // the system's own program, ended below
	if err := cmd.Start(); err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	x.ends = append(x.ends, func() error {
		_ = cmd.Process.Kill() // it may be gone
		_ = cmd.Wait()         // it was killed
		return nil
	})
	at := fmt.Sprintf("127.0.0.1:%d", port)
	x.redis = "redis://" + at
	listens := until(b.ctx, func() bool {
		c, err := net.DialTimeout("tcp", at, time.Second) //nolint:noctx // a knock
		return err == nil && c.Close() == nil
	})
	if !listens {
		return errors.New("does not listen")
	}
	return nil
}
