package channels_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/channels"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

// narrow is a listener whose connections have the smallest send buffers, so that who does not read is soon noticed.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		err = tcp.SetWriteBuffer(16 << 10)
	}
	return c, err
}

// part is what came between one start and the next.
type part struct {
	after    ledger.Seq
	head     ledger.Seq // of its start
	over     string
	asked    bool // the start was
	bare     bool
	channels []string
	seqs     []ledger.Seq
}

// screen is one client of the test: it reads all that comes, and stops for a while when it is told to.
type screen struct {
	ws      *websocket.Conn
	person  string
	session string
	epoch   int

	mu     sync.Mutex
	moved  sync.Cond
	stalls bool
	parts  []part
	place  ledger.Seq // the last entry or start
	beaten ledger.Seq // the head of the last heartbeat
	ended  error
	fault  string
}

func (s *screen) read() {
	for {
		s.mu.Lock()
		for s.stalls {
			s.moved.Wait()
		}
		s.mu.Unlock()
		var f wire.Frame
		err := s.ws.ReadJSON(&f)
		s.mu.Lock()
		switch {
		case err != nil:
			s.ended = err
			s.mu.Unlock()
			return
		case f.Start != nil:
			s.parts = append(s.parts, part{f.Start.After, f.Start.Head, f.Start.Over, f.Re != "", f.Start.Me.Bare, f.Start.Channels, nil})
			s.place, s.epoch = f.Start.After, f.Start.Epoch
		case f.Beat != nil:
			if f.Beat.Last > s.place {
				s.fault = fmt.Sprintf("a heartbeat knows of %d, sent was up to %d", f.Beat.Last, s.place)
			}
			s.beaten = f.Beat.Head
		case f.Seq > 0:
			if f.Prev != s.place {
				s.fault = fmt.Sprintf("entry %d says that %d came before, that was %d", f.Seq, f.Prev, s.place)
			}
			p := &s.parts[len(s.parts)-1]
			p.seqs, s.place = append(p.seqs, f.Seq), f.Seq
		}
		s.mu.Unlock()
	}
}

func (s *screen) stall(stalls bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalls = stalls
	s.moved.Broadcast()
}

