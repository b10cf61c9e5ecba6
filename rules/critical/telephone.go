package critical

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// ViaPhone is the carrier of an attempt by telephone.
const ViaPhone = "telephone"

// Verbal is how a telephoned read-back is recorded: never as one that the
// receiver typed.
const Verbal = "verbal, typed by caller"

// How the receiver's identity is known to who telephones.
const (
	KnownLogin  = "login"
	KnownRoster = "roster"
	KnownSpoken = "spoken"
)

// ReceivingRoles are the roles that may be told a critical result by
// telephone; everyone else can only fetch one of them.
func ReceivingRoles() []string { return []string{"physician", "nurse", "midwife", "pharmacist"} }

// Difficulties are the codes of why an attempt by telephone came to nothing.
func Difficulties() []string {
	return []string{"no-answer", "busy", "wrong-patient", "refused", "off-duty", "number-invalid", "equipment"}
}

var (
	// ErrNoAttempt says that there is no such attempt in flight of this
	// person. Begin one.
	ErrNoAttempt = errors.New("critical: no such attempt by telephone")
	// ErrFullName says that the receiver's name is not a full one: a first
	// name alone is not enough for the record. Ask for first and last name.
	ErrFullName = errors.New("critical: not a full name")
	// ErrOccurred says that it cannot have happened at the time that was told:
	// OccurredError says between when. Correct the time.
	ErrOccurred = errors.New("critical: it cannot have happened then")
)

