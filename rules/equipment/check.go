package equipment

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of decisions. What a rule refuses is a RefusedError.
var (
	// ErrUnknown says that there is no such booking, instrument, incident or wait. Look at its id.
	ErrUnknown = errors.New("equipment: there is no such thing")
	// ErrStale says that the booking has changed (StaleError holds it as it is now). Look at it and ask again.
	ErrStale = errors.New("equipment: the booking has changed")
	// ErrOver says that the booking is over.
	ErrOver = errors.New("equipment: the booking is over")
	// ErrNotYours says that only the owner, who placed it, or a supervisor may.
	ErrNotYours = errors.New("equipment: not yours")
	// ErrState says that it cannot be done where the booking or the instrument stands now.
	ErrState = errors.New("equipment: not possible now")
	// ErrMismatch says that what was typed is not what is given up. Look again and type it.
	ErrMismatch = errors.New("equipment: the read-back differs")
	// ErrRefused says that rules are in the way; RefusedError names them.
	ErrRefused = errors.New("equipment: refused")
)

// StaleError is ErrStale with the booking as it is now.
type StaleError struct{ Booking Booking }

// Error names the version that counts.
func (e *StaleError) Error() string {
	return fmt.Sprintf("%v: version %d", ErrStale, e.Booking.Version)
}

// Unwrap is ErrStale.
func (*StaleError) Unwrap() error { return ErrStale }

// Problem is one rule that is in the way.
type Problem struct {
	Rule       string   `json:"rule"` // its id: "taken", "gate-failed"
	Say        string   `json:"say"`  // why, in words, without names
	Instrument string   `json:"instrument,omitempty"`
	Assay      string   `json:"assay,omitempty"`
	Blocks     []string `json:"blocks,omitempty"` // bookings or incidents in the way
	Pass       bool     `json:"pass,omitempty"`   // a named second person may let it pass
	Passed     bool     `json:"passed,omitempty"` // and did
}

// RefusedError says which rules refuse something, all of them, and what one can have instead.
type RefusedError struct {
	Problems []Problem `json:"problems"`
	Free     []Offer   `json:"free,omitempty"`   // the next places, at most three
	Equal    []Offer   `json:"equal,omitempty"`  // other instruments at the time that was asked for
	Series   []Skipped `json:"series,omitempty"` // of a series: each occurrence that cannot be, and why
}

// Offer is what could be booked instead.
type Offer struct {
	Items []Item `json:"items"`
	Span
}

// Error names the first rule.
func (e *RefusedError) Error() string { return fmt.Sprintf("%v: %s", ErrRefused, e.Problems[0].Rule) }

// Unwrap is ErrRefused.
func (*RefusedError) Unwrap() error { return ErrRefused }

// Ask is who wants something, and when.
type Ask struct {
	Now        time.Time
	By         string                           // person/…, machine/… or clock
	Supervisor bool                             // may let rules pass for others, and decide over others' bookings
	Pass       []string                         // rules to let pass; of a supervisor, for another person's work
	Reason     string                           // why, in the supervisor's words
	Zone       func(name string) *time.Location // of an instrument; nil: UTC
}

func (a Ask) zone(i Instrument) *time.Location {
	if a.Zone != nil {
		if z := a.Zone(i.Zone); z != nil {
			return z
		}
	}
	return time.UTC
}

// may tells whether who asks decides over a booking.
func (a Ask) may(k Booking) bool { return a.Supervisor || a.By == k.Owner || a.By == k.By }

