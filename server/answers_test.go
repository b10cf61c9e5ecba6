package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// seen is a call as somebody sees it.
func seen(t testing.TB, c *client.Client, id string) wire.Call {
	t.Helper()
	v, err := c.Call(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// join admits one more person who can sign in.
func (h *house) join(t testing.TB, p roster.Person) {
	t.Helper()
	h.Record(t, "person/root", &roster.Admitted{Person: p})
	if err := h.vault.SetPassword(t.Context(), p.ID, p.Login, password); err != nil {
		t.Fatal(err)
	}
}

func TestACallIsTakenPassedOnAndTakenAgainWithOneOwnerAtATime(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	call := h.Potassium(t, 1)
	lee, okafor, tech := h.as(t, "lee"), h.as(t, "okafor"), h.as(t, "tech")
	v := seen(t, lee, call.ID)
	if v.Owner.ID != "person/lee" || !v.May.Take || !v.May.CallMe || !v.May.PassOn || v.May.Telephone || v.May.WhyNot["telephone"] != "role" || v.Waits.What != "answer" {
		t.Errorf("lee sees owner %v, may %+v, waits %+v", v.Owner, v.May, v.Waits)
	}
	if _, err := lee.Take(ctx, wire.TakeBody{Call: call.ID, Version: 1, How: "call-me", At: "ext 4711"}); err != nil {
		t.Fatal(err)
	}
	v = seen(t, tech, call.ID)
	if v.Taken == nil || v.Taken.By.ID != "person/lee" || v.Task == nil || v.Task.Phone != "ext 4711" || v.Task.For.ID != "person/lee" || v.Waits.What != "telephone" {
		t.Errorf("the bench sees taken %+v, task %+v, waits %+v", v.Taken, v.Task, v.Waits)
	}
	if !v.May.Telephone || v.May.Take || v.May.PassOn || v.May.WhyNot["passOn"] != "desk" || v.May.WhyNot["take"] != "role" {
		t.Errorf("the bench may %+v", v.May)
	}
	_, err := okafor.Take(ctx, wire.TakeBody{Call: call.ID, Version: 1, How: "mine"})
	if p := wantCode(t, err, "taken"); !strings.HasPrefix(p.Say, "Dr Mina Lee has taken this call until ") {
		t.Errorf("okafor is told %q", p.Say)
	}
	if v = seen(t, okafor, call.ID); v.May.WhyNot["take"] != "taken" || !v.May.ReadBack {
		t.Errorf("okafor may %+v", v.May)
	}
	_, err = tech.PassOn(ctx, wire.PassOnBody{Call: call.ID, Version: 1, Reason: "busy"})
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != "desk" {
		t.Errorf("the desk declines: %+v", p)
	}
	to, err := lee.PassOn(ctx, wire.PassOnBody{Call: call.ID, Version: 1, Reason: "other", Note: "in theatre 3"})
	if err != nil || len(to.To) != 1 || to.To[0].ID != "person/okafor" || to.Desk {
		t.Fatalf("passed on to %+v, %v", to, err)
	}
	if v = seen(t, okafor, call.ID); v.Owner.ID != "person/lee" || v.Passes[0].Note != "in theatre 3" || !v.May.Called {
		t.Errorf("before okafor takes it: %+v", v)
	}
	if _, err := okafor.Take(ctx, wire.TakeBody{Call: call.ID, Version: 1, How: "act"}); err != nil {
		t.Fatal(err)
	}
	if v = seen(t, okafor, call.ID); v.Owner.ID != "person/okafor" || v.Taken.How != "act" {
		t.Errorf("after: %+v", v.Owner)
	}
	to, err = okafor.PassOn(ctx, wire.PassOnBody{Call: call.ID, Version: 1, Reason: "busy"})
	if err != nil || !to.Desk {
		t.Fatalf("the second passing on: %+v, %v", to, err)
	}
	v = seen(t, tech, call.ID)
	whats := make([]string, 0, len(v.Timeline))
	for _, m := range v.Timeline {
		whats = append(whats, m.What)
	}
	want := "opened called taken called passed-on called taken passed-on"
	if got := strings.Join(whats, " "); !strings.HasPrefix(got, want) || v.Task == nil {
		t.Errorf("the timeline is %s", got)
	}
	told := false
	for _, r := range v.Rungs {
		told = told || r.Ask == "supervisor" && r.To[0].ID == "person/sue" && strings.Contains(r.Why, "routing is wrong")
	}
	if !told {
		t.Errorf("the supervisor was not told: %+v", v.Rungs)
	}
}

func TestACallIsPassedOnToAPersonOnDutyOnly(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	lee := h.as(t, "lee")
	for to, want := range map[string]string{"person/nobody": "bad-request", "person/else": "bad-request", "person/tech": "bad-request", "person/lee": "not-yours"} {
		_, err := lee.PassOn(t.Context(), wire.PassOnBody{Call: call.ID, Version: 1, Reason: "busy", To: to})
		wantCode(t, err, want)
	}
	for _, b := range []wire.PassOnBody{{Reason: "lazy"}, {Reason: "other", Note: " "}, {}} {
		b.Call, b.Version = call.ID, 1
		_, err := lee.PassOn(t.Context(), b)
		wantCode(t, err, "bad-request")
	}
	_, err := h.as(t, "else").PassOn(t.Context(), wire.PassOnBody{Call: call.ID, Version: 1, Reason: "busy"})
	wantCode(t, err, "unknown-call")
	to, err := lee.PassOn(t.Context(), wire.PassOnBody{Call: call.ID, Version: 1, Reason: "busy", To: "person/okafor"})
	if err != nil || to.To[0].Name != "Dr Ada Okafor" {
		t.Errorf("%+v, %v", to, err)
	}
}

func TestAClerkPassesOnAndCannotTakeOrReadBack(t *testing.T) {
	h := newHouse(t)
	h.join(t, roster.Person{ID: "person/clerk", Login: "clerk", Name: "Carl Clerk", Role: roster.Clerk, Units: []string{"ICU-2"}})
	call := h.Potassium(t, 1)
	clerk := h.as(t, "clerk")
	if v := seen(t, clerk, call.ID); v.May.Take || v.May.ReadBack || !v.May.PassOn || v.May.Why != "role" {
		t.Errorf("a clerk may %+v", v.May)
	}
	_, err := clerk.Take(t.Context(), wire.TakeBody{Call: call.ID, Version: 1, How: "mine"})
	wantCode(t, err, "not-yours")
	_, err = clerk.ReadBack(t.Context(), right(call))
	wantCode(t, err, "not-yours")
	to, err := clerk.PassOn(t.Context(), wire.PassOnBody{Call: call.ID, Version: 1, Reason: "may-not-receive"})
	if err != nil || to.To[0].ID != "person/okafor" {
		t.Errorf("%+v, %v", to, err)
	}
}

// heard is the right words of a call, by telephone.
func heard(c critical.Call, attempt int) wire.HeardBody {
	return wire.HeardBody{
		Call: c.ID, Version: c.Version, Attempt: attempt, Values: map[string]string{c.Results[0].ID: hospital.Value}, Tail: hospital.Tail,
		Receiver: wire.Receiver{Name: "Nurse Nora Night", Role: "nurse", Known: "spoken"}, Entered: "spoken", Locale: "en-GB",
	}
}

func TestTelephoneIsCheckedComparedAndClosesTheCall(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	call := h.Potassium(t, 1)
	lee, tech := h.as(t, "lee"), h.as(t, "tech")
	_, err := lee.TelephoneBegin(ctx, wire.TelephoneBody{Call: call.ID, Version: 1})
	wantCode(t, err, "not-yours")
	_, err = tech.TelephoneBegin(ctx, wire.TelephoneBody{Call: call.ID, Version: 1, To: "person/tech"})
	wantCode(t, err, "not-yours")
	n, err := tech.TelephoneBegin(ctx, wire.TelephoneBody{Call: call.ID, Version: 1, To: "person/lee", At: "ext 12"})
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if v := seen(t, lee, call.ID); v.Waits.What != "telephone" || v.Waits.By.ID != "person/tech" || v.Phones[0].At != "ext 12" {
		t.Errorf("in conversation: %+v", v.Waits)
	}
	if _, err := tech.TelephoneFailed(ctx, wire.TelephoneFailedBody{Call: call.ID, Attempt: 1, Difficulty: "no-answer", Note: "rang out"}); err != nil {
		t.Fatal(err)
	}
	_, err = tech.Telephone(ctx, heard(call, 1))
	wantCode(t, err, "unknown-attempt")
	if n, err = tech.TelephoneBegin(ctx, wire.TelephoneBody{Call: call.ID, Version: 1}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	for name, c := range map[string]struct {
		to    wire.Receiver
		code  string
		field string
	}{
		"first name":   {wire.Receiver{Name: "Nora", Role: "nurse", Known: "spoken"}, "full-name", "receiver.name"},
		"clerk":        {wire.Receiver{Name: "Carl Clerk", Role: "clerk", Known: "spoken"}, "not-yours", ""},
		"oneself":      {wire.Receiver{Name: "Tech, Tom", Role: "nurse", Known: "spoken"}, "not-yours", ""},
		"myself":       {wire.Receiver{Person: "person/tech", Role: "nurse", Known: "roster"}, "not-yours", ""},
		"technician":   {wire.Receiver{Person: "person/sue", Role: "nurse", Known: "roster"}, "not-yours", ""},
		"nobody":       {wire.Receiver{Person: "person/nobody", Role: "nurse", Known: "roster"}, "bad-request", "receiver.person"},
		"known how":    {wire.Receiver{Name: "Nora Night", Role: "nurse", Known: "voice"}, "bad-request", "receiver.known"},
		"spoken of id": {wire.Receiver{Person: "person/lee", Name: "Mina Lee", Role: "physician", Known: "spoken"}, "bad-request", "receiver.person"},
	} {
		b := heard(call, 2)
		b.Receiver = c.to
		_, err := tech.Telephone(ctx, b)
		if p := wantCode(t, err, c.code); p.Field != c.field {
			t.Errorf("%s: field %q, want %q", name, p.Field, c.field)
		}
	}
	wrong := heard(call, 2)
	wrong.Values = map[string]string{call.Results[0].ID: "1.7"}
	_, err = tech.Telephone(ctx, wrong)
	p := wantCode(t, err, "mismatch")
	if p.Facts["attempt"] != float64(3) || !strings.HasPrefix(p.Say, "What you heard differs: the value of ") || strings.Contains(p.Error(), hospital.Value) {
		t.Errorf("the mismatch says %q, %v", p.Say, p.Facts)
	}
	done, err := tech.Telephone(ctx, heard(call, 3))
	if err != nil || done.Owner.Name != "Nurse Nora Night" || done.Seq == 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	_, err = lee.ReadBack(ctx, right(call))
	if p := wantCode(t, err, "closed"); !strings.HasPrefix(p.Say, "Nurse Nora Night was told this call by telephone at ") {
		t.Errorf("lee is told %q", p.Say)
	}
	v := seen(t, tech, call.ID)
	if v.Outcome != "telephoned" || len(v.Phones) != 3 || v.Phones[0].Outcome != "no-answer" || v.Phones[1].Outcome != "mismatch" || len(v.Late) != 1 {
		t.Errorf("the bench sees %+v, late %v", v.Phones, v.Late)
	}
	if strings.Contains(h.log.String(), "Nora") || strings.Contains(h.log.String(), "rang out") {
		t.Error("the log holds what was said")
	}
}

func TestWhoTelephonesCannotReadBackAndWhoReportedCannotBeTold(t *testing.T) {
	h := newHouse(t)
	h.join(t, roster.Person{ID: "person/both", Login: "both", Name: "Bo Both", Role: roster.Supervisor, Receives: true, Units: []string{"ICU-2"}})
	call := h.PotassiumBy(t, "person/both", 1)
	tech := h.as(t, "tech")
	n, err := tech.TelephoneBegin(t.Context(), wire.TelephoneBody{Call: call.ID, Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	b := heard(call, n)
	b.Receiver = wire.Receiver{Person: "person/both", Role: "physician", Known: "login"}
	_, err = tech.Telephone(t.Context(), b)
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != "receiver" {
		t.Errorf("%+v", p)
	}
	other := h.Potassium(t, 2)
	both := h.as(t, "both")
	if _, err := both.TelephoneBegin(t.Context(), wire.TelephoneBody{Call: other.ID, Version: 1}); err != nil {
		t.Fatal(err)
	}
	_, err = both.ReadBack(t.Context(), right(other))
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != "telephones" {
		t.Errorf("%+v", p)
	}
	b = heard(call, n)
	b.Receiver = wire.Receiver{Person: "person/lee", Role: "physician", Known: "roster"}
	if done, err := tech.Telephone(t.Context(), b); err != nil || done.Owner.ID != "person/lee" {
		t.Errorf("%+v, %v", done, err)
	}
}

func TestGlassShowsACallAndLetsItBeReadBackAndTheSupervisorSeesIt(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	one, two := h.Potassium(t, 1), h.Potassium(t, 2)
	elsa := h.as(t, "else")
	_, err := elsa.Call(ctx, one.Ref)
	wantCode(t, err, "unknown-call")
	for _, g := range []wire.BreakGlass{{}, {Reason: "curious"}, {Reason: "other"}} {
		_, err := elsa.BreakGlass(ctx, wire.GlassBody{Call: one.Ref, BreakGlass: g})
		wantCode(t, err, "bad-request")
	}
	_, err = h.as(t, "tech").BreakGlass(ctx, wire.GlassBody{Call: one.Ref, BreakGlass: wire.BreakGlass{Reason: "emergency"}})
	wantCode(t, err, "not-yours")
	v, err := elsa.BreakGlass(ctx, wire.GlassBody{Call: one.Ref, BreakGlass: wire.BreakGlass{Reason: "emergency", Text: "arrest on the stairs"}})
	if err != nil || v.Results[0].Value != hospital.Value || !v.May.Glass || v.May.ReadBack {
		t.Fatalf("%+v, %v", v.May, err)
	}
	if _, err := elsa.ReadBack(ctx, right(one)); err != nil {
		t.Errorf("after the glass was broken: %v", err)
	}
	b := right(two)
	b.Glass = &wire.BreakGlass{Reason: "covering"}
	if _, err := elsa.ReadBack(ctx, b); err != nil {
		t.Errorf("both in one: %v", err)
	}
	boss, err := h.as(t, "sue").Calls(ctx, 1)
	if err != nil || len(boss.Glass) != 2 || boss.Glass[0].Reason != "covering" || boss.Glass[1].Text != "arrest on the stairs" || boss.Glass[1].By.ID != "person/else" {
		t.Errorf("the supervisor sees %+v, %v", boss.Glass, err)
	}
	if mine, err := elsa.Calls(ctx, 0); err != nil || mine.Glass != nil {
		t.Errorf("others see the list too: %+v", mine.Glass)
	}
	if strings.Contains(h.log.String(), "stairs") {
		t.Error("the log holds the reason")
	}
}

func TestACommandSentAgainIsAnsweredAsTheFirstTime(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	call := h.Potassium(t, 1)
	lee, tech, okafor := h.as(t, "lee"), h.as(t, "tech"), h.as(t, "okafor")
	pass := wire.PassOnBody{Call: call.ID, Version: 1, Reason: "busy"}
	var first, again wire.PassedOn
	for _, out := range []*wire.PassedOn{&first, &again} {
		if err := lee.Do(ctx, wire.DoPassOn, "key-1", pass, out); err != nil {
			t.Fatal(err)
		}
	}
	if !again.Repeat || again.To[0] != first.To[0] {
		t.Errorf("%+v, then %+v", first, again)
	}
	var begun, twice wire.Telephone
	for _, out := range []*wire.Telephone{&begun, &twice} {
		if err := tech.Do(ctx, wire.DoTelephoneBegin, "key-2", wire.TelephoneBody{Call: call.ID, Version: 1}, out); err != nil {
			t.Fatal(err)
		}
	}
	if begun.Attempt != 1 || twice.Attempt != 1 {
		t.Errorf("%+v, then %+v", begun, twice)
	}
	for range 2 {
		var done wire.ReadBack
		if err := tech.Do(ctx, wire.DoTelephone, "key-3", heard(call, 1), &done); err != nil || done.Owner.Name != "Nurse Nora Night" {
			t.Errorf("%+v, %v", done, err)
		}
	}
	for range 2 {
		wantCode(t, okafor.Do(ctx, wire.DoReadBack, "key-4", right(call), nil), "closed")
	}
	if c, _ := h.State().Critical.Find(call.ID); len(c.Late) != 1 || len(c.Passes) != 1 || len(c.Phones) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestALeaseMovesNoBreachAndRunsOut(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	lee := h.as(t, "lee")
	if _, err := lee.Take(t.Context(), wire.TakeBody{Call: call.ID, Version: 1, How: "mine"}); err != nil {
		t.Fatal(err)
	}
	h.Forward(t, critical.LeaseFor+time.Second)
	v := seen(t, lee, call.ID)
	if v.Taken != nil || len(v.Takes) != 1 || !v.Breach.Equal(call.Breach) || !v.May.Take || v.Owner.ID != "person/lee" {
		t.Errorf("after three minutes: taken %+v, may %+v", v.Taken, v.May)
	}
}
