package critical_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

// careful is a list whose potassium is looked at by the bench if the sample is
// haemolysed, and if nobody could live with it.
func careful(t testing.TB) critical.Set {
	t.Helper()
	s := arup(t)
	s.Version = "careful"
	s.Signs = []critical.Sign{{Factor: "haemolysed", Words: []string{"haemolysed", "hemolyzed", "haemolysis", "HEM", "hämolytisch"}}}
	s.Practices = []critical.Practice{{LOINC: "2823-3", Hold: []critical.Hold{
		{Reason: "haemolysed", Condition: "haemolysed"},
		{Reason: "implausible", Unit: "mmol/L", Low: high(t, "1.5", false), High: high(t, "9", false)},
	}}}
	return s
}

func carefulSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	set := careful(t)
	s.do(s.board.Draft(set))
	s.do(s.board.Approve(set.ID, set.Version, "", "person/dr-faber", s.now, s.now))
	return s
}

func noted(r critical.Report, notes ...string) critical.Report {
	r.Sealed.Notes = notes
	return r
}

func TestWhatTheBenchLooksAtFirst(t *testing.T) {
	for _, c := range []struct {
		value, unit string
		notes       []string
		reason      string // "-" is called at once
	}{
		{"7.1", "mmol/L", nil, "-"},
		{"7.1", "mmol/L", []string{"Sample haemolysed +++"}, "haemolysed"},
		{"7.1", "mmol/L", []string{"patient fasting", "Probe stark hamolytisch"}, "haemolysed"},
		{"7.1", "mmol/L", []string{"not haemolysed"}, "-"},
		{"7.1", "mmol/L", []string{"No haemolysis. Repeated."}, "-"},
		{"9.1", "mmol/L", nil, "implausible"},
		{"9.0", "mmol/L", nil, "-"},
		{"9100", "umol/L", nil, "implausible"},
		{">9", "mmol/L", nil, "implausible"},
		{">8", "mmol/L", nil, "-"}, // may be, and nobody may wait for that
		{"1.4", "mmol/L", nil, "implausible"},
	} {
		s := carefulSite(t)
		evs := s.do(s.board.File(message("m1", noted(report("r1", "K", c.value, c.unit, "F"), c.notes...)), s.now))
		got := "-"
		for _, ev := range evs {
			if e, ok := ev.(*critical.Held); ok {
				got = e.Reason
				if e.Owner != critical.AskDesk || !e.Until.Equal(s.now.Add(critical.HeldFor)) || e.Call == "" {
					t.Errorf("%+v", e)
				}
			}
		}
		if got != c.reason || (s.board.Calls.Len() == 1) != (c.reason == "-") {
			t.Errorf("%s %s %q: %s, %d open; want %s", c.value, c.unit, c.notes, got, s.board.Calls.Len(), c.reason)
		}
		s.holds()
	}
}

func TestAHeldResultIsCalledInTenMinutesAsNotConfirmed(t *testing.T) {
	s := carefulSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "9.9", "mmol/L", "F")), s.now))
	s.do(s.board.BeginRerun("call/m1/1", "person/rahman"))
	if w, _ := s.board.FindHeld("7QK2M9"); w.Owner != "person/rahman" || !w.Rerun {
		t.Errorf("%+v", w)
	}
	s.now = s.now.Add(critical.HeldFor - time.Microsecond)
	if evs := s.keep(); len(evs) > 0 {
		t.Errorf("before its time: %s", kinds(evs))
	}
	s.now = s.now.Add(time.Microsecond)
	evs := s.keep()
	o := only[*critical.Opened](t, evs)
	if kinds(evs) != "critical.opened critical.called" || o.Release != critical.NotConfirmed || !strings.HasSuffix(o.Sealed.Told[0].Why, "; not confirmed") {
		t.Errorf("%s: %+v", kinds(evs), o)
	}
	if c, _ := s.board.Find("7QK2M9"); c.Breach.Sub(c.Opened) != 50*time.Minute || c.Release != critical.NotConfirmed {
		t.Errorf("the ten minutes are not counted: %+v", c)
	}
	s.do(s.board.ReadBack(answer(1, "4827", "9.9")))
	s.holds()
}

func TestTheBenchConfirmsAndTheCallOpensAtOnce(t *testing.T) {
	s := carefulSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "9.9", "mmol/L", "F")), s.now))
	if _, err := s.board.ReadBack(answer(1, "4827", "9.9")); !errors.Is(err, critical.ErrUnknown) {
		t.Errorf("a held result is read back: %v", err)
	}
	evs := s.do(s.board.Confirm("7QK2M9", "person/rahman", s.now, staff))
	if o := only[*critical.Opened](t, evs); kinds(evs) != "critical.opened critical.called" || o.Release != critical.Confirmed || o.Held != "implausible" {
		t.Errorf("%s: %+v", kinds(evs), o)
	}
	if _, err := s.board.Confirm("call/m1/1", "person/rahman", s.now, staff); !errors.Is(err, critical.ErrNotHeld) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, err := s.board.BeginRerun("call/m1/1", "person/rahman"); !errors.Is(err, critical.ErrNotHeld) {
		t.Errorf("rerun of what is called: %v", err)
	}
	s.holds()
}

