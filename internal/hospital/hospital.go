// Package hospital is a small laboratory for tests: a real lab on a store in memory, with people, a roster and limits.
package hospital

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
)

// Canaries are what no log, URL, error or bare frame may hold: a patient's number, name and birth date, and a value.
var Canaries = []string{"4711-0815", "47110815", "Weber", "1960-10-02", "7.1304"}

// Value is the potassium of the canary patient, and Tail what is read back of her number.
const (
	Value = "7.1304"
	Tail  = "0815"
)

// Lab is a lab with its notary, closed when the test ends.
type Lab struct {
	*lab.Lab
	Notary *lab.Notary
	Mem    *ledger.Mem
	line   *line
	ahead  *atomic.Int64 // of the machine's clock
}

// Forward lets the store's clock run ahead of the machine's by d more, and returns when the lab has heard of it.
func (l *Lab) Forward(t testing.TB, d time.Duration) {
	t.Helper()
	until := l.Now().Add(d)
	l.ahead.Add(int64(d))
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	for l.Now().Before(until) {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("the lab did not hear of the clock")
		}
	}
}

// Open opens a lab on an empty store in memory, and keeps its deadlines.
func Open(t testing.TB, log *slog.Logger) *Lab {
	t.Helper()
	key := ed25519.NewKeyFromSeed([]byte("a test's key, and nothing secret"))
	signer, err := ledger.NewSigner("main", key)
	if err != nil {
		t.Fatal(err)
	}
	ahead := new(atomic.Int64)
	mem := ledger.NewMem("main", func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
	way := &line{Store: mem}
	l, err := lab.Open(t.Context(), lab.Config{Store: way, Site: "main", Zone: "Europe/Berlin", Node: "n1", Public: signer.Public(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	n, err := lab.NewNotary(t.Context(), l, signer)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Keep(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Lab{Lab: l, Notary: n, Mem: mem, line: way, ahead: ahead}
}

// Record records events as given.
func (l *Lab) Record(t testing.TB, by string, evs ...lab.Event) lab.Done {
	t.Helper()
	done, err := l.Lab.Record(t.Context(), lab.Actor{By: by}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return evs, nil })
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// Staff is everybody whom Fill admits, by login: two clinicians of ICU-2 and one of elsewhere, a technician at the
// desk, a supervisor, a director, an administrator.
func Staff() []roster.Person {
	person := func(login, name string, role roster.Role) roster.Person {
		return roster.Person{ID: "person/" + login, Login: login, Name: name, Role: role, Receives: role == roster.Clinician, Codes: []string{"C-" + login}}
	}
	return []roster.Person{
		person("lee", "Dr Mina Lee", roster.Clinician), person("okafor", "Dr Ada Okafor", roster.Clinician),
		person("else", "Dr Elsa Where", roster.Clinician), person("tech", "Tom Tech", roster.Technician),
		person("sue", "Sue Super", roster.Supervisor), person("chief", "Dr Ruth Chief", roster.Director),
		person("root", "Ruth Root", roster.Administrator),
	}
}

// Published is the roster around the staff: lee has first call of ICU-2 and okafor second, tech is at the desk.
func Published(now time.Time) *roster.Published {
	from, to := now.Add(-time.Hour).Truncate(time.Microsecond), now.Add(1000*time.Hour).Truncate(time.Microsecond)
	shift := func(id, post, who string, rank int) roster.Shift {
		return roster.Shift{ID: "shift/" + id, Post: post, Person: "person/" + who, Rank: rank, From: from, To: to}
	}
	return &roster.Published{
		From: from, To: to,
		Posts: []roster.Post{{ID: "post/icu-2", Name: "ICU-2 resident", Unit: "ICU-2"}, {ID: roster.Desk, Name: "Laboratory desk"}},
		Shifts: []roster.Shift{
			shift("a", "post/icu-2", "lee", 0), shift("b", "post/icu-2", "okafor", 1), shift("c", roster.Desk, "tech", 0),
		},
		Ladders: []roster.Ladder{{Unit: roster.Any, Steps: []roster.Step{{Ask: "unit", Wait: 600}, {Ask: "unit", Rank: 1, Wait: 600}, {Ask: "desk", Wait: 300}}}},
	}
}

// Fill admits the staff, publishes the roster and puts a limit set in force.
func (l *Lab) Fill(t testing.TB) {
	t.Helper()
	var evs []lab.Event
	for _, p := range Staff() {
		evs = append(evs, &roster.Admitted{Person: p})
	}
	l.Record(t, "machine/setup", evs...)
	l.Record(t, "person/sue", Published(l.Now()))
	set := critical.ExampleSets()[0]
	l.Record(t, "person/chief", &critical.Drafted{Set: set})
	evs = nil
	approved, err := l.State().Critical.Approve(set.ID, set.Version, "", "person/chief", l.Now(), l.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range approved {
		evs = append(evs, ev)
	}
	l.Record(t, "person/chief", evs...)
}

// Potassium files the canary's potassium and returns the call that it opens; n makes it another message, and call.
func (l *Lab) Potassium(t testing.TB, n int) critical.Call {
	t.Helper()
	return l.PotassiumBy(t, "machine/lis", n)
}

// PotassiumBy is Potassium, reported by somebody.
func (l *Lab) PotassiumBy(t testing.TB, by string, n int) critical.Call {
	t.Helper()
	id := fmt.Sprint("m", n)
	ref := fmt.Sprintf("7QK%03d", n)
	done, err := l.Lab.Record(t.Context(), lab.Actor{By: by}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		return potassium(s, id, ref, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = done
	c, ok := l.State().Critical.Find("call/" + id + "/1")
	if !ok {
		t.Fatal("a potassium of", Value, "opened no call")
	}
	return c
}

func potassium(s *lab.State, id, ref string, now time.Time) ([]lab.Event, error) {
	who := patient.Identity{Numbers: []patient.Number{{Value: "4711-0815", Kind: "MR"}}, Name: "Weber, Anna", Born: "1960-10-02", Sex: "F"}
	evs := []lab.Event{&patient.Identified{Patient: "patient/a1", Who: who}, patient.MovedTo("patient/a1", patient.Place{Unit: "ICU-2"})}
	filed, err := s.Critical.File(critical.Message{
		ID: "message/" + id, Patient: "patient/a1", Unit: "ICU-2", Sender: "LIS",
		Who:     critical.Snapshot{Identifiers: []string{"4711-0815", "V-99"}, Name: who.Name, Born: who.Born, Sex: who.Sex},
		Subject: critical.Subject{AgeKnown: true, AgeLeast: 24000, AgeMost: 24000, Sex: "F"},
		Reports: []critical.Report{{
			Result: "result/" + id, Codings: []critical.Coding{{System: "LN", Code: "2823-3"}}, Status: "F",
			Sealed: critical.Sent{Value: Value, Unit: "mmol/L", Name: "Potassium"},
		}},
		Refs: []string{ref},
		Steps: func(tier string) []critical.Step {
			return lab.Steps(s.Roster.Ladder(s.Place("patient/a1", "ICU-2"), tier, now))
		},
		Resolve: s.Resolve(now),
	}, now)
	for _, ev := range filed {
		evs = append(evs, ev)
	}
	return evs, err
}
