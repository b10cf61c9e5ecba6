package patient_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/patient"
)

var t0 = time.Date(2026, 11, 22, 3, 5, 7, 0, time.UTC)

func mark(seq int) patient.Mark {
	return patient.Mark{Seq: int64(seq), At: t0.Add(time.Duration(seq) * time.Minute), By: "machine/adt"}
}

// fold applies events at 1, 2, 3 and so on.
func fold(events ...patient.Event) patient.Book {
	var b patient.Book
	for i, ev := range events {
		b = b.Apply(ev, mark(i+1))
	}
	return b
}

func mrn(v string) patient.Number { return patient.Number{Value: v, Kind: "MR", Assigner: "HOSP"} }

func named(id, name string, numbers ...patient.Number) *patient.Identified {
	return &patient.Identified{Patient: id, Who: patient.Identity{Name: name, Numbers: numbers, Born: "1961-06-15", Sex: "F"}}
}

func TestATransferChangesWhereAndNotWho(t *testing.T) {
	b := fold(
		named("patient/a", "EVERYWOMAN, EVE", mrn("552137")),
		patient.MovedTo("patient/a", patient.Place{Unit: "ICU-2", Room: "5", Bed: "B", Class: "I", Attending: "DR7"}),
		patient.MovedTo("patient/a", patient.Place{Unit: "WARD-9", Class: "I", Attending: "DR8"}),
	)
	p := b.Get("patient/a")
	if p.Name != "EVERYWOMAN, EVE" || p.Unit != "WARD-9" || p.Room != "" || p.Attending != "DR8" || !p.Present || p.Version != 1 {
		t.Fatalf("%+v", p)
	}
	gone := b.Apply(&patient.Left{Patient: "patient/a"}, mark(4))
	if gone.Get("patient/a").Present || !b.Get("patient/a").Present {
		t.Fatal("who left is present, or left in the old version too")
	}
	if gone.Without("patient/a").Patients.Len() != 0 {
		t.Fatal("a dropped record is still there")
	}
}

func TestWhatAMessageLeavesOutStaysKnown(t *testing.T) {
	a, b, account := mrn("111111"), mrn("222222"), patient.Number{Value: "9", Kind: "AN", Assigner: "HOSP"}
	known := patient.Identity{Numbers: []patient.Number{a, account}, Name: "DOE, JANE", Born: "1961", Sex: "F"}
	with := func(f func(*patient.Identity)) patient.Identity {
		id := known
		f(&id)
		return id
	}
	for name, c := range map[string]struct{ told, want patient.Identity }{
		"nothing":                {patient.Identity{}, known},
		"the same":               {known, known},
		"one of its numbers":     {patient.Identity{Numbers: []patient.Number{account}}, known},
		"its numbers, reordered": {patient.Identity{Numbers: []patient.Number{account, a}}, known},
		"a new record number": {
			patient.Identity{Numbers: []patient.Number{b}},
			with(func(id *patient.Identity) { id.Numbers = []patient.Number{b, account} }),
		},
		"a finer birth date": {
			patient.Identity{Born: "1961-06-15"},
			with(func(id *patient.Identity) { id.Born = "1961-06-15" }),
		},
		"another name": {
			patient.Identity{Name: "ROE, JANE", Numbers: []patient.Number{a}},
			with(func(id *patient.Identity) { id.Name = "ROE, JANE" }),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.told.Over(known)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Fatal(d)
			}
			p := &patient.Patient{Identity: known, Version: 3}
			if patient.Changed(p, c.told) == got.Equal(known) {
				t.Fatalf("Changed says %v", !got.Equal(known))
			}
		})
	}
	if !patient.Changed(nil, known) {
		t.Fatal("an unknown patient is no news")
	}
}

func TestTwoNumbersOfOneKindAreBothKept(t *testing.T) {
	two := patient.Identity{Numbers: []patient.Number{mrn("1"), mrn("2")}}
	if got := two.Over(patient.Identity{}); !got.Equal(two) || patient.Changed(&patient.Patient{Identity: two, Version: 1}, two) {
		t.Fatalf("%+v", got)
	}
}

