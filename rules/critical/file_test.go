package critical_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

func TestARepeatedResultChangesNothing(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "P")), s.now))
	s.keep()
	before := s.board
	evs := s.do(s.board.File(message("m2", report("r1", "K", "7.10", "MMOL/L", "F")), s.now))
	if r := only[*critical.Reported](t, evs); len(evs) != 1 || !r.Repeat || r.Call != "call/m1/1" {
		t.Fatalf("%s, %+v", kinds(evs), r)
	}
	if !before.Calls.Equal(s.board.Calls) {
		t.Error("the call changed")
	}
	s.do(s.board.ReadBack(answer(1, "4827", "7.1")))
	if evs := s.do(s.board.File(message("m3", report("r1", "K", "7.1", "mmol/L", "F")), s.now)); len(evs) != 1 {
		t.Errorf("after the call was closed: %s", kinds(evs))
	}
	s.holds()
}

func TestACorrectionOfAnOpenCallIsANewVersion(t *testing.T) {
	for name, c := range map[string]struct {
		value, status string
		outcome       critical.Outcome
		typed         string
	}{
		"worse":     {"8.0", "C", critical.Critical, "8.0"},
		"normal":    {"4.2", "C", critical.Normal, "4.2"},
		"withdrawn": {"", "W", critical.Withdrawn, "withdrawn"},
		"cancelled": {"", "X", critical.Withdrawn, "zurückgezogen"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
			s.keep()
			s.now = s.now.Add(6 * time.Minute)
			s.keep()
			evs := s.do(s.board.File(message("m2", report("r1", "K", c.value, "mmol/L", c.status)), s.now))
			e := only[*critical.Corrected](t, evs)
			if e.Version != 2 || e.Result.Outcome != c.outcome || e.Sealed.Why == "" {
				t.Fatalf("%+v", e)
			}
			rungs := slices.DeleteFunc(s.keep(), func(ev critical.Event) bool { e, ok := ev.(*critical.Called); return !ok || e.Call == "" })
			if r := only[*critical.Called](t, rungs); r.Step != 0 || r.Version != 2 || r.Attempt != 3 {
				t.Errorf("the correction is not called anew: %+v", r)
			}
			var stale *critical.StaleError
			if _, err := s.board.ReadBack(answer(1, "4827", "7.1")); !errors.As(err, &stale) || stale.Version != 2 {
				t.Errorf("the old version: %v", err)
			}
			if c.outcome == critical.Withdrawn {
				if _, err := s.board.ReadBack(answer(2, "4827", "")); !errors.Is(err, critical.ErrMissing) {
					t.Errorf("a stand-down closes without a word: %v", err)
				}
			}
			if c.typed != "" {
				if evs, _ := s.board.ReadBack(answer(2, "4827", "7.1")); kinds(evs) != "critical.mismatched" {
					t.Errorf("the old value under the new version: %s", kinds(evs))
				}
			}
			s.do(s.board.ReadBack(answer(2, "4827", c.typed)))
			if s.board.Calls.Len() > 0 {
				t.Error("still open")
			}
			s.holds()
		})
	}
}

func TestACorrectionOfAClosedCallIsACallOfItsOwn(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	s.do(s.board.ReadBack(answer(1, "4827", "7.1")))
	s.now = s.now.Add(time.Hour)
	evs := s.do(s.board.File(message("m2", report("r1", "K", "4.2", "mmol/L", "C")), s.now))
	o := only[*critical.Opened](t, evs)
	if o.Corrects != "call/m1/1" || o.Call != "call/m2/1" || o.Results[0].Outcome != critical.Normal {
		t.Fatalf("%+v", o)
	}
	a := answer(1, "4827", "4.2")
	a.Call = o.Call
	s.do(s.board.ReadBack(a))
	s.holds()

	s.now = s.now.Add(critical.Window + time.Hour)
	evs = s.do(s.board.File(message("m3", report("r2", "K", "4.1", "mmol/L", "F")), s.now))
	if s.board.Finished.Len() > 0 || s.board.Results.Len() > 0 || len(evs) != 1 {
		t.Error("finished calls outlive their window")
	}
	evs = s.do(s.board.File(message("m4", report("r1", "K", "4.3", "mmol/L", "C")), s.now))
	if r := only[*critical.Reported](t, evs); r.Work != "result/r1" {
		t.Errorf("a correction of what the board has forgotten is silent: %+v", r)
	}
	s.holds()
}