func (s *screen) follow(r *rapid.T, after ledger.Seq) {
	s.mu.Lock()
	epoch := s.epoch
	s.mu.Unlock()
	if err := s.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"id":"1","do":"follow","body":{"after":%d,"epoch":%d}}`, after, epoch)); err != nil {
		r.Fatal(err)
	}
}

// morning is one run of the test.
type morning struct {
	h    *hall
	t    *testing.T
	r    *rapid.T
	all  []*screen
	gone []*screen
	n    *int
}

func (m *morning) join(after ledger.Seq) {
	p := rapid.SampledFrom(hospital.Staff()).Draw(m.r, "person")
	if !m.h.State().Roster.Get(p.ID).Valid(m.h.Now()) || m.h.Connected(p.ID) > 10 {
		return
	}
	id := fmt.Sprintf("session/scan%d", rand.Int64())
	device := rapid.Bool().Draw(m.r, "device")
	m.h.Record(m.t, p.ID, &session.Opened{Session: id, Subject: p.ID, Means: "password", Device: device, Until: wire.Micro(m.h.Now().Add(time.Hour))})
	s := &screen{person: p.ID, session: id, epoch: m.h.State().Epoch}
	s.moved.L = &s.mu
	d := websocket.Dialer{Subprotocols: []string{wire.Protocol}, NetDial: func(network, addr string) (net.Conn, error) {
		c, err := net.Dial(network, addr)
		if tcp, ok := c.(*net.TCPConn); ok {
			err = tcp.SetReadBuffer(32 << 10)
		}
		return c, err
	}}
	ws, res, err := d.DialContext(m.t.Context(), m.h.url, http.Header{"X-Subject": {p.ID}, "X-Session": {id}})
	if err != nil {
		m.r.Fatal(err)
	}
	_ = res.Body.Close()
	s.ws = ws
	s.follow(m.r, after)
	go s.read()
	m.all = append(m.all, s)
}

func (m *morning) leave(i int) {
	s := m.all[i]
	_ = s.ws.Close()
	m.all, m.gone = slices.Delete(m.all, i, i+1), append(m.gone, s)
	s.stall(false)
}

// step does one thing.
func (m *morning) step() {
	head := m.h.State().Seq
	one := func() *screen {
		if len(m.all) == 0 {
			return nil
		}
		return m.all[rapid.IntRange(0, len(m.all)-1).Draw(m.r, "screen")]
	}
	switch rapid.IntRange(0, 11).Draw(m.r, "step") {
	case 0, 1, 2:
		size := rapid.SampledFrom([]int{1, 300, 9000}).Draw(m.r, "size")
		for range rapid.IntRange(1, 40).Draw(m.r, "entries") {
			m.h.Record(m.t, "person/sue", &critical.Mapped{Code: "K", Test: critical.Test{LOINC: "2823-3", Label: strings.Repeat("x", size)}})
		}
	case 3:
		*m.n++
		c := m.h.Potassium(m.t, *m.n)
		m.h.Record(m.t, "person/lee", &critical.Ended{Call: c.ID, Ref: c.Ref, Version: c.Version, Owner: "person/chief", Reason: "test"})
	case 4, 5:
		m.join(ledger.Seq(rapid.Int64Range(int64(max(0, head-120)), int64(head)).Draw(m.r, "after")))
	case 6:
		m.join(-1)
	case 7:
		if s := one(); s != nil {
			s.stall(rapid.Bool().Draw(m.r, "stalls"))
		}
	case 8:
		if s := one(); s != nil {
			s.follow(m.r, ledger.Seq(rapid.Int64Range(int64(max(0, head-60)), int64(head)).Draw(m.r, "after")))
		}
	case 9: // another role: other channels
		p := *m.h.State().Roster.Get(rapid.SampledFrom([]string{"person/tech", "person/else", "person/okafor"}).Draw(m.r, "who"))
		p.Role = rapid.SampledFrom([]roster.Role{roster.Technician, roster.Clinician, roster.Clerk}).Draw(m.r, "role")
		m.h.Record(m.t, "person/root", &critical.Mapped{Code: "K", Test: critical.Test{LOINC: "2823-3"}}, &roster.Changed{Person: p},
			&critical.Mapped{Code: "K", Test: critical.Test{LOINC: "2823-3"}})
	case 10: // what changes with the roster, and with nobody's own entry
		now := wire.Micro(m.h.Now())
		m.h.Record(m.t, "person/sue", &roster.Covered{Post: "post/icu-2", Out: "person/lee", In: "person/else", From: now, To: now.Add(300 * time.Millisecond)})
	case 11:
		if len(m.all) > 0 {
			m.leave(rapid.IntRange(0, len(m.all)-1).Draw(m.r, "leaver"))
		}
	}
}

// scan is the plain way: every entry of a part of the ledger is asked.
func scan(es []ledger.Entry, after, upTo ledger.Seq, p part, by ...[]string) []ledger.Seq {
	var out []ledger.Seq
	for i := range es {
		e := &es[i]
		sees := e.Seq > after && e.Seq <= upTo && (!p.bare || lab.Rings(e.Kind, e.About))
		for _, hears := range by {
			sees = sees && lab.May(hears, e.To)
		}
		if sees {
			out = append(out, e.Seq)
		}
	}
	return out
}

// check compares what a screen was sent with the plain scan.
func (m *morning) check(s *screen, es []ledger.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != "" {
		m.r.Errorf("%s: %s", s.person, s.fault)
	}
	for i, p := range s.parts {
		want := scan(es, p.after, 1<<50, p, p.channels)
		// The laboratory's clock may have recorded more since the ledger was read.
		got := p.seqs[:count(p.seqs, es[len(es)-1].Seq)]
		if i+1 < len(s.parts) && s.parts[i+1].over == wire.OverRights {
			// Up to the change nothing is missing that both rights allow, and nothing came that the first did not.
			next := s.parts[i+1]
			must := scan(es, p.after, next.after, part{bare: p.bare || next.bare}, p.channels, next.channels)
			for _, seq := range got {
				if !slices.Contains(want, seq) || seq > next.after {
					m.r.Errorf("%s was sent %d, which was not for it", s.person, seq)
				}
			}
			for _, seq := range must {
				if !slices.Contains(got, seq) {
					m.r.Errorf("%s was not sent %d before its rights changed", s.person, seq)
				}
			}
			continue
		}
		if i+1 == len(s.parts) && s.ended == nil {
			want = scan(es, p.after, max(s.beaten, s.place), p, p.channels)
		} else {
			want = want[:min(len(want), len(got))] // it was left in the middle
		}
		if !slices.Equal(want, got) {
			m.r.Errorf("%s, device %v, hears %v, from %d on (-scan +sent):\n%s", s.person, p.bare, p.channels, p.after, cmp.Diff(want, got))
		}
	}
}

// knows tells whether a screen was told the channels that its person hears now.
func (m *morning) knows(s *screen) bool {
	st, now := m.h.State(), m.h.Now()
	return slices.Equal(s.parts[len(s.parts)-1].channels, st.Hears(lab.Viewer{Subject: s.person, Session: s.session}, now))
}

// settle waits until every screen has heard of all there is, and of its rights.
func (m *morning) settle() {
	for _, s := range m.all {
		s.stall(false)
	}
	head := m.h.State().Seq
	deadline := time.Now().Add(2 * time.Minute)
	for _, s := range m.all {
		for {
			s.mu.Lock()
			done := s.ended != nil || s.beaten >= head && len(s.parts) > 0 && m.knows(s)
			s.mu.Unlock()
			if done {
				break
			}
			if time.Now().After(deadline) {
				m.r.Fatalf("%s never heard of %d, or what it may hear", s.person, head)
			}
			select {
			case <-m.t.Context().Done():
				m.r.Fatal("the test is over")
			case <-time.After(2 * time.Millisecond):
			}
		}
	}
}

func TestWhatIsSentIsWhatThePlainScanSays(t *testing.T) {
	h := newHallOn(t, channels.Config{Beat: 20 * time.Millisecond, Tail: 48, SendWait: time.Minute}, func(l net.Listener) net.Listener { return narrow{l} })
	n := 0
	var parts, entries int
	rapid.Check(t, func(r *rapid.T) {
		m := &morning{h: h, t: t, r: r, n: &n}
		defer func() {
			for len(m.all) > 0 {
				m.leave(0)
			}
		}()
		begun := h.State().Seq
		for range rapid.IntRange(5, 40).Draw(r, "steps") {
			m.step()
		}
		m.settle()
		es := entriesAfter(t, h, max(0, begun-200))
		for _, s := range slices.Concat(m.all, m.gone) {
			m.check(s, es)
			parts += len(s.parts)
			for _, p := range s.parts {
				entries += len(p.seqs)
			}
		}
		if lost := h.Stats().Lost.Load(); lost > 0 {
			r.Error("heartbeats that knew of what was not sent:", lost)
		}
	})
	t.Log(parts, "starts and", entries, "entries were compared;", h.Stats().Waits.Load(), "times a connection got a goroutine that may wait")
}

// Two workers that meet at one connection must not each think that the other sends: without heartbeats, which would mend
// it, every entry still comes.
func TestNoEntryWaitsForAHeartbeat(t *testing.T) {
	h := newHall(t, channels.Config{Beat: time.Hour})
	var all []*screen
	for range 8 {
		s := &screen{ws: h.dial(t, "person/tech", false)}
		s.moved.L = &s.mu
		if err := s.ws.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"follow"}`)); err != nil {
			t.Fatal(err)
		}
		go s.read()
		all = append(all, s)
	}
	started := func(s *screen) bool { return len(s.parts) > 0 }
	wait := func(there func(*screen) bool) {
		t.Helper()
		deadline := time.Now().Add(time.Minute)
		for _, s := range all {
			for {
				s.mu.Lock()
				done := there(s)
				s.mu.Unlock()
				if done {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("an entry was not sent")
				}
				<-time.After(200 * time.Microsecond)
			}
		}
	}
	wait(started)
	for range 300 {
		var both sync.WaitGroup
		for range 3 {
			both.Go(func() {
				h.Record(t, "person/sue", &critical.Mapped{Code: "K", Test: critical.Test{LOINC: "2823-3"}})
			})
		}
		both.Wait()
		head := h.State().Seq
		wait(func(s *screen) bool { return s.place >= head })
	}
}
