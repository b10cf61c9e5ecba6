package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// stream is what a Follow yields, to be taken one by one.
type stream struct {
	t    testing.TB
	ctx  context.Context
	all  chan client.Entry
	ends chan error
}

// follow follows until the test ends, and takes the first start.
func follow(ctx context.Context, t testing.TB, c *client.Client) (*stream, *wire.Start) {
	t.Helper()
	s := &stream{t: t, ctx: ctx, all: make(chan client.Entry), ends: make(chan error, 1)}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(done)
		for e, err := range c.Follow(ctx, client.Now) {
			if err != nil {
				s.ends <- err
				return
			}
			select {
			case s.all <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	first := s.next()
	if first.Start == nil {
		t.Fatalf("the first that came is %+v", first)
	}
	return s, first.Start
}

func (s *stream) next() client.Entry {
	s.t.Helper()
	select {
	case e := <-s.all:
		return e
	case err := <-s.ends:
		s.t.Fatal("the stream ended:", err)
	case <-s.ctx.Done():
		s.t.Fatal("nothing more came")
	}
	return client.Entry{}
}

// until takes entries up to one of a kind.
func (s *stream) until(kind string) client.Entry {
	s.t.Helper()
	for {
		if e := s.next(); e.Kind == kind {
			return e
		}
	}
}

// start takes entries up to the next start.
func (s *stream) start() *wire.Start {
	s.t.Helper()
	for {
		if e := s.next(); e.Start != nil {
			return e.Start
		}
	}
}

// end waits for the error with which the stream ends.
func (s *stream) end() error {
	s.t.Helper()
	for {
		select {
		case <-s.all:
		case err := <-s.ends:
			return err
		case <-s.ctx.Done():
			s.t.Fatal("the stream did not end")
		}
	}
}

func TestTwoReadBackAtOnceAndOneWins(t *testing.T) {
	h := newHouse(t)
	rounds := 200
	if os.Getenv("READBACK_LONG") != "" {
		rounds = 1000
	}
	people := []*client.Client{h.as(t, "lee"), h.as(t, "okafor")}
	// Both are on duty at the unit, so both may.
	wins := map[string]int{}
	for n := 1; n <= rounds; n++ {
		call := h.Potassium(t, n)
		var won [2]wire.ReadBack
		var errs [2]error
		var both sync.WaitGroup
		for i, c := range people {
			both.Go(func() { won[i], errs[i] = c.ReadBack(t.Context(), right(call)) })
		}
		both.Wait()
		winner := slices.Index(errs[:], nil)
		if winner < 0 || errs[1-winner] == nil {
			t.Fatalf("round %d: %v and %v", n, errs[0], errs[1])
		}
		p := wantCode(t, errs[1-winner], "closed")
		by, err := json.Marshal(p.Facts["by"])
		if err != nil || !strings.Contains(string(by), won[winner].Owner.ID) {
			t.Fatalf("round %d: %s won, the other hears %s", n, won[winner].Owner.ID, by)
		}
		c, _ := h.State().Critical.Find(call.ID)
		if c.Owner != won[winner].Owner.ID || c.Standing != critical.IsClosed {
			t.Fatalf("round %d: the ledger says %s, %s was told to have won", n, c.Owner, won[winner].Owner.ID)
		}
		wins[c.Owner]++
	}
	t.Log(wins)
}

func TestARepeatedCommandGivesTheFirstAnswer(t *testing.T) {
	h := newHouse(t)
	lee := h.as(t, "lee")
	call := h.Potassium(t, 1)
	wrong := right(call)
	wrong.Values = map[string]string{call.Results[0].ID: "6.1"}
	for range 3 {
		p := wantCode(t, lee.Do(t.Context(), wire.DoReadBack, "k1", wrong, nil), "mismatch")
		if n := fmt.Sprint(p.Facts["n"]); n != "1" {
			t.Fatal("a repeated mismatch counts as mismatch number", n)
		}
	}
	wantCode(t, lee.Do(t.Context(), wire.DoReadBack, "k1", right(call), nil), "key-reused")
	var first, again wire.ReadBack
	if err := lee.Do(t.Context(), wire.DoReadBack, "k2", right(call), &first); err != nil {
		t.Fatal(err)
	}
	if err := lee.Do(t.Context(), wire.DoReadBack, "k2", right(call), &again); err != nil {
		t.Fatal(err)
	}
	if again.Repeat = false; again.Seq != first.Seq || again.At != first.At {
		t.Errorf("first %+v, then %+v", first, again)
	}
	// What was typed is short: a plain digest of it in the leaf could be found by trying.
	es, err := h.Mem.Read(t.Context(), first.Seq-1, 1)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(right(call))
	for _, guess := range []string{string(body), "read-back" + string(body), wire.DoReadBack + "\x00" + string(body)} {
		sum := sha256.Sum256([]byte(guess))
		if strings.Contains(es[0].Key, base64.RawURLEncoding.EncodeToString(sum[:16])) {
			t.Error("the leaf holds a digest of the body that anybody can make")
		}
	}
}

func TestOnlyWhoMayReadsBack(t *testing.T) {
	h := newHouse(t)
	call := h.Potassium(t, 1)
	read := func(login string, call critical.Call) error {
		_, err := h.as(t, login).ReadBack(t.Context(), right(call))
		return err
	}
	for login, want := range map[string]string{"else": "unknown-call", "root": "unknown-call", "tech": "role", "chief": "role"} {
		err := read(login, call)
		if want == "unknown-call" {
			wantCode(t, err, want)
		} else if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != want {
			t.Errorf("%s is refused for %v, expected %s", login, p.Facts["reason"], want)
		}
	}
	own := h.PotassiumBy(t, "person/lee", 2)
	if p := wantCode(t, read("lee", own), "not-yours"); p.Facts["reason"] != "reporter" {
		t.Error("who reported it is refused for", p.Facts["reason"])
	}
	lee := h.as(t, "lee")
	for _, c := range []struct {
		change func(*wire.ReadBackBody)
		code   string
		field  string
	}{
		{func(b *wire.ReadBackBody) { b.Values = nil }, "missing", "values.result/m1"},
		{func(b *wire.ReadBackBody) { b.Tail = " " }, "missing", "tail"},
		{func(b *wire.ReadBackBody) { b.Values = map[string]string{"result/m1": "high"} }, "unreadable", "values.result/m1"},
		{func(b *wire.ReadBackBody) { b.Values = map[string]string{"result/m1": "7,130.4"} }, "separator", "values.result/m1"},
		{func(b *wire.ReadBackBody) { b.Version = 2 }, "stale", ""},
		{func(b *wire.ReadBackBody) { b.Call = "call/none" }, "unknown-call", ""},
		{func(b *wire.ReadBackBody) { b.Entered = "pasted" }, "bad-request", "entered"},
	} {
		b := right(call)
		c.change(&b)
		_, err := lee.ReadBack(t.Context(), b)
		if p := wantCode(t, err, c.code); p.Field != c.field || p.Say == "" || p.Do == "" {
			t.Errorf("%s names the field %q, expected %q: %v", c.code, p.Field, c.field, p)
		}
	}
	comma := right(call)
	comma.Values, comma.Locale = map[string]string{"result/m1": "7,1304 mmol/L"}, "de-DE"
	h.Forward(t, 31*time.Minute)
	_, err := lee.ReadBack(t.Context(), comma)
	if p := wantCode(t, err, "not-yours"); p.Facts["reason"] != "not-fresh" {
		t.Error("31 minutes after signing in the refusal is", p.Facts["reason"])
	}
	if err := lee.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := lee.ReadBack(t.Context(), comma); err != nil {
		t.Error(err)
	}
}

func TestRightsThatChangeBringAFreshStart(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	h.Potassium(t, 1)
	elsa, start := follow(ctx, t, h.as(t, "else"))
	if len(start.Calls) > 0 || start.Over != wire.OverFirst || slices.Contains(start.Channels, "unit/ICU-2") {
		t.Fatalf("who is elsewhere starts with %+v", start)
	}
	now := h.Now()
	h.Record(t, "person/sue", &roster.Covered{Post: "post/icu-2", Out: "person/lee", In: "person/else", From: now, To: now.Add(time.Hour)})
	start = elsa.start()
	if start.Over != wire.OverRights || len(start.Calls) != 1 || !start.Calls[0].May.ReadBack {
		t.Fatalf("who covers the unit now starts with %+v", start)
	}
	h.Potassium(t, 2)
	if e := elsa.until("critical.opened"); e.Seq <= start.Head {
		t.Error("an entry came twice")
	}
	h.Forward(t, 61*time.Minute) // the cover ends by the clock, without an entry of its own
	h.Potassium(t, 3)
	for {
		e := elsa.next()
		if e.Start != nil {
			start = e.Start
			break
		}
		if slices.Contains(e.About, "call/m3/1") {
			t.Fatal("an entry came after the right to it had ended:", e.Kind)
		}
	}
	if slices.Contains(start.Channels, "unit/ICU-2") {
		t.Errorf("after the cover she still hears %v", start.Channels)
	}
}

func TestWhoIsSignedOutOrDisabledIsCutOff(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	root := h.as(t, "root")
	for name, end := range map[string]func(string) error{
		"disabled": func(string) error { _, err := root.Disable(ctx, "person/lee"); return err },
		"new password": func(string) error {
			_, err := root.SetPassword(ctx, wire.PasswordBody{Person: "person/okafor", New: "another good one"})
			return err
		},
		"signed out": func(cookie string) error {
			res, text := h.request(t, http.MethodPost, "/api/sign-out", "{}", "Cookie", cookie)
			if res.StatusCode != http.StatusOK {
				return errors.New(text)
			}
			return nil
		},
	} {
		login := map[string]string{"disabled": "lee", "new password": "okafor", "signed out": "tech"}[name]
		cookie := h.cookie(t, login)
		cname, value, _ := strings.Cut(cookie, "=")
		c, err := client.Dial(ctx, h.url, client.Credentials{Cookies: []*http.Cookie{{Name: cname, Value: value}}})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := follow(ctx, t, c)
		if err := end(cookie); err != nil {
			t.Fatal(name, err)
		}
		if err := s.end(); code(err) != "signed-out" {
			t.Errorf("%s: the stream ended with %v", name, err)
		}
		if _, err := c.Calls(ctx, 0); code(err) != "signed-out" {
			t.Errorf("%s: a command was answered %v", name, err)
		}
	}
}

func TestADeviceGetsBareFramesOfItsOwnCallsAlone(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	dial := func(login string) *client.Client {
		c, err := client.Dial(ctx, h.url, client.Credentials{Login: login, Password: password, Device: true})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	h.Potassium(t, 1)
	device := dial("lee")
	lee, start := follow(ctx, t, device)
	if len(start.Calls) > 0 || len(start.Work) > 0 || len(start.Bells) != 1 || start.Bells[0].Call != "7QK001" || !start.Me.Bare {
		t.Fatalf("a device starts with %+v", start)
	}
	okafor, start := follow(ctx, t, dial("okafor")) // on the unit, but not called
	if len(start.Bells) > 0 {
		t.Errorf("who was not called starts with %+v", start.Bells)
	}
	call := h.Potassium(t, 2)
	rung := lee.next()
	if rung.Call != "7QK002" || rung.Due == nil || rung.Kind != "" || rung.Body != nil || rung.By != "" || rung.About != nil || rung.Leaf != nil {
		t.Errorf("the rung came as %+v", rung)
	}
	for _, err := range []error{
		second(device.Call(ctx, "7QK001")), second(device.ReadBack(ctx, right(call))), second(device.Roster(ctx)),
	} {
		wantCode(t, err, "sign-in-first")
	}
	if _, err := h.as(t, "lee").ReadBack(ctx, right(call)); err != nil {
		t.Fatal(err)
	}
	for over := false; !over; {
		e := lee.next()
		over = e.Call == "7QK002" && e.Due == nil
	}
	// The desk's turn, then the second call's, for the first potassium: a step of the clock costs one rung at most.
	rungs := func() int { c, _ := h.State().Critical.Find("call/m1/1"); return len(c.Called) }
	for n := rungs(); n < 3; n = rungs() {
		h.Forward(t, 301*time.Second)
	}
	if e := okafor.next(); e.Call != "7QK001" {
		t.Errorf("the second call's device heard %+v", e)
	}
}

func second[T any](_ T, err error) error { return err }

func TestNoPatientInLogsAddressesErrorsAndBareFrames(t *testing.T) {
	var wireTapped kept
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	device, err := client.Dial(ctx, h.url, client.Credentials{Login: "lee", Password: password, Device: true})
	if err != nil {
		t.Fatal(err)
	}
	s, start := follow(ctx, t, device)
	tap(t, &wireTapped, start)
	lee, tech := h.as(t, "lee"), h.as(t, "tech")
	call := h.Potassium(t, 1)
	tap(t, &wireTapped, s.next())
	calls, err := device.Calls(ctx, 48)
	if err != nil {
		t.Fatal(err)
	}
	tap(t, &wireTapped, calls)
	wrong := right(call)
	wrong.Tail = "9999"
	for _, b := range []wire.ReadBackBody{wrong, {Call: hospital.Canaries[2]}, {Call: call.ID, Version: 9}} {
		_, err := lee.ReadBack(ctx, b)
		tap(t, &wireTapped, err)
	}
	_, err = tech.ReadBack(ctx, right(call))
	tap(t, &wireTapped, err)
	res, text := h.request(t, http.MethodPost, "/api/do/read-back", `{"Weber":"4711-0815"`, "Cookie", h.cookie(t, "lee"))
	tap(t, &wireTapped, res.Header)
	_ = text // it names the field that the client sent, to that client
	done, err := lee.ReadBack(ctx, right(call))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.as(t, "okafor").ReadBack(ctx, right(call))
	tap(t, &wireTapped, err)
	receipt, err := lee.Receipt(ctx, done.Seq)
	if err != nil {
		t.Fatal(err)
	}
	tap(t, &wireTapped, string(receipt))
	_, metrics := h.request(t, http.MethodGet, "/metrics", "")
	tap(t, &wireTapped, metrics)
	es, err := h.Mem.Read(ctx, 0, ledger.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		tap(t, &wireTapped, string(e.Leaf))
	}
	for _, c := range append(hospital.Canaries, password) {
		if strings.Contains(wireTapped.String(), c) {
			i := strings.Index(wireTapped.String(), c)
			t.Errorf("%q stands where it must not: %.300s", c, wireTapped.String()[max(0, i-150):])
		}
		if strings.Contains(h.log.String(), c) {
			t.Errorf("the log holds %q", c)
		}
	}
}

// tap keeps what crossed a line, as it crossed it.
func tap(t *testing.T, to *kept, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = to.Write(b)
}

func TestReceiptsAndConsistencyAreForThoseWhoMaySee(t *testing.T) {
	h := newHouse(t)
	h.Potassium(t, 1)
	tech := h.as(t, "tech")
	kept, err := h.Notary.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	call := h.Potassium(t, 2)
	es, err := h.Mem.About(t.Context(), call.ID, h.State().Seq)
	if err != nil {
		t.Fatal(err)
	}
	opened := es[0].Seq
	receipt, err := tech.Receipt(t.Context(), opened)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CheckReceipt(receipt, h.Notary.Public()); err != nil {
		t.Error(err)
	}
	receipt[len(receipt)/2] ^= 1
	if _, err := client.CheckReceipt(receipt, h.Notary.Public()); err == nil {
		t.Error("a receipt with a changed byte proves something")
	}
	for _, seq := range []ledger.Seq{opened, 0, -1, 1 << 40} {
		_, err := h.as(t, "else").Receipt(t.Context(), seq)
		wantCode(t, err, "no-receipt")
	}
	newer, err := tech.Witness(t.Context(), kept.Signed, h.Notary.Public())
	if err != nil || newer == kept.Signed {
		t.Error("the ledger did not prove that it only grew:", err)
	}
	other := hospital.Open(t, nil)
	other.Fill(t)
	foreign, err := other.Notary.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tech.Witness(t.Context(), foreign.Signed, h.Notary.Public()); !errors.Is(err, ledger.ErrDamaged) {
		t.Error("another history under the same key was proved:", err)
	}
}

func TestPlansAreMadeByThoseWhoMay(t *testing.T) {
	h := newHouse(t)
	chief, sue, tech, lee := h.as(t, "chief"), h.as(t, "sue"), h.as(t, "tech"), h.as(t, "lee")
	set := critical.ExampleSets()[0]
	set.Version = "rev 35"
	set.Rows[0].Unit = "furlong"
	_, err := tech.Draft(t.Context(), set)
	wantCode(t, err, "not-yours")
	if _, err := sue.Draft(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	_, err = chief.Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: set.Version})
	if p := wantCode(t, err, "limits-faulty"); p.Facts["faults"] == nil {
		t.Error("the refusal does not say what is wrong")
	}
	_, err = sue.Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: "rev 34"})
	wantCode(t, err, "not-yours")
	if _, err := chief.Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: "rev 34", Setting: "inpatient"}); err != nil {
		t.Error(err)
	}
	if l, err := tech.Limits(t.Context()); err != nil || len(l.Sets) != 2 || len(l.Active) != 2 {
		t.Errorf("%+v: %v", l.Active, err)
	}
	if _, err := sue.Map(t.Context(), wire.MapBody{Sender: "LIS", Code: "K", Test: critical.Test{LOINC: "2823-3", Unit: "mmol/L"}}); err != nil {
		t.Error(err)
	}
	_, err = sue.Map(t.Context(), wire.MapBody{Sender: "LIS", Code: "K", Test: critical.Test{LOINC: "2823-4"}})
	wantCode(t, err, "bad-mapping")

	plan := hospital.Published(h.Now())
	plan.Shifts = plan.Shifts[:2]
	_, err = sue.Publish(t.Context(), *plan)
	if p := wantCode(t, err, "faults"); p.Field != "shifts" || p.Facts["faults"] == nil {
		t.Errorf("a roster without a desk is refused as %+v", p)
	}
	_, err = lee.Publish(t.Context(), *hospital.Published(h.Now()))
	wantCode(t, err, "not-yours")
	if _, err := sue.Publish(t.Context(), *hospital.Published(h.Now())); err != nil {
		t.Error(err)
	}
	if r, err := lee.Roster(t.Context()); err != nil || len(r.Duty) != 3 || len(r.Ladders) != 1 {
		t.Errorf("%+v: %v", r, err)
	}
	call := h.Potassium(t, 1)
	_, err = tech.End(t.Context(), wire.EndBody{Call: call.ID, Version: 1, Reason: "told-in-person"})
	wantCode(t, err, "not-yours")
	_, err = chief.End(t.Context(), wire.EndBody{Call: call.ID, Version: 1})
	wantCode(t, err, "no-reason")
	if _, err := chief.End(t.Context(), wire.EndBody{Call: call.ID, Version: 1, Reason: "told-in-person", Note: "at the bedside"}); err != nil {
		t.Error(err)
	}
	_, err = lee.ReadBack(t.Context(), right(call))
	if p := wantCode(t, err, "closed"); !strings.HasPrefix(p.Say, "Dr Ruth Chief ended this call at ") {
		t.Error(p.Say)
	}
	if s, err := lee.Seen(t.Context(), h.Potassium(t, 2).ID, 1); err != nil || s.First == 0 {
		t.Error(s, err)
	}
	if s, err := lee.Seen(t.Context(), "call/m2/1", 1); err != nil || s.First != 0 {
		t.Error("a second look was recorded:", s, err)
	}
	_, err = tech.Settle(t.Context(), wire.SettleBody{Work: "message/none", How: "seen"})
	wantCode(t, err, "unknown-work")
}
