package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

// knows is a booking as a writer last heard of it.
type knows struct {
	id      string
	version int
	where   act
}

// rivals are writers over HTTP, what they know of each other's bookings, and what they did.
type rivals struct {
	store   ledger.Store
	mu      sync.Mutex
	known   []knows
	history []porcupine.Operation
	begin   time.Time
	hour    time.Time // from which half hours are counted
}

// learn keeps what an answer tells of a booking; what is over is asked for a little longer only.
func (r *rivals) learn(a act, code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.known, func(k knows) bool { return k.id == a.id })
	switch {
	case code == "over" && i >= 0:
		r.known = slices.Delete(r.known, i, i+1)
	case code != "":
	case i < 0 && a.do == "book":
		r.known = append(r.known, knows{a.id, a.version + 1, a})
	case i >= 0:
		r.known[i].version = max(r.known[i].version, a.version+1)
		if a.do == "move" {
			r.known[i].where.from, r.known[i].where.to = a.from, a.to
		}
	}
}

// choose draws a writer's next command, of what anybody knows; now and then of an older version.
func (r *rivals) choose(rnd *rand.Rand) act {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := act{do: "book", from: rnd.IntN(8)}
	a.to = a.from + 1 + rnd.IntN(3)
	a.on = [][2]bool{{true, false}, {false, true}, {true, true}}[rnd.IntN(3)]
	if do := []string{"book", "book", "cancel", "move", "move", "preempt", "decline"}[rnd.IntN(7)]; len(r.known) > 0 && do != "book" {
		k := r.known[len(r.known)-1-rnd.IntN(min(len(r.known), 6))]
		a.do, a.id, a.version = do, k.id, max(1, k.version-rnd.IntN(5)/4)
		if do == "preempt" { // within the place that is asked for
			a.on, a.from, a.to = k.where.on, k.where.from, k.where.from+1
		}
	}
	return a
}

func (r *rivals) body(a act) wire.BookBody {
	at := func(n int) time.Time { return r.hour.Add(time.Duration(n) * 30 * time.Minute) }
	b := wire.BookBody{Start: at(a.from), End: at(a.to)}
	for n, name := range []string{"chem-1", "chem-2"} {
		if a.on[n] {
			b.Items = append(b.Items, equipment.Item{Instrument: "instrument/" + name})
		}
	}
	return b
}

// asked is the urgent booking of an entry.
func (r *rivals) asked(seq ledger.Seq) string {
	es, err := r.store.Read(context.Background(), seq-1, 1)
	var asked struct{ For equipment.Booking }
	if err != nil || len(es) == 0 || json.Unmarshal(es[0].Body, &asked) != nil {
		return fmt.Sprintf("entry %d says nothing of it", seq)
	}
	return asked.For.ID
}

// give gives a command over HTTP and returns what was answered.
func (r *rivals) give(ctx context.Context, c *client.Client, a act) answeredAs {
	of, body := wire.OfBody{Booking: a.id, Version: a.version}, r.body(a)
	var err error
	var id string
	switch a.do {
	case "book":
		var done wire.Booked
		done, err = c.Book(ctx, body)
		id = done.Booking.ID
		a.id, a.version = id, 0
	case "cancel":
		_, err = c.CancelBooking(ctx, wire.CancelBody{OfBody: of})
	case "move":
		_, err = c.MoveBooking(ctx, wire.MoveBody{OfBody: of, Start: body.Start, End: body.End})
	case "preempt":
		var done wire.Booked
		if done, err = c.Preempt(ctx, wire.PreemptBody{OfBody: of, For: body}); err == nil {
			id = r.asked(done.First) // the answer shows the booking as it is, which may be later
		}
	case "decline":
		_, err = c.Decline(ctx, wire.DeclineBody{OfBody: of, Reason: "not-needed"})
	}
	r.learn(a, code(err))
	if err != nil {
		return answeredAs{code: code(err)}
	}
	return answeredAs{id: id}
}

// race lets eight writers of one person give commands at once and returns their history.
func race(t *testing.T, h *house, round uint64) []porcupine.Operation {
	t.Helper()
	ctx, cancel := within(t)
	defer cancel()
	h.noWarmup(t)
	r := &rivals{store: h.Store(), begin: time.Now(), hour: hour(24 + 24*int(round%100))}
	var wg sync.WaitGroup
	for writer := range 8 {
		c := h.as(t, "tech")
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(round, uint64(writer)))
			for range 24 {
				a := r.choose(rnd)
				call := time.Since(r.begin)
				o := r.give(ctx, c, a)
				op := porcupine.Operation{ClientId: writer, Input: a, Output: o, Call: int64(call), Return: int64(time.Since(r.begin))}
				r.mu.Lock()
				r.history = append(r.history, op)
				r.mu.Unlock()
			}
		})
	}
	wg.Wait()
	return r.history
}

