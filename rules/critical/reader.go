package critical

import (
	"fmt"
	"slices"
)

// Reader is what others know of who wants to answer a call.
type Reader struct {
	Person   string // person/…
	Machine  bool   // a machine account
	Fresh    bool   // signed in within 30 min, or by PIN
	Badge    bool   // it is valid now
	Receives bool   // has a receiving role of the site
	OnCall   bool   // on the call's unit or post now
	Reported bool   // reported the result, or telephones it
	Glass    string // why they break the glass, if they do
}

// MayNotError is ErrMayNot with the reason, a code: machine, not-fresh,
// badge, role, reporter, telephones, not-yours; of a taking also renewed (it
// was taken twice by this person); of a passing on also desk (which cannot
// decline) and passed (who passed it on, or is named and has); of the
// telephone receiver (nobody tells themselves) and receiver-role.
type MayNotError struct{ Reason string }

// Error gives the reason.
func (e *MayNotError) Error() string { return fmt.Sprintf("%v: %s", ErrMayNot, e.Reason) }

// Unwrap is ErrMayNot.
func (*MayNotError) Unwrap() error { return ErrMayNot }

// May tells whether a reader may read back a call: a signed-in person with a
// valid badge and a receiving role, who was called, is on its unit or post
// now, or breaks the glass; never a machine, never who reported it. The error
// is a MayNotError.
func (r Reader) May(c Call) error {
	reason := ""
	switch {
	case r.Machine || r.Person == "":
		reason = "machine"
	case !r.Fresh:
		reason = "not-fresh"
	case !r.Badge:
		reason = "badge"
	case !r.Receives:
		reason = "role"
	case r.Reported:
		reason = "reporter"
	case c.Phoned(r.Person):
		reason = "telephones"
	case !r.OnCall && r.Glass == "" && !c.WasCalled(r.Person):
		reason = "not-yours"
	}
	if reason == "" {
		return nil
	}
	return &MayNotError{reason}
}

// MayTake tells whether a reader may take a call: who may read it back, save
// that the sign-in need not be fresh. The error is a MayNotError.
func (r Reader) MayTake(c Call) error {
	r.Fresh, r.Glass = true, ""
	return r.May(c)
}

// MayPassOn tells whether a person may pass a call on: one with a valid badge
// who was called or is on its unit or post now, whether or not the role
// receives; never who was called as the desk. The error is a MayNotError.
func (r Reader) MayPassOn(c Call) error {
	switch called, desk := c.calledAs(r.Person); {
	case r.Machine || r.Person == "":
		return &MayNotError{"machine"}
	case !r.Badge:
		return &MayNotError{"badge"}
	case !called && desk:
		return &MayNotError{"desk"}
	case !called && !r.OnCall:
		return &MayNotError{"not-yours"}
	}
	return nil
}

// NeedsGlass tells whether a reader may read the call back only by breaking the glass.
func (r Reader) NeedsGlass(c Call) bool {
	return !r.OnCall && !c.WasCalled(r.Person)
}

// calledAs tells whether a person was called by a step that asks people, and
// whether as the desk.
func (c Call) calledAs(person string) (called, desk bool) {
	for _, r := range c.Called {
		if !slices.Contains(r.To, person) {
			continue
		}
		if r.Ask == AskDesk {
			desk = true
		} else {
			called = true
		}
	}
	return called, desk
}
