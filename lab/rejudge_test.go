package lab_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
)

// waits files a result of a patient, as its sender's door would.
func waits(t *testing.T, l *lab.Lab, message, who, code, value, unit string) []lab.Event {
	t.Helper()
	done, err := l.Record(t.Context(), lab.Actor{By: "machine/hl7-lis"}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		f := s.Filer("machine/hl7-lis", now)
		if who != "" && s.Patients.Get(who) == nil {
			f.Add(&patient.Identified{Patient: who, Who: patient.Identity{Numbers: []patient.Number{{Value: "4711-0815"}}, Name: "Weber, Anna", Born: "1960"}})
			f.Add(patient.MovedTo(who, patient.Place{Unit: "ICU-2", Class: "I"}))
		}
		in := f.View.Message(f.View.Patients.Get(who), patient.Identity{}, patient.Place{}, time.UTC, now)
		in.ID, in.Sender, in.Refs = "message/"+message, "lis", []string{"7QK" + message + "A"}
		in.Reports = []critical.Report{{
			Result: "result/" + message, Codings: []critical.Coding{{System: "L", Code: code}}, Group: "g", Status: "F",
			Sealed: critical.Sent{Value: value, Unit: unit, Accession: "g"},
		}}
		err := f.File(in, in.ID)
		return f.Out, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return done.Events
}

// mean records what codes or units mean, and everything that follows from it, as the server does.
func mean(t *testing.T, l *lab.Lab, evs ...lab.Event) []lab.Event {
	t.Helper()
	var all []lab.Event
	from, more := "", true
	for n := 0; more; n++ {
		if n > 50 {
			t.Fatal("it never ends")
		}
		done, err := l.Record(t.Context(), lab.Actor{By: "person/sue"}, lab.Key{}, func(s *lab.State, now time.Time) (out []lab.Event, err error) {
			var refs []string
			for i := range 400 {
				refs = append(refs, fmt.Sprintf("R%02d%03d", n, i))
			}
			var next string
			out, next, more, err = s.Rejudge(evs, from, "person/sue", refs, now)
			if err == nil {
				from = next
			}
			return out, err
		})
		if err != nil {
			t.Fatal(err)
		}
		all, evs = append(all, done.Events...), nil
	}
	return all
}

func kindsOf(evs []lab.Event) map[string]int {
	out := map[string]int{}
	for _, ev := range evs {
		out[ev.Kind()]++
	}
	return out
}

func mapped(t *testing.T, sender, code, loinc, unit string) lab.Event {
	t.Helper()
	evs, err := critical.Map(sender, critical.Coding{System: "L", Code: code}, critical.Test{LOINC: loinc, Unit: unit})
	if err != nil {
		t.Fatal(err)
	}
	return evs[0]
}

func TestACriticalThatWaitedForItsCodeIsCalledWhenTheCodeIsMapped(t *testing.T) {
	l := open(t, ledger.NewMem("main", nil), "n1")
	hospital(t, l)
	waits(t, l, "m1", "patient/anna", "XK", "7.1", "mmol/L")
	waits(t, l, "m2", "patient/anna", "XK", "4.1", "mmol/L")
	waits(t, l, "m3", "", "XK", "7.9", "mmol/L")
	waits(t, l, "m4", "patient/anna", "OTHER", "7.1", "mmol/L")
	if l.State().Critical.Work.Len() != 2 || l.State().Critical.Calls.Len() != 0 {
		t.Fatal("they do not wait")
	}
	got := kindsOf(mean(t, l, mapped(t, "", "XK", "2823-3", "")))
	if got["critical.opened"] != 2 || got["critical.called"] != 2 || got["critical.reported"] != 3 || got["message.resolved"] != 1 {
		t.Errorf("%v", got)
	}
	c, ok := l.State().Critical.Find("call/m1/" + workTail(t, l, "m1"))
	if !ok || c.Patient != "patient/anna" || c.Unit != "ICU-2" || c.Results[0].Told.Value != "7.1" || c.Tail() != "0815" {
		t.Errorf("%v %+v", ok, c)
	}
	if n := l.State().Critical.Work.Len(); n != 2 { // the other code, and who the third patient is
		t.Errorf("%d work items", n)
	}
	if again := kindsOf(mean(t, l, mapped(t, "", "XK", "2823-3", ""))); again["critical.opened"] != 0 || again["critical.reported"] != 0 {
		t.Errorf("mapped again: %v", again)
	}
	for _, bad := range l.State().Faults(time.Time{}) {
		t.Error(bad)
	}
}

// workTail is the end of the id of the call that a result was told by.
func workTail(t *testing.T, l *lab.Lab, message string) string {
	t.Helper()
	id, ok := l.State().Critical.Results.Get("result/" + message)
	if !ok {
		t.Fatal("the result of", message, "is in no call")
	}
	return id[len("call/"+message+"/"):]
}

func TestAUnitThatIsSettledIsJudgedAnew(t *testing.T) {
	l := open(t, ledger.NewMem("main", nil), "n1")
	hospital(t, l)
	mean(t, l, mapped(t, "", "K", "2823-3", ""))
	waits(t, l, "m1", "patient/anna", "K", "7.1", "mM")
	waits(t, l, "m2", "patient/anna", "K", "7.1", "")
	waits(t, l, "m3", "patient/anna", "K", "7.1", "squirrels")
	if n := l.State().Critical.Work.Len(); n != 3 {
		t.Fatalf("%d wait", n)
	}
	evs, err := critical.Spell("lis", "mm", "mmol/L")
	if err != nil {
		t.Fatal(err)
	}
	if got := kindsOf(mean(t, l, evs[0])); got["critical.opened"] != 1 || got["message.resolved"] != 1 {
		t.Errorf("spelled: %v", got)
	}
	if got := kindsOf(mean(t, l, mapped(t, "lis", "K", "2823-3", "mmol/L"))); got["critical.opened"] != 1 || got["message.resolved"] != 1 {
		t.Errorf("with a unit where none is sent: %v", got)
	}
	if n := l.State().Critical.Work.Len(); n != 1 {
		t.Errorf("%d wait", n)
	}
	if got := kindsOf(waits(t, l, "m5", "patient/anna", "K", "7.2", "MM")); got["critical.opened"] != 1 {
		t.Errorf("the spelling is forgotten: %v", got)
	}
}

func TestAResultThatWasCorrectedWhileItWaitedIsJudgedByItsNewestValue(t *testing.T) {
	l := open(t, ledger.NewMem("main", nil), "n1")
	hospital(t, l)
	waits(t, l, "m1", "patient/anna", "XK", "7.1", "mmol/L")
	waits(t, l, "m1", "patient/anna", "XK", "4.1", "mmol/L")
	if got := kindsOf(mean(t, l, mapped(t, "lis", "XK", "2823-3", ""))); got["critical.opened"] != 0 || got["critical.reported"] != 1 {
		t.Errorf("%v", got)
	}
}

func TestManyThatWaitedAreAllJudged(t *testing.T) {
	l := open(t, ledger.NewMem("main", nil), "n1")
	hospital(t, l)
	const n = lab.RejudgeMost + 50
	for i := range n {
		waits(t, l, fmt.Sprintf("m%03d", i), "patient/anna", "XK", "7.1", "mmol/L")
	}
	waits(t, l, "u1", "patient/anna", "XK2", "7.1", "squirrels")
	got := kindsOf(mean(t, l, mapped(t, "", "XK", "2823-3", "")))
	if got["critical.opened"] != n || got["message.resolved"] != 1 {
		t.Errorf("%v", got)
	}
}

func TestEveryCriticalOfOneMessageThatWaitedIsCalled(t *testing.T) {
	rep := func(name, value string) critical.Report {
		return critical.Report{
			Result: "result/" + name, Codings: []critical.Coding{{System: "L", Code: "XK"}}, Group: name, Status: "F",
			Sealed: critical.Sent{Value: value, Unit: "mmol/L", Accession: name},
		}
	}
	for name, reports := range map[string]map[string][]critical.Report{
		"of two patients": {"patient/anna": {rep("a", "7.1")}, "patient/bert": {rep("b", "7.2")}},
		"of more than one turn": {"patient/anna": func() (all []critical.Report) {
			for i := range lab.RejudgeMost + 2 {
				all = append(all, rep(fmt.Sprintf("s%03d", i), "7.1"))
			}
			return all
		}()},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, ledger.NewMem("main", nil), "n1")
			hospital(t, l)
			want := 0
			_, err := l.Record(t.Context(), lab.Actor{By: "machine/hl7-lis"}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
				f := s.Filer("machine/hl7-lis", now)
				want = 0
				for who, of := range reports {
					want += len(of)
					f.Add(&patient.Identified{Patient: who, Who: patient.Identity{Numbers: []patient.Number{{Value: "4711-0815"}}, Name: "Weber", Born: "1960"}})
					f.Add(patient.MovedTo(who, patient.Place{Unit: "ICU-2", Class: "I"}))
					in := f.View.Message(f.View.Patients.Get(who), patient.Identity{}, patient.Place{}, time.UTC, now)
					in.ID, in.Sender, in.Reports = "message/m1/"+who, "lis", of
					if err := f.File(in, "message/m1"); err != nil {
						return nil, err
					}
				}
				return f.Out, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			mean(t, l, mapped(t, "", "XK", "2823-3", ""))
			calls := l.State().Critical.Calls
			if calls.Len() != want {
				t.Errorf("%d calls of %d critical results", calls.Len(), want)
			}
			for _, c := range calls.All() {
				for _, r := range c.Results {
					if !slicesHas(reports[c.Patient], r.ID) {
						t.Errorf("%s is told of %s", r.ID, c.Patient)
					}
				}
			}
		})
	}
}

func slicesHas(of []critical.Report, result string) bool {
	for _, r := range of {
		if r.Result == result {
			return true
		}
	}
	return false
}