// noWarmup lists two analyzers without warm-up, as the model knows them.
func (h *house) noWarmup(t *testing.T) {
	t.Helper()
	for _, name := range []string{"chem-1", "chem-2"} {
		_, err := h.as(t, "sue").Instrument(t.Context(), wire.InstrumentBody{Instrument: equipment.Instrument{
			ID: "instrument/" + name, Name: name, Zone: "Europe/Berlin", Group: "chem",
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// overlaps looks by brute force, over the ledger's bytes alone, at each pair of bookings after each entry: it returns the
// first two live ones that share an instrument and an instant.
func (h *house) overlaps(t *testing.T) string {
	t.Helper()
	live := map[string]equipment.Booking{}
	for after := ledger.Seq(0); ; {
		es, err := h.Store().Read(t.Context(), after, ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			return ""
		}
		for i := range es {
			after = es[i].Seq
			var e struct {
				Kind string          `json:"kind"`
				Body json.RawMessage `json:"body"`
			}
			if err := json.Unmarshal(es[i].Leaf, &e); err != nil {
				t.Fatal(err)
			}
			var placed struct{ Booking equipment.Booking }
			var of struct {
				Booking string
				Items   []equipment.Item
				Start   time.Time
				End     time.Time
			}
			switch e.Kind {
			case "equipment.booked":
				err = json.Unmarshal(e.Body, &placed)
				live[placed.Booking.ID] = placed.Booking
			case "equipment.moved":
				err = json.Unmarshal(e.Body, &of)
				k := live[of.Booking]
				k.Items, k.Start, k.End = of.Items, of.Start, of.End
				live[of.Booking] = k
			case "equipment.cancelled":
				err = json.Unmarshal(e.Body, &of)
				delete(live, of.Booking)
			default:
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if two := overlapping(live); two != "" {
				return fmt.Sprintf("after entry %d: %s", after, two)
			}
		}
	}
}

func overlapping(live map[string]equipment.Booking) string {
	for _, a := range live {
		for _, b := range live {
			for _, it := range a.Items {
				if _, on := b.On(it.Instrument); on && a.ID < b.ID && a.Overlaps(b.Span) {
					return fmt.Sprintf("%s and %s have %s at once", a.ID, b.ID, it.Instrument)
				}
			}
		}
	}
	return ""
}

// Commands of eight writers over HTTP (book one instrument or both, move, lengthen, cancel, ask for a place, decline;
// some with an older version) came in some order, one after another, by a model that is a list of spans.
func TestBookingsOverHTTPAreLinearizable(t *testing.T) {
	caught := 0
	rounds := need.Count(6, 100)
	said := map[string]int{}
	for round := range rounds {
		h := newHouse(t)
		history := race(t, h, uint64(round))
		for _, op := range history {
			a, _ := op.Input.(act)
			o, _ := op.Output.(answeredAs)
			said[a.do+" "+o.code]++
		}
		linear := porcupine.CheckOperationsTimeout(bookingModel(), history, time.Minute)
		two := h.overlaps(t)
		switch {
		case server.Planted && (linear == porcupine.Illegal) && two != "":
			caught++
		case server.Planted:
		case linear != porcupine.Ok:
			t.Errorf("round %d: the history of %d commands is %v", round, len(history), linear)
		case two != "":
			t.Errorf("round %d: %s", round, two)
		default:
			if f := h.State().Faults(h.Now()); f != nil {
				t.Errorf("round %d: %v", round, f)
			}
		}
	}
	t.Log(said)
	for _, want := range []string{"book ", "book refused", "move ", "move refused", "move stale", "cancel ", "cancel over", "preempt ", "decline "} {
		if said[want] == 0 {
			t.Errorf("nothing was answered %q: %v", want, said)
		}
	}
	if server.Planted {
		if caught == 0 {
			t.Fatal("the planted race was not caught")
		}
		fmt.Printf("the planted race was caught in %d of %d rounds\n", caught, rounds)
	}
}

// The model itself must be able to fail.
func TestModelOfBookingsRefusesTwoWinners(t *testing.T) {
	a := act{do: "book", on: [2]bool{true, false}, from: 0, to: 2}
	b := act{do: "book", on: [2]bool{true, true}, from: 1, to: 3}
	h := []porcupine.Operation{
		{ClientId: 0, Input: a, Output: answeredAs{id: "booking/1"}, Call: 0, Return: 10},
		{ClientId: 1, Input: b, Output: answeredAs{id: "booking/2"}, Call: 5, Return: 15},
	}
	if porcupine.CheckOperations(bookingModel(), h) {
		t.Fatal("two bookings of one hour passed")
	}
	h[1].Output = answeredAs{code: "refused"}
	if !porcupine.CheckOperations(bookingModel(), h) {
		t.Fatal("one booking and one refusal did not pass")
	}
}
