package hl7_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/critical"
)

// reported is the outcome of the last result reported, and whether it is a call or waits for somebody.
func reported(t testing.TB, h *house) string {
	t.Helper()
	all := events[*critical.Reported](t, h)
	if len(all) == 0 {
		return "nothing"
	}
	r := all[len(all)-1]
	out := string(r.Outcome)
	switch {
	case r.Repeat:
		out += ", repeat"
	case r.Call != "":
		out += ", called"
	}
	if r.Work != "" {
		if _, ok := h.State().Critical.Work.Get(r.Work); !ok {
			t.Errorf("it waits in %s, which nobody has", r.Work)
		}
		out += ", work"
	}
	return out
}

// Every status of table 0085, and what is none, with a critical value, an ordinary one and none at all. Nobody was told of
// an earlier one: nobody needs to hear that it is withdrawn.
func TestEachStatusOfAResultIsFiledForWhatItSays(t *testing.T) {
	for status, want := range map[string][3]string{
		"P":  {"critical, called", "normal", "unreadable, work"},
		"F":  {"critical, called", "normal", "unreadable, work"},
		"C":  {"critical, called", "normal", "unreadable, work"},
		"R":  {"critical, called", "normal", "unreadable, work"},
		"S":  {"critical, called", "normal", "unreadable, work"},
		"U":  {"critical, called", "normal", "unreadable, work"}, // final now is a value that never came
		"":   {"critical, called", "normal", "unreadable, work"},
		"?":  {"critical, called", "normal", "unreadable, work"},
		"I":  {"critical, called", "normal", "pending"}, // a number counts, whatever its status
		"O":  {"critical, called", "normal", "pending"},
		"N":  {"critical, called", "normal", "pending"},
		"D":  {"withdrawn", "withdrawn", "withdrawn"},
		"W":  {"withdrawn", "withdrawn", "withdrawn"},
		"X":  {"withdrawn", "withdrawn", "withdrawn"},
		" f": {"critical, called", "normal", "unreadable, work"},
	} {
		for i, value := range []string{"7.1", "4.1", ""} {
			h := staffed(t)
			h.tell(t, kalium("1", anna, "1", value, status))
			if got := reported(t, h); got != want[i] {
				t.Errorf("OBX-11 %q with %q: %s, want %s", status, value, got, want[i])
			}
		}
	}
}

func TestStatusOfThePanelHoldsWhereTheResultHasNone(t *testing.T) {
	for _, c := range []struct{ panel, status, value, want string }{
		{"F", "", "7.1", "critical, called"},
		{"C", "", "4.1", "normal"},
		{"X", "", "7.1", "withdrawn"},
		{"I", "", "7.1", "critical, called"}, // a panel on its way has some results already
		{"I", "", "", "pending"},
		{"F", "W", "7.1", "withdrawn"},
		{"X", "X", "7.1", "withdrawn"},
	} {
		h := staffed(t)
		h.tell(t, own("ORU^R01", "1", anna, "OBR|1||F-1|K"+strings.Repeat("|", 21)+c.panel, fmt.Sprintf(potassium, c.value, c.status)))
		if got := reported(t, h); got != c.want {
			t.Errorf("OBR-25 %q, OBX-11 %q, %q: %s, want %s", c.panel, c.status, c.value, got, c.want)
		}
	}
}

func TestFinalWithoutItsValueIsNewsOnlyWhereTheValueNeverCame(t *testing.T) {
	for value, want := range map[string]string{"7.1": "pending", "4.1": "pending"} {
		h := staffed(t)
		h.tell(t, kalium("1", anna, "1", value, "P"), kalium("2", anna, "1", "", "U"))
		if got := reported(t, h); got != want && got != want+", called" {
			t.Errorf("after %s: %s, want %s", value, got, want)
		}
		for _, c := range h.calls() {
			if c.Version != 1 {
				t.Errorf("after %s: version %d", value, c.Version)
			}
		}
	}
}

