package equipment_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

func TestFailedGateIsNeverLetPassAnOverdueOneByASecondPerson(t *testing.T) {
	b := newBench(t)
	k := b.booking("person/ann", at(8, 0), at(9, 0), "a")
	k.Assays = []string{"K"}
	b.did(b.book.Place(k, "", b.ask("person/ann")))
	b.do(&equipment.Gated{Gate: equipment.Gate{Instrument: "instrument/a", Assay: "Na", Name: "control", Failed: true}}) // another assay
	b.do(&equipment.Gated{Gate: equipment.Gate{Instrument: "instrument/a", Assay: "K", Name: "control", Due: at(7, 30)}})
	b.now = at(8, 0)
	if _, err := b.book.CheckIn(k.ID, 1, b.ask("person/ann")); !slices.Equal(problems(err), []string{"gate-overdue"}) {
		t.Errorf("overdue: %v", problems(err))
	}
	pass := equipment.Ask{Now: b.now, By: "person/sue", Supervisor: true, Pass: []string{"gate-overdue", "gate-failed"}, Reason: "urgent, control runs"}
	if evs, err := b.book.CheckIn(k.ID, 1, pass); err != nil || !slices.Equal(kinds(evs), []string{"equipment.overridden", "equipment.checked-in"}) {
		t.Errorf("overdue, let pass: %v, %v", kinds(evs), err)
	}
	b.do(&equipment.Gated{Gate: equipment.Gate{Instrument: "instrument/a", Assay: "K", Name: "control", Failed: true}})
	if _, err := b.book.CheckIn(k.ID, 1, pass); !slices.Equal(problems(err), []string{"gate-failed"}) {
		t.Errorf("failed: %v", problems(err))
	}
	b.do(&equipment.Gated{Gate: equipment.Gate{Instrument: "instrument/a", Assay: "K", Name: "control", Due: at(16, 0)}})
	b.did(b.book.CheckIn(k.ID, 1, b.ask("person/ann")))
	if u, ok := b.book.Uses.Get("instrument/a"); !ok || u.Operator != "person/ann" || b.get(k.ID).Standing != equipment.InUse {
		t.Errorf("use %+v, booking %+v", u, b.get(k.ID))
	}
}

func TestNoShowIsReleasedOnceAtItsTimeAlsoAfterAStall(t *testing.T) {
	for name, stall := range map[string]time.Duration{"at once": 0, "after ten minutes": 10 * time.Minute} {
		b := newBench(t)
		k := b.placed("person/ann", at(8, 0), at(9, 0), "a")
		if evs := b.until(at(8, 14)); len(evs) != 0 {
			t.Errorf("%s: before its time %v", name, kinds(evs))
		}
		if next, ok := b.book.NextDue(); !ok || !next.Equal(at(8, 15)) {
			t.Errorf("%s: due %v, %v", name, next, ok)
		}
		if evs := b.until(at(8, 15).Add(stall)); !slices.Equal(kinds(evs), []string{"equipment.missed"}) {
			t.Errorf("%s: %v", name, kinds(evs))
		}
		if b.get(k.ID).Standing != equipment.Missed || len(b.until(at(9, 0))) != 0 {
			t.Errorf("%s: %+v", name, b.get(k.ID))
		}
		b.placed("person/ben", at(9, 10), at(10, 0), "a")
	}
}

func TestWalkUpIsRecordedAndKeepsANoShowFromBeingReleased(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(8, 0), at(9, 0), "a")
	b.now = at(7, 30)
	b.did(b.book.WalkUp("instrument/a", b.ask("person/ben")))
	if evs := b.until(at(8, 20)); len(evs) != 0 {
		t.Errorf("released while it is used: %v", kinds(evs))
	}
	if _, err := b.book.CheckIn(k.ID, 1, b.ask("person/ann")); !slices.Equal(problems(err), []string{"in-use"}) {
		t.Errorf("check-in while another uses it: %v", problems(err))
	}
	if _, err := b.book.Leave("instrument/a", "", b.ask("person/ann")); !errors.Is(err, equipment.ErrNotYours) {
		t.Errorf("another's use: %v", err)
	}
	b.did(b.book.Leave("instrument/a", "wash it", b.ask("person/ben")))
	if _, err := b.book.WalkUp("instrument/a", b.ask("person/ben")); !slices.Equal(problems(err), []string{"taken"}) {
		t.Errorf("walking up to what is booked now: %v", problems(err))
	}
}

func TestNoteToTheNextUserStaysUntilAnotherAcceptsIt(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(8, 0), at(9, 0), "a")
	b.now = at(8, 0)
	b.did(b.book.CheckIn(k.ID, 1, b.ask("person/ann")))
	b.now = at(8, 30)
	b.did(b.book.Finish(k.ID, 2, "lot 7 is nearly empty", b.ask("person/ann")))
	if h, ok := b.book.Handovers.Get("instrument/a"); !ok || h.Text != "lot 7 is nearly empty" {
		t.Fatalf("left %+v", h)
	}
	if _, err := b.book.Accept("instrument/a", b.ask("person/ann")); !errors.Is(err, equipment.ErrNotYours) {
		t.Errorf("her own note: %v", err)
	}
	b.did(b.book.Accept("instrument/a", b.ask("person/ben")))
	if _, ok := b.book.Handovers.Get("instrument/a"); ok {
		t.Error("an accepted note stays")
	}
	b.placed("person/ben", at(8, 45), at(9, 0), "a") // what was left of the booking is free
}

func TestFreedPlaceIsHeldForWhoWaitsThenForTheNext(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(14, 0), at(15, 0), "c")
	want := func(id, person string, priority int) equipment.Want {
		return equipment.Want{
			ID: id, Person: person, Any: []string{"instrument/c"}, Minutes: 60, Purpose: equipment.Routine, Priority: priority,
			Span: equipment.Span{Start: at(14, 0), End: at(15, 0)},
		}
	}
	b.did(b.book.Wait(want("wait/1", "person/ben", 0), b.ask("person/ben")))
	b.did(b.book.Wait(want("wait/2", "person/cy", 5), b.ask("person/cy")))
	evs := b.did(b.book.Cancel(k.ID, 1, "", "", b.ask("person/ann")))
	if !slices.Equal(kinds(evs), []string{"equipment.cancelled", "equipment.offered"}) || b.get("booking/2").Owner != "person/cy" {
		t.Fatalf("the more urgent first: %v", kinds(evs))
	}
	if _, err := b.book.Place(b.booking("person/ann", at(14, 0), at(15, 0), "c"), "", b.ask("person/ann")); problems(err) == nil {
		t.Error("a held place was given away")
	}
	evs = b.until(b.now.Add(10 * time.Minute))
	if !slices.Equal(kinds(evs), []string{"equipment.lapsed", "equipment.offered"}) || b.get("booking/1").Owner != "person/ben" {
		t.Fatalf("then the next: %v", kinds(evs))
	}
	if _, err := b.book.Take("booking/1", 1, b.ask("person/cy")); !errors.Is(err, equipment.ErrNotYours) {
		t.Errorf("another's place: %v", err)
	}
	b.did(b.book.Take("booking/1", 1, b.ask("person/ben")))
	if b.get("booking/1").Standing != equipment.Booked || b.book.Wants.Len() != 0 {
		t.Errorf("taken: %+v, %d wait", b.get("booking/1"), b.book.Wants.Len())
	}
}
