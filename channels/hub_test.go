package channels_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/channels"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

// hall is a hub behind a server that believes whoever says who they are.
type hall struct {
	*hospital.Lab
	*channels.Hub
	url string
}

func newHall(t *testing.T, cfg channels.Config) *hall {
	t.Helper()
	return newHallOn(t, cfg, func(l net.Listener) net.Listener { return l })
}

func newHallOn(t *testing.T, cfg channels.Config, on func(net.Listener) net.Listener) *hall {
	t.Helper()
	h := &hall{Lab: hospital.Open(t, nil)}
	h.Fill(t)
	cfg.Lab = h.Lab.Lab
	cfg.Problem = func(err error) *wire.Problem { p, _, _ := wire.ProblemOf(err); return p }
	if cfg.Do == nil {
		cfg.Do = func(context.Context, lab.Viewer, wire.Command) (any, error) { return nil, wire.ErrNoCommand }
	}
	h.Hub = channels.New(cfg)
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := lab.Viewer{Subject: r.Header.Get("X-Subject"), Session: r.Header.Get("X-Session")}
		if err := h.Serve(w, r, v); err != nil {
			p, status, _ := wire.ProblemOf(err)
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(p)
		}
	}))
	ts.Listener = on(ts.Listener)
	ts.Start()
	h.url = "ws" + strings.TrimPrefix(ts.URL, "http")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.Drain(ctx); err != nil {
			t.Error(err)
		}
		ts.Close()
	})
	return h
}

