package critical_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/critical"
)

var dawn = time.Date(2026, 11, 19, 3, 10, 6, 0, time.UTC)

// recode is an event as the ledger gives it back.
func recode(t testing.TB, ev critical.Event) critical.Event {
	t.Helper()
	body, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	out := critical.New(ev.Kind())
	if out == nil {
		t.Fatalf("New does not know %s", ev.Kind())
	}
	if err := json.Unmarshal(body, out); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if e := ev.Enclosure(); e != nil {
		sealed, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(sealed, out.Enclosure()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(ev.About()); n < 1 || n > 4 {
		t.Fatalf("%s is about %d subjects", ev.Kind(), n)
	}
	return out
}

// site is a board that is kept twice: folded from events as made and as read back.
type site struct {
	testing.TB
	board, read critical.Board
	seq         int64
	now         time.Time
	by          string // who acts
	log         []critical.Event
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{TB: t, now: dawn, by: "person/dr-osei"}
	s.do(s.board.Draft(arup(t)))
	s.do(s.board.Approve("limits/arup-2019", "rev 34", "any", "person/dr-faber", s.now, s.now))
	s.do(critical.Map("LAB", critical.Coding{Code: "1001449"}, critical.Test{LOINC: "2744-1", Label: "pH arterial", Unit: "[pH]", Specimen: "arterial blood"}))
	s.do(critical.Map("", critical.Coding{Code: "K"}, critical.Test{LOINC: "2823-3", Label: "Potassium", Unit: "mmol/L", Specimen: "serum/plasma"}))
	return s
}

func (s *site) do(evs []critical.Event, err error) []critical.Event {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	for _, ev := range evs {
		s.seq++
		m := critical.Mark{Seq: s.seq, At: s.now, By: s.by}
		s.board = s.board.Apply(ev, m)
		s.read = s.read.Apply(recode(s.TB, ev), m)
		s.log = append(s.log, ev)
	}
	return evs
}

// keep is a turn of whoever watches the deadlines.
func (s *site) keep() []critical.Event {
	s.Helper()
	evs := s.do(s.board.Due(s.now, staff), nil)
	for _, bad := range s.board.Check(s.now.Add(time.Microsecond)) {
		s.Errorf("after a turn at %s: %s", s.now, bad)
	}
	return evs
}

func (s *site) holds() {
	s.Helper()
	for _, bad := range s.board.Check(time.Time{}) {
		s.Error(bad)
	}
	if !reflect.DeepEqual(s.board, s.read) {
		s.Error("the board folded from decoded events differs:\n" + cmp.Diff(flat(s.TB, s.board), flat(s.TB, s.read)))
	}
	var again critical.Board
	if err := json.Unmarshal([]byte(flat(s.TB, s.board)), &again); err != nil {
		s.Fatal(err)
	}
	if !reflect.DeepEqual(s.board, again) {
		s.Error("a snapshot of the board differs from it:\n" + cmp.Diff(flat(s.TB, s.board), flat(s.TB, again)))
	}
}

func flat(t testing.TB, b critical.Board) string {
	t.Helper()
	out, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// staff has a first call and nobody for the second.
func staff(a critical.Ask) ([]string, string) {
	switch a.Step.Ask {
	case critical.AskFirst:
		return []string{"person/dr-osei"}, "covers the unit until 08:00"
	case critical.AskThird, critical.AskSupervisor, critical.AskDirector:
		return []string{"person/" + a.Step.Ask}, "holds the post"
	}
	return []string{}, "nobody holds the post"
}

func report(result, code, value, unit, status string) critical.Report {
	return critical.Report{
		Result: "result/" + result, Codings: []critical.Coding{{Code: code}}, Group: "26-118-0427", Status: status,
		Available: dawn, Source: "OBX-19", Sealed: critical.Sent{Value: value, Unit: unit, Accession: "26-118-0427"},
	}
}

func message(id string, reports ...critical.Report) critical.Message {
	return critical.Message{
		ID: "message/" + id, Patient: "patient/p1", Unit: "unit/renal", Sender: "LAB", Subject: adult, Reports: reports,
		Who:  critical.Snapshot{Identifiers: []string{"6610 4827"}, Name: "MARSH^ELEANOR", Born: "1951-02-12", Sex: "F"},
		Refs: []string{"7QK2M9", "AAAAAA", "BBBBBB", "CCCCCC", "DDDDDD", "EEEEEE"},
	}
}

func only[E critical.Event](t testing.TB, evs []critical.Event) (out E) {
	t.Helper()
	n := 0
	for _, ev := range evs {
		if e, ok := ev.(E); ok {
			out, n = e, n+1
		}
	}
	if n != 1 {
		t.Fatalf("%d of %T among %s", n, out, kinds(evs))
	}
	return out
}

func kinds(evs []critical.Event) string {
	var k []string
	for _, ev := range evs {
		k = append(k, ev.Kind())
	}
	return strings.Join(k, " ")
}

func answer(version int, tail string, values ...string) critical.Answer {
	a := critical.Answer{Call: "call/m1/1", Version: version, By: "person/dr-osei", Entered: "keyed", Typed: critical.Typed{Tail: tail, Values: map[string]string{}}}
	for i, v := range values {
		a.Typed.Values[fmt.Sprintf("result/r%d", i+1)] = v
	}
	return a
}

func TestACriticalResultOpensACallThatRingsAndCloses(t *testing.T) {
	s := newSite(t)
	evs := s.do(s.board.File(message("m1", report("r1", "1001449", "7.20", "", "F"), report("r2", "K", "4.2", "mmol/L", "F")), s.now))
	if got := kinds(evs); got != "critical.reported critical.reported critical.opened" {
		t.Fatal(got)
	}
	opened := only[*critical.Opened](t, evs)
	if len(opened.Results) != 1 || opened.Results[0].LOINC != "2744-1" || opened.Sealed.Told[0].Why != "at or below 7.25 (ARUP CORP-APPEND-0104A rev 34, all ages)" {
		t.Fatalf("%+v", opened)
	}
	s.keep()
	c, ok := s.board.Find("7qk2m9")
	if !ok || c.Attempt != 1 || !c.WasCalled("person/dr-osei") || c.WasCalled("person/dr-brandt") {
		t.Fatalf("%+v", c)
	}
	if _, err := s.board.ReadBack(answer(2, "4827", "7.20")); !errors.Is(err, critical.ErrStale) {
		t.Errorf("a version that was never told: %v", err)
	}
	s.do(s.board.See("7QK2M9", 1, "person/dr-osei"))
	if evs, err := s.board.See("7QK2M9", 1, "person/dr-osei"); len(evs)+s.board.Finished.Len() > 0 || err != nil {
		t.Errorf("seen twice: %v, %v", kinds(evs), err)
	}
	s.now = s.now.Add(time.Minute)
	evs = s.do(s.board.ReadBack(answer(1, "4827", "7.2")))
	if got := kinds(evs); got != "critical.read-back critical.closed" {
		t.Fatal(got)
	}
	if only[*critical.Closed](t, evs).Owner != "person/dr-osei" {
		t.Error("the reader is not the owner")
	}
	if _, err := s.board.ReadBack(answer(1, "4827", "7.2")); !errors.Is(err, critical.ErrClosed) {
		t.Errorf("a second read-back: %v", err)
	}
	if _, err := s.board.See("call/m1/9", 1, "person/dr-osei"); !errors.Is(err, critical.ErrUnknown) {
		t.Errorf("a call that never was: %v", err)
	}
	if _, due := s.board.NextDue(); due {
		t.Error("a closed call still has a deadline")
	}
	s.holds()
}

func TestReadBackOfAnotherValueStaysOpen(t *testing.T) {
	for _, c := range []struct {
		name, tail string
		values     []string
		fields     []string
	}{
		{"value", "4827", []string{"7.02", "7.1"}, []string{"value of result/r1"}},
		{"identifier", "4872", []string{"7.20", "7.1"}, []string{"identifier"}},
		{"unit", "4827", []string{"7.20", "7.1 mg/dL"}, []string{"unit of result/r2"}},
		{"exchanged", "4827", []string{"7.1", "7.20"}, []string{"value of result/r1", "value of result/r2"}},
		{"all", "6610", []string{"7", "8 mg/dL"}, []string{"value of result/r1", "value of result/r2", "unit of result/r2", "identifier"}},
		{"comparator", "4827", []string{"7.20", ">7.1"}, []string{"value of result/r2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.do(s.board.File(message("m1", report("r1", "1001449", "7.20", "", "F"), report("r2", "K", "7.1", "MMOL/L", "F")), s.now))
			s.keep()
			for n := 1; n <= 3; n++ {
				evs := s.do(s.board.ReadBack(answer(1, c.tail, c.values...)))
				m := only[*critical.Mismatched](t, evs)
				if diff := cmp.Diff(c.fields, m.Fields); diff != "" || m.N != n {
					t.Fatalf("mismatch %d: %s", m.N, diff)
				}
				if body, _ := json.Marshal(m); strings.Contains(string(body), "7.2") || strings.Contains(string(body), "4827") || strings.Contains(string(body), c.tail) {
					t.Errorf("the body tells a value: %s", body)
				}
				if (n >= 2) != (len(evs) == 2) {
					t.Errorf("after %d mismatches: %s", n, kinds(evs))
				}
				if n == 2 && !only[*critical.Called](t, evs).Desk {
					t.Error("the desk is not told to telephone")
				}
			}
			before, _ := s.board.Find("7QK2M9")
			if before.Standing != critical.IsOpen || before.Mismatches != 3 || before.Next != 1 || !before.NextAt.Equal(dawn.Add(5*time.Minute)) {
				t.Errorf("the call moved: %+v", before)
			}
			s.do(s.board.ReadBack(answer(1, "48 27", "7.2", "7.10 mmol/l")))
			if c, _ := s.board.Find("call/m1/1"); c.Standing != critical.IsClosed || c.Owner != "person/dr-osei" {
				t.Errorf("not closed: %+v", c)
			}
			s.holds()
		})
	}
}

func TestWhatCannotBeReadIsRefusedByFieldAndNotCounted(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	for field, c := range map[string]struct {
		a    critical.Answer
		want error
	}{
		"value of result/r1":   {answer(1, "4827", "7,1"), critical.ErrSeparator},
		"value of result/r1 ":  {answer(1, "4827", ""), critical.ErrMissing},
		"value of result/r1\t": {answer(1, "4827", "NaN"), critical.ErrUnreadable},
		"identifier":           {answer(1, " - ", "7.1"), critical.ErrMissing},
	} {
		evs, err := s.board.ReadBack(c.a)
		var typed *critical.TypedError
		if len(evs) > 0 || !errors.As(err, &typed) || typed.Field != strings.TrimSpace(field) || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v", field, kinds(evs), err)
		}
	}
}

func TestWhatIsShownCanBeTypedAsShown(t *testing.T) {
	german := critical.Locale{Comma: true}
	for _, c := range []struct {
		sent   string
		sender critical.Locale
		typed  string
		reader critical.Locale
	}{
		{"1.234", critical.Locale{}, "1.234", german},
		{"1.234", critical.Locale{}, "1,234", german},
		{"11,234", german, "11,234", critical.Locale{}},
		{"11,234", german, "11.234", critical.Locale{}},
		{">8.0", critical.Locale{}, ">8", critical.Locale{}},
		{"1.234", critical.Locale{}, "1.234 mmol/L", german},
	} {
		s := newSite(t)
		m := message("m1", report("r1", "K", c.sent, "mmol/L", "F"))
		m.Locale = c.sender
		s.do(s.board.File(m, s.now))
		a := answer(1, "4827", c.typed)
		a.Locale = c.reader
		if evs, err := s.board.ReadBack(a); err != nil || kinds(evs) != "critical.read-back critical.closed" {
			t.Errorf("sent %q, typed %q: %s, %v", c.sent, c.typed, kinds(evs), err)
		}
	}
}

func TestTheLadderIsClimbedRungByRungUntilTheDeskRepeats(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	var got []string
	for range 11 {
		at, _ := s.board.NextDue()
		s.now = at
		evs := s.keep()
		for _, ev := range evs {
			switch e := ev.(type) {
			case *critical.Called:
				got = append(got, fmt.Sprintf("%02d %s %v", int(s.now.Sub(dawn).Minutes()), e.Ask, e.Desk))
			case *critical.Escalated:
				got = append(got, fmt.Sprintf("%02d no %s", int(s.now.Sub(dawn).Minutes()), e.Ask))
			}
		}
		if again := s.board.Due(s.now, staff); len(again) > 0 {
			t.Fatalf("a second turn at once fires %s", kinds(again))
		}
	}
	want := []string{
		"00 first false", "05 desk true", "10 no second", "10 third true", "15 desk true", "20 director true", "25 desk true",
		"30 desk true", "35 desk true", "40 desk true", "45 desk true", "50 desk true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s.holds()
}

func TestAStallCostsACallOneRung(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	s.keep()
	s.now = s.now.Add(time.Hour)
	e := only[*critical.Called](t, s.keep())
	if e.Step != 1 || !e.Due.Equal(s.now.Add(5*time.Minute)) {
		t.Errorf("an hour later step %d fires and the next is due at %s", e.Step, e.Due)
	}
}

func TestALadderOfNobodyEndsAtTheDeskInOneTurn(t *testing.T) {
	s := newSite(t)
	m := message("m1", report("r1", "K", "7.1", "mmol/L", "F"))
	m.Steps = func(string) []critical.Step { return []critical.Step{{Ask: "post/a"}, {Ask: "post/b", Desk: true}} }
	m.Resolve = staff
	evs := s.do(s.board.File(m, s.now))
	if got := kinds(evs); got != "critical.reported critical.opened critical.escalated critical.escalated critical.called" {
		t.Fatal(got)
	}
	if e := only[*critical.Called](t, evs); !e.Desk || e.Ask != critical.AskDesk || e.Why == "" {
		t.Errorf("%+v", e)
	}
	s.holds()
}
