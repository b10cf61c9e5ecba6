package audit_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

func called(id string, n int, at time.Time, ask string, to ...string) wire.Event {
	return &critical.Called{Call: id, Version: 1, Attempt: n, Ask: ask, To: to, Via: "app", Due: at.Add(5 * time.Minute), Why: "first call of ICU-2"}
}

// answered tells a whole handoff of call n: called at once, answered two minutes later by somebody.
func answered(t tb, h *house, n int, at time.Time, who string) (es []ledger.Entry) {
	t.Helper()
	id := fmt.Sprintf("call/m%d/1", n)
	es = append(es, h.tell(t, at, "machine/lis", append(opening(n, "ICU-2", at.Add(-time.Minute), "2823-3"), called(id, 1, at, "unit", "person/lee"))...)...)
	es = append(es, h.tell(t, at.Add(30*time.Second), "person/lee", &critical.Seen{Call: id, Version: 1})...)
	es = append(es, h.tell(t, at.Add(time.Minute), who, &critical.Mismatched{Call: id, Version: 1, Fields: []string{fmt.Sprintf("value of result/m%d-0", n)}, N: 1})...)
	return append(es, h.tell(t, at.Add(2*time.Minute), who,
		&critical.ReadBack{Call: id, Version: 1, Match: true, Sealed: critical.Typed{Values: map[string]string{"r": "7.1"}, Tail: "0815"}},
		&critical.Closed{Call: id, Ref: fmt.Sprintf("7QK%03d", n), Version: 1, Outcome: "read-back", Owner: who})...)
}

func TestACrashBetweenRowsAndPlaceCountsNothingTwice(t *testing.T) {
	h := newHouse(t)
	staff(t, h)
	dir := t.TempDir()
	db := file(t, dir)
	a := open(t, h, db)
	h.heard(t)
	catchUp(t, a)
	for n := range 5 {
		answered(t, h, n, start.Add(time.Duration(n+1)*time.Hour), "person/lee")
	}
	h.heard(t)
	const cut = `CREATE TRIGGER cut BEFORE UPDATE ON place WHEN NEW.seq <> OLD.seq BEGIN SELECT RAISE(ABORT, 'power is gone'); END`
	if _, err := db.Exec(cut); err != nil {
		t.Fatal(err)
	}
	before := dump(t, db)
	if _, _, err := a.Step(t.Context()); err == nil {
		t.Fatal("the place was written")
	}
	if d := cmp.Diff(before, dump(t, db)); d != "" {
		t.Fatalf("rows without their place: %s", d)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = file(t, dir)
	defer db.Close()
	if _, err := db.Exec(`DROP TRIGGER cut`); err != nil {
		t.Fatal(err)
	}
	a = open(t, h, db)
	catchUp(t, a)
	if got := figures(t, a, "").All; got.Calls != 5 || got.ReadBack != 5 || got.Mismatches != 5 || got.Attempts != 5 {
		t.Errorf("after the crash: %+v", got)
	}
	after := dump(t, db)
	if err := a.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	catchUp(t, a)
	if d := cmp.Diff(after, dump(t, db)); d != "" {
		t.Errorf("made again, the tables differ: %s", d)
	}
}

func TestTwoProcessesOverOneFileCountEachEntryOnce(t *testing.T) {
	h := newHouse(t)
	staff(t, h)
	dir := t.TempDir()
	one, two := file(t, dir), file(t, dir)
	defer one.Close()
	defer two.Close()
	h.heard(t)
	a, b := open(t, h, one), open(t, h, two)
	for n := range 6 {
		answered(t, h, n, start.Add(time.Duration(n+1)*time.Hour), "person/lee")
		h.heard(t)
		if _, _, err := []*audit.Audit{a, b}[n%2].Step(t.Context()); err != nil && !strings.Contains(err.Error(), "another process") {
			t.Fatal(err)
		}
	}
	catchUp(t, a)
	if got := figures(t, a, "").All; got.Calls != 6 || got.Attempts != 6 || got.Mismatches != 6 {
		t.Errorf("counted by two: %+v", got)
	}
}

func TestWhatWasErasedIsForgottenAndTheFiguresStay(t *testing.T) {
	h := newHouse(t)
	staff(t, h)
	answered(t, h, 1, start.Add(time.Hour), "person/lee")
	es := answered(t, h, 2, start.Add(2*time.Hour), "person/lee")
	h.heard(t)
	db := file(t, t.TempDir())
	defer db.Close()
	a := open(t, h, db)
	catchUp(t, a)
	before := figures(t, a, "hour")
	var seqs []int64
	var places []ledger.Seq
	for i := range es {
		if len(es[i].Enclosures) > 0 {
			seqs, places = append(seqs, int64(es[i].Seq)), append(places, es[i].Seq)
		}
	}
	if err := h.mem.Erase(t.Context(), places); err != nil {
		t.Fatal(err)
	}
	h.tell(t, start.Add(3*time.Hour), "person/chief", &wire.Erased{Entries: seqs, Why: "retention"})
	h.heard(t)
	catchUp(t, a)
	rows := dump(t, db)
	for _, gone := range []string{"call/m2/1", "7QK002"} {
		if slices.ContainsFunc(rows, func(r string) bool { return strings.Contains(r, gone) }) {
			t.Errorf("%s is still in the tables: %q", gone, rows)
		}
	}
	after := figures(t, a, "hour")
	after.Head, after.At, before.Head, before.At = 0, time.Time{}, 0, time.Time{}
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("the figures changed with the erasure: %s", d)
	}
	if err := a.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	catchUp(t, a)
	again := figures(t, a, "hour")
	again.Head, again.At = 0, time.Time{}
	if d := cmp.Diff(after, again); d != "" {
		t.Errorf("made again after the erasure, the figures differ: %s", d)
	}
	if _, ok, err := a.Find(t.Context(), "7QK002"); ok || err != nil {
		t.Errorf("an erased call is found by its reference: %v", err)
	}
}

