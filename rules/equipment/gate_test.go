package equipment_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

func control(level string, failed bool, seen time.Time) equipment.Gate {
	return equipment.Gate{Instrument: "instrument/a", Assay: "K", Name: "control", Level: level, Failed: failed, Seen: seen}
}

func TestEachLevelOfAControlMustPassByItself(t *testing.T) {
	b := newBench(t)
	k := b.booking("person/ann", at(8, 0), at(9, 0), "a")
	k.Assays = []string{"K"}
	b.did(b.book.Place(k, "", b.ask("person/ann")))
	b.now = at(8, 0)
	b.did(b.book.Gate(control("low", true, at(7, 30)), b.ask("machine/hl7")))
	b.did(b.book.Gate(control("high", false, at(7, 40)), b.ask("machine/hl7")))
	if _, err := b.book.CheckIn(k.ID, 1, b.ask("person/ann")); !slices.Equal(problems(err), []string{"gate-failed"}) {
		t.Errorf("the other level passed: %v", problems(err))
	}
	gone := control("low", false, at(8, 0))
	gone.Gone = true
	if _, err := b.book.Gate(gone, b.ask("person/ann")); !errors.Is(err, equipment.ErrNotYours) {
		t.Errorf("a failed level was taken away by the bench: %v", err)
	}
	b.did(b.book.Gate(control("low", false, at(7, 50)), b.ask("machine/hl7")))
	b.did(b.book.CheckIn(k.ID, 1, b.ask("person/ann")))
	b.did(b.book.Gate(gone, b.ask("person/ann")))
	if n := b.book.Gates.Len(); n != 1 {
		t.Errorf("%d gates", n)
	}
}

func TestOlderControlChangesNothing(t *testing.T) {
	b := newBench(t)
	b.did(b.book.Gate(control("", true, at(6, 30)), b.ask("machine/hl7")))
	if _, err := b.book.Gate(control("", false, at(6, 0)), b.ask("machine/hl7")); !slices.Equal(problems(err), []string{"older"}) {
		t.Errorf("an older pass: %v", err)
	}
	if _, err := b.book.Gate(control("", false, at(9, 0)), b.ask("machine/hl7")); !slices.Equal(problems(err), []string{"future"}) {
		t.Errorf("a control of the future: %v", err)
	}
}

func TestControlIsDueAgainAfterItsInterval(t *testing.T) {
	b := newBench(t)
	daily := control("low", false, at(6, 0))
	daily.Every = 8 * 60
	b.did(b.book.Gate(daily, b.ask("person/ann")))
	b.did(b.book.Gate(control("high", false, at(6, 30)), b.ask("machine/hl7"))) // says nothing of when: as the other level
	for _, g := range b.book.Gates.All() {
		if want := g.Seen.Add(8 * time.Hour); !g.Due.Equal(want) || g.At(want) != equipment.GateOverdue || g.At(want.Add(-time.Minute)) != equipment.GateDueSoon {
			t.Errorf("%+v", g)
		}
	}
}
