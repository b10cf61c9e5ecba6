package demo_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/app/demo"
	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// sample is the blood gas that libraries for HL7 ship as an example, with the result that counts.
const sample = "MSH|^~\\&|LABGL1||DMCRES||19951002180700||ORU^R01|LABGL1199510021807427|P|2.4\r" +
	"PID|||T12345||TEST^PATIENT^P||19601002|M||||||||||123456\rPV1|||NER|||||||GSU||||||||E\r" +
	"OBR|1||09527539021001920|1001920^BLOOD GASES, ARTERIAL^^^ABG|||19951002180200||||||||||1793559||0952753902||19951002180700||350|F\r" +
	"OBX||NM|1001449^PH, BLOOD ARTERIAL^^^PH art|0001|7.20||7.35-7.45|LL|||F|||19951002180700||42\r"

// house is a running Readback with nobody in it.
type house struct {
	*app.Readback
	demo.Config
}

func newHouse(t *testing.T) house {
	t.Helper()
	r, err := app.Start(t.Context(), app.Config{
		HTTP: "127.0.0.1:0", MLLP: "127.0.0.1:0", Data: t.TempDir(), Site: "demo", Node: "n1", Zone: "Europe/Berlin", Reserve: 1 << 16,
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return house{r, demo.Config{HTTP: r.HTTP, MLLP: r.MLLP, Setup: r.Server.SetupLink(r.HTTP), Seed: 1, Pace: 10 * time.Millisecond}}
}

// furnished is a house where the demonstration lives.
func furnished(t *testing.T) house {
	t.Helper()
	h := newHouse(t)
	if _, err := demo.Furnish(t.Context(), h.Config); err != nil {
		t.Fatal(err)
	}
	h.Setup = ""
	return h
}

func (h house) as(t *testing.T, login string) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), h.Readback.HTTP, client.Credentials{Login: login, Password: "demo-" + login + "-4711-x"})
	if err != nil {
		t.Fatal(login, err)
	}
	return c
}

// kinds counts the entries by kind.
func (h house) kinds(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	h.each(t, func(e ledger.Entry) { out[e.Kind]++ })
	return out
}

// each tells every entry there is.
func (h house) each(t *testing.T, tell func(ledger.Entry)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	head := h.Lab.State().Seq
	for e, err := range h.Lab.Follow(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		tell(e)
		if e.Seq >= head {
			break
		}
	}
}

// units are those of the entries of a kind, in order.
func (h house) units(t *testing.T, kind string) (out []string) {
	t.Helper()
	h.each(t, func(e ledger.Entry) {
		if e.Kind != kind {
			return
		}
		var body struct{ Unit string }
		if err := json.Unmarshal(e.Body, &body); err != nil {
			t.Fatal(err)
		}
		out = append(out, body.Unit)
	})
	return out
}

