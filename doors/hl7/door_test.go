package hl7_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// house is a laboratory with a door, and what the door logged.
type house struct {
	*lab.Lab

	door *hl7.Door
	logs *logbook
}

// logbook is a log that may be read while it is written.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// enter opens a house on a store; nodes of one store share the site's key.
func enter(t testing.TB, s ledger.Store, node string) *house {
	t.Helper()
	logs := &logbook{}
	log := slog.New(slog.NewTextHandler(logs, nil))
	l, err := lab.Open(t.Context(), lab.Config{Store: s, Site: "main", Zone: "Europe/Berlin", Node: node, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return &house{Lab: l, door: hl7.NewDoor(l, []byte("the key of a site in a test"), zone, rand.Reader, log), logs: logs}
}

// staffed is a house with limits in force, a desk, and a clinician on call on each of some units.
func staffed(t testing.TB) *house {
	t.Helper()
	h := enter(t, ledger.NewMem("main", nil), "n1")
	h.staff(t)
	return h
}

func (h *house) staff(t testing.TB) {
	t.Helper()
	person := func(id string, role roster.Role) lab.Event {
		return &roster.Admitted{Person: roster.Person{
			ID: "person/" + id, Login: id, Name: id, Role: role, Receives: role == roster.Clinician, Codes: []string{"C-" + id},
		}}
	}
	h.do(t, person("lee", roster.Clinician), person("okafor", roster.Clinician), person("ortiz", roster.Clinician), person("tech", roster.Technician))
	now := h.Now()
	from, to := now.Add(-time.Hour), now.Add(1000*time.Hour)
	plan := &roster.Published{
		From: from, To: to,
		Posts: []roster.Post{
			{ID: "post/3west", Name: "3 West", Unit: "3WEST"},
			{ID: "post/icu", Name: "ICU", Unit: "ICU"},
			{ID: "post/clinic", Name: "Clinic", Unit: "CLINIC"},
			{ID: roster.Desk, Name: "Laboratory desk"},
		},
		Shifts: []roster.Shift{
			{ID: "shift/a", Post: "post/3west", Person: "person/lee", From: from, To: to},
			{ID: "shift/b", Post: "post/icu", Person: "person/okafor", From: from, To: to},
			{ID: "shift/d", Post: "post/clinic", Person: "person/ortiz", From: from, To: to},
			{ID: "shift/c", Post: roster.Desk, Person: "person/tech", From: from, To: to},
		},
		Ladders: []roster.Ladder{
			{Unit: roster.Any, Breach: 2400, Steps: []roster.Step{{Ask: "ordering", Wait: 600}, {Ask: "unit", Wait: 600}, {Ask: "desk", Wait: 300}}},
		},
	}
	if err := h.State().Roster.Check(plan, false, h.Now()); err != nil {
		t.Fatal(err)
	}
	set := critical.ExampleSets()[0]
	h.do(t, plan, &critical.Drafted{Set: set})
	approved, err := h.State().Critical.Approve(set.ID, set.Version, "", "person/chief", now, h.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range approved {
		h.do(t, ev)
	}
}

// do records events as given.
func (h *house) do(t testing.TB, evs ...lab.Event) {
	t.Helper()
	_, err := h.Record(t.Context(), lab.Actor{By: "machine/setup"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return evs, nil })
	if err != nil {
		t.Fatal(err)
	}
}

// send hands a message to the door and returns MSA-1, empty if there was no answer.
func (h *house) send(t testing.TB, raw []byte) string {
	t.Helper()
	reply := h.door.Handle(t.Context(), hl7.Peer{Host: "127.0.0.1"}, raw)
	if reply == nil {
		return ""
	}
	a, err := hl7.ParseAnswer(reply)
	if err != nil {
		t.Fatalf("the answer is none: %v: %q", err, reply)
	}
	return a.Code
}

// tell sends messages that must be taken.
func (h *house) tell(t testing.TB, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if code := h.send(t, []byte(m)); code != "AA" {
			t.Fatalf("answered %q, want AA: %s", code, m)
		}
	}
}

// history is every event of the ledger.
func history(t testing.TB, s ledger.Store) (evs []wire.Event, entries []ledger.Entry) {
	t.Helper()
	for after := ledger.Seq(0); ; {
		es, err := s.Read(t.Context(), after, ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			return evs, entries
		}
		for i := range es {
			ev, err := wire.Decode(&es[i])
			if err != nil {
				t.Fatal(err)
			}
			evs = append(evs, ev)
			after = es[i].Seq
		}
		entries = append(entries, es...)
	}
}

// events are those of one type in the ledger.
func events[E wire.Event](t testing.TB, h *house) (out []E) {
	t.Helper()
	evs, _ := history(t, h.Store())
	for _, ev := range evs {
		if e, ok := ev.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

// calls are the open calls in order of their ids.
func (h *house) calls() (out []critical.Call) {
	for _, c := range h.State().Critical.Calls.All() {
		out = append(out, c)
	}
	return out
}

// only returns the one open call.
func (h *house) only(t testing.TB) critical.Call {
	t.Helper()
	cs := h.calls()
	if len(cs) != 1 {
		t.Fatalf("%d calls are open, want 1", len(cs))
	}
	return cs[0]
}

// listen serves the door on a port of its own and returns its address.
func (h *house) listen(t testing.TB) string {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := h.door.Server()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// own is a message of our own: a header with a control id, and segments.
func own(kind, control string, segments ...string) string {
	head := `MSH|^~\&|LABCORE|NORDLAB|READBACK|NORDSTADT|20260302081500+0100||` + kind + "|" + control + "|P|2.5.1"
	return head + "\r" + strings.Join(segments, "\r") + "\r"
}

const (
	anna      = "PID|1||4711008^^^NORDSTADT^MR~F1190422^^^CITY^PI||Weber^Anna||19601002|F"
	bertram   = "PID|1||4711009^^^NORDSTADT^MR||Bode^Bertram||19710101|M"
	potassium = "OBX|1|NM|2823-3^Potassium^LN||%s|mmol/L|3.5-5.1||||%s|||20260302081300+0100"
)

// kalium is a result message with one potassium.
func kalium(control, pid, order, value, status string) string {
	return own("ORU^R01", control, pid, "OBR|1|P-"+order+"|F-"+order+"|BMP^Basic^L|||20260302074500+0100", fmt.Sprintf(potassium, value, status))
}

func adt(event, control, pid, pv1 string) string {
	return own("ADT^"+event, control, "EVN|"+event+"|20260302070000", pid, pv1)
}

// patientOf is the one patient whose first number is given.
func (h *house) patientOf(t testing.TB, number string) *patient.Patient {
	t.Helper()
	for _, p := range h.State().Patients.Patients.All() {
		if len(p.Numbers) > 0 && p.Numbers[0].Value == number {
			return p
		}
	}
	t.Fatal("nobody has this number")
	return nil
}
