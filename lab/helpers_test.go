package lab_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
)

var errFlaky = ledgertest.ErrFlaky

func flaky(s ledger.Store, r *rand.Rand, fails, doubts float64) ledger.Store {
	return ledgertest.Flaky(s, r, fails, doubts)
}

// long returns the count for `make long` where that is asked for.
func long(_ testing.TB, short, full int) int {
	if os.Getenv("READBACK_LONG") != "" {
		return full
	}
	return short
}

// same fails the test unless two states are equal as a snapshot tells them.
func same(t *testing.T, a, b *lab.State) {
	t.Helper()
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if d := cmp.Diff(string(x), string(y)); d != "" {
		t.Errorf("states differ:\n%s", d)
	}
}

func flipByte(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// record records events as given.
func record(t testing.TB, l *lab.Lab, by string, evs ...lab.Event) {
	t.Helper()
	_, err := l.Record(t.Context(), lab.Actor{By: by}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return evs, nil })
	if err != nil {
		t.Fatal(err)
	}
}

// hospital admits a few people and publishes a roster around them: two clinicians of ICU-2, the desk, a director.
func hospital(t testing.TB, l *lab.Lab) {
	t.Helper()
	person := func(id, name string, role roster.Role) *roster.Admitted {
		return &roster.Admitted{Person: roster.Person{
			ID: "person/" + id, Login: id, Name: name, Role: role, Receives: role == roster.Clinician, Codes: []string{"C-" + id},
		}}
	}
	record(
		t, l, "machine/setup", person("lee", "Dr Mina Lee", roster.Clinician), person("okafor", "Dr Ada Okafor", roster.Clinician),
		person("tech", "Tom Tech", roster.Technician), person("chief", "Dr Ruth Chief", roster.Director), person("sue", "Sue Super", roster.Supervisor),
	)
	now := l.Now()
	from, to := now.Add(-time.Hour), now.Add(1000*time.Hour)
	shift := func(id, post, who string, rank int) roster.Shift {
		return roster.Shift{ID: "shift/" + id, Post: post, Person: "person/" + who, Rank: rank, From: from, To: to}
	}
	p := &roster.Published{
		From: from, To: to,
		Posts: []roster.Post{{ID: "post/icu-2", Name: "ICU-2 resident", Unit: "ICU-2"}, {ID: roster.Desk, Name: "Laboratory desk"}},
		Shifts: []roster.Shift{
			shift("a", "post/icu-2", "lee", 0), shift("b", "post/icu-2", "okafor", 1), shift("c", roster.Desk, "tech", 0),
		},
		Ladders: []roster.Ladder{{Unit: roster.Any, Steps: []roster.Step{{Ask: "unit", Wait: 600}, {Ask: "unit", Rank: 1, Wait: 600}, {Ask: "desk", Wait: 300}}}},
	}
	if err := l.State().Roster.Check(p, false, l.Now()); err != nil {
		t.Fatal(err)
	}
	record(t, l, "person/sue", p)
	set := critical.ExampleSets()[0]
	record(t, l, "person/chief", &critical.Drafted{Set: set})
	var evs []lab.Event
	approved, err := l.State().Critical.Approve(set.ID, set.Version, "", "person/chief", now, l.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range approved {
		evs = append(evs, ev)
	}
	record(t, l, "person/chief", evs...)
}

// potassium files a potassium of a patient on ICU-2 and returns the id of the call that it opened, if any.
func potassium(t *testing.T, l *lab.Lab, message, value string) string {
	t.Helper()
	return potassiumAs(t, l, message, value, "7QK2M9")
}

func potassiumOf(t *testing.T, l *lab.Lab, i int) string {
	t.Helper()
	return potassiumAs(t, l, fmt.Sprint("m", i), "7.1", fmt.Sprintf("7QK%03d", i))
}

// filePotassium decides a potassium of a patient on ICU-2.
func filePotassium(message, value, ref string) lab.Decide {
	return func(s *lab.State, now time.Time) ([]lab.Event, error) {
		who := patient.Identity{Numbers: []patient.Number{{Value: "4711-0815", Kind: "MR"}}, Name: "Weber, Anna", Born: "1960-10-02", Sex: "F"}
		evs := []lab.Event{
			&patient.Identified{Patient: "patient/anna", Who: who},
			patient.MovedTo("patient/anna", patient.Place{Unit: "ICU-2"}),
		}
		filed, err := s.Critical.File(critical.Message{
			ID: "message/" + message, Patient: "patient/anna", Unit: "ICU-2", Sender: "LIS",
			Who:     critical.Snapshot{Identifiers: []string{"4711-0815"}, Name: who.Name, Born: who.Born, Sex: who.Sex},
			Subject: critical.Subject{AgeKnown: true, AgeLeast: 24000, AgeMost: 24000, Sex: "F"},
			Reports: []critical.Report{{
				Result: "result/" + message, Codings: []critical.Coding{{System: "LN", Code: "2823-3"}}, Status: "F",
				Sealed: critical.Sent{Value: value, Unit: "mmol/L", Name: "Potassium"},
			}},
			Refs: []string{ref},
			Steps: func(tier string) []critical.Step {
				return lab.Steps(s.Roster.Ladder(s.Place("patient/anna", "ICU-2"), tier, now))
			},
		}, now)
		for _, ev := range filed {
			evs = append(evs, ev)
		}
		return evs, err
	}
}

func potassiumAs(t *testing.T, l *lab.Lab, message, value, ref string) string {
	t.Helper()
	done, err := l.Record(t.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, filePotassium(message, value, ref))
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range done.Events {
		if o, ok := ev.(*critical.Opened); ok {
			return o.Call
		}
	}
	return ""
}

// story tells a little of everything: people, a roster, limits, a call, a mismatch.
func story(t *testing.T, l *lab.Lab) {
	t.Helper()
	hospital(t, l)
	call := potassium(t, l, "m1", "7.1")
	if call == "" {
		t.Fatal("a potassium of 7.1 opened no call")
	}
	readBack(t, l, call, "person/lee", "1.7", "0815")
}

func readBack(t *testing.T, l *lab.Lab, call, who, value, tail string) error {
	t.Helper()
	_, err := l.Record(t.Context(), lab.Actor{By: who}, lab.Key{}, decideReadBack(call, who, value, tail))
	return err
}

func decideReadBack(call, who, value, tail string) lab.Decide {
	return func(s *lab.State, _ time.Time) ([]lab.Event, error) {
		c, ok := s.Critical.Find(call)
		if !ok {
			return nil, critical.ErrUnknown
		}
		evs, err := s.Critical.ReadBack(critical.Answer{
			Call: call, Version: c.Version, By: who,
			Typed: critical.Typed{Values: map[string]string{c.Results[0].ID: value}, Tail: tail}, Entered: "keyed",
		})
		var out []lab.Event
		for _, ev := range evs {
			out = append(out, ev)
		}
		return out, err
	}
}
