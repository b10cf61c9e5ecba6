package equipment_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

func TestTouchingBookingsAreLegalOverlappingOnesAreNot(t *testing.T) {
	b := newBench(t)
	b.placed("person/ann", at(14, 0), at(15, 0), "c")
	b.placed("person/ben", at(15, 0), at(16, 0), "c") // C has no warm-up
	_, err := b.book.Place(b.booking("person/ben", at(14, 59), at(15, 1), "c"), "", b.ask("person/ben"))
	if got := problems(err); !slices.Contains(got, "taken") {
		t.Errorf("an overlap: %v, %v", got, err)
	}
	// A has 10 minutes of warm-up and 5 of clean-up: they belong to the booking.
	b.placed("person/ann", at(14, 0), at(15, 0), "a")
	_, err = b.book.Place(b.booking("person/ben", at(15, 10), at(16, 0), "a"), "", b.ask("person/ben"))
	if got := problems(err); !slices.Equal(got, []string{"taken"}) {
		t.Errorf("within warm-up and clean-up: %v, %v", got, err)
	}
	b.placed("person/ben", at(15, 15), at(16, 0), "a")
}

func TestRefusalNamesTheRuleWhoBlocksFreePlacesAndEqualInstruments(t *testing.T) {
	b := newBench(t)
	first := b.placed("person/ann", at(14, 0), at(15, 0), "a")
	_, err := b.book.Place(b.booking("person/ben", at(14, 30), at(15, 30), "a"), "", b.ask("person/ben"))
	var refused *equipment.RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	if p := refused.Problems[0]; p.Rule != "taken" || !slices.Equal(p.Blocks, []string{first.ID}) || p.Say == "" {
		t.Errorf("problem %+v", p)
	}
	if len(refused.Free) != 3 || !refused.Free[0].Start.Equal(at(15, 15)) {
		t.Errorf("free %+v", refused.Free)
	}
	if len(refused.Equal) != 1 || refused.Equal[0].Items[0].Instrument != "instrument/b" {
		t.Errorf("equal %+v", refused.Equal)
	}
	for _, o := range append(refused.Free, refused.Equal...) { // what is offered can be had
		k := b.booking("person/ben", o.Start, o.End)
		k.Items = o.Items
		if r := b.book.Try(k, b.ask("person/ben")); r != nil {
			t.Errorf("offer %+v is refused: %+v", o, r.Problems)
		}
	}
}

func TestSharedInstrumentCountsWhatIsWantedAtOnceNotAllNeighbours(t *testing.T) {
	b := newBench(t)
	demand := func(owner string, from, to time.Time, n int) error {
		k := b.booking(owner, from, to)
		k.Items = []equipment.Item{{Instrument: "instrument/s", Demand: n}}
		evs, err := b.book.Place(k, "", b.ask(owner))
		b.do(evs...)
		return err
	}
	for _, err := range []error{
		demand("person/ann", at(13, 0), at(14, 0), 60),
		demand("person/ann", at(14, 0), at(15, 0), 60),
		demand("person/ben", at(13, 0), at(15, 0), 40), // over two others, never with both at once
	} {
		if err != nil {
			t.Errorf("legal: %v", err)
		}
	}
	if got := problems(demand("person/ben", at(13, 30), at(13, 40), 1)); !slices.Equal(got, []string{"capacity"}) {
		t.Errorf("the 101st test an hour: %v", got)
	}
}

func TestSeveralInstrumentsAreBookedAllOrNone(t *testing.T) {
	b := newBench(t)
	b.placed("person/ann", at(14, 0), at(15, 0), "a")
	k := b.booking("person/ben", at(14, 0), at(15, 0), "c", "a")
	if _, err := b.book.Place(k, "", b.ask("person/ben")); problems(err) == nil {
		t.Fatal("was not refused")
	}
	b.placed("person/ben", at(14, 0), at(15, 0), "c", "b")
	two := b.booking("person/ben", at(16, 0), at(17, 0), "c", "c")
	if _, err := b.book.Place(two, "", b.ask("person/ben")); !slices.Equal(problems(err), []string{"twice"}) {
		t.Errorf("an instrument twice: %v", problems(err))
	}
}