func TestTablesOfAnotherLedgerAreMadeAgain(t *testing.T) {
	dir := t.TempDir()
	for i := range 2 {
		h := newHouse(t)
		staff(t, h)
		for n := range i + 2 {
			answered(t, h, n+10*i, start.Add(time.Duration(n+1)*time.Hour), "person/lee")
		}
		h.heard(t)
		db := file(t, dir)
		a := open(t, h, db)
		catchUp(t, a)
		if got := figures(t, a, "").All.Calls; got != i+2 {
			t.Errorf("ledger %d: %d calls", i, got)
		}
		_ = db.Close()
	}
}

func TestARecordSaysWhatItLacks(t *testing.T) {
	h := newHouse(t)
	staff(t, h)
	answered(t, h, 1, start.Add(time.Hour), "person/lee")
	answered(t, h, 2, start.Add(2*time.Hour), "person/ola")
	h.tell(t, start.Add(3*time.Hour), "machine/lis", opening(3, "ICU-2", time.Time{}, "2823-3")...)
	h.tell(t, start.Add(4*time.Hour+time.Minute), "person/chief", &critical.Ended{Call: "call/m3/1", Version: 1, Reason: "patient-died", Owner: "person/chief"})
	h.heard(t)
	db := file(t, t.TempDir())
	defer db.Close()
	a := open(t, h, db)
	catchUp(t, a)
	got := figures(t, a, "")
	lacks := map[string]int{}
	for _, f := range got.Fields {
		if f.Missing > 0 {
			lacks[f.Field] = f.Missing
		}
	}
	if d := cmp.Diff(map[string]int{"receiver": 1, "available": 1, "first-attempt": 1}, lacks); d != "" {
		t.Error(d)
	}
	if got.All.Judged != 3 || got.All.Complete != 1 {
		t.Errorf("%d of %d records are complete", got.All.Complete, got.All.Judged)
	}
	if len(got.Missed) != 1 || got.MissedAll != 1 || got.Missed[0].Ref != "7QK003" || got.Missed[0].Waited != 3660 || got.Missed[0].Method != "ended" {
		t.Errorf("missed: %+v", got.Missed)
	}
}

