package critical_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

func TestARecallBringsNoWorkBackAndLeavesTheNewerTelling(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F"), report("r2", "K", "4.1", "mg%", "F")), s.now))
	s.do(s.board.ReadBack(answer(1, "4827", "7.1")))
	told := s.log
	s.do(s.board.Settle("result/r2", "repeated", "person/rahman", ""))
	s.now = s.now.Add(critical.Window - time.Hour)
	s.do(s.board.File(message("m2", report("r1", "K", "7.4", "mmol/L", "C")), s.now))
	s.now = s.now.Add(2 * time.Hour)
	s.keep()
	if _, ok := s.board.Find("call/m1/1"); ok {
		t.Fatal("not forgotten")
	}
	back := s.board
	for i, ev := range told {
		back = back.Apply(ev, critical.Mark{Seq: int64(i + 1), At: dawn, By: "person/dr-osei"})
	}
	if back.Work.Len() != 0 {
		t.Error("settled work came back")
	}
	if of, _ := back.Results.Get("result/r1"); of != "call/m2/1" {
		t.Errorf("the result leads to %s, not to its newer call", of)
	}
	for _, bad := range back.Check(time.Time{}) {
		t.Error(bad)
	}
}

func TestAResultThatWasWithdrawnAndComesBackIsToldAgain(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	s.do(s.board.File(message("m2", report("r1", "K", "7.1", "mmol/L", "W")), s.now))
	evs := s.do(s.board.File(message("m3", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	if e := only[*critical.Corrected](t, evs); e.Version != 3 || e.Result.Outcome != critical.Critical {
		t.Errorf("%+v", e)
	}
	if evs := s.do(s.board.File(message("m4", report("r1", "K", "7.1", "mmol/L", "F")), s.now)); len(evs) != 1 {
		t.Errorf("then it is a repeat, not %s", kinds(evs))
	}
	s.holds()
}

func TestAStepWithoutAWaitTakesFiveMinutesAndAnEmptyOneTellsTheDesk(t *testing.T) {
	s := newSite(t)
	m := message("m1", report("r1", "K", "7.1", "mmol/L", "F"))
	m.Steps = func(string) []critical.Step { return []critical.Step{{Ask: "nobody"}, {Ask: critical.AskFirst}} }
	s.do(s.board.File(m, s.now))
	e := only[*critical.Called](t, s.keep())
	if e.Ask != critical.AskFirst || !e.Desk || !e.Due.Equal(s.now.Add(5*time.Minute)) {
		t.Errorf("%+v", e)
	}
	s.holds()
}
