package critical_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/critical"
)

const kalium = "2823-3"

// sparing is a site whose set spares repeats of potassium, and all that was recorded there.
type sparing struct {
	*site
	past []critical.Dated
	n    int

	status string // of the next results; F if empty
}

func spare(t testing.TB, worse string, delta *critical.Delta) *sparing {
	t.Helper()
	s := &sparing{site: newSite(t)}
	set := arup(t)
	set.Version = "sparing"
	p := critical.Practice{LOINC: kalium, Repeat: &critical.Repeat{Within: 24}, Delta: delta}
	if worse != "" {
		by := num(t, worse)
		p.Repeat.Worse, p.Repeat.Unit = &by, "mmol/L"
	}
	set.Practices = []critical.Practice{p}
	s.do(s.board.Draft(set))
	s.do(s.board.Approve(set.ID, set.Version, "", "person/dr-faber", s.now, s.now))
	return s
}

// approve puts a changed version of the set in force; what was told stays told.
func (s *sparing) approve(change func(*critical.Set)) {
	s.Helper()
	set, _ := s.board.InForce("", s.now)
	set.Practices = slices.Clone(set.Practices)
	change(&set)
	if set.Version == "sparing" {
		set.Version = "other"
		for i := range s.past { // as if it had been told by this version
			if e, ok := s.past[i].Event.(*critical.Reported); ok {
				e.Rule = strings.Replace(e.Rule, "sparing", "other", 1)
			}
		}
	}
	s.do(s.board.Draft(set))
	s.do(s.board.Approve(set.ID, set.Version, "", "person/dr-faber", s.now, s.now))
}

// withdraw takes a result back.
func (s *sparing) withdraw(result string) {
	s.Helper()
	s.status = "X"
	s.again(result, "6.9", "a")
	s.status = ""
}

// file reports one potassium of a unit, as a new result, and tells what became of it.
func (s *sparing) file(value, unit string) []critical.Event {
	s.Helper()
	s.n++
	return s.again(fmt.Sprintf("r%d", s.n), value, unit)
}

func (s *sparing) again(result, value, unit string) []critical.Event {
	s.Helper()
	s.now = s.now.Add(time.Second)
	m := message(fmt.Sprintf("m%d", len(s.past)), report(result, "K", value, "mmol/L", cmp.Or(s.status, "F")))
	m.Unit, m.Known = unit, true
	if loinc, ok := s.board.Looks(m, m.Reports[0], s.now); ok {
		m.Prior = map[string][]critical.Prior{loinc: critical.Priors(s.past, func(id string) (bool, string) {
			c, _ := s.board.Find(id)
			return c.Standing == critical.IsClosed, c.At()
		})}
	}
	m.Refs = nil
	for i := range 60 {
		m.Refs = append(m.Refs, fmt.Sprintf("R%05d", i))
	}
	evs := s.do(s.board.File(m, s.now))
	for _, ev := range evs {
		s.past = append(s.past, critical.Dated{Event: ev, At: s.now})
	}
	return evs
}

func suppressed(evs []critical.Event) (out *critical.Suppressed) {
	for _, ev := range evs {
		if e, ok := ev.(*critical.Suppressed); ok {
			out = e
		}
	}
	return out
}