// check is the one engine: it returns every rule that is in the way of a booking. old is the booking before a change,
// or nil. It costs O(log n) for each instrument, and the owner's bookings of the week.
func (b Book) check(k Booking, old *Booking, a Ask) []Problem {
	out := shape(k)
	if len(out) > 0 {
		return out // nothing else can be said of it
	}
	for _, it := range k.Items {
		i, ok := b.Instruments.Get(it.Instrument)
		if !ok || i.Status == Retired {
			say := "No instrument of this name is listed."
			if ok {
				say = "This instrument is retired."
			}
			out = append(out, Problem{Rule: "unknown-instrument", Say: say, Instrument: it.Instrument})
			continue
		}
		out = append(out, b.checkSpan(k, old, i, a)...)
		out = append(out, b.checkPlace(k, it, i)...)
		out = append(out, b.checkOwner(k, i)...)
		if old == nil || old.Span != k.Span || old.Owner != k.Owner {
			out = append(out, b.checkQuota(k, i, a.zone(i))...)
		}
	}
	return out
}

// refuse returns a RefusedError unless every problem was let pass, and the events that say so.
func (b Book) refuse(k Booking, old *Booking, a Ask) ([]Event, error) {
	problems := b.check(k, old, a)
	var passed []Event
	refused := false
	for i := range problems {
		p := &problems[i]
		if p.Pass && a.Supervisor && a.By != k.Owner && a.Reason != "" && slices.Contains(a.Pass, p.Rule) {
			p.Passed = true
			passed = append(passed, &Overridden{Rule: p.Rule, Booking: k.ID, Sealed: Note{a.Reason}})
			continue
		}
		refused = true
	}
	if !refused {
		return passed, nil
	}
	err := &RefusedError{Problems: slices.DeleteFunc(problems, func(p Problem) bool { return p.Passed })}
	err.Free, err.Equal = b.instead(k, old, a)
	return nil, err
}

// shape looks at a booking by itself.
func shape(k Booking) []Problem {
	var out []Problem
	bad := func(rule, say string) { out = append(out, Problem{Rule: rule, Say: say}) }
	switch {
	case len(k.Items) == 0:
		bad("no-instrument", "No instrument is named.")
	case len(k.Items) > 8:
		bad("too-many-instruments", "A booking has at most eight instruments.")
	}
	for n, it := range k.Items {
		if slices.ContainsFunc(k.Items[:n], func(o Item) bool { return o.Instrument == it.Instrument }) {
			bad("twice", "An instrument is named twice.")
		}
		if it.Demand < 0 {
			bad("no-demand", "A demand is a number of tests an hour.")
		}
	}
	switch {
	case !k.Start.Before(k.End):
		bad("end-before-start", "The end is not after the start.")
	case k.Length() > MostEver:
		bad("too-long", "A booking lasts at most 31 days.")
	case k.Start.Truncate(time.Minute) != k.Start || k.End.Truncate(time.Minute) != k.End:
		bad("not-whole-minutes", "Start and end are whole minutes.")
	}
	if !slices.Contains(purposes, k.Purpose) {
		bad("unknown-purpose", "There is no such purpose.")
	}
	if k.Owner == "" {
		bad("no-owner", "A booking has an owner.")
	}
	return out
}

// checkSpan looks at length, notice and horizon.
func (b Book) checkSpan(k Booking, old *Booking, i Instrument, a Ask) []Problem {
	var out []Problem
	r := b.rules(i)
	bad := func(rule, say string) {
		out = append(out, Problem{Rule: rule, Say: say, Instrument: i.ID, Pass: true})
	}
	if r.Least > 0 && k.Length() < minutes(r.Least) {
		bad("too-short", fmt.Sprintf("A booking lasts at least %s here.", span(minutes(r.Least))))
	}
	if most := minutes(r.Most); most > 0 && k.Length() > most {
		bad("too-long", fmt.Sprintf("A booking lasts at most %s here.", span(most)))
	}
	begun := old != nil && (old.Standing == InUse || old.Start.Equal(k.Start))
	if k.End.Before(a.Now) || !begun && k.Start.Before(a.Now.Truncate(time.Minute)) {
		out = append(out, Problem{Rule: "past", Say: "It begins in the past.", Instrument: i.ID})
	}
	if k.Purpose != Stat && !begun && k.Start.Before(a.Now.Add(minutes(r.NoticeAdd))) {
		bad("notice", fmt.Sprintf("It must be booked %s before it begins.", span(minutes(r.NoticeAdd))))
	}
	if old != nil && r.NoticeChange > 0 && old.Standing != InUse && k.Span != old.Span && old.Start.Before(a.Now.Add(minutes(r.NoticeChange))) {
		bad("notice-change", fmt.Sprintf("It can be changed until %s before it begins.", span(minutes(r.NoticeChange))))
	}
	if r.Horizon > 0 && k.Start.After(a.Now.AddDate(0, 0, r.Horizon)) {
		bad("horizon", fmt.Sprintf("It can be booked at most %d days ahead.", r.Horizon))
	}
	return out
}

