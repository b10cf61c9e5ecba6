package lab_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/wire"
)

// correct files another value for the potassium of message m1.
func correct(t *testing.T, l *lab.Lab, message, value, status, ref string) []lab.Event {
	t.Helper()
	done, err := l.Record(t.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		evs, err := s.Critical.File(critical.Message{
			ID: "message/" + message, Patient: "patient/anna", Unit: "ICU-2", Sender: "LIS", Known: true,
			Who: critical.Snapshot{Identifiers: []string{"4711-0815"}, Name: "Weber, Anna"}, Subject: critical.Subject{AgeKnown: true, AgeLeast: 24000, AgeMost: 24000},
			Reports: []critical.Report{{
				Result: "result/m1", Codings: []critical.Coding{{System: "LN", Code: "2823-3"}}, Status: status,
				Sealed: critical.Sent{Value: value, Unit: "mmol/L", Name: "Potassium"},
			}},
			Refs: []string{ref},
			Steps: func(tier string) []critical.Step {
				return lab.Steps(s.Roster.Ladder(s.Place("patient/anna", "ICU-2"), tier, now))
			},
		}, now)
		var out []lab.Event
		for _, ev := range evs {
			out = append(out, ev)
		}
		return out, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return done.Events
}

func noticed(evs []lab.Event) *critical.Noticed {
	for _, ev := range evs {
		if n, ok := ev.(*critical.Noticed); ok {
			return n
		}
	}
	return nil
}

func TestACorrectionWhileSomebodyTypesMakesTheAnswerStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(11 * time.Minute)
		typing := n.State().Critical // what Dr Lee looks at
		if note := noticed(correct(t, n.Lab, "m2", "7.9", "C", "AAAAAA")); note == nil || !slices.Contains(note.To, "person/lee") || !slices.Contains(note.To, "person/tech") {
			t.Errorf("those who were told have no notice: %+v", note)
		}
		c, _ := typing.Find(call)
		_, err := n.Record(t.Context(), lab.Actor{By: "person/lee"}, lab.Key{}, func(s *lab.State, _ time.Time) ([]lab.Event, error) {
			evs, err := s.Critical.ReadBack(critical.Answer{
				Call: call, Version: c.Version, By: "person/lee", Typed: critical.Typed{Values: map[string]string{"result/m1": "7.1"}, Tail: "0815"},
			})
			if len(evs) > 0 {
				t.Errorf("the old version was answered: %v", evs)
			}
			return nil, err
		})
		var stale *critical.StaleError
		if !errors.As(err, &stale) || stale.Version != 2 {
			t.Errorf("the old version: %v", err)
		}
		time.Sleep(time.Second)
		wantRungs(t, n, call, "0s person/lee", "5m0s person/tech desk", "10m0s person/okafor desk", "11m0s person/okafor desk")
		if err := readBack(t, n.Lab, call, "person/okafor", "7.9", "0815"); err != nil {
			t.Fatal(err)
		}
		n.sound(t)
	})
}

func TestACorrectionAfterTheOwnerWentHomeRingsWhoIsOnDutyNowAndTellsTheOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(time.Minute)
		if err := readBack(t, n.Lab, call, "person/lee", "7.1", "0815"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour) // Dr Abe has the first call now
		evs := correct(t, n.Lab, "m2", "4.1", "C", "AAAAAA")
		note := noticed(evs)
		if note == nil || note.Of != call || !slices.Equal(note.To, []string{"person/lee"}) || note.What != critical.NoticeNormal {
			t.Fatalf("notice %+v", note)
		}
		time.Sleep(time.Second)
		s, now := n.State(), n.Now()
		c, ok := s.Critical.Calls.Get(note.Call)
		if !ok || c.Corrects != call || len(c.Called) != 1 || !slices.Equal(c.Called[0].To, []string{"person/abe"}) {
			t.Fatalf("%+v", c)
		}
		if !s.MaySee(s.Channels("person/lee", now), c) {
			t.Error("who was told may not see what counts now")
		}
		v := s.View(c, lab.Viewer{Subject: "person/lee"}, now)
		if len(v.Notices) != 1 || v.Results[0].Was != "7.1 mmol/L" {
			t.Errorf("the view: %+v", v)
		}
		if old, ok := s.Critical.Find(call); !ok || old.Results[0].Told.Value != "7.1" || old.Owner != "person/lee" {
			t.Error("the original did not stay")
		}
		if err := readBack(t, n.Lab, note.Call, "person/abe", "4.1", "0815"); err != nil {
			t.Fatal(err)
		}
		n.sound(t)
	})
}