// Attempted says that somebody began to telephone about a call, and when; or,
// with Late, that a read-back came after the call was over.
type Attempted struct {
	Call    string    `json:"call"`
	Ref     string    `json:"ref,omitempty"`
	Version int       `json:"version"`
	N       int       `json:"n,omitempty"`  // of the telephone, from 1
	Via     string    `json:"via"`          // "telephone" or "app"
	To      string    `json:"to,omitempty"` // the member of staff who is telephoned, if known
	Again   bool      `json:"again,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Late    bool      `json:"late,omitempty"`
	Match   bool      `json:"match,omitempty"` // of a late one
	Entered string    `json:"entered,omitempty"`

	Sealed Tried `json:"-"`
}

// Tried is what of an attempt is sealed: the number telephoned, or what was typed late.
type Tried struct {
	At string `json:"at,omitempty"`
	Typed
}

// Kind is "critical.attempted".
func (*Attempted) Kind() string { return "critical.attempted" }

// About is the call and who is telephoned.
func (e *Attempted) About() []string { return about(e.Call, e.To) }

// Enclosure is the number, or what was typed.
func (e *Attempted) Enclosure() any { return &e.Sealed }

// Telephoned says that a person repeated every value and the identifier on
// the telephone, as the caller typed what was heard.
type Telephoned struct {
	Call     string    `json:"call"`
	Ref      string    `json:"ref"`
	Version  int       `json:"version"`
	N        int       `json:"n"`                  // the attempt
	Receiver string    `json:"receiver,omitempty"` // staff id, if known by login or roster
	Role     string    `json:"role"`
	Known    string    `json:"known"` // "login", "roster" or "spoken"
	Means    string    `json:"means"` // always "verbal, typed by caller"
	Match    bool      `json:"match"` // always true; differing ones are Mismatched
	Started  time.Time `json:"started"`
	Entered  string    `json:"entered,omitempty"`
	Chosen   []string  `json:"chosen,omitempty"`  // the results that were chosen among several, not typed
	Occurred time.Time `json:"occurred,omitzero"` // when it was repeated, if it was written down on paper and entered later

	Sealed Typed `json:"-"`
}

// Kind is "critical.telephoned".
func (*Telephoned) Kind() string { return "critical.telephoned" }

// About is the call and the receiver, if that is a member of staff.
func (e *Telephoned) About() []string { return about(e.Call, e.Receiver) }

// Enclosure is the receiver's name and what was heard.
func (e *Telephoned) Enclosure() any { return &e.Sealed }

// AttemptFailed says that an attempt by telephone came to nothing, and why.
type AttemptFailed struct {
	Call       string `json:"call"`
	Ref        string `json:"ref"`
	Version    int    `json:"version"`
	N          int    `json:"n"`
	Difficulty string `json:"difficulty"` // a code

	Sealed Note `json:"-"`
}

// Kind is "critical.attempt-failed".
func (*AttemptFailed) Kind() string { return "critical.attempt-failed" }

// About is the call.
func (e *AttemptFailed) About() []string { return about(e.Call) }

// Enclosure is the note.
func (e *AttemptFailed) Enclosure() any { return &e.Sealed }

// Phone is one attempt by telephone. It stays, whatever becomes of it.
type Phone struct {
	N        int       `json:"n"`
	By       string    `json:"by"`
	To       string    `json:"to,omitempty"`
	At       string    `json:"at,omitempty"` // the number
	Version  int       `json:"version"`
	Again    bool      `json:"again,omitempty"` // the conversation of the attempt before goes on
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Outcome  string    `json:"outcome,omitempty"` // "telephoned", "mismatch", "again" or a difficulty; empty while in flight
	Receiver string    `json:"receiver,omitempty"`
	Name     string    `json:"name,omitempty"`
	Role     string    `json:"role,omitempty"`
	Known    string    `json:"known,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// Phoned tells whether a person telephoned about the call.
func (c Call) Phoned(person string) bool {
	return slices.ContainsFunc(c.Phones, func(p Phone) bool { return p.By == person })
}

// Dialling is the wish to telephone somebody about a call.
type Dialling struct {
	Call    string // id or reference
	Version int
	By      string
	To      string // staff id, if known
	At      string // the number
}

// Telephone is the beginning of an attempt by telephone. One of the same
// person that is in flight is over with it. Who may is asked before: the
// laboratory. Errors: ErrUnknown, ErrClosed, ErrStale, ErrMayNot for a call to
// oneself.
func (b Board) Telephone(d Dialling, now time.Time) ([]Event, error) {
	c, err := b.open(d.Call, d.Version)
	switch {
	case err != nil:
		return nil, err
	case d.By == "" || d.By == d.To:
		return nil, &MayNotError{"receiver"}
	}
	return []Event{c.dial(d.To, d.At, false, stamp(now))}, nil
}

func (c Call) dial(to, number string, again bool, now time.Time) *Attempted {
	return &Attempted{
		Call: c.ID, Ref: c.Ref, Version: c.Version, N: len(c.Phones) + 1, Via: ViaPhone, To: to, Again: again, Started: now,
		Sealed: Tried{At: number},
	}
}

// Heard is what a person said on the telephone, typed by who telephones.
type Heard struct {
	Call     string // id or reference
	Version  int
	N        int // the attempt
	By       string
	Receiver Receiver
	Typed    Typed
	Entered  string
	Locale   Locale
	Occurred time.Time // when it was said, if it was written down and is entered later; zero: now
}

// OccurredError is ErrOccurred with the times between which it can have happened.
type OccurredError struct{ From, To time.Time }

// Error names the two.
func (e *OccurredError) Error() string {
	return fmt.Sprintf("%v: between %s and %s", ErrOccurred, e.From.Format(time.RFC3339), e.To.Format(time.RFC3339))
}

// Unwrap is ErrOccurred.
func (*OccurredError) Unwrap() error { return ErrOccurred }

// occurs checks a time that was told afterwards: not in the future, and not
// before there was a result of the call, by the sender's word or by ours, nor
// before what the present version says could be known: who was told on the
// telephone what counts no more was not told.
func (c Call) occurs(at, now time.Time) error {
	from := c.Opened
	for _, r := range c.Results {
		if !r.Available.IsZero() && r.Available.Before(from) {
			from = r.Available
		}
	}
	if c.Since.After(from) {
		from = c.Since
	}
	if at.IsZero() || !at.Before(from) && !at.After(now) {
		return nil
	}
	return &OccurredError{from, now}
}

// knownSince is from when on a version can have been told whose newest change
// was available at a time and came at another: a laboratory may have known it,
// and telephoned, before its system said so.
func (c Call) knownSince(available, at time.Time) time.Time {
	if !available.IsZero() && available.Before(at) {
		at = available
	}
	if c.Since.After(at) {
		return c.Since
	}
	return at
}

// Receiver is who was reached.
type Receiver struct {
	Person string // staff id, if known by login or roster
	Name   string // full
	Role   string // one of ReceivingRoles
	Known  string // KnownLogin, KnownRoster or KnownSpoken
}

// Hear compares what was heard exactly as a read-back is compared. A match
// gives Telephoned and Closed. A mismatch is recorded and counted, and the
// conversation goes on as a new attempt. Who it was is checked before, save
// that the name is a full one and nobody tells themselves. The call of an
// unidentified patient is heard with the end of its first accession number.
// Errors: ErrUnknown, ErrClosed, ErrStale, ErrNoAttempt, ErrFullName,
// ErrOccurred, ErrMayNot, ErrNoReason, ErrUnidentified, TypedError.
func (b Board) Hear(h Heard, now time.Time) ([]Event, error) {
	now = stamp(now)
	c, err := b.open(h.Call, h.Version)
	if err != nil {
		return nil, err
	}
	p, err := c.inFlight(h.N, h.By)
	switch {
	case err != nil:
		return nil, err
	case p.Version != c.Version:
		return nil, &StaleError{c.Version}
	}
	if err := h.Receiver.fit(h.By); err != nil {
		return nil, err
	}
	occurred := stampOrZero(h.Occurred)
	if err := c.occurs(occurred, now); err != nil {
		return nil, err
	}
	started := p.Started
	if !occurred.IsZero() && occurred.Before(started) {
		started = occurred // the attempt that is entered is not the conversation
	}
	tail := c.SpokenTail()
	if tail == "" {
		return nil, ErrUnidentified
	}
	fields, err := c.compareTo(h.Typed, h.Locale, tail)
	if err != nil {
		return nil, err
	}
	kept := c.kept(h.Typed)
	kept.Name = h.Receiver.Name
	if len(fields) > 0 {
		return []Event{
			&Mismatched{
				Call: c.ID, Version: c.Version, Fields: fields, N: c.Mismatches + 1, Entered: h.Entered, Phone: p.N,
				Receiver: h.Receiver.Person, Role: h.Receiver.Role, Known: h.Receiver.Known, Sealed: kept,
			},
			c.dial(p.To, p.At, true, now),
		}, nil
	}
	owner := h.Receiver.Person
	if owner == "" {
		owner = KnownSpoken
	}
	return []Event{
		&Telephoned{
			Call: c.ID, Ref: c.Ref, Version: c.Version, N: p.N, Receiver: h.Receiver.Person, Role: h.Receiver.Role, Known: h.Receiver.Known,
			Means: Verbal, Match: true, Started: started, Entered: h.Entered,
			Chosen: c.chosen(), Occurred: occurred, Sealed: kept,
		},
		&Closed{Call: c.ID, Ref: c.Ref, Version: c.Version, Outcome: "telephoned", Owner: owner},
	}, nil
}

// SpokenTail is what the receiver says of the identifier: the end of the
// first one or, while nobody knows whose specimen it is, of the accession number.
func (c Call) SpokenTail() string {
	if c.Identified() {
		return c.Tail()
	}
	for _, r := range c.Results {
		if t := Tail(r.Told.Accession); t != "" {
			return t
		}
	}
	return ""
}

func (c Call) inFlight(n int, by string) (Phone, error) {
	if n < 1 || n > len(c.Phones) {
		return Phone{}, ErrNoAttempt
	}
	p := c.Phones[n-1]
	if p.Outcome != "" || p.By != by {
		return Phone{}, ErrNoAttempt
	}
	return p, nil
}

func (r Receiver) fit(caller string) error {
	switch {
	case r.Person == caller:
		return &MayNotError{"receiver"}
	case !slices.Contains(ReceivingRoles(), r.Role):
		return &MayNotError{"receiver-role"}
	case r.Known == KnownSpoken && r.Person != "", r.Known != KnownSpoken && r.Person == "", r.Known != KnownSpoken && r.Known != KnownRoster && r.Known != KnownLogin:
		return ErrNoReason
	}
	if !FullName(r.Name) {
		return ErrFullName
	}
	return nil
}

// HangUp is the end of an attempt by telephone that came to nothing; the desk's
// task is open from then on. Errors: ErrUnknown, ErrClosed, ErrNoAttempt,
// ErrNoReason for a difficulty that there is not.
func (b Board) HangUp(call string, n int, by, difficulty, note string) ([]Event, error) {
	c, ok := b.Find(call)
	switch {
	case !ok:
		return nil, ErrUnknown
	case c.Standing != IsOpen:
		return nil, ErrClosed
	}
	if _, err := c.inFlight(n, by); err != nil {
		return nil, err
	}
	if !slices.Contains(Difficulties(), difficulty) {
		return nil, ErrNoReason
	}
	return []Event{&AttemptFailed{Call: c.ID, Ref: c.Ref, Version: c.Version, N: n, Difficulty: difficulty, Sealed: Note{note}}}, nil
}

func (c Call) attempted(e *Attempted, by string, at time.Time) Call {
	if e.Via != ViaPhone || e.N != len(c.Phones)+1 {
		return c
	}
	c.Phones = slices.Clone(c.Phones)
	for i := range c.Phones {
		if p := &c.Phones[i]; p.By == by && p.Outcome == "" {
			p.Outcome, p.Ended = "again", at
		}
	}
	c.Phones = append(slices.Clip(c.Phones), Phone{
		N: e.N, By: by, To: e.To, At: e.Sealed.At, Version: e.Version, Again: e.Again, Started: stamp(e.Started),
	})
	return c.busy(at)
}

// busy puts the desk's next reminder off while somebody does its task.
func (c Call) busy(at time.Time) Call {
	if c.Desk != nil {
		t := *c.Desk
		t.NextAt = at.Add(deskEvery)
		c.Desk = &t
	}
	return c
}

// hungUp folds the end of an attempt.
func (c Call) hungUp(n int, at time.Time, with func(*Phone)) Call {
	if n < 1 || n > len(c.Phones) || c.Phones[n-1].Outcome != "" {
		return c
	}
	c.Phones = slices.Clone(c.Phones)
	p := &c.Phones[n-1]
	p.Ended = at
	with(p)
	return c
}

func (c Call) failed(e *AttemptFailed, at time.Time) Call {
	c = c.hungUp(e.N, at, func(p *Phone) { p.Outcome, p.Note = e.Difficulty, e.Sealed.Text })
	if c.Desk == nil {
		c.Desk = &Task{Why: "nobody was reached by telephone: " + e.Difficulty, Since: at}
	}
	return c.busy(at)
}

// titles stand before a name and are none.
const titles = " dr doctor prof professor mr mrs ms mx miss sister nurse herr frau schwester pfleger oberarzt assistenzarzt med rn md sir dame sr "

// FullName tells whether a name has a first and a last name: two words
// besides titles, one of them written out.
func FullName(name string) bool {
	words, long := 0, 0
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '.' }) {
		w = strings.Join(wordsOf(w), "") // a double name is one
		if w == "" || strings.Contains(titles, " "+w+" ") || strings.ContainsAny(w, "0123456789") {
			continue
		}
		words++
		if len([]rune(w)) > 1 {
			long++
		}
	}
	return words > 1 && long > 0
}

// SameName tells whether two names have the same words in any order, titles,
// case and accents aside.
func SameName(a, b string) bool {
	words := func(name string) []string {
		out := slices.DeleteFunc(wordsOf(name), func(w string) bool { return strings.Contains(titles, " "+w+" ") })
		slices.Sort(out)
		return out
	}
	return slices.Equal(words(a), words(b))
}
