package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

func byHand(value string) wire.ResultBody {
	return wire.ResultBody{Patient: "4711 0815", Test: "2823-3", Value: value, Measure: "mmol/L", Accession: "H-1"}
}

func TestAResultByHandIsTriedThenReportedAndCalled(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Potassium(t, 1)
	tech := h.as(t, "tech")
	head := h.State().Seq
	v, err := tech.TryResult(ctx, byHand("7.9"))
	if err != nil {
		t.Fatal(err)
	}
	if v.Outcome != "critical" || v.Patient.Name != "Weber, Anna" || v.Place != "ICU-2" || !strings.HasPrefix(v.Why, "above 6.1") || v.Label != "Potassium" {
		t.Errorf("%+v", v)
	}
	if h.State().Seq != head {
		t.Error("a trial was recorded")
	}
	r, err := tech.Report(ctx, byHand("7.9"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := tech.Call(ctx, r.Call)
	if err != nil || r.Ref != c.Ref || c.Results[0].Value != "7.9" || len(c.Rungs) != 1 || c.Rungs[0].To[0].ID != "person/lee" {
		t.Fatalf("%v %+v", err, c)
	}
	for _, who := range []struct{ login, want string }{{"tech", "not-yours"}, {"lee", ""}} { // the other way round it would be closed
		_, err := h.as(t, who.login).ReadBack(ctx, wire.ReadBackBody{Call: r.Call, Version: 1, Values: map[string]string{c.Results[0].ID: "7.9"}, Tail: hospital.Tail})
		if code(err) != who.want {
			t.Errorf("%s: %v, want %q", who.login, err, who.want)
		}
	}
	b := byHand("4.2")
	b.Status = "C"
	if again, err := tech.Report(ctx, b); err != nil || again.Result != r.Result || again.Call == r.Call || again.Call == "" {
		t.Errorf("the correction: %v %+v", err, again)
	}
}

func TestANumberByHandThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	h := newHouse(t)
	h.Potassium(t, 1)
	tech := h.as(t, "tech")
	for _, c := range []struct{ value, locale, code string }{
		{"6,9", "en-GB", "separator"},
		{"6,9", "de-DE", ""},
		{"1.234", "de-DE", "separator"},
		{"6.9", "en-GB", ""},
		{"3,4 of many cells", "en-GB", ""}, // words: the bench judges them
	} {
		b := byHand(c.value)
		b.Locale = c.locale
		if _, err := tech.TryResult(t.Context(), b); code(err) != c.code {
			t.Errorf("%s in %s: %v, want %q", c.value, c.locale, err, c.code)
		}
		if _, err := tech.Report(t.Context(), b); code(err) != c.code {
			t.Errorf("%s in %s, reported: %v, want %q", c.value, c.locale, err, c.code)
		}
	}
}

func TestTheReporterOfAResultByHandNeverReadsItBack(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Potassium(t, 1)
	people := hospital.Staff()
	tom := people[3]
	tom.Receives = true
	if _, err := h.as(t, "root").Change(ctx, tom); err != nil {
		t.Fatal(err)
	}
	tech := h.as(t, "tech")
	r, err := tech.Report(ctx, byHand("7.9"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tech.ReadBack(ctx, wire.ReadBackBody{Call: r.Call, Version: 1, Values: map[string]string{r.Result: "7.9"}, Tail: hospital.Tail})
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != "reporter" {
		t.Errorf("%+v", p)
	}
}

func TestAResultByHandOfNobodyIsRefusedUnlessItSaysWho(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Potassium(t, 1)
	tech := h.as(t, "tech")
	b := byHand("7.9")
	b.Patient = "999"
	_, err := tech.Report(ctx, b)
	wantCode(t, err, "unknown-patient")
	b.Name, b.Unit = "Neumann, Karl", "ICU-2"
	r, err := tech.Report(ctx, b)
	if err != nil || r.Call == "" {
		t.Fatal(err)
	}
	if c, err := h.as(t, "lee").Call(ctx, r.Call); err != nil || c.Patient.Name != b.Name || !c.Patient.Identified {
		t.Errorf("%v %+v", err, c)
	}
	for field, change := range map[string]func(*wire.ResultBody){
		"patient": func(b *wire.ResultBody) { b.Patient = " " }, "test": func(b *wire.ResultBody) { b.Test = "" },
		"value": func(b *wire.ResultBody) { b.Value = "" }, "status": func(b *wire.ResultBody) { b.Status = "Q" },
	} {
		b := byHand("7.9")
		change(&b)
		_, err := tech.Report(ctx, b)
		if p := wantCode(t, err, "bad-request"); p.Field != field {
			t.Errorf("%s: %+v", field, p)
		}
	}
	_, err = h.as(t, "lee").Report(ctx, byHand("7.9"))
	wantCode(t, err, "not-yours")
}

func TestALimitSetIsTriedOnWhatWasFiledAndRecordsNothing(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Potassium(t, 1)
	tech, sue := h.as(t, "tech"), h.as(t, "sue")
	for i, value := range []string{"5.9", "5.95", "6.5", "2.9"} {
		b := byHand(value)
		b.Accession = string(rune('a' + i))
		if _, err := tech.Report(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	set := critical.ExampleSets()[0]
	set.Version = "tighter"
	for i := range set.Rows {
		if set.Rows[i].LOINC == "2823-3" {
			n, err := critical.Num("5.8")
			if err != nil {
				t.Fatal(err)
			}
			set.Rows[i].High, set.Rows[i].Low = &critical.Bound{Value: n}, nil
		}
	}
	if _, err := sue.Draft(ctx, set); err != nil {
		t.Fatal(err)
	}
	head := h.State().Seq
	got, err := sue.TryLimits(ctx, wire.TryBody{Limits: set.ID, Version: set.Version})
	if err != nil {
		t.Fatal(err)
	}
	if got.Read != 5 || len(got.More) != 2 || len(got.Fewer) != 1 || len(got.Reasons) != 2 || got.Reasons[0].More != 2 || !strings.HasPrefix(got.Reasons[0].Why, "above 5.8 mmol/L") {
		t.Errorf("%+v", got)
	}
	if h.State().Seq != head {
		t.Error("a trial was recorded")
	}
	if got, err = sue.TryLimits(ctx, wire.TryBody{Set: &set, Most: 2}); err != nil || got.Read != 2 || len(got.More) != 0 || len(got.Fewer) != 1 {
		t.Errorf("%v %+v", err, got)
	}
	set.Rows = append(set.Rows, set.Rows[0])
	_, err = sue.TryLimits(ctx, wire.TryBody{Set: &set})
	wantCode(t, err, "limits-faulty")
	_, err = tech.TryLimits(ctx, wire.TryBody{Set: &set})
	wantCode(t, err, "not-yours")
	_, err = sue.TryLimits(ctx, wire.TryBody{Limits: "limits/none"})
	wantCode(t, err, "unknown-limits")
}

func TestTheBenchHoldsConfirmsAndMapsOverTheLine(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Potassium(t, 1)
	tech, sue, chief := h.as(t, "tech"), h.as(t, "sue"), h.as(t, "chief")
	set := critical.ExampleSets()[0]
	set.Version = "careful"
	set.Signs = []critical.Sign{{Factor: "haemolysed", Words: []string{"haemolysed"}}}
	set.Practices = []critical.Practice{{LOINC: "2823-3", Hold: []critical.Hold{{Reason: "haemolysed", Condition: "haemolysed"}}}}
	if _, err := sue.Draft(ctx, set); err != nil {
		t.Fatal(err)
	}
	if _, err := chief.Approve(ctx, wire.ApproveBody{Limits: set.ID, Version: set.Version}); err != nil {
		t.Fatal(err)
	}
	b := byHand("7.9")
	b.Notes = []string{"haemolysed"}
	if v, err := tech.TryResult(ctx, b); err != nil || v.Held != "haemolysed" {
		t.Errorf("%v %+v", err, v)
	}
	r, err := tech.Report(ctx, b)
	if err != nil || r.Held != "haemolysed" {
		t.Fatalf("%v %+v", err, r)
	}
	_, err = h.as(t, "lee").Call(ctx, r.Ref)
	wantCode(t, err, "unknown-call")
	all, err := tech.Calls(ctx, 0)
	if err != nil || len(all.Held) != 1 || all.Held[0].Ref != r.Ref || all.Held[0].Results[0].Value != "7.9" || all.Held[0].Until.Sub(all.Held[0].Since) != 10*time.Minute {
		t.Fatalf("%v %+v", err, all.Held)
	}
	if _, err := tech.RerunHeld(ctx, r.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := tech.ConfirmHeld(ctx, r.Ref); err != nil {
		t.Fatal(err)
	}
	if c, err := h.as(t, "lee").Call(ctx, r.Ref); err != nil || c.Release != "confirmed" {
		t.Errorf("%v %+v", err, c)
	}
	_, err = tech.ConfirmHeld(ctx, r.Ref)
	wantCode(t, err, "not-held")

	b = byHand("7.7")
	b.Test, b.Accession = "KX", "w"
	if r, err = tech.Report(ctx, b); err != nil || r.Work == "" || r.Call != "" {
		t.Fatalf("%v %+v", err, r)
	}
	m, err := sue.Map(ctx, wire.MapBody{Code: "KX", Test: critical.Test{LOINC: "2823-3"}})
	if err != nil || m.Judged != 1 || m.Called != 1 {
		t.Errorf("%v %+v", err, m)
	}
	b.Test, b.Accession, b.Measure = "2823-3", "u", "mM"
	if r, err = tech.Report(ctx, b); err != nil || r.Outcome != "unknown-unit" {
		t.Fatalf("%v %+v", err, r)
	}
	if m, err = sue.Spell(ctx, wire.UnitBody{Written: "mM", Unit: "mmol/L"}); err != nil || m.Called != 1 {
		t.Errorf("%v %+v", err, m)
	}
	_, err = sue.Spell(ctx, wire.UnitBody{Written: "mg/dL", Unit: "mmol/L"})
	wantCode(t, err, "bad-mapping")
	if _, err := chief.Retire(ctx, wire.RetireBody{Limits: set.ID, Version: set.Version}); err != nil {
		t.Error(err)
	}
	if ex, err := tech.ExampleLimits(ctx); err != nil || len(ex.Sets) == 0 {
		t.Errorf("%v %d examples", err, len(ex.Sets))
	}
}