func TestAWithdrawnResultIsReadBackByTheWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		call := potassium(t, n.Lab, "m1", "7.1")
		time.Sleep(time.Minute)
		correct(t, n.Lab, "m2", "", "W", "AAAAAA")
		time.Sleep(time.Second)
		if err := readBack(t, n.Lab, call, "person/lee", "7.1", "0815"); err != nil {
			t.Fatal(err)
		}
		if c, _ := n.State().Critical.Find(call); c.Standing != critical.IsOpen || c.Mismatches != 1 {
			t.Errorf("the old value stood the call down: %+v", c)
		}
		if err := readBack(t, n.Lab, call, "person/lee", "Withdrawn", "0815"); err != nil {
			t.Fatal(err)
		}
		if c, _ := n.State().Critical.Find(call); c.Standing != critical.IsClosed {
			t.Error("still open")
		}
		w, ok := n.State().Critical.Work.Get("result/m1")
		if !ok || w.Reason != critical.ReasonWrongPatient || !w.Critical {
			t.Errorf("nobody looks whose the result was: %+v", w)
		}
		n.sound(t)
	})
}

func TestAPatientOfWhomOnlyResultsToldIsForgottenAndRecalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, ledger.NewMem("main", nil), "n1")
		hospital(t, l)
		call := potassium(t, l, "m1", "7.1")
		now := time.Now()
		record(t, l, "machine/adt", &patient.Identified{Patient: "patient/berta", Who: patient.Identity{Name: "Berta"}},
			&patient.Moved{Patient: "patient/berta", Unit: "ICU-2", Occurred: &now})
		record(t, l, "machine/adt", &patient.Merged{Patient: "patient/anna", Loser: "patient/old"})
		knows := func(id string) bool { return l.State().Patients.Get(id) != nil }
		time.Sleep(8 * 24 * time.Hour)
		record(t, l, "machine/lis", &critical.Resolved{Work: "work/none", How: "handled", By: "person/tech"})
		if !knows("patient/anna") {
			t.Fatal("forgotten with a call open")
		}
		if err := readBack(t, l, call, "person/lee", "7.1", "0815"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		record(t, l, "machine/lis", &critical.Resolved{Work: "work/none", How: "handled", By: "person/tech"})
		if knows("patient/anna") || l.State().Patients.Alias.Len() != 0 {
			t.Error("remembered for ever")
		}
		if !knows("patient/berta") {
			t.Error("a patient who is in the house was forgotten")
		}
		// The merged number leads to the survivor's record again, out of the ledger.
		var found *patient.Patient
		_, err := l.Record(t.Context(), lab.Actor{By: "machine/lis"}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
			f := s.Filer("machine/lis", now)
			found = f.Patient("patient/old")
			if len(f.Want) > 0 {
				return nil, lab.Recall(f.Want...)
			}
			return nil, nil
		})
		if err != nil || found == nil || found.ID != "patient/anna" || found.Name != "Weber, Anna" {
			t.Errorf("recalled %+v, %v", found, err)
		}
	})
}

func TestAQuarantinedMessageWithACriticalFlagGoesFromTheSupervisorToTheDirector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := busyNight(t, time.Hour)
		record(t, n.Lab, "machine/hl7-lis", critical.Quarantine("message/q1", "ORU^R01", "no-patient", true, []byte("OBX|1|NM|2823-3||7.1|||HH"), n.Now()))
		for range 8 {
			time.Sleep(5 * time.Minute)
			n.sound(t)
		}
		es, err := n.mem.About(t.Context(), "message/q1", 1<<40)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range es {
			ev, err := wire.Decode(&es[i])
			if err != nil {
				t.Fatal(err)
			}
			if c, ok := ev.(*critical.Called); ok {
				got = append(got, es[i].At.Sub(es[0].At).Round(time.Second).String()+" "+strings.Join(c.To, " "))
				if !c.Desk {
					t.Errorf("the desk does not hear of attempt %d", c.Attempt)
				}
			}
		}
		want := []string{
			"0s person/sue", "5m0s person/tech", "10m0s person/sue", "15m0s person/tech", "20m0s person/tech", "25m0s person/tech",
			"30m0s person/chief", "35m0s person/tech", "40m0s person/tech",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		w, _ := n.State().Critical.Work.Get("message/q1")
		for _, how := range []string{"", "done", critical.WayHandled} {
			if _, err := n.State().Critical.Settle(w.ID, how, "person/tech", ""); !errors.Is(err, critical.ErrNoReason) {
				t.Errorf("settled by %q without a word: %v", how, err)
			}
		}
		evs, err := n.State().Critical.Settle(w.ID, critical.WaySentAgain, "person/tech", "")
		if err != nil {
			t.Fatal(err)
		}
		record(t, n.Lab, "person/tech", evs[0])
		time.Sleep(time.Hour)
		if _, open := n.State().Critical.Work.Get(w.ID); open {
			t.Error("still open")
		}
		n.sound(t)
	})
}
