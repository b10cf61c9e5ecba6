package equipment_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/seed-909bec58/readback/rules/equipment"
)

func urgent(b *bench) equipment.Booking {
	k := b.booking("person/ben", at(14, 0), at(14, 30), "a")
	k.Purpose = equipment.Stat
	return k
}

func TestDisplacedHolderReadsBackAndGetsTheNextBestPlace(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(14, 0), at(15, 0), "a")
	s := urgent(b)
	b.did(b.book.Preempt(k.ID, 1, s, b.ask("person/ben")))
	if _, err := b.book.Yield(k.ID, 2, "b", b.ask("person/ann")); !errors.Is(err, equipment.ErrMismatch) {
		t.Errorf("another instrument read back: %v", err)
	}
	if _, err := b.book.Yield(k.ID, 2, "a", b.ask("person/ben")); !errors.Is(err, equipment.ErrNotYours) {
		t.Errorf("who asks answers: %v", err)
	}
	evs := b.did(b.book.Yield(k.ID, 2, " A ", b.ask("person/ann")))
	if !slices.Equal(kinds(evs), []string{"equipment.displaced", "equipment.moved", "equipment.booked"}) {
		t.Errorf("recorded %v", kinds(evs))
	}
	if got := b.get(k.ID); got.Items[0].Instrument != "instrument/b" || !got.Start.Equal(at(14, 0)) || got.Answered != "read-back" {
		t.Errorf("rerouted to %+v", got)
	}
	if got := b.get(s.ID); got.Standing != equipment.Booked || got.Items[0].Instrument != "instrument/a" {
		t.Errorf("urgent %+v", got)
	}
}

func TestUnansweredDisplacementIsEscalatedAndTheUrgentWorkDoesNotWait(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(14, 0), at(15, 0), "a")
	b.placed("person/ann", at(14, 0), at(15, 0), "b") // no equal instrument then
	s := urgent(b)
	b.did(b.book.Preempt(k.ID, 1, s, b.ask("person/ben")))
	evs := b.until(b.get(k.ID).Until)
	if !slices.Equal(kinds(evs), []string{"equipment.displaced", "equipment.moved", "equipment.booked"}) {
		t.Fatalf("recorded %v", kinds(evs))
	}
	if d, ok := evs[0].(*equipment.DisplacedOne); !ok || d.Heard != "escalated" || d.Escalated != "supervisor" {
		t.Errorf("%+v", evs[0])
	}
	if got := b.get(k.ID); got.Standing != equipment.Booked || got.Start.Before(at(14, 45)) {
		t.Errorf("deferred to %+v", got)
	}
}

func TestRunningWorkThatCannotBeInterruptedIsNeverDisplaced(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(8, 0), at(15, 0), "a")
	b.now = at(8, 0)
	b.did(b.book.CheckIn(k.ID, 1, b.ask("person/ann")))
	if _, err := b.book.Preempt(k.ID, 2, urgent(b), b.ask("person/ben")); !errors.Is(err, equipment.ErrState) {
		t.Errorf("running work was asked for: %v", err)
	}
	// Asked before it runs, and started meanwhile: the place is kept.
	b = newBench(t)
	k = b.placed("person/ann", at(14, 0), at(15, 0), "a")
	stat := b.placed("person/ann", at(10, 0), at(11, 0), "c")
	b.did(b.book.Preempt(k.ID, 1, urgent(b), b.ask("person/ben")))
	if _, err := b.book.CheckIn(k.ID, 2, b.ask("person/ann")); !errors.Is(err, equipment.ErrState) {
		t.Errorf("an asked booking was checked in: %v", err)
	}
	b.did(b.book.Decline(k.ID, 2, "not-needed", b.boss()))
	if got := b.get(k.ID); got.Standing != equipment.Booked || got.For != nil {
		t.Errorf("declined: %+v", got)
	}
	if _, err := b.book.Preempt(stat.ID, 1, urgent(b), b.ask("person/ben")); !errors.Is(err, equipment.ErrState) {
		t.Errorf("a place that is not in the way was asked for: %v", err)
	}
}

