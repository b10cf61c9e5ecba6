package equipment_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// TestNothingOverlapsWhateverPeopleDo lets random people do random things in random order, some of them with stale
// versions. After each step every invariant is asked (bench.do) and what was accepted is compared with a naive model: a
// list of spans. The book read back from its snapshot decides the same.
func TestNothingOverlapsWhateverPeopleDo(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := newBench(t)
		b.t = rapidTB{t, r}
		people := []string{"person/ann", "person/ben"}
		names := []string{"a", "b", "c"}
		pick := func() (equipment.Booking, bool) {
			if b.n == 0 {
				return equipment.Booking{}, false
			}
			return b.book.Bookings.Get(fmt.Sprintf("booking/%03d", rapid.IntRange(1, b.n).Draw(r, "which")))
		}
		span := func() equipment.Span {
			from := b.now.Truncate(time.Minute).Add(time.Duration(rapid.IntRange(0, 60).Draw(r, "from")) * 10 * time.Minute)
			return equipment.Span{Start: from, End: from.Add(time.Duration(rapid.IntRange(1, 20).Draw(r, "length")) * 10 * time.Minute)}
		}
		act := func(evs []equipment.Event, err error) {
			if err == nil {
				b.do(evs...)
			}
		}
		incidents, serials := 0, 0
		r.Repeat(map[string]func(*rapid.T){
			"place": func(r *rapid.T) {
				s := span()
				who := rapid.SampledFrom(people).Draw(r, "who")
				k := b.booking(who, s.Start, s.End, rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID[string]).Draw(r, "on")...)
				free := naive(b.book, k, b.now)
				evs, err := b.book.Place(k, "", b.ask(who))
				if (err == nil) != free {
					r.Fatalf("placing %+v: %v %v; the model says it is free: %v", k, err, problems(err), free)
				}
				act(evs, err)
			},
			"move": func(r *rapid.T) {
				if k, ok := pick(); ok {
					act(b.book.Move(k.ID, k.Version-rapid.IntRange(0, 1).Draw(r, "stale"), nil, span(), b.boss()))
				}
			},
			"cancel": func(*rapid.T) {
				if k, ok := pick(); ok {
					act(b.book.Cancel(k.ID, k.Version, "", "", b.boss()))
				}
			},
			"check in": func(*rapid.T) {
				if k, ok := pick(); ok {
					act(b.book.CheckIn(k.ID, k.Version, b.ask(k.Owner)))
				}
			},
			"finish": func(*rapid.T) {
				if k, ok := pick(); ok {
					act(b.book.Finish(k.ID, k.Version, "", b.ask(k.Owner)))
				}
			},
			"walk up": func(r *rapid.T) {
				act(b.book.WalkUp("instrument/"+rapid.SampledFrom(names).Draw(r, "on"), b.ask("person/ben")))
			},
			"leave": func(r *rapid.T) {
				act(b.book.Leave("instrument/"+rapid.SampledFrom(names).Draw(r, "on"), "", b.boss()))
			},
			"preempt": func(*rapid.T) {
				if k, ok := pick(); ok {
					u := b.booking("person/ben", k.Start, k.End)
					u.Items = k.Items
					act(b.book.Preempt(k.ID, k.Version, u, b.ask("person/ben")))
				}
			},
			"yield": func(*rapid.T) {
				if k, ok := pick(); ok {
					act(b.book.Yield(k.ID, k.Version, k.Items[0].Instrument[len("instrument/"):], b.ask(k.Owner)))
				}
			},
			"down": func(r *rapid.T) {
				incidents++
				in := equipment.Incident{ID: fmt.Sprintf("incident/%d", incidents), Instrument: "instrument/" + rapid.SampledFrom(names).Draw(r, "on"), Severity: "stop"}
				if in.Planned = rapid.Bool().Draw(r, "planned"); in.Planned {
					in.Span = span()
				}
				act(b.book.Down(in, "", b.ask("person/ben")))
			},
			"reroute": func(*rapid.T) {
				for id := range b.book.Incidents.All() {
					evs, _, err := b.book.Reroute(id, b.boss())
					act(evs, err)
					return
				}
			},
			"return": func(*rapid.T) {
				for id := range b.book.Incidents.All() {
					act(b.book.Verify(id, "mended", b.boss()))
					act(b.book.Release(id, []string{"control"}, b.boss()))
					return
				}
			},
			"wait": func(*rapid.T) {
				b.n++
				act(b.book.Wait(equipment.Want{
					ID: fmt.Sprintf("wait/%03d", b.n), Person: "person/ann", Any: []string{"instrument/a", "instrument/c"}, Minutes: 30, Purpose: equipment.Routine, Span: span(),
				}, b.ask("person/ann")))
			},
			"series": func(r *rapid.T) {
				s := span()
				occ, err := equipment.Expand(equipment.Repeat{
					Every: equipment.Daily, First: s.Start.Format("2006-01-02T15:04"), Minutes: int(s.Length() / time.Minute), Count: 4,
				}, b.now.AddDate(0, 0, 30), time.UTC)
				if err != nil {
					r.Fatal(err)
				}
				serials++
				k := b.booking("person/ann", s.Start, s.End, rapid.SampledFrom(names).Draw(r, "on"))
				series := fmt.Sprintf("series/%d", serials)
				evs, _, err := b.book.PlaceSeries(series, k, occ, rapid.Bool().Draw(r, "skip"), func(n int) string {
					if n == 1 {
						return k.ID
					}
					return fmt.Sprintf("%s-%d", k.ID, n)
				}, b.ask("person/ann"))
				act(evs, err)
			},
			"move series": func(r *rapid.T) {
				by := equipment.Shift{
					At:   rapid.SampledFrom([]string{"", "08:00", "14:30"}).Draw(r, "at"),
					Days: rapid.IntRange(-1, 2).Draw(r, "days"), Minutes: rapid.SampledFrom([]int{0, 30, 25 * 60}).Draw(r, "minutes"),
				}
				evs, _, err := b.book.MoveSeries(fmt.Sprintf("series/%d", rapid.IntRange(0, serials).Draw(r, "series")), rapid.IntRange(1, 3).Draw(r, "from"), by, nil, rapid.Bool().Draw(r, "skip"), b.boss())
				act(evs, err)
			},
			"cancel series": func(r *rapid.T) {
				evs, _, err := b.book.CancelSeries(fmt.Sprintf("series/%d", rapid.IntRange(0, serials).Draw(r, "series")), 2, "", true, b.boss())
				act(evs, err)
			},
			"take": func(*rapid.T) {
				if k, ok := pick(); ok {
					act(b.book.Take(k.ID, k.Version, b.ask(k.Owner)))
				}
			},
			"time": func(r *rapid.T) {
				b.until(b.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(r, "minutes")) * time.Minute))
				if next, ok := b.book.NextDue(); ok && !next.After(b.now) {
					r.Fatalf("something was due at %s, now is %s", next, b.now)
				}
			},
			"": func(r *rapid.T) {
				text, err := json.Marshal(b.book)
				if err != nil {
					r.Fatal(err)
				}
				var read equipment.Book
				if err := json.Unmarshal(text, &read); err != nil {
					r.Fatal(err)
				}
				if f := read.Faults(b.now); f != nil {
					r.Fatalf("read back from a snapshot: %v", f)
				}
				b.book = read
			},
		})
	})
}

