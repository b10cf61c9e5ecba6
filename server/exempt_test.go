package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// bed is the number of the patient of the house's potassium.
const bed = "4711-0815"

// spares is a house with a physician and a set that asks for a factor, and a client of each login.
func spares(t *testing.T) (*house, func(string) *client.Client) {
	t.Helper()
	h := newHouse(t)
	h.Potassium(t, 1)
	h.join(t, roster.Person{ID: "person/osei", Login: "osei", Name: "Dr Esi Osei", Role: roster.Clinician, Receives: true, Profession: "physician"})
	h.join(t, roster.Person{ID: "person/clark", Login: "clark", Name: "Cleo Clark", Role: roster.Clerk})
	for _, s := range critical.ExampleSets() {
		if s.ID == "limits/heft" || strings.Contains(s.ID, "heft") {
			h.Record(t, "person/chief", &critical.Drafted{Set: s})
		}
	}
	clients := map[string]*client.Client{}
	return h, func(login string) *client.Client {
		if clients[login] == nil {
			clients[login] = h.as(t, login)
		}
		return clients[login]
	}
}

// about is what the ledger has of a kind about the patient, as its entries stand.
func (h *house) entries(t *testing.T, kind string) (out []ledger.Entry) {
	t.Helper()
	es, err := h.Mem.About(t.Context(), "patient/a1", h.State().Seq)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// private fails where an entry's body, which is never erased, tells of the patient.
func private(t *testing.T, es []ledger.Entry, words ...string) {
	t.Helper()
	for _, e := range es {
		for _, w := range append(words, bed, "Weber", "1960") {
			if strings.Contains(string(e.Body), w) {
				t.Errorf("the body of %s says %q: %s", e.Kind, w, e.Body)
			}
		}
	}
}

func TestOnlyADirectorExemptsForAPhysicianAndForATime(t *testing.T) {
	h, as := spares(t)
	good := wire.ExemptBody{Patient: bed, Test: "2823-3", Physician: "person/osei", Until: h.Now().Add(48 * time.Hour), Reason: "on dialysis, known high"}
	for name, c := range map[string]struct {
		login string
		bad   func(*wire.ExemptBody)
		want  string
	}{
		"by a technician":  {"tech", nil, "not-yours"},
		"by a supervisor":  {"sue", nil, "not-yours"},
		"by a clinician":   {"lee", nil, "not-yours"},
		"by who wants it":  {"osei", nil, "not-yours"},
		"by a clerk":       {"clark", nil, "not-yours"},
		"by an admin":      {"root", nil, "not-yours"},
		"of nobody":        {"chief", func(b *wire.ExemptBody) { b.Patient = "9999" }, "unknown-patient"},
		"for no physician": {"chief", func(b *wire.ExemptBody) { b.Physician = "person/tech" }, "bad-request"},
		"for a stranger":   {"chief", func(b *wire.ExemptBody) { b.Physician = "person/nobody" }, "bad-request"},
		"without reason":   {"chief", func(b *wire.ExemptBody) { b.Reason = " " }, "no-reason"},
		"of no test":       {"chief", func(b *wire.ExemptBody) { b.Test = "K" }, "bad-mapping"},
		"for ever":         {"chief", func(b *wire.ExemptBody) { b.Until = h.Now().Add(91 * 24 * time.Hour) }, "not-until"},
		"until yesterday":  {"chief", func(b *wire.ExemptBody) { b.Until = h.Now().Add(-24 * time.Hour) }, "not-until"},
		"without an end":   {"chief", func(b *wire.ExemptBody) { b.Until = time.Time{} }, "not-until"},
	} {
		b := good
		if c.bad != nil {
			c.bad(&b)
		}
		if _, err := as(c.login).Exempt(t.Context(), b); code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if n := len(h.entries(t, "critical.exempted")); n != 0 {
		t.Fatalf("%d exempted by who may not, or badly", n)
	}
	done, err := as("chief").Exempt(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	es := h.entries(t, "critical.exempted")
	if len(es) != 1 || es[0].By != "person/chief" || !strings.Contains(string(es[0].Body), `"unit":"ICU-2"`) {
		t.Errorf("%d entries: %+v", len(es), es)
	}
	private(t, es, "dialysis")
	for login, want := range map[string]string{"tech": "", "sue": "", "lee": "not-yours", "root": "not-yours", "clark": "not-yours"} {
		l, err := as(login).Exemptions(t.Context())
		if code(err) != want {
			t.Errorf("%s lists: %v", login, err)
		}
		if want == "" && (len(l.Exemptions) != 1 || l.Exemptions[0].ID != done.ID || l.Exemptions[0].Physician.ID != "person/osei" || l.Exemptions[0].By.ID != "person/chief") {
			t.Errorf("%s: %+v", login, l)
		}
	}
	for _, end := range []struct{ login, id, want string }{
		{"tech", done.ID, "not-yours"},
		{"sue", "exemption/none", "unknown-exemption"},
		{"sue", done.ID, ""}, // back to calling, a supervisor may
		{"chief", done.ID, "unknown-exemption"},
	} {
		if _, err := as(end.login).Rearm(t.Context(), end.id); code(err) != end.want {
			t.Errorf("%s ends %s: %v", end.login, end.id, err)
		}
	}
	if l, err := as("tech").Exemptions(t.Context()); err != nil || len(l.Exemptions) != 0 {
		t.Errorf("%+v, %v", l, err)
	}
	private(t, h.entries(t, "critical.rearmed"), "dialysis")
}

// An exemption is for one place: nobody exempts who is nowhere, and who is moved or leaves is exempt no more.
func TestAnExemptionEndsWithTheStay(t *testing.T) {
	h, as := spares(t)
	b := wire.ExemptBody{Patient: bed, Test: "2823-3", Physician: "person/osei", Until: h.Now().Add(48 * time.Hour), Reason: "known"}
	moved := patient.MovedTo("patient/a1", patient.Place{Unit: "3WEST"})
	for _, end := range []struct {
		how string
		ev  patient.Event
	}{{"moved", moved}, {"left", &patient.Left{Patient: "patient/a1"}}} {
		if _, err := as("chief").Exempt(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		h.Record(t, "machine/adt", end.ev)
		if l, err := as("tech").Exemptions(t.Context()); err != nil || len(l.Exemptions) != 0 {
			t.Errorf("%s: %+v, %v", end.how, l, err)
		}
	}
	if _, err := as("chief").Exempt(t.Context(), b); code(err) != "unknown-patient" {
		t.Error("who left was exempted:", err)
	}
}

func TestAFactorIsNotedByWhoLeadsAndEnds(t *testing.T) {
	h, as := spares(t)
	good := wire.FactorBody{Patient: bed, Factor: "renal", Has: "yes", Until: h.Now().Add(30 * 24 * time.Hour)}
	for name, c := range map[string]struct {
		login string
		bad   func(*wire.FactorBody)
		want  string
	}{
		"by a technician": {"tech", nil, "not-yours"},
		"by a clinician":  {"lee", nil, "not-yours"},
		"by a clerk":      {"clark", nil, "not-yours"},
		"of nobody":       {"sue", func(b *wire.FactorBody) { b.Patient = "9999" }, "unknown-patient"},
		"no such factor":  {"sue", func(b *wire.FactorBody) { b.Factor = "tired" }, "bad-request"},
		"perhaps":         {"sue", func(b *wire.FactorBody) { b.Has = "perhaps" }, "bad-request"},
		"for ever":        {"sue", func(b *wire.FactorBody) { b.Until = h.Now().Add(367 * 24 * time.Hour) }, "not-until"},
		"without an end":  {"sue", func(b *wire.FactorBody) { b.Until = time.Time{} }, "not-until"},
		"unknown, ending": {"sue", func(b *wire.FactorBody) { b.Has = "unknown" }, "not-until"},
	} {
		b := good
		if c.bad != nil {
			c.bad(&b)
		}
		if _, err := as(c.login).Factor(t.Context(), b); code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	out, err := as("sue").Factor(t.Context(), good)
	if err != nil || len(out.Factors) != 1 || out.Factors[0].Factor != "renal" || out.Factors[0].Has != "yes" || out.Factors[0].By.ID != "person/sue" {
		t.Fatalf("%+v, %v", out, err)
	}
	es := h.entries(t, "patient.factor-noted")
	if len(es) != 1 || es[0].By != "person/sue" {
		t.Errorf("%+v", es)
	}
	private(t, es, "renal", "yes")
	good.Has, good.Until = "unknown", time.Time{}
	if out, err = as("chief").Factor(t.Context(), good); err != nil || len(out.Factors) != 0 {
		t.Errorf("taken back: %+v, %v", out, err)
	}
}