func TestABedStaysOnlyInItsUnit(t *testing.T) {
	known := patient.Place{Unit: "ICU-2", Room: "5", Bed: "B", Class: "I", Attending: "DR7"}
	p := &patient.Patient{Place: known, Present: true}
	if patient.Moves(p, patient.Place{Unit: "ICU-2", Attending: "DR7"}) {
		t.Error("a message without a bed moved the patient")
	}
	moved := patient.Place{Unit: "WARD-9"}
	if got := moved.Over(known); got.Bed != "" || got.Attending != "DR7" || !patient.Moves(p, moved) {
		t.Errorf("%+v", got)
	}
	if other := (patient.Place{Bed: "C"}).Over(known); other.Unit != "ICU-2" || other.Bed != "C" || other.Room != "" {
		t.Errorf("%+v", other)
	}
	p.Present = false
	if !patient.Moves(p, patient.Place{}) {
		t.Error("a re-admission to the same bed is no news")
	}
}

func TestReadBackTailIsTheFirstNumbersLastFour(t *testing.T) {
	for value, want := range map[string]string{
		"552137": "2137", "2137": "2137", "37": "37", "": "", "A-10Ä9é": "0Ä9é", " 552137 ": "2137",
	} {
		p := &patient.Patient{Identity: patient.Identity{Numbers: []patient.Number{{Value: value}, {Value: "other99"}}}}
		if got := patient.ReadBackTail(p); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
	if patient.ReadBackTail(nil) != "" || patient.ReadBackTail(&patient.Patient{}) != "" {
		t.Error("a tail of nobody")
	}
}

func TestAgeIsAsPreciseAsTheBirthDateSent(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 30, 0, 0, time.FixedZone("", -6*3600))
	for born, want := range map[string]patient.Age{
		"2026-03-01":       {Least: 0, Most: 0},
		"2026-02-28":       {Least: 1, Most: 1},
		"2026-02-28T23:59": {Least: 1, Most: 1},
		"2025-03-01":       {Least: 365, Most: 365},
		"2024-02-29":       {Least: 731, Most: 731},
		"2026-02":          {Least: 1, Most: 28},
		"2026-03":          {Least: 0, Most: 0},
		"2026":             {Least: 0, Most: 59},
		"2025":             {Least: 60, Most: 424},
	} {
		if got, ok := patient.AgeAt(born, at); !ok || got != want {
			t.Errorf("%s: %+v, %v; want %+v", born, got, ok, want)
		}
	}
	for _, born := range []string{"", "2026-03-02", "2027", "19610615", "1961-02-30", "1961-13", "196", "unknown", "1961-6-1"} {
		if got, ok := patient.AgeAt(born, at); ok {
			t.Errorf("%q: %+v", born, got)
		}
	}
}

func TestAMergedHandleMeansTheSurvivor(t *testing.T) {
	b := fold(
		named("patient/old", "DOE, J", mrn("111111")),
		patient.MovedTo("patient/old", patient.Place{Unit: "ICU-2"}),
		&patient.FactorNoted{Patient: "patient/old", Note: patient.Note{Factor: "dialysis", Has: patient.Yes}},
		named("patient/new", "DOE, JANE", mrn("222222")),
		&patient.Left{Patient: "patient/new"},
	)
	for i, ev := range b.Merging("patient/new", "patient/old") {
		b = b.Apply(ev, mark(10+i))
	}
	p := b.Get("patient/old")
	if p != b.Get("patient/new") || p.Name != "DOE, JANE" || p.Unit != "ICU-2" || !p.Present || p.Version != 10 {
		t.Fatalf("%+v", p)
	}
	if b.Has("patient/old", "dialysis") != patient.Yes || b.Has("patient/old", "pregnancy") != patient.Unknown {
		t.Fatal("a factor was lost or made up")
	}
	if again := b.Merging("patient/old", "patient/new"); again != nil {
		t.Fatalf("merged twice: %v", again)
	}
}