func TestBadBookingsAreRefusedByName(t *testing.T) {
	b := newBench(t)
	for rule, change := range map[string]func(k *equipment.Booking){
		"end-before-start":     func(k *equipment.Booking) { k.End = k.Start },
		"too-long":             func(k *equipment.Booking) { k.End = k.Start.AddDate(10, 0, 0) },
		"not-whole-minutes":    func(k *equipment.Booking) { k.Start = k.Start.Add(time.Second) },
		"no-instrument":        func(k *equipment.Booking) { k.Items = nil },
		"unknown-instrument":   func(k *equipment.Booking) { k.Items[0].Instrument = "instrument/none" },
		"unknown-purpose":      func(k *equipment.Booking) { k.Purpose = "party" },
		"past":                 func(k *equipment.Booking) { k.Start, k.End = at(5, 0), at(6, 0) },
		"assay":                func(k *equipment.Booking) { k.Assays = []string{"HbA1c"} },
		"competence":           func(k *equipment.Booking) { k.Owner, k.Assays = "person/cy", []string{"K"} },
		"horizon":              func(k *equipment.Booking) { k.Start, k.End = k.Start.AddDate(1, 0, 0), k.End.AddDate(1, 0, 0) },
		"too-short":            func(k *equipment.Booking) { k.End = k.Start.Add(time.Minute) },
		"too-many-instruments": func(k *equipment.Booking) { k.Items = make([]equipment.Item, 9) },
	} {
		k := b.booking("person/ann", at(14, 0), at(15, 0), "a")
		change(&k)
		_, err := b.book.Place(k, "", b.ask("person/ann"))
		if got := problems(err); !slices.Contains(got, rule) {
			t.Errorf("%s: %v, %v", rule, got, err)
		}
	}
}

// Each rule holds through every door: a limit that counted only when a booking is made would be no limit.
func TestEveryRuleHoldsThroughEveryDoor(t *testing.T) {
	type door struct {
		name string
		try  func(b *bench, s equipment.Span, owner string, assays []string) error
	}
	place := func(b *bench, owner string) equipment.Booking {
		k := b.booking(owner, at(20, 0), at(20, 30), "a")
		k.Assays = []string{"K"}
		b.did(b.book.Place(k, "", b.boss()))
		return b.get(k.ID)
	}
	doors := []door{
		{"place", func(b *bench, s equipment.Span, owner string, assays []string) error {
			k := b.booking(owner, s.Start, s.End, "a")
			k.Assays = assays
			_, err := b.book.Place(k, "", b.ask(owner))
			return err
		}},
		{"move", func(b *bench, s equipment.Span, _ string, _ []string) error {
			k := place(b, "person/ann")
			_, err := b.book.Move(k.ID, k.Version, nil, s, b.ask("person/ann"))
			return err
		}},
		{"extend", func(b *bench, s equipment.Span, _ string, _ []string) error {
			k := b.placed("person/ann", s.Start, s.Start.Add(10*time.Minute), "b")
			_, err := b.book.Move(k.ID, k.Version, []equipment.Item{{Instrument: "instrument/a"}}, s, b.ask("person/ann"))
			return err
		}},
		{"series", func(b *bench, s equipment.Span, owner string, assays []string) error {
			k := b.booking(owner, s.Start, s.End, "a")
			k.Assays = assays
			_, _, err := b.book.PlaceSeries("series/1", k, []equipment.Occurrence{{N: 1, Span: s}}, false, func(int) string { return k.ID }, b.ask(owner))
			return err
		}},
		{"transfer", func(b *bench, s equipment.Span, owner string, assays []string) error {
			k := b.booking("person/ann", s.Start, s.End, "a")
			k.Assays = assays
			evs, err := b.book.Place(k, "", b.ask("person/ann"))
			if err != nil || owner == "person/ann" {
				return err
			}
			b.do(evs...)
			_, err = b.book.Transfer(k.ID, 1, owner, b.ask("person/ann"))
			return err
		}},
	}
	rules := []struct {
		rule   string
		set    equipment.Rules
		before func(b *bench)
		span   equipment.Span
		owner  string
		doors  []string // empty: all
	}{
		{rule: "taken", span: equipment.Span{Start: at(14, 0), End: at(15, 0)}, before: func(b *bench) { b.placed("person/ben", at(14, 20), at(14, 40), "a") }},
		{rule: "too-long", set: equipment.Rules{Most: 45}, span: equipment.Span{Start: at(14, 0), End: at(15, 0)}},
		{rule: "per-day", set: equipment.Rules{PerDay: 70}, span: equipment.Span{Start: at(14, 0), End: at(15, 0)}, before: func(b *bench) { b.placed("person/ann", at(17, 0), at(17, 30), "a") }},
		{rule: "per-week", set: equipment.Rules{PerWeek: 70}, span: equipment.Span{Start: at(14, 0), End: at(15, 0)}, before: func(b *bench) { b.placed("person/ann", at(38, 0), at(38, 30), "a") }},
		{rule: "gap", set: equipment.Rules{Gap: 60}, span: equipment.Span{Start: at(14, 0), End: at(15, 0)}, before: func(b *bench) { b.placed("person/ann", at(15, 30), at(16, 0), "a") }},
		{rule: "horizon", set: equipment.Rules{Horizon: 2}, span: equipment.Span{Start: at(96, 0), End: at(97, 0)}, doors: []string{"place", "move", "series", "transfer"}},
		{rule: "competence", owner: "person/cy", span: equipment.Span{Start: at(14, 0), End: at(15, 0)}, doors: []string{"place", "series", "transfer"}},
		{rule: "down", span: equipment.Span{Start: at(14, 0), End: at(15, 0)}, doors: []string{"place", "series", "transfer", "move", "extend"}, before: func(b *bench) {
			b.did(b.book.Down(equipment.Incident{ID: "incident/1", Instrument: "instrument/a", Planned: true, Severity: "outage", Span: equipment.Span{Start: at(14, 0), End: at(18, 0)}}, "", b.boss()))
		}},
	}
	for _, r := range rules {
		for _, d := range doors {
			if len(r.doors) > 0 && !slices.Contains(r.doors, d.name) {
				continue
			}
			b := newBench(t)
			b.do(&equipment.Ruled{Rules: r.set})
			if r.before != nil {
				r.before(b)
			}
			owner := r.owner
			if owner == "" {
				owner = "person/ann"
			}
			if got := problems(d.try(b, r.span, owner, []string{"K"})); !slices.Contains(got, r.rule) {
				t.Errorf("%s through %s: %v", r.rule, d.name, got)
			}
		}
	}
}

