package critical

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors of answers to a call.
var (
	// ErrUnknown says that no such call is on the board. Recall it, or look at its id.
	ErrUnknown = errors.New("critical: no such call")
	// ErrClosed says that the call was finished before; the first valid read-back won. Show who has it.
	ErrClosed = errors.New("critical: the call is closed")
	// ErrStale says that the call has a newer version (StaleError names it). Show that and ask again.
	ErrStale = errors.New("critical: the call has changed")
	// ErrMayNot says that this person may not do it now; MayNotError says why.
	ErrMayNot = errors.New("critical: not allowed")
	// ErrMissing says that something to be typed was left out; TypedError names the field.
	ErrMissing = errors.New("critical: nothing was typed")
	// ErrUnidentified says that a call without an identified patient cannot be
	// closed by a typed read-back. Identify the patient, or telephone.
	ErrUnidentified = errors.New("critical: the patient is not identified")
	// ErrNotHeld says that no result waits for the bench under this id. It may have been called already.
	ErrNotHeld = errors.New("critical: no such held result")
	// ErrNoWork says that there is no such open work item.
	ErrNoWork = errors.New("critical: no such work item")
	// ErrNoReason says that a decision lacks its reason or who made it.
	ErrNoReason = errors.New("critical: a reason and a name are needed")
)

// StaleError is ErrStale with the version that counts now.
type StaleError struct{ Version int }

// Error names the version.
func (e *StaleError) Error() string { return fmt.Sprintf("%v: version %d", ErrStale, e.Version) }

// Unwrap is ErrStale.
func (*StaleError) Unwrap() error { return ErrStale }

// TypedError says which field of a read-back cannot be read, and why (ErrMissing,
// ErrUnreadable, ErrSeparator, ErrRange). Nothing is recorded; it is no mismatch.
type TypedError struct {
	Field string // "value of result/…" or "identifier"
	Err   error
}