func TestARecalledCallComesBackAndMovesNothingElse(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	s.keep()
	s.do(s.board.ReadBack(answer(1, "4827", "7.1")))
	told := s.log
	s.now = s.now.Add(critical.Window + time.Hour)
	s.do(s.board.File(message("m2", report("r9", "K", "7.3", "mmol/L", "F")), s.now))
	s.keep()
	if _, ok := s.board.Find("call/m1/1"); ok {
		t.Fatal("not forgotten")
	}
	back := s.board
	for round := range 2 {
		for i, ev := range told {
			back = back.Apply(ev, critical.Mark{Seq: int64(i + 1), At: dawn, By: "person/dr-osei"})
		}
		c, ok := back.Find("call/m1/1")
		if !ok || c.Standing != critical.IsClosed || c.Attempt != 1 {
			t.Fatalf("round %d: %+v", round, c)
		}
		if !back.Calls.Equal(s.board.Calls) || !back.Work.Equal(s.board.Work) {
			t.Error("the recall moved an open call or work item")
		}
		for _, bad := range back.Check(time.Time{}) {
			t.Error(bad)
		}
	}
	s.do(s.board.File(message("m2", report("r9", "K", "7.4", "mmol/L", "C")), s.now))
	s.keep()
	again := s.board
	for i, ev := range s.log {
		if !slices.Contains(told, ev) {
			again = again.Apply(ev, critical.Mark{Seq: int64(i + 1), At: dawn, By: "person/dr-osei"})
		}
	}
	if !reflect.DeepEqual(again, s.board) {
		t.Error("the recall of an open call changed it")
	}
	evs, err := back.File(message("m3", report("r1", "K", "4.2", "mmol/L", "C")), s.now)
	if err != nil || only[*critical.Opened](t, evs).Corrects != "call/m1/1" {
		t.Errorf("%s, %v", kinds(evs), err)
	}
}

func TestWhatNobodyCouldJudgeIsWorkForTheDesk(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1",
		report("r1", "K", "4.1", "mg%", "F"), report("r2", "K", "clotted", "mmol/L", "F"), report("r3", "XYZ", "4.1", "mmol/L", "F"),
		report("r4", "XYZ", "5", "mmol/L", "F"), report("r5", "K", "", "", "I"), report("r6", "K", "4.4", "mmol/L", "F")), s.now))
	want := map[string]string{"result/r1": "unknown-unit", "result/r2": "unreadable"}
	for id, w := range s.board.Work.All() {
		if w.Reason == "unknown-test" {
			if w.Waiting != 2 || w.Coding.Code != "XYZ" {
				t.Errorf("%+v", w)
			}
			continue
		}
		if want[id] != w.Reason {
			t.Errorf("%s waits for %s", id, w.Reason)
		}
		delete(want, id)
	}
	if len(want) > 0 || s.board.Work.Len() != 3 {
		t.Errorf("missing %v of %d", want, s.board.Work.Len())
	}
	var asked []string
	for range 8 {
		at, _ := s.board.NextDue()
		s.now = at
		for _, ev := range s.keep() {
			if e, ok := ev.(*critical.Called); ok && e.Work == "result/r1" {
				asked = append(asked, e.Ask)
			}
		}
	}
	if got := len(asked); got != 8 || asked[0] != "desk" || asked[2] != "supervisor" || asked[6] != "director" || asked[7] != "desk" {
		t.Errorf("asked %v", asked)
	}
	w, _ := s.board.Work.Get("result/r1")
	if w.Owner != "desk" || w.Attempt != 8 {
		t.Errorf("%+v", w)
	}
	s.do(s.board.Settle("result/r1", "repeated", "person/rahman", "told to send again"))
	if _, err := s.board.Settle("result/r1", "repeated", "person/rahman", ""); !errors.Is(err, critical.ErrNoWork) {
		t.Errorf("settled twice: %v", err)
	}
	s.holds()
}

func TestAQuarantinedMessageThatMayBeCriticalStartsAtTheSupervisor(t *testing.T) {
	s := newSite(t)
	s.do([]critical.Event{
		critical.Quarantine("message/q1", "ORU^R01", "no-patient", true, []byte("MSH|"), s.now),
		critical.Quarantine("message/q2", "", "not-hl7", false, []byte{0xff, 0}, s.now),
	}, nil)
	asked := map[string]string{}
	for _, ev := range s.keep() {
		e := ev.(*critical.Called)
		asked[e.Work] = e.Ask
		if !e.Desk {
			t.Errorf("%s: the desk is not told", e.Work)
		}
	}
	if asked["message/q1"] != "supervisor" || asked["message/q2"] != "desk" {
		t.Error(asked)
	}
	s.holds()
}