// What one record says of a factor and the other denies relaxes no limit.
func TestAFactorThatTwoMergedRecordsContradictIsUnknown(t *testing.T) {
	for name, c := range map[string]struct{ kept, lost, want patient.Has }{
		"both":             {patient.Yes, patient.Yes, patient.Yes},
		"yes and no":       {patient.Yes, patient.No, patient.Unknown},
		"no and yes":       {patient.No, patient.Yes, patient.Unknown},
		"yes, taken back":  {patient.Yes, patient.Unknown, patient.Unknown},
		"taken back, then": {patient.Unknown, patient.Yes, patient.Unknown},
	} {
		note := func(id string, has patient.Has) patient.Event {
			return &patient.FactorNoted{Patient: id, Note: patient.Note{Factor: "renal", Has: has}}
		}
		b := fold(named("patient/old", "DOE, J", mrn("111111")), note("patient/old", c.lost), named("patient/new", "DOE, JANE", mrn("222222")), note("patient/new", c.kept))
		for i, ev := range b.Merging("patient/new", "patient/old") {
			b = b.Apply(ev, mark(10+i))
		}
		if got := b.Has("patient/new", "renal"); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// draw makes one event as a lab would: under the handle that stands for the
// patient, merges with what they take along.
func draw(t *rapid.T, b patient.Book) []patient.Event {
	some := rapid.SampledFrom([]string{"patient/a", "patient/b", "patient/c", "patient/d"})
	id := b.Handle(some.Draw(t, "patient"))
	word := rapid.SampledFrom([]string{"", "1", "2", "3"})
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		return []patient.Event{named(id, word.Draw(t, "name"), mrn(word.Draw(t, "number")))}
	case 1:
		return []patient.Event{patient.MovedTo(id, patient.Place{Unit: word.Draw(t, "unit"), Room: word.Draw(t, "room")})}
	case 2:
		return []patient.Event{&patient.Left{Patient: id, Occurred: &t0}}
	case 3:
		has := rapid.SampledFrom([]patient.Has{patient.Yes, patient.No, patient.Unknown}).Draw(t, "has")
		return []patient.Event{&patient.FactorNoted{Patient: id, Note: patient.Note{Factor: word.Draw(t, "factor"), Has: has}}}
	default:
		return b.Merging(id, some.Draw(t, "loser"))
	}
}

// again encodes an event's body and enclosure apart and decodes them.
func again(t rapid.TB, ev patient.Event) patient.Event {
	out := patient.New(ev.Kind())
	body, err := json.Marshal(ev)
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	if inner := ev.Enclosure(); err == nil && inner != nil {
		var text []byte
		if text, err = json.Marshal(inner); err == nil {
			err = json.Unmarshal(text, out.Enclosure())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFoldOfDecodedEventsIsTheSameBook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b, decoded patient.Book
		for seq := range rapid.IntRange(1, 30).Draw(t, "n") {
			for _, ev := range draw(t, b) {
				b, decoded = b.Apply(ev, mark(seq+1)), decoded.Apply(again(t, ev), mark(seq+1))
			}
		}
		if err := patient.Invariants(b); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var snapshot patient.Book
		if err := json.Unmarshal(text, &snapshot); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(b, decoded) || !reflect.DeepEqual(b, snapshot) {
			t.Fatalf("%+v\n%+v\n%s", b, decoded, text)
		}
	})
}

// A laboratory that drops records and recalls them knows the same as one
// that never dropped any.
func TestRecalledIsAsIfItHadBeenKept(t *testing.T) {
	type entry struct {
		ev patient.Event
		m  patient.Mark
	}
	rapid.Check(t, func(t *rapid.T) {
		var kept, thrifty patient.Book
		var ledger []entry
		recall := func(id string) {
			for thrifty.Get(id) == nil {
				h := thrifty.Handle(id)
				for _, e := range ledger {
					if slices.Contains(e.ev.About(), h) {
						thrifty = thrifty.Apply(e.ev, e.m)
					}
				}
				if thrifty.Handle(id) == h {
					return
				}
			}
		}
		ids := []string{"patient/a", "patient/b", "patient/c", "patient/d"}
		for range rapid.IntRange(1, 40).Draw(t, "n") {
			for _, ev := range draw(t, kept) {
				for _, id := range ev.About() {
					recall(id)
				}
				e := entry{ev, mark(len(ledger) + 1)}
				ledger = append(ledger, e)
				kept, thrifty = kept.Apply(e.ev, e.m), thrifty.Apply(e.ev, e.m)
			}
			if rapid.Bool().Draw(t, "drop") {
				thrifty = thrifty.Without(rapid.SampledFrom(ids).Draw(t, "dropped"))
			}
			if err := patient.Invariants(thrifty); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range ids {
			recall(id)
			if d := cmp.Diff(kept.Get(id), thrifty.Get(id)); d != "" {
				t.Fatalf("%s: kept against recalled: %s", id, d)
			}
		}
	})
}

func TestBodiesHoldNothingThatDescribesAPatient(t *testing.T) {
	const canary = "CANARY"
	for _, ev := range []patient.Event{
		&patient.Identified{Patient: "patient/a", Who: patient.Identity{Numbers: []patient.Number{mrn(canary)}, Name: canary, Born: canary, Sex: canary}},
		patient.MovedTo("patient/a", patient.Place{Unit: "ICU-2", Room: canary, Bed: canary}),
		&patient.FactorNoted{Patient: "patient/a", Note: patient.Note{Factor: canary, Has: patient.Yes, Source: canary}},
	} {
		body, err := json.Marshal(ev)
		if err != nil || strings.Contains(string(body), canary) {
			t.Errorf("%s: %s, %v", ev.Kind(), body, err)
		}
		sealed, _ := json.Marshal(ev.Enclosure())
		if !strings.Contains(string(sealed), canary) {
			t.Errorf("%s seals only %s", ev.Kind(), sealed)
		}
	}
}

func TestKindsOfOtherRoomsAreNotMade(t *testing.T) {
	if ev := patient.New("critical.closed"); ev != nil {
		t.Fatalf("%T", ev)
	}
}

func TestInvariantsFindABrokenBook(t *testing.T) {
	good := fold(named("patient/a", "DOE", mrn("1")))
	p := good.Get("patient/a")
	for name, b := range map[string]patient.Book{
		"another's record":   {Patients: good.Patients.With("patient/b", p)},
		"merged, yet there":  {Patients: good.Patients, Listed: good.Listed, Alias: good.Alias.With("patient/a", "patient/z")},
		"a chain of aliases": {Alias: good.Alias.With("patient/x", "patient/y").With("patient/y", "patient/z")},
		"a number unlisted":  {Patients: good.Patients},
		"a number of nobody": {Listed: good.Listed},
		"a later version":    {Patients: good.Patients.With("patient/a", &patient.Patient{ID: "patient/a", Version: 9, Seq: 8})},
	} {
		if err := patient.Invariants(b); err == nil || strings.Contains(err.Error(), "DOE") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := patient.Invariants(good); err != nil {
		t.Error(err)
	}
}

func ExampleReadBackTail() {
	p := &patient.Patient{Identity: patient.Identity{Numbers: []patient.Number{{Value: "552137"}}}}
	fmt.Println(patient.ReadBackTail(p))
	// Output: 2137
}

func TestWhatIsToldOfAMergedHandleChangesNothing(t *testing.T) {
	b := fold(&patient.Merged{Patient: "patient/new", Loser: "patient/old"})
	if late := b.Apply(named("patient/old", "DOE", mrn("1")), mark(9)); late.Patients.Len() != 0 {
		t.Fatal("a merged handle has a record")
	}
}