// Error names the field, never what was typed.
func (e *TypedError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap is what is wrong.
func (e *TypedError) Unwrap() error { return e.Err }

// Typed is what a person repeated, in their own writing.
type Typed struct {
	Values map[string]string `json:"values"`          // by result id
	Tail   string            `json:"tail"`            // the last four characters of the first identifier
	Name   string            `json:"name,omitempty"`  // of the receiver, where another typed what was heard
	Glass  string            `json:"glass,omitempty"` // why the glass was broken, in the person's own words
}

// Answer is a read-back of one version of a call.
type Answer struct {
	Call    string // id or reference
	Version int
	By      string // person/…
	Typed   Typed
	Entered string  // keyed, keypad or spoken, as the client claims
	Locale  Locale  // of who typed
	Glass   string  // why the glass is broken (a code), where that is why the person may
	Resolve Resolve // for the desk, which telephones after the second mismatch
}

// Mismatched says that a read-back differs from what was told, and in which
// fields, never the true value. The call stays open.
type Mismatched struct {
	Call    string   `json:"call"`
	Version int      `json:"version"`
	Fields  []string `json:"fields"` // "value of result/…", "unit of result/…", "identifier"
	N       int      `json:"n"`      // how many there were on this call
	Entered string   `json:"entered,omitempty"`

	Phone    int    `json:"phone,omitempty"` // the attempt by telephone in which it was heard
	Receiver string `json:"receiver,omitempty"`
	Role     string `json:"role,omitempty"`
	Known    string `json:"known,omitempty"`
	Glass    string `json:"glass,omitempty"` // why the glass was broken, a code

	Sealed Typed `json:"-"`
}

// Kind is "critical.mismatched".
func (*Mismatched) Kind() string { return "critical.mismatched" }

// About is the call.
func (e *Mismatched) About() []string { return about(e.Call) }

// Enclosure is what was typed.
func (e *Mismatched) Enclosure() any { return &e.Sealed }

// ReadBack says that a person repeated every value and the identifier as told.
type ReadBack struct {
	Call    string   `json:"call"`
	Version int      `json:"version"`
	Match   bool     `json:"match"` // always true; differing ones are Mismatched
	Entered string   `json:"entered,omitempty"`
	Chosen  []string `json:"chosen,omitempty"` // the results that were chosen among several, not typed
	Glass   string   `json:"glass,omitempty"`  // why the glass was broken, a code

	Sealed Typed `json:"-"`
}

// Kind is "critical.read-back".
func (*ReadBack) Kind() string { return "critical.read-back" }

// About is the call.
func (e *ReadBack) About() []string { return about(e.Call) }

// Enclosure is what was typed.
func (e *ReadBack) Enclosure() any { return &e.Sealed }

// open is the open call that an answer to a version is about.
func (b Board) open(call string, version int) (Call, error) {
	c, ok := b.Find(call)
	switch {
	case !ok:
		return Call{}, ErrUnknown
	case c.Standing != IsOpen:
		return c, ErrClosed
	case c.Version != version:
		return c, &StaleError{c.Version}
	}
	return c, nil
}

// ReadBack judges a read-back. A match gives ReadBack and Closed. A mismatch
// gives Mismatched and, from the second on, a rung at the desk, which
// telephones; the call stays open. Whether the person may is asked before
// (Reader.May). Errors: ErrUnknown, ErrClosed, ErrStale, ErrUnidentified,
// TypedError.
func (b Board) ReadBack(a Answer) ([]Event, error) {
	c, err := b.open(a.Call, a.Version)
	if err != nil {
		return nil, err
	}
	if !c.Identified() {
		return nil, ErrUnidentified
	}
	fields, err := c.compare(a.Typed, a.Locale)
	if err != nil {
		return nil, err
	}
	kept := c.kept(a.Typed)
	if len(fields) == 0 {
		return []Event{
			&ReadBack{Call: c.ID, Version: c.Version, Match: true, Entered: a.Entered, Chosen: c.chosen(), Glass: a.Glass, Sealed: kept},
			&Closed{Call: c.ID, Ref: c.Ref, Version: c.Version, Outcome: "read-back", Owner: a.By},
		}, nil
	}
	out := []Event{&Mismatched{
		Call: c.ID, Version: c.Version, Fields: fields, N: c.Mismatches + 1, Entered: a.Entered, Glass: a.Glass, Sealed: kept,
	}}
	if c.Mismatches+1 >= 2 {
		out = append(out, c.toDesk(a.Resolve, time.Time{}, "two read-backs differ: telephone", ""))
	}
	return out, nil
}

// kept is what is recorded of what was typed: nothing but the call's own results.
func (c Call) kept(t Typed) Typed {
	out := Typed{Values: map[string]string{}, Tail: t.Tail, Glass: t.Glass}
	for _, r := range c.Results {
		if v, ok := t.Values[r.ID]; ok {
			out.Values[r.ID] = v
		}
	}
	return out
}

// compare names the fields of a read-back that differ.
func (c Call) compare(t Typed, in Locale) (fields []string, err error) {
	return c.compareTo(t, in, c.Tail())
}

func (c Call) compareTo(t Typed, in Locale, want string) (fields []string, err error) {
	for _, r := range c.Results {
		if r.Outcome == Withdrawn && r.Told.Finding == nil {
			continue
		}
		text := strings.TrimSpace(t.Values[r.ID])
		if text == "" {
			return nil, &TypedError{"value of " + r.ID, ErrMissing}
		}
		value, unit, err := r.Told.same(text, in, r.Unit)
		if err != nil {
			return nil, &TypedError{"value of " + r.ID, err}
		}
		if !value {
			fields = append(fields, "value of "+r.ID)
		}
		if !unit {
			fields = append(fields, "unit of "+r.ID)
		}
	}
	tail := fold(t.Tail)
	if tail == "" {
		return nil, &TypedError{"identifier", ErrMissing}
	}
	if tail != want {
		fields = append(fields, "identifier")
	}
	return fields, nil
}

// same tells whether what was typed has the told value, and its unit or none.
// The very characters that were shown are the value in every locale.
func (t Told) same(text string, in Locale, unit string) (sameValue, sameUnit bool, err error) {
	if t.Finding != nil {
		return t.Finding.Matches(text), true, nil
	}
	if text == strings.TrimSpace(t.Value) {
		return true, true, nil
	}
	want, err := Parse(t.Means, Locale{})
	if err != nil {
		return false, true, nil // told in words: only the very words match
	}
	v, typed, err := ParseTyped(text, in)
	if err != nil {
		if u, ok := strings.CutPrefix(text, strings.TrimSpace(t.Value)); ok && t.Value != "" && sameAs(strings.TrimSpace(u), t.Unit, unit) {
			return true, true, nil // shown so, with its unit
		}
		return false, true, err
	}
	return v.Equal(want), typed == "" || sameAs(typed, t.Unit, unit), nil
}

// sameAs tells whether a typed unit is the sent one or a listed spelling of its code.
func sameAs(typed, sent, code string) bool {
	return squeeze(typed) == squeeze(sent) || code != "" && Canonical(typed) == code
}

// See is the event for a person's first look at a version, or nothing if it
// was seen before. Errors: ErrUnknown, ErrClosed, ErrStale.
func (b Board) See(call string, version int, by string) ([]Event, error) {
	c, err := b.open(call, version)
	if err != nil {
		return nil, err
	}
	if c.seen(by, version) {
		return nil, nil
	}
	return []Event{&Seen{Call: c.ID, Version: version}}, nil
}

// End ends a call without a read-back by a named person's decision, with a
// reason (a code) and a note. Who may is asked before. Errors: ErrUnknown,
// ErrClosed, ErrStale, ErrNoReason.
func (b Board) End(call string, version int, by, reason, note string) ([]Event, error) {
	c, err := b.open(call, version)
	if err != nil {
		return nil, err
	}
	if by == "" || reason == "" {
		return nil, ErrNoReason
	}
	return []Event{&Ended{Call: c.ID, Ref: c.Ref, Version: version, Reason: reason, Owner: by, Sealed: Note{note}}}, nil
}