// dial signs somebody in and opens a connection.
func (h *hall) dial(t *testing.T, person string, device bool) *websocket.Conn {
	t.Helper()
	id := fmt.Sprintf("session/%s%d", strings.TrimPrefix(person, "person/"), rand.Int64())
	h.Record(t, person, &session.Opened{Session: id, Subject: person, Means: "password", Device: device, Until: wire.Micro(h.Now().Add(time.Hour))})
	ws, res, err := (&websocket.Dialer{Subprotocols: []string{wire.Protocol}}).DialContext(t.Context(), h.url, http.Header{"X-Subject": {person}, "X-Session": {id}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	if err := ws.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return ws
}

// got is what one connection heard.
type got struct {
	seqs []ledger.Seq
	hear []string
	err  error
}

// listen follows from a place until the last entry, checking that nothing is missed on the way.
func listen(ws *websocket.Conn, after, last ledger.Seq, out chan<- got) {
	var g got
	defer func() { out <- g }()
	if g.err = ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"id":"1","do":"follow","body":{"after":%d}}`, after)); g.err != nil {
		return
	}
	prev := after
	for {
		var f wire.Frame
		if g.err = ws.ReadJSON(&f); g.err != nil {
			return
		}
		switch {
		case f.Start != nil:
			g.hear = f.Start.Channels
			prev = f.Start.After
		case f.Beat != nil:
			if f.Beat.Last > prev {
				g.err = fmt.Errorf("the beat knows of %d, sent was up to %d", f.Beat.Last, prev)
				return
			}
			if f.Beat.Head >= last {
				return
			}
		case f.Prev != prev:
			g.err = fmt.Errorf("entry %d says %d came before, that was %d", f.Seq, f.Prev, prev)
			return
		default:
			g.seqs, prev = append(g.seqs, f.Seq), f.Seq
		}
	}
}

func TestEveryViewerHearsExactlyWhatTheLedgerHasForThem(t *testing.T) {
	h := newHall(t, channels.Config{Beat: 20 * time.Millisecond})
	const rounds = 60
	type listener struct {
		name   string
		bare   bool
		after  ledger.Seq
		heard  chan got
		person string
	}
	var all []listener
	var conns []*websocket.Conn
	for _, p := range hospital.Staff() {
		for _, device := range []bool{false, true} {
			ws := h.dial(t, p.ID, device)
			conns = append(conns, ws)
			all = append(all, listener{fmt.Sprint(p.Login, " device ", device), device, 0, make(chan got, 1), p.ID})
		}
	}
	// The last entry is known beforehand to none, so each listens up to a place that the test reaches for sure.
	start := h.State().Seq
	last := start + rounds*2
	for i := range all {
		all[i].after = ledger.Seq(rand.Int64N(int64(start) + 1))
		go listen(conns[i], all[i].after, last, all[i].heard)
	}
	var writers sync.WaitGroup
	writers.Go(func() {
		for n := range rounds {
			h.Potassium(t, n)
		}
	})
	writers.Go(func() {
		for n := range rounds {
			h.Record(t, "person/sue", &critical.Mapped{Sender: fmt.Sprint(n), Code: "K", Test: critical.Test{LOINC: "2823-3"}})
		}
	})
	writers.Wait()
	for _, l := range all {
		g := <-l.heard
		if g.err != nil {
			t.Errorf("%s: %v", l.name, g.err)
			continue
		}
		es := entriesAfter(t, h, l.after)
		var want []ledger.Seq
		for _, e := range es {
			if lab.May(g.hear, e.To) && (!l.bare || lab.Rings(e.Kind, e.About)) {
				want = append(want, e.Seq)
			}
		}
		want = want[:min(len(want), max(len(g.seqs), count(want, last)))]
		if d := cmp.Diff(want, g.seqs); d != "" {
			t.Errorf("%s hears %v, and:\n%s", l.name, g.hear, d)
		}
		if hears := len(g.seqs) > 0; !hears && slices.Contains(g.hear, "lab") {
			t.Errorf("%s heard nothing", l.name)
		}
	}
	if n := h.Stats().Lost.Load(); n != 0 {
		t.Error("connections that had not been sent an entry:", n)
	}
}

// count is how many of ascending places are not after last.
func count(seqs []ledger.Seq, last ledger.Seq) int {
	n := 0
	for n < len(seqs) && seqs[n] <= last {
		n++
	}
	return n
}

// entriesAfter reads the ledger after a place.
func entriesAfter(t *testing.T, h *hall, after ledger.Seq) []ledger.Entry {
	t.Helper()
	var out []ledger.Entry
	for {
		es, err := h.Mem.Read(t.Context(), after, ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			return out
		}
		out, after = append(out, es...), es[len(es)-1].Seq
	}
}

func TestABugInACommandEndsItsConnectionAlone(t *testing.T) {
	h := newHall(t, channels.Config{Do: func(context.Context, lab.Viewer, wire.Command) (any, error) { panic("a bug") }})
	well := h.dial(t, "person/tech", false)
	ill := h.dial(t, "person/tech", false)
	if err := ill.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"calls"}`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ill.ReadMessage(); err == nil {
		t.Error("the connection of the bug goes on")
	}
	heard := make(chan got, 1)
	last := h.State().Seq + 1
	go listen(well, 0, last, heard)
	h.Record(t, "person/sue", &critical.Mapped{Code: "K", Test: critical.Test{LOINC: "2823-3"}})
	if g := <-heard; len(g.seqs) == 0 {
		t.Error("the other connection hears nothing:", g.err)
	}
}

func TestAnEndedSessionClosesItsConnectionAlone(t *testing.T) {
	h := newHall(t, channels.Config{})
	one, other := h.dial(t, "person/tech", false), h.dial(t, "person/tech", false)
	heard := make(chan got, 1)
	go listen(one, h.State().Seq, 1<<40, heard)
	var f wire.Frame
	if err := other.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"follow"}`)); err != nil {
		t.Fatal(err)
	}
	if err := other.ReadJSON(&f); err != nil || f.Start == nil {
		t.Fatal(f, err)
	}
	ends := f.Start.Me.Session
	h.Record(t, "person/tech", &session.Ended{Session: ends, Subject: "person/tech", Why: "signed-out"})
	for {
		_, _, err := other.ReadMessage()
		if err == nil {
			continue
		}
		if !websocket.IsCloseError(err, wire.CloseSignedOut) {
			t.Error("the connection ended with", err)
		}
		break
	}
	h.Record(t, "person/root", &roster.Disabled{ID: "person/tech"})
	if g := <-heard; !websocket.IsCloseError(g.err, wire.CloseSignedOut) {
		t.Error("who is disabled is left with", g.err)
	}
	var gone *websocket.CloseError
	late := h.dial(t, "person/tech", false) // a session that was opened meanwhile
	if err := late.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"follow"}`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := late.ReadMessage(); !errors.As(err, &gone) || gone.Code != wire.CloseSignedOut {
		t.Error("who is disabled may follow:", err)
	}
}

