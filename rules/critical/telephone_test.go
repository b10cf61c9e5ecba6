package critical_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

func (s *site) dial(who string) int {
	s.Helper()
	s.by = who
	evs := s.do(s.board.Telephone(critical.Dialling{Call: "call/m1/1", Version: s.call().Version, By: who, At: "4711"}, s.now))
	return only[*critical.Attempted](s.TB, evs).N
}

var nurse = critical.Receiver{Name: "Nurse Ada Brandt", Role: "nurse", Known: critical.KnownSpoken}

func (s *site) heard(who string, n int, to critical.Receiver, tail, value string) critical.Heard {
	s.by = who
	return critical.Heard{
		Call: "call/m1/1", Version: s.call().Version, N: n, By: who, Receiver: to, Entered: "spoken",
		Typed: critical.Typed{Values: map[string]string{"result/r1": value}, Tail: tail},
	}
}

func TestTelephoneClosesAsVerbalAndNeverAsAReadBack(t *testing.T) {
	s := openedSite(t)
	s.now = s.now.Add(time.Minute)
	n := s.dial("person/tech")
	s.now = s.now.Add(40 * time.Second)
	evs := s.do(s.board.Hear(s.heard("person/tech", n, nurse, "4827", "7.10"), s.now))
	told, closed := only[*critical.Telephoned](t, evs), only[*critical.Closed](t, evs)
	if told.Means != "verbal, typed by caller" || !told.Started.Equal(dawn.Add(time.Minute)) || told.Sealed.Name != nurse.Name || told.Role != "nurse" {
		t.Errorf("%+v", told)
	}
	if closed.Outcome != "telephoned" || len(closed.About()) != 1 {
		t.Errorf("%+v about %v", closed, closed.About())
	}
	for _, ev := range evs {
		if ev.Kind() == "critical.read-back" {
			t.Error("recorded as typed by the receiver")
		}
	}
	s.holds()
	if _, err := s.board.ReadBack(answer(1, "4827", "7.1")); !errors.Is(err, critical.ErrClosed) {
		t.Error(err)
	}
}

func TestAMisheardValueIsCountedAndTheConversationGoesOnAsANewAttempt(t *testing.T) {
	s := openedSite(t)
	n := s.dial("person/tech")
	evs := s.do(s.board.Hear(s.heard("person/tech", n, nurse, "4827", "1.7"), s.now))
	wrong, next := only[*critical.Mismatched](t, evs), only[*critical.Attempted](t, evs)
	if wrong.Phone != 1 || wrong.N != 1 || wrong.Fields[0] != "value of result/r1" || next.N != 2 || !next.Again {
		t.Fatalf("%+v, %+v", wrong, next)
	}
	if _, err := s.board.Hear(s.heard("person/tech", 1, nurse, "4827", "7.1"), s.now); !errors.Is(err, critical.ErrNoAttempt) {
		t.Errorf("an attempt that is over: %v", err)
	}
	s.do(s.board.Hear(s.heard("person/tech", 2, nurse, "4827", "7.1"), s.now))
	c := s.call()
	if c.Phones[0].Outcome != "mismatch" || c.Phones[1].Outcome != "telephoned" || c.Mismatches != 1 || c.Tries[0].Phone != 1 {
		t.Errorf("%+v", c.Phones)
	}
	s.holds()
}

func TestEveryFailedAttemptIsARowThatStaysAndTheDeskIsReminded(t *testing.T) {
	s := openedSite(t, critical.Step{Ask: critical.AskFirst, Wait: 3600})
	for i, d := range critical.Difficulties() {
		n := s.dial("person/tech")
		s.do(s.board.HangUp("call/m1/1", n, "person/tech", d, "note"))
		if c := s.call(); len(c.Phones) != i+1 || c.Phones[i].Outcome != d || c.Phones[i].Note != "note" {
			t.Fatalf("%+v", c.Phones)
		}
	}
	if _, err := s.board.HangUp("call/m1/1", 1, "person/tech", "busy", ""); !errors.Is(err, critical.ErrNoAttempt) {
		t.Error(err)
	}
	n := s.dial("person/tech")
	if _, err := s.board.HangUp("call/m1/1", n, "person/tech", "lazy", ""); !errors.Is(err, critical.ErrNoReason) {
		t.Error(err)
	}
	if _, err := s.board.HangUp("call/m1/1", n, "person/other", "busy", ""); !errors.Is(err, critical.ErrNoAttempt) {
		t.Errorf("another's attempt: %v", err)
	}
	if rungs := s.tick(6 * time.Minute); len(rungs) != 1 || rungs[0] != "5m0s desk" {
		t.Errorf("the desk hears %v", rungs)
	}
	s.dial("person/tech")
	if c := s.call(); c.Phones[n-1].Outcome != "again" {
		t.Errorf("two in flight: %+v", c.Phones)
	}
	s.holds()
}

