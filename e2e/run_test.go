package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// program is the real binary, built once.
var program string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "readback-e2e-*")
	if err == nil {
		defer os.RemoveAll(dir) //nolint:errcheck // a left-over in the temporary directory is no failure
		program = filepath.Join(dir, "readback")
		cmd := exec.Command("go", "build", "-o", program, ".")
		cmd.Dir = ".."
		var said []byte
		if said, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("go build: %w\n%s", err, said)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return pgtest.Main(m)
}

// patience is how long anything may take before a test gives up. No promise depends on it.
const patience = 90 * time.Second

// until returns when a condition holds; it is asked again and again.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if !holdsWithin(ctx, holds) {
		t.Fatalf("waited in vain: %s", what)
	}
}

// holdsWithin asks for a condition until it holds or ctx ends.
func holdsWithin(ctx context.Context, holds func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// output collects what a process writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// node is a running Readback.
type node struct {
	HTTP    string   `json:"http"`
	MLLP    string   `json:"mllp"`
	Setup   string   `json:"setup"`
	Signins []signin `json:"signins"`

	cmd    *exec.Cmd
	said   *output // standard error
	exited chan struct{}
	code   int // once exited is closed

	people map[string]*client.Client // who signed in here, by login
}

// signin is one line of the ready line's sign-ins.
type signin struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Role     string `json:"role"`
	Name     string `json:"name"`
}

// launch starts a program and returns at once, with its standard output. It ends with the test at the latest.
func launch(t testing.TB, program string, args ...string) (*node, *bufio.Reader) {
	t.Helper()
	n := &node{cmd: exec.Command(program, args...), said: &output{}, exited: make(chan struct{})}
	n.cmd.Stderr = n.said
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	n.cmd.Stdout = w
	if err := errors.Join(n.cmd.Start(), w.Close()); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(n.exited)
		_ = n.cmd.Wait() // the code says it
		n.code = n.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		n.kill()
		r.Close()
		if words := quiet(n.said.String()); t.Failed() && words != "" {
			t.Logf("readback %s says:\n%s", strings.Join(args, " "), tail(words, 4000))
		}
	})
	return n, bufio.NewReader(r)
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

// start starts the program and returns when it says that it is ready.
func start(t testing.TB, args ...string) *node {
	t.Helper()
	n, err := tryStart(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tryStart is start for a program that may end before it is ready.
func tryStart(t testing.TB, args ...string) (*node, error) {
	t.Helper()
	return tryProgram(t, program, args...)
}

// tryProgram is tryStart of another build of the program.
func tryProgram(t testing.TB, program string, args ...string) (*node, error) {
	t.Helper()
	n, out := launch(t, program, append([]string{args[0], "--json"}, args[1:]...)...)
	late := time.AfterFunc(patience, n.kill)
	defer late.Stop()
	line, err := out.ReadBytes('\n')
	if err != nil {
		<-n.exited
		return n, fmt.Errorf("the program ended with %d before it was ready: %s", n.code, n.said)
	}
	if err := json.Unmarshal(line, n); err != nil {
		return n, fmt.Errorf("the ready line %q: %w", line, err)
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // so that the program never waits for a reader; it ends with it
	return n, nil
}

// serve starts `serve` on free ports of the loopback.
func serve(t testing.TB, args ...string) *node {
	t.Helper()
	return start(t, append([]string{"serve", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0"}, args...)...)
}

// again starts `serve` on the ports that a node before it had.
func (n *node) again(t testing.TB, args ...string) *node {
	t.Helper()
	return start(t, append([]string{"serve", "--http", strings.TrimPrefix(n.HTTP, "http://"), "--mllp", n.MLLP}, args...)...)
}

// kill ends the process as kill -9 does, and returns when it is gone.
func (n *node) kill() {
	_ = n.cmd.Process.Kill() // it may be gone
	<-n.exited
}

// stop asks the process to end, and returns its exit code.
func (n *node) stop(t testing.TB) int {
	t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	return n.wait(t)
}

// wait returns the exit code of a process that ends by itself.
func (n *node) wait(t testing.TB) int {
	t.Helper()
	select {
	case <-n.exited:
	case <-time.After(patience):
		t.Fatal("the process does not end")
	}
	return n.code
}

// get returns what the node answers to GET.
func (n *node) get(t testing.TB, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.HTTP+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// said is what a finished command said.
type said struct {
	code      int
	out, errs string
}

// run runs a verb to its end.
func run(t testing.TB, args ...string) said {
	t.Helper()
	return runWith(t, nil, "", args...)
}

// runWith is run with more environment and an input.
func runWith(t testing.TB, env []string, in string, args ...string) said {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return said{code: cmd.ProcessState.ExitCode(), out: out.String(), errs: errs.String()}
}

// verified runs `verify`, which must succeed, and returns what it says.
func verified(t testing.TB, args ...string) string {
	t.Helper()
	v := run(t, append([]string{"verify"}, args...)...)
	if v.code != 0 {
		t.Errorf("verify exits with %d: %s%s", v.code, v.out, v.errs)
	}
	return v.out
}

// free returns an address of the loopback that nobody listens at.
func free(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// quiet leaves out what a node says of each call.
func quiet(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if !strings.Contains(line, "nobody connected here") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