func TestAnUnidentifiedCriticalIsCalledAndNotClosedByTyping(t *testing.T) {
	s := newSite(t)
	m := message("m1", report("r1", "K", "7.1", "mmol/L", "F"))
	m.Patient, m.Who = "", critical.Snapshot{}
	evs := s.do(s.board.File(m, s.now))
	if only[*critical.Opened](t, evs).Patient != "" {
		t.Error("a patient from nowhere")
	}
	if w, _ := s.board.Work.Get("result/r1"); w.Reason != critical.ReasonUnidentified {
		t.Errorf("%+v", w)
	}
	if _, err := s.board.ReadBack(answer(1, "0427", "7.1")); !errors.Is(err, critical.ErrUnidentified) {
		t.Errorf("%v", err)
	}
	if _, err := s.board.End("call/m1/1", 1, "person/dr-faber", "", ""); !errors.Is(err, critical.ErrNoReason) {
		t.Errorf("ended for no reason: %v", err)
	}
	s.do(s.board.End("call/m1/1", 1, "person/dr-faber", "told-in-person", "in the emergency room"))
	s.holds()
}

func TestResultsOfOneSpecimenShareACall(t *testing.T) {
	s := newSite(t)
	other := report("r3", "K", "2.1", "mmol/L", "F")
	other.Group = "26-118-0428"
	twice := report("r1", "1001449", "7.20", "", "F")
	rival := report("r1", "1001449", "7.10", "", "F")
	evs := s.do(s.board.File(message("m1", report("r1", "1001449", "7.20", "", "F"), report("r2", "K", "7.1", "mmol/L", "F"), other, twice, rival), s.now))
	if s.board.Calls.Len() != 2 || s.board.Refs.Len() != 2 {
		t.Fatal(kinds(evs))
	}
	c, _ := s.board.Find("call/m1/1")
	if len(c.Results) != 3 || c.Results[2].ID != "result/r1/2" {
		t.Errorf("%+v", c.Results)
	}
	repeats := 0
	for _, ev := range evs {
		if e, ok := ev.(*critical.Reported); ok && e.Repeat {
			repeats++
		}
	}
	if repeats != 1 {
		t.Errorf("%d repeats, want 1", repeats)
	}
	m := message("m2", report("r7", "K", "7.1", "mmol/L", "F"))
	m.Refs = m.Refs[:2]
	if _, err := s.board.File(m, s.now); !errors.Is(err, critical.ErrNoRef) {
		t.Errorf("with no reference free: %v", err)
	}
	s.holds()
}

func TestOneSetIsInForceForASettingAtATime(t *testing.T) {
	s := newSite(t)
	next := arup(t)
	next.Version = "rev 35"
	s.do(s.board.Draft(next))
	later := s.now.Add(24 * time.Hour)
	s.do(s.board.Approve(next.ID, "rev 35", "", "person/dr-faber", later, s.now))
	for at, want := range map[time.Time]string{s.now: "rev 34", later.Add(-time.Microsecond): "rev 34", later: "rev 35"} {
		if set, ok := s.board.InForce("inpatient", at); !ok || set.Version != want {
			t.Errorf("at %s %q is in force, want %s", at, set.Version, want)
		}
	}
	if _, err := s.board.Draft(critical.Set{ID: "mine", Version: "1"}); !errors.Is(err, critical.ErrFaulty) {
		t.Errorf("a set with an id of another room: %v", err)
	}
	if _, err := s.board.Draft(next); !errors.Is(err, critical.ErrInUse) {
		t.Errorf("an approved version is drafted again: %v", err)
	}
	bad := next
	bad.Version, bad.Rows = "rev 36", append(bad.Rows, bad.Rows[0])
	s.do(s.board.Draft(bad))
	var faults *critical.FaultsError
	if _, err := s.board.Approve(bad.ID, "rev 36", "", "person/dr-faber", s.now, s.now); !errors.As(err, &faults) || faults.Faults[0].Row != 23 {
		t.Errorf("a set with two equal rows: %v", err)
	}
	if _, err := s.board.Approve("limits/none", "1", "", "person/dr-faber", s.now, s.now); !errors.Is(err, critical.ErrNoSet) {
		t.Errorf("a set that is not there: %v", err)
	}
	s.do(s.board.Retire(next.ID, "rev 34", "any", "person/dr-faber"))
	s.do(s.board.Retire(next.ID, "rev 35", "", "person/dr-faber"))
	if _, err := s.board.Retire(next.ID, "rev 35", "", "person/dr-faber"); !errors.Is(err, critical.ErrNoSet) {
		t.Errorf("retired twice: %v", err)
	}
	if _, ok := s.board.InForce("", later); ok {
		t.Error("a retired set is in force")
	}
	s.holds()
}