func TestACommandInHandIsAnsweredBeforeTheNodeStops(t *testing.T) {
	taken, release := make(chan struct{}), make(chan struct{})
	h := newHall(t, channels.Config{Do: func(context.Context, lab.Viewer, wire.Command) (any, error) {
		close(taken)
		<-release
		return "done", nil
	}})
	ws := h.dial(t, "person/tech", false)
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"calls"}`)); err != nil {
		t.Fatal(err)
	}
	<-taken
	drained := make(chan error, 1)
	go func() { drained <- h.Drain(t.Context()) }()
	// Drain has begun when a newcomer is turned away.
	for {
		_, res, err := (&websocket.Dialer{Subprotocols: []string{wire.Protocol}}).DialContext(t.Context(), h.url, http.Header{"X-Subject": {"person/sue"}})
		if res != nil {
			_ = res.Body.Close()
		}
		if err != nil {
			break
		}
	}
	close(release)
	var f wire.Frame
	if err := ws.ReadJSON(&f); err != nil || string(f.OK) != `"done"` {
		t.Errorf("the command was answered %s: %v", f.OK, err)
	}
	if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, wire.CloseGoElsewhere) {
		t.Error("the connection ended with", err)
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

func TestWhatWasRecordedBeforeARightEndedIsNotSentAfterIt(t *testing.T) {
	h := newHall(t, channels.Config{})
	ws := h.dial(t, "person/tech", false)
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"follow"}`)); err != nil {
		t.Fatal(err)
	}
	clerk := *h.State().Roster.Get("person/tech")
	clerk.Role = roster.Clerk
	var f wire.Frame
	if err := ws.ReadJSON(&f); err != nil || f.Start == nil {
		t.Fatal(f, err)
	}
	h.Record(t, "person/root", &critical.Mapped{Code: "K", Test: critical.Test{LOINC: "2823-3"}}, &roster.Changed{Person: clerk})
	for {
		f = wire.Frame{}
		if err := ws.ReadJSON(&f); err != nil {
			t.Fatal(err)
		}
		if f.Kind == "limits.mapped" {
			t.Fatal("a clerk was sent what is the laboratory's")
		}
		if f.Start != nil {
			break
		}
	}
	if f.Start.Over != wire.OverRights || slices.Contains(f.Start.Channels, "lab") {
		t.Errorf("started over %q with %v", f.Start.Over, f.Start.Channels)
	}
}

func TestABadgeThatRunsOutEndsTheConnectionByTheClock(t *testing.T) {
	h := newHall(t, channels.Config{Beat: 20 * time.Millisecond})
	leaving := *h.State().Roster.Get("person/else")
	leaving.Until = wire.Micro(h.Now().Add(30 * time.Minute))
	h.Record(t, "person/root", &roster.Changed{Person: leaving})
	heard := make(chan got, 1)
	go listen(h.dial(t, "person/else", false), 0, 1<<40, heard)
	h.Forward(t, 31*time.Minute)
	if g := <-heard; !websocket.IsCloseError(g.err, wire.CloseSignedOut) {
		t.Error("after the badge's end:", g.err)
	}
}