func TestWhoIsToldByTelephoneHasAFullNameAndAReceivingRole(t *testing.T) {
	s := openedSite(t)
	n := s.dial("person/tech")
	may := func(reason string) func(error) bool {
		return func(err error) bool {
			var m *critical.MayNotError
			return errors.As(err, &m) && m.Reason == reason
		}
	}
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	for name, c := range map[string]struct {
		to   critical.Receiver
		want func(error) bool
	}{
		"first name":      {critical.Receiver{Name: "Ada", Role: "nurse", Known: "spoken"}, is(critical.ErrFullName)},
		"title and one":   {critical.Receiver{Name: "Dr. Lee", Role: "physician", Known: "spoken"}, is(critical.ErrFullName)},
		"double name":     {critical.Receiver{Name: "Sister Anna-Lena", Role: "nurse", Known: "spoken"}, is(critical.ErrFullName)},
		"initials":        {critical.Receiver{Name: "A. B.", Role: "nurse", Known: "spoken"}, is(critical.ErrFullName)},
		"nothing":         {critical.Receiver{Role: "nurse", Known: "spoken"}, is(critical.ErrFullName)},
		"clerk":           {critical.Receiver{Name: "Ada Brandt", Role: "clerk", Known: "spoken"}, may("receiver-role")},
		"the caller":      {critical.Receiver{Name: "Tom Tech", Role: "nurse", Known: "roster", Person: "person/tech"}, may("receiver")},
		"unknown person":  {critical.Receiver{Name: "Ada Brandt", Role: "nurse", Known: "roster"}, is(critical.ErrNoReason)},
		"spoken person":   {critical.Receiver{Name: "Ada Brandt", Role: "nurse", Known: "spoken", Person: "person/b"}, is(critical.ErrNoReason)},
		"known by rumour": {critical.Receiver{Name: "Ada Brandt", Role: "nurse", Known: "rumour", Person: "person/b"}, is(critical.ErrNoReason)},
	} {
		if _, err := s.board.Hear(s.heard("person/tech", n, c.to, "4827", "7.1"), s.now); !c.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"Ada Brandt", "A. Brandt", "Dr. med. Ada Brandt", "Brandt, Ada", "Anna-Lena Öz"} {
		if !critical.FullName(name) {
			t.Errorf("%q is a full name", name)
		}
	}
	if !critical.SameName("Dr Mina Lee", "LEE, Mina") || critical.SameName("Mina Lee", "Nina Lee") {
		t.Error("names are compared wrongly")
	}
}

func TestWhatWasHeardMustBeTypedWholeAndIsBoundToTheVersion(t *testing.T) {
	s := openedSite(t)
	n := s.dial("person/tech")
	for _, c := range []struct{ tail, value string }{{"", "7.1"}, {"4827", ""}, {"4827", "1,234"}} {
		if _, err := s.board.Hear(s.heard("person/tech", n, nurse, c.tail, c.value), s.now); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	m := message("m2", report("r1", "K", "7.4", "mmol/L", "C"))
	m.Resolve = ward
	s.do(s.board.File(m, s.now))
	var stale *critical.StaleError
	if _, err := s.board.Hear(s.heard("person/tech", n, nurse, "4827", "7.4"), s.now); !errors.As(err, &stale) {
		t.Errorf("begun before the correction: %v", err)
	}
	n = s.dial("person/tech")
	s.do(s.board.Hear(s.heard("person/tech", n, nurse, "4827", "7.4"), s.now))
	s.holds()
}

func TestTheCallOfAnUnidentifiedPatientIsTelephonedByItsAccession(t *testing.T) {
	s := newSite(t)
	m := message("m1", report("r1", "K", "7.1", "mmol/L", "F"))
	m.Patient, m.Who, m.Resolve = "", critical.Snapshot{}, ward
	s.do(s.board.File(m, s.now))
	n := s.dial("person/tech")
	s.do(s.board.Hear(s.heard("person/tech", n, nurse, "9999", "7.1"), s.now))
	s.do(s.board.Hear(s.heard("person/tech", n+1, nurse, "0427", "7.1"), s.now))
	if c := s.call(); c.Standing != critical.IsClosed || c.Outcome != "telephoned" {
		t.Errorf("%+v", c)
	}
}

func TestALateReadBackIsRecordedOnceAndTheFirstStaysTheWinner(t *testing.T) {
	s := openedSite(t)
	s.do(s.board.ReadBack(answer(1, "4827", "7.1")))
	a := answer(1, "4827", "7.1")
	a.By = "person/b"
	late := only[*critical.Attempted](t, s.board.Late(a))
	if !late.Late || !late.Match || late.Sealed.Tail != "4827" {
		t.Fatalf("%+v", late)
	}
	s.by = "person/b"
	s.do(s.board.Late(a), nil)
	if evs := s.board.Late(a); evs != nil {
		t.Errorf("recorded twice: %s", kinds(evs))
	}
	if c := s.call(); c.Owner != "person/dr-osei" || len(c.Late) != 1 {
		t.Errorf("%+v", c)
	}
	s.holds()
}

func TestGlassIsBrokenWithAReasonAndForAWhile(t *testing.T) {
	s := openedSite(t)
	for _, reason := range []string{"", "curious", "other"} {
		if _, err := s.board.BreakGlass("call/m1/1", "person/x", reason, "", s.now); !errors.Is(err, critical.ErrNoReason) {
			t.Errorf("%q: %v", reason, err)
		}
	}
	s.by = "person/x"
	e := only[*critical.LookedAt](t, s.do(s.board.BreakGlass("7QK2M9", "person/x", "emergency", "in the lift", s.now)))
	if e.Sealed.Text != "in the lift" || e.Purpose != "glass" {
		t.Errorf("%+v", e)
	}
	c := s.call()
	r := critical.Reader{Person: "person/x", Fresh: true, Badge: true, Receives: true}
	if !r.NeedsGlass(c) || r.May(c) == nil {
		t.Error("who was not called needs no glass")
	}
	if r.Glass = "emergency"; r.May(c) != nil {
		t.Error(r.May(c))
	}
	if !c.Broke("person/x", s.now) || c.Broke("person/x", s.now.Add(critical.GlassFor)) || c.Broke("person/y", s.now) {
		t.Error("the glass is broken for another, or for ever")
	}
	if evs, err := s.board.BreakGlass("call/m1/1", "person/x", "emergency", "", s.now); len(evs) != 0 || err != nil {
		t.Errorf("broken twice: %v, %v", evs, err)
	}
	s.holds()
}
