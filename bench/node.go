package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long anything may take before the run gives up.
const patience = 5 * time.Minute

// node is a process that is measured: a Readback, or the bare server.
type node struct {
	HTTP string `json:"http"` // as "http://127.0.0.1:8080"
	MLLP string `json:"mllp"`

	cmd    *exec.Cmd
	dir    string
	log    string
	exited chan struct{}
	took   time.Duration // from start to ready
}

// addr is where the node listens, without scheme.
func (n *node) addr() string { return strings.TrimPrefix(n.HTTP, "http://") }

func (n *node) pid() int { return n.cmd.Process.Pid }

// serve starts a Readback on a directory, on free ports, and returns when it says that it is ready.
func (b *bench) serve(dir string, args ...string) (*node, error) {
	all := append([]string{"serve", "--json", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--data", dir}, args...)
	return b.launch(dir, b.bin, all...)
}

// fresh starts a Readback on a copy of the furnished laboratory.
func (b *bench) fresh(name string) (*node, error) {
	dir, err := b.dirFor(name)
	if err != nil {
		return nil, err
	}
	if err := copyDir(dir, b.house.dir); err != nil {
		return nil, err
	}
	return b.serve(dir)
}

// launch starts a program whose first line of output, one of JSON, says that it is ready.
func (b *bench) launch(dir, program string, args ...string) (_ *node, err error) {
	n := &node{cmd: exec.Command(program, args...), dir: dir, log: filepath.Join(dir, "said"), exited: make(chan struct{})} //nolint:noctx // what is measured; it is ended by stop
	said, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err //nolint:wrapcheck // the system's own words
	}
	defer said.Close()
	n.cmd.Stderr = said
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return nil, err //nolint:wrapcheck // the system's own words
	}
	begin := time.Now()
	if err := n.cmd.Start(); err != nil {
		return nil, err //nolint:wrapcheck // the system's own words
	}
	line := make(chan []byte, 1)
	go func() {
		r := bufio.NewReader(out)
		first, _ := r.ReadBytes('\n') // what there is tells
		line <- first
		_, _ = io.Copy(io.Discard, r) // so that the process never waits for a reader
		_ = n.cmd.Wait()              // how it ended shows in what it said
		close(n.exited)
	}()
	select {
	case first := <-line:
		n.took = time.Since(begin)
		if err := json.Unmarshal(first, n); err == nil {
			return n, nil
		}
		n.kill()
		return nil, fmt.Errorf("%s did not start: %s%s", filepath.Base(program), first, n.words())
	case <-time.After(patience):
		n.kill()
		return nil, fmt.Errorf("%s is not ready after %v: %s", filepath.Base(program), patience, n.words())
	case <-b.ctx.Done():
		n.kill()
		return nil, b.ctx.Err()
	}
}

// words is the end of what the process said.
func (n *node) words() string {
	b, _ := os.ReadFile(n.log) // what there is of it
	return string(b[max(0, len(b)-2000):])
}

// kill ends the process as kill -9 does.
func (n *node) kill() {
	_ = n.cmd.Process.Kill() // it may be gone
	<-n.exited
}

// stop asks the process to end and waits for it.
func (n *node) stop() error {
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err //nolint:wrapcheck // the system's own words
	}
	select {
	case <-n.exited:
		return nil
	case <-time.After(time.Minute):
		n.kill()
		return fmt.Errorf("the node did not end within a minute: %s", n.words())
	}
}

// end stops the process and removes its directory.
func (n *node) end(err *error) {
	*err = errors.Join(*err, n.stop(), os.RemoveAll(n.dir))
}

// metrics reads what the node counts.
func (n *node) metrics() (map[string]float64, error) {
	res, err := http.Get(n.HTTP + "/metrics") //nolint:noctx // loopback, and the node is ours
	if err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	out := map[string]float64{}
	for line := range bytes.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(string(line)), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			out[strings.TrimPrefix(name, "readback_")] = v
		}
	}
	return out, nil
}

// healthy says what a node counted that it should not have.
func (n *node) healthy() error {
	m, err := n.metrics()
	if err != nil {
		return err
	}
	for _, name := range []string{"lost_total", "internal_errors_total", "faults"} {
		if m[name] != 0 {
			return fmt.Errorf("%s is %v: %s", name, m[name], n.words())
		}
	}
	return nil
}

// copyDir copies the files of a directory whose process has ended. The reserve is made anew by who needs it.
func copyDir(to, from string) error {
	all, err := os.ReadDir(from)
	if err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	for _, f := range all {
		if !f.Type().IsRegular() || f.Name() == "reserve" || f.Name() == "said" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(from, f.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, f.Name()), b, 0o600)
		}
		if err != nil {
			return err //nolint:wrapcheck // the system's own words
		}
	}
	return nil
}
