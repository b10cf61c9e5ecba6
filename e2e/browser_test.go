package e2e_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

// line is a proxy that can be frozen: what is sent stays on the way, and nobody is told.
type line struct {
	at string // "http://127.0.0.1:…"
	mu sync.RWMutex
}

// lay lays a line to an address, "http://127.0.0.1:…". It ends with the test.
func lay(t *testing.T, to string) *line {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &line{at: "http://" + l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(to, "http://"))
			if err != nil {
				near.Close() // nobody answers there
				continue
			}
			all.Go(func() { p.carry(near, far) })
			all.Go(func() { p.carry(far, near) })
		}
	})
	t.Cleanup(func() {
		l.Close() // no more come
		all.Wait()
	})
	return p
}

// carry copies until either side ends.
func (p *line) carry(to, from net.Conn) {
	defer func() { _ = errors.Join(to.Close(), from.Close()) }() // the other direction may have closed them
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		p.mu.RLock()
		_, late := to.Write(b[:n])
		p.mu.RUnlock()
		if err != nil || late != nil {
			return
		}
	}
}

// browse runs a story of e2e/browser and does what it wants.
func browse(t *testing.T, script string, told map[string]any, wants map[string]func()) {
	t.Helper()
	told["chromium"] = need.Chromium(t)
	node := need.Node(t, "browser")
	text, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, script, string(text))
	cmd.Dir = "browser"
	said := &output{}
	cmd.Stderr = said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		what, ok := strings.CutPrefix(lines.Text(), "want ")
		if !ok || wants[what] == nil {
			t.Logf("%s says: %s", script, lines.Text())
			continue
		}
		wants[what]()
		if _, err := io.WriteString(in, "done\n"); err != nil {
			t.Error(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, said)
	}
}

// stepWait is longer than any story, in seconds: nobody but the first person is called.
const stepWait = 3600

func people(logins ...string) map[string]string {
	all := map[string]string{}
	for _, l := range logins {
		all[l] = passwordOf(l)
	}
	return all
}

func TestClinicianReadsBackInTheBrowserAndTheBenchSeesItClose(t *testing.T) {
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir())
	furnish(t, n, stepWait)
	browse(t, "handoff.mjs", map[string]any{
		"at": n.HTTP, "people": people(lee, tech), "clinician": lee, "bench": tech, "tail": tailOf("B4827"),
	}, map[string]func(){
		"result":  func() { mustSend(t, n.MLLP, potassium("B4827")) },
		"another": func() { mustSend(t, n.MLLP, potassium("B9114")) },
	})
}

func TestBrowserSaysWhenItIsNotConnectedAndKeepsWhatWasTyped(t *testing.T) {
	need.Chromium(t)
	need.Node(t, "browser")
	data := t.TempDir()
	n := serve(t, "--data", data)
	furnish(t, n, stepWait)
	l := lay(t, n.HTTP)
	browse(t, "connection.mjs", map[string]any{
		"at": l.at, "people": people(lee), "clinician": lee, "tail": tailOf("C4827"),
	}, map[string]func(){
		"result": func() { mustSend(t, n.MLLP, potassium("C4827")) },

		"another": func() { mustSend(t, n.MLLP, potassium("C9114")) },
		"freeze":  l.mu.Lock,
		"thaw":    l.mu.Unlock,
		"stop":    func() { n.stop(t) },
		"again":   func() { n = n.again(t, "--data", data) },
	})
}