func TestDownPutsEveryBookingAtRiskInOneAppendAndReroutesThem(t *testing.T) {
	b := newBench(t)
	var mine []string
	for h := 9; h < 14; h += 2 {
		mine = append(mine, b.placed("person/ann", at(h, 0), at(h+1, 0), "a").ID)
	}
	b.placed("person/ben", at(11, 0), at(12, 0), "b")
	evs := b.did(b.book.Down(equipment.Incident{ID: "incident/1", Instrument: "instrument/a", Severity: "stop"}, "the needle is bent", b.ask("person/ben")))
	if want := []string{"equipment.downed", "equipment.at-risk", "equipment.at-risk", "equipment.at-risk"}; !slices.Equal(kinds(evs), want) {
		t.Fatalf("recorded %v", kinds(evs))
	}
	if _, err := b.book.Place(b.booking("person/ben", at(20, 0), at(21, 0), "a"), "", b.ask("person/ben")); !slices.Equal(problems(err), []string{"down"}) {
		t.Errorf("booking what is down: %v", problems(err))
	}
	evs, left, err := b.book.Reroute("incident/1", b.boss())
	if len(left) > 0 {
		t.Errorf("left %v", left)
	}
	b.did(evs, err)
	for i, id := range mine {
		k := b.get(id)
		if k.Standing != equipment.Booked || k.Items[0].Instrument != "instrument/b" || i != 1 && !k.Start.Equal(at(9+2*i, 0)) || i == 1 && k.Start.Equal(at(11, 0)) {
			t.Errorf("rerouted %+v", k)
		}
	}
}

func TestDownInstrumentReturnsOnlyThroughVerificationWithAChecklist(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(9, 0), at(10, 0), "a")
	b.did(b.book.Down(equipment.Incident{ID: "incident/1", Instrument: "instrument/a", Severity: "stop"}, "", b.ask("person/ben")))
	if _, err := b.book.Release("incident/1", []string{"control"}, b.boss()); !errors.Is(err, equipment.ErrState) {
		t.Errorf("from down to ready: %v", err)
	}
	b.did(b.book.Verify("incident/1", "needle replaced", b.boss()))
	if i, _ := b.book.Instruments.Get("instrument/a"); i.Status != equipment.Verifying {
		t.Errorf("status %s", i.Status)
	}
	if _, err := b.book.Release("incident/1", nil, b.boss()); !slices.Equal(problems(err), []string{"checklist"}) {
		t.Errorf("without control: %v", problems(err))
	}
	b.do(&equipment.Gated{Gate: equipment.Gate{Instrument: "instrument/a", Name: "control", Failed: true}})
	if _, err := b.book.Release("incident/1", []string{"control"}, b.boss()); !slices.Equal(problems(err), []string{"gate-failed"}) {
		t.Errorf("with a failed control: %v", problems(err))
	}
	b.do(&equipment.Gated{Gate: equipment.Gate{Instrument: "instrument/a", Name: "control", Due: at(23, 0)}})
	b.did(b.book.Release("incident/1", []string{"control"}, b.boss()))
	i, _ := b.book.Instruments.Get("instrument/a")
	if i.Status != equipment.Ready || b.get(k.ID).Standing != equipment.Booked {
		t.Errorf("returned: %s, %+v", i.Status, b.get(k.ID))
	}
}

func TestSeriesSkipsConflictsOnlyWhenAskedAndListsThem(t *testing.T) {
	b := newBench(t)
	b.placed("person/ben", at(14, 30).AddDate(0, 0, 2), at(15, 0).AddDate(0, 0, 2), "c")
	occ, err := equipment.Expand(equipment.Repeat{Every: equipment.Daily, First: "2026-11-23T14:00", Minutes: 60, Count: 5}, noon.AddDate(1, 0, 0), at(0, 0).Location())
	if err != nil {
		t.Fatal(err)
	}
	id := func(n int) string { return "booking/series-" + string(rune('0'+n)) }
	k := b.booking("person/ann", at(14, 0), at(15, 0), "c")
	if _, _, err := b.book.PlaceSeries("series/1", k, occ, false, id, b.ask("person/ann")); !slices.Equal(problems(err), []string{"taken"}) {
		t.Errorf("without skipping: %v", err)
	}
	evs, skipped, err := b.book.PlaceSeries("series/1", k, occ, true, id, b.ask("person/ann"))
	if b.did(evs, err); len(evs) != 4 || len(skipped) != 1 || skipped[0].N != 3 {
		t.Errorf("%d booked, skipped %+v", len(evs), skipped)
	}
	evs, _, err = b.book.CancelSeries("series/1", 4, "", false, b.ask("person/ann"))
	b.did(evs, err)
	if left := b.book.Of("series/1", 1); len(left) != 2 {
		t.Errorf("%d left", len(left))
	}
}

