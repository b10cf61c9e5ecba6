package critical_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/critical"
)

// sent is one telling of one result, as a sender writes it.
type sent struct{ status, value string }

func (x sent) String() string { return strings.TrimSpace(x.status + " " + x.value) }

// oracle is a naive reading of what a sender's tellings of one result must do,
// by what people were told so far:
//   - what says the same as they were told is silent;
//   - what says, word for word and of the same time, what was overtaken since is no news; unless it is
//     harmless a person looks;
//   - what was withdrawn is withdrawn, and told if they were told a critical value or anything since;
//   - a critical value that they were not told is called;
//   - a value that is not critical, after one that they were told as critical, stands it down, unless it is
//     less sure (preliminary after final, final after corrected): then a person looks.
type oracle struct {
	told   string // what the newest call says: "", a value, or "withdrawn"
	status string
	open   bool
	past   []sent // what it said before that, word for word
}

func critically(value string) bool { return value == "7.1" || value == "8.0" }

func (o *oracle) hear(x sent) (alert, work bool) {
	rank := map[string]int{"P": 0, "F": 1, "C": 2}
	change := func(says string) bool {
		was := sent{o.status, o.told}
		if o.told == "withdrawn" {
			was.value = ""
		}
		o.past = append(o.past, was)
		o.told, o.status = says, x.status
		o.open = true
		return true
	}
	switch {
	case o.told == "" && x.status == "W", o.told == "" && !critically(x.value):
		return false, false
	case o.told == "":
		o.told, o.status, o.open = x.value, x.status, true
		return true, false
	case x.status == "W":
		if o.told == "withdrawn" {
			return false, false
		}
		if slices.Contains(o.past, x) {
			return false, true
		}
		if !o.open && !critically(o.told) {
			return false, false
		}
		return change("withdrawn"), true // whose specimen was it?
	case x.value == o.told:
		return false, false
	case o.told != "withdrawn" && slices.Contains(o.past, x):
		return false, critically(x.value)
	case critically(x.value):
		return change(x.value), false
	case critically(o.told) && rank[x.status] < rank[o.status]:
		return false, true
	case !o.open && !critically(o.told):
		return false, false
	}
	return change(x.value), false
}

func tellOne(s *site, n int, x sent) (alert, work bool) {
	s.Helper()
	value := x.value
	if x.status == "W" {
		value = ""
	}
	m := message(fmt.Sprintf("m%d", n), report("r1", "K", value, "mmol/L", x.status))
	m.Refs, m.Known = []string{fmt.Sprintf("R%05d", n)}, true
	for _, ev := range s.do(s.board.File(m, s.now)) {
		switch e := ev.(type) {
		case *critical.Opened, *critical.Corrected:
			alert = true
		case *critical.Reported:
			work = work || e.Work != ""
		}
	}
	return alert, work
}

// readAll reads back every open call.
func readAll(s *site) {
	for id, c := range s.board.Calls.All() {
		a := critical.Answer{Call: id, Version: c.Version, By: "person/dr-osei", Typed: critical.Typed{Tail: "4827", Values: map[string]string{}}}
		for _, r := range c.Results {
			a.Typed.Values[r.ID] = r.Told.Value
			if r.Outcome == critical.Withdrawn {
				a.Typed.Values[r.ID] = "withdrawn"
			}
		}
		s.do(s.board.ReadBack(a))
	}
}

func TestEveryOrderOfTellingsDoesWhatANaiveReadingSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newSite(t)
		s.TB = quiet{t, rt}
		var o oracle
		var story []string
		for n := range rapid.IntRange(1, 9).Draw(rt, "tellings") {
			x := sent{rapid.SampledFrom([]string{"P", "F", "C", "W"}).Draw(rt, "status"), rapid.SampledFrom([]string{"7.1", "8.0", "4.1", "4.2"}).Draw(rt, "value")}
			if x.status == "W" {
				x.value = ""
			}
			story = append(story, x.String())
			alert, work := tellOne(s, n, x)
			if wantAlert, wantWork := o.hear(x); alert != wantAlert || work != wantWork {
				rt.Fatalf("after %s: alert %v, work %v; want %v, %v", strings.Join(story, ", "), alert, work, wantAlert, wantWork)
			}
			s.now = s.now.Add(time.Minute)
			s.keep()
			s.holds()
			if rapid.IntRange(0, 2).Draw(rt, "read back") == 0 {
				readAll(s)
				o.open = false
				story = append(story, "read back")
				s.holds()
			}
		}
	})
}

