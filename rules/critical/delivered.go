package critical

import (
	"slices"
	"time"
)

// Delivered says that a person's screen got a rung that calls this person.
// It is the screen's word, and says nothing of whether anybody looks at it.
type Delivered struct {
	Call    string `json:"call"`
	Attempt int    `json:"attempt"`
	Person  string `json:"person"`
	Device  bool   `json:"device,omitempty"` // one on which nobody was signed in: it rings and shows no patient
}

// Missed says that a person whom a rung called has no screen that confirms it:
// no receipt came in time, or the only connection is gone.
type Missed struct {
	Call    string `json:"call"`
	Attempt int    `json:"attempt"`
	Person  string `json:"person"`
	Why     string `json:"why"` // "no-receipt", "gone"
}

// Kind is "critical.delivered".
func (*Delivered) Kind() string { return "critical.delivered" }

// Kind is "critical.missed".
func (*Missed) Kind() string { return "critical.missed" }

// About is the call.
func (e *Delivered) About() []string { return []string{e.Call} }

// About is the call.
func (e *Missed) About() []string { return []string{e.Call} }

// Enclosure is nil.
func (*Delivered) Enclosure() any { return nil }

// Enclosure is nil.
func (*Missed) Enclosure() any { return nil }

// Reach is what is known of whether a rung reached one of those it called.
type Reach struct {
	Person    string    `json:"person"`
	Delivered time.Time `json:"delivered,omitzero"` // when a screen first confirmed it
	Device    bool      `json:"device,omitempty"`   // that screen was a device on which nobody was signed in
	Missed    string    `json:"missed,omitempty"`   // why it counts as not reached, until a screen confirms again
	At        time.Time `json:"at"`                 // of the newest of the two
}

// Reached is what is known of a person whom the rung called.
func (r Rung) Reached(person string) (Reach, bool) {
	i := slices.IndexFunc(r.Reach, func(x Reach) bool { return x.Person == person })
	if i < 0 {
		return Reach{Person: person}, false
	}
	return r.Reach[i], true
}

// rung is the place of an attempt that called a person among the call's rungs;
// attempt 0 is the newest that did. -1 if there is none.
func (c Call) rung(attempt int, person string) int {
	for i, r := range slices.Backward(c.Called) {
		if slices.Contains(r.To, person) && (attempt == 0 || r.Attempt == attempt) {
			return i
		}
	}
	return -1
}

// Deliver is the event for a receipt by a person's screen, or nothing if one
// is known and was not missed since. Attempt 0 is the newest rung that called
// the person. Errors: ErrUnknown, ErrClosed, a MayNotError "not-called".
func (b Board) Deliver(idOrRef string, attempt int, person string, device bool) ([]Event, error) {
	c, i, err := b.calledBy(idOrRef, attempt, person)
	if err != nil {
		return nil, err
	}
	if r, ok := c.Called[i].Reached(person); ok && r.Missed == "" {
		return nil, nil
	}
	return []Event{&Delivered{Call: c.ID, Attempt: c.Called[i].Attempt, Person: person, Device: device}}, nil
}

// Miss is the event for a person who was called and whom nothing confirms to
// have been reached; nothing when the call is over, its rung is not there any
// more, or that is known. Of "no-receipt" a receipt is the answer; "gone" comes
// after one.
func (b Board) Miss(call string, attempt int, person, why string) []Event {
	c, i, err := b.calledBy(call, attempt, person)
	if err != nil {
		return nil
	}
	if r, ok := c.Called[i].Reached(person); ok && (r.Missed != "" || why == "no-receipt") {
		return nil
	}
	return []Event{&Missed{Call: c.ID, Attempt: c.Called[i].Attempt, Person: person, Why: why}}
}

func (b Board) calledBy(idOrRef string, attempt int, person string) (Call, int, error) {
	c, ok := b.Find(idOrRef)
	if !ok {
		return Call{}, -1, ErrUnknown
	}
	if c.Standing != IsOpen {
		return Call{}, -1, ErrClosed
	}
	i := c.rung(attempt, person)
	if i < 0 {
		return Call{}, -1, &MayNotError{Reason: "not-called"}
	}
	return c, i, nil
}

// reached folds a receipt, or that none came.
func (b Board) reached(call string, attempt int, person string, fold func(Reach) Reach) Board {
	c, ok := b.Calls.Get(call)
	if !ok {
		return b
	}
	i := c.rung(attempt, person)
	if i < 0 {
		return b
	}
	old, _ := c.Called[i].Reached(person)
	c.Called = slices.Clone(c.Called)
	others := slices.DeleteFunc(slices.Clone(c.Called[i].Reach), func(x Reach) bool { return x.Person == person })
	c.Called[i].Reach = append(others, fold(old))
	return b.put(c)
}

func (b Board) delivered(e *Delivered, at time.Time) Board {
	return b.reached(e.Call, e.Attempt, e.Person, func(r Reach) Reach {
		if r.Missed = ""; r.Delivered.IsZero() {
			r.Delivered, r.Device = at, e.Device
		}
		r.At = at
		return r
	})
}

func (b Board) missed(e *Missed, at time.Time) Board {
	return b.reached(e.Call, e.Attempt, e.Person, func(r Reach) Reach {
		r.Missed, r.At = e.Why, at
		return r
	})
}
