package critical_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
)

func TestNoFindingIsHarmlessForBeingWrittenBesideAHarmlessOne(t *testing.T) {
	set := cultures()
	for text, want := range map[string]critical.Outcome{
		"Gram negative cocci":                              critical.Critical, // no finding of the list, and "negative" alone is harmless
		"gram-negative coagulase cocci":                    critical.Critical,
		"No growth day 1 - gram negative rods day 2":       critical.Critical,
		"no growth after 24 h / gram positive cocci 48 h":  critical.Critical,
		"no growth of gram negative rods":                  critical.Normal,
		"gram negative rods: no growth":                    critical.Critical,
		"negative":                                         critical.Normal,
		"Negative after 5 days, no growth after 48 hours.": critical.Normal,
	} {
		if v, _ := critical.JudgeWords(set, culture, text, 1); v.Outcome != want {
			t.Errorf("%q: %s (%s), want %s", text, v.Outcome, v.Why, want)
		}
	}
}

func TestASettingThatTheListDoesNotNameSilencesNoRow(t *testing.T) {
	row := func(setting, bound string) critical.Row {
		return critical.Row{LOINC: "2823-3", Unit: "mmol/L", Setting: setting, High: high(t, bound, false), Tier: "critical"}
	}
	at := func(setting string) critical.Subject {
		who := adult
		who.Setting = setting
		return who
	}
	named := critical.Set{ID: "limits/x", Rows: []critical.Row{row("community", "6"), row("inpatient", "6.5")}}
	open := critical.Set{ID: "limits/x", Rows: []critical.Row{row("inpatient", "6"), row("", "6.5")}}
	for _, c := range []struct {
		set     critical.Set
		setting string
		value   string
		want    critical.Outcome
	}{
		{named, "outpatient", "6.2", critical.Critical},
		{named, "emergency", "7.1", critical.Critical},
		{named, "outpatient", "5.9", critical.Normal},
		{named, "inpatient", "6.2", critical.Normal},
		{critical.Set{ID: "limits/x", Rows: []critical.Row{row("community", "6")}}, "outpatient", "6.2", critical.Critical},
		{critical.Set{ID: "limits/x", Rows: []critical.Row{row("inpatient", "6")}}, "outpatient", "6.2", critical.NoLimit}, // it says so
		{open, "outpatient", "6.2", critical.Normal}, // the open row is for it
		{open, "outpatient", "6.6", critical.Critical},
	} {
		if got := judge(t, c.set, at(c.setting), "2823-3", c.value, "mmol/L"); got.Outcome != c.want {
			t.Errorf("%s at %s: %s (%s), want %s", c.value, c.setting, got.Outcome, got.Why, c.want)
		}
	}
}

func TestAHeldResultOfAnotherPatientIsWorkToFindWhose(t *testing.T) {
	s := carefulSite(t)
	s.do(s.board.File(message("m1", noted(report("r1", "K", "7.1", "mmol/L", "F"), "haemolysed")), s.now))
	s.do(s.board.File(message("m2", report("r1", "K", "", "mmol/L", "W")), s.now))
	w, ok := s.board.Work.Get("result/r1")
	if !ok || w.Reason != critical.ReasonWrongPatient || !w.Critical {
		t.Errorf("nobody looks whose it is: %+v", w)
	}
	s.holds()
}

func TestTheSameValueNeverClearsAHeldResult(t *testing.T) {
	s := carefulSite(t)
	s.do(s.board.File(message("m1", noted(report("r1", "K", "6.3", "mmol/L", "P"), "haemolysed")), s.now))
	if s.board.Held.Len() != 1 {
		t.Fatal("it is not held")
	}
	s.do(s.board.Retire("limits/arup-2019", "careful", "", "person/dr-faber"))
	s.do(s.board.File(message("m2", report("r1", "K", "6.3", "mmol/L", "F")), s.now))
	if s.board.Held.Len() != 0 || s.board.Calls.Len() != 1 {
		t.Errorf("%d held, %d called", s.board.Held.Len(), s.board.Calls.Len())
	}
	s.holds()
}

func TestNamingThePatientSettlesNothingElse(t *testing.T) {
	s := newSite(t)
	m := message("m1", report("r1", "K", "7.1", "mmol/L", "F"))
	m.Patient, m.Who = "", critical.Snapshot{}
	s.do(s.board.File(m, s.now))
	m = message("m2", report("r1", "K", "haemolysed, see comment", "mmol/L", "C"))
	m.Patient, m.Who = "", critical.Snapshot{}
	s.do(s.board.File(m, s.now))
	s.do(s.board.Identify(critical.Naming{
		Call: "call/m1/1", Version: 1, Patient: "patient/p1", Who: critical.Snapshot{Identifiers: []string{"6610 4827"}}, By: "person/tech", Reason: "label",
	}, s.now))
	if w, ok := s.board.Work.Get("result/r1"); !ok || w.Reason != string(critical.Unreadable) || !w.Critical {
		t.Errorf("the correction that nobody could read is forgotten: %+v", w)
	}
	s.holds()
}

func TestWhoPassesOnToANamedPersonHoldsTheLadderBackNoMore(t *testing.T) {
	s := openedSite(t)
	s.now = s.now.Add(time.Minute)
	evs, err := s.take("person/a", critical.HowMine)
	s.do(evs, err)
	s.now = s.now.Add(2 * time.Minute)
	evs, err = s.take("person/a", critical.HowMine)
	s.do(evs, err)
	if !s.call().NextAt.After(dawn.Add(5 * time.Minute)) {
		t.Fatal("the lease holds nothing back")
	}
	s.now = s.now.Add(time.Minute)
	evs, err = s.pass("person/a", "person/x")
	s.do(evs, err)
	if c := s.call(); !c.NextAt.Equal(dawn.Add(5*time.Minute)) || !c.Own.IsZero() {
		t.Errorf("the next step waits for a lease that is over: %s", c.NextAt.Sub(dawn))
	}
	s.tick(time.Minute)
	if n := s.call().Next; n != 2 {
		t.Errorf("the ladder stands at %d", n)
	}
}

func TestChangesOneAfterAnotherDoNotKeepTheDeskOut(t *testing.T) {
	s := openedSite(t)
	for _, value := range []string{"7.2", "7.3", "7.4"} {
		s.tick(4 * time.Minute)
		m := message("m"+value, report("r1", "K", value, "mmol/L", "C"))
		m.Resolve = ward
		s.do(s.board.File(m, s.now))
	}
	if c := s.call(); c.Desk == nil || c.Desk.Since.Sub(dawn) > 8*time.Minute {
		t.Errorf("the desk was never told: %+v", c.Desk)
	}
	s.holds()
}