func TestARepeatIsSparedOnlyAfterSomebodyWasToldOneNoLessExtreme(t *testing.T) {
	tell := func(s *sparing) { readAll(s.site) }
	for name, c := range map[string]struct {
		before func(*sparing)
		value  string
		unit   string
		spared bool
	}{
		"the same":             {tell, "7.1", "a", true},
		"less":                 {tell, "6.4", "a", true},
		"more":                 {tell, "7.2", "a", false},
		"as sent otherwise":    {tell, "7.10", "a", true},
		"on the other side":    {tell, "2.0", "a", false},
		"at least so much":     {tell, ">7.0", "a", false},
		"nobody was told":      {func(*sparing) {}, "7.1", "a", false},
		"in another place":     {tell, "7.1", "b", false},
		"nowhere":              {tell, "7.1", "", false},
		"a day later":          {func(s *sparing) { tell(s); s.now = s.now.Add(24 * time.Hour) }, "7.1", "a", false},
		"normal between":       {func(s *sparing) { tell(s); s.file("4.2", "a") }, "7.1", "a", false},
		"worse after better":   {func(s *sparing) { tell(s); s.file("6.3", "a") }, "6.9", "a", false},
		"a little worse":       {func(s *sparing) { tell(s); s.file("6.3", "a") }, "6.7", "a", true},
		"unreadable between":   {func(s *sparing) { tell(s); s.file("clotted", "a") }, "7.1", "a", false},
		"after a more extreme": {func(s *sparing) { tell(s); s.file("7.4", "a") }, "7.2", "a", false}, // the newest was not told
		"told a more extreme":  {func(s *sparing) { tell(s); s.file("7.4", "a"); tell(s) }, "7.2", "a", true},
		"by another version":   {func(s *sparing) { tell(s); s.approve(func(set *critical.Set) { set.Version = "sparing 2" }) }, "7.1", "a", false},
		"held by the bench": {func(s *sparing) {
			tell(s)
			s.approve(func(set *critical.Set) { set.Practices[0].Hold = []critical.Hold{{Reason: "confirm"}} })
		}, "7.1", "a", false},
		"taken back between": {func(s *sparing) { tell(s); s.file("6.9", "a"); s.withdraw("r2") }, "7.1", "a", false},
		"the set does not spare": {func(s *sparing) {
			tell(s)
			s.do(s.board.Approve("limits/arup-2019", "rev 34", "", "person/dr-faber", s.now, s.now))
		}, "7.1", "a", false},
	} {
		s := spare(t, "0.5", nil)
		if first := s.file("7.1", "a"); suppressed(first) != nil {
			t.Fatal("the first one was not called")
		}
		c.before(s)
		evs := s.file(c.value, c.unit)
		got := suppressed(evs)
		if (got != nil) != c.spared {
			t.Errorf("%s: %s", name, kinds(evs))
		}
		if got != nil && (got.Why != critical.WhyRepeat || got.Last == "" || got.By != "limits/arup-2019 sparing" || kinds(evs) != "critical.reported critical.suppressed") {
			t.Errorf("%s: %s %+v", name, kinds(evs), got)
		}
		s.holds()
	}
}

func TestASuppressedResultSentAgainIsARepeatAndAWorseOneIsCalled(t *testing.T) {
	s := spare(t, "", nil)
	s.file("7.1", "a")
	readAll(s.site)
	s.again("r9", "6.8", "a")
	if evs := s.again("r9", "6.8", "a"); kinds(evs) != "critical.reported" || !only[*critical.Reported](t, evs).Repeat {
		t.Errorf("sent again: %s", kinds(evs))
	}
	if evs := s.again("r9", "6.9", "a"); suppressed(evs) == nil {
		t.Errorf("corrected to what is still less: %s", kinds(evs))
	}
	if evs := s.again("r9", "7.3", "a"); kinds(evs) != "critical.reported critical.opened" {
		t.Errorf("corrected to more than was told: %s", kinds(evs))
	}
}

// Which of two results of one message is the newer one, nobody can say.
func TestTwoResultsOfOneTestInAMessageAreNeverSpared(t *testing.T) {
	s := spare(t, "", nil)
	s.file("7.1", "a")
	readAll(s.site)
	prior := critical.Priors(s.past, func(id string) (bool, string) {
		c, _ := s.board.Find(id)
		return c.Standing == critical.IsClosed, c.At()
	})
	for _, other := range []string{"4.2", "7.4", "7.0", "clotted"} {
		m := message("two"+other, report("a", "K", other, "mmol/L", "F"), report("b", "K", "7.1", "mmol/L", "F"))
		m.Unit, m.Known, m.Prior = "a", true, map[string][]critical.Prior{kalium: prior}
		m.Refs = []string{"AAAAAA", "BBBBBB", "CCCCCC"}
		evs, err := s.board.File(m, s.now)
		if err != nil || suppressed(evs) != nil {
			t.Errorf("%s: %s, %v", other, kinds(evs), err)
		}
	}
}