func TestStaleVersionIsRefusedWithTheBookingAsItIs(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(14, 0), at(15, 0), "a")
	b.did(b.book.Move(k.ID, 1, nil, equipment.Span{Start: at(15, 0), End: at(16, 0)}, b.ask("person/ann")))
	_, err := b.book.Move(k.ID, 1, nil, equipment.Span{Start: at(16, 0), End: at(17, 0)}, b.ask("person/ann"))
	var stale *equipment.StaleError
	if !errors.As(err, &stale) || stale.Booking.Version != 2 || !stale.Booking.Start.Equal(at(15, 0)) {
		t.Errorf("got %v", err)
	}
	if _, err := b.book.Cancel(k.ID, 2, "", "", b.ask("person/ben")); !errors.Is(err, equipment.ErrNotYours) {
		t.Errorf("another's booking: %v", err)
	}
}

func TestOnlyASupervisorLetsARulePassForAnotherAndItIsRecorded(t *testing.T) {
	b := newBench(t)
	k := b.booking("person/cy", at(14, 0), at(15, 0), "a")
	k.Assays = []string{"K"}
	for who, a := range map[string]equipment.Ask{
		"the owner":                {Now: b.now, By: "person/cy", Pass: []string{"competence"}, Reason: "I can"},
		"a colleague":              {Now: b.now, By: "person/ann", Pass: []string{"competence"}, Reason: "he can"},
		"a supervisor, no reason":  {Now: b.now, By: "person/sue", Supervisor: true, Pass: []string{"competence"}},
		"a supervisor, other rule": {Now: b.now, By: "person/sue", Supervisor: true, Pass: []string{"notice"}, Reason: "x"},
	} {
		if _, err := b.book.Place(k, "", a); !slices.Equal(problems(err), []string{"competence"}) {
			t.Errorf("%s: %v", who, err)
		}
	}
	own := k
	own.Owner = "person/sue"
	if _, err := b.book.Place(own, "", equipment.Ask{Now: b.now, By: "person/sue", Supervisor: true, Pass: []string{"competence"}, Reason: "x"}); problems(err) == nil {
		t.Error("a supervisor for her own work was not refused")
	}
	evs := b.did(b.book.Place(k, "", equipment.Ask{Now: b.now, By: "person/sue", Supervisor: true, Pass: []string{"competence"}, Reason: "trained on B"}))
	if got := kinds(evs); !slices.Equal(got, []string{"equipment.booked", "equipment.overridden"}) {
		t.Errorf("recorded %v", got)
	}
}