func TestASendersCodeIsFoundBeforeEverybodys(t *testing.T) {
	s := newSite(t)
	s.do(critical.Map("OTHER", critical.Coding{Code: "K", System: "L"}, critical.Test{LOINC: "6298-4", Unit: "MMOL/L"}))
	for _, c := range []struct {
		sender string
		as     []critical.Coding
		want   string
	}{
		{"LAB", []critical.Coding{{Code: "K"}}, "2823-3"},
		{"LAB", []critical.Coding{{Code: "K", System: "L"}}, "2823-3"},
		{"OTHER", []critical.Coding{{Code: "K", System: "l"}}, "6298-4"},
		{"OTHER", []critical.Coding{{Code: "k"}}, ""},
		{"LAB", []critical.Coding{{Code: "77"}, {Code: "2823-3", System: "LN"}}, "2823-3"},
		{"LAB", []critical.Coding{{Code: "2823-4", System: "LN"}}, ""},
		{"LAB", nil, ""},
	} {
		got, ok := s.board.Resolve(c.sender, c.as)
		if got.LOINC != c.want || ok != (c.want != "") {
			t.Errorf("%s %v: %v, want %s", c.sender, c.as, got, c.want)
		}
	}
	if _, err := critical.Map("LAB", critical.Coding{Code: "K"}, critical.Test{LOINC: "2823-3", Unit: "mg%"}); !errors.Is(err, critical.ErrMapping) {
		t.Errorf("a mapping to an unknown unit: %v", err)
	}
}

func TestWhoMayReadBack(t *testing.T) {
	good := critical.Reader{Person: "person/dr-osei", Fresh: true, Badge: true, Receives: true, OnCall: true}
	called := critical.Call{Called: []critical.Rung{{To: []string{"person/dr-osei"}}}}
	for reason, c := range map[string]struct {
		call   critical.Call
		change func(*critical.Reader)
	}{
		"":          {critical.Call{}, func(*critical.Reader) {}},
		" called":   {called, func(r *critical.Reader) { r.OnCall = false }},
		" glass":    {critical.Call{}, func(r *critical.Reader) { r.OnCall, r.Glass = false, "arrest on the ward" }},
		"not-yours": {critical.Call{}, func(r *critical.Reader) { r.OnCall = false }},
		"machine":   {called, func(r *critical.Reader) { r.Machine = true }},
		"not-fresh": {called, func(r *critical.Reader) { r.Fresh = false }},
		"badge":     {called, func(r *critical.Reader) { r.Badge = false }},
		"role":      {called, func(r *critical.Reader) { r.Receives, r.Glass = false, "arrest" }},
		"reporter":  {called, func(r *critical.Reader) { r.Reported = true }},
	} {
		r := good
		c.change(&r)
		err := r.May(c.call)
		var not *critical.MayNotError
		if allowed := reason == "" || reason[0] == ' '; allowed != (err == nil) || !allowed && (!errors.As(err, &not) || not.Reason != reason || !errors.Is(err, critical.ErrMayNot)) {
			t.Errorf("%q: %v", reason, err)
		}
	}
}

// A partial or preliminary value is a value: it calls, though its status says that there is none yet. A result that is
// only announced does not.
func TestAPartialCriticalValueCalls(t *testing.T) {
	for _, c := range []struct {
		status, value string
		calls         bool
	}{
		{"F", "7.1", true},
		{"P", "7.1", true},
		{"S", "7.1", true},
		{"R", "7.1", true},
		{"", "7.1", true},
		{"I", "7.1", true},
		{"O", "7.1", true},
		{"I", "", false},
		{"O", "", false},
		{"I", "in the laboratory", false},
	} {
		status, calls := c.status, c.calls
		s := newSite(t)
		evs, err := s.board.File(message("m1", report("result/1", "K", c.value, "mmol/L", status)), s.now)
		if err != nil {
			t.Fatal(err)
		}
		opened := slices.ContainsFunc(evs, func(ev critical.Event) bool { return ev.Kind() == "critical.opened" })
		if opened != calls {
			t.Errorf("OBX-11 %q: called %v, want %v", status, opened, calls)
		}
	}
}
