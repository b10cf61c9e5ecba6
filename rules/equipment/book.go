package equipment

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Window is for how long after its end a booking stays in the book, for quotas and for whoever looks back; Gone is for
// how long after it was given up, so that every calendar that follows a feed has heard of it.
const (
	Window = 14 * 24 * time.Hour
	Gone   = 30 * 24 * time.Hour
)

// Book is all that is known of instruments, by the ledger's word. The zero value is empty.
type Book struct {
	Instruments  table.Map[string, Instrument] `json:"instruments"`
	Rules        table.Map[string, Rules]      `json:"rules"`
	Gates        table.Map[string, Gate]       `json:"gates"`        // by instrument, assay and name
	Competencies table.Map[string, Competency] `json:"competencies"` // by person, instrument and assay
	Bookings     table.Map[string, Booking]    `json:"bookings"`     // live ones, and those that ended within the Window
	Uses         table.Map[string, Use]        `json:"uses"`         // by instrument
	Incidents    table.Map[string, Incident]   `json:"incidents"`    // open ones
	Wants        table.Map[string, Want]       `json:"wants"`
	Handovers    table.Map[string, Handover]   `json:"handovers"` // by instrument: what the next user has to accept
	Feeds        table.Map[string, Feed]       `json:"feeds"`     // by the hash of their address

	lanes table.Map[string, lane]   // by instrument
	mine  table.Map[string, string] // owner, start and id → booking that is or was the owner's
	due   table.Map[string, string] // instant and id → booking or wait
	over  table.Map[string, string] // instant at which it is forgotten and id → booking that is over
}

// UnmarshalJSON reads a book, its orders made anew.
func (b *Book) UnmarshalJSON(text []byte) error {
	type bare Book
	var read bare
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	out := Book(read)
	for _, k := range out.Bookings.All() {
		out = out.index(k, true)
	}
	for id, w := range out.Wants.All() {
		out.due = out.due.With(when(w.End, id), id)
	}
	*b = out
	return nil
}

// when is a key that sorts by time, then id.
func when(at time.Time, id string) string {
	return at.UTC().Format("2006-01-02T15:04:05.000000Z") + " " + id
}

func gateKey(g Gate) string {
	key := g.Instrument + " " + g.Assay + " " + g.Name
	if g.Level != "" {
		key += " " + g.Level
	}
	return key
}

func competencyKey(c Competency) string { return c.Person + " " + c.Instrument + " " + c.Assay }

// rules returns the rules of an instrument.
func (b Book) rules(i Instrument) Rules {
	if r, ok := b.Rules.Get(i.Rules); ok {
		return r
	}
	return DefaultRules()
}

// put writes a booking and keeps the orders.
func (b Book) put(k Booking) Book {
	if old, ok := b.Bookings.Get(k.ID); ok {
		b = b.index(old, false)
	}
	b.Bookings = b.Bookings.With(k.ID, k)
	return b.index(k, true)
}

// index adds a booking to the orders, or takes it out.
func (b Book) index(k Booking, in bool) Book {
	set := func(m table.Map[string, string], key string) table.Map[string, string] {
		if in {
			return m.With(key, k.ID)
		}
		return m.Without(key)
	}
	if k.Standing.Live() || k.Standing == Done {
		b.mine = set(b.mine, mineKey(k.Owner, k.Start, k.ID))
	}
	if !k.Standing.Live() {
		b.over = set(b.over, when(k.forgotten(), k.ID))
		return b
	}
	if at, ok := b.deadline(k); ok {
		b.due = set(b.due, when(at, k.ID))
	}
	for _, it := range k.Items {
		i, _ := b.Instruments.Get(it.Instrument)
		l, _ := b.lanes.Get(it.Instrument)
		if in {
			l = l.with(k.around(i), it.Demand, k.ID)
		} else {
			l = l.without(k.around(i), k.ID)
		}
		b.lanes = b.lanes.With(it.Instrument, l)
	}
	return b
}

// forgotten is when a booking that is over leaves the book.
func (b Booking) forgotten() time.Time {
	at := b.End.Add(Window)
	if b.Standing == Done {
		return at
	}
	return latest(at, b.Changed.Add(Gone))
}

func mineKey(owner string, start time.Time, id string) string { return owner + " " + when(start, id) }

// deadline is when something is due of a live booking.
func (b Book) deadline(k Booking) (time.Time, bool) {
	switch k.Standing { //nolint:exhaustive // the others wait for a person
	case Held, Asked:
		return k.Until, true
	case Booked:
		wait := time.Duration(0)
		for _, it := range k.Items {
			i, _ := b.Instruments.Get(it.Instrument)
			wait = max(wait, or(b.rules(i).NoShow, DefaultRules().NoShow))
		}
		return latest(k.Start, k.Since).Add(wait), true
	}
	return time.Time{}, false
}

// relist replaces an instrument; what is booked on it moves with its warm-up and clean-up.
func (b Book) relist(i Instrument) Book {
	touched := b.booked(i.ID)
	for _, k := range touched {
		b = b.index(k, false)
	}
	b.Instruments = b.Instruments.With(i.ID, i)
	for _, k := range touched {
		b = b.index(k, true)
	}
	return b
}

// booked returns the live bookings of an instrument, in order of start.
func (b Book) booked(instrument string) []Booking {
	l, _ := b.lanes.Get(instrument)
	var out []Booking
	for _, s := range l.slots.All() {
		k, _ := b.Bookings.Get(s.booking)
		out = append(out, k)
	}
	return out
}

// owned returns a person's bookings, live or done, that begin from a time on, in order of start.
func (b Book) owned(owner string, from time.Time, yield func(Booking) bool) {
	for key, id := range b.mine.From(mineKey(owner, from, "")) {
		if !strings.HasPrefix(key, owner+" ") {
			return
		}
		k, _ := b.Bookings.Get(id)
		if !yield(k) {
			return
		}
	}
}

// sweep forgets bookings whose time to be forgotten has come.
func (b Book) sweep(now time.Time) Book {
	end := when(now, "")
	for key, id := range b.over.All() {
		if key >= end {
			break
		}
		k, _ := b.Bookings.Get(id)
		b = b.index(k, false)
		b.Bookings = b.Bookings.Without(id)
	}
	return b
}

// incidents returns the open incidents of an instrument.
func (b Book) incidents(instrument string) []Incident {
	var out []Incident
	for _, in := range b.Incidents.All() {
		if in.Instrument == instrument {
			out = append(out, in)
		}
	}
	return out
}

// used tells whether an instrument is in use, by whom and for what.
func (b Book) used(k Booking) bool {
	return slices.ContainsFunc(k.Items, func(it Item) bool {
		_, ok := b.Uses.Get(it.Instrument)
		return ok
	})
}