// Who wants no repeats was told under this exemption, here, and not long ago.
func TestAnExemptionSparesOnlyWhatWasToldUnderIt(t *testing.T) {
	for name, c := range map[string]struct {
		before, after time.Duration // from the told one to the exemption, and from there to the repeat
		unit          string
		spared        bool
	}{
		"told under it":     {-time.Second, 100 * time.Hour, "a", true},
		"told before":       {time.Hour, 30 * time.Hour, "a", false},
		"a week ago":        {-time.Second, 169 * time.Hour, "a", false},
		"for another place": {-time.Second, 100 * time.Hour, "b", false},
	} {
		s := newSite(t)
		p := &sparing{site: s}
		exempt := func() {
			s.do(s.board.Exempt(critical.Exemption{
				ID: "exemption/1", Patient: "patient/p1", LOINC: kalium, Unit: c.unit, Physician: "person/dr-osei", By: "person/dr-faber", Until: s.now.Add(80 * 24 * time.Hour),
			}, "dialysis", s.now))
		}
		if c.before < 0 {
			exempt()
		}
		p.file("7.1", "a")
		readAll(s)
		if c.before > 0 {
			s.now = s.now.Add(c.before)
			exempt()
		}
		s.now = s.now.Add(c.after)
		if e := suppressed(p.file("6.9", "a")); (e != nil) != c.spared {
			t.Errorf("%s: %+v", name, e)
		}
		s.holds()
	}
}

func TestAnExemptionSparesRepeatsUntilItEnds(t *testing.T) {
	s := newSite(t)
	p := &sparing{site: s}
	x := critical.Exemption{ID: "exemption/1", Patient: "patient/p1", LOINC: kalium, Unit: "a", Physician: "person/dr-osei", By: "person/dr-faber", Until: s.now.Add(48 * time.Hour)}
	for name, bad := range map[string]func(*critical.Exemption){
		"for ever": func(x *critical.Exemption) { x.Until = s.now.Add(91 * 24 * time.Hour) },
		"over":     func(x *critical.Exemption) { x.Until = s.now },
		"nobody":   func(x *critical.Exemption) { x.Physician = "" },
		"no test":  func(x *critical.Exemption) { x.LOINC = "K" },
		"nobody's": func(x *critical.Exemption) { x.Patient = "" },
	} {
		y := x
		bad(&y)
		if _, err := s.board.Exempt(y, "dialysis", s.now); err == nil {
			t.Errorf("%s: exempted", name)
		}
	}
	s.do(s.board.Exempt(x, "dialysis", s.now))
	s.holds()
	if suppressed(p.file("7.1", "a")) != nil {
		t.Fatal("the first one was not called")
	}
	readAll(s)
	s.now = s.now.Add(30 * time.Hour)
	p.file("4.4", "a") // oscillates: that is what the exemption is for
	if e := suppressed(p.file("6.9", "a")); e == nil || e.Why != critical.WhyExempt || e.By != x.ID {
		t.Errorf("%+v", e)
	}
	if suppressed(p.file("7.2", "a")) != nil {
		t.Error("a more extreme one was not called")
	}
	readAll(s)
	for name, end := range map[string]func(*sparing){
		"its time": func(p *sparing) { p.now = x.Until },
		"a person": func(p *sparing) { p.do(p.board.Rearm(x.ID, "person/dr-faber", p.now)) },
		"a transfer": func(p *sparing) {
			p.board, p.read = p.board.Moved(x.Patient, "b").Moved(x.Patient, "a"), p.read.Moved(x.Patient, "b").Moved(x.Patient, "a")
		},
		"who has left": func(p *sparing) { p.board, p.read = p.board.Left(x.Patient, p.now), p.read.Left(x.Patient, p.now) },
	} {
		site := *s
		q := &sparing{site: &site, past: p.past, n: p.n}
		end(q)
		if suppressed(q.file("6.9", "a")) != nil {
			t.Errorf("ended by %s: not called", name)
		}
		q.holds()
	}
}

func TestAStrongChangeIsCalledWithinTheLimits(t *testing.T) {
	rise, fall := num(t, "1.0"), num(t, "1.5")
	for name, c := range map[string]struct {
		later  time.Duration
		value  string
		called bool
	}{
		"risen":        {time.Hour, "5.0", true},
		"a little":     {time.Hour, "4.9", false},
		"fallen":       {time.Hour, "2.9", false}, // 1.1 of 1.5
		"long ago":     {25 * time.Hour, "5.0", false},
		"not a number": {time.Hour, "<5.0", false},
	} {
		s := spare(t, "", &critical.Delta{Rise: &rise, Fall: &fall, Unit: "mmol/L", Within: 24, Tier: "significant"})
		s.file("4.0", "a")
		s.now = s.now.Add(c.later)
		evs := s.file(c.value, "a")
		e := only[*critical.Reported](t, evs)
		if (e.Rule == "limits/arup-2019 sparing: 2823-3 delta") != c.called || c.called && (e.Outcome != critical.Critical || e.Tier != "significant" || e.Call == "") {
			t.Errorf("%s: %+v", name, e)
		}
		s.holds()
	}
}

