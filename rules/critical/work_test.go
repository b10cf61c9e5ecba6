package critical_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

func TestAFlagMakesUnjudgedWorkUrgentAndNothingElse(t *testing.T) {
	s := newSite(t)
	plain := report("r1", "XYZ", "4.1", "mmol/L", "F")
	s.do(s.board.File(message("m1", plain), s.now))
	s.keep()
	s.now = s.now.Add(time.Minute)
	flag := report("r2", "XYZ", "9.9", "mmol/L", "F")
	flag.Sealed.Flag = "N~HH^Critical high^HL70078"
	fine := report("r3", "K", "4.1", "mmol/L", "F")
	fine.Sealed.Flag = "LL"
	s.do(s.board.File(message("m2", flag, fine), s.now))
	if s.board.Calls.Len() != 0 || s.board.Work.Len() != 1 {
		t.Fatalf("%d calls, %d work items", s.board.Calls.Len(), s.board.Work.Len())
	}
	if e := only[*critical.Called](t, s.keep()); e.Ask != critical.AskSupervisor || !e.Desk {
		t.Errorf("%+v", e)
	}
	s.holds()
}

// TestErasingAFinishedCallLeavesTheSameBoard folds a history again without any
// enclosure, after the window.
func TestErasingAFinishedCallLeavesTheSameBoard(t *testing.T) {
	s := newSite(t)
	var marks []critical.Mark
	do := func(evs []critical.Event, err error) {
		s.do(evs, err)
		for range evs {
			marks = append(marks, critical.Mark{Seq: int64(len(marks) + 1), At: s.now, By: "person/dr-osei"})
		}
	}
	for i := range s.log {
		marks = append(marks, critical.Mark{Seq: int64(i + 1), At: s.now})
	}
	do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F"), report("r2", "1001449", "7.2", "", "F")), s.now))
	do(s.board.Due(s.now, staff), nil)
	do(s.board.ReadBack(answer(1, "4827", "7.3", "7.2")))
	do(s.board.File(message("m2", report("r1", "K", "4.1", "mmol/L", "C")), s.now))
	do(s.board.ReadBack(answer(2, "4827", "4.1", "7.2")))
	s.now = s.now.Add(critical.Window + time.Minute)
	do(s.board.File(message("m3", report("r3", "K", "4.2", "mmol/L", "F")), s.now))
	var bare critical.Board
	for i, ev := range s.log {
		ev = recode(t, ev)
		if e := ev.Enclosure(); e != nil {
			reflect.ValueOf(e).Elem().SetZero()
		}
		bare = bare.Apply(ev, marks[i])
	}
	if !reflect.DeepEqual(bare, s.board) {
		t.Errorf("erased:\n%s\nkept:\n%s", flat(t, bare), flat(t, s.board))
	}
}

func TestNewKnowsEveryKindOfThisRoom(t *testing.T) {
	for _, k := range []string{
		"message.filed", "message.quarantined", "message.resolved", "limits.drafted", "limits.approved", "limits.retired", "limits.mapped", "limits.spelled",
		"critical.reported", "critical.held", "critical.rerun", "critical.released", "critical.opened", "critical.called", "critical.escalated", "critical.seen", "critical.mismatched",
		"critical.read-back", "critical.corrected", "critical.raised", "critical.suppressed", "critical.exempted", "critical.rearmed", "critical.closed", "critical.ended",
	} {
		if ev := critical.New(k); ev == nil || ev.Kind() != k {
			t.Errorf("New(%q) is %T", k, ev)
		}
	}
	if ev := critical.New("patient.moved"); ev != nil {
		t.Errorf("New knows another room's kind: %T", ev)
	}
}

func TestAResultIsFoundByItsSeries(t *testing.T) {
	s := newSite(t)
	evs := s.do(s.board.File(message("m1", report("r1", "K", "4.1", "mmol/L", "F"), report("r2", "XYZ", "4.1", "mmol/L", "F")), s.now))
	var got []string
	for _, ev := range evs {
		got = append(got, strings.Join(ev.About(), " "))
	}
	if got[0] != "result/r1 patient/p1 series/p1/2823-3" || !strings.HasSuffix(got[1], " patient/p1 message/m1") {
		t.Errorf("%q", got)
	}
}

// foreign is an event of another room, about nothing.
type foreign struct{}

func (foreign) Kind() string    { return "ledger.opened" }
func (foreign) About() []string { return nil }
func (foreign) Enclosure() any  { return nil }

func TestEventsOfOtherRoomsChangeNothing(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	if after := s.board.Apply(foreign{}, critical.Mark{At: s.now}); !reflect.DeepEqual(after, s.board) {
		t.Error("the board changed")
	}
}

func TestEveryoneWhoHeardIsNamedOnce(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	for range 4 {
		s.now, _ = s.board.NextDue()
		s.keep()
	}
	s.do(s.board.See("call/m1/1", 1, "person/dr-osei"))
	c, _ := s.board.Find("call/m1/1")
	if len(c.Called) != 4 { // first, desk, third, desk
		t.Errorf("%d rungs: %+v", len(c.Called), c.Called)
	}
	for range 6 { // the director, then the desk again and again
		s.now, _ = s.board.NextDue()
		s.keep()
	}
	if again, _ := s.board.Find("call/m1/1"); len(again.Called) != 6 || again.Attempt != 10 {
		t.Errorf("%d attempts take %d places", again.Attempt, len(again.Called))
	}
	if got := c.Everyone(); !slices.Equal(got, []string{"person/dr-osei", "person/third"}) {
		t.Error(got)
	}
}