func TestQuotaCountsAcrossMidnightAndNotInFreeHours(t *testing.T) {
	b := newBench(t)
	b.do(&equipment.Ruled{Rules: equipment.Rules{PerDay: 60}})
	b.placed("person/ann", at(23, 20), at(24, 40), "c") // 40 minutes of each day
	_, err := b.book.Place(b.booking("person/ann", at(20, 0), at(20, 30), "c"), "", b.ask("person/ann"))
	if got := problems(err); !slices.Equal(got, []string{"per-day"}) {
		t.Errorf("70 minutes of a day, 40 of them before midnight: %v", got)
	}
	b.placed("person/ann", at(20, 0), at(20, 20), "c")

	// What began before that day counts in it, however long ago: four days of a batch, with an hour of it on the last one.
	b = newBench(t)
	b.do(&equipment.Ruled{Rules: equipment.Rules{}})
	b.placed("person/ann", at(14, 0), at(14, 0).AddDate(0, 0, 4), "c")
	b.do(&equipment.Ruled{Rules: equipment.Rules{PerDay: 14*60 + 30}})
	_, err = b.book.Place(b.booking("person/ann", at(15, 0).AddDate(0, 0, 4), at(15, 31).AddDate(0, 0, 4), "c"), "", b.ask("person/ann"))
	if got := problems(err); !slices.Equal(got, []string{"per-day"}) {
		t.Errorf("31 minutes after the end of a booking of days: %v", got)
	}
	b.placed("person/ann", at(15, 0).AddDate(0, 0, 4), at(15, 30).AddDate(0, 0, 4), "c")

	b = newBench(t)
	b.do(&equipment.Ruled{Rules: equipment.Rules{PerDay: 60, FreeFrom: 18 * 60, FreeTo: 6 * 60}})
	b.placed("person/ann", at(17, 0), at(23, 0), "c") // an hour of it counts
	b.placed("person/ann", at(24, 0), at(29, 0), "c")
	_, err = b.book.Place(b.booking("person/ann", at(16, 0), at(16, 10), "c"), "", b.ask("person/ann"))
	if got := problems(err); !slices.Equal(got, []string{"per-day"}) {
		t.Errorf("70 minutes outside the free hours: %v", got)
	}
}

func TestCancelCutOffCountsDaysToo(t *testing.T) {
	b := newBench(t)
	b.do(&equipment.Ruled{Rules: equipment.Rules{NoticeCancel: 2*24*60 + 5}})
	k := b.placed("person/ann", at(14, 0).AddDate(0, 0, 1), at(15, 0).AddDate(0, 0, 1), "c")
	if _, err := b.book.Cancel(k.ID, 1, "", "", b.ask("person/ann")); !slices.Equal(problems(err), []string{"notice-cancel"}) {
		t.Errorf("a day before, with two days' notice: %v", err)
	}
	b.did(b.book.Cancel(k.ID, 1, "ill", "", b.boss()))
}

// An entry for a version that is not the next one changes nothing: two that were decided on the same version of a booking
// (by nodes that lost and found each other) must not both be folded.
func TestEntryForAnotherVersionChangesNothing(t *testing.T) {
	b := newBench(t)
	k := b.placed("person/ann", at(14, 0), at(15, 0), "c")
	for _, version := range []int{0, 1, 3} {
		ev := &equipment.Moved{Booking: k.ID, Version: version, Items: k.Items, Span: equipment.Span{Start: at(16, 0), End: at(17, 0)}, Why: "asked"}
		after := b.book.Apply(ev, equipment.Mark{At: b.now, By: "person/ann"})
		if got, _ := after.Bookings.Get(k.ID); got.Version != 1 || !got.Start.Equal(at(14, 0)) {
			t.Errorf("version %d was folded: %+v", version, got)
		}
	}
	b.do(&equipment.CancelledOne{Booking: k.ID, Version: 2})
	after := b.book.Apply(&equipment.Transferred{Booking: k.ID, Version: 3, To: "person/ben"}, equipment.Mark{At: b.now, By: "person/ann"})
	if got, _ := after.Bookings.Get(k.ID); got.Version != 2 || got.Owner != "person/ann" {
		t.Errorf("what is over was changed: %+v", got)
	}
}
