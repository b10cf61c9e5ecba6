package hl7_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
)

// decide records what a rule decides for somebody.
func (h *house) decide(t testing.TB, by string, decide func(*lab.State, time.Time) ([]critical.Event, error)) {
	t.Helper()
	_, err := h.Record(t.Context(), lab.Actor{By: by}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		evs, err := decide(s, now)
		var out []lab.Event
		for _, ev := range evs {
			out = append(out, ev)
		}
		return out, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readAll reads every open call back.
func (h *house) readAll(t testing.TB) {
	t.Helper()
	for _, c := range h.calls() {
		h.decide(t, "person/lee", func(s *lab.State, _ time.Time) ([]critical.Event, error) {
			a := critical.Answer{Call: c.ID, Version: c.Version, By: "person/lee", Typed: critical.Typed{Values: map[string]string{}, Tail: c.Tail()}}
			for _, r := range c.Results {
				a.Typed.Values[r.ID] = r.Told.Value
			}
			return s.Critical.ReadBack(a)
		})
	}
}

// sparing puts a version of the set in force that spares repeats of potassium, and holds what is above 8 for the bench.
func (h *house) sparing(t testing.TB) {
	t.Helper()
	set := critical.ExampleSets()[0]
	set.Version = "sparing"
	eight, err := critical.Num("8.0")
	if err != nil {
		t.Fatal(err)
	}
	set.Practices = []critical.Practice{{
		LOINC: "2823-3", Repeat: &critical.Repeat{Within: 24},
		Hold: []critical.Hold{{Reason: "confirm", Unit: "mmol/L", High: &critical.Bound{Value: eight}}},
	}}
	h.do(t, &critical.Drafted{Set: set})
	h.decide(t, "person/chief", func(s *lab.State, now time.Time) ([]critical.Event, error) {
		return s.Critical.Approve(set.ID, set.Version, "", "person/chief", now, now)
	})
}

// Who was told before the patient was moved, left or became one record with another was told of another stay, and who was
// told what the bench never confirmed may have taken it for an artefact.
func TestARepeatIsCalledAfterWhateverChangedWhoseItIs(t *testing.T) {
	const inICU = "PV1|1|I|ICU^1^A||||C-okafor"
	first := []string{kalium("2", anna, "1", "7.1", "F")}
	for name, c := range map[string]struct {
		first, between []string
		release        bool // the first is called as not confirmed
		spared         bool
	}{
		"nothing":               {first, nil, false, true},
		"the same place again":  {first, []string{adt("A08", "4", anna, inWard)}, false, true},
		"another bed":           {first, []string{adt("A02", "4", anna, "PV1|1|I|3WEST^14^B||||C-lee")}, false, true},
		"there and back":        {first, []string{adt("A02", "4", anna, inICU), adt("A02", "5", anna, inWard)}, false, false},
		"discharged and back":   {first, []string{adt("A03", "4", anna, inWard), adt("A01", "5", anna, inWard)}, false, false},
		"discharged":            {first, []string{adt("A03", "4", anna, inWard)}, false, false},
		"merged":                {first, []string{own(merged, "4", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR")}, false, false},
		"told of the other one": {[]string{kalium("2", bertram, "1", "7.1", "F")}, []string{own(merged, "4", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR")}, false, false},
		"corrected to normal":   {first, []string{kalium("4", anna, "1", "4.4", "C")}, false, false},
		"taken back":            {first, []string{kalium("4", anna, "1", "7.1", "W")}, false, false},
		"never confirmed":       {[]string{kalium("2", anna, "1", "8.4", "F")}, nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := staffed(t)
			h.sparing(t)
			h.tell(t, adt("A01", "1", anna, inWard), adt("A01", "1b", bertram, inWard))
			h.tell(t, c.first...)
			if c.release {
				h.decide(t, "clock", func(s *lab.State, now time.Time) ([]critical.Event, error) {
					return s.Critical.Due(now.Add(time.Hour), s.Resolve(now)), nil
				})
			}
			if len(h.calls()) != 1 {
				t.Fatalf("%d calls at first", len(h.calls()))
			}
			h.readAll(t)
			h.tell(t, c.between...)
			open := len(h.calls())
			h.tell(t, kalium("9", anna, "9", "6.9", "F"))
			n := len(events[*critical.Suppressed](t, h))
			if (n == 1) != c.spared || n == 0 && len(h.calls()) != open+1 {
				t.Errorf("%d suppressed, %d calls after %d", n, len(h.calls()), open)
			}
			h.sound(t)
		})
	}
}

// What an exemption spares is found in the ledger, over orders and merged records, and only after it was told.
func TestRepeatsAreSparedByWhatTheLedgerSaysWasTold(t *testing.T) {
	h := staffed(t)
	h.tell(t, adt("A01", "1", anna, inWard), kalium("2", bertram, "1", "7.1", "F"), kalium("3", anna, "2", "7.4", "F"),
		own(merged, "4", "EVN|A40|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"))
	p := h.patientOf(t, "4711008")
	h.decide(t, "person/chief", func(s *lab.State, now time.Time) ([]critical.Event, error) {
		return s.Critical.Exempt(critical.Exemption{
			ID: "exemption/1", Patient: p.ID, LOINC: "2823-3", Unit: p.Unit, Physician: "person/lee", By: "person/chief", Until: now.Add(time.Hour),
		}, "dialysis", now)
	})
	h.tell(t, kalium("5", anna, "3", "7.0", "F"))
	if n := len(events[*critical.Suppressed](t, h)); n != 0 || len(h.calls()) != 3 {
		t.Fatalf("%d suppressed before anybody was told, %d calls", n, len(h.calls()))
	}
	h.readAll(t)
	h.tell(t, kalium("6", anna, "4", "6.9", "F"), kalium("6", anna, "4", "6.9", "F"), kalium("7", bertram, "5", "6.8", "F"))
	got := events[*critical.Suppressed](t, h)
	if len(got) != 2 || len(h.calls()) != 0 || got[0].By != "exemption/1" || got[0].Patient != p.ID {
		t.Errorf("%d calls; %d suppressed: %+v", len(h.calls()), len(got), got)
	}
	h.tell(t, kalium("8", anna, "6", "7.2", "F"))
	if len(h.calls()) != 1 {
		t.Error("more than the last that was told was not called")
	}
	h.sound(t)
}

// Results that waited for their code to be mapped are judged one after the other, and each meets what those before made.
func TestWhatWaitedForAMappingMeetsWhatWasJudgedWithIt(t *testing.T) {
	h := staffed(t)
	h.sparing(t)
	h.tell(t, adt("A01", "1", anna, inWard), kalium("2", anna, "1", "7.1", "F"))
	h.readAll(t)
	waits := func(control, value string) string {
		return own("ORU^R01", control, anna, "OBR|1|P-"+control+"|F-"+control+"|BMP^Basic^L", "OBX|1|NM|KX^Potassium^L||"+value+"|mmol/L|||||F")
	}
	h.tell(t, waits("3", "7.4"), waits("4", "7.2"), waits("5", "4.4"), waits("6", "7.0"))
	codes := &critical.Mapped{System: "L", Code: "KX", Test: critical.Test{LOINC: "2823-3", Label: "Potassium"}}
	_, err := h.Record(t.Context(), lab.Actor{By: "person/chief"}, lab.Key{}, func(s *lab.State, now time.Time) ([]lab.Event, error) {
		evs, _, _, err := s.Rejudge([]lab.Event{codes}, "", "person/chief", []string{"AAAAAA", "BBBBBB", "CCCCCC", "DDDDDD", "EEEEEE"}, now)
		return evs, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(events[*critical.Suppressed](t, h)); n != 0 || len(h.calls()) != 3 {
		t.Errorf("%d suppressed, %d calls of 7.4, 7.2 and 7.0", n, len(h.calls()))
	}
	h.sound(t)
}