// Every pair of statuses and values, open and closed: the same oracle, none left out.
func TestEveryPairOfTellings(t *testing.T) {
	var all []sent
	for _, status := range []string{"P", "F", "C", "W"} {
		for _, v := range []string{"7.1", "8.0", "4.1"} {
			if status == "W" {
				v = ""
			}
			if x := (sent{status, v}); !slices.Contains(all, x) {
				all = append(all, x)
			}
		}
	}
	for _, a := range all {
		for _, b := range all {
			for _, closed := range []bool{false, true} {
				s := newSite(t)
				var o oracle
				tellOne(s, 1, a)
				o.hear(a)
				s.keep()
				if closed {
					readAll(s)
					o.open = false
				}
				alert, work := tellOne(s, 2, b)
				if wantAlert, wantWork := o.hear(b); alert != wantAlert || work != wantWork {
					t.Errorf("%s, then %s (read back %v): alert %v, work %v; want %v, %v", a, b, closed, alert, work, wantAlert, wantWork)
				}
				s.holds()
			}
		}
	}
}

func TestACorrectionIsANoticeToAllWhoWereTold(t *testing.T) {
	for name, c := range map[string]struct {
		status, value, what string
		finish              bool
	}{
		"open, worse":            {"C", "8.0", critical.NoticeCorrected, false},
		"open, normal":           {"C", "4.1", critical.NoticeNormal, false},
		"closed, normal":         {"C", "4.1", critical.NoticeNormal, true},
		"closed, withdrawn":      {"D", "", critical.NoticeWithdrawn, true},
		"closed, other patients": {"W", "", critical.NoticeWrong, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
			s.keep()
			s.do([]critical.Event{&critical.Called{
				Call: "call/m1/1", Version: 1, Attempt: 9, Ask: critical.AskDesk, To: []string{"person/tech"}, Desk: true, Beside: true,
				Due: s.now.Add(time.Minute), Why: "beside",
			}}, nil)
			s.do(s.board.See("call/m1/1", 1, "person/dr-osei"))
			if c.finish {
				readAll(s)
			}
			evs := s.do(s.board.File(message("m2", report("r1", "K", c.value, "mmol/L", c.status)), s.now))
			n := only[*critical.Noticed](t, evs)
			if n.What != c.what || !slices.Contains(n.To, "person/dr-osei") || !slices.Contains(n.To, "person/tech") || (n.Of == "call/m1/1") != c.finish {
				t.Errorf("%+v", n)
			}
			if l := n.Sealed.Lines; len(l) != 1 || l[0].Was != "7.1 mmol/L" {
				t.Errorf("the notice says %+v", l)
			}
			now, _ := s.board.Calls.Get(n.Call)
			if now.Results[0].Told.Was != "7.1 mmol/L" {
				t.Errorf("the call does not say what was told before: %+v", now.Results[0].Told)
			}
			s.keep()
			s.holds()
		})
	}
}

func TestTwoResultsChangedByOneMessageAreOneCall(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F"), report("r2", "1001449", "7.20", "", "F")), s.now))
	s.keep()
	changed := []critical.Report{report("r1", "K", "8.0", "mmol/L", "C"), report("r2", "1001449", "7.10", "", "C")}
	m := message("m2", changed...)
	m.Resolve = staff
	evs := s.do(s.board.File(m, s.now))
	if c, _ := s.board.Find("call/m1/1"); c.Version != 3 {
		t.Errorf("version %d", c.Version)
	}
	only[*critical.Called](t, evs)
	only[*critical.Noticed](t, evs)
	s.holds()
	readAll(s)
	changed[0].Sealed.Value, changed[1].Sealed.Value = "4.1", "7.40"
	evs = s.do(s.board.File(message("m3", changed...), s.now))
	if o := only[*critical.Opened](t, evs); len(o.Results) != 2 || o.Corrects != "call/m1/1" {
		t.Errorf("%+v", o)
	}
	s.holds()
}

// Whom a telephone reached has perhaps no screen: the desk telephones the correction too.
func TestWhatWasTelephonedIsTelephonedAgainWhenItChanges(t *testing.T) {
	s := newSite(t)
	s.do(s.board.File(message("m1", report("r1", "K", "7.1", "mmol/L", "F")), s.now))
	s.keep()
	s.do(s.board.Telephone(critical.Dialling{Call: "call/m1/1", Version: 1, By: "person/dr-osei", To: "person/sister"}, s.now))
	s.do(s.board.Hear(critical.Heard{
		Call: "call/m1/1", Version: 1, N: 1, By: "person/dr-osei", Typed: critical.Typed{Values: map[string]string{"result/r1": "7.1"}, Tail: "4827"},
		Receiver: critical.Receiver{Name: "Anne Smith", Role: "nurse", Known: critical.KnownSpoken},
	}, s.now))
	m := message("m2", report("r1", "K", "4.1", "mmol/L", "C"))
	m.Resolve = staff
	desk := 0
	for _, ev := range s.do(s.board.File(m, s.now)) {
		if e, ok := ev.(*critical.Called); ok && e.Desk && e.Beside && strings.Contains(e.Why, "telephone again") {
			desk++
		}
	}
	if desk != 1 {
		t.Errorf("the desk was told %d times to telephone again", desk)
	}
	s.holds()
}