func TestFurnishTwiceFurnishesOnce(t *testing.T) {
	h := newHouse(t)
	people, err := demo.Furnish(t.Context(), h.Config)
	if err != nil {
		t.Fatal(err)
	}
	once := h.kinds(t)
	h.Setup = ""
	again, err := demo.Furnish(t.Context(), h.Config)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(people, again) {
		t.Error("the sign-ins are others the second time")
	}
	twice := h.kinds(t)
	for _, kind := range []string{"person.admitted", "roster.published", "limits.drafted", "limits.approved", "limits.mapped"} {
		if once[kind] == 0 || twice[kind] != once[kind] {
			t.Errorf("%s: %d, and after the second time %d", kind, once[kind], twice[kind])
		}
	}
	if once["person.admitted"] != len(people) {
		t.Errorf("%d admitted, %d sign-ins", once["person.admitted"], len(people))
	}
	for _, p := range people {
		c, err := client.Dial(t.Context(), h.Readback.HTTP, client.Credentials{Login: p.Login, Password: p.Password})
		if err != nil {
			t.Fatal(p.Login, err)
		}
		if me := c.Me().Me; me.Role != p.Role || me.Name.Name != p.Name {
			t.Errorf("%s is %+v", p.Login, me)
		}
	}
	if faults := h.Lab.State().Faults(h.Lab.Now()); len(faults) > 0 {
		t.Error(faults)
	}
	board, err := h.as(t, "weiss").Board(t.Context(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(board.Instruments) != 5 || len(board.Bookings) == 0 || once["equipment.booked"] != twice["equipment.booked"] {
		t.Errorf("%d instruments with %d bookings; %d were booked, and after the second time %d",
			len(board.Instruments), len(board.Bookings), once["equipment.booked"], twice["equipment.booked"])
	}
	r, err := h.as(t, "weiss").Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Concerns {
		if c.Kind == roster.ConcernDouble {
			t.Errorf("the roster has a double booking: %s", c.Say)
		}
	}
}

func TestFurnishGoesOnWhereItWasCutOff(t *testing.T) {
	h := newHouse(t)
	ctx, cut := context.WithCancel(t.Context())
	c := h.Config
	n := 0
	c.Log = func(string) {
		if n++; n == 3 {
			cut()
		}
	}
	if _, err := demo.Furnish(ctx, c); err == nil {
		t.Fatal("it was not cut off")
	}
	h.Setup = ""
	if _, err := demo.Furnish(t.Context(), h.Config); err != nil {
		t.Fatal(err)
	}
	if got := h.kinds(t)["person.admitted"]; got != len(demo.Staff()) {
		t.Errorf("%d are admitted", got)
	}
}

func TestFurnishLeavesSomebodyElsesLaboratoryAlone(t *testing.T) {
	h := newHouse(t)
	if _, err := h.Server.First(t.Context(), "admin", "Somebody Else", "another pass phrase"); err != nil {
		t.Fatal(err)
	}
	h.Setup = ""
	if _, err := demo.Furnish(t.Context(), h.Config); !errors.Is(err, demo.ErrNotOurs) {
		t.Fatal(err)
	}
	if got := h.kinds(t)["person.admitted"]; got != 1 {
		t.Errorf("%d are admitted", got)
	}
}

func TestEveryMessageIsFiledAndEachCriticalOneRingsItsUnit(t *testing.T) {
	h := furnished(t)
	line, err := hl7.Dial(t.Context(), h.Config.MLLP, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close() //nolint:errcheck // read and written whole
	var want, held []string
	quarantined, again, results := 0, 0, 0
	all := demo.Script(1, 400, h.Lab.Now().Add(-400*time.Minute))
	for i, m := range all {
		ack, err := line.Send(t.Context(), m.Raw)
		if err != nil {
			t.Fatal(i+1, err)
		}
		if a, err := hl7.ParseAnswer(ack); err != nil || a.Code != "AA" {
			t.Fatalf("message %d was answered %q: %v", i+1, a.Code, err)
		}
		switch {
		case m.Again:
			again++
		case m.Unnamed && m.Event != "R01":
			quarantined++
		case m.Event == "R01":
			results++
		}
		switch {
		case m.Critical && m.Held:
			held = append(held, m.Unit)
		case m.Critical:
			want = append(want, m.Unit)
		}
	}
	got := h.kinds(t)
	if got["message.filed"] != len(all)-again-quarantined || got["message.quarantined"] != quarantined || quarantined == 0 || again == 0 {
		t.Errorf("of %d messages, %d of them repeated, %d were filed and %d wait in quarantine; expected %d there",
			len(all), again, got["message.filed"], got["message.quarantined"], quarantined)
	}
	open, err := h.as(t, "brown").Calls(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]string{"ICU-2": "person/lee", "MED-4": "MED-4 on call", "ED": "ED on call"}
	for _, c := range open.Calls {
		if len(c.Rungs) == 0 || len(c.Rungs[0].To) != 1 {
			t.Fatalf("call %s of %s rang %+v", c.Ref, c.Unit, c.Rungs)
		}
		if c.Unit == "ICU-2" && c.Rungs[0].To[0].ID != first[c.Unit] {
			t.Errorf("call %s of ICU-2 rang %s first", c.Ref, c.Rungs[0].To[0].ID)
		}
		if c.Unit != "ICU-2" && !strings.Contains(c.Rungs[0].Why, first[c.Unit]) {
			t.Errorf("call %s of %s rang for: %s", c.Ref, c.Unit, c.Rungs[0].Why)
		}
	}
	if units := h.units(t, "critical.opened"); !slices.Equal(units, want) {
		t.Errorf("calls were opened on\n%v, critical results were of\n%v", units, want)
	}
	if units := h.units(t, "critical.held"); !slices.Equal(units, held) || len(held) == 0 {
		t.Errorf("the bench looks at results of\n%v, haemolysed were those of\n%v", units, held)
	}
	tasks := map[string]bool{"unknown-test": false, "unreadable": false, "said-told": false}
	for _, w := range open.Work {
		if _, ok := tasks[w.Reason]; !ok && w.Reason != "no-patient" {
			t.Errorf("the desk has a task: %s", w.Reason)
		}
		tasks[w.Reason] = true
	}
	for reason, there := range tasks {
		if !there {
			t.Errorf("the odd messages left no task %s", reason)
		}
	}
	if got["critical.corrected"] == 0 {
		t.Error("no open call was corrected")
	}
	if faults := h.Lab.State().Faults(h.Lab.Now()); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestPublicSampleOfABloodGasRingsDrLee(t *testing.T) {
	h := furnished(t)
	line, err := hl7.Dial(t.Context(), h.Config.MLLP, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close() //nolint:errcheck // read and written whole
	if _, err := line.Send(t.Context(), []byte(sample)); err != nil {
		t.Fatal(err)
	}
	mine, err := h.as(t, "lee").Calls(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(mine.Calls) != 1 || !mine.Calls[0].May.ReadBack || mine.Calls[0].Results[0].LOINC != "2744-1" {
		t.Fatalf("Dr Lee sees %+v", mine.Calls)
	}
}

func TestColleaguesMistypeAndReadBackWhileDrLeesCallsWait(t *testing.T) {
	h := furnished(t)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	said := make(chan string)
	c := h.Config
	c.Log = func(line string) {
		select {
		case said <- line:
		case <-ctx.Done():
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- demo.Run(ctx, c) }()

	missing := []string{
		"rings Dr Mina Lee", "back wrongly; it stays open", "closed: read back by Dr Petr Novak", "closed: read back by Dr Samir Haddad",
		"passes call", "asks to be telephoned", "closed: told by telephone to Dr", "takes call", "changes: Blood culture", "withdrawn", "not critical",
		"waits for a look of the bench", "told already", "in quarantine", "a clinician of ICU-2 orders",
		"moves to", "sends its last message once more", "a code that nobody mapped", "a task of the laboratory rings the desk (",
	}
	text := ""
	for len(missing) > 0 {
		select {
		case line := <-said:
			text += line + "\n"
			missing = slices.DeleteFunc(missing, func(say string) bool { return strings.Contains(line, say) })
		case <-ctx.Done():
			t.Fatalf("after a minute no line says %q:\n%s", missing, text)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if strings.Contains(text, "read back by Dr Mina Lee") {
		t.Error("somebody read back as Dr Lee")
	}
	for _, secret := range demo.Secrets(c.Seed) {
		if strings.Contains(text, secret) {
			t.Errorf("a line tells of a patient: %q", secret)
		}
	}
	mine, err := h.as(t, "lee").Calls(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(mine.Calls, func(c wire.Call) bool { return c.Unit == "ICU-2" && c.May.Called }) {
		t.Error("nothing waits for Dr Lee")
	}
}

func TestRunAmongStrangersSaysSo(t *testing.T) {
	h := newHouse(t)
	if err := demo.Run(t.Context(), h.Config); err == nil || !strings.Contains(err.Error(), "sign in as brown") {
		t.Error(err)
	}
}
