package lab_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/rules/critical"
)

// Three nodes keep and record for an hour and a half on a store of whose appends a fifth fails and a fifth stays in
// doubt, while its clock steps to and fro: the invariants hold after each entry, every node ends with the State that a
// refold of the ledger gives, ledger time is the clock's, and what is done to that State decoded is done to the State.
func TestNodesOnABadStoreAndABadClockTellOneStory(t *testing.T) {
	for round := range rounds(t, 2) {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { oneStory(t, uint64(round)) })
		})
	}
}

func oneStory(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	var shift atomic.Int64
	m := ledger.NewMem("main", func() time.Time { return time.Now().Add(time.Duration(shift.Load())) })
	quiet := open(t, m, "n0") // only follows
	hospital(t, quiet)
	var labs []*lab.Lab
	for i := range 3 {
		l := open(t, ledgertest.Flaky(m, rand.New(rand.NewPCG(seed, uint64(i))), 0.2, 0.2), fmt.Sprint("n", i+1))
		keep(t, l)
		labs = append(labs, l)
	}
	var calls []string
	for i := range 90 {
		switch r.IntN(10) {
		case 0:
			shift.Add(int64(time.Duration(r.IntN(7200)-3600) * time.Second))
		case 1:
			shift.Add(int64(time.Duration(r.IntN(6000)-3000) * time.Millisecond))
		case 2:
			shift.Store(0)
		case 3, 4, 5:
			if call := tryPotassium(t, labs[r.IntN(3)], i, fmt.Sprintf("7.%d", r.IntN(10))); call != "" {
				calls = append(calls, call)
			}
		case 6, 7:
			if len(calls) > 0 {
				answer(t, labs, calls[r.IntN(len(calls))], fmt.Sprintf("7.%d", r.IntN(10)))
			}
		}
		time.Sleep(time.Duration(r.IntN(120_000)) * time.Millisecond)
	}
	shift.Store(0)
	time.Sleep(time.Minute)
	synctest.Wait()
	all := whole(t, m, 4)
	refold := open(t, m, "n9")
	head, err := m.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range append(labs, quiet) {
		t.Logf("node %d: %d batches, %d lost, %d doubts, late %v", i, l.Stats().Batches.Load(), l.Stats().Lost.Load(),
			l.Stats().Doubts.Load(), time.Duration(l.Stats().Late.Load())*time.Microsecond)
		same(t, refold.State(), l.State())
		if off := l.Now().Sub(head.Clock(time.Now())); off.Abs() > 3*time.Second {
			t.Errorf("ledger time of node %d is %v off the clock", i, off)
		}
	}
	eachPrefix(t, all)
}

// tryPotassium files a result and returns the call that it opened; a failing store may refuse it.
func tryPotassium(t *testing.T, l *lab.Lab, i int, value string) (call string) {
	t.Helper()
	done, err := l.Record(t.Context(), lab.Actor{By: "machine/lis"}, lab.NewKey("lis", fmt.Sprint(i), nil), filePotassium(fmt.Sprint("m", i), value, fmt.Sprintf("7QK%03d", i)))
	if err != nil {
		return ""
	}
	for _, ev := range done.Events {
		if o, ok := ev.(*critical.Opened); ok {
			return o.Call
		}
	}
	return ""
}

// answer reads a call back on two nodes at once; at most one of them closes it.
func answer(t *testing.T, labs []*lab.Lab, call, value string) {
	t.Helper()
	var wg sync.WaitGroup
	for i, who := range []string{"person/lee", "person/okafor"} {
		wg.Go(func() {
			_, _ = labs[i].Record(t.Context(), lab.Actor{By: who}, lab.Key{}, decideReadBack(call, who, value, "0815")) // refused is fine
		})
	}
	wg.Wait()
}

// eachPrefix folds the ledger entry by entry and looks at every State on the way: no invariant is broken, no call has
// two endings, no rung is called twice. A second State, which goes through a snapshot after every entry, tells the same
// and asks for the same.
func eachPrefix(t *testing.T, all []ledger.Entry) {
	t.Helper()
	ends, rungs := map[string]int{}, map[string]bool{}
	var s, reread lab.State
	for i := range all {
		e := &all[i]
		switch e.Kind {
		case "critical.closed", "critical.ended":
			if ends[e.About[0]]++; ends[e.About[0]] > 1 {
				t.Errorf("%s ended twice", e.About[0])
			}
		case "critical.called":
			if rungs[string(e.Body)] {
				t.Errorf("entry %d calls a rung again", e.Seq)
			}
			rungs[string(e.Body)] = true
		}
		var err, err2 error
		s, err = s.Folded(e)
		reread, err2 = reread.Folded(e)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if reread, err = reread.Reread(); err != nil {
			t.Fatal(err)
		}
		for _, fault := range s.Faults(time.Time{}) { // whether deadlines were met is for the clock's tests
			t.Fatalf("after entry %d (%s): %s", e.Seq, e.Kind, fault)
		}
		for _, fault := range reread.Faults(time.Time{}) {
			t.Fatalf("reread after entry %d (%s): %s", e.Seq, e.Kind, fault)
		}
		if d := cmp.Diff(behaviour(t, s), behaviour(t, reread)); d != "" {
			t.Fatalf("after entry %d (%s) a snapshot tells another story:\n%s", e.Seq, e.Kind, d)
		}
	}
}

// behaviour is all that a State tells: itself, what is due now and in the next hours, and what each person sees.
func behaviour(t *testing.T, s lab.State) []string {
	t.Helper()
	var out []string
	put := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	put(s)
	next, ok := s.NextDue()
	put([]any{next, ok})
	for _, after := range []time.Duration{0, 10 * time.Minute, 5 * time.Hour} {
		now := s.At.Add(after)
		for _, ev := range s.Due(now) {
			put([]any{ev.Kind(), ev, ev.Enclosure()})
		}
		for _, who := range []string{"person/lee", "person/tech", "person/chief", "machine/wall"} {
			put(s.Calls(lab.Viewer{Subject: who}, s.Channels(who, now), 48, now))
		}
	}
	return out
}