func TestWhoAskedForAPlaceGetsItWhenItIsGivenUpAndIsToldWhenItGoesDown(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(14, 0), at(15, 0), "a")
	s := urgent(b)
	b.did(b.book.Preempt(k.ID, 1, s, b.ask("person/ben")))
	evs := b.did(b.book.Cancel(k.ID, 2, "", "", b.ask("person/ann")))
	if got, ok := b.book.Bookings.Get(s.ID); !ok || got.Standing != equipment.Booked || !slices.Equal(kinds(evs), []string{"equipment.cancelled", "equipment.booked"}) {
		t.Errorf("given up while it was asked for: %v, urgent %+v", kinds(evs), got)
	}
	b = newBench(t)
	k = b.placed("person/ann", at(14, 0), at(15, 0), "a")
	b.did(b.book.Preempt(k.ID, 1, urgent(b), b.ask("person/ben")))
	evs = b.did(b.book.Down(equipment.Incident{ID: "incident/1", Instrument: "instrument/a", Severity: "stop"}, "", b.ask("person/ben")))
	if want := []string{"equipment.downed", "equipment.declined", "equipment.at-risk"}; !slices.Equal(kinds(evs), want) {
		t.Errorf("down while it was asked for: %v, want %v", kinds(evs), want)
	}
	if got := b.get(k.ID); got.Standing != equipment.AtRisk || got.For != nil {
		t.Errorf("%+v", got)
	}
}

func TestPlannedOutageEndsInVerificationAndNobodyIsANoShowBeforeItsRelease(t *testing.T) {
	b := newBench(t)
	outage := equipment.Incident{ID: "incident/1", Instrument: "instrument/c", Planned: true, Severity: "outage", Span: equipment.Span{Start: at(9, 0), End: at(10, 0)}}
	b.did(b.book.Down(outage, "", b.boss()))
	if _, err := b.book.Verify("incident/1", "oiled", b.boss()); !errors.Is(err, equipment.ErrState) {
		t.Errorf("verifying what has not begun: %v", err)
	}
	k := b.placed("person/ann", at(10, 0), at(12, 0), "c")
	if evs := b.until(at(10, 0)); !slices.Equal(kinds(evs), []string{"equipment.verifying"}) {
		t.Fatalf("at its end %v", kinds(evs))
	}
	if i, _ := b.book.Instruments.Get("instrument/c"); i.Status != equipment.Verifying || i.Works() {
		t.Errorf("status %s", i.Status)
	}
	if _, err := b.book.CheckIn(k.ID, 1, b.ask("person/ann")); !slices.Equal(problems(err), []string{"down"}) {
		t.Errorf("patients' work before its release: %v", problems(err))
	}
	if evs := b.until(at(10, 15)); !slices.Equal(kinds(evs), []string{"equipment.at-risk"}) {
		t.Errorf("nobody could check in: %v", kinds(evs))
	}
	evs, left, err := b.book.Reroute("incident/1", b.boss())
	if len(evs) > 0 || len(left) != 1 || err != nil {
		t.Errorf("moved back onto what is being verified: %v, %v, %v", kinds(evs), left, err)
	}
	b.now = at(10, 30)
	b.did(b.book.Release("incident/1", []string{"control"}, b.boss()))
	if evs := b.until(at(10, 44)); len(evs) > 0 {
		t.Errorf("the owner has no time to check in: %v", kinds(evs))
	}
	b.did(b.book.CheckIn(k.ID, b.get(k.ID).Version, b.ask("person/ann")))
}

func TestPlannedOutageThatHasNotBegunIsCalledOff(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(9, 0), at(10, 0), "c")
	outage := equipment.Incident{ID: "incident/1", Instrument: "instrument/c", Planned: true, Severity: "outage", Span: equipment.Span{Start: at(9, 0), End: at(10, 0)}}
	b.did(b.book.Down(outage, "", b.boss()))
	if b.get(k.ID).Standing != equipment.AtRisk {
		t.Fatalf("%+v", b.get(k.ID))
	}
	b.did(b.book.Release("incident/1", nil, b.boss()))
	if i, _ := b.book.Instruments.Get("instrument/c"); i.Status != equipment.Ready || b.get(k.ID).Standing != equipment.Booked {
		t.Errorf("%s, %+v", i.Status, b.get(k.ID))
	}
}

// A calendar that follows a feed hears for thirty days that a booking was given up, however soon it would have been.
func TestCancelledBookingStaysInItsFeedForThirtyDays(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(14, 0), at(15, 0), "c")
	b.did(b.book.Cancel(k.ID, 1, "", "", b.ask("person/ann")))
	feed := equipment.Feed{ID: "feed/1", Of: "person/ann", Hash: "x"}
	for day, want := range map[int]int{0: 1, 29: 1, 30: 0} {
		b.now = at(7, 0).AddDate(0, 0, day)
		book := b.book.Apply(&equipment.Gated{Gate: equipment.Gate{Instrument: "instrument/c", Name: "lot"}}, equipment.Mark{At: b.now})
		if got := book.In(feed, b.now); len(got) != want || want == 1 && (got[0].Standing != equipment.Cancelled || got[0].Version != 2) {
			t.Errorf("after %d days: %+v", day, got)
		}
		if other := book.In(equipment.Feed{Of: "person/ben"}, b.now); len(other) != 0 {
			t.Errorf("another's feed has %+v", other)
		}
	}
}