// naive tells whether a booking of exclusive instruments would be free, by comparing it with each other.
func naive(book equipment.Book, k equipment.Booking, now time.Time) bool {
	around := func(k equipment.Booking, id string) equipment.Span {
		if id == "instrument/c" {
			return k.Span
		}
		return equipment.Span{Start: k.Start.Add(-10 * time.Minute), End: k.End.Add(5 * time.Minute)}
	}
	for _, it := range k.Items {
		for _, o := range book.Bookings.All() {
			if _, on := o.On(it.Instrument); on && o.Standing.Live() && around(k, it.Instrument).Overlaps(around(o, it.Instrument)) {
				return false
			}
		}
		for _, in := range book.Incidents.All() {
			s := around(k, it.Instrument)
			if in.Instrument == it.Instrument && s.End.After(in.Start) && (!in.Planned || s.Start.Before(in.End)) {
				return false
			}
		}
	}
	return !k.Start.Before(now.Truncate(time.Minute)) && k.Length() <= 24*time.Hour
}

// rapidTB lets helpers for tests fail a rapid run, so that it is shrunk.
type rapidTB struct {
	testing.TB

	r *rapid.T
}

func (t rapidTB) Helper() {}

func (t rapidTB) Fatalf(format string, args ...any) { t.r.Fatalf(format, args...) }