// checkPlace looks whether the instrument is free and works then.
func (b Book) checkPlace(k Booking, it Item, i Instrument) []Problem {
	var out []Problem
	s := k.around(i)
	l, _ := b.lanes.Get(i.ID)
	switch {
	case i.Shared && it.Demand < 1:
		out = append(out, Problem{Rule: "no-demand", Say: "A shared instrument is booked with its tests an hour.", Instrument: i.ID})
	case i.Shared:
		if l.most(s, k.ID)+it.Demand > i.Capacity {
			out = append(out, Problem{
				Rule: "capacity", Say: fmt.Sprintf("It runs at most %d tests an hour.", i.Capacity), Instrument: i.ID, Blocks: l.others(s, k.ID),
			})
		}
	case l.taken(s, k.ID) != "":
		out = append(out, Problem{Rule: "taken", Say: "It is booked then, with its warm-up and clean-up.", Instrument: i.ID, Blocks: l.others(s, k.ID)})
	}
	for _, in := range b.incidents(i.ID) {
		if in.hits(k, s) {
			out = append(out, Problem{Rule: "down", Say: "It is down then, or being verified.", Instrument: i.ID, Blocks: []string{in.ID}})
		}
	}
	return out
}

// Taken returns a live booking that overlaps a span of an exclusive instrument, other than one; "" if there is none. The
// span holds warm-up and clean-up already. O(log n), without allocation.
func (b Book) Taken(instrument string, s Span, but string) string {
	return b.lane(instrument).taken(s, but)
}

// others returns the bookings that overlap a span, but one.
func (l lane) others(s Span, but string) []string {
	var out []string
	l.overlapping(s, func(_ int64, at slot) bool {
		if at.booking != but {
			out = append(out, at.booking)
		}
		return true
	})
	return out
}

// checkOwner looks whether the instrument runs the assays, and the owner may run them all the time.
func (b Book) checkOwner(k Booking, i Instrument) []Problem {
	var out []Problem
	for _, assay := range k.Assays {
		if !i.Runs(assay) {
			if len(k.Items) == 1 || !b.someRuns(k, assay) {
				out = append(out, Problem{Rule: "assay", Say: "It does not run this assay.", Instrument: i.ID, Assay: assay})
			}
			continue
		}
		if !b.competent(k.Owner, i.ID, assay, k.Span) {
			out = append(out, Problem{
				Rule: "competence", Say: "The owner is not competent for this assay for all of the time.", Instrument: i.ID, Assay: assay, Pass: true,
			})
		}
	}
	return out
}

func (b Book) someRuns(k Booking, assay string) bool {
	return slices.ContainsFunc(k.Items, func(it Item) bool {
		i, _ := b.Instruments.Get(it.Instrument)
		return i.Runs(assay)
	})
}

// competent tells whether a person may run an assay of an instrument from start to end.
func (b Book) competent(person, instrument, assay string, s Span) bool {
	for _, which := range []string{assay, ""} {
		c, ok := b.Competencies.Get(competencyKey(Competency{Person: person, Instrument: instrument, Assay: which}))
		if ok && c.covers(s.Start, s.End) {
			return true
		}
	}
	return false
}

// span is a length in words.
func span(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %d min", h, m)
}
