package critical_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/critical"
)

// TestAnyHistoryKeepsThePromises does whatever people, senders and time may do
// to a board, in any order, and holds it to its invariants after each event,
// to a second board that is folded from what the ledger would give back, and
// to a plain model: which calls are open, and who won each.
func TestAnyHistoryKeepsThePromises(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newSite(t)
		s.TB = quiet{t, rt}
		if rapid.Bool().Draw(rt, "held") {
			set := careful(t)
			set.Practices[0].Hold[0] = critical.Hold{Reason: "implausible", Unit: "mmol/L", High: high(t, "7", false)}
			s.do(s.board.Draft(set))
			s.do(s.board.Approve(set.ID, set.Version, "", "person/dr-faber", s.now, s.now))
		}
		calm := tiered(t, s, "calm", "significant")
		winner, breach := map[string]string{}, map[string]time.Time{}
		messages := 0
		values := []string{"7.1", "7.10", "6.1", "6.11", "4.2", "2.9", ">8.0", "<3", "1,234", "clotted", ""}
		one := func(rt *rapid.T, of []string, name string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		pick := func(rt *rapid.T) (critical.Call, bool) {
			var all []critical.Call
			for _, c := range s.board.Calls.All() {
				all = append(all, c)
			}
			for _, c := range s.board.Finished.All() {
				all = append(all, c)
			}
			if len(all) == 0 {
				return critical.Call{}, false
			}
			return rapid.SampledFrom(all).Draw(rt, "call"), true
		}
		crew := []string{"person/a", "person/b", "person/c", "person/x"}
		roster := func(critical.Ask) ([]string, string) { return nil, "" }
		rt.Repeat(map[string]func(*rapid.T){
			"message": func(rt *rapid.T) {
				messages++
				m := message(fmt.Sprintf("m%d", messages))
				for range rapid.IntRange(0, 3).Draw(rt, "results") {
					r := report(one(rt, []string{"a", "b", "c", "d", "e"}, "result"), one(rt, []string{"K", "1001449", "XYZ", ""}, "code"),
						one(rt, values, "value"), one(rt, []string{"", "mmol/L", "meq/L", "mg%"}, "unit"), one(rt, []string{"F", "P", "C", "W", "X", "I", "D"}, "status"))
					r.Group = one(rt, []string{"g1", "g2"}, "group")
					m.Reports = append(m.Reports, r)
				}
				if rapid.IntRange(0, 5).Draw(rt, "unidentified") == 0 {
					m.Patient, m.Who = "", critical.Snapshot{}
				}
				for i := range m.Reports {
					m.Reports[i].Sealed.Flag = one(rt, []string{"", "", "HH"}, "flag")
				}
				m.Steps, m.Breach = tierLadder, tierBreach
				if rapid.Bool().Draw(rt, "at once") {
					m.Resolve = roster
				}
				m.Refs = nil
				for i := range 8 {
					m.Refs = append(m.Refs, fmt.Sprintf("R%05d", (messages*3+i)%40))
				}
				evs, err := s.board.File(m, s.now)
				if errors.Is(err, critical.ErrNoRef) {
					return
				}
				s.do(evs, err)
				reported := 0
				for _, ev := range evs {
					if e, ok := ev.(*critical.Reported); ok {
						reported++
						if e.Outcome == critical.Critical && e.Call == "" || (e.Outcome.Unjudged() || e.Outcome == critical.NoLimit && e.Hint) && e.Work == "" && !e.Repeat {
							rt.Fatalf("a result that nobody hears of: %+v", e)
						}
					}
				}
				if reported != len(m.Reports) {
					rt.Fatalf("%d of %d results reported", reported, len(m.Reports))
				}
			},
			"limits": func(rt *rapid.T) {
				if rapid.Bool().Draw(rt, "calm") {
					s.do(s.board.Approve(calm, "1", "", "person/dr-faber", s.now, s.now))
					return
				}
				s.do(s.board.Approve("limits/arup-2019", "rev 34", "", "person/dr-faber", s.now, s.now))
			},
			"quarantine": func(rt *rapid.T) {
				messages++
				s.do([]critical.Event{critical.Quarantine(fmt.Sprintf("message/m%d", messages), "", "garbled", rapid.Bool().Draw(rt, "critical"), nil, s.now)}, nil)
			},
			"confirm": func(rt *rapid.T) {
				for id := range s.board.Held.All() {
					if rapid.Bool().Draw(rt, "rerun") {
						s.do(s.board.BeginRerun(id, "person/rahman"))
						return
					}
					s.do(s.board.Confirm(id, "person/rahman", s.now, roster))
					return
				}
			},
			"settle": func(*rapid.T) {
				for id := range s.board.Work.All() {
					s.do(s.board.Settle(id, critical.WayHandled, "person/rahman", "done"))
					return
				}
			},
			"turn": func(rt *rapid.T) {
				roster = func(critical.Ask) ([]string, string) { return nil, "" }
				if n := rapid.IntRange(0, 2).Draw(rt, "people"); n > 0 {
					roster = func(critical.Ask) ([]string, string) {
						return []string{"person/a", "person/b"}[:n], "on duty"
					}
				}
				s.now = s.now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(rt, "seconds")) * time.Second)
				if rapid.IntRange(0, 9).Draw(rt, "days later") == 0 {
					s.now = s.now.Add(critical.Window)
				}
				evs := s.do(s.board.Due(s.now, roster), nil)
				var fired []string
				for _, ev := range evs {
					if e, ok := ev.(*critical.Called); ok {
						fired = append(fired, e.Call+e.Work)
					}
				}
				slices.Sort(fired)
				if len(slices.Compact(slices.Clone(fired))) != len(fired) {
					rt.Fatalf("two rungs of one call in a turn: %v", fired)
				}
				for _, bad := range s.board.Check(s.now.Add(time.Microsecond)) {
					rt.Fatal(bad)
				}
			},
			"see": func(rt *rapid.T) {
				if c, ok := pick(rt); ok {
					evs, err := s.board.See(c.ID, c.Version, "person/dr-osei")
					if err == nil {
						s.do(evs, nil)
					}
				}
			},
			"read back": func(rt *rapid.T) {
				c, ok := pick(rt)
				if !ok {
					return
				}
				a := critical.Answer{Call: c.ID, Version: c.Version, By: one(rt, []string{"person/a", "person/b"}, "by"), Typed: critical.Typed{Tail: "4827", Values: map[string]string{}}}
				right := true
				for _, r := range c.Results {
					a.Typed.Values[r.ID] = r.Told.Value
					if r.Outcome == critical.Withdrawn {
						a.Typed.Values[r.ID] = "Withdrawn"
					}
				}
				switch rapid.IntRange(0, 3).Draw(rt, "how") {
				case 0:
					a.Typed.Tail, right = "4828", false
				case 1:
					a.Version++
					right = false
				case 2:
					if c.Results[0].Outcome != critical.Withdrawn {
						a.Typed.Values[c.Results[0].ID], right = "99.75", false
					}
				}
				evs, err := s.board.ReadBack(a)
				switch {
				case err == nil:
					s.do(evs, nil)
				case c.Standing != critical.IsOpen && !errors.Is(err, critical.ErrClosed):
					rt.Fatalf("a finished call answers %v", err)
				}
				if closed := err == nil && kinds(evs) == "critical.read-back critical.closed"; closed {
					if !right || winner[c.ID] != "" {
						rt.Fatalf("%s closed, right %v, won before by %q", c.ID, right, winner[c.ID])
					}
					winner[c.ID] = a.By
				} else if right && c.Standing == critical.IsOpen && c.Identified() && err != nil {
					rt.Fatalf("a right read-back of %+v gives %v", c, err)
				}
			},
			"take": func(rt *rapid.T) {
				if c, ok := pick(rt); ok {
					s.by = one(rt, crew, "who")
					before := c.Breach
					evs, err := s.board.Take(critical.Taking{
						Call: c.ID, Version: c.Version, By: s.by, How: one(rt, []string{"mine", "act", "call-me"}, "how"), Resolve: roster,
					}, s.now)
					if err != nil {
						return
					}
					s.do(evs, nil)
					if now, _ := s.board.Find(c.ID); now.Owner != s.by || !now.Breach.Equal(before) {
						rt.Fatalf("%s took it: owner %s, breach %v", s.by, now.Owner, now.Breach)
					}
				}
			},
			"pass on": func(rt *rapid.T) {
				c, ok := pick(rt)
				if !ok {
					return
				}
				s.by = one(rt, crew, "who")
				evs, err := s.board.PassOn(critical.Passing{
					Call: c.ID, Version: c.Version, By: s.by, To: one(rt, []string{"", "", "person/a", "person/x"}, "to"), Reason: "busy", Resolve: roster,
				}, s.now)
				if err != nil {
					return
				}
				s.do(evs, nil)
				if len(evs) < 2 {
					rt.Fatalf("passed on to nobody: %s", kinds(evs))
				}
				if now, _ := s.board.Find(c.ID); now.Owner != c.Owner && slices.ContainsFunc(c.Called, func(r critical.Rung) bool { return !r.Beside }) {
					rt.Fatalf("the owner was %s and is %s before anybody took it", c.Owner, now.Owner)
				}
			},
			"telephone": func(rt *rapid.T) {
				c, ok := pick(rt)
				if !ok {
					return
				}
				s.by = one(rt, []string{"person/tech", "person/sue"}, "who")
				evs, err := s.board.Telephone(critical.Dialling{Call: c.ID, Version: c.Version, By: s.by}, s.now)
				if err != nil {
					return
				}
				s.do(evs, nil)
				n := only[*critical.Attempted](s.TB, evs).N
				if rapid.Bool().Draw(rt, "nobody answers") {
					s.do(s.board.HangUp(c.ID, n, s.by, one(rt, critical.Difficulties(), "difficulty"), ""))
					return
				}
				h := critical.Heard{
					Call: c.ID, Version: c.Version, N: n, By: s.by, Receiver: critical.Receiver{Name: "Ada Brandt", Role: "nurse", Known: "spoken"},
					Typed: critical.Typed{Tail: c.SpokenTail(), Values: map[string]string{}},
				}
				for _, r := range c.Results {
					h.Typed.Values[r.ID] = r.Told.Value
					if r.Told.Finding != nil { // a withdrawn one is repeated in a word
						h.Typed.Values[r.ID] = strings.Join(r.Told.Finding.Said, " ")
					}
				}
				right := rapid.Bool().Draw(rt, "heard rightly")
				if !right {
					h.Typed.Tail = "0000"
				}
				if evs, err = s.board.Hear(h, s.now); err != nil {
					return
				}
				s.do(evs, nil)
				if closed := kinds(evs) == "critical.telephoned critical.closed"; closed != right {
					rt.Fatalf("heard rightly %v gives %s", right, kinds(evs))
				} else if closed {
					winner[c.ID] = critical.KnownSpoken
				}
			},
			"late": func(rt *rapid.T) {
				if c, ok := pick(rt); ok {
					a := critical.Answer{Call: c.ID, Version: c.Version, By: one(rt, crew, "who"), Typed: critical.Typed{Tail: c.Tail(), Values: map[string]string{}}}
					for _, r := range c.Results {
						a.Typed.Values[r.ID] = r.Told.Value
					}
					s.by = a.By
					if evs := s.board.Late(a); len(evs) > 0 {
						s.do(evs, nil)
						if len(s.board.Late(a)) > 0 {
							rt.Fatal("one late read-back counts twice")
						}
					}
				}
			},
			"glass": func(rt *rapid.T) {
				if c, ok := pick(rt); ok {
					s.by = one(rt, crew, "who")
					if evs, err := s.board.BreakGlass(c.ID, s.by, "emergency", "", s.now); err == nil {
						s.do(evs, nil)
					}
				}
			},
			"end": func(rt *rapid.T) {
				if c, ok := pick(rt); ok && c.Standing == critical.IsOpen && !c.Identified() {
					s.do(s.board.End(c.ID, c.Version, "person/dr-faber", "told-in-person", "note"))
				}
			},
			"": func(rt *rapid.T) {
				s.holds()
				for id, c := range s.board.Calls.All() {
					if was, ok := breach[id]; ok && c.Breach.After(was) {
						rt.Fatalf("%s was to be late at %v and is at %v", id, was, c.Breach)
					}
					breach[id] = c.Breach
				}
				for id, c := range s.board.Finished.All() {
					if w := winner[id]; c.Standing == critical.IsClosed && w != c.Owner {
						rt.Fatalf("%s has owner %q, won by %q", id, c.Owner, w)
					}
				}
			},
		})
	})
}

// quiet reports to rapid what a site finds, so that it can shrink.
type quiet struct {
	*testing.T
	rt *rapid.T
}

func (q quiet) Helper()                      {}
func (q quiet) Error(args ...any)            { q.rt.Error(args...) }
func (q quiet) Errorf(f string, args ...any) { q.rt.Errorf(f, args...) }
func (q quiet) Fatal(args ...any)            { q.rt.Fatal(args...) }
func (q quiet) Fatalf(f string, args ...any) { q.rt.Fatalf(f, args...) }