// A value that was taken back, another patient's perhaps, is no earlier result.
func TestAChangeIsMeasuredFromAResultThatStands(t *testing.T) {
	rise := num(t, "1.0")
	s := spare(t, "", &critical.Delta{Rise: &rise, Unit: "mmol/L", Within: 24, Tier: "significant"})
	s.file("4.0", "a")
	s.status = "F"
	s.again("wrong", "5.5", "a")
	s.status = "W"
	s.again("wrong", "5.5", "a")
	s.status = ""
	if e := only[*critical.Reported](t, s.file("4.5", "a")); e.Outcome == critical.Critical {
		t.Errorf("risen from 4.0 to 4.5: %+v", e)
	}
	if e := only[*critical.Reported](t, s.file("5.5", "a")); e.Outcome != critical.Critical {
		t.Errorf("risen from 4.5 to 5.5: %+v", e)
	}
}

func TestPracticesThatCouldSilenceTooMuchAreRefused(t *testing.T) {
	zero, one := num(t, "0"), num(t, "1")
	for name, p := range map[string]critical.Practice{
		"for ever":     {Repeat: &critical.Repeat{Within: 49}},
		"never":        {Repeat: &critical.Repeat{}},
		"worse by 0":   {Repeat: &critical.Repeat{Within: 24, Worse: &zero, Unit: "mmol/L"}},
		"without unit": {Repeat: &critical.Repeat{Within: 24, Worse: &one}},
		"no change":    {Delta: &critical.Delta{Unit: "mmol/L", Within: 24, Tier: "critical"}},
		"no tier":      {Delta: &critical.Delta{Rise: &one, Unit: "mmol/L", Within: 24}},
		"no hours":     {Delta: &critical.Delta{Rise: &one, Unit: "mmol/L", Tier: "critical"}},
	} {
		set := arup(t)
		p.LOINC = kalium
		set.Practices = []critical.Practice{p}
		if len(critical.Check(set)) == 0 {
			t.Errorf("%s: could be approved", name)
		}
	}
}

// Whatever comes in whatever order: nothing is suppressed that is more extreme
// than the last that was called, or that nobody was told, and nothing critical
// is neither called nor suppressed.
func TestNothingMoreExtremeThanWhatWasCalledIsSuppressed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := spare(t, rapid.SampledFrom([]string{"", "0.3"}).Draw(rt, "worse"), nil)
		s.TB = quiet{t, rt}
		if rapid.Bool().Draw(rt, "exempt") {
			s.do(s.board.Exempt(critical.Exemption{
				ID: "exemption/1", Patient: "patient/p1", LOINC: kalium, Unit: "a", Physician: "person/dr-osei", By: "person/dr-faber", Until: s.now.Add(72 * time.Hour),
			}, "known", s.now))
		}
		last, call := 0.0, ""
		for range rapid.IntRange(2, 14).Draw(rt, "results") {
			value := rapid.SampledFrom([]string{"7.1", "7.4", "6.4", "6.2", "8.0", "2.5", "2.0", "4.2", "5.0", ">7.0"}).Draw(rt, "value")
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour)
			evs := s.file(value, rapid.SampledFrom([]string{"a", "a", "a", "b"}).Draw(rt, "unit"))
			e := only[*critical.Reported](s.TB, evs)
			spared := suppressed(evs)
			switch v, _ := strconv.ParseFloat(value, 64); {
			case e.Outcome == critical.Critical && e.Call == "" && spared == nil:
				rt.Fatalf("%s is neither called nor suppressed: %s", value, kinds(evs))
			case spared != nil:
				c, ok := s.board.Find(call)
				high := v > 6
				if !ok && call == "" || ok && c.Standing != critical.IsClosed || high != (last > 6) || high && v > last || !high && v < last || spared.Last != call {
					rt.Fatalf("%s was suppressed after %v, %s", value, last, c.Standing)
				}
			case e.Call != "":
				last, call = v, e.Call
			}
			switch rapid.IntRange(0, 3).Draw(rt, "then") {
			case 0, 1:
				readAll(s.site)
			case 2:
				for id, c := range s.board.Calls.All() {
					s.do(s.board.End(id, c.Version, "person/dr-faber", "told-in-person", "note"))
				}
			}
			s.holds()
		}
	})
}
