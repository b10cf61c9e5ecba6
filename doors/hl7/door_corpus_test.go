package hl7_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
)

// public is a message of the corpus with the digest that its index gives.
type public struct {
	File string `json:"file"`
	Type string `json:"type"`
	Sum  string `json:"sha256_of_file"`
	raw  []byte
}

// publicMessages reads the corpus in place.
func publicMessages(t testing.TB) []public {
	t.Helper()
	dir := filepath.Join(need.Corpus(t), "hl7")
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []public
	if err := json.Unmarshal(index, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if all[i].raw, err = os.ReadFile(filepath.Join(dir, all[i].File)); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 188 {
		t.Fatalf("the corpus has %d messages, want 188", len(all))
	}
	return all
}

// line is one connection on which a test writes what it likes.
type line struct {
	net.Conn

	r *hl7.Reader
}

func connect(t testing.TB, addr string) *line {
	t.Helper()
	nc, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	if err := nc.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &line{nc, hl7.NewReader(nc, 0)}
}

// answer reads one answer.
func (l *line) answer(t testing.TB) hl7.Answer {
	t.Helper()
	f, err := l.r.Next()
	if err != nil {
		t.Fatal(err)
	}
	a, err := hl7.ParseAnswer(f.Data)
	if err != nil || f.Kind != hl7.Whole {
		t.Fatalf("no answer: %v", err)
	}
	return a
}

func framed(raw []byte) []byte {
	return slices.Concat([]byte{0x0b}, raw, []byte{0x1c, 0x0d})
}

// wantAnswer checks an answer to a message that was kept.
func wantAnswer(t testing.TB, m public, a hl7.Answer) {
	t.Helper()
	parsed, err := hl7.Parse(m.raw)
	if err != nil {
		t.Fatal(err)
	}
	if want := parsed.Answers(hl7.Kept)[0]; a.Code != want || a.ControlID != parsed.ControlID() {
		t.Errorf("%s: answered %s for %q, want %s for %q", m.File, a.Code, a.ControlID, want, parsed.ControlID())
	}
}

// owed tells whether a kept message is answered.
func owed(t testing.TB, m public) bool {
	t.Helper()
	parsed, err := hl7.Parse(m.raw)
	if err != nil {
		t.Fatal(err)
	}
	return len(parsed.Answers(hl7.Kept)) > 0
}

// kept is what became of each message in the ledger: by the digest of its bytes, its type and the reason of its
// quarantine.
func kept(t testing.TB, h *house) map[string]string {
	t.Helper()
	out := map[string]string{}
	note := func(raw []byte, what string) {
		sum := sha256.Sum256(raw)
		key := hex.EncodeToString(sum[:])
		if was, twice := out[key]; twice {
			t.Errorf("one message is kept twice: as %q and %q", was, what)
		}
		out[key] = what
	}
	for _, e := range events[*critical.Filed](t, h) {
		note(e.Sealed.Raw, "filed")
	}
	for _, e := range events[*critical.Quarantined](t, h) {
		note(e.Sealed.Raw, e.Reason)
	}
	return out
}

// wantAllKept checks that the ledger holds every message of the corpus, byte for byte, and nothing else.
func wantAllKept(t *testing.T, h *house, all []public) {
	t.Helper()
	got := kept(t, h)
	table := map[string]int{}
	for _, m := range all {
		what, ok := got[m.Sum]
		if !ok {
			t.Errorf("%s is neither filed nor in quarantine as it was sent", m.File)
			continue
		}
		kind, _, _ := strings.Cut(m.Type, "^")
		table[kind+" "+what]++
	}
	if len(got) != len(all) {
		t.Errorf("%d messages are kept, want %d", len(got), len(all))
	}
	for _, k := range slices.Sorted(maps.Keys(table)) {
		t.Logf("%-28s %d", k, table[k])
	}
	if logs := h.logs.String(); strings.Contains(logs, "panic") || strings.Contains(logs, "failed on") {
		t.Errorf("a message made the door fail:\n%s", logs)
	}
}

func TestEveryPublicMessageIsKeptAndAnswered(t *testing.T) {
	all := publicMessages(t)
	h := staffed(t)
	l := connect(t, h.listen(t))
	for _, m := range all {
		if _, err := l.Write(framed(m.raw)); err != nil {
			t.Fatal(err)
		}
		if owed(t, m) {
			wantAnswer(t, m, l.answer(t))
		}
	}
	// Its answer comes after whatever the others were owed.
	last := kalium("LAST", bertram, "last", "4.4", "F")
	if _, err := l.Write(framed([]byte(last))); err != nil {
		t.Fatal(err)
	}
	if a := l.answer(t); a.ControlID != "LAST" {
		t.Errorf("an answer to %q that nobody asked for", a.ControlID)
	}
	sum := sha256.Sum256([]byte(last))
	wantAllKept(t, h, append(slices.Clone(all), public{File: "last", Type: "our own", Sum: hex.EncodeToString(sum[:])}))

	// All of it again: the same answers, and nothing new.
	before, _ := history(t, h.Store())
	again := connect(t, h.listen(t))
	for _, m := range all {
		if _, err := again.Write(framed(m.raw)); err != nil {
			t.Fatal(err)
		}
		if owed(t, m) {
			wantAnswer(t, m, again.answer(t))
		}
	}
	if code := h.send(t, []byte(last)); code != "AA" {
		t.Errorf("answered %s, want AA", code)
	}
	if after, _ := history(t, h.Store()); len(after) != len(before) {
		t.Errorf("repeats added %d entries", len(after)-len(before))
	}
}

func TestEveryPublicMessageIsKeptByteByByte(t *testing.T) {
	all := publicMessages(t)
	h := staffed(t)
	l := connect(t, h.listen(t))
	for _, m := range all {
		raw := framed(m.raw)
		for i := range raw {
			if _, err := l.Write(raw[i : i+1]); err != nil {
				t.Fatal(err)
			}
		}
		if owed(t, m) {
			wantAnswer(t, m, l.answer(t))
		}
	}
	settle(t, l)
	wantAllKept(t, h, all)
}

func TestEveryPublicMessageIsKeptInOneStream(t *testing.T) {
	all := publicMessages(t)
	h := staffed(t)
	l := connect(t, h.listen(t))
	var stream bytes.Buffer
	for _, m := range all {
		stream.Write(framed(m.raw))
	}
	sent := make(chan error, 1)
	go func() {
		_, err := l.Write(stream.Bytes())
		sent <- err
	}()
	for _, m := range all {
		if owed(t, m) {
			wantAnswer(t, m, l.answer(t))
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	settle(t, l)
	wantAllKept(t, h, all)
}

// settle waits until everything sent before was handled: what is no message is refused, and leaves nothing.
func settle(t testing.TB, l *line) {
	t.Helper()
	if _, err := l.Write(framed([]byte(" "))); err != nil {
		t.Fatal(err)
	}
	if a := l.answer(t); a.Code != "AR" {
		t.Fatalf("nothing was answered %s, want AR", a.Code)
	}
}

func TestOneMessageOnTwoNodesIsFiledOnce(t *testing.T) {
	store := ledger.NewMem("main", nil)
	a, b := enter(t, store, "n1"), enter(t, store, "n2")
	a.staff(t)
	const rounds = 50
	for i := range rounds {
		raw := []byte(kalium(fmt.Sprint("C", i), anna, fmt.Sprint(i), "7.1", "F"))
		answers := make(chan string, 2) // one each
		for _, h := range []*house{a, b} {
			go func() { answers <- string(h.door.Handle(t.Context(), hl7.Peer{}, raw)) }()
		}
		for range 2 {
			if s := <-answers; !strings.Contains(s, "MSA|AA|") {
				t.Fatalf("answered %q", s)
			}
		}
	}
	if n := len(events[*critical.Filed](t, a)); n != rounds {
		t.Errorf("%d messages are filed, want %d", n, rounds)
	}
	if n := len(events[*critical.Opened](t, a)); n != rounds {
		t.Errorf("%d calls were opened, want %d", n, rounds)
	}
}