func TestAHeldResultCountsFromWhenItWasFiled(t *testing.T) {
	h := newHouse(t)
	staff(t, h)
	for n, at := range []time.Time{start.Add(time.Hour), start.Add(2 * time.Hour)} {
		evs := opening(n, "ICU-2", time.Time{}, "2823-3")
		o, _ := evs[len(evs)-1].(*critical.Opened)
		h.tell(t, at, "machine/lis", append(evs[:len(evs)-1], &critical.Held{Opened: *o, Reason: "haemolysed", Until: at.Add(10 * time.Minute)})...)
		if n == 0 {
			o.BreachAfter -= 600
			h.tell(t, at.Add(10*time.Minute), "clock", o)
			h.tell(t, at.Add(12*time.Minute), "person/lee", &critical.ReadBack{Call: o.Call, Version: 1, Match: true}, &critical.Closed{Call: o.Call, Version: 1, Outcome: "read-back", Owner: "person/lee"})
		} else {
			h.tell(t, at.Add(time.Minute), "person/tech", &critical.Released{Call: o.Call, How: critical.Cleared})
		}
	}
	h.heard(t)
	db := file(t, t.TempDir())
	defer db.Close()
	a := open(t, h, db)
	catchUp(t, a)
	got := figures(t, a, "").All
	if got.Calls != 1 || got.Measures["filed-conveyed"].Max != 720 || got.WithinTarget.In != 1 {
		t.Errorf("a held call: %+v", got)
	}
}

func TestAStoryIsEachEntryInOrder(t *testing.T) {
	h := newHouse(t)
	staff(t, h)
	answered(t, h, 1, start.Add(time.Hour), "person/lee")
	head := h.heard(t)
	es, err := h.mem.About(t.Context(), "call/m1/1", head)
	if err != nil {
		t.Fatal(err)
	}
	st := h.State()
	story, err := audit.Story("call/m1/1", es, st.Name, func(string) (bool, bool) { return true, true })
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, f := range story.Facts {
		said = append(said, fmt.Sprintf("%+.0f s %s", f.After, f.What))
	}
	want := []string{
		"-60 s Result reported: critical.", "+0 s Call 7QK001 opened: L2823-3, ICU-2, critical.", "+0 s Called: Dr Mina Lee.",
		"+30 s Opened by Dr Mina Lee.", "+60 s Read back by Dr Mina Lee: does not match, the value of L2823-3. The call stayed open.",
		"+120 s Read back by Dr Mina Lee: matches.", "+120 s Closed; Dr Mina Lee has it. Everybody else stood down.",
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
	if story.Took != 120 || story.Late != 0 || story.Have != len(story.Fields)-2 { // one step, no failed call: two fields are not needed
		t.Errorf("%+v", story)
	}
}

func TestRunFollowsUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		db, err := sql.Open("sqlite", audit.SQLiteMemory)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		a := open(t, h, db)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); a.Run(ctx) }()
		staff(t, h)
		answered(t, h, 1, start.Add(time.Hour), "person/lee")
		head := h.heard(t)
		synctest.Wait()
		if seq, why := a.Place(); seq != head || why != "" {
			t.Errorf("counted up to %d of %d: %s", seq, head, why)
		}
		if err := a.Rebuild(ctx); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if seq, _ := a.Place(); seq != head {
			t.Errorf("made again up to %d of %d", seq, head)
		}
		stop()
		<-done
		_ = db.Close()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestADamagedFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	h := newHouse(t)
	if err := os.WriteFile(filepath.Join(dir, audit.File), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	db := file(t, dir)
	defer db.Close()
	if _, err := audit.Open(t.Context(), audit.Config{Lab: h.Lab, DB: db}); err == nil {
		t.Error("a file that is no database was opened")
	}
}