// What stands in OBX-5, whatever OBX-2 says of it.
func TestValuesOfAnyTypeAreFiledAsSent(t *testing.T) {
	for _, c := range []struct{ kind, value, want, sent string }{
		{"NM", "7.1", "critical, called", "7.1"},
		{"NM", ">7.1", "critical, called", ">7.1"},
		{"NM", "+7.1", "critical, called", "+7.1"},
		{"NM", "7.1 H", "unreadable, work", "7.1 H"},
		{"NM", "haemolysed", "unreadable, work", "haemolysed"},
		{"NM", "7,1", "unreadable, work", "7,1"},
		{"NM", "7.1~7.2", "unreadable, work", "7.1~7.2"},
		{"NM", "7.1~", "unreadable, work", "7.1~"},
		{"", "7.1", "critical, called", "7.1"},
		{"FN", "7.1", "critical, called", "7.1"},
		{"ST", "7.1", "critical, called", "7.1"},
		{"ST", `\H\7.1\N\`, "critical, called", "7.1"},
		{"SN", "^7.1", "critical, called", "^7.1"},
		{"SN", ">^7.1", "critical, called", ">^7.1"},
		{"SN", "^1^:^128", "unreadable, work", "^1^:^128"},
		{"SN", "7.1", "critical, called", "7.1"},
		{"SN", "^7.1~^4", "unreadable, work", "^7.1~^4"},
		{"NM", "3.5^7.1", "unreadable, work", "3.5^7.1"},
		{"TX", "see note", "unreadable, work", "see note"},
		{"CE", "H^High^L", "unreadable, work", "H^High^L"},
		{"RP", "doc^lis^application^pdf", "unreadable, work", "doc^lis^application^pdf"},
		{"ED", "^application^pdf^Base64^JVBERi0=", "unreadable, work", "application pdf"},
		{"NM", `""`, "withdrawn", ""},
	} {
		h := staffed(t)
		h.tell(t, own("ORU^R01", "1", anna, "OBR|1||F-1|K", "OBX|1|"+c.kind+"|2823-3^K^LN||"+c.value+"|mmol/L|||||F"))
		if got := reported(t, h); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.kind, c.value, got, c.want)
		}
		all := events[*critical.Reported](t, h)
		if got := all[0].Sealed.Value; got != c.sent {
			t.Errorf("%s %s is kept as %q, want %q", c.kind, c.value, got, c.sent)
		}
		for _, call := range h.calls() {
			want := strings.Replace(c.sent, "^", "", 1) // a structured number is told as one
			if got := call.Results[0].Told.Value; got != want {
				t.Errorf("%s %s is told as %q, want %q", c.kind, c.value, got, want)
			}
		}
	}
}

func TestDecimalCommaIsReadWhereItIsUsualAndUsed(t *testing.T) {
	in := func(country, language, value string) string {
		return strings.Replace(kalium(value+country, anna, value, value, "F"), "|P|2.5.1\r", "|P|2.5.1|||||"+country+"||"+language+"\r", 1)
	}
	const wide = "unreadable, work"
	for _, c := range []struct {
		name     string
		messages []string
		want     []string
	}{
		{"usual by country", []string{in("DEU", "", "7,1"), in("DEU", "", "4.1")}, []string{"critical, called", "normal"}},
		{"usual by language", []string{in("", "de^German^ISO639", "7,1")}, []string{"critical, called"}},
		{"language before country", []string{in("DEU", "en", "7,1")}, []string{wide}},
		{"not usual", []string{in("USA", "", "7,1")}, []string{wide}},
		{"not said", []string{in("", "", "7,1")}, []string{wide}},
		{"a point is HL7's own until a comma comes", []string{in("DEU", "", "4.123"), in("DEU", "", "7,1"), in("DEU", "", "4.124")}, []string{"normal", "critical, called", wide}},
		{"both marks", []string{in("DEU", "", "1.234,5")}, []string{wide}},
	} {
		h := staffed(t)
		for i, m := range c.messages {
			h.tell(t, m)
			if got := reported(t, h); got != c.want[i] {
				t.Errorf("%s, message %d: %s, want %s", c.name, i+1, got, c.want[i])
			}
		}
	}
}

func TestNotesSpecimensAndSubIDsAreKeptWithTheirResult(t *testing.T) {
	h := staffed(t)
	obx := func(sub, value string) string { return "OBX|1|NM|2823-3^K^LN|" + sub + "|" + value + "|mmol/L|||||F" }
	h.tell(t, own(
		"ORU^R01", "1", anna, "NTE|1||of the patient", "OBR|1||F-1|K", "NTE|1||of the order", obx("1", "7.1"), "NTE|1||called to A~by B", obx("2", "4.1"),
		"SPM|1|^S-1||BLD", "OBR|2||F-2|K", obx("", "7.3"), "SPM|1|P-2^S-2||BLD",
	))
	var got []string
	for _, r := range events[*critical.Reported](t, h) {
		got = append(got, fmt.Sprint(r.Sealed.Value, r.Sealed.Notes, r.Sealed.Filler))
	}
	slices.Sort(got)
	want := []string{"4.1[of the order]F-1", "7.1[called to A by B of the order]F-1", "7.3[]F-2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if n := len(h.calls()); n != 2 {
		t.Errorf("%d calls, want one for each of the two specimens", n)
	}
}

func TestEachKindOfResultMessageIsFiled(t *testing.T) {
	for _, kind := range []string{"ORU^R01", "ORU^R03", "ORU^R30", "ORU^R31", "ORU^R32", "ORU^R40", "OUL^R21", "OUL^R22", "OUL^R23", "OUL^R24", "ORU", "^^ORU_R01"} {
		h := staffed(t)
		body := []string{anna, "OBR|1||F-1|K", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F"}
		if strings.HasPrefix(kind, "OUL^R22") || strings.HasPrefix(kind, "OUL^R23") || strings.HasPrefix(kind, "OUL^R24") {
			body = []string{anna, "SPM|1|^S-1||BLD", "SAC|||S-1", "OBR|1||F-1|K", "ORC|OK||F-1", "OBX|1|NM|2823-3^K^LN||7.1|mmol/L|||||F", "TCD|K"}
		}
		h.tell(t, own(kind, "1", body...))
		if got := reported(t, h); got != "critical, called" {
			t.Errorf("%s: %s", kind, got)
		}
		if c := h.only(t); c.Who.Name != "Weber, Anna" || c.Results[0].Told.Value != "7.1" {
			t.Errorf("%s: the call tells %+v", kind, c)
		}
	}
}

func TestOldEventsOfAMergeAreMerges(t *testing.T) {
	for _, event := range []string{"A40", "A18", "A34", "A36"} {
		h := staffed(t)
		h.tell(
			t, adt("A01", "1", anna, inWard), kalium("2", bertram, "1", "4.0", "F"),
			own("ADT^"+event, "3", "EVN|"+event+"|20260302090000", anna, "MRG|4711009^^^NORDSTADT^MR"),
		)
		if n := h.State().Patients.Patients.Len(); n != 1 {
			t.Errorf("after %s: %d records, want 1", event, n)
		}
	}
}