func TestARerunIsJudgedAnew(t *testing.T) {
	for name, c := range map[string]struct {
		value, status string
		kinds         string
		call          string // that is open in the end
	}{
		"the same":         {"9.90", "F", "critical.reported critical.opened critical.called", "call/m1/1"},
		"critical":         {"7.3", "F", "critical.released critical.reported critical.opened critical.called", "call/m2/1"},
		"implausible anew": {"9.8", "F", "critical.released critical.reported critical.opened critical.called", "call/m2/1"},
		"normal":           {"4.2", "F", "critical.reported critical.released", ""},
		"withdrawn":        {"", "X", "critical.reported critical.released", ""},
		"unreadable":       {"clotted", "F", "critical.reported", "held"},
		"on its way":       {"", "I", "critical.reported", "held"},
	} {
		t.Run(name, func(t *testing.T) {
			s := carefulSite(t)
			s.do(s.board.File(message("m1", report("r1", "K", "9.9", "mmol/L", "F")), s.now))
			s.now = s.now.Add(4 * time.Minute)
			m := message("m2", report("r1", "K", c.value, "mmol/L", c.status))
			m.Resolve = staff
			if evs := s.do(s.board.File(m, s.now)); kinds(evs) != c.kinds {
				t.Errorf("%s, want %s", kinds(evs), c.kinds)
			}
			open := ""
			for id := range s.board.Calls.All() {
				open = id
			}
			if s.board.Held.Len() > 0 {
				open = "held"
			}
			if open != c.call {
				t.Errorf("%q in the end, want %q", open, c.call)
			}
			s.holds()
		})
	}
}

func TestAHeldUnidentifiedResultIsCalledAndHasItsWorkItem(t *testing.T) {
	s := carefulSite(t)
	m := message("m1", report("r1", "K", "9.9", "mmol/L", "F"))
	m.Patient, m.Who = "", critical.Snapshot{}
	s.do(s.board.File(m, s.now))
	if w, _ := s.board.Work.Get("result/r1"); w.Reason != critical.ReasonUnidentified {
		t.Errorf("%+v", w)
	}
	s.now = s.now.Add(critical.HeldFor)
	if evs := s.keep(); !slices.ContainsFunc(evs, func(ev critical.Event) bool { return ev.Kind() == "critical.opened" }) {
		t.Error(kinds(evs))
	}
	s.holds()
}

func TestAHaemolysedSampleHasItsOwnLimit(t *testing.T) {
	set := careful(t)
	set.Practices = nil
	i := slices.IndexFunc(set.Rows, func(r critical.Row) bool { return r.LOINC == "2823-3" })
	row := set.Rows[i]
	row.Condition, row.High, row.Low = "haemolysed", high(t, "8.0", false), nil
	set.Rows = append(slices.Clone(set.Rows), row)
	if f := critical.Check(set); len(f) > 0 {
		t.Fatal(f)
	}
	s := newSite(t)
	s.do(s.board.Draft(set))
	s.do(s.board.Approve(set.ID, set.Version, "", "person/dr-faber", s.now, s.now))
	for i, c := range []struct {
		value, note string
		want        critical.Outcome
	}{
		{"7.1", "haemolysed", critical.Normal}, {"8.1", "haemolysed", critical.Critical}, {"7.1", "", critical.Critical}, {"7.1", "no haemolysis", critical.Critical},
	} {
		r := noted(report("r"+string(rune('a'+i)), "K", c.value, "mmol/L", "F"), c.note)
		evs := s.do(s.board.File(message("m"+string(rune('a'+i)), r), s.now))
		if got := only[*critical.Reported](t, evs); got.Outcome != c.want {
			t.Errorf("%s %q: %s, want %s", c.value, c.note, got.Outcome, c.want)
		}
	}
}

func TestEachTierHasItsOwnClock(t *testing.T) {
	set := arup(t)
	i := slices.IndexFunc(set.Rows, func(r critical.Row) bool { return r.LOINC == "2823-3" })
	set.Version, set.Rows[i].Tier = "tiers", "semi-urgent"
	s := newSite(t)
	s.do(s.board.Draft(set))
	s.do(s.board.Approve(set.ID, set.Version, "", "person/dr-faber", s.now, s.now))
	for id, c := range map[string]struct {
		code, value, unit string
		breach            time.Duration
	}{"m1": {"K", "7.1", "mmol/L", 12 * time.Hour}, "m2": {"1001449", "7.20", "", time.Hour}} {
		m := message(id, report("r"+id, c.code, c.value, c.unit, "F"))
		m.Breach = func(tier string) int { return map[string]int{"semi-urgent": 12 * 3600}[tier] }
		o := only[*critical.Opened](t, s.do(s.board.File(m, s.now)))
		if got, _ := s.board.Find(o.Call); got.Breach.Sub(got.Opened) != c.breach {
			t.Errorf("%s of tier %s breaches after %s, want %s", id, o.Tier, got.Breach.Sub(got.Opened), c.breach)
		}
	}
}

func TestAPracticeThatCannotWorkIsRefused(t *testing.T) {
	for fault, change := range map[string]func(*critical.Set){
		"no valid LOINC":      func(s *critical.Set) { s.Practices[0].LOINC = "2823-4" },
		"another practice":    func(s *critical.Set) { s.Practices = append(s.Practices, s.Practices[0]) },
		"no reason":           func(s *critical.Set) { s.Practices[0].Hold[0].Reason = "" },
		"unit is missing":     func(s *critical.Set) { s.Practices[0].Hold[1].Unit = "" },
		"never calls":         func(s *critical.Set) { s.Practices[0].LOINC = "1798-8" },
		"lacks a factor code": func(s *critical.Set) { s.Signs[0].Words = nil },
	} {
		s := careful(t)
		change(&s)
		if f := critical.Check(s); len(f) == 0 || !strings.Contains(f[0].Error(), fault) {
			t.Errorf("%s: %v", fault, f)
		}
	}
}
